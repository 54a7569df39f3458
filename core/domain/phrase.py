"""A phrase: one part of a definition as plain values, ready to be said in any language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

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
from core.domain.decay import Decay, HalfLife
from core.domain.lead import Scalar
from core.domain.predicate import (
    Compared,
    Comparison,
    Contains,
    DomainIn,
    Known,
    OneOf,
    PathLike,
    Predicate,
    Since,
)


class PhraseKind(StrEnum):
    """What a phrase says, and which of its values it uses."""

    ALL = "all"  # every one of `parts`
    ANY = "any"  # at least one of `parts`
    NOT = "not"  # not `parts[0]`

    POINTS = "points"  # a score of `number` or more
    BELOW = "below"  # a score below `number`
    GRADE = "grade"  # one of the grades `texts`
    BAND = "band"  # the score alone is `name`: hot, warm or cold
    HOT = "hot"  # an explicit hot criterion is met
    NOT_HOT = "not_hot"  # no hot criterion is met
    CRITERION = "criterion"  # what `why` says, the criterion `name`
    REACHABLE = "reachable"  # there is an e-mail address or a phone number
    UNREACHABLE = "unreachable"  # there is neither
    REST = "rest"  # none of the above

    GROUP = "group"  # the points of group `name`: `parts` are what they have to be
    ATTRIBUTE = "attribute"  # the attribute `name`: `parts` are what it has to be
    PROPERTY = "property"  # the property `name` of a signal, likewise
    IS = "is"  # is one of `texts`
    IS_NOT = "is_not"  # is none of `texts`
    GTE = "gte"  # is at least `number`
    GT = "gt"  # is more than `number`
    LTE = "lte"  # is at most `number`
    LT = "lt"  # is less than `number`
    EXISTS = "exists"  # is known
    MISSING = "missing"  # is not known
    CONTAINS = "contains"  # contains one of `texts`
    DOMAIN = "domain"  # is an address at one of `texts`
    PATH = "path"  # is a page of the shape of one of `texts`
    WITHIN = "within"  # is a moment no longer ago than `span`
    SINCE = "since"  # is a moment not before `texts[0]`, an ISO date

    SEEN = "seen"  # signal `name` ("any": of any kind) with `parts`, within `span` if any
    COUNT = "count"  # `number` times the same, each `unit` once: event, day, session, property
    SILENCE = "silence"  # no such signal within `span`

    LIMIT = "limit"  # at most `number` times in any `span`, or ever
    HALF_LIFE = "half_life"  # halves every `span`; after `quiet` without a signal, if any
    LINEAR = "linear"  # loses `number` percent every `span`; likewise
    NAMED = "named"  # just `texts`
    SAID = "said"  # just `why`


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that a definition says; `kind` tells which values are set and what they mean.

    `fold` says that texts compare without regard to case.
    """

    kind: PhraseKind
    name: str = ""
    number: float | None = None
    texts: tuple[str, ...] = ()
    span: timedelta | None = None
    quiet: timedelta | None = None
    unit: str = ""
    fold: bool = False
    why: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Phrase, ...] = ()


def phrase(condition: Condition) -> Phrase:
    """What a condition says."""
    match condition:
        case AllOf(parts):
            return Phrase(PhraseKind.ALL, parts=tuple(map(phrase, parts)))
        case AnyOf(parts):
            return Phrase(PhraseKind.ANY, parts=tuple(map(phrase, parts)))
        case Not(part):
            return Phrase(PhraseKind.NOT, parts=(phrase(part),))
        case Attribute(name, asked):
            return Phrase(PhraseKind.ATTRIBUTE, name=name, parts=_asked(asked))
        case Seen(wanted, within):
            return _signal(PhraseKind.SEEN, wanted, within)
        case Count(wanted, at_least, within, distinct):
            return _signal(PhraseKind.COUNT, wanted, within, number=at_least, unit=distinct)
        case Silence(wanted, within):
            return _signal(PhraseKind.SILENCE, wanted, within)
        case Reachable(yes):
            return Phrase(PhraseKind.REACHABLE if yes else PhraseKind.UNREACHABLE)
        case HotCriterion(yes):
            return Phrase(PhraseKind.HOT if yes else PhraseKind.NOT_HOT)
        case InBand(band):
            return Phrase(PhraseKind.BAND, name=band)
        case InGrade(grades):
            return Phrase(PhraseKind.GRADE, texts=grades)
        case GroupPoints(group, asked):
            return Phrase(PhraseKind.GROUP, name=group, parts=_asked(asked))


def forgetting(decay: Decay) -> Phrase:
    """How a group forgets."""
    if isinstance(decay, HalfLife):
        return Phrase(PhraseKind.HALF_LIFE, span=decay.period, quiet=decay.quiet)
    percent = round(decay.share * 100, 2)
    return Phrase(PhraseKind.LINEAR, number=percent, span=decay.period, quiet=decay.quiet)


def _signal(
    kind: PhraseKind,
    wanted: Filter,
    span: timedelta | None,
    *,
    number: float | None = None,
    unit: str = "",
) -> Phrase:
    parts = tuple(
        Phrase(PhraseKind.PROPERTY, name=name, parts=_asked(asked))
        for name, asked in wanted.properties
    )
    return Phrase(kind, wanted.kind or "any", number, span=span, unit=unit, parts=parts)


def _asked(predicates: Iterable[Predicate]) -> tuple[Phrase, ...]:
    return tuple(map(_predicate, predicates))


def _predicate(predicate: Predicate) -> Phrase:
    match predicate:
        case OneOf(values, wanted, fold):
            kind = PhraseKind.IS if wanted else PhraseKind.IS_NOT
            return Phrase(kind, texts=tuple(map(_text, values)), fold=fold)
        case Known(wanted):
            return Phrase(PhraseKind.EXISTS if wanted else PhraseKind.MISSING)
        case Contains(texts, fold):
            return Phrase(PhraseKind.CONTAINS, texts=texts, fold=fold)
        case DomainIn(domains):
            return Phrase(PhraseKind.DOMAIN, texts=domains)
        case PathLike(patterns):
            return Phrase(PhraseKind.PATH, texts=patterns)
        case Since(start):
            return _since(start)
        case Compared(comparison, bound):
            return Phrase(_COMPARISONS[comparison], number=bound)


def _since(start: datetime | timedelta) -> Phrase:
    if isinstance(start, timedelta):
        return Phrase(PhraseKind.WITHIN, span=start)
    return Phrase(PhraseKind.SINCE, texts=(start.isoformat(),))


_COMPARISONS = {
    Comparison.GTE: PhraseKind.GTE,
    Comparison.GT: PhraseKind.GT,
    Comparison.LTE: PhraseKind.LTE,
    Comparison.LT: PhraseKind.LT,
}


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
