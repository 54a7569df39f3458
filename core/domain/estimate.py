"""An estimate: a share seen in a few cases, and how far the true share may lie from it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Estimate:
    """`part` of `whole`, both counts. Of nothing there is no rate, and every rate is possible."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson score interval, 95 %: between 0 and 1, low and high.

        Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
        Journal of the American Statistical Association 22 (1927).
        """
        if self.whole == 0:
            return 0.0, 1.0
        n, p = self.whole, self.part / self.whole
        scale = 1 + _Z**2 / n
        middle = (p + _Z**2 / (2 * n)) / scale
        reach = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / scale
        return max(0.0, middle - reach), min(1.0, middle + reach)


def separation(scores: Iterable[tuple[float, bool]]) -> float | None:
    """How often a good case scores higher than a bad one, ties counting half: the AUC.

    0.5 is no better than tossing a coin. None where one of the two sorts is missing. It is the
    Mann-Whitney U, divided by the number of pairs.
    """
    good: Counter[float] = Counter()
    bad: Counter[float] = Counter()
    for score, is_good in scores:
        (good if is_good else bad)[score] += 1
    pairs = good.total() * bad.total()
    if not pairs:
        return None
    below, won = 0, 0.0
    for score in sorted(good.keys() | bad.keys()):
        won += good[score] * (below + bad[score] / 2)
        below += bad[score]
    return won / pairs
