"""The difference between two definitions: what a proposal changes, the weightiest first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.domain.definition import (
    Criterion,
    Definition,
    Group,
    GroupKind,
    Phase,
    Range,
    Reset,
    Rule,
    Wording,
)
from core.domain.matrix import Matrix
from core.domain.nurturing import Offer, Track
from core.domain.phrase import Phrase, PhraseKind, phrase
from core.domain.summary import decay_phrase, in_order, limit_phrase

Said = float | str | timedelta | Phrase
"""Points, a name or a yes/no, a span of time, or something that takes a phrase."""


class Change(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Subject(StrEnum):
    """The parts of a definition, in the order of their weight."""

    QUALIFY = "qualify"
    BANDS = "bands"
    HOT = "hot"
    EXCLUSION = "exclude"
    RESET = "reset"
    RULE = "rules"
    GROUP = "groups"
    SCORE = "score"
    MATRIX = "matrix"
    HYSTERESIS = "hysteresis"
    PHASE = "journey"
    TRACK = "tracks"
    OFFER = "offers"
    MAIL = "mail"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, at `place` such as `rules.fit.size.points`.

    A whole part (a rule, a criterion, a group …) was added or removed where `aspect` is empty;
    `after` or `before` then holds the points of a rule or the phrase of a condition. Else the
    `aspect` of the part `id` changed, from None where nothing was written, to None where nothing
    is any more. `why` is the part's own sentence.
    """

    change: Change
    subject: Subject
    aspect: str
    place: str
    id: str
    why: Wording
    before: Said | None
    after: Said | None


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One aspect of a part: what it means, which is compared, and how it is said.

    A condition is compared by its representation, in which 1 is not True.
    """

    meant: object
    said: Said | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a definition. `essence` is the aspect that speaks for the whole of it."""

    why: Wording
    aspects: Mapping[str, _Aspect]
    essence: str = ""

    def said(self) -> Said | None:
        return self.aspects[self.essence].said if self.essence else None


_Key = tuple[Subject, str]
_NOTHING = _Aspect(None, None)


