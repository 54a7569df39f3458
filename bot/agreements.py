"""`baton definition propose`, `history`, `withdraw`: what both teams agree on, and who signed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.clearly import clearly
from bot.definitions import day_begins, here, read
from bot.settings import read_settings
from core.errors import BatonError, Invalid

if TYPE_CHECKING:
    from core.desk import Desk
    from core.domain.agreement import Version
    from core.domain.definition_log import Act
    from core.ports import View

_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_VERSION = re.compile(r"v?([0-9]{1,9})", re.IGNORECASE)


class NotProposed(BatonError):
    """There is nothing to sign in it."""

    code = "not-proposed"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", metavar="USER", help="Slack id of whoever proposes it, such as U012ABCDEF.")
@click.option("--comment", help="Why; both teams read it.")
@click.option("--base", metavar="VERSION", help="The version it was written from, if not active.")
@click.option("--since", metavar="DATE", help="Try it on leads since then only.")
@click.option("--capacity", type=int, help="How many MQLs sales can take in a week.")
@click.option("--untried", is_flag=True, help="Do not try it on the past first.")
@clearly
def propose(
    file: Path,
    by: str | None,
    comment: str | None,
    base: str | None,
    since: str | None,
    capacity: int | None,
    untried: bool,
) -> None:
    """Ask both teams in Slack to sign a definition; it is in force once both have.

    A message appears in the channel of each team, with what changes in plain words and what it
    would have done with the leads of the past. Somebody of each team signs or declines there.
    """
    from bot.reckonings import difference_lines
    from core.domain.agreement import Amendment
    from core.domain.definition import load
    from core.domain.difference import diff
    from core.services import agreement

    text = read(file)
    rules = load(text)
    desk, workspace = here()
    with desk.read(workspace) as view:
        zone = view.workspace().policy.zone
    start = day_begins(since, zone) if since else None
    outcome = agreement.propose(
        desk,
        workspace,
        text,
        by=_user(by) or agreement.TERMINAL,
        comment=comment,
        based_on=_number(base) if base else None,
        measured=None if untried else _tried(desk, workspace, file, text, start, capacity),
    )
    if not isinstance(outcome, Amendment):
        raise NotProposed(_why_not(outcome))
    version = outcome.version
    with desk.read(workspace) as view:
        before = view.definition()
    for line in difference_lines(before.label, version.label, diff(load(before.text), rules)):
        click.echo(line)
    click.echo(f"{version.label} is proposed. Both teams are asked in Slack to sign it.")


@click.command()
@click.argument("version", required=False)
@clearly
def history(version: str | None) -> None:
    """List every version, the latest first: its state, who proposed and who signed it, and when.

    With VERSION, such as 7 or v7, its whole log: each step, by whom, with what was said.
    """
    desk, workspace = here()
    with desk.read(workspace) as view:
        told = _steps(view, _number(version)) if version else _versions(view)
        for line in told:
            click.echo(line)


@click.command()
@click.argument("version")
@click.option("--by", metavar="USER", help="Slack id of whoever withdraws it.")
@clearly
def withdraw(version: str, by: str | None) -> None:
    """Take a proposal back before it is signed; its messages in Slack say so.

    With --by only whoever proposed it, or an admin, may.
    """
    from core.domain.agreement import Settled
    from core.services import agreement

    desk, workspace = here()
    number = _number(version)
    by = _user(by) or agreement.TERMINAL
    outcome = agreement.withdraw(desk, workspace, number, by=by)
    if isinstance(outcome, Settled):
        label, state = outcome.version.label, outcome.version.state
        raise NotProposed(f"{label} waits for nobody: it is {state}")
    click.echo(f"{outcome.version.label} is withdrawn.")


def _user(given: str | None) -> str | None:
    if given is not None and not _USER.fullmatch(given):
        raise Invalid("by", f"--by: {given!r} is no Slack user id such as U012ABCDEF")
    return given


def _number(given: str) -> int:
    written = _VERSION.fullmatch(given.partition(" ")[0])
    if written is None:
        raise Invalid("version", f"{given!r} is no version such as 7 or v7")
    return int(written[1])


def _tried(
    desk: Desk,
    workspace: str,
    file: Path,
    text: str,
    since: datetime | None,
    capacity: int | None,
) -> str:
    from bot.wiring import borrowed_reckoner
    from core.domain.backtest import summary, to_json
    from core.services.backtest import Draft, try_out

    draft = Draft(file.name, text)
    with borrowed_reckoner(read_settings()) as reckoner:
        result = try_out(desk, workspace, draft, since=since, capacity=capacity, reckoner=reckoner)
    return json.dumps(to_json(summary(result)))


def _why_not(outcome: object) -> str:
    from core.domain.agreement import COMMENT_LIMIT, AlreadyThere
    from core.domain.versions import State

    match outcome:
        case AlreadyThere(version) if version.state is State.ACTIVE:
            return f"{version.label} is in force already, and says the same"
        case AlreadyThere(version):
            return f"{version.label} says the same, and waits to be signed"
        case _:
            return f"--comment: longer than {COMMENT_LIMIT} characters"


def _versions(view: View) -> Iterator[str]:
    for version in reversed(view.versions()):
        yield f"{version.label}  {version.state.value:<10}  {_when(version, view)}"
        yield f"    {_origin(version, view)}"
        for team, signature in version.signatures.items():
            yield f"    signed for {team.value} by {_name(signature.by, view)}, " + _day(
                signature.at, view
            )


def _when(version: Version, view: View) -> str:
    if version.active_from and version.ended_at:
        return f"in force from {_day(version.active_from, view)} to {_day(version.ended_at, view)}"
    if version.active_from:
        return f"in force since {_day(version.active_from, view)}"
    return _day(version.ended_at or version.proposed_at, view)


def _origin(version: Version, view: View) -> str:
    from core.domain.agreement import BATON

    if version.proposed_by == BATON:
        return "came with Baton; nobody signed it"
    on = _day(version.proposed_at, view)
    base = f", written from v{version.based_on}" if version.based_on else ""
    return f"proposed by {_name(version.proposed_by, view)}, {on}{base}"


def _steps(view: View, number: int) -> Iterator[str]:
    from core.errors import NoVersion

    version = view.version(number)
    if version is None:
        raise NoVersion(f"there is no version {number} of the definition")
    yield f"{version.label}  {version.state.value}"
    for record in view.acts(number):
        yield f"    {_step(record.entry, view)}"


def _step(act: Act, view: View) -> str:
    team = f" for {act.team.value}" if act.team else ""
    said = f": {' '.join(act.comment.split())}" if act.comment else ""
    by = _name(act.actor, view)
    return f"{_day(act.occurred_at, view)}  {act.verb.value:<9} by {by}{team}{said}"


def _name(actor: str, view: View) -> str:
    person = view.person(actor)
    return f"{person.name} ({actor})" if person else actor


def _day(at: datetime, view: View) -> str:
    return at.astimezone(view.workspace().policy.zone).strftime("%Y-%m-%d %H:%M")
