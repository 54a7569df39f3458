"""A question about one value, such as "is it at least 200?" or "is it a free mail address?".

A missing value (none, or blank) answers every question with no, except the one whether it is
missing. Texts compare after trimming.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from urllib.parse import urlsplit

from core.domain.clause import Clause, as_duration
from core.domain.lead import Scalar

OPERATORS = (
    "eq",
    "in",
    "not_in",
    "gte",
    "gt",
    "lte",
    "lt",
    "exists",
    "missing",
    "contains",
    "domain_in",
    "path_glob",
    "since",
)


class Comparison(StrEnum):
    """How a number is held against a bound."""

    GTE = "gte"
    GT = "gt"
    LTE = "lte"
    LT = "lt"


_ANY_TIME = datetime.min.replace(tzinfo=UTC)
COMPARISONS = tuple(str(comparison) for comparison in Comparison)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Is it one of these (`wanted`), or, where not wanted, something else?"""

    values: tuple[Scalar, ...]
    wanted: bool = True
    fold: bool = False

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        found = any(_same(each, value, self.fold) for each in self.values)
        return not is_missing(value) and found is self.wanted

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneOf) and self._told_apart() == other._told_apart()

    def __hash__(self) -> int:
        return hash(self._told_apart())

    def _told_apart(self) -> tuple[object, ...]:
        """What makes it this one: to Python true is 1, to a lead it is not."""
        return tuple((isinstance(each, bool), each) for each in self.values), self.wanted, self.fold


@dataclass(frozen=True, slots=True)
class Compared:
    """Is it, as a number, on this side of the bound?"""

    comparison: Comparison
    bound: float

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        number = as_number(value)
        if number is None:
            return False
        match self.comparison:
            case Comparison.GTE:
                return number >= self.bound
            case Comparison.GT:
                return number > self.bound
            case Comparison.LTE:
                return number <= self.bound
            case Comparison.LT:
                return number < self.bound


@dataclass(frozen=True, slots=True)
class Known:
    """Is there a value at all (`wanted`), or is there none?"""

    wanted: bool

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        return is_missing(value) is not self.wanted


@dataclass(frozen=True, slots=True)
class Contains:
    """Does the text contain one of these?"""

    texts: tuple[str, ...]
    fold: bool = False

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        if not isinstance(value, str):
            return False
        where = _folded(value, self.fold)
        return any(_folded(text, self.fold) in where for text in self.texts)


@dataclass(frozen=True, slots=True)
class DomainIn:
    """Is it an address at one of these domains, or below one?"""

    domains: tuple[str, ...]

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        if not isinstance(value, str):
            return False
        domain = value.strip().rpartition("@")[2].lower().rstrip(".")
        return any(domain == each or domain.endswith(f".{each}") for each in self.domains)


@dataclass(frozen=True, slots=True)
class PathLike:
    """Is it a path, or the address of a page with a path, of one of these shapes?"""

    patterns: tuple[str, ...]

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        if not isinstance(value, str):
            return False
        path = _path(value)
        return any(_shape(pattern).match(path) is not None for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Since:
    """Is it a moment that has come, no longer ago than this span or not before this moment?"""

    start: datetime | timedelta

    def holds(self, value: Scalar, as_of: datetime) -> bool:
        moment = as_moment(value)
        if moment is None or moment > as_of:
            return False
        if isinstance(self.start, timedelta):
            return moment > as_of - self.start
        return moment >= self.start


Predicate = OneOf | Compared | Known | Contains | DomainIn | PathLike | Since


class Answers(dict[Scalar, bool]):
    """Whether a value satisfies some predicates; what was asked about a text once is known then."""

    __slots__ = ("_as_of", "_predicates")
    MOST = 1024

    def __init__(self, predicates: tuple[Predicate, ...], as_of: datetime) -> None:
        super().__init__()
        self._predicates = predicates
        self._as_of = as_of

    def __missing__(self, value: Scalar) -> bool:
        answer = all(predicate.holds(value, self._as_of) for predicate in self._predicates)
        # Texts only: 1 and True are one key, but two answers.
        if isinstance(value, str):
            if len(self) >= self.MOST:
                self.clear()
            self[value] = answer
        return answer


@dataclass(frozen=True, slots=True)
class Asked:
    """Predicates that one value has to satisfy, made ready to be asked often."""

    predicates: tuple[Predicate, ...]
    lasting: Answers | None

    @classmethod
    def of(cls, predicates: tuple[Predicate, ...]) -> Asked:
        """The answers last where no predicate depends on the moment."""
        depends = any(isinstance(predicate, Since) for predicate in predicates)
        return cls(predicates, None if depends else Answers(predicates, _ANY_TIME))

    def answers(self, as_of: datetime) -> Answers:
        """The answers at a moment, by value."""
        return Answers(self.predicates, as_of) if self.lasting is None else self.lasting


def predicates(clause: Clause, *, fold: bool = False) -> tuple[Predicate, ...]:
    """Every predicate written in `clause`; the value has to satisfy all of them.

    `fold` in the clause, else the one given, says whether texts compare without regard to case.
    """
    folds = clause.flag("fold") if "fold" in clause else fold
    return tuple(_predicate(clause, name, folds) for name in OPERATORS if name in clause)


def _predicate(clause: Clause, operator: str, fold: bool) -> Predicate:
    match operator:
        case "eq":
            return OneOf((clause.scalar("eq"),), fold=fold)
        case "in" | "not_in":
            return OneOf(clause.scalars(operator), wanted=operator == "in", fold=fold)
        case "exists" | "missing":
            return Known(wanted=clause.flag(operator) is (operator == "exists"))
        case "contains":
            return Contains(clause.texts("contains"), fold)
        case "domain_in":
            domains = clause.texts("domain_in")
            return DomainIn(tuple(domain.lstrip("@").lower() for domain in domains))
        case "path_glob":
            return PathLike(clause.texts("path_glob"))
        case "since":
            return Since(_start(clause))
        case _:
            return Compared(Comparison(operator), clause.number(operator))


def _start(clause: Clause) -> datetime | timedelta:
    written = clause.text("since")
    start = as_duration(written) or as_moment(written)
    if start is None:
        clause.fail('must be a span of time such as "30d", or a date', key="since")
    return start


def is_missing(value: Scalar) -> bool:
    """True for no value and for a blank text."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_number(value: Scalar) -> float | None:
    """The number that a value is, or spells out as a web form does; None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_moment(value: Scalar) -> datetime | None:
    """The moment that an ISO 8601 text names, in UTC unless it says otherwise."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _same(expected: Scalar, value: Scalar, fold: bool) -> bool:
    if isinstance(expected, bool) or isinstance(value, bool):
        return expected is value
    if isinstance(expected, str):
        return isinstance(value, str) and _folded(expected, fold) == _folded(value, fold)
    return as_number(value) == expected


def _folded(text: str, fold: bool) -> str:
    trimmed = text.strip()
    return trimmed.casefold() if fold else trimmed


def _path(value: str) -> str:
    try:
        return urlsplit(value.strip()).path
    except ValueError:
        return value.strip()


@lru_cache(maxsize=1024)
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
