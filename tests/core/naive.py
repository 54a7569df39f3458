"""The measures once more, by somebody who has all the time in the world and trusts nobody.

Everything is gone through one by one for each single figure; working time is walked in steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from core.domain.measures import Fact, Frame, Rung
from core.domain.policy import Policy
from core.domain.reasons import REASONS
from tests.core.chances import QUARTER

Figures = dict[str, Any]


def worked(start: datetime, end: datetime, policy: Policy) -> timedelta:
    """Working time, a quarter of an hour after the other."""
    total = timedelta(0)
    at = start
    while at < end:
        there = at.astimezone(policy.zone)
        is_open = policy.hours.start <= there.time() < policy.hours.end
        total += QUARTER if is_open and policy.hours.on(there.date(), policy.zone) else 0 * QUARTER
        at += QUARTER
    return total


def percentile(values: list[timedelta], part: int) -> timedelta | None:
    """The smallest value with at least so many of a hundred at or below it."""
    for value in sorted(values):
        if sum(other <= value for other in values) * 100 >= part * len(values):
            return value
    return None


def three(values: list[timedelta]) -> tuple[object, ...]:
    """How many there are, the median and how long the slowest took."""
    return (len(values), *(percentile(values, part) for part in (50, 75, 90)))


def group_of(reason: str | None) -> str:
    """The class of a reason."""
    for each in REASONS:
        if each.id == reason:
            return each.group.value
    return "other"


class Naive:
    """Figures of one frame."""

    def __init__(self, facts: Iterable[Fact], frame: Frame, policy: Policy) -> None:
        self.frame, self.policy = frame, policy
        self.facts = [self._as_known(fact) for fact in facts if fact.opened_at <= frame.as_of]

    def _as_known(self, fact: Fact) -> Fact:
        as_of = self.frame.as_of
        if fact.decided_at and fact.decided_at > as_of:
            return Fact._make((*fact[:8], *[None] * 9, *fact[17:]))
        if fact.touched_at and fact.touched_at > as_of:
            fact = fact._replace(touched_at=None)
        if fact.returned_at and fact.returned_at > as_of:
            fact = fact._replace(returned_at=None)
        if fact.sql_at and fact.sql_at > as_of:
            fact = fact._replace(sql_at=None)
        return fact._replace(won_at=None) if fact.won_at and fact.won_at > as_of else fact

    def period(self, which: str) -> Figures:
        """One period's figures."""
        window = getattr(self.frame, which)
        decided = [f for f in self.facts if f.decided_at and f.decided_at in window]
        yes = [f for f in decided if f.outcome == "accepted"]
        no = [f for f in decided if f.outcome == "rejected"]
        ours = [f for f in no if group_of(f.reason) != "procedural"]
        touched = [f for f in self.facts if f.touched_at and f.touched_at in window]
        own = [f for f in self.facts if f.opened_at in window]
        came_back = [f for f in self.facts if f.returned_at and f.returned_at in window]
        return {
            "offered": len(own),
            "decided": len(decided),
            "acceptance": (len(yes), len(yes) + len(no)),
            "quality": (len(yes), len(yes) + len(ours)),
            "own": (
                sum(f.outcome == "accepted" for f in own),
                len(own),
                sum(f.outcome is not None for f in own),
            ),
            "in_time": self._in_time(window),
            "honoured": self._honoured(window),
            "decide": self._clocks([(f.opened_at, f.decided_at) for f in (*yes, *no)]),
            "touch": self._clocks([(f.decided_at, f.touched_at) for f in touched]),
            "wait": self._clocks([(f.waiting_since, f.touched_at) for f in touched]),
            "recycled": (sum(f.returned_at is not None for f in decided), len(decided)),
            "returned": len(came_back),
            "mql": len({f.lead_id for f in own}),
            "sal": len({f.lead_id for f in yes}),
            "customer": len({f.lead_id for f in self.facts if f.won_at and f.won_at in window}),
        }

    def _in_time(self, window: Any) -> tuple[int, ...]:
        kept = late = missed = waiting = out = 0
        for f in self.facts:
            if f.due_at not in window:
                continue
            if f.definition == "imported":
                out += 1
            elif f.outcome in ("accepted", "rejected"):
                in_time = f.decided_at is not None and f.decided_at <= f.due_at
                kept, late = kept + in_time, late + (not in_time)
            elif f.outcome == "expired":
                missed += 1
            elif f.decided_at:
                out, missed = out + (f.decided_at <= f.due_at), missed + (f.decided_at > f.due_at)
            elif f.due_at < self.frame.as_of:
                missed += 1
            else:
                waiting += 1
        return kept, late, missed, waiting, out

    def _honoured(self, window: Any) -> tuple[int, ...]:
        kept = late = missed = waiting = out = 0
        for f in self.facts:
            if f.outcome != "accepted":
                continue
            if f.touch_due_at is None:
                out += f.decided_at is not None and f.decided_at in window
            elif f.touch_due_at in window:
                if f.touched_at and f.touched_at <= f.touch_due_at:
                    kept += 1
                elif f.touched_at:
                    late += 1
                elif f.returned_at and f.returned_at <= f.touch_due_at:
                    out += 1
                elif f.touch_due_at < self.frame.as_of:
                    missed += 1
                else:
                    waiting += 1
        return kept, late, missed, waiting, out

    def _clocks(self, spans: list[tuple[Any, Any]]) -> Figures:
        good = [(start, end) for start, end in spans if start <= end]
        return {
            "clock": three([end - start for start, end in good]),
            "working": three([worked(start, end, self.policy) for start, end in good]),
            "left_out": len(spans) - len(good),
        }

    def cohort(self, rung: Rung) -> tuple[int, int]:
        """Who reached it in time, of whom."""
        window, horizon = self.frame.cohorts[rung], self.frame.horizons[rung]
        whole: set[str] = set()
        made_it: set[str] = set()
        for f in self.facts:
            start, end = self._ends(f, rung)
            if start is None or start not in window:
                continue
            unit = f.id if rung is Rung.MQL_SAL else f.lead_id
            whole.add(unit)
            if end is not None and end - start <= horizon:
                made_it.add(unit)
        return len(made_it), len(whole)

    def _ends(self, f: Fact, rung: Rung) -> tuple[datetime | None, datetime | None]:
        accepted = f.decided_at if f.outcome == "accepted" else None
        match rung:
            case Rung.MQL_SAL:
                return f.opened_at, accepted
            case Rung.SAL_SQL:
                return accepted, f.sql_at or f.won_at
            case Rung.MQL_SQL:
                return f.opened_at, f.sql_at or f.won_at
            case Rung.MQL_CUSTOMER:
                return f.opened_at, f.won_at
            case Rung.RETURN:
                return f.returned_at, self._later(f)

    def _later(self, f: Fact) -> datetime | None:
        for after in self.facts:
            if after.previous_id == f.id:
                return after.decided_at if after.outcome == "accepted" else self._later(after)
        return None

    def groups(self, name: str) -> Figures:
        """Offered, accepted and rejected by what they have in common."""
        window = self.frame.window
        found: Figures = {}
        for f in self.facts:
            value = getattr(f, name)
            for key in value if isinstance(value, tuple) else (value,):
                row = found.setdefault(key, [0, 0, 0])
                row[0] += f.opened_at in window
                if f.decided_at and f.decided_at in window:
                    row[1] += f.outcome == "accepted"
                    row[2] += f.outcome == "rejected"
        return {key: tuple(row) for key, row in found.items() if any(row)}

    def refused(self) -> Figures:
        """Definitional rejections and acceptances of each rule."""
        found: Figures = {}
        for f in self.facts:
            if not (f.decided_at and f.decided_at in self.frame.window):
                continue
            is_no = f.outcome == "rejected" and group_of(f.reason) == "definitional"
            for rule in f.rules if is_no or f.outcome == "accepted" else ():
                part, whole = found.get(rule, (0, 0))
                found[rule] = (part + is_no, whole + 1)
        return found
