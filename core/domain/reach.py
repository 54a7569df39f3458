"""Reach: the most that a definition could ever make of a lead, to find what nobody can meet."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.domain.condition import (
    AllOf,
    AnyOf,
    Condition,
    GroupPoints,
    HotCriterion,
    InBand,
    InGrade,
    gives_for_each,
)
from core.domain.definition import Definition, Group, GroupKind, Rule
from core.domain.lead import Temperature
from core.domain.matrix import Matrix
from core.domain.predicate import Compared, Comparison, OneOf, Predicate


@dataclass(frozen=True, slots=True)
class Reach:
    """Bounds on the points of each group and of the whole, and the grades that can be got.

    Never too narrow: rules that exclude each other are added up as if they did not.
    """

    groups: Mapping[str, tuple[float, float]]
    total: float
    grades: frozenset[str]

    @classmethod
    def of(cls, definition: Definition) -> Reach:
        """The reach of a definition."""
        groups = {group.id: _bounds(group, definition.rules) for group in definition.groups}
        total = definition.range.clamp(sum(most for _, most in groups.values()))
        return cls(groups, total, _grades(definition, groups))

    def band(self, starts: float, grades: Collection[str]) -> bool:
        """Whether a band that starts there, or comes with these grades, can be reached."""
        return self.total >= starts or bool(self.grades.intersection(grades))


def never_qualifies(definition: Definition, reach: Reach) -> bool:
    """Whether no lead at all can meet what [qualify] asks for."""
    return not _possible(definition.qualify, definition, reach)


def _bounds(group: Group, rules: Iterable[Rule]) -> tuple[float, float]:
    own = [_extent(rule) for rule in rules if rule.group == group.id]
    least, most = (math.fsum(pick(0.0, points) for points in own) for pick in (min, max))
    return group.range.clamp(least), group.range.clamp(most)


def _extent(rule: Rule) -> float:
    """The points of a rule that fires as often as it may."""
    times = 1.0
    if gives_for_each(rule.when):
        times = rule.limit.times if rule.limit and rule.limit.per is None else math.inf
    return rule.range.clamp(rule.points * times if rule.points else 0.0)


def _grades(definition: Definition, groups: Mapping[str, tuple[float, float]]) -> frozenset[str]:
    if definition.matrix is None:
        return frozenset()
    sides = {
        kind: [groups[group.id] for group in definition.groups if group.kind is kind]
        for kind in GroupKind
    }
    fit, engagement = (
        _steps(definition.matrix, kind, sides[kind])
        for kind in (GroupKind.FIT, GroupKind.ENGAGEMENT)
    )
    return frozenset(who + doing for who in fit for doing in engagement)


def _steps(matrix: Matrix, kind: GroupKind, bounds: Iterable[tuple[float, float]]) -> list[str]:
    steps = matrix.fit if kind is GroupKind.FIT else matrix.engagement
    most = sum(each for _, each in bounds)
    return [step.name for step in steps if step.starts <= most or step is steps[-1]]


def _possible(condition: Condition, definition: Definition, reach: Reach) -> bool:
    match condition:
        case AllOf(parts):
            return all(_possible(part, definition, reach) for part in parts)
        case AnyOf(parts):
            return any(_possible(part, definition, reach) for part in parts)
        case HotCriterion(wanted):
            return bool(definition.hot) or not wanted
        case InGrade(grades):
            return not reach.grades.isdisjoint(grades)
        case InBand(Temperature.HOT):
            return reach.band(definition.hot_from, definition.hot_grades)
        case InBand(Temperature.WARM):
            return reach.band(definition.warm_from, definition.warm_grades)
        case GroupPoints(group, asked):
            return all(_within(predicate, *reach.groups[group]) for predicate in asked)
        case _:
            return True


def _within(predicate: Predicate, least: float, most: float) -> bool:
    match predicate:
        case Compared(Comparison.GTE, bound):
            return most >= bound
        case Compared(Comparison.GT, bound):
            return most > bound
        case Compared(Comparison.LTE, bound):
            return least <= bound
        case Compared(Comparison.LT, bound):
            return least < bound
        case OneOf(values):
            return any(isinstance(one, int | float) and least <= one <= most for one in values)
        case _:
            return True
