"""Verdicts: what a definition makes of many leads, a row for each look at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.definition import Definition, GroupKind, Range
from core.domain.lead import Temperature
from core.domain.matrix import Step
from storage.columnar.strands import Bools

Floats = NDArray[np.float64]

_NEAR = 1e-6  # of the last decimal: there only exact reckoning knows which way to round
BANDS = (Temperature.COLD, Temperature.WARM, Temperature.HOT)


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule gave, and where it fired. `is_unsure` marks a sum that may round either way."""

    fired: Bools
    points: Floats
    is_unsure: Bools | None = None


@dataclass(slots=True)
class Verdicts:
    """A row for each moment. `band` is what the score alone says, by its place in `BANDS`."""

    total: Floats
    band: NDArray[np.int8]
    hot: Bools
    qualified: Bools
    excluded: Bools
    unsure: Bools
    rules: Mapping[str, Given]

    def put(self, rows: NDArray[np.int64], other: Verdicts) -> None:
        """Take the rows of `other` in the place of these rows."""
        for name in ("total", "band", "hot", "qualified", "excluded", "unsure"):
            getattr(self, name)[rows] = getattr(other, name)
        for id, mine in self.rules.items():
            mine.fired[rows] = other.rules[id].fired
            mine.points[rows] = other.rules[id].points


@dataclass(frozen=True, slots=True)
class Sums:
    """The points of a lead before anybody asks what they mean, a row for each moment."""

    groups: Mapping[str, Floats]
    total: Floats
    band: NDArray[np.int8]
    grades: NDArray[np.int64] | None
    unsure: Bools


def clamped(points: Floats, bounds: Range) -> Floats:
    """Points, moved to the nearer bound where they lie outside."""
    if bounds.least is None and bounds.most is None:
        return points
    return np.clip(points, bounds.least, bounds.most)


def rounded(points: Floats, *, is_exact: bool) -> tuple[Floats, Bools | None]:
    """Points with two decimals, and where they may be wrong in the last one.

    `is_exact` says that the points themselves are free of error, so that Python can decide.
    """
    scaled = points * 100
    found = np.rint(scaled) / 100 + 0.0
    near = np.abs(np.abs(scaled - np.trunc(scaled)) - 0.5) < _NEAR
    if not near.any():
        return found, None
    if is_exact:
        found[near] = [round(each, 2) + 0.0 for each in points[near].tolist()]
        return found, None
    return found, near


def sums(definition: Definition, rules: Mapping[str, Given], rows: int) -> Sums:
    """The points of all rules, by group and in all, and the band that they lead to."""
    unsure = np.zeros(rows, dtype=np.bool_)
    groups: dict[str, Floats] = {}
    for group in definition.groups:
        raw = np.zeros(rows)
        for rule in definition.rules:
            if rule.group == group.id:
                raw += rules[rule.id].points
                if (near := rules[rule.id].is_unsure) is not None:
                    unsure |= near
        groups[group.id] = clamped(_surely(raw, unsure), group.range)
    total = np.zeros(rows)
    for points in groups.values():
        total += points
    total = _surely(clamped(total, definition.range), unsure)
    grades = _grades(definition, groups, rows, unsure)
    return Sums(groups, total, _bands(definition, total, grades), grades, unsure)


def _surely(points: Floats, unsure: Bools) -> Floats:
    found, near = rounded(points, is_exact=False)
    if near is not None:
        unsure |= near
    return found


def _grades(
    definition: Definition, groups: Mapping[str, Floats], rows: int, unsure: Bools
) -> NDArray[np.int64] | None:
    """By row the place of the grade in `Matrix.grades()`."""
    matrix = definition.matrix
    if matrix is None:
        return None
    kinds = {kind: np.zeros(rows) for kind in GroupKind}
    for group in definition.groups:
        kinds[group.kind] += groups[group.id]
    fit = _reached(matrix.fit, _surely(kinds[GroupKind.FIT], unsure))
    doing = _reached(matrix.engagement, _surely(kinds[GroupKind.ENGAGEMENT], unsure))
    return fit * len(matrix.engagement) + doing


def _reached(steps: tuple[Step, ...], points: Floats) -> NDArray[np.int64]:
    place = np.full(len(points), len(steps) - 1, dtype=np.int64)
    for number in range(len(steps) - 1, -1, -1):
        place[points >= steps[number].starts] = number
    return place


def _bands(
    definition: Definition, total: Floats, grades: NDArray[np.int64] | None
) -> NDArray[np.int8]:
    band = np.zeros(len(total), dtype=np.int8)
    warm, hot = total >= definition.warm_from, total >= definition.hot_from
    if grades is not None and definition.matrix is not None:
        names = definition.matrix.grades()
        warm |= np.array([name in definition.warm_grades for name in names])[grades]
        hot |= np.array([name in definition.hot_grades for name in names])[grades]
    band[warm] = 1
    band[hot] = 2
    return band
