"""Columns: the past of some thousand leads at a time as arrays, for a question over everything.

The database joins the values of a lead into one; taking them apart again in bulk is much faster
than a row for each signal. Times are whole microseconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.adapt import Loader
from psycopg.pq import Format
from sqlalchemy import Connection

from core.domain.handoff import Outcome
from core.domain.history import Description, LeadHistory
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.reckoning import Passed, Past, as_one

Ints = NDArray[np.int64]

AT_ONCE = 2048  # leads; a lead and a time fit into one number for so many
_FIELD, _ITEM = "\x1f", "\x1e"  # in no JSON text, and in nothing that anybody typed
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ARRAY_OF_TIMES = 1185  # timestamptz[], by its number in PostgreSQL
_POSTGRES_EPOCH = 946_684_800_000_000  # 2000, in microseconds since 1970
_WIDTH = 26  # of a time in SQLite
_MOST_WORDS = 250_000  # then begin anew: memory stays bounded, whatever signals say


class _Numbers(dict[str, int]):
    """Numbers texts in the order they come."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


@dataclass(slots=True)
class Words:
    """What signals say, each thing once: a signal then holds only its number.

    `answers` remembers by number what was asked of them.
    """

    said: _Numbers = field(default_factory=_Numbers)
    sessions: _Numbers = field(default_factory=lambda: _Numbers({"": 0}))
    answers: dict[Any, Any] = field(default_factory=dict)
    _signals: list[Signal] = field(default_factory=list)

    def signals(self) -> Sequence[Signal]:
        """By number, a signal that says this; its id, time and session are nobody's."""
        known = len(self._signals)
        for text in islice(self.said, known, None) if known < len(self.said) else ():
            kind, source, properties = text.split(_FIELD)
            self._signals.append(
                Signal("", source, SignalKind(kind), _EPOCH, None, json.loads(properties))
            )
        return self._signals


@dataclass(frozen=True, slots=True)
class Columns:
    """Some leads. Signals are sorted by lead, then as they happened, then as they were told of.

    Descriptions are sorted by lead, then by when they were known.
    """

    pasts: Sequence[Past]
    lead: Ints
    happened: Ints
    known: Ints
    said: Ints
    session: Ints
    described: Ints
    described_from: Ints
    facts: Sequence[dict[str, Scalar]]
    words: Words

    def history(self, lead: int) -> LeadHistory:
        """The past of one lead as the scoring function wants it. Its signals have no ids left."""
        sessions, signals = list(self.words.sessions), self.words.signals()
        mine = np.flatnonzero(self.lead == lead)
        seen = [
            Signal(
                str(row),
                signals[self.said[row]].source,
                signals[self.said[row]].kind,
                moment(int(self.happened[row])),
                sessions[self.session[row]] or None,
                signals[self.said[row]].properties,
                moment(int(self.known[row])),
            )
            for row in mine.tolist()
        ]
        told = [
            Description(moment(int(self.described_from[row])), self.facts[row])
            for row in np.flatnonzero(self.described == lead).tolist()
        ]
        return LeadHistory(self.pasts[lead].lead_id, told, seen)


def moment(microseconds: int) -> datetime:
    """The time that so many microseconds since 1970 are."""
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def every(
    connection: Connection, workspace: str, *, at_once: int = AT_ONCE, with_sessions: bool = True
) -> Iterator[Columns]:
    """All leads of a workspace, by id, so many at a time and never more than `AT_ONCE`.

    Without sessions no signal has one: for definitions that do not ask for them.
    """
    reader = _Postgres if connection.dialect.name == "postgresql" else _Sqlite
    asked, words, after = reader(connection), Words(), ""
    while leads := asked.rows(_LEADS, (workspace, after, at_once)):
        after = leads[-1][0]
        if len(words.said) + len(words.sessions) > _MOST_WORDS:
            words = Words()
        yield _columns(asked, leads, (workspace, leads[0][0], after), words, with_sessions)


_LEADS = """SELECT id, coalesce(name, email, phone, external_id, id) FROM lead
    WHERE workspace = {} AND id > {} ORDER BY id LIMIT {}"""
_HANDOFFS = """SELECT lead_id, opened_at, due_at, outcome, decided_at, reason,
    waiting_since IS NOT NULL FROM handoff
    WHERE workspace = {} AND lead_id BETWEEN {} AND {} ORDER BY lead_id, opened_at, id"""
_DESCRIPTIONS = """SELECT lead_id, known_from, CAST(facts AS text) FROM description
    WHERE workspace = {} AND lead_id BETWEEN {} AND {} ORDER BY lead_id, version"""
_SIGNALS = f"""SELECT lead_id, [times](occurred_at[nothing]),
    [times](coalesce(received_at, occurred_at)[nothing]),
    [texts](kind || '{_FIELD}' || source || '{_FIELD}' || CAST(properties AS text), '{_ITEM}'),
    count(*)[sessions]
    FROM signal WHERE workspace = {{}} AND lead_id BETWEEN {{}} AND {{}}
    GROUP BY lead_id ORDER BY lead_id"""
_SESSIONS = f", [texts](coalesce(session, ''), '{_ITEM}')"


