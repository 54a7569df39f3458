"""Linting: everything that is wrong or odd about a written definition, and what to do about it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.clause import nearest
from core.domain.condition import (
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    Count,
    Filter,
    Not,
    Seen,
    Silence,
    gives_for_each,
)
from core.domain.definition import Criterion, Definition, Phase, Reset, Rule, parse
from core.domain.lines import lines
from core.domain.mending import errors
from core.domain.nurturing import Nurturing, Track
from core.domain.predicate import OneOf, Predicate
from core.domain.reach import Reach, never_qualifies
from core.domain.reasons import REASONS, ReasonClass
from core.errors import DefinitionInvalid

_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_FEW = 5


class Severity(StrEnum):
    """An error keeps the definition from being used; a warning is most likely a mistake."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the definition at `line` of its text: what, and what to do about it."""

    line: int | None
    severity: Severity
    place: str
    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What there is in the data: leads, how often each value stands where, what rules fired for.

    Values are by attribute, or by kind of signal and property such as `("form", "form")`; `fired`
    holds for how many leads a rule, by its id, ever gave something.
    """

    leads: int
    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    properties: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    fired: Mapping[str, int] = field(default_factory=dict)


_Subject = tuple[str, ...]
"""Whose values are meant: an attribute `(name,)`, or a property `(kind, name)`."""


def lint(text: str, *, observed: Observed | None = None) -> tuple[Finding, ...]:
    """Everything worth saying about a definition in TOML, by line.

    Where it cannot be read, only its errors: all of them, as far as the text can be read on.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (_not_toml(error),)
    where = lines(text)
    found = list(_errors(tree))
    if not found:
        definition = parse(tree)
        found = [*_doubts(definition), *(_missed(definition, observed) if observed else ())]
    placed = (
        Finding(where.of(one.place), one.severity, one.place, one.problem, one.advice)
        for one in found
    )
    order = list(Severity)
    return tuple(sorted(placed, key=lambda one: (one.line or 0, order.index(one.severity))))


def _not_toml(error: tomllib.TOMLDecodeError) -> Finding:
    problem = str(error)
    at = _AT_LINE.search(problem)
    column = f" in column {at[2]}" if at else ""
    said = _AT_LINE.sub("", problem).strip()
    advice = "texts stand in quotes, a table begins with [name], an element of a list with [[name]]"
    line = int(at[1]) if at else None
    return Finding(line, Severity.ERROR, "", f"is not TOML{column}: {said}", advice)


def _errors(tree: Mapping[str, object]) -> Iterator[Finding]:
    for error in errors(tree)[0]:
        yield Finding(None, Severity.ERROR, error.place, error.problem, _remedy(error))


def _remedy(error: DefinitionInvalid) -> str:
    if "did you mean" in error.problem or "written by sales" in error.problem:
        return "write the nearest name, or take it out"
    return ""


def _warning(place: str, problem: str, advice: str) -> Finding:
    return Finding(None, Severity.WARNING, place, problem, advice)


def _hint(place: str, problem: str, advice: str) -> Finding:
    return Finding(None, Severity.HINT, place, problem, advice)


# What can be seen in the definition alone


def _doubts(definition: Definition) -> Iterator[Finding]:
    yield from _empty_groups(definition)
    yield from _idle_rules(definition)
    yield from _shadowed(definition)
    yield from _out_of_reach(definition)
    yield from _twins(definition)
    yield from _tracks(definition.nurturing)
    yield from _idle_offers(definition.nurturing)
    yield from _languages(definition)


def _empty_groups(definition: Definition) -> Iterator[Finding]:
    used = {rule.group for rule in definition.rules}
    for group in definition.groups:
        if group.id not in used:
            place = f"groups.{group.id}"
            yield _warning(place, "no rule gives points in this group", "add one or take it out")


def _idle_rules(definition: Definition) -> Iterator[Finding]:
    most = {group.id: group.range.most for group in definition.groups}
    for number, rule in enumerate(definition.rules):
        place = f"rules[{number}]"
        cap = most[rule.group]
        if rule.points == 0:
            problem = f'"{rule.id}" gives 0 points'
            # Without points it may still take signals away from the rules that follow.
            yield _warning(f"{place}.points", problem, "give it points or take it out")
        elif cap is not None and rule.points > cap:
            problem = f'"{rule.id}" gives {rule.points:g}, but its group at most {cap:g}'
            yield _hint(f"{place}.points", problem, "raise the max of the group, or lower this")
        if rule.limit and not gives_for_each(rule.when):
            problem = f'"{rule.id}" gives its points once anyway'
            yield _hint(f"{place}.limit", problem, "take the limit out")


def _shadowed(definition: Definition) -> Iterator[Finding]:
    for number, rule in enumerate(definition.rules):
        for earlier in definition.rules[:number]:
            if earlier.group != rule.group:
                continue
            place = f"rules[{number}].when"
            if earlier.when == rule.when and not gives_for_each(rule.when):
                problem = f'"{rule.id}" asks the same as "{earlier.id}"'
                yield _hint(place, problem, "make one of the two")
                break
            if not earlier.share and not rule.share and _covers(earlier.when, rule.when):
                problem = f'"{rule.id}" never counts: "{earlier.id}" takes every such signal first'
                yield _warning(place, problem, f'move it above "{earlier.id}", or set share = true')
                break


