"""`baton settings`: how the workspace works, changed at a command line, and who changed what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.clearly import clearly
from bot.definitions import here
from core.errors import Invalid

if TYPE_CHECKING:
    from core.domain.settings import Problem, Setting
    from core.domain.settings_log import SettingRecord
    from core.ports import View

_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_ANSWERS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


@click.group()
def settings() -> None:
    """How the workspace works: channels, roles, times; `/lead settings` does the same in Slack."""


@settings.command()
@click.argument("name", required=False)
@clearly
def show(name: str | None) -> None:
    """Print every setting, or the one of this NAME, as `baton settings set` takes it."""
    from core.domain.settings import Setting, text_of

    desk, workspace = here()
    with desk.read(workspace) as view:
        policy = view.workspace().policy
    if name is not None:
        click.echo(text_of(policy, _setting(name)))
        return
    width = max(len(each) for each in Setting)
    for each in Setting:
        click.echo(f"{each.value:<{width}}  {text_of(policy, each)}")


@settings.command(name="set")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE…")
@click.option("--by", metavar="USER", help="Slack id of whoever changes it, such as U012ABCDEF.")
@click.option("--comment", help="Why; it stands in the log.")
@clearly
def set_(changes: tuple[str, ...], by: str | None, comment: str | None) -> None:
    """Change settings: all of them, or none where one cannot be.

    \b
    baton settings set respond_within=hot=30min,warm=2h   undo_within=5min
    baton settings set reps=U01,U02,S03 managers=U04      holidays=JP,DE-BY
    baton settings set hours=09:00-18:00                  timezone=Asia/Tokyo
    baton settings set sales_channel=C0123                confirms_by_call=yes

    Any value may be given as JSON, as `baton settings show` prints it. Whether Baton can post in
    a channel shows when it does: `/lead settings` tries it first.
    """
    from core.domain.log import Door
    from core.services import settings as service

    if by is not None and not _USER.fullmatch(by):
        raise Invalid("by", f"--by: {by!r} is no Slack user id such as U012ABCDEF")
    wanted = dict(map(_change, changes))
    if len(wanted) < len(changes):
        raise Invalid("changes", "a setting is named twice")
    desk, workspace = here()
    amending = service.Amending(
        workspace, by or TERMINAL, Door.TERMINAL, wanted, comment=comment or None
    )
    match service.amend(desk, amending):
        case service.Faulty(problems):
            raise Invalid("changes", "; ".join(map(_told, problems)) + ". Nothing was changed.")
        case service.Kept(_, amended):
            for each in amended:
                click.echo(f"{each.setting.value}: {each.before} -> {each.after}")
            if not amended:
                click.echo("That is how it was.")


TERMINAL = "terminal"


@settings.command()
@click.argument("name", required=False)
@clearly
def log(name: str | None) -> None:
    """Print every change of the settings, or of the one of this NAME, oldest first."""
    desk, workspace = here()
    with desk.read(workspace) as view:
        for record in view.setting_acts():
            if name in (None, record.entry.setting):
                for line in _lines(record, view):
                    click.echo(line)


def _lines(record: SettingRecord, view: View) -> Iterator[str]:
    act, zone = record.entry, view.workspace().policy.zone
    person = view.person(act.actor)
    by = f"{person.name} ({act.actor})" if person else act.actor
    at = act.occurred_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    yield f"{at}  {act.setting} by {by} ({act.door.value})"
    yield f"    {act.before} -> {act.after}"
    if act.comment:
        yield f"    {' '.join(act.comment.split())}"


def _setting(name: str) -> Setting:
    from difflib import get_close_matches

    from core.domain.settings import Setting

    if name in Setting._value2member_map_:
        return Setting(name)
    near = get_close_matches(name, list(Setting), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise Invalid("name", f"there is no setting {name!r}{meant}")


def _change(written: str) -> tuple[Setting, object]:
    from core.domain.settings import BY_MACHINE

    name, equals, value = written.partition("=")
    if not equals:
        raise Invalid("changes", f"{written!r} is not NAME=VALUE")
    setting = _setting(name.strip())
    if setting in BY_MACHINE:
        raise Invalid("changes", f"{setting.value}: Slack says this; nobody sets it")
    return setting, _value(setting, value.strip())


def _value(setting: Setting, text: str) -> object:
    from core.domain.settings import ROLES, Setting
    from handlers.slack.spans import seconds

    try:
        return json.loads(text)
    except ValueError:
        pass
    match setting:
        case Setting.HOLIDAYS:
            return _listed(text)
        case _ if setting in ROLES:
            return _listed(text)
        case Setting.RESPOND_WITHIN | Setting.TOUCH_WITHIN:
            named = (each.partition("=") for each in _listed(text))
            return {name.strip(): seconds(span) for name, _, span in named}
        case Setting.UNDO_WITHIN | Setting.RETURNS_UNTOUCHED_AFTER:
            return None if text == "never" else seconds(text)
        case Setting.HOURS:
            start, _, end = text.partition("-")
            return {"start": start.strip(), "end": end.strip()}
        case _:
            return _ANSWERS.get(text.lower(), text)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _told(problem: Problem) -> str:
    from core.domain.settings import Flaw

    where = f"{problem.setting.value}{f'.{problem.part}' if problem.part else ''}"
    said = {
        Flaw.GARBLED: "is not written as this setting is; `baton settings show` prints it",
        Flaw.NO_CHANNEL: "is no channel id such as C0123ABCD",
        Flaw.NOBODY: "is no id of a person or user group, such as U0123ABCD or S0123ABCD",
        Flaw.NO_ZONE: "is not an IANA time zone; try Europe/Berlin or Asia/Tokyo",
        Flaw.NO_LANGUAGE: "is not one of en, ja",
        Flaw.NO_CALENDAR: "has no known holidays; name countries such as JP or DE-BY",
        Flaw.NO_WORK: "would leave nobody any working time",
        Flaw.TOO_SHORT: "is shorter than a minute",
        Flaw.TOO_LONG: "is the longest that can be, in seconds",
        Flaw.UNFIT: "cannot be kept as it is said",
    }
    if problem.flaw is Flaw.UNFIT_ROUTE:
        return f"{where}: {problem.value}"
    return f"{where}: {f'{problem.value!r} ' if problem.value else ''}{said[problem.flaw]}"
