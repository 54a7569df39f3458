"""A match: which conditions of a definition hold for a lead at a moment, and by which signals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC

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
    Reachable,
    Seen,
    Silence,
)
from core.domain.lead import Scalar, Signal, Temperature
from core.domain.predicate import Asked, is_missing
from core.domain.trail import Places, Sought, Trail, property_of

_NONE_TAKEN: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the reckoning came to so far: the part of the facts that [qualify] may ask about."""

    band: Temperature
    hot: bool
    groups: Mapping[str, float]
    grade: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a lead: attributes, and what it did from the place `start` of its trail.

    `taken` holds the places of signals that already feed another rule of the same group.
    """

    attributes: Mapping[str, Scalar]
    trail: Trail
    start: int = 0
    taken: Set[int] = _NONE_TAKEN
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A condition that holds. Each of `occurrences` scores; `evidence` only shows why it holds."""

    occurrences: Places = ()
    evidence: Places = ()

    @property
    def places(self) -> Places:
        """Every signal behind the match, once, in the order they happened."""
        if self.occurrences and self.evidence:
            return sorted({*self.occurrences, *self.evidence})
        return self.occurrences or self.evidence


Matcher = Callable[[Facts], Match | None]
"""How a condition holds, None where it does not."""

_PLAINLY = Match()


class Matchers:
    """Makes matchers of conditions, once for each definition; equal filters are looked for once."""

    __slots__ = ("_sought",)

    def __init__(self) -> None:
        self._sought: dict[str, Sought] = {}

    def of(self, condition: Condition) -> Matcher:
        """The matcher of a condition."""
        match condition:
            case Attribute(name, predicates):
                return _attribute(name, Asked.of(predicates))
            case Seen():
                return self._seen(condition)
            case Count():
                return self._count(condition)
            case Silence():
                return self._silence(condition)
            case Reachable(wanted):
                return lambda facts: _PLAINLY if _is_reachable(facts) is wanted else None
            case AllOf(parts):
                return _all([self.of(part) for part in parts])
            case AnyOf(parts):
                return _any([self.of(part) for part in parts])
            case Not(part):
                return _not(self.of(part))
            case InBand() | HotCriterion() | GroupPoints() | InGrade():
                return lambda facts: _PLAINLY if _came_to(condition, facts) else None

    def _find(self, wanted: Filter) -> Sought:
        # By its representation, in which 1 is not True.
        return self._sought.setdefault(repr(wanted), Sought.by(wanted))

    def _seen(self, seen: Seen) -> Matcher:
        sought, within = self._find(seen.filter), seen.within

        def matcher(facts: Facts) -> Match | None:
            start = facts.start if within is None else max(facts.start, facts.trail.window(within))
            found = _free(facts.trail.find(sought), start, facts.taken)
            return Match(found) if found else None

        return matcher

    def _count(self, count: Count) -> Matcher:
        sought, within = self._find(count.filter), count.within

        def matcher(facts: Facts) -> Match | None:
            trail = facts.trail
            start = facts.start if within is None else max(facts.start, trail.window(within))
            found = _free(trail.find(sought), start, facts.taken)
            if len(found) < count.at_least or not _are_enough(found, trail, count):
                return None
            return Match(evidence=found)

        return matcher

    def _silence(self, silence: Silence) -> Matcher:
        sought, within = self._find(silence.filter), silence.within

        def matcher(facts: Facts) -> Match | None:
            start = max(facts.start, facts.trail.window(within))
            return None if _free(facts.trail.find(sought), start, _NONE_TAKEN) else _PLAINLY

        return matcher


def _attribute(name: str, asked: Asked) -> Matcher:
    def matcher(facts: Facts) -> Match | None:
        holds = asked.answers(facts.trail.as_of)[facts.attributes.get(name)]
        return _PLAINLY if holds else None

    return matcher


def _is_reachable(facts: Facts) -> bool:
    return any(not is_missing(facts.attributes.get(name)) for name in ("email", "phone"))


def _free(found: Places, start: int, taken: Set[int]) -> Places:
    """What was found from `start` on and is not taken."""
    if start and found and found[0] < start:
        found = found[bisect_left(found, start) :]
    if not taken or taken.isdisjoint(found):
        return found
    return [place for place in found if place not in taken]


def _are_enough(found: Places, trail: Trail, count: Count) -> bool:
    if count.distinct == "event":
        return True
    units = {_unit(trail.signals[place], count.distinct) for place in found} - {None}
    return len(units) >= count.at_least


def _unit(signal: Signal, distinct: str) -> object:
    """What a signal counts as; one that lacks the property counts as nothing."""
    match distinct:
        case "day":
            return signal.occurred_at.astimezone(UTC).date()
        case "session":
            # Without a session nothing says that two signals belong together.
            return signal.session or (signal.source, signal.id)
        case _:
            value = property_of(signal, distinct)
            return None if is_missing(value) else value


def _all(parts: Iterable[Matcher]) -> Matcher:
    every = tuple(parts)

    def matcher(facts: Facts) -> Match | None:
        found: list[Match] = []
        for part in every:
            one = part(facts)
            if one is None:
                return None
            found.append(one)
        # Several behaviours that must come together are one reason, not one for each signal.
        if sum(1 for one in found if one.occurrences) > 1:
            return Match(evidence=_merged(one.places for one in found))
        return _together(found)

    return matcher


def _any(parts: Iterable[Matcher]) -> Matcher:
    every = tuple(parts)

    def matcher(facts: Facts) -> Match | None:
        found = [one for part in every if (one := part(facts)) is not None]
        return _together(found) if found else None

    return matcher


def _not(part: Matcher) -> Matcher:
    def matcher(facts: Facts) -> Match | None:
        # "None was seen" speaks about every signal, also those that feed another rule.
        heard = Facts(facts.attributes, facts.trail, facts.start, _NONE_TAKEN, facts.standing)
        return _PLAINLY if part(heard) is None else None

    return matcher


def _together(found: list[Match]) -> Match:
    telling = [one for one in found if one.occurrences or one.evidence]
    if len(telling) < 2:
        return telling[0] if telling else _PLAINLY
    return Match(
        _merged(one.occurrences for one in telling), _merged(one.evidence for one in telling)
    )


def _merged(each: Iterable[Places]) -> Places:
    return sorted({place for places in each for place in places})


def _came_to(asked: InBand | HotCriterion | GroupPoints | InGrade, facts: Facts) -> bool:
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
            points = standing.groups.get(asked.group)
            return all(one.holds(points, facts.trail.as_of) for one in asked.predicates)
