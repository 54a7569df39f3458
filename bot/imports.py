"""Import from the terminal: what a file means is shown first, then its good rows are kept."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bot import shown
from bot.clearly import clearly
from bot.settings import read_settings
from core.desk import Desk
from core.errors import Busy, Invalid
from core.services.importing import Manner, Tally
from handlers.table import carrying, report
from handlers.table.carrying import Reader
from handlers.table.dates import Order
from handlers.table.headers import LEAD, SIGNALS
from handlers.table.plan import Plan, drawn_up
from handlers.table.rows import LeadReader, SignalReader
from handlers.table.sheet import opened

_SHOWN = 20  # lines of the report that a terminal shows where they are in a file, too
_TRIES, _PAUSE = 6, 1.0
_NOTHING, _SOME_BAD = 1, 2


class _Import(click.Command):
    """A command whose exit code 2 says only that some rows are bad."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as wrong:
            wrong.show()
            ctx.exit(_NOTHING)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that both imports share."""
    options = (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Check everything, keep nothing."),
        click.option(
            "--map",
            "said",
            multiple=True,
            metavar='"Header=field"',
            help="What a column means; #3=field for the third one, Header=- to leave it out.",
        ),
        click.option("--encoding", help="Such as cp932; told from the file unless you say it."),
        click.option("--zone", help="IANA zone of dates without an offset; default: yours."),
        click.option(
            "--date-order",
            type=click.Choice([order.value for order in Order]),
            help="Whether 1/2/2026 is the first of February (dmy) or the second of January (mdy).",
        ),
        click.option(
            "--report",
            "report_file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Write the rows that stay out to this CSV file, each with its reason.",
        ),
        click.option("--yes", is_flag=True, help="Do not ask before anything is kept."),
        click.option(
            "--qualify",
            is_flag=True,
            help="Pass those on to sales who meet the definition now, at Slack's pace.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def leads() -> None:
    """Bring leads in from a file, with their past if it is in there: `baton leads import FILE`."""


@click.group()
def signals() -> None:
    """Bring in from a file what leads did, a row for each thing: `baton signals import FILE`."""


@leads.command(name="import", cls=_Import)
@_options
@click.option("--source", help="Where leads come from whose row does not say.")
@click.option("--open-cards", is_flag=True, help="Post cards for handoffs that are still open.")
@clearly
def import_leads(source: str | None, open_cards: bool, qualify: bool, **said: object) -> None:
    """Bring in leads from a CSV file, and their past.

    What each column means is guessed, in English and Japanese, and shown before anything is
    kept; a column that means nothing to Baton becomes an attribute. The same file again changes
    nothing that is in already, so an import that was interrupted is simply started again.

    Columns mql_at, accepted_at, rejected_at, reason and owner bring in past handoffs. They count
    in the figures of their time; nobody is told of them. One that is still open gets a card only
    with --open-cards, or as soon as its lead does something new. Nobody is passed on to sales
    because of an import unless you say --qualify.

    Exits with 0 where every row is in, 2 where some were bad, 1 where nothing was done.
    """
    task = _Task(**said)  # type: ignore[arg-type]  # click gives what the options say
    manner = Manner(qualify=qualify, open_cards=open_cards)
    _run(task, LEAD, (), manner, lambda plan: LeadReader(plan, source=source).read)


@signals.command(name="import", cls=_Import)
@_options
@click.option("--source", help="Who tells of it, such as hubspot; part of each signal's identity.")
@click.option("--create", is_flag=True, help="Make leads of those whom nobody knows yet.")
@clearly
def import_signals(source: str | None, create: bool, qualify: bool, **said: object) -> None:
    """Bring in from a CSV file what leads did.

    Each row needs an e-mail, a phone or an id of a lead, what happened (page, download, form,
    attended, email_click, or a name of your own) and when. A row counts once, by the id in it or
    else by what it says, however often the file is imported.

    Leads are scored anew, as if everything had been told of when it happened. Old behaviour does
    not pass anybody on to sales unless you say --qualify; then those are who qualify today.

    Exits with 0 where every row is in, 2 where some were bad, 1 where nothing was done.
    """
    task = _Task(**said)  # type: ignore[arg-type]  # click gives what the options say
    manner = Manner(qualify=qualify, create=create)
    needs = ("occurred_at", "kind")
    _run(task, SIGNALS, needs, manner, lambda plan: SignalReader(plan, source=source).read)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a person asked for."""

    file: Path
    dry_run: bool
    said: Sequence[str]
    encoding: str | None
    zone: str | None
    date_order: str | None
    report_file: Path | None
    yes: bool


