"""A match: which conditions of a definition hold for a lead at a moment, and by which signals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.domain.condition import (
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    Count,
    Filter,
    GroupPoints,
    HotCriterion,
    InBand,
    InGrade,
    Not,
    Outcome,
    Reachable,
    Seen,
    Silence,
)
from core.domain.lead import Scalar, Signal, Temperature
from core.domain.predicate import Predicate, is_missing

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the reckoning came to so far: the part of the facts that [qualify] may ask about."""

    band: Temperature
    hot: bool
    groups: Mapping[str, float]
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a lead at `as_of`: attributes, and signals in the order they happened.

    `taken` holds the signals that already feed another rule of the same group.
    """

    attributes: Mapping[str, Scalar]
    signals: Sequence[Signal]
    as_of: datetime
    taken: Collection[Key] = ()
    standing: Standing | None = None

    def but_for(self, taken: Collection[Key]) -> Facts:
        """The same facts, with these signals already taken."""
        return Facts(self.attributes, self.signals, self.as_of, taken, self.standing)

    def from_then(self, start: datetime) -> Facts:
        """The same facts, as if nothing had happened before `start`."""
        kept = tuple(signal for signal in self.signals if signal.occurred_at >= start)
        return replace(self, signals=kept)

    def window(self, within: timedelta | None) -> Iterable[Signal]:
        """The signals in `(as_of - within, as_of]`; all of them without a window."""
        if within is None:
            return self.signals
        start = self.as_of - within
        return (signal for signal in self.signals if signal.occurred_at > start)


@dataclass(frozen=True, slots=True)
class Match:
    """A condition that holds. Each of `occurrences` scores; `evidence` only shows why it holds."""

    occurrences: tuple[Signal, ...] = ()
    evidence: tuple[Signal, ...] = ()

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal behind the match, once, in the order they happened."""
        return _once((*self.occurrences, *self.evidence))


def key(signal: Signal) -> Key:
    """What makes a signal count once."""
    return signal.source, signal.id


def matched(condition: Condition, facts: Facts) -> Match | None:
    """How `condition` holds, None where it does not."""
    match condition:
        case Attribute():
            value = facts.attributes.get(condition.name)
            return _plainly(_satisfies(value, condition.predicates, facts.as_of))
        case Seen():
            seen = _free(condition.filter, condition.within, facts)
            return Match(occurrences=seen) if seen else None
        case Count():
            return _counted(condition, facts)
        case Silence():
            heard = facts.but_for(())
            return _plainly(not _free(condition.filter, condition.within, heard))
        case Reachable():
            known = (facts.attributes.get(name) for name in ("email", "phone"))
            return _plainly(any(not is_missing(value) for value in known) is condition.wanted)
        case AllOf():
            return _all(condition.parts, facts)
        case AnyOf():
            return _any(condition.parts, facts)
        case Not():
            # "None was seen" speaks about every signal, also those that feed another rule.
            return _plainly(matched(condition.part, facts.but_for(())) is None)
        case InBand() | HotCriterion() | GroupPoints() | InGrade():
            return _plainly(_came_to(condition, facts))


def _plainly(holds: bool) -> Match | None:
    return Match() if holds else None


def _satisfies(value: Scalar, asked: Iterable[Predicate], as_of: datetime) -> bool:
    return all(predicate.holds(value, as_of) for predicate in asked)


def _free(wanted: Filter, within: timedelta | None, facts: Facts) -> tuple[Signal, ...]:
    """The signals that are meant and not taken."""
    return tuple(
        signal
        for signal in facts.window(within)
        if _is_meant(wanted, signal, facts.as_of)
        and not (facts.taken and key(signal) in facts.taken)
    )


def _is_meant(wanted: Filter, signal: Signal, as_of: datetime) -> bool:
    if wanted.kind is not None and signal.kind is not wanted.kind:
        return False
    return all(
        _satisfies(_property(signal, name), asked, as_of) for name, asked in wanted.properties
    )


def _property(signal: Signal, name: str) -> Scalar:
    if name in signal.properties:
        return signal.properties[name]
    return {"source": signal.source, "session": signal.session}.get(name)


def _counted(count: Count, facts: Facts) -> Match | None:
    found = _free(count.filter, count.within, facts)
    units = {_unit(signal, count.distinct) for signal in found} - {None}
    return Match(evidence=found) if len(units) >= count.at_least else None


def _unit(signal: Signal, distinct: str) -> object:
    """What a signal counts as; one that lacks the property counts as nothing."""
    match distinct:
        case "event":
            return key(signal)
        case "day":
            return signal.occurred_at.astimezone(UTC).date()
        case "session":
            # Without a session nothing says that two signals belong together.
            return signal.session or key(signal)
        case _:
            value = _property(signal, distinct)
            return None if is_missing(value) else value


def _all(parts: Iterable[Condition], facts: Facts) -> Match | None:
    found: list[Match] = []
    for part in parts:
        one = matched(part, facts)
        if one is None:
            return None
        found.append(one)
    # Several behaviours that must come together are one reason, not one for each signal.
    if sum(1 for one in found if one.occurrences) > 1:
        return Match(evidence=_once(signal for one in found for signal in one.signals))
    return _merged(found)


def _any(parts: Iterable[Condition], facts: Facts) -> Match | None:
    found = [one for part in parts if (one := matched(part, facts)) is not None]
    return _merged(found) if found else None


def _merged(found: Iterable[Match]) -> Match:
    together = tuple(found)
    return Match(
        _once(signal for one in together for signal in one.occurrences),
        _once(signal for one in together for signal in one.evidence),
    )


def _once(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    distinct = {key(signal): signal for signal in signals}
    return tuple(sorted(distinct.values(), key=lambda signal: (signal.occurred_at, key(signal))))


def _came_to(asked: Outcome, facts: Facts) -> bool:
    standing = facts.standing
    if standing is None:
        return False
    match asked:
        case InBand():
            return standing.band is asked.band
        case HotCriterion():
            return standing.hot is asked.wanted
        case InGrade():
            return standing.grade in asked.grades
        case GroupPoints():
            return _satisfies(standing.groups.get(asked.group), asked.predicates, facts.as_of)
