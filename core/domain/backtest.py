"""The backtest: what a definition would have done with the leads of the past.

Only a lead that was passed on carries a label: what sales decided. What sales would have said of
the others nobody knows, so shares are taken of the labelled handoffs and say so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.domain.definition import Definition
from core.domain.estimate import Estimate, separation
from core.domain.lead import Temperature
from core.domain.localtime import Window
from core.domain.periods import Cadence, period_of
from core.domain.policy import Policy
from core.domain.reckoning import Passed, Past, Reckoned, Score

ENOUGH = 30  # labelled leads; below this a share says nothing
MATURES_AFTER = timedelta(days=3)  # beyond the SLA: until then a slow answer may still come
SWEEP_STEP = 5
MOST_NAMES = 200


class Verdict(StrEnum):
    """Whether sales wants more of what a definition passes on than of what another one does."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"
    NOTHING_TO_COMPARE = "nothing_to_compare"


@dataclass(frozen=True, slots=True)
class Week:
    """How many leads would have qualified in a local week; the first and last may be cut."""

    window: Window
    leads: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """What passing on from `score` points upwards would have meant for the labelled handoffs."""

    score: float
    accepted: Estimate
    recall: Estimate


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What a rule did: `leads` for which it fired at all, and what sales said where it did.

    `lift` is the accepted share where it fired over that of all labelled handoffs, None without.
    """

    id: str
    leads: int
    accepted: Estimate
    lift: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What one definition would have done.

    - qualified: leads whose first qualification falls into the period
    - per_week: their mean over whole weeks (over the whole period where it has none)
    - accepted: of the labelled handoffs that it would have passed on, those that sales accepted
    - recall: of the accepted handoffs, those that it would have passed on
    - separation: AUC of its points over the labelled handoffs
    """

    label: str
    qualified: int
    per_week: float
    weeks: tuple[Week, ...]
    weeks_over_capacity: int
    accepted: Estimate
    recall: Estimate
    separation: float | None
    sweep: tuple[Threshold, ...]
    rules: tuple[RuleRecord, ...]

    @property
    def never_fired(self) -> tuple[str, ...]:
        """The rules that gave nobody points."""
        return tuple(rule.id for rule in self.rules if rule.leads == 0)


@dataclass(frozen=True, slots=True)
class BandChange:
    """A lead that another definition puts into another band: when passed on, or else today."""

    lead_id: str
    name: str
    before: Temperature
    after: Temperature


@dataclass(frozen=True, slots=True)
class Turned:
    """A lead that only one of two definitions passes on; `at` is when."""

    lead_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much there is to judge by: counts of handoffs opened in the period.

    - passed_on: all of them
    - young: opened so lately that an answer may still come; left out
    - unanswered: old enough, and never decided
    - beside_the_point: rejected for a procedural or clerical reason
    - labelled: the rest, which the shares are taken of
    """

    leads: int
    passed_on: int
    young: int
    unanswered: int
    beside_the_point: int
    labelled: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """One or two definitions (`before` is the one in force) over the same past, side by side.

    `capacity` is what sales can take in a week; `capacity_is_given` says whether somebody said so,
    or it is the largest number of decisions that a week of the past had. Lists of names hold the
    first `MOST_NAMES`, their counts everybody.
    """

    period: Window
    evidence: Evidence
    capacity: int
    capacity_is_given: bool
    before: Trial | None
    after: Trial
    verdict: Verdict
    gained: tuple[Turned, ...] = ()
    gained_count: int = 0
    lost: tuple[Turned, ...] = ()
    lost_count: int = 0
    band_changes: tuple[BandChange, ...] = ()
    band_changes_count: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the past: which period, up to when, and what sales can take in a week."""

    until: datetime
    since: datetime | None = None
    capacity: int | None = None
    matures_after: timedelta = MATURES_AFTER


@dataclass(frozen=True, slots=True)
class _Sample:
    score: Score
    label: bool


