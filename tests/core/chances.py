"""Handoffs by chance: a few months of them, on quarters of an hour so that moments meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from core.domain.handoff import Outcome
from core.domain.lead import Temperature
from core.domain.localtime import WEEK, Window
from core.domain.measures import Fact
from core.domain.past import IMPORTED
from core.domain.reasons import REASONS

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
WEEKS = 16
_REASONS = tuple(reason.id for reason in REASONS)


def facts_by_chance(chance: Random, size: int, *, weeks: int = WEEKS) -> list[Fact]:
    """So many handoffs; one in five is of a lead that was offered before."""
    facts: list[Fact] = []
    came_back: list[Fact] = []  # and were not offered again since
    for number in range(size):
        again = bool(came_back) and chance.random() < 0.3
        before = came_back.pop(chance.randrange(len(came_back))) if again else None
        facts.append(_fact(chance, number, before, weeks))
        if facts[-1].returned_at is not None:
            came_back.append(facts[-1])
    return facts


def _fact(chance: Random, number: int, before: Fact | None, weeks: int) -> Fact:
    since = before.returned_at if before else None
    opened = (since or BEGIN) + _some(chance, 96 * 20 if since else weeks * 7 * 96)
    fact = Fact(
        f"ho_{number}",
        before.lead_id if before else f"ld_{number // 2 if chance.random() < 0.1 else number}",
        before.id if before else None,
        IMPORTED if chance.random() < 0.1 else chance.choice(("v1 a", "v2 b")),
        opened,
        opened + _some(chance, 40),
        opened - (_some(chance, 8) if chance.random() < 0.2 else timedelta(0)),
        temperature=chance.choice(tuple(Temperature)),
        source=chance.choice(("web", "webinar", "fair", None)),
        campaign=chance.choice(("spring", None)),
        complete=chance.random() < 0.7,
        trigger=chance.choice(("demo", None)),
        rules=tuple(sorted(chance.sample(("demo", "pricing", "fit"), chance.randrange(4)))),
    )
    return _decided(chance, fact)


def _decided(chance: Random, fact: Fact) -> Fact:
    kind = chance.choice(("open", "accepted", "accepted", "rejected", "rejected", "over"))
    at = fact.opened_at + _some(chance, 96 * 3)
    over = fact._replace(decided_at=at, by=chance.choice(("U1", "U2", "U3")))
    match kind:
        case "accepted":
            return _pursued(chance, over._replace(outcome=Outcome.ACCEPTED))
        case "rejected":
            returned = at if chance.random() < 0.8 else None
            reason = chance.choice((*_REASONS, "of old", None))
            return over._replace(outcome=Outcome.REJECTED, reason=reason, returned_at=returned)
        case "over":
            return over._replace(outcome=chance.choice((Outcome.WITHDRAWN, Outcome.EXPIRED)))
        case _:
            return fact


def _pursued(chance: Random, fact: Fact) -> Fact:
    at = fact.decided_at or fact.opened_at
    odd = -4 if chance.random() < 0.1 else 0  # a clock that was wrong
    if fact.definition != IMPORTED:
        fact = fact._replace(touch_due_at=at + _some(chance, 96))
    if chance.random() < 0.7:
        at = at + _some(chance, 96 * 2) + odd * QUARTER
        fact = fact._replace(touched_at=at)
    if chance.random() < 0.5:
        at += _some(chance, 96 * 20) + odd * QUARTER
        fact = fact._replace(sql_at=at, touched_at=fact.touched_at or at)
        if chance.random() < 0.5:
            at += _some(chance, 96 * 30)
            fact = fact._replace(won_at=at)
            if chance.random() < 0.3:
                fact = fact._replace(sql_at=chance.choice((at, None)))
    elif chance.random() < 0.4:
        fact = fact._replace(returned_at=at + _some(chance, 96 * 9))
    return fact


def _some(chance: Random, quarters: int) -> timedelta:
    return chance.randrange(quarters) * QUARTER


def earlier(window: Window) -> Window:
    """The week before."""
    return Window(window.start - WEEK, window.start)
