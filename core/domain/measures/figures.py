"""The figures of a digest: values that say what they count, of how many, and what they leave out.

A percentile is by nearest rank: the smallest value that at least that part of all does not exceed,
so it is always one that somebody had. A share of nothing has no rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil, sqrt

from core.domain.localtime import Window
from core.domain.measures.frame import Rung
from core.domain.reasons import ReasonClass
from core.domain.stages import Stage

FEW = 20  # below so many a rate is chance
AGE_BOUNDS = (1, 3, 7, 14, 30)  # days
_Z = 1.96  # of a normal distribution, 95 % lie within so many deviations
_OLD_QUEUE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, both counts."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def is_few(self) -> bool:
        """True where there are too few to speak of a rate."""
        return self.whole < FEW

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true rate lies in 95 of 100 cases; None of nothing.

        Wilson (1927): (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
        """
        if not self.whole:
            return None
        n, p, square = self.whole, self.part / self.whole, _Z * _Z
        middle = p + square / (2 * n)
        reach = _Z * sqrt(p * (1 - p) / n + square / (4 * n * n))
        low, high = ((middle + side * reach) / (1 + square / n) for side in (-1, 1))
        return max(0.0, low), min(1.0, high)


@dataclass(frozen=True, slots=True)
class Change:
    """From one share to another, in parts of 1. It is `real` where their intervals are apart."""

    by: float
    real: bool


def compared(now: Share, before: Share) -> Change | None:
    """How a share has changed; None where one of the two is of nothing."""
    if now.rate is None or before.rate is None:
        return None
    ours, theirs = now.interval, before.interval
    apart = ours is not None and theirs is not None and (ours[0] > theirs[1] or theirs[0] > ours[1])
    return Change(now.rate - before.rate, apart)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long `n` things took; None where there were none."""

    n: int = 0
    median: timedelta | None = None
    p75: timedelta | None = None
    p90: timedelta | None = None


def spread(durations: Sequence[timedelta]) -> Spread:
    """The spread of some durations, in any order."""
    if not durations:
        return Spread()
    ranked = sorted(durations)
    return Spread(len(ranked), *(nearest_rank(ranked, part) for part in (0.5, 0.75, 0.9)))


def nearest_rank(ranked: Sequence[timedelta], part: float) -> timedelta:
    """The percentile of ascending durations: the one at place ⌈part · n⌉, counted from 1."""
    return ranked[max(1, ceil(round(part * len(ranked), 9))) - 1]


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long something took, in working time of the workspace and by the clock on the wall.

    `left_out` would have ended before it began.
    """

    working: Spread = Spread()
    clock: Spread = Spread()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What became of promises that fell due in a period: kept, kept too late, or missed so far.

    `waiting` are not due yet. `left_out` were none: nobody had promised anything, or marketing
    took its offer back in time.
    """

    kept: int = 0
    late: int = 0
    missed: int = 0
    waiting: int = 0
    left_out: int = 0

    @property
    def share(self) -> Share:
        """Kept, of those that are due or kept."""
        return Share(self.kept, self.kept + self.late + self.missed)


@dataclass(frozen=True, slots=True)
class Cohort:
    """How many of those who set out in `window` got as far as `rung` says, within its horizon.

    Of MQL → SAL handoffs are counted, of all else leads, each once. Who got further got there at
    least; `skipped` of them without a stop where they should have made one. `settled` are decided,
    or have had the whole horizon; the cohort is `ripe` once all of it has.
    """

    rung: Rung
    window: Window
    horizon: timedelta
    reached: int
    whole: int
    settled: int
    skipped: int
    ripe: bool

    @property
    def share(self) -> Share | None:
        """The rate of a ripe cohort; None of one that is still maturing."""
        return Share(self.reached, self.whole) if self.ripe else None


@dataclass(frozen=True, slots=True)
class Velocity:
    """How long it took from a stage to another by the clock, of those who made it in the period.

    Who skipped one of the two stages is not among them; `left_out` would have arrived too early.
    """

    start: Stage
    end: Stage
    took: Spread
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How many leads came to a stage in the period, each counted once."""

    mql: int = 0
    sal: int = 0
    sql: int = 0
    customer: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """One period of the handoff.

    - offered: handoffs opened in it; decided: decisions made in it, of whatever kind
    - acceptance: accepted / (accepted + rejected), of the decided
    - quality: the same without procedural rejections, which say nothing of the lead
    - own: what became so far of those offered in it
    - in_time: decisions that fell due in it; honoured: first contacts that fell due in it
    - decide: from the offer to the decision of sales, of those decided in it
    - touch: from the acceptance to the first contact made in it; wait: the same from the offer on,
      which is what the buyer waits
    - recycled: of the decided, whose lead is back in nurturing by now; returned: leads that went
      back in it, whenever decided
    """

    window: Window
    offered: int
    decided: int
    acceptance: Share
    quality: Share
    own: Cohort
    in_time: Promise
    honoured: Promise
    decide: Clocks
    touch: Clocks
    wait: Clocks
    velocity: tuple[Velocity, ...]
    arrivals: Arrivals
    recycled: Share
    returned: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """How often a reason was given, of all rejections of the period."""

    reason: str
    group: ReasonClass
    share: Share


