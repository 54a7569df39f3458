"""`baton definition`: the rules that both teams share, checked, explained and compared."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.clearly import clearly
from bot.settings import read_settings
from core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from core.desk import Desk
    from core.domain.lead import Lead
    from core.services.checking import Reckoning, Written

DEFINITION = "FILE|VERSION|active"


@click.group()
def definition() -> None:
    """The rules by which a lead is hot: check, explain and compare them.

    Where a definition is asked for, give a file, a version such as 7 or v7, or `active` for the
    one in force.
    """


@definition.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--offline", is_flag=True, help="Look at the file alone, without the database.")
@clearly
def check(file: Path, offline: bool) -> None:
    """Say everything that is wrong or odd about a definition, by line.

    With the database also rules that never fired, and values that are spelt otherwise there.
    Exits with 1 where there are errors.
    """
    from bot.reckonings import finding_lines
    from core.domain.linting import Severity, lint
    from core.services import checking

    text = read(file)
    if offline:
        findings = lint(text)
    else:
        desk, workspace = here()
        findings = checking.check(desk, workspace, text)
    for line in finding_lines(findings, file.name):
        click.echo(line)
    sys.exit(1 if any(one.severity is Severity.ERROR for one in findings) else 0)


@definition.command()
@click.argument("lead")
@click.option("--as-of", metavar="WHEN", help="As it stood then: 2025-04-30, 2025-04-30T09:00.")
@click.option("--by", metavar=DEFINITION, default="active", help="By these rules instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@clearly
def explain(lead: str, as_of: str | None, by: str, as_json: bool) -> None:
    """Reckon a lead before your eyes: each group, each rule, what was capped and what is missing.

    LEAD is an e-mail, an id, or part of a name or company. With --as-of, what was known of the
    lead by then counts; a day means its end. Nothing is changed.
    """
    from bot.reckonings import print_reckoning
    from core.services import checking

    desk, workspace = here()
    reckoning = checking.explain(
        desk,
        workspace,
        _find(desk, workspace, lead),
        by=named(by, desk, workspace),
        as_of=moment(as_of, desk, workspace) if as_of else None,
    )
    if as_json:
        click.echo(json.dumps(_json(reckoning), ensure_ascii=False, indent=2))
    else:
        print_reckoning(reckoning)


@definition.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@clearly
def diff(a: str, b: str) -> None:
    """Say what B does otherwise than A, the weightiest first. Each is FILE|VERSION|active.

    Two files are compared without a database.
    """
    from bot.reckonings import difference_lines
    from core.domain.definition import load
    from core.domain.difference import diff as differences

    desk, workspace = (None, "") if _is_file(a) and _is_file(b) else here()
    old, new = (named(name, desk, workspace) for name in (a, b))
    for line in difference_lines(old.label, new.label, differences(load(old.text), load(new.text))):
        click.echo(line)


@definition.command()
@click.argument("version", default="active")
@clearly
def show(version: str) -> None:
    """Print a version of the definition as it was written; the one in force unless said."""
    from core.services import checking

    desk, workspace = here()
    kept = checking.written(desk, workspace, version)
    click.echo(f"# {kept.label}", err=True)
    click.echo(kept.text.rstrip("\n"))


@definition.command()
@clearly
def schema() -> None:
    """Print the JSON Schema of the language, for editors."""
    from core.domain.language import schema as language

    click.echo(json.dumps(language(), ensure_ascii=False, indent=2))


def here() -> tuple[Desk, str]:
    """The desk over the database of the settings, and the one workspace in it."""
    from bot.wiring import make_desk, only_workspace

    desk = make_desk(read_settings())
    return desk, only_workspace(desk).id


def _find(desk: Desk, workspace: str, text: str) -> Lead:
    from bot.terminal import the_lead

    return the_lead(desk, workspace, text)


def _is_file(name: str) -> bool:
    return Path(name).is_file()


def named(name: str, desk: Desk | None, workspace: str) -> Written:
    """A definition by its name: a file, else a version that is kept. Raises NotFound, Invalid."""
    from core.services import checking

    if _is_file(name):
        return checking.Written(Path(name).name, read(Path(name)))
    if desk is None or not checking.is_version(name):
        raise NotFound(f"there is no file {name}, and it is no version such as v7")
    return checking.written(desk, workspace, name)


def read(file: Path) -> str:
    """The text of a definition's file. Raises Invalid."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(file.name, f"{file.name}: is not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise Invalid(file.name, f"{file.name}: cannot be read: {error.strerror}") from None


def moment(text: str, desk: Desk, workspace: str) -> datetime:
    """A moment in the workspace's zone unless it says another one; a day means its end."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("as-of", f"--as-of: {text!r} is no day such as 2025-04-30") from None
    if at.tzinfo is None:
        with desk.read(workspace) as view:
            at = at.replace(tzinfo=view.workspace().policy.zone)
    if len(text) <= len("2025-04-30"):
        at += timedelta(days=1) - timedelta.resolution
    return at


def day_begins(text: str, zone: ZoneInfo) -> datetime:
    """When a day begins in a zone. Raises Invalid."""
    from core.domain.localtime import moment as moment_of

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid("since", f"--since: {text!r} is no day such as 2025-04-30") from None
    return moment_of(day, time(0), zone)


def _json(reckoning: Reckoning) -> dict[str, Any]:
    from core.domain.explanation import to_json

    lead = {"id": reckoning.lead.id, "name": reckoning.lead.display_name}
    stands = reckoning.course
    following = stands.next.id if stands and stands.next else None
    return {
        "lead": lead,
        "definition": reckoning.label,
        **to_json(reckoning.explanation),
        "track": stands.track.id if stands else None,
        "next_offer": following,
    }
