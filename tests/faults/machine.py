"""F: the database or the machine under it fails; what was acknowledged is there afterwards."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, func, make_url, select
from sqlalchemy.exc import DatabaseError

from core.services import reporting
from storage import tables
from storage.engine import database, database_file
from tests.builders import TEAM
from tests.faults import outages
from tests.faults.fault import Fault, Tally
from tests.faults.invariants import check
from tests.faults.launch import Strategy
from tests.faults.program import KEY, Program, program
from tests.faults.stage import Stage

_IN_TIME = 3.0  # seconds that Slack waits for an answer
_CAP_SYS_ADMIN = 21
_KEY = {"Authorization": f"Bearer {KEY}"}


def _file(stage: Stage) -> Path:
    file = database_file(stage.url)
    assert file
    return file


def _insist(baton: Program, numbers: Sequence[int], *, seconds: float = 30) -> float:
    """Send leads until each is answered 2xx; how long the first of them took."""
    began, first = time.monotonic(), None
    for number in numbers:
        while not 200 <= baton.send(number) < 300:
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"lead {number} is still refused after {seconds:g} s")
            time.sleep(0.05)
        first = first or time.monotonic() - began
    return first or 0.0


def _checked(stage: Stage, recovery: float) -> Tally:
    stage.await_calm()
    return replace(check(stage), recovery=recovery)


# A lock that somebody else holds


def write_locks(stage: Stage) -> Tally:
    """Another program holds the write lock: answers come in time, and are never half true."""
    return _locked_for((3,) if stage.quick else (1, 4, 30), stage, Strategy.OURS)


def write_locks_hasty(stage: Stage) -> Tally:
    """The control: answer first, then see whether it can be written."""
    return _locked_for((3,), stage, Strategy.ANSWER_FIRST)


def _locked_for(locks: Sequence[int], stage: Stage, strategy: Strategy) -> Tally:
    tally = Tally(0)
    numbers = itertools.count(1)
    with program(stage, "run", strategy=strategy) as baton:
        baton.await_ready()
        for seconds in locks:
            wanted = list(itertools.islice(numbers, 12))
            with _locked(stage):
                (worst, refused), recovers = _sent(baton, wanted, seconds), time.monotonic()
            _insist(baton, refused)
            took = time.monotonic() - recovers
            tally += replace(
                _checked(stage, took), note=f"slowest answer under the lock {worst:.1f} s"
            )
            if worst > _IN_TIME + 0.5:
                tally += Tally(0, lost=1, note=f"an answer took {worst:.1f} s")
    return tally


def _sent(baton: Program, numbers: Sequence[int], seconds: float) -> tuple[float, list[int]]:
    """Leads come in while it is locked, for so long; the longest wait, and who was refused."""

    def send(number: int) -> tuple[float, int]:
        began = time.monotonic()
        status = baton.send(number)
        return time.monotonic() - began, status

    with ThreadPoolExecutor(len(numbers)) as senders:
        answers = senders.map(send, numbers)
        time.sleep(seconds)
        waits, statuses = zip(*answers, strict=True)
    refused = [n for n, status in zip(numbers, statuses, strict=True) if not 200 <= status < 300]
    return max(waits), refused


@contextmanager
def _locked(stage: Stage) -> Iterator[None]:
    if stage.database == "sqlite":
        with closing(sqlite3.connect(_file(stage), timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(stage.url) as server:
            server.execute("LOCK TABLE lead, handoff, outbox IN EXCLUSIVE MODE")
            yield


# A full disk


def full_disk(stage: Stage) -> Tally:
    """Nothing is acknowledged that does not fit, reading works, and room heals it by itself."""
    return _filled(stage, Strategy.OURS)


def full_disk_hasty(stage: Stage) -> Tally:
    """The control: answer first, then see whether it fits."""
    return _filled(stage, Strategy.ANSWER_FIRST)


def _filled(stage: Stage, strategy: Strategy) -> Tally:
    with _small_disk(stage) as small, program(small, "run", strategy=strategy) as baton:
        baton.await_ready()
        _insist(baton, range(1, 6))
        small.await_calm()
        filler = small.folder / "filler"
        _fill(filler)
        refusals = 0
        for number in range(6, 206):
            refusals += baton.send(number) >= 500
            if refusals >= 5:
                break
        reads = baton.http("GET", "/v1/leads/lead1@acme.example", headers=_KEY).status_code
        filler.unlink()
        recovery = _insist(baton, range(300, 305))
        tally = _checked(small, recovery)
        if strategy is Strategy.OURS and (refusals < 5 or reads != 200):
            raise AssertionError(f"{refusals} refusals, reading answered {reads}")
        small.engine.dispose()
        return tally


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        for size in (65536, 4096, 512):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise


@contextmanager
def _small_disk(stage: Stage) -> Iterator[Stage]:
    """The stage, its database moved to a small disk of its own."""
    with _disk(stage.folder / "disk") as disk:
        stage.engine.dispose()
        shutil.copy(_file(stage), disk / "baton.db")
        yield replace(stage, url=f"sqlite:///{disk / 'baton.db'}", folder=disk)


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def _cannot_mount() -> str | None:
    status = Path("/proc/self/status")
    held = status.read_text().partition("CapEff:")[2].split()[:1] if status.exists() else []
    may = bool(held) and int(held[0], 16) >> _CAP_SYS_ADMIN & 1
    return None if may else "mounting a small disk needs root"


# A writer that is killed


def killed_writers(stage: Stage) -> Tally:
    """kill -9 of one writer after the other, each at a random moment."""
    return _killed(stage, "commit_first", 30 if stage.quick else 1000)


def killed_after_answering(stage: Stage) -> Tally:
    """The control: answer first, then commit."""
    return _killed(stage, "answer_first", 30 if stage.quick else 60)


def _killed(stage: Stage, way: str, rounds: int) -> Tally:
    command = [sys.executable, "-m", "tests.faults.writer"]
    done = subprocess.run(
        [*command, stage.url, str(rounds), str(stage.seed), way],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said = {f"ld_{name}" for name in done.stdout.split()}
    lead, handoff, box = tables.lead.c, tables.handoff.c, tables.outbox.c
    with stage.engine.connect() as connection:
        kept = set(connection.execute(select(lead.id)).scalars())
        offered = connection.execute(select(func.count(handoff.id))).scalar_one()
        promised = connection.execute(select(func.count(box.id))).scalar_one()
    half = abs(len(kept) - offered) + abs(offered - promised)
    faults = reporting.verify(stage.desk(), TEAM)
    note = f"{len(said)} leads acknowledged"
    return Tally(rounds, len(said - kept) + half + len(faults), note=note)


# A damaged file


def damaged_files(stage: Stage) -> Tally:
    """Missing, cut off, of another version: refused in one line, and left as it was."""
    tally = Tally(0)
    for name, broken in _broken(stage):
        tally += _refused(stage, name, broken)
    with _unwritable(stage) as file:
        return tally + _refused(stage, "read-only", file)


def _refused(stage: Stage, name: str, broken: Path) -> Tally:
    before = _bytes(broken)
    said = _refusal(replace(stage, url=f"sqlite:///{broken}"))
    if said is None or not said.startswith("baton: ") or "Traceback" in said:
        return Tally(1, lost=1, note=f"{name}: {said}")
    if before and _bytes(broken) != before:
        return Tally(1, lost=1, note=f"{name}: the file was changed")
    if not before and _has_tables(broken):
        return Tally(1, lost=1, note=f"{name}: a database was made in its place")
    return Tally(1)


@contextmanager
def _unwritable(stage: Stage) -> Iterator[Path]:
    """The database on a disk that was mounted read-only: no permission binds who is root."""
    if _cannot_mount():
        place = stage.folder / "unwritable"
        place.mkdir()
        file = Path(shutil.copy(_file(stage), place))
        file.chmod(0o444)
        place.chmod(0o555)
        yield file
        place.chmod(0o755)
        return
    with _disk(stage.folder / "unwritable") as disk:
        file = Path(shutil.copy(_file(stage), disk))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield file


def files_made_anew(stage: Stage) -> Tally:
    """The control: whatever is not there is made, silently; what cannot be read is refused."""
    tally = Tally(0)
    for _, broken in _broken(stage):
        engine = create_engine(f"sqlite:///{broken}")
        with suppress(DatabaseError), engine.begin() as connection:
            tables.lead.metadata.create_all(connection)
            kept = connection.execute(select(func.count(tables.lead.c.id))).scalar_one()
            tally += Tally(0, lost=int(kept == 0))
        engine.dispose()
        tally += Tally(1)
    return tally


def _broken(stage: Stage) -> Iterator[tuple[str, Path]]:
    """Copies of a database with a lead in it, each damaged in its own way."""
    stage.capture(stage.desk(), 1)
    stage.engine.dispose()
    for name, damage in _DAMAGES.items():
        broken = stage.folder / f"{name}.db"
        shutil.copy(_file(stage), broken)
        damage(broken)
        yield name, broken


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _has_tables(file: Path) -> bool:
    if not file.exists():
        return False
    with closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("SELECT 1 FROM sqlite_schema").fetchall())


def _refusal(stage: Stage) -> str | None:
    """What the web process says before it ends with 1; None where it starts."""
    with program(stage, "serve") as baton:
        baton.process.join(10)
        return baton.said if baton.exit == 1 else None


def _cut(file: Path) -> None:
    os.truncate(file, 1000)


def _written_over(file: Path) -> None:
    file.write_text("Dear diary, " * 500)


def _versioned(version: str | None) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DELETE FROM alembic_version")
            if version:
                connection.execute("INSERT INTO alembic_version VALUES (?)", [version])
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    return damage


_DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "cut-off": _cut,
    "foreign": _written_over,
    "empty": lambda file: os.truncate(file, 0),
    "older": _versioned("0001"),
    "newer": _versioned("9999"),
}


# Yesterday's backup


def yesterdays_backup(stage: Stage) -> Tally:
    """Cards were waiting when the backup was made, and were posted since: not again."""
    return _restored(stage, Strategy.OURS)


def yesterdays_backup_believed(stage: Stage) -> Tally:
    """The control: what waits in the backup has not been posted."""
    return _restored(stage, Strategy.RETRY)


def _restored(stage: Stage, strategy: Strategy) -> Tally:
    desk = stage.desk()
    for number in range(1, 11):
        stage.capture(desk, number)
    with _backup(stage) as restored:
        with program(stage, "work"):
            stage.await_calm()
        _a_day_older(restored)
        with program(restored, "work", strategy=strategy):
            restored.await_calm()
        tally = check(restored)
        restored.engine.dispose()
        return tally


@contextmanager
def _backup(stage: Stage) -> Iterator[Stage]:
    stage.engine.dispose()
    if stage.database == "sqlite":
        copy = stage.folder / "backup.db"
        with closing(sqlite3.connect(_file(stage))) as whole, closing(sqlite3.connect(copy)) as to:
            whole.backup(to)
        yield replace(stage, url=f"sqlite:///{copy}")
        return
    assert stage.postgres
    name = make_url(stage.url).database
    with psycopg.connect(stage.postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}_backup TEMPLATE {name}".encode())
    url = stage.postgres.url(f"{name}_backup")
    yield replace(stage, url=url)
    stage.postgres.drop(url)


def _a_day_older(stage: Stage) -> None:
    """As if all this had been yesterday."""
    box, day = tables.outbox.c, timedelta(days=1)
    with database(stage.engine).writer.begin() as connection:
        for id, enqueued_at, due_at in connection.execute(
            select(box.id, box.enqueued_at, box.due_at)
        ).all():
            connection.execute(
                tables.outbox.update()
                .where(box.id == id)
                .values(enqueued_at=enqueued_at - day, due_at=due_at - day)
            )


FAULTS: tuple[Fault, ...] = (
    Fault(
        "F1",
        "write lock of 1, 4, 30 s, every connection in use",
        write_locks,
        control=write_locks_hasty,
        quick=True,
    ),
    Fault(
        "F2",
        "disk full",
        full_disk,
        control=full_disk_hasty,
        databases=("sqlite",),
        quick=True,
        why_not=_cannot_mount(),
    ),
    Fault(
        "F3",
        "kill -9 of the writer",
        killed_writers,
        control=killed_after_answering,
        quick=True,
    ),
    Fault(
        "F4",
        "file missing, cut off, foreign, older, newer, read-only",
        damaged_files,
        control=files_made_anew,
        databases=("sqlite",),
        quick=True,
    ),
    Fault(
        "F5",
        "immediate restart of PostgreSQL under load",
        outages.struck_down,
        control=outages.struck_down_hasty,
        databases=("postgres",),
    ),
    Fault(
        "F6",
        "the answer to COMMIT is lost",
        outages.commits_unanswered,
        control=outages.inserts_unanswered,
        databases=("postgres",),
        quick=True,
    ),
    Fault(
        "F7",
        "serialization failures",
        outages.given_up_by_the_server,
        control=outages.given_up_for_good,
        databases=("postgres",),
        quick=True,
    ),
    Fault(
        "F8",
        "a network that is silent for 60 s",
        outages.silent_network,
        control=outages.silent_network_hasty,
        databases=("postgres",),
    ),
    Fault(
        "F9",
        "yesterday's backup restored",
        yesterdays_backup,
        control=yesterdays_backup_believed,
        quick=True,
    ),
)
