"""A match: which conditions of a definition hold for a lead at a moment, and by which signals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    Not,
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
    evidence: tuple[Signal, ...] = field(default=())

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal behind the match, once, in the order they happened."""
        return _once((*self.occurrences, *self.evidence))


def key(signal: Signal) -> Key:
    """What makes a signal count once."""
    return signal.source, signal.id


def match(condition: Condition, facts: Facts) -> Match | None:
    """How `condition` holds, None where it does not."""
    match condition:
        case Attribute():
            value = facts.attributes.get(condition.name)
            return _when(_satisfies(value, condition.predicates, facts.as_of))
        case Seen():
            seen = _free(condition.filter, condition.within, facts)
            return Match(occurrences=seen) if seen else None
        case Count():
            return _counted(condition, facts)
        case Silence():
            heard = (_is_meant(condition.filter, signal, facts.as_of)
                     for signal in facts.window(condition.within))
            return _when(not any(heard))
        case Reachable():
            known = (facts.attributes.get(name) for name in ("email", "phone"))
            return _when(any(not is_missing(value) for value in known) is condition.wanted)
        case AllOf():
            return _all(condition.parts, facts)
        case AnyOf():
            return _any(condition.parts, facts)
        case Not():
            # "None was seen" is about every signal, also those that feed another rule.
            return _when(match_(condition.part, facts.but_for(())) is None)
        case InBand() | HotCriterion() | GroupPoints():
            return _outcome(condition, facts)
