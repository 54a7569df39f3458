"""The way to the database: SQLite in a file, or PostgreSQL over the network."""

from __future__ import annotations

import json
import select
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import Busy, Invalid, Unready
from storage.turn import Turn

LOCK_WAIT_MS = 2000  # Slack waits three seconds for an answer, and the way there takes time
_STATEMENT_MS = 15_000
_A_MOMENT = 0.05  # seconds
_WRITES = "storage_writes"
_UNREADY = (
    "unable to open database file",
    "readonly database",
    "not a database",
    "malformed",
    "no such table",
    "no such column",
    '" does not exist',
    "authentication failed",
)
_UNREADY_STATES = ("25006", "28", "3D", "42")  # read-only, log-in, no such database, no such table


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`. Connects to nothing yet.

    A SQLite file that is missing is never made: that is what migrating is for.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, pool_size)
    return _postgresql(parsed, pool_size)


def is_sqlite(engine: Engine) -> bool:
    """Whether the database is a file of this machine."""
    return engine.dialect.name == "sqlite"


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as malformed:
        raise Unready("DATABASE_URL is not a database URL") from malformed
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed
        case "sqlite":
            raise Unready("DATABASE_URL names no file: write sqlite:///baton.db")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise Unready(f"DATABASE_URL names {other}: use sqlite:// or postgresql://")


def database_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for PostgreSQL."""
    parsed = _parse(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def _sqlite(url: URL, pool_size: int) -> Engine:
    path = Path(str(url.database)).absolute()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=LOCK_WAIT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine(
        url,
        creator=connect,
        pool_size=pool_size,
        pool_use_lifo=True,  # a connection that was just used has everything at hand
        max_overflow=0,
        pool_timeout=LOCK_WAIT_MS / 1000,
        json_serializer=_compact,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that asks for it later is refused instantly."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL, pool_size: int) -> Engine:
    settings = {
        "timezone": "UTC",
        "lock_timeout": LOCK_WAIT_MS,
        "statement_timeout": _STATEMENT_MS,
        "idle_in_transaction_session_timeout": _STATEMENT_MS,
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        pool_use_lifo=True,  # a connection that was just used has everything at hand
        max_overflow=0,
        pool_timeout=LOCK_WAIT_MS / 1000,
        json_serializer=_compact,
        hide_parameters=True,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "tcp_user_timeout": 10_000,
        },
    )
    event.listen(engine, "checkout", _refuse_dropped)
    return engine


def _refuse_dropped(connection: Any, _record: Any, _fairy: Any) -> None:
    """An idle connection with something to read has been ended by the server.

    This costs no round trip, unlike a ping, and the pool opens a new one instead.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if connection.closed or poll.poll(0):
        raise InvalidatePoolError("the server has ended this connection")


def begin(connection: Connection, *, waited: float) -> None:
    """Begin to write. Who has waited so many seconds for a turn waits so much less for a lock.

    Otherwise the two add up, and Slack hangs up before we have an answer.
    """
    if waited < _A_MOMENT:
        connection.begin()
        return
    left = max(1, LOCK_WAIT_MS - int(waited * 1000))
    if connection.dialect.name != "sqlite":
        connection.begin()
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {left}")
        return
    with _busy_timeout(connection, left):
        connection.begin()


@contextmanager
def _busy_timeout(connection: Connection, milliseconds: int) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")


@dataclass(frozen=True, slots=True)
class Database:
    """Both ways to use an engine. `turn` lets the writers of this process queue, where only one
    can write at a time: SQLite's own waiting is a lottery.
    """

    reader: Engine
    writer: Engine
    turn: Turn | None


def database(engine: Engine) -> Database:
    """Make an engine ready for reading as of one moment, and for writing."""
    if is_sqlite(engine):
        turn = Turn(patience=LOCK_WAIT_MS / 1000)
        return Database(engine, engine.execution_options(**{_WRITES: True}), turn)
    as_of_one_moment = engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    return Database(as_of_one_moment, engine, None)


@contextmanager
def translated() -> Iterator[None]:
    """Say in our own words what is wrong: Busy, Unready, or Invalid for a text no column takes."""
    try:
        yield
    except PoolTimeout as exhausted:
        raise Busy("every connection to the database is in use") from exhausted
    except DBAPIError as failure:
        if isinstance(failure, DataError):
            raise Invalid("text", "holds a character that cannot be kept") from failure
        if _is_unready(failure):
            raise Unready(f"the database cannot be used: {_first_line(failure)}") from failure
        if isinstance(failure, OperationalError) or failure.connection_invalidated:
            raise Busy(f"the database does not answer: {_first_line(failure)}") from failure
        raise


def _is_unready(failure: DBAPIError) -> bool:
    state = getattr(failure.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_UNREADY_STATES)
    return any(sign in str(failure.orig) for sign in _UNREADY)


def _first_line(failure: DBAPIError) -> str:
    return str(failure.orig).partition("\n")[0]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
