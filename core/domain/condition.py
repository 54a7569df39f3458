"""A condition of the definition: what has to be true of a lead for a clause to apply."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from core.domain.clause import Clause, as_clause, as_scalar, nearest
from core.domain.lead import SignalKind, Temperature
from core.domain.predicate import COMPARISONS, OPERATORS, OneOf, PathLike, Predicate, predicates

PROPERTIES: dict[SignalKind, tuple[str, ...]] = {
    SignalKind.PAGE: ("path", "title"),
    SignalKind.DOWNLOAD: ("document",),
    SignalKind.FORM: ("form",),
    SignalKind.ATTENDED: ("name",),
    SignalKind.EMAIL_CLICK: ("campaign",),
    SignalKind.CUSTOM: ("name",),
}
WRITTEN_BY_SALES = frozenset({"disposition", "owner", "stage", "status", "tags"})
_JOINERS = ("all", "any", "not", "and")
_OUTCOMES = ("band", "hot", "group", "grade")
_SUBJECTS = ("attr", "signal", "count", "no_signal", "reachable", *_OUTCOMES)
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the lead satisfies every predicate."""

    name: str
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which signals are meant: of a kind (None: any), with properties that satisfy predicates."""

    kind: SignalKind | None
    properties: tuple[tuple[str, tuple[Predicate, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """At least one such signal was seen; a rule gives its points for each of them."""

    filter: Filter
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """So many were seen; `distinct` counts events, days, sessions or values of a property."""

    filter: Filter
    at_least: int
    within: timedelta | None = None
    distinct: str = "event"


@dataclass(frozen=True, slots=True)
class Silence:
    """No such signal was seen within this span."""

    filter: Filter
    within: timedelta


@dataclass(frozen=True, slots=True)
class Reachable:
    """There is an e-mail address or a phone number (`wanted`), or neither."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class InBand:
    """The score alone puts the lead into this band."""

    band: Temperature


