"""The floors: the least that the same work could cost, over HTTP and in SQL, without Baton."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from fastapi import FastAPI, Request, Response
from slack_bolt import Ack, App
from slack_bolt.adapter.fastapi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

# What one piece of work writes in one transaction: statements with their rows.
Row = Sequence[object]
Writes = Sequence[tuple[str, Sequence[Row]]]

MOST_CONNECTIONS = 16

_MOMENT = "2025-11-03T09:00:00.000000+00:00"
_PROPERTIES = '{"path":"/pricing","title":"Pricing"}'
_REASONS = '{"total":75.0,"temperature":"hot","rules":["' + '","'.join(["fit.size.large"] * 30)
_REASONS += '"]}'

_TABLES = (
    """CREATE TABLE lead (id text PRIMARY KEY, version integer, stage text, email text, name text,
       company text, title text, country text, source text, campaign text, attributes json,
       owner text, handoff_id text, temperature text, score real, created_at timestamptz,
       changed_at timestamptz)""",
    """CREATE TABLE signal (id text PRIMARY KEY, lead_id text, kind text, occurred_at timestamptz,
       session text, properties json)""",
    """CREATE TABLE handoff (id text PRIMARY KEY, lead_id text, version integer,
       opened_at timestamptz, due_at timestamptz, definition text, explanation json)""",
    """CREATE TABLE log (id {serial}, lead_id text, handoff_id text, from_stage text,
       to_stage text, verb text, actor text, door text, occurred_at timestamptz, reason text,
       definition text, recorded_at timestamptz)""",
    """CREATE TABLE timer (kind text, subject text, due_at timestamptz,
       PRIMARY KEY (kind, subject))""",
    """CREATE TABLE outbox (id {serial}, kind text, subject text, lane text, details json,
       state text, enqueued_at timestamptz, due_at timestamptz)""",
)

_LEAD = (
    "INSERT INTO lead VALUES (?, 1, 'mql', ?, 'Jane Doe', 'Acme', 'CTO', 'JP', 'web', 'autumn',"
    " '{\"employees\":250}', NULL, ?, 'hot', 75.0, ?, ?)"
)
_VISITOR = (
    "INSERT INTO lead VALUES (?, 1, 'new', ?, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL,"
    " 'cold', 0.0, ?, ?)"
)
_SIGNAL = "INSERT INTO signal VALUES (?, ?, 'page', ?, 's1', ?)"
_HANDOFF = "INSERT INTO handoff VALUES (?, ?, 1, ?, ?, 'v1 0123456', ?)"
_LOG = (
    "INSERT INTO log (lead_id, handoff_id, from_stage, to_stage, verb, actor, door, occurred_at,"
    " definition, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'v1 0123456', ?)"
)
_TIMER = "INSERT INTO timer VALUES ('due', ?, ?)"
_OUTBOX = (
    "INSERT INTO outbox (kind, subject, lane, details, state, enqueued_at, due_at)"
    " VALUES ('card', ?, ?, '{}', 'queued', ?, ?)"
)
_TAKE = (
    "UPDATE lead SET stage = 'sal', owner = ?, version = version + 1, changed_at = ?"
    " WHERE id = ? AND version = 1 AND stage = 'mql'"
)


def a_capture(n: int) -> Writes:
    """The rows of a new lead with three signals that qualifies."""
    lead, handoff = f"ld_{n:020d}", f"ho_{n:020d}"
    signals = [(f"si_{n}_{m}", lead, _MOMENT, _PROPERTIES) for m in range(3)]
    return (
        (_LEAD, [(lead, f"p{n}@acme.example", handoff, _MOMENT, _MOMENT)]),
        (_SIGNAL, signals),
        (_HANDOFF, [(handoff, lead, _MOMENT, _MOMENT, _REASONS)]),
        (
            _LOG,
            [
                (lead, None, None, "new", "capture", "api", "api", _MOMENT, _MOMENT),
                (lead, handoff, "new", "mql", "qualify", "api", "api", _MOMENT, _MOMENT),
            ],
        ),
        (_TIMER, [(handoff, _MOMENT)]),
        (_OUTBOX, [(handoff, handoff, _MOMENT, _MOMENT)]),
    )


def events(n: int, *, people: int, pages: int) -> Writes:
    """The rows of people who are new and of the pages that they saw, in one transaction."""
    leads = [f"ld_{n * people + m:020d}" for m in range(people)]
    return (
        (_VISITOR, [(lead, f"{lead}@acme.example", _MOMENT, _MOMENT) for lead in leads]),
        (
            _SIGNAL,
            [
                (f"si_{lead}_{page}", lead, _MOMENT, _PROPERTIES)
                for lead in leads
                for page in range(pages)
            ],
        ),
        (
            _LOG,
            [
                (lead, None, None, "new", "capture", "segment", "api", _MOMENT, _MOMENT)
                for lead in leads
            ],
        ),
    )


def an_accept(n: int) -> Writes:
    """The three writes of an accept: the lead if nobody took it, the log, the promise."""
    lead, handoff = f"ld_{n:020d}", f"ho_{n:020d}"
    return (
        (_TAKE, [("U0REP", _MOMENT, lead)]),
        (_LOG, [(lead, handoff, "mql", "sal", "accept", "U0REP", "button", _MOMENT, _MOMENT)]),
        (_OUTBOX, [(handoff, handoff, _MOMENT, _MOMENT)]),
    )


class RawSqlite:
    """The standard library's SQLite, with the same durability as the product's."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "floor.db"
        with self._connection() as connection:
            for table in _TABLES:
                connection.execute(table.format(serial="integer PRIMARY KEY"))

    @contextmanager
    def writers(self, at_once: int) -> Iterator[Sequence[Callable[[Writes], None]]]:
        """Functions for as many threads; they take turns, because SQLite has one writer."""
        turn = threading.Lock()
        with self._connection() as connection:

            def write(writes: Writes) -> None:
                with turn:
                    connection.execute("BEGIN IMMEDIATE")
                    for statement, rows in writes:
                        if len(rows) == 1:
                            written = connection.execute(statement, rows[0])
                        else:
                            written = connection.executemany(statement, rows)
                        _must_be(written.rowcount, len(rows))
                    connection.execute("COMMIT")

            yield [write] * min(at_once, MOST_CONNECTIONS)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        try:
            yield connection
        finally:
            connection.close()


