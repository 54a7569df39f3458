"""Decay: how a group of rules forgets what a lead did, as a function of time alone."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta

from core.domain.clause import Clause, as_duration

_LINEAR = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)%/(\w+)")


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Points halve with every `period`.

    With `quiet`, nothing is forgotten while the lead stays active: age is then counted for all
    signals of the group alike, from so long after its last one.
    """

    period: timedelta
    quiet: timedelta | None = None

    def factor(self, age: timedelta) -> float:
        """What is left of one point after `age`, from 1 down to 0."""
        return math.exp2(-(age / self.period))


@dataclass(frozen=True, slots=True)
class Linear:
    """Points lose this share of what they were with every `period`, down to nothing.

    `quiet` is what it is to a half-life.
    """

    share: float
    period: timedelta
    quiet: timedelta | None = None

    def factor(self, age: timedelta) -> float:
        """What is left of one point after `age`, from 1 down to 0."""
        return max(0.0, 1.0 - self.share * (age / self.period))


Decay = HalfLife | Linear


def decay(clause: Clause) -> Decay:
    """Read a decay; raises DefinitionInvalid."""
    clause.allow("half_life", "linear", "quiet")
    if ("half_life" in clause) is ("linear" in clause):
        clause.fail('takes one of half_life = "14d" and linear = "50%/30d"')
    quiet = clause.optional("quiet", clause.duration)
    if "half_life" in clause:
        return HalfLife(clause.duration("half_life"), quiet)
    written = _LINEAR.fullmatch(clause.text("linear"))
    period = as_duration(written[2]) if written else None
    if not written or not period or not 0 < float(written[1]) <= 100:
        clause.fail('must be a share and a span of time such as "50%/30d"', key="linear")
    return Linear(float(written[1]) / 100, period, quiet)