def _covers(earlier: Condition, later: Condition) -> bool:
    """Whether nothing is left for `later` of what it would count."""
    if not isinstance(earlier, Seen):
        return False
    match later:
        case Seen():
            in_time = earlier.within is None or (
                later.within is not None and later.within <= earlier.within
            )
            return in_time and _is_wider(earlier.filter, later.filter)
        case AllOf(parts):
            return any(_covers(earlier, part) for part in parts)
        case AnyOf(parts):
            return all(_covers(earlier, part) for part in parts)
        case _:
            return False


def _is_wider(wide: Filter, narrow: Filter) -> bool:
    same_kind = wide.kind is None or wide.kind is narrow.kind
    return same_kind and set(wide.properties) <= set(narrow.properties)


def _out_of_reach(definition: Definition) -> Iterator[Finding]:
    reach = Reach.of(definition)
    most = f"no lead can come to more than {reach.total:g} points"
    for band, starts, grades in (
        ("hot", definition.hot_from, definition.hot_grades),
        ("warm", definition.warm_from, definition.warm_grades),
    ):
        if not reach.band(starts, grades):
            advice = "lower the band, or raise points, groups or the score's max"
            yield _warning(f"bands.{band}", f"nobody is ever {band} by score: {most}", advice)
    for grade in sorted((definition.hot_grades | definition.warm_grades) - reach.grades):
        yield _warning("bands", f"nobody can ever get the grade {grade}", "lower its steps")
    if never_qualifies(definition, reach):
        problem = "nobody can ever qualify: what it asks for cannot be met together"
        yield Finding(None, Severity.ERROR, "qualify", problem, "ask for less, or add [[hot]]")


def _twins(definition: Definition) -> Iterator[Finding]:
    """Texts of one attribute or property that differ only in how they are spelt."""
    spelt: dict[tuple[_Subject, str], dict[str, str]] = defaultdict(dict)
    for place, subject, predicate in _asked(definition):
        if isinstance(predicate, OneOf) and not predicate.fold:
            for value in predicate.values:
                if isinstance(value, str):
                    spelt[subject, _bare(value)].setdefault(value, place)
    for (subject, _), places in spelt.items():
        values = list(places)
        for other in values[1:]:
            if values[0] in _beside(other, places, definition):
                continue
            problem = f'"{other}" and "{values[0]}" of {_called(subject)} are not the same'
            yield _warning(places[other], problem, "spell both alike, or set fold = true")


def _beside(value: str, places: Mapping[str, str], definition: Definition) -> list[str]:
    """Spellings in the same list: whoever lists both has seen both."""
    return [other for other, place in places.items() if place == places[value] and other != value]


def _tracks(nurturing: Nurturing) -> Iterator[Finding]:
    """Tracks that no lead ever gets on, and leads that no track is for."""
    known = {*(reason.id for reason in REASONS), *ReasonClass}
    for number, track in enumerate(nurturing.tracks):
        place = f"nurturing.tracks[{number}]"
        for name in track.reasons:
            if name not in known:
                problem = f'no reason is called "{name}"{nearest(name, known)}'
                yield _warning(f"{place}.reasons", problem, "name a reason, or a class of them")
        earlier = (other for other in nurturing.tracks[:number] if _takes_all(other, track))
        if first := next(earlier, None):
            problem = f'"{track.id}" is for nobody: "{first.id}" takes all such leads first'
            yield _warning(place, problem, f'move it above "{first.id}"')
    if nurturing.tracks and not any(_is_for_all(track) for track in nurturing.tracks):
        problem = "leads for which no track is written get nothing"
        yield _hint("nurturing", problem, "add a last track without reasons and phases")


def _takes_all(earlier: Track, later: Track) -> bool:
    """Whether nobody is left for `later`."""
    classes = {reason.id: reason.group.value for reason in REASONS}
    reasons = not earlier.reasons or (
        bool(later.reasons)
        and all(not {one, classes.get(one)}.isdisjoint(earlier.reasons) for one in later.reasons)
    )
    phases = not earlier.phases or (bool(later.phases) and set(later.phases) <= set(earlier.phases))
    return reasons and phases


def _is_for_all(track: Track) -> bool:
    return not track.reasons and not track.phases


def _idle_offers(nurturing: Nurturing) -> Iterator[Finding]:
    sent = {id for track in nurturing.tracks for id in track.offers}
    for number, offer in enumerate(nurturing.offers):
        if offer.id not in sent:
            problem = f'no track sends "{offer.id}"'
            yield _warning(f"nurturing.offers[{number}]", problem, "put it on one or take it out")


