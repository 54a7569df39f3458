"""The matrix: who a lead is against what it does, as a letter and a number such as "B2"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.clause import Clause


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a grade, and the points from which on it is given."""

    name: str
    starts: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """The steps of fit and of engagement, the highest first; the lowest takes all below it too."""

    fit: tuple[Step, ...]
    engagement: tuple[Step, ...]

    def grade(self, *, fit: float, engagement: float) -> str:
        """The grade for the points of all groups of either kind, such as "B2"."""
        return _reached(self.fit, fit) + _reached(self.engagement, engagement)

    def grades(self) -> tuple[str, ...]:
        """Every grade there is, the best first."""
        return tuple(fit.name + doing.name for fit in self.fit for doing in self.engagement)


def _reached(steps: Iterable[Step], points: float) -> str:
    name = ""
    for step in steps:
        name = step.name
        if points >= step.starts:
            break
    return name


def matrix(clause: Clause) -> Matrix:
    """Read a matrix; raises DefinitionInvalid."""
    clause.allow("fit", "engagement")
    found = Matrix(_steps(clause.clause("fit")), _steps(clause.clause("engagement")))
    if len(set(found.grades())) < len(found.grades()):
        clause.fail("two steps make the same grade: use letters for one and numbers for the other")
    return found


def _steps(clause: Clause) -> tuple[Step, ...]:
    steps = [Step(name, clause.number(name)) for name in clause.values]
    if not steps or not all(step.name.strip() for step in steps):
        clause.fail("needs named steps, such as A = 40")
    if len({step.starts for step in steps}) < len(steps):
        clause.fail("two steps start at the same points")
    return tuple(sorted(steps, key=lambda step: -step.starts))
