"""Weeks to tell of: good, bad and empty, the first of all, and one in which clocks change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from core.domain.definition import default, load
from core.domain.handoff import Case, Outcome
from core.domain.lead import Temperature
from core.domain.localtime import Window
from core.domain.measures import Fact, Health, Measures, frame_of, measure
from core.domain.periods import Cadence, period_before, period_of
from core.domain.reasons import reasons_for
from core.domain.stages import Stage, Verb
from handlers.slack.views.digest import Telling
from handlers.slack.views.story import handoff_of
from tests.builders import a_policy
from tests.slack import stories

DEFINITION = load(default())
MONDAY = datetime(2025, 11, 24, 9, tzinfo=UTC)
HOSTILE = "<!channel> *webinar* & <https://evil.example|bank>"
SOURCES = ("webinar", "paid-search", "partner", "trade-fair")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a week goes: how many are offered and accepted, after how many hours, and whence."""

    offers: int
    accepted: float
    hours: float
    sources: Sequence[str | None] = SOURCES
    decided: float = 1.0
    definition: str = "v7 a1b2c3d"


USUAL = Pace(60, 0.58, 2.5)
GOOD = Pace(61, 0.82, 1.2)
BAD = Pace(140, 0.31, 20, (*SOURCES, HOSTILE, None, *(f"list-{n}" for n in range(30))), 0.8)
NOTHING = Pace(0, 0, 0)


def telling(
    *paces: Pace,
    timezone: str = "UTC",
    at: datetime = MONDAY,
    health: Health | None = None,
    cadence: Cadence = Cadence.WEEKLY,
    picture: str | None = None,
) -> Telling:
    """What is told of the last of some weeks, one after the other, on the Monday after it."""
    *_, last = measured(*paces, timezone=timezone, at=at, health=health)
    waiting = [
        Case(story.lead, handoff_of(story), story.policy)
        for story in (stories.OFFERED, stories.SPARSE_OFFER)
    ]
    shown = waiting if last.backlog.open else []
    return Telling(last, cadence, ZoneInfo(timezone), shown, DEFINITION, picture=picture)


def measured(
    *paces: Pace, timezone: str = "UTC", at: datetime = MONDAY, health: Health | None = None
) -> list[Measures]:
    """The digests of some weeks, each as it was told on the Monday after it, oldest first."""
    policy = a_policy(timezone=timezone)
    earlier = partial(period_before, cadence=Cadence.WEEKLY, zone=policy.zone)
    windows = _windows(len(paces), at, policy.zone)
    facts = [
        fact
        for number, (pace, window) in enumerate(zip(paces, windows, strict=True))
        for fact in _facts(pace, window, number)
    ]
    told: list[Measures] = []
    for window in windows:
        as_of = window.end + (at - windows[-1].end)
        told.append(
            measure(
                [fact for fact in facts if fact.opened_at < as_of],
                frame=frame_of(window, as_of=as_of, earlier=earlier),
                policy=policy,
                standing={Stage.SAL: [as_of - timedelta(days=days) for days in range(1, 41, 3)]},
                health=(health or Health()) if window == windows[-1] else Health(),
                previous=told[-1] if told else None,
            )
        )
    return told


def _windows(count: int, at: datetime, zone: ZoneInfo) -> list[Window]:
    weeks = partial(period_before, cadence=Cadence.WEEKLY, zone=zone)
    windows = [weeks(period_of(at, Cadence.WEEKLY, zone))]
    while len(windows) < count:
        windows.insert(0, weeks(windows[0]))
    return windows


def _facts(pace: Pace, window: Window, seed: int) -> Iterator[Fact]:
    chance = Random(seed)
    rules = [rule.id for rule in DEFINITION.rules]
    reasons = [reason.id for reason in reasons_for(Verb.REJECT)]
    for number in range(pace.offers):
        share = number / pace.offers
        opened = window.start + (window.end - window.start) * share
        bare = Fact(
            f"ho_{seed}_{number}",
            f"ld_{seed}_{number}",
            None,
            pace.definition,
            opened,
            opened + timedelta(hours=8),
            opened,
            temperature=tuple(Temperature)[int(chance.random() * 3)],
            source=pace.sources[int(chance.random() * len(pace.sources))],
            complete=chance.random() < 0.8,
            trigger="pricing",
            rules=(rules[int(chance.random() * 4)], rules[5 + int(chance.random() * 4)]),
        )
        if chance.random() < pace.decided:
            accepts, slowness = chance.random() < pace.accepted, chance.random()
            decided = opened + timedelta(hours=pace.hours * 3 * slowness * slowness)
            reason = reasons[int(chance.random() ** 2 * len(reasons))]
            yield _decided(bare, decided, None if accepts else reason, chance.random())
        else:
            yield bare


def _decided(fact: Fact, at: datetime, reason: str | None, luck: float) -> Fact:
    if reason is not None:
        return fact._replace(
            outcome=Outcome.REJECTED, by="U0RIN", decided_at=at, reason=reason, returned_at=at
        )
    return fact._replace(
        outcome=Outcome.ACCEPTED,
        by="U0BOB",
        decided_at=at,
        touch_due_at=at + timedelta(hours=9),
        touched_at=at + timedelta(hours=12 * luck),
        sql_at=at + timedelta(days=20 * luck) if luck < 0.5 else None,
    )


UNWELL = Health(unseen=3, waiting=12, parked=2, oldest_queued_at=MONDAY - timedelta(hours=3))
PICTURE = "https://baton.example/pictures/dg_1/0123456789abcdef0123456789abcdef.png"
TELLINGS = {
    "good": telling(USUAL, USUAL, USUAL, GOOD, picture=PICTURE),
    "bad": telling(USUAL, replace(USUAL, definition="v6 9f8e7d6"), BAD, health=UNWELL),
    "empty": telling(NOTHING, NOTHING),
    "first": telling(replace(GOOD, offers=9)),
    "dst": telling(USUAL, GOOD, timezone="Europe/Berlin", at=datetime(2025, 10, 27, 8, tzinfo=UTC)),
}
