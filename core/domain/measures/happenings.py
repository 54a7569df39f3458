"""What happened in a period: of all facts those of which something lies in it, each by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.handoff import Outcome
from core.domain.localtime import Window
from core.domain.measures.fact import Fact

JUDGED = (Outcome.ACCEPTED, Outcome.REJECTED)


@dataclass(slots=True)
class Happenings:
    """The handoffs that were offered, decided, … in a window, as they stand at the digest's moment.

    `judged` are the decided that sales decided, `promised` those whose first contact fell due.
    """

    window: Window
    offered: list[Fact] = field(default_factory=list)
    due: list[Fact] = field(default_factory=list)
    decided: list[Fact] = field(default_factory=list)
    promised: list[Fact] = field(default_factory=list)
    touched: list[Fact] = field(default_factory=list)
    returned: list[Fact] = field(default_factory=list)
    sql: list[Fact] = field(default_factory=list)
    won: list[Fact] = field(default_factory=list)

    @property
    def judged(self) -> list[Fact]:
        """Accepted or rejected."""
        return [fact for fact in self.decided if fact.outcome in JUDGED]

    @property
    def accepted(self) -> list[Fact]:
        """Accepted."""
        return [fact for fact in self.decided if fact.outcome is Outcome.ACCEPTED]

    def all(self) -> Mapping[str, Fact]:
        """Every handoff that anything was done with in the window, by its id."""
        parts = (self.offered, self.decided, self.touched, self.sql, self.won)
        return {fact.id: fact for part in parts for fact in part}


def known_at(facts: Iterable[Fact], at: datetime) -> Iterator[Fact]:
    """The facts as they were known at a moment: what happened later is as if it had not."""
    for fact in facts:
        # Unpacked once: this is the one place that looks at every moment of every fact.
        opened, decided, touched, returned, sql, won = (
            fact[4],
            fact[10],
            fact[13],
            fact[14],
            fact[15],
            fact[16],
        )
        if opened > at:
            continue
        if (
            (decided is not None and decided > at)
            or (touched is not None and touched > at)
            or (returned is not None and returned > at)
            or (sql is not None and sql > at)
            or (won is not None and won > at)
        ):
            yield _earlier(fact, at)
        else:
            yield fact


def _earlier(fact: Fact, at: datetime) -> Fact:
    if fact.decided_at is not None and fact.decided_at > at:
        return fact._replace(
            outcome=None,
            by=None,
            decided_at=None,
            reason=None,
            touch_due_at=None,
            touched_at=None,
            returned_at=None,
            sql_at=None,
            won_at=None,
        )
    touched, returned, sql, won = (
        moment if moment is not None and moment <= at else None
        for moment in (fact.touched_at, fact.returned_at, fact.sql_at, fact.won_at)
    )
    return fact._replace(touched_at=touched, returned_at=returned, sql_at=sql, won_at=won)


def happenings(facts: Iterable[Fact], window: Window) -> Happenings:
    """Sort facts by what of them lies in a window."""
    found = Happenings(window)
    start, end = window.start, window.end
    for fact in facts:
        opened, due, decided, promised = fact[4], fact[5], fact[10], fact[12]
        if start <= opened < end:
            found.offered.append(fact)
        if start <= due < end:
            found.due.append(fact)
        if decided is None:
            continue
        if start <= decided < end:
            found.decided.append(fact)
        if promised is not None and start <= promised < end:
            found.promised.append(fact)
        _later(found, fact, start, end)
    return found


def _later(found: Happenings, fact: Fact, start: datetime, end: datetime) -> None:
    """What comes after the decision, if anything does."""
    touched, returned, sql, won = fact[13:17]
    if touched is not None and start <= touched < end:
        found.touched.append(fact)
    if returned is not None and start <= returned < end:
        found.returned.append(fact)
    if sql is not None and start <= sql < end:
        found.sql.append(fact)
    if won is not None and start <= won < end:
        found.won.append(fact)
