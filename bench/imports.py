"""The price of an import: the rows of a file until they are kept, against bare inserts of the same.

The bare inserts put the very rows that Baton wrote, all of its tables, into a second database
with the same tables and indexes: as many in a transaction, by the driver's own executemany.
"""

from __future__ import annotations

import csv
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import JSON

from bench.plan import FULL
from bench.plan import Plan as Amount
from bench.product import TEAM, opened
from bot.imports import rarely_collected
from core.desk import Desk
from core.services import reporting
from core.services.importing import Manner, Tally
from handlers.table import carrying, sheet
from handlers.table.carrying import Reader
from handlers.table.headers import LEAD, SIGNALS
from handlers.table.plan import drawn_up
from handlers.table.rows import LeadReader, SignalReader
from storage.tables import METADATA
from tests.postgres import running

TITLE = "import: rows of a CSV file until they are kept, scored and in the log"
_ORDER = {
    "lead": "created_at, email",
    "description": "known_from, lead_id",
    "signal": "occurred_at, id",
    "handoff": "opened_at, id",
    "stage_log": "seq",
}
_TABLES = tuple(_ORDER)
_HEAD = f"{'database':<11}{'file':<22}{'rows':>9}{'seconds':>9}{'a second':>10}{'x inserts':>11}"
_MANY, _FEW = 100_000, 2_000
_START = datetime(2025, 1, 6, 9, tzinfo=UTC)
_LEAD_HEADER = (
    "email", "name", "company", "title", "country", "source", "employees", "created_at",
)  # fmt: skip
_PAST_HEADER = (*_LEAD_HEADER, "mql_at", "accepted_at", "rejected_at", "reason", "owner")


@dataclass(frozen=True, slots=True)
class File:
    """One sort of file."""

    name: str
    header: Sequence[str]
    row: Callable[[int], Sequence[str]]
    of_signals: bool = False