class _Sqlite:
    """SQLite keeps times as texts of one width: they come joined, and are read all at once."""

    _signals = (
        _SIGNALS.replace("[times]", "group_concat")
        .replace("[nothing]", ", ''")
        .replace("[texts]", "group_concat")
    )
    _sessions = _SESSIONS.replace("[texts]", "group_concat")

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()

    def rows(self, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """What a SELECT with a place for each value finds."""
        found: list[Sequence[Any]] = self._cursor.execute(
            statement.format("?", "?", "?"), values
        ).fetchall()
        return found

    def signals(self, span: Sequence[Any], with_sessions: bool) -> list[Sequence[Any]]:
        """A row for each lead, its values joined."""
        sessions = self._sessions if with_sessions else ""
        return self.rows(self._signals.replace("[sessions]", sessions), span)

    def times(self, joined: Sequence[str]) -> Ints:
        """Many times, joined by lead."""
        text = np.frombuffer("".join(joined).encode("ascii"), dtype=np.uint8)
        return _read_clock(text.reshape(-1, _WIDTH))

    def moments(self, column: Sequence[str]) -> Ints:
        """A column of times."""
        return self.times(column)

    def moment(self, text: str | None) -> datetime | None:
        """A single time."""
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class _Undone(Loader):
    """Leaves an array of PostgreSQL's as it came."""

    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


class _Postgres:
    """PostgreSQL sends arrays of times in binary: eight bytes each, after four of their length."""

    _HEAD = 20
    _ITEM = np.dtype([("length", ">i4"), ("time", ">i8")])
    _signals = (
        _SIGNALS.replace("[times]", "array_agg")
        .replace("[nothing]", "")
        .replace("[texts]", "string_agg")
    )
    _sessions = _SESSIONS.replace("[texts]", "string_agg")

    def __init__(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        self._cursor = driver.cursor(binary=True)
        self._cursor.adapters.register_loader(_ARRAY_OF_TIMES, _Undone)

    def rows(self, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """What a SELECT with a place for each value finds."""
        self._cursor.execute(statement.format("%s", "%s", "%s"), values)
        found: list[Sequence[Any]] = self._cursor.fetchall()
        return found

    def signals(self, span: Sequence[Any], with_sessions: bool) -> list[Sequence[Any]]:
        """A row for each lead, its values joined."""
        sessions = self._sessions if with_sessions else ""
        return self.rows(self._signals.replace("[sessions]", sessions), span)

    def times(self, joined: Sequence[bytes]) -> Ints:
        """Many times, joined by lead."""
        bare = b"".join(each[self._HEAD :] for each in joined)
        since_2000 = np.frombuffer(bare, dtype=self._ITEM)["time"]
        return since_2000.astype(np.int64) + _POSTGRES_EPOCH

    def moments(self, column: Sequence[datetime]) -> Ints:
        """A column of times."""
        return np.fromiter(map(microseconds, column), dtype=np.int64, count=len(column))

    def moment(self, at: datetime | None) -> datetime | None:
        """A single time."""
        return None if at is None else at.astimezone(UTC)


def _columns(
    asked: _Sqlite | _Postgres,
    leads: Sequence[Sequence[Any]],
    span: Sequence[Any],
    words: Words,
    with_sessions: bool,
) -> Columns:
    number = {id: place for place, (id, _) in enumerate(leads)}
    handoffs: list[list[tuple[Passed, bool]]] = [[] for _ in leads]
    for lead, opened_at, due_at, outcome, decided_at, reason, follows in asked.rows(
        _HANDOFFS, span
    ):
        passed = Passed(
            _surely(asked.moment(opened_at)),
            _surely(asked.moment(due_at)),
            outcome and Outcome(outcome),
            asked.moment(decided_at),
            reason,
        )
        handoffs[number[lead]].append((passed, bool(follows)))
    pasts = [Past(id, name, as_one(handoffs[number[id]])) for id, name in leads]
    described = asked.rows(_DESCRIPTIONS, span)
    of = np.fromiter((number[row[0]] for row in described), np.int64, len(described))
    since = asked.moments([row[1] for row in described])
    facts = json.loads(f"[{','.join([row[2] for row in described])}]")
    order = np.lexsort((since, of))
    signals = asked.signals(span, with_sessions)
    counts = np.fromiter((row[4] for row in signals), np.int64, len(signals))
    lead = np.repeat(
        np.fromiter((number[row[0]] for row in signals), np.int64, len(signals)), counts
    )
    happened = asked.times([row[1] for row in signals])
    known = np.maximum(asked.times([row[2] for row in signals]), happened)
    said = _numbered(words.said, [row[3] for row in signals])
    session = np.zeros_like(said)
    if with_sessions:
        session = _numbered(words.sessions, [row[5] for row in signals])
    sort = np.lexsort((known, happened, lead))
    return Columns(
        pasts,
        lead[sort],
        happened[sort],
        known[sort],
        said[sort],
        session[sort],
        of[order],
        since[order],
        [facts[row] for row in order.tolist()],
        words,
    )


def _surely(at: datetime | None) -> datetime:
    if at is None:
        raise AssertionError("a handoff without a date")
    return at


def _numbered(numbers: _Numbers, joined: Sequence[str]) -> Ints:
    items = _ITEM.join(joined).split(_ITEM) if joined else []
    return np.fromiter(map(numbers.__getitem__, items), np.int64, len(items))


def _read_clock(text: NDArray[np.uint8]) -> Ints:
    """Microseconds since 1970 of texts such as `2026-03-04 10:30:00.000000`, one in each row."""

    def number(first: int, last: int) -> Ints:
        found = np.zeros(len(text), dtype=np.int64)
        for place in range(first, last):
            found *= 10
            found += text[:, place]
            found -= 48
        return found

    days = _days(number(0, 4), number(5, 7), number(8, 10))
    seconds = days * 86_400 + number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19)
    return seconds * 1_000_000 + number(20, 26)


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970. The year is made to begin in March, so that leap days come last."""
    late = (month <= 2).astype(np.int64)
    year = year - late
    month = month + 12 * late - 3
    of_year = (153 * month + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + of_year - 719_468
