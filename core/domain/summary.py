"""A summary of a definition: what counts as hot, warm, cold and MQL, for a rep to read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from core.domain.condition import gives_for_each
from core.domain.decay import Decay
from core.domain.definition import (
    Criterion,
    Definition,
    Group,
    GroupKind,
    Limit,
    Range,
    Reset,
    Rule,
    Wording,
)
from core.domain.nurturing import Nurturing
from core.domain.phrase import Phrase, PhraseKind, forgetting, phrase

STRONGEST = 5


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """A rule in short: points, for every time or once, and how often at most (a LIMIT phrase)."""

    id: str
    why: Wording
    points: float
    each: bool
    limit: Phrase | None


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """A group with its strongest rules, the weightiest first; `others` are not shown."""

    id: str
    kind: GroupKind
    range: Range
    forgets: Phrase | None
    strongest: tuple[RuleSummary, ...]
    others: int


@dataclass(frozen=True, slots=True)
class PhaseSummary:
    """A phase of the journey: what puts a lead there, and what to offer in it."""

    id: str
    when: Phrase
    offer: Wording


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """A track of nurturing: for whom it is (none: for any), and what it sends, in order."""

    id: str
    name: Wording
    reasons: tuple[str, ...]
    phases: tuple[str, ...]
    offers: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A definition in sentences. Each phrase of `hot` suffices by itself, likewise `warm`, `cold`.

    `stays_hot_from` is the score down to which a hot lead stays hot; `cools_off` how long a lead
    that was sent back is left alone (nothing: not at all). `left_out` and `resets` are CRITERION
    phrases; the `parts` of a reset name the groups that it sets back, none for everything.
    """

    name: str
    hot: tuple[Phrase, ...]
    warm: tuple[Phrase, ...]
    cold: tuple[Phrase, ...]
    mql: Phrase
    stays_hot_from: float | None
    cools_off: timedelta
    groups: tuple[GroupSummary, ...]
    left_out: tuple[Phrase, ...]
    resets: tuple[Phrase, ...]
    journey: tuple[PhaseSummary, ...]
    tracks: tuple[TrackSummary, ...]


def summary(definition: Definition, *, strongest: int = STRONGEST) -> Summary:
    """The definition in short, with at most so many rules of each group."""
    return Summary(
        name=definition.name,
        hot=(
            *_band(definition.hot_from, definition.hot_grades, definition),
            *(criterion_phrase(one) for one in definition.hot),
        ),
        warm=_band(definition.warm_from, definition.warm_grades, definition),
        cold=_cold(definition),
        mql=phrase(definition.qualify),
        stays_hot_from=definition.leave_hot_below,
        cools_off=definition.requalify_after,
        groups=tuple(_group(group, definition, strongest) for group in definition.groups),
        left_out=tuple(criterion_phrase(one) for one in definition.exclusions),
        resets=tuple(reset_phrase(one) for one in definition.resets),
        journey=tuple(
            PhaseSummary(phase.id, phrase(phase.when), phase.offer) for phase in definition.journey
        ),
        tracks=_tracks(definition.nurturing),
    )


def _tracks(nurturing: Nurturing) -> tuple[TrackSummary, ...]:
    return tuple(
        TrackSummary(
            track.id,
            track.name,
            track.reasons,
            track.phases,
            tuple(offer.name for offer in nurturing.offers_of(track)),
        )
        for track in nurturing.tracks
    )


def criterion_phrase(criterion: Criterion) -> Phrase:
    """A criterion in its own words."""
    return Phrase(PhraseKind.CRITERION, name=criterion.id, why=criterion.why)


def reset_phrase(reset: Reset) -> Phrase:
    """A reset in its own words, with the groups that it sets back."""
    groups = tuple(Phrase(PhraseKind.GROUP, name=group) for group in reset.groups)
    return Phrase(PhraseKind.CRITERION, name=reset.id, why=reset.why, parts=groups)


def limit_phrase(limit: Limit) -> Phrase:
    """How often a rule counts."""
    return Phrase(PhraseKind.LIMIT, number=limit.times, span=limit.per)


def decay_phrase(decay: Decay | None) -> Phrase | None:
    """How a group forgets, None where it does not."""
    return forgetting(decay) if decay else None


def in_order(grades: Iterable[str], definition: Definition) -> tuple[str, ...]:
    """Grades, the best first."""
    known = definition.matrix.grades() if definition.matrix else ()
    wanted = set(grades)
    return tuple(grade for grade in known if grade in wanted)


def _band(starts: float, grades: Iterable[str], definition: Definition) -> tuple[Phrase, ...]:
    points = (Phrase(PhraseKind.POINTS, number=starts),) if math.isfinite(starts) else ()
    named = in_order(grades, definition)
    return (*points, *((Phrase(PhraseKind.GRADE, texts=named),) if named else ()))


def _cold(definition: Definition) -> tuple[Phrase, ...]:
    by_points = math.isfinite(definition.warm_from) and not definition.warm_grades
    if by_points and not definition.hot_grades:
        return (Phrase(PhraseKind.BELOW, number=definition.warm_from),)
    return (Phrase(PhraseKind.REST),)


def _group(group: Group, definition: Definition, strongest: int) -> GroupSummary:
    rules = [rule for rule in definition.rules if rule.group == group.id]
    rules.sort(key=lambda rule: -abs(rule.points))
    shown = tuple(map(_rule, rules[:strongest]))
    forgets = decay_phrase(group.decay)
    return GroupSummary(group.id, group.kind, group.range, forgets, shown, len(rules) - len(shown))


def _rule(rule: Rule) -> RuleSummary:
    limit = limit_phrase(rule.limit) if rule.limit else None
    return RuleSummary(rule.id, rule.why, rule.points, gives_for_each(rule.when), limit)