def _run(
    task: _Task,
    fields: Mapping[str, Sequence[str]],
    needs: Sequence[str],
    manner: Manner,
    reader: Callable[[Plan], Reader],
) -> None:
    from bot.wiring import borrowed_desk, only_workspace

    with borrowed_desk(read_settings()) as desk:
        workspace = only_workspace(desk)
        plan = drawn_up(
            opened(task.file, encoding=task.encoding),
            fields=fields,
            said=_pairs(task.said),
            zone=_zone(task.zone or workspace.policy.timezone),
            order=Order(task.date_order) if task.date_order else None,
            needs=needs,
        )
        shown.plan(plan)
        if not (task.yes or task.dry_run) and sys.stdin.isatty():
            click.confirm("Import it so?", default=True, abort=True)
        tally = _import(desk, workspace.id, task, plan, manner, reader(plan))
    if tally.refused:
        sys.exit(_SOME_BAD if tally.rows > tally.refused else _NOTHING)


def _import(
    desk: Desk, workspace: str, task: _Task, plan: Plan, manner: Manner, reader: Reader
) -> Tally:
    tally = Tally()
    with (
        rarely_collected(),
        _reporting(task.report_file, plan) as told,
        shown.progress(plan.rows) as advance,
    ):
        for carried in _carried(desk, workspace, plan, reader, manner, task.dry_run):
            told.add(carried)
            tally += carried.tally
            advance(carried.tally.rows)
    shown.outcome(tally, manner, dry=task.dry_run)
    told.tell_rest()
    return tally


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Look for garbage rarely: an import makes much and leaves none that refers to itself."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _carried(
    desk: Desk, workspace: str, plan: Plan, reader: Reader, manner: Manner, dry: bool
) -> Iterator[carrying.Carried]:
    """Batch after batch, each tried again for a while where the database is busy."""
    done = 0
    for load in carrying.loads(plan, reader):
        for number in range(_TRIES):
            try:
                yield load.carry(desk, workspace, manner=manner, dry=dry)
                break
            except Busy:
                if number == _TRIES - 1:
                    raise Busy(
                        f"the database stays busy; {done:,} rows are done: "
                        "the same command again goes on from there"
                    ) from None
                time.sleep(_PAUSE * 2**number)
        done += len(load.records)


class _Told:
    """Tells of rows that stay out: in a file, and in the terminal."""

    def __init__(self, stream: TextIO | None, plan: Plan) -> None:
        self._stream = stream
        self._plan = plan
        self._count = 0

    def add(self, taken: carrying.Carried) -> None:
        lines = taken.lines(self._plan)
        if self._stream:
            report.write(self._stream, lines)
        for line in lines:
            self._count += 1
            if not self._stream or self._count <= _SHOWN:
                click.echo(str(line), err=True)

    def tell_rest(self) -> None:
        if self._stream and self._count > _SHOWN:
            click.echo(f"… and {self._count - _SHOWN:,} more lines in the report.", err=True)


@contextmanager
def _reporting(file: Path | None, plan: Plan) -> Iterator[_Told]:
    if file is None:
        yield _Told(None, plan)
        return
    try:
        stream = file.open("w", encoding="utf-8-sig", newline="")
    except OSError as refused:
        raise Invalid("report", f"{file} cannot be written: {refused.strerror}") from None
    with stream:
        report.begin(stream)
        yield _Told(stream, plan)


def _pairs(said: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in said:
        header, equals, of = each.rpartition("=")
        if not equals or not header.strip() or not of.strip():
            raise Invalid("map", f"--map {each!r}: write it as 'Header=field'")
        pairs[header.strip()] = of.strip()
    return pairs


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("zone", f"no time zone is called {name!r}: write it as Asia/Tokyo") from None