@dataclass(frozen=True, slots=True)
class Refusals:
    """The rejections of a period by reason and by class, most frequent first."""

    total: int = 0
    by_reason: tuple[Rejection, ...] = ()
    by_class: tuple[tuple[ReasonClass, Share], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The rates of those who have something in common; `key` is None where nothing is known.

    What falls to `others` are the smallest groups together, where there are very many.
    """

    key: str | None
    offered: int
    acceptance: Share
    quality: Share
    in_time: Promise
    others: bool = False


@dataclass(frozen=True, slots=True)
class Criticism:
    """How often sales says that a rule's leads should not have come, and those of all others.

    Counted are acceptances and definitional rejections; who is refused for another reason says
    nothing of the definition.
    """

    rule: str
    refused: Share
    elsewhere: Share

    @property
    def is_real(self) -> bool:
        """True where the rule's leads are refused more often, and that is not chance."""
        change = compared(self.refused, self.elsewhere)
        few = self.refused.is_few or self.elsewhere.is_few
        return change is not None and change.real and change.by > 0 and not few


@dataclass(frozen=True, slots=True)
class Ageing:
    """How long the leads of a stage have been there by the clock, at the digest's own moment.

    `buckets` count up to each of AGE_BOUNDS in days, exclusive, and beyond the last.
    """

    stage: Stage
    n: int
    buckets: tuple[int, ...]
    p90: timedelta | None
    oldest: timedelta | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Handoffs that wait for an answer at the digest's own moment; `oldest` are some ids.

    `grown_by` is offered less decided in the period.
    """

    open: int = 0
    overdue: int = 0
    oldest_at: datetime | None = None
    oldest: tuple[str, ...] = ()
    grown_by: int = 0


@dataclass(frozen=True, slots=True)
class Duties:
    """What each team owes the other, side by side.

    Marketing: offers with a complete context, and with something named that the lead did, of the
    offers of the period, and how they are spread over its local days. Sales: in time or not.
    """

    complete: Share
    triggered: Share
    by_day: tuple[tuple[date, int], ...]
    busiest: Share
    decided_in_time: Share
    touched_in_time: Share


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure of the digest before, as it was told and as it is now."""

    figure: str
    said: Share
    now: Share


@dataclass(frozen=True, slots=True)
class Restatement:
    """What has changed of the period before since it was told of at `said_at`, and why.

    Of the handoffs offered in it: brought in since, and decided since; fewer where undone.
    """

    window: Window
    said_at: datetime
    offered_since: int
    decided_since: int
    figures: tuple[Restated, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether everything works at the digest's own moment.

    `unseen` handoffs of the period were never shown to anybody, nor did anybody answer them.
    `silent` are sources that used to bring leads and brought none in the period. The oldest message
    waits since `oldest_queued_at`.
    """

    unseen: int = 0
    waiting: int = 0
    parked: int = 0
    oldest_queued_at: datetime | None = None
    silent: tuple[str, ...] = ()

    def is_red(self, as_of: datetime) -> bool:
        """Whether somebody has to look."""
        oldest = self.oldest_queued_at
        is_stuck = oldest is not None and as_of - oldest > _OLD_QUEUE
        return bool(self.unseen or self.parked or self.silent or is_stuck)


class Remark(StrEnum):
    """Why a figure is not to be trusted as it stands."""

    IMPORTED = "imported"  # offered before Baton kept the record: nobody had promised anything
    DAYS_ONLY = "days_only"  # of those, dated to the day: their times are rough
    NO_SOURCE = "no_source"  # nobody knows where these leads came from
    BACKWARDS = "backwards"  # something ended before it began: in no duration
    SKIPPED = "skipped"  # passed a stage without a stop: counted as having been there


@dataclass(frozen=True, slots=True)
class Remarked:
    """A remark, and of how many handoffs it holds."""

    remark: Remark
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Every figure of a digest of `window`, as of a moment."""

    window: Window
    as_of: datetime
    period: Period
    before: Period
    cohorts: tuple[Cohort, ...]
    refusals: Refusals
    by_source: tuple[Group, ...]
    by_temperature: tuple[Group, ...]
    by_campaign: tuple[Group, ...]
    by_rule: tuple[Group, ...]
    by_rep: tuple[Group, ...]
    criticism: tuple[Criticism, ...]
    ageing: tuple[Ageing, ...]
    backlog: Backlog
    duties: Duties
    definitions: tuple[str, ...]
    health: Health
    restatement: Restatement | None
    remarks: tuple[Remarked, ...]

    def cohort(self, rung: Rung) -> Cohort | None:
        """The latest ripe cohort of a rung."""
        return next((each for each in self.cohorts if each.rung is rung), None)

    def by(self, name: str) -> tuple[Group, ...]:
        """The groups by `source`, `temperature`, `campaign`, `rule` or `rep`."""
        groups: tuple[Group, ...] = getattr(self, f"by_{name}")
        return groups