class RawPostgres:
    """Plain psycopg, which prepares a statement that it has seen a few times."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url) as connection:
            for table in _TABLES:
                connection.execute(
                    table.format(serial="bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY").encode()
                )

    @contextmanager
    def writers(self, at_once: int) -> Iterator[Sequence[Callable[[Writes], None]]]:
        """Functions for as many threads, each with a connection of its own."""
        connections = [psycopg.connect(self._url) for _ in range(min(at_once, MOST_CONNECTIONS))]
        try:
            yield [_writer(connection) for connection in connections]
        finally:
            for connection in connections:
                connection.close()


Raw = RawSqlite | RawPostgres


def _writer(connection: psycopg.Connection[tuple[object, ...]]) -> Callable[[Writes], None]:
    cursor = connection.cursor()

    def write(writes: Writes) -> None:
        for statement, rows in writes:
            query = statement.replace("?", "%s").encode()
            if len(rows) == 1:
                cursor.execute(query, rows[0])
            else:
                cursor.executemany(query, rows)
            _must_be(cursor.rowcount, len(rows))
        connection.commit()

    return write


def _must_be(written: int, expected: int) -> None:
    if written != expected:
        raise RuntimeError(f"{written} rows were written instead of {expected}")


def fill(raw: Raw, numbers: Iterable[int]) -> None:
    """Rows of leads that wait to be accepted, all in one transaction."""
    together: dict[str, list[Row]] = {}
    for number in numbers:
        for statement, rows in a_capture(number):
            together.setdefault(statement, []).extend(rows)
    with raw.writers(1) as (write,):
        write(list(together.items()))


def bare_listener(signing_secret: str) -> FastAPI:
    """A Bolt app with one listener that only acks, behind Bolt's own adapter for FastAPI.

    It verifies the signature and calls nobody.
    """
    bolt = App(
        signing_secret=signing_secret,
        process_before_response=True,
        token_verification_enabled=False,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0BENCH", bot_token="xoxb-"),
    )

    @bolt.action("accept")
    def accept(ack: Ack) -> None:
        ack()

    handler = SlackRequestHandler(bolt)
    api = FastAPI()

    @api.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return api


def bare_route() -> FastAPI:
    """A FastAPI route that reads a body as JSON and answers, in a thread as the product does."""
    api = FastAPI()

    @api.post("/v1/leads", status_code=201)
    def leads(said: dict[str, object]) -> dict[str, object]:
        return {"email": said["email"]}

    return api