@dataclass(slots=True)
class _Tally:
    """What one definition has come to so far."""

    definition: Definition
    label: str
    qualified: list[datetime] = field(default_factory=list)
    samples: list[_Sample] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)

    def add(self, reckoned: Reckoned, labels: Sequence[bool | None], period: _Period) -> None:
        if reckoned.qualified_at is not None and reckoned.qualified_at in period:
            self.qualified.append(reckoned.qualified_at)
        for score, label in zip(reckoned.passed, labels, strict=True):
            if label is not None:
                self.samples.append(_Sample(score, label))
        self.fired.update({id for score in _scores(reckoned) for id in score.rules})


@dataclass(frozen=True, slots=True)
class _Period:
    since: datetime | None
    until: datetime

    def __contains__(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and at <= self.until


def backtest(
    leads: Iterable[tuple[Past, Sequence[Reckoned]]],
    definitions: Sequence[tuple[str, Definition]],
    *,
    question: Question,
    policy: Policy,
) -> Backtest:
    """Count what definitions, each with its label, made of the leads of a workspace.

    The last definition is the one that is asked about; one before it is what it is compared with.
    Leads go by one at a time, and little is kept of each.
    """
    tallies = [_Tally(definition, label) for label, definition in definitions]
    period = _Period(question.since, question.until)
    seen: Counter[str] = Counter()
    decided: list[datetime] = []
    opened: list[datetime] = []
    changes = _Changes(period)
    for past, reckoned in leads:
        seen["leads"] += 1
        labels = [
            _label(handoff, handoff.label(policy.reasons), period, question, seen)
            for handoff in past.handoffs
        ]
        decided.extend(_decisions(past, period))
        opened.extend(each.opened_at for each in past.handoffs if each.opened_at in period)
        for tally, one in zip(tallies, reckoned, strict=True):
            tally.add(one, labels, period)
        if len(reckoned) > 1:
            changes.look_at(past, reckoned[0], reckoned[-1])
    moments = [*opened, *(at for tally in tallies for at in tally.qualified)]
    window = Window(question.since or min(moments, default=question.until), question.until)
    weeks = tuple(_weeks(window, policy.zone, policy.week_starts_on))
    capacity = question.capacity
    if capacity is None:
        capacity = max(_per_week(decided, weeks), default=0)
    trials = [_trial(tally, window, weeks, capacity) for tally in tallies]
    before = trials[0] if len(trials) > 1 else None
    gained, lost = changes.gained(), changes.lost()
    return Backtest(
        window,
        Evidence(
            seen["leads"],
            seen["passed_on"],
            seen["young"],
            seen["unanswered"],
            seen["beside_the_point"],
            seen["labelled"],
        ),
        capacity,
        question.capacity is not None,
        before,
        trials[-1],
        _verdict(before, trials[-1], seen["labelled"]),
        tuple(gained[:MOST_NAMES]),
        len(gained),
        tuple(lost[:MOST_NAMES]),
        len(lost),
        tuple(changes.bands[:MOST_NAMES]),
        len(changes.bands),
    )


def _label(
    handoff: Passed,
    label: bool | None,
    period: _Period,
    question: Question,
    seen: Counter[str],
) -> bool | None:
    """The label of a handoff, if it is to be judged; counts what becomes of it."""
    if handoff.opened_at not in period:
        return None
    seen["passed_on"] += 1
    if handoff.due_at + question.matures_after > question.until:
        seen["young"] += 1
        return None
    if label is not None:
        seen["labelled"] += 1
    else:
        seen["unanswered" if handoff.outcome is None else "beside_the_point"] += 1
    return label


def _decisions(past: Past, period: _Period) -> Iterator[datetime]:
    for handoff in past.handoffs:
        if handoff.decided_at is not None and handoff.decided_at in period:
            yield handoff.decided_at


def _scores(reckoned: Reckoned) -> Iterator[Score]:
    yield reckoned.standing
    yield from reckoned.passed


class _Changes:
    """Who would fare otherwise under the second definition."""

    def __init__(self, period: _Period) -> None:
        self._period = period
        self._gained: list[Turned] = []
        self._lost: list[Turned] = []
        self.bands: list[BandChange] = []

    def look_at(self, past: Past, before: Reckoned, after: Reckoned) -> None:
        """Compare what two definitions make of one lead."""
        then, now = self._of_period(before), self._of_period(after)
        if now is not None and before.qualified_at is None:
            self._gained.append(Turned(past.lead_id, past.name, now))
        if then is not None and after.qualified_at is None:
            self._lost.append(Turned(past.lead_id, past.name, then))
        was, becomes = _judged(before).temperature, _judged(after).temperature
        if was is not becomes:
            self.bands.append(BandChange(past.lead_id, past.name, was, becomes))

    def _of_period(self, reckoned: Reckoned) -> datetime | None:
        at = reckoned.qualified_at
        return at if at is not None and at in self._period else None

    def gained(self) -> list[Turned]:
        """Whom only the second passes on, the latest first."""
        return sorted(self._gained, key=lambda one: one.at, reverse=True)

    def lost(self) -> list[Turned]:
        """Whom only the first passes on, the latest first."""
        return sorted(self._lost, key=lambda one: one.at, reverse=True)


def _judged(reckoned: Reckoned) -> Score:
    """The moment that counts: when the lead was last passed on, or else the end."""
    return reckoned.passed[-1] if reckoned.passed else reckoned.standing


def _weeks(window: Window, zone: ZoneInfo, starts_on: int) -> Iterator[Window]:
    """The local weeks that the window touches, in order."""
    week = period_of(window.start, Cadence.WEEKLY, zone, starts_on=starts_on)
    while week.start < window.end or week.start <= window.start:
        yield week
        week = period_of(week.end, Cadence.WEEKLY, zone, starts_on=starts_on)


def _per_week(moments: Sequence[datetime], weeks: Sequence[Window]) -> list[int]:
    starts = [week.start for week in weeks]
    counts = Counter(bisect_right(starts, at) - 1 for at in moments)
    return [counts[number] for number in range(len(weeks))]


def _trial(tally: _Tally, window: Window, weeks: Sequence[Window], capacity: int) -> Trial:
    counted = tuple(
        Week(week, leads, week.start >= window.start and week.end <= window.end)
        for week, leads in zip(weeks, _per_week(tally.qualified, weeks), strict=True)
    )
    samples = tally.samples
    passing = [sample.label for sample in samples if sample.score.qualified]
    wanted = [sample.score.qualified for sample in samples if sample.label]
    return Trial(
        label=tally.label,
        qualified=len(tally.qualified),
        per_week=_mean(counted, len(tally.qualified), window),
        weeks=counted,
        weeks_over_capacity=sum(week.leads > capacity for week in counted),
        accepted=Estimate(sum(passing), len(passing)),
        recall=Estimate(sum(wanted), len(wanted)),
        separation=separation((sample.score.total, sample.label) for sample in samples),
        sweep=tuple(_sweep(tally.definition, samples)),
        rules=tuple(_rule_records(tally)),
    )


def _mean(weeks: Sequence[Week], qualified: int, window: Window) -> float:
    whole = [week.leads for week in weeks if week.is_whole]
    if whole:
        return sum(whole) / len(whole)
    span = (window.end - window.start) / timedelta(weeks=1)
    return qualified / max(span, 1.0)


def _sweep(definition: Definition, samples: Sequence[_Sample]) -> Iterator[Threshold]:
    """The thresholds at which something changes, in even steps, and the bands themselves."""
    if not samples:
        return
    most = max(sample.score.total for sample in samples)
    steps = {float(step) for step in range(0, int(most) + SWEEP_STEP, SWEEP_STEP)}
    steps |= {definition.hot_from, definition.warm_from}
    accepted = sum(sample.label for sample in samples)
    for step in sorted(steps):
        labels = [sample.label for sample in samples if sample.score.total >= step]
        yield Threshold(step, Estimate(sum(labels), len(labels)), Estimate(sum(labels), accepted))


def _rule_records(tally: _Tally) -> Iterator[RuleRecord]:
    everywhere = Estimate(sum(sample.label for sample in tally.samples), len(tally.samples)).rate
    where: dict[str, list[bool]] = {rule.id: [] for rule in tally.definition.rules}
    for sample in tally.samples:
        for id in sample.score.rules:
            where[id].append(sample.label)
    for id, labels in where.items():
        accepted = Estimate(sum(labels), len(labels))
        share = accepted.rate
        lift = share / everywhere if share is not None and everywhere else None
        yield RuleRecord(id, tally.fired[id], accepted, lift)


def _verdict(before: Trial | None, after: Trial, labelled: int) -> Verdict:
    """Only where the intervals do not overlap is there a difference."""
    if labelled < ENOUGH or after.accepted.whole < ENOUGH:
        return Verdict.TOO_FEW
    if before is None:
        return Verdict.NOTHING_TO_COMPARE
    if before.accepted.whole < ENOUGH:
        return Verdict.TOO_FEW
    (old_low, old_high), (low, high) = before.accepted.interval, after.accepted.interval
    if low > old_high:
        return Verdict.BETTER
    return Verdict.WORSE if high < old_low else Verdict.NO_DIFFERENCE


# What is kept of it with a proposal


@dataclass(frozen=True, slots=True)
class Side:
    """One definition in a few figures; shares between 0 and 1, None where there are none.

    `accepted` of `judged` labelled handoffs were accepted; `low` and `high` bound that share.
    """

    label: str
    qualified: int
    per_week: float
    weeks_over_capacity: int
    accepted: int
    judged: int
    share: float | None
    low: float
    high: float
    recall: float | None
    separation: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A backtest in what fits beside a proposal: what changes, and how sure it is.

    `gained` and `lost` count leads that only the new or only the old definition passes on. Without
    `is_enough` the shares are no verdict on anything, whatever they are.
    """

    since: datetime
    until: datetime
    weeks: int
    leads: int
    passed_on: int
    labelled: int
    young: int
    capacity: int
    capacity_is_given: bool
    before: Side | None
    after: Side
    gained: int
    lost: int
    band_changes: int
    never_fired: tuple[str, ...]
    verdict: Verdict

    @property
    def is_enough(self) -> bool:
        """Whether enough handoffs carry a label to say anything of the share accepted."""
        return self.verdict is not Verdict.TOO_FEW


def summary(result: Backtest) -> Summary:
    """The few figures that both teams look at before they sign."""
    return Summary(
        since=result.period.start,
        until=result.period.end,
        weeks=len(result.after.weeks),
        leads=result.evidence.leads,
        passed_on=result.evidence.passed_on,
        labelled=result.evidence.labelled,
        young=result.evidence.young,
        capacity=result.capacity,
        capacity_is_given=result.capacity_is_given,
        before=_side(result.before) if result.before else None,
        after=_side(result.after),
        gained=result.gained_count,
        lost=result.lost_count,
        band_changes=result.band_changes_count,
        never_fired=result.after.never_fired,
        verdict=result.verdict,
    )


def _side(trial: Trial) -> Side:
    low, high = trial.accepted.interval
    return Side(
        label=trial.label,
        qualified=trial.qualified,
        per_week=round(trial.per_week, 2),
        weeks_over_capacity=trial.weeks_over_capacity,
        accepted=trial.accepted.part,
        judged=trial.accepted.whole,
        share=trial.accepted.rate,
        low=low,
        high=high,
        recall=trial.recall.rate,
        separation=trial.separation,
    )


def to_json(kept: Summary) -> dict[str, object]:
    """The summary in what JSON has; `from_json` gives the same summary again."""
    tree: dict[str, object] = {name: getattr(kept, name) for name in kept.__slots__}
    for name in ("before", "after"):
        side = getattr(kept, name)
        tree[name] = side and {each: getattr(side, each) for each in side.__slots__}
    tree["since"], tree["until"] = kept.since.isoformat(), kept.until.isoformat()
    tree["never_fired"] = list(kept.never_fired)
    return tree


def from_json(tree: Mapping[str, object]) -> Summary:
    """Read a summary that `to_json` wrote."""
    parts = {**tree}
    for name in ("before", "after"):
        side = parts[name]
        parts[name] = Side(**side) if isinstance(side, dict) else None
    for name in ("since", "until"):
        parts[name] = datetime.fromisoformat(str(parts[name]))
    never_fired = parts["never_fired"]
    parts["never_fired"] = tuple(never_fired) if isinstance(never_fired, list) else ()
    parts["verdict"] = Verdict(str(parts["verdict"]))
    return Summary(**parts)  # type: ignore[arg-type]  # as `to_json` wrote them
