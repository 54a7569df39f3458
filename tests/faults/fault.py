"""A fault: what goes wrong, how it is brought about, and how often something was lost by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.stage import Stage


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of so many runs; `recovery` is the worst of them, in seconds."""

    runs: int
    lost: int = 0
    doubled: int = 0
    recovery: float | None = None
    note: str = ""

    def __add__(self, other: Tally) -> Tally:
        worst = [each.recovery for each in (self, other) if each.recovery is not None]
        notes = dict.fromkeys(each.note for each in (self, other) if each.note)
        return Tally(
            self.runs + other.runs,
            self.lost + other.lost,
            self.doubled + other.doubled,
            max(worst, default=None),
            "; ".join(notes),
        )

    @property
    def harmed(self) -> int:
        """How often something was lost or doubled."""
        return self.lost + self.doubled


Scenario = Callable[[Stage], Tally]


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the table. `control` is the naive way in the same trial, which must do harm.

    `quick`: part of `make test`. `why_not` says why it cannot be run here; then nothing is run.
    `together`: it mostly waits, and may be played on all databases at the same time.
    """

    id: str
    name: str
    run: Scenario
    control: Scenario | None = None
    databases: tuple[str, ...] = ("sqlite", "postgres")
    quick: bool = False
    together: bool = False
    why_not: str | None = None