@dataclass(frozen=True, slots=True)
class HotCriterion:
    """An explicit hot criterion is met (`wanted`), or none is."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class GroupPoints:
    """The points of a group, after its clamp, satisfy every predicate."""

    group: str
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class InGrade:
    """The matrix gives the lead one of these grades."""

    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Outcome = InBand | HotCriterion | GroupPoints | InGrade
Condition = Attribute | Seen | Count | Silence | Reachable | Outcome | AllOf | AnyOf | Not


def gives_for_each(condition: Condition) -> bool:
    """Whether a rule gives its points for each signal, not once for all of them."""
    match condition:
        case Seen():
            return True
        case AllOf(parts):
            # Several behaviours that must come together are one reason.
            return sum(map(gives_for_each, parts)) == 1
        case AnyOf(parts):
            return any(map(gives_for_each, parts))
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Askable:
    """The names by which a condition may ask for the outcome of the reckoning."""

    groups: Collection[str]
    grades: Collection[str]


def condition(clause: Clause, *, asks: Askable | None = None, depth: int = 0) -> Condition:
    """Read a condition. With `asks` it may also ask for the outcome."""
    if depth > _DEEPEST:
        clause.fail("conditions are nested too deeply")
    parts: list[Condition] = []
    for joiner in (name for name in _JOINERS if name in clause):
        parts.extend(_joined(clause, joiner, asks, depth + 1))
    if subject := _subject(clause):
        parts.append(_leaf(clause, subject, asks))
    else:
        clause.allow(*_JOINERS)
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _subject(clause: Clause) -> str | None:
    subjects = [name for name in _SUBJECTS if name in clause]
    if len(subjects) > 1:
        clause.fail(f"asks for {' and '.join(subjects)} at once: put each into all = [...]")
    if not subjects and not any(name in clause for name in _JOINERS):
        hint = nearest(next(iter(clause.values), ""), (*_SUBJECTS, *_JOINERS[:3]))
        clause.fail(f"says nothing about the lead{hint}")
    return subjects[0] if subjects else None


def _joined(clause: Clause, joiner: str, asks: Askable | None, depth: int) -> tuple[Condition, ...]:
    if joiner == "not":
        return (Not(condition(clause.clause("not"), asks=asks, depth=depth)),)
    if joiner == "and" and not isinstance(clause.values["and"], list):
        return (condition(clause.clause("and"), asks=asks, depth=depth),)
    parts = tuple(condition(part, asks=asks, depth=depth) for part in clause.clauses(joiner))
    if not parts:
        clause.fail("must not be empty", key=joiner)
    return (AnyOf(parts),) if joiner == "any" else (AllOf(parts),)


def _leaf(clause: Clause, subject: str, asks: Askable | None) -> Condition:
    if subject in _OUTCOMES and asks is None:
        clause.fail("can be asked only in [qualify]", key=subject)
    match subject:
        case "attr":
            return _attribute(clause)
        case "signal":
            within = clause.optional("within", clause.duration)
            return Seen(_filter(clause, "within", *_JOINERS), within)
        case "count":
            return _count(clause)
        case "no_signal":
            clause.allow("no_signal", "within", *_JOINERS)
            return Silence(_silent(clause), clause.duration("within"))
        case "group":
            return _group_points(clause, asks.groups if asks else ())
        case "grade":
            clause.allow("grade", *_JOINERS)
            return InGrade(clause.choices("grade", asks.grades if asks else ()))
        case "band":
            clause.allow("band", *_JOINERS)
            return InBand(Temperature(clause.choice("band", tuple(Temperature))))
        case _:
            clause.allow(subject, *_JOINERS)
            wanted = clause.flag(subject)
            return HotCriterion(wanted) if subject == "hot" else Reachable(wanted)


def _attribute(clause: Clause) -> Attribute:
    clause.allow("attr", "fold", *OPERATORS, *_JOINERS)
    return Attribute(attribute_name(clause), _some(clause, predicates(clause)))


def attribute_name(clause: Clause) -> str:
    """The attribute that `clause` asks for; what sales writes is refused."""
    name = clause.text("attr")
    if name in WRITTEN_BY_SALES:
        clause.fail(f'"{name}" is written by sales and would give the answer away', key="attr")
    return name


def _count(clause: Clause) -> Count:
    clause.allow("count", "gte", "within", "distinct", *_JOINERS)
    return Count(
        filter=_filter(clause.clause("count")),
        at_least=clause.whole("gte"),
        within=clause.optional("within", clause.duration),
        distinct=clause.optional("distinct", clause.text) or "event",
    )


def _silent(clause: Clause) -> Filter:
    if isinstance(clause.values["no_signal"], str):
        return Filter(_kind(clause, "no_signal"))
    return _filter(clause.clause("no_signal"))


def _group_points(clause: Clause, groups: Collection[str]) -> GroupPoints:
    clause.allow("group", "eq", *COMPARISONS, *_JOINERS)
    return GroupPoints(clause.choice("group", groups), _some(clause, predicates(clause)))


def _some(clause: Clause, found: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    if not found:
        clause.fail("does not say what the value has to be, such as eq, gte or exists")
    return found


def _kind(clause: Clause, key: str) -> SignalKind | None:
    name = clause.choice(key, (*SignalKind, "any"))
    return None if name == "any" else SignalKind(name)


def _filter(clause: Clause, *also: str) -> Filter:
    kind = _kind(clause, "signal")
    named = PROPERTIES[kind] if kind else ()
    clause.allow("signal", "path_glob", "where", "fold", *named, *also)
    fold = clause.optional("fold", clause.flag) or False
    wanted = [(name, _wanted(clause, name, fold)) for name in named if name in clause]
    if "path_glob" in clause:
        wanted.append(("path", (PathLike(clause.texts("path_glob")),)))
    if "where" in clause:
        where = clause.clause("where")
        wanted.extend((name, _wanted(where, name, fold)) for name in sorted(where.values))
    return Filter(kind, tuple(wanted))


def _wanted(clause: Clause, name: str, fold: bool) -> tuple[Predicate, ...]:
    """What a property has to be: `form = "demo"`, or `form = { in = ["demo", "trial"] }`."""
    value = clause.values[name]
    if not isinstance(value, dict):
        return (OneOf((as_scalar(clause.at(name), value),), fold=fold),)
    asked = as_clause(clause.at(name), value)
    asked.allow("fold", *OPERATORS)
    return _some(asked, predicates(asked, fold=fold))
