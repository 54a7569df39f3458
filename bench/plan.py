"""How much is measured: enough for a figure to hold, or just enough to see that it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Rounds of so many requests each, ours and the floors' by turns."""

    rounds: int
    size: int
    warm_up: int


FULL = Plan(rounds=7, size=200, warm_up=200)
QUICK = Plan(rounds=2, size=64, warm_up=16)