def diff(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Everything that `new` says otherwise than `old`; empty where both mean the same."""
    before, after = dict(_parts(old)), dict(_parts(new))
    found = [each for key in {**before, **after} for each in _held(key, before, after)]
    return tuple(sorted((*found, *_reordered(old, new)), key=_importance))


def _importance(difference: Difference) -> tuple[bool, int, float, str]:
    order = list(Subject).index(difference.subject)
    in_words_only = difference.aspect in ("why", "offer", "title")
    return in_words_only, order, -_size(difference), difference.place


def _size(difference: Difference) -> float:
    """By how many points; what is no matter of points comes after what is."""
    if difference.aspect not in ("", "points"):
        return 0.0
    before, after = (
        value if isinstance(value, float) else 0.0
        for value in (difference.before, difference.after)
    )
    return abs(after - before)


def _held(
    key: _Key, before: Mapping[_Key, _Part], after: Mapping[_Key, _Part]
) -> Iterator[Difference]:
    """What differs in one part."""
    match before.get(key), after.get(key):
        case None, _Part() as new:
            yield _whole(Change.ADDED, key, new.why, None, new.said())
        case _Part() as old, None:
            yield _whole(Change.REMOVED, key, old.why, old.said(), None)
        case _Part() as old, _Part() as new:
            for aspect in {**old.aspects, **new.aspects}:
                was, becomes = (part.aspects.get(aspect, _NOTHING) for part in (old, new))
                if was.meant != becomes.meant:
                    yield _changed(key, aspect, new.why, was.said, becomes.said)


def _whole(
    change: Change, key: _Key, why: Wording, before: Said | None, after: Said | None
) -> Difference:
    return Difference(change, key[0], "", _place(key), key[1], why, before, after)


def _changed(
    key: _Key, aspect: str, why: Wording, before: Said | None, after: Said | None
) -> Difference:
    place = _place(key) if key[0] == aspect else f"{_place(key)}.{aspect}"
    return Difference(Change.CHANGED, key[0], aspect, place, key[1], why, before, after)


def _place(key: _Key) -> str:
    subject, id = key
    return f"{subject}.{id}" if id else subject


def _reordered(old: Definition, new: Definition) -> Iterator[Difference]:
    """Where parts that both have stand in another order, which decides who comes first."""
    for group in new.groups:
        orders = ([rule.id for rule in each.rules if rule.group == group.id] for each in (old, new))
        yield from _order((Subject.GROUP, group.id), *orders)
    yield from _order(
        (Subject.PHASE, ""), *([phase.id for phase in each.journey] for each in (old, new))
    )
    yield from _order(
        (Subject.TRACK, ""), *([track.id for track in each.nurturing.tracks] for each in (old, new))
    )


def _order(key: _Key, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    both = set(before) & set(after)
    was, becomes = (tuple(id for id in ids if id in both) for ids in (before, after))
    if was != becomes:
        yield _changed(key, "order", {}, _names(was).said, _names(becomes).said)


def _parts(definition: Definition) -> Iterator[tuple[_Key, _Part]]:
    yield from _wholes(definition)
    for rule in definition.rules:
        yield (Subject.RULE, rule.id), _rule(rule)
    for group in definition.groups:
        yield (Subject.GROUP, group.id), _group(group)
    for subject, criteria in (
        (Subject.HOT, definition.hot),
        (Subject.EXCLUSION, definition.exclusions),
    ):
        for criterion in criteria:
            yield (subject, criterion.id), _criterion(criterion)
    for reset in definition.resets:
        yield (Subject.RESET, reset.id), _reset(reset)
    for phase in definition.journey:
        yield (Subject.PHASE, phase.id), _phase(phase)
    for track in definition.nurturing.tracks:
        yield (Subject.TRACK, track.id), _track(track)
    for offer in definition.nurturing.offers:
        yield (Subject.OFFER, offer.id), _offer(offer)


def _wholes(definition: Definition) -> Iterator[tuple[_Key, _Part]]:
    """The parts that every definition has once."""
    qualify = _Aspect(repr(definition.qualify), phrase(definition.qualify))
    yield (Subject.QUALIFY, ""), _Part({}, {"when": qualify})
    bands = {
        "hot": _points(definition.hot_from),
        "warm": _points(definition.warm_from),
        "hot_grades": _grades(definition.hot_grades, definition),
        "warm_grades": _grades(definition.warm_grades, definition),
    }
    yield (Subject.BANDS, ""), _Part({}, bands)
    yield (Subject.SCORE, ""), _Part({}, _range(definition.range))
    hysteresis = {
        "leave_hot_below": _points(definition.leave_hot_below),
        "requalify_after": _plain(definition.requalify_after),
    }
    yield (Subject.HYSTERESIS, ""), _Part({}, hysteresis)
    yield (Subject.MATRIX, ""), _Part({}, _matrix(definition.matrix))
    mail = {
        "opens": _plain("on" if definition.mail.opens else "off"),
        "machine_within": _plain(definition.mail.machine_within),
    }
    yield (Subject.MAIL, ""), _Part({}, mail)
    yield (Subject.NAME, ""), _Part({}, {"name": _plain(definition.name)})


def _matrix(matrix: Matrix | None) -> dict[str, _Aspect]:
    if matrix is None:
        return {}
    sides = {GroupKind.FIT: matrix.fit, GroupKind.ENGAGEMENT: matrix.engagement}
    return {
        f"{side}.{step.name}": _points(step.starts)
        for side, steps in sides.items()
        for step in steps
    }


def _rule(rule: Rule) -> _Part:
    aspects = {
        "points": _points(rule.points),
        "group": _plain(rule.group),
        "when": _Aspect(repr(rule.when), phrase(rule.when)),
        "limit": _Aspect(rule.limit, limit_phrase(rule.limit) if rule.limit else None),
        **_range(rule.range),
        "share": _plain("on" if rule.share else "off"),
        "why": _words(rule.why),
    }
    return _Part(rule.why, aspects, "points")


def _group(group: Group) -> _Part:
    aspects = {
        "kind": _plain(group.kind),
        **_range(group.range),
        "decay": _Aspect(group.decay, decay_phrase(group.decay)),
    }
    return _Part({}, aspects)


def _criterion(criterion: Criterion) -> _Part:
    when = _Aspect(repr(criterion.when), phrase(criterion.when))
    return _Part(criterion.why, {"when": when, "why": _words(criterion.why)}, "when")


def _reset(reset: Reset) -> _Part:
    said = phrase(reset.when) if reset.when else Phrase(PhraseKind.ATTRIBUTE, name=reset.attr or "")
    aspects = {
        "when": _Aspect((repr(reset.when), reset.attr), said),
        "group": _names(reset.groups),
        "why": _words(reset.why),
    }
    return _Part(reset.why, aspects, "when")


def _phase(phase: Phase) -> _Part:
    aspects = {"when": _Aspect(repr(phase.when), phrase(phase.when)), "offer": _words(phase.offer)}
    return _Part({}, aspects, "when")


def _track(track: Track) -> _Part:
    aspects = {
        "sends": _names(track.offers),
        "reasons": _names(track.reasons),
        "phases": _names(track.phases),
        "title": _words(track.name),
    }
    return _Part(track.name, aspects, "sends")


def _offer(offer: Offer) -> _Part:
    taken = phrase(offer.taken) if offer.taken else None
    aspects = {
        "link": _Aspect(offer.link, offer.link),
        "document": _Aspect(offer.document, offer.document),
        "taken": _Aspect(repr(offer.taken), taken),
        "title": _words(offer.name),
    }
    return _Part(offer.name, aspects)


def _points(points: float | None) -> _Aspect:
    written = None if points is None or math.isinf(points) else points
    return _Aspect(written, written)


def _range(bounds: Range) -> dict[str, _Aspect]:
    return {"min": _points(bounds.least), "max": _points(bounds.most)}


def _plain(value: str | timedelta) -> _Aspect:
    return _Aspect(value, value)


def _words(why: Wording) -> _Aspect:
    return _Aspect(dict(why), Phrase(PhraseKind.SAID, why=why) if why else None)


def _grades(grades: Iterable[str], definition: Definition) -> _Aspect:
    return _names(in_order(grades, definition))


def _names(names: Sequence[str]) -> _Aspect:
    return _Aspect(tuple(names), Phrase(PhraseKind.NAMED, texts=tuple(names)) if names else None)