def run(names: Sequence[str], amount: Amount) -> None:
    """Measure and print, one database after the other."""
    rows = _MANY if amount == FULL else _FEW
    print(f"\n{TITLE}\n\n{_HEAD}\n{'-' * len(_HEAD)}")
    with _servers(names) as fresh:
        for name, make in fresh.items():
            for file in FILES:
                _measure(name, make, file, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{peak} MB of memory at most")


@contextmanager
def _servers(names: Sequence[str]) -> Iterator[dict[str, Callable[[], str]]]:
    """How to get an empty database of each sort, as durable as in production."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="baton-bench-"))
        numbers = count()
        fresh: dict[str, Callable[[], str]] = {}
        if "sqlite" in names:
            fresh["sqlite"] = lambda: f"sqlite:///{folder}/{next(numbers)}.db"
        if "postgresql" in names:
            server = stack.enter_context(running(durable=True))
            fresh["postgresql"] = server.fresh_database
        yield fresh


def _measure(name: str, make: Callable[[], str], file: File, rows: int) -> None:
    ours_url, bare_url = make(), make()
    desk = opened(ours_url)
    opened(bare_url)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.csv"
        if file.of_signals:
            _imported(desk, _written(path, FILES[0], rows // 5), FILES[0])
            _copied(ours_url, bare_url, _TABLES, rows)
        _written(path, file, rows)
        took, tally = _timed(lambda: _imported(desk, path, file))
        again, repeated = _timed(lambda: _imported(desk, path, file))
    if tally.refused or repeated.there != rows:
        raise RuntimeError(f"{tally.refused} rows were refused, {repeated.there} were there again")
    if faults := reporting.verify(desk, TEAM):
        raise RuntimeError(f"the log does not hold: {faults[0].problem}")
    bare = _copied(ours_url, bare_url, ("signal",) if file.of_signals else _TABLES, rows)
    _print(name, file.name, rows, took, bare)
    _print(name, "  the same again", rows, again, bare)
    _print(name, "  bare inserts", rows, bare, bare)


def _timed(work: Callable[[], Tally]) -> tuple[float, Tally]:
    start = perf_counter()
    with rarely_collected():
        tally = work()
    return perf_counter() - start, tally


def _print(database: str, name: str, rows: int, seconds: float, bare: float) -> None:
    speed = f"{rows / seconds:>10,.0f}{seconds / bare:>11.2f}"
    print(f"{database:<11}{name:<22}{rows:>9,}{seconds:>9.2f}{speed}", flush=True)


def _written(path: Path, file: File, rows: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(file.header)
        writer.writerows(map(file.row, range(rows)))
    return path


def _imported(desk: Desk, path: Path, file: File) -> Tally:
    fields = SIGNALS if file.of_signals else LEAD
    plan = drawn_up(sheet.opened(path), fields=fields, said={}, zone=ZoneInfo("UTC"), order=None)
    read: Reader = (SignalReader(plan) if file.of_signals else LeadReader(plan)).read
    tally = Tally()
    for load in carrying.loads(plan, read):
        tally += load.carry(desk, TEAM, manner=Manner()).tally
    return tally


# The files


def _person(number: int) -> str:
    return f"person{number}@company{number % 5000}.example"


def _lead(number: int) -> Sequence[str]:
    return (
        _person(number),
        f"Jane Doe {number}",
        f"Company {number % 5000} Ltd",
        ("CTO", "Head of IT", "Buyer", "Analyst")[number % 4],
        ("JP", "DE", "US", "FR")[number % 4],
        ("Webinar", "Website", "Trade fair")[number % 3],
        str(number % 3000),
        (_START + timedelta(minutes=number % 100_000)).isoformat(),
    )


def _past(number: int) -> Sequence[str]:
    offered = _START + timedelta(days=2, minutes=number % 100_000)
    decided = (offered + timedelta(hours=2)).isoformat()
    said = ("", decided, "no_need", "U0REP") if number % 3 == 0 else (decided, "", "", "U0REP")
    known = _lead(number)
    return (f"past.{known[0]}", *known[1:], offered.isoformat(), *said)


def _did(number: int) -> Sequence[str]:
    at = _START + timedelta(days=100, minutes=number % 100_000)
    return (_person(number // 5), "page", at.isoformat(), f"/pricing/{number % 7}", f"v{number}")


FILES = (
    File("leads", _LEAD_HEADER, _lead),
    File("leads with their past", _PAST_HEADER, _past),
    File("signals", ("email", "kind", "occurred_at", "path", "event id"), _did, of_signals=True),
)


# The bare inserts


def _copied(source_url: str, target_url: str, tables: Sequence[str], rows: int) -> float:
    """Seconds that the drivers take to insert what stands in the tables of the other database."""
    with closing(_connection(source_url)) as source, closing(_connection(target_url)) as target:
        parts = [_rows(source, table) for table in tables]
        transactions = max(1, rows // carrying.SIZE)
        start = perf_counter()
        for number in range(transactions):
            cursor = target.cursor()
            for sql, values in parts:
                share = -(-len(values) // transactions)
                if part := values[number * share : (number + 1) * share]:
                    cursor.executemany(sql, part)
            target.commit()
        return perf_counter() - start


def _rows(source: Any, table: str) -> tuple[str, list[Any]]:
    """The insert into a table and its rows, in the order in which they came."""
    columns = METADATA.tables[table].columns
    wanted = ", ".join(f"{column.name}{_as_text(source, column)}" for column in columns)
    found = source.execute(f"SELECT {wanted} FROM {table} ORDER BY {_ORDER[table]}").fetchall()
    mark = "?" if isinstance(source, sqlite3.Connection) else "%s"
    marks = ", ".join([mark] * len(columns))
    names = ", ".join(column.name for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", found


def _as_text(source: Any, column: Any) -> str:
    is_json = isinstance(column.type, JSON) and not isinstance(source, sqlite3.Connection)
    return "::text" if is_json else ""


def _connection(url: str) -> Any:
    """A bare connection, as durable as Baton's."""
    if not url.startswith("sqlite"):
        return psycopg.connect(url.replace("+psycopg", ""))
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
