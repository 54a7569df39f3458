"""Years of handoffs, made in bulk: what the digest of one week has to find its rows among."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from bench.history import insert
from bench.product import TEAM
from storage.engine import make_engine

END = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
YEAR = timedelta(weeks=52)
ENTRIES = 5  # of the log for each handoff
_AT_ONCE = 5000
_RULES = ("pricing", "demo", "webinar", "size", "title", "country", "guide", "careers")
_SOURCES = ("web", "webinar", "fair", "partner", "ads", None)
_CAMPAIGNS = (*(f"campaign {number}" for number in range(12)), None)
_NO = ("no_need", "too_early", "bad_timing", "contact_data", "duplicate", "outside_target")
_LEAD = (
    "workspace, id, version, stage, known_by, email, name, attributes, handoff_id, created_at,"
    " entered_stage_at, changed_at, search"
)
_HANDOFF = (
    "workspace, id, lead_id, version, opened_at, due_at, definition, explanation, outcome,"
    " decided_by, decided_at, door, reason, touch_due_at, touched_at, returned_at, sql_at, won_at,"
    " source, campaign, complete, temperature, trigger, rules"
)
_LOG = (
    "workspace, seq, lead_id, handoff_id, from_stage, to_stage, verb, actor, door, occurred_at,"
    " recorded_at, previous, digest"
)
_POSTING = "workspace, kind, subject, channel, ts"
_LATELY = (END - timedelta(days=60)).isoformat(" ")  # a deal comes or is lost by then
_STORIES = (
    ((None, "new", "capture"), ("new", "mql", "qualify"), ("mql", "mql", "note")),
    (("mql", "sal", "accept"), ("sal", "sal", "touch")),
    (("mql", "nurturing", "reject"), ("nurturing", "nurturing", "note")),
)


def fill(url: str, handoffs: int, *, years: int = 1) -> None:
    """Put so many handoffs, spread evenly and with their log, where there are none yet."""
    engine = make_engine(url)
    chance = Random(handoffs)
    words = _Words(chance)
    moments = [END - YEAR * years * (1 - number / handoffs) for number in range(handoffs)]
    with engine.begin() as connection:
        for first in range(0, handoffs, _AT_ONCE):
            _some(connection, chance, words, first, moments[first : first + _AT_ONCE])
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    engine.dispose()


class _Words:
    """Explanations as long as real ones, each made once."""

    def __init__(self, chance: Random) -> None:
        self._known = [self._made(chance) for _ in range(200)]

    def any(self, chance: Random) -> tuple[str, str]:
        """An explanation, and the rules in it."""
        return chance.choice(self._known)

    def _made(self, chance: Random) -> tuple[str, str]:
        rules = sorted(chance.sample(_RULES, chance.randrange(2, 6)))
        why = {"en": "read the price list three times", "ja": "料金ページを3回閲覧"}
        told = [
            {"id": rule, "group": "doing", "why": why, "points": 10.0, "factor": 1.0, "given": 9.0}
            for rule in rules
        ]
        tree: dict[str, Any] = {"total": 72.5, "temperature": "hot", "hot": True, "rules": told}
        return json.dumps(tree, ensure_ascii=False), "\n".join(rules)


def _some(
    connection: Connection,
    chance: Random,
    words: _Words,
    first: int,
    moments: Sequence[datetime],
) -> None:
    rows = [_handoff(chance, words, first + n, opened) for n, opened in enumerate(moments)]
    leads = [
        (
            *(TEAM, row[2], 3, _stage(row), f"email:{row[2]}@x.example", f"{row[2]}@x.example"),
            *("Jane Doe", "{}", row[1], row[4], row[10] or row[4], row[10] or row[4], ""),
        )
        for row in rows
    ]
    insert(connection, "lead", _LEAD, leads)
    quoted = _HANDOFF.replace("trigger", '"trigger"')
    insert(connection, "handoff", quoted, rows)
    cards = [(TEAM, "card", row[1], "C0SALES", row[4]) for row in rows]
    insert(connection, "posting", _POSTING, cards)
    insert(connection, "stage_log", _LOG, _log(rows, first))


def _handoff(chance: Random, words: _Words, number: int, opened: datetime) -> tuple[Any, ...]:
    """Nearly all are over; of the last week one in ten waits."""
    explanation, rules = words.any(chance)
    due = opened + timedelta(hours=chance.choice((1, 4, 9)))
    waits = opened > END - timedelta(days=7) and chance.random() < 0.1
    decided = opened + timedelta(minutes=chance.randrange(5, 600))
    accepts = chance.random() < 0.62
    over: tuple[Any, ...] = (None,) * 10
    if not waits and accepts:
        over = ("accepted", *_who(chance, decided), None, *_pursued(chance, decided))
    elif not waits:
        back = _text(decided)
        over = (
            "rejected",
            *_who(chance, decided),
            chance.choice(_NO),
            None,
            None,
            back,
            None,
            None,
        )
    return (
        *(TEAM, f"ho_{number:08d}", f"ld_{number:08d}", 2, _text(opened), _text(due)),
        *("v1 0123456", explanation, *over),
        *(chance.choice(_SOURCES), chance.choice(_CAMPAIGNS), chance.random() < 0.8),
        *(chance.choice(("hot", "warm", "cold")), chance.choice((*_RULES[:2], None)), rules),
    )


def _who(chance: Random, decided: datetime) -> tuple[str, str, str]:
    return f"U0REP{chance.randrange(12)}", _text(decided), "button"


def _pursued(chance: Random, decided: datetime) -> tuple[Any, ...]:
    """Promise, contact, return, opportunity and deal."""
    touched = decided + timedelta(minutes=chance.randrange(10, 2000))
    sql = touched + timedelta(days=chance.randrange(1, 25)) if chance.random() < 0.4 else None
    won = sql + timedelta(days=chance.randrange(5, 60)) if sql and chance.random() < 0.3 else None
    back = touched + timedelta(days=3) if sql is None else None
    moments = (decided + timedelta(hours=9), touched, back, sql, won)
    return tuple(moment and _text(moment) for moment in moments)


def _stage(row: tuple[Any, ...]) -> str:
    if row[8] is None:
        return "mql"
    if row[15] is not None:
        return "nurturing"
    if row[17] is not None:
        return "customer"
    return "sal" if row[16] is None else "sql" if row[16] > _LATELY else "lost"


def _log(rows: list[tuple[Any, ...]], first: int) -> Iterator[tuple[Any, ...]]:
    seq = first * ENTRIES
    for row in rows:
        ended = _STORIES[1 if row[8] == "accepted" else 2]
        for start, end, verb in (*_STORIES[0], *ended):
            seq += 1
            moment = row[10] or row[4]
            yield (
                *(TEAM, seq, row[2], row[1], start, end, verb, "U0REP", "button", moment, moment),
                *("0" * 64, "0" * 64),
            )


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
