"""Behind a figure: exactly the handoffs that it counts, so that a number can be looked into.

A figure has a short name without blanks, such as `offered`, `because:spam` or, of a group,
`source~1f3a9c20.accepted`; what strangers called a source stands in it only as a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from core.domain.handoff import Outcome
from core.domain.measures import Fact, Frame, Measures, Rung
from core.domain.measures.happenings import known_at
from core.domain.measures.promises import Fate, answer_of, contact_of

DIMENSIONS = ("source", "temperature", "campaign", "rule", "rep")
PARTS = ("decided", "accepted", "rejected")
_REACHED = ".reached"
_JUDGED = (Outcome.ACCEPTED, Outcome.REJECTED)
_Pick = Callable[[Sequence[Fact], Frame], Iterable[Fact]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a digest: how it is read off the measures, and which handoffs it counts."""

    read: Callable[[Measures], int]
    pick: _Pick


def _in(moment: datetime | None, frame: Frame) -> bool:
    return moment is not None and moment in frame.window


def _decided(fact: Fact, frame: Frame, *outcomes: Outcome) -> bool:
    return _in(fact.decided_at, frame) and (not outcomes or fact.outcome in outcomes)


def _where(holds: Callable[[Fact, Frame], bool]) -> _Pick:
    return lambda facts, frame: [fact for fact in facts if holds(fact, frame)]


def _once(holds: Callable[[Fact, Frame], bool]) -> _Pick:
    """Of each lead the first handoff of which it holds."""

    def pick(facts: Sequence[Fact], frame: Frame) -> Iterator[Fact]:
        seen: set[str] = set()
        for fact in facts:
            if holds(fact, frame) and fact.lead_id not in seen:
                seen.add(fact.lead_id)
                yield fact

    return pick


def _answer(fate: Fate) -> _Pick:
    """The answers that fell due in the period, and of which this became."""
    return _where(
        lambda fact, frame: _in(fact.due_at, frame) and answer_of(fact, frame.as_of) is fate
    )


def _contact(fate: Fate) -> _Pick:
    """The first contacts that fell due in the period, and of which this became."""
    return _where(
        lambda fact, frame: _in(fact.touch_due_at, frame) and contact_of(fact, frame.as_of) is fate
    )


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "offered": Figure(
            lambda m: m.period.offered, _where(lambda fact, frame: _in(fact.opened_at, frame))
        ),
        "decided": Figure(lambda m: m.period.decided, _where(_decided)),
        "accepted": Figure(
            lambda m: m.period.acceptance.part,
            _where(lambda fact, frame: _decided(fact, frame, Outcome.ACCEPTED)),
        ),
        "rejected": Figure(
            lambda m: m.period.acceptance.whole - m.period.acceptance.part,
            _where(lambda fact, frame: _decided(fact, frame, Outcome.REJECTED)),
        ),
        "answered-in-time": Figure(lambda m: m.period.in_time.kept, _answer(Fate.KEPT)),
        "answered-late": Figure(lambda m: m.period.in_time.late, _answer(Fate.LATE)),
        "unanswered": Figure(lambda m: m.period.in_time.missed, _answer(Fate.MISSED)),
        "contacted-in-time": Figure(lambda m: m.period.honoured.kept, _contact(Fate.KEPT)),
        "contacted-late": Figure(lambda m: m.period.honoured.late, _contact(Fate.LATE)),
        "not-contacted": Figure(lambda m: m.period.honoured.missed, _contact(Fate.MISSED)),
        "returned": Figure(
            lambda m: m.period.returned,
            _where(lambda fact, frame: _in(fact.returned_at, frame)),
        ),
        "mql": Figure(
            lambda m: m.period.arrivals.mql, _once(lambda fact, frame: _in(fact.opened_at, frame))
        ),
        "sal": Figure(
            lambda m: m.period.arrivals.sal,
            _once(lambda fact, frame: _decided(fact, frame, Outcome.ACCEPTED)),
        ),
        "sql": Figure(
            lambda m: m.period.arrivals.sql,
            _once(lambda fact, frame: _in(fact.sql_at or fact.won_at, frame)),
        ),
        "customer": Figure(
            lambda m: m.period.arrivals.customer,
            _once(lambda fact, frame: _in(fact.won_at, frame)),
        ),
        "open": Figure(lambda m: m.backlog.open, _where(lambda fact, _: fact.outcome is None)),
        "overdue": Figure(
            lambda m: m.backlog.overdue,
            _where(lambda fact, frame: fact.outcome is None and fact.due_at < frame.as_of),
        ),
    }
)
"""The figures that every digest has."""


def of_cohort(rung: Rung, *, reached: bool = False) -> str:
    """The name of the figure that counts who set out in a cohort, or who got there in time."""
    return f"cohort:{rung.value}{_REACHED if reached else ''}"


def because(reason: str) -> str:
    """The name of the figure that counts a reason."""
    return f"because:{reason}"


def of_group(dimension: str, key: str | None, part: str | None = None) -> str:
    """The name of a group's figure: all offered, or one of PARTS of those decided."""
    named = f"{dimension}~{_short(key)}"
    return f"{named}.{part}" if part else named