def _languages(definition: Definition) -> Iterator[Finding]:
    said = [(place, why) for place, why in _wordings(definition) if "" not in why and why]
    spoken = {language for _, why in said for language in why}
    for place, why in said:
        if missing := sorted(spoken - set(why)):
            problem = f"is not said in {', '.join(missing)}"
            yield _hint(place, problem, "add it: whoever reads that language gets another one")


def _wordings(definition: Definition) -> Iterator[tuple[str, Mapping[str, str]]]:
    parts: tuple[tuple[str, Iterable[Rule | Criterion | Reset]], ...] = (
        ("rules", definition.rules),
        ("hot", definition.hot),
        ("exclude", definition.exclusions),
        ("reset", definition.resets),
    )
    for top, each in parts:
        for number, part in enumerate(each):
            yield f"{top}[{number}].why", part.why
    for number, phase in enumerate(definition.journey):
        yield f"journey[{number}].offer", phase.offer
    for number, offer in enumerate(definition.nurturing.offers):
        yield f"nurturing.offers[{number}].name", offer.name
    for number, track in enumerate(definition.nurturing.tracks):
        yield f"nurturing.tracks[{number}].name", track.name


# What can be seen in the data


def _missed(definition: Definition, observed: Observed) -> Iterator[Finding]:
    if not observed.leads:
        return
    yield from _never_fired(definition, observed)
    told: set[_Subject] = set()
    for place, subject, predicate in _asked(definition):
        values = _values(subject, observed)
        if values is None:
            if subject not in told and len(subject) == 1:
                told.add(subject)
                problem = (
                    f"no lead has {_called(subject)}{nearest(subject[0], observed.attributes)}"
                )
                yield _hint(place, problem, "see what your forms and CRM send")
        elif isinstance(predicate, OneOf):
            yield from _unmet(place, subject, predicate, values)


def _never_fired(definition: Definition, observed: Observed) -> Iterator[Finding]:
    leads = f"{observed.leads:,} lead{'' if observed.leads == 1 else 's'}"
    for number, rule in enumerate(definition.rules):
        if not observed.fired.get(rule.id):
            problem = f'"{rule.id}" never fired for any of {leads}'
            advice = "see whether it asks for what is really sent, or take it out"
            yield _warning(f"rules[{number}]", problem, advice)


def _values(subject: _Subject, observed: Observed) -> Mapping[str, int] | None:
    if len(subject) == 1:
        return observed.attributes.get(subject[0])
    kind, name = subject
    return observed.properties.get((kind, name))


def _unmet(
    place: str, subject: _Subject, asked: OneOf, values: Mapping[str, int]
) -> Iterator[Finding]:
    """Spellings in the data that mean what is asked for and are passed over."""
    listed = {value for value in asked.values if isinstance(value, str)}
    met = {_folded(value) for value in listed} if asked.fold else listed
    for value in sorted(listed):
        like = [
            (other, count)
            for other, count in values.items()
            if _bare(other) == _bare(value)
            and (_folded(other) if asked.fold else other.strip()) not in met
        ]
        for other, count in like[:_FEW]:
            times = "once" if count == 1 else f"{count:,} times"
            problem = f'"{other}" stands in {_called(subject)} {times} and is not "{value}"'
            yield _warning(place, problem, "list it too" if asked.fold else "list it too, or fold")


# Reading


def _asked(definition: Definition) -> Iterator[tuple[str, _Subject, Predicate]]:
    """Every predicate with its place and the subject whose values it is about."""
    for place, condition in _conditions(definition):
        yield from _of(place, condition)


def _conditions(definition: Definition) -> Iterator[tuple[str, Condition]]:
    parts: tuple[tuple[str, Iterable[Rule | Criterion | Reset | Phase]], ...] = (
        ("rules", definition.rules),
        ("hot", definition.hot),
        ("exclude", definition.exclusions),
        ("reset", definition.resets),
        ("journey", definition.journey),
    )
    for top, each in parts:
        for number, part in enumerate(each):
            if part.when is not None:
                yield f"{top}[{number}].when", part.when
    for number, offer in enumerate(definition.nurturing.offers):
        if offer.taken is not None:
            yield f"nurturing.offers[{number}].taken", offer.taken
    yield "qualify.when", definition.qualify


def _of(place: str, condition: Condition) -> Iterator[tuple[str, _Subject, Predicate]]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _of(place, part)
        case Not(part):
            yield from _of(place, part)
        case Attribute(name, asked):
            yield from ((place, (name,), predicate) for predicate in asked)
        case Seen(wanted) | Count(wanted) | Silence(wanted):
            for name, asked in wanted.properties:
                subject = (str(wanted.kind or "any"), name)
                yield from ((place, subject, predicate) for predicate in asked)
        case _:
            return


def _called(subject: _Subject) -> str:
    if len(subject) == 1:
        return f'the attribute "{subject[0]}"'
    return f'"{subject[1]}" of {subject[0]} signals'


def _folded(text: str) -> str:
    return text.strip().casefold()


def _bare(text: str) -> str:
    """A text without what people spell differently: case, width, blanks and punctuation."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in wide if sign.isalnum()) or wide