def _short(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()[:8] if key is not None else "none"


def figure_named(name: str) -> Figure | None:
    """The figure of that name; None where there can be none."""
    if name in FIGURES:
        return FIGURES[name]
    kind, _, reason = name.partition(":")
    if kind == "because" and reason:
        return _reason(reason)
    if kind == "cohort":
        rung = reason.removesuffix(_REACHED)
        known = rung in Rung._value2member_map_
        return _cohort(Rung(rung), reached=reason.endswith(_REACHED)) if known else None
    dimension, tilde, rest = name.partition("~")
    short, _, part = rest.partition(".")
    if dimension not in DIMENSIONS or not tilde or (part and part not in PARTS):
        return None
    return _group(dimension, short, part)


def person_counted(name: str, facts: Iterable[Fact]) -> str | None:
    """Whose figure it is, where it counts one person's handoffs."""
    dimension, _, rest = name.partition("~")
    if dimension != "rep":
        return None
    short = rest.partition(".")[0]
    return next((fact.by for fact in facts if fact.by and _short(fact.by) == short), "")


def _reason(reason: str) -> Figure:
    def read(measures: Measures) -> int:
        counted = (each for each in measures.refusals.by_reason if each.reason == reason)
        return sum(each.share.part for each in counted)

    def holds(fact: Fact, frame: Frame) -> bool:
        return _decided(fact, frame, Outcome.REJECTED) and (fact.reason or "other") == reason

    return Figure(read, _where(holds))


def _cohort(rung: Rung, *, reached: bool) -> Figure:
    def read(measures: Measures) -> int:
        found = [each for each in measures.cohorts if each.rung is rung]
        return sum(each.reached if reached else each.whole for each in found)

    def pick(facts: Sequence[Fact], frame: Frame) -> Iterator[Fact]:
        following = {fact.previous_id: fact for fact in facts}
        seen: set[str] = set()
        for fact in facts:
            unit = fact.id if rung is Rung.MQL_SAL else fact.lead_id
            start, end = _climb(rung, fact, following)
            if unit in seen or start is None or start not in frame.cohorts[rung]:
                continue
            if not reached or (end is not None and end - start <= frame.horizons[rung]):
                seen.add(unit)
                yield fact

    return Figure(read, pick)


def _climb(
    rung: Rung, fact: Fact, following: Mapping[str | None, Fact]
) -> tuple[datetime | None, datetime | None]:
    """When a lead set out from this handoff, and when it arrived."""
    accepted_at = fact.decided_at if fact.outcome is Outcome.ACCEPTED else None
    match rung:
        case Rung.MQL_SAL:
            return fact.opened_at, accepted_at
        case Rung.SAL_SQL:
            return accepted_at, fact.sql_at or fact.won_at
        case Rung.MQL_SQL:
            return fact.opened_at, fact.sql_at or fact.won_at
        case Rung.MQL_CUSTOMER:
            return fact.opened_at, fact.won_at
        case Rung.RETURN:
            return fact.returned_at, _taken_later(fact, following)


def _taken_later(fact: Fact, following: Mapping[str | None, Fact]) -> datetime | None:
    """When sales took a lead after all that had come back from this handoff."""
    seen = {fact.id}
    while (after := following.get(fact.id)) is not None and after.id not in seen:
        if after.outcome is Outcome.ACCEPTED:
            return after.decided_at
        seen.add(after.id)
        fact = after
    return None


def _group(dimension: str, short: str, part: str) -> Figure:
    def read(measures: Measures) -> int:
        groups = [each for each in measures.by(dimension) if not each.others]
        found = [each for each in groups if _short(each.key) == short]
        if not part:
            return sum(each.offered for each in found)
        shares = [each.acceptance for each in found]
        accepted, judged = sum(s.part for s in shares), sum(s.whole for s in shares)
        return {"decided": judged, "accepted": accepted, "rejected": judged - accepted}[part]

    wanted = {
        "decided": _JUDGED,
        "accepted": (Outcome.ACCEPTED,),
        "rejected": (Outcome.REJECTED,),
    }

    def holds(fact: Fact, frame: Frame) -> bool:
        if short not in map(_short, _keys(dimension, fact)):
            return False
        return _decided(fact, frame, *wanted[part]) if part else _offered(dimension, fact, frame)

    return Figure(read, _where(holds))


def _offered(dimension: str, fact: Fact, frame: Frame) -> bool:
    return dimension != "rep" and _in(fact.opened_at, frame)


def _keys(dimension: str, fact: Fact) -> tuple[str | None, ...]:
    match dimension:
        case "source":
            return (fact.source,)
        case "temperature":
            return (fact.temperature.value,)
        case "campaign":
            return (fact.campaign,)
        case "rule":
            return fact.rules
        case _:
            return (fact.by,)


def behind(name: str, facts: Iterable[Fact], frame: Frame) -> list[Fact]:
    """The handoffs that a figure counts, the oldest first; none where there is no such figure."""
    figure = figure_named(name)
    known = sorted(known_at(facts, frame.as_of), key=lambda fact: (fact.opened_at, fact.id))
    return list(figure.pick(known, frame)) if figure else []


def names_in(measures: Measures) -> Iterator[str]:
    """Every figure that this digest has a number for."""
    yield from FIGURES
    yield from (because(each.reason) for each in measures.refusals.by_reason)
    for cohort in measures.cohorts:
        yield from (of_cohort(cohort.rung, reached=reached) for reached in (False, True))
    for dimension in DIMENSIONS:
        for group in measures.by(dimension):
            if not group.others:
                yield from (of_group(dimension, group.key, part) for part in (None, *PARTS))
