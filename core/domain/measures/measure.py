"""Measure a period of the handoff: every figure from the facts alone, by one pure function.

Handoffs are counted unless leads are said. Whatever happened after the moment of the digest is as
if it had not happened. A busy week has thousands of handoffs, so they are sorted by what happened
in each period once, and counted where C does it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar

from core.domain.handoff import Outcome
from core.domain.localtime import Window, day_of
from core.domain.measures.fact import Fact
from core.domain.measures.figures import (
    AGE_BOUNDS,
    Ageing,
    Arrivals,
    Backlog,
    Clocks,
    Cohort,
    Criticism,
    Duties,
    Group,
    Health,
    Measures,
    Period,
    Promise,
    Refusals,
    Rejection,
    Remark,
    Remarked,
    Restated,
    Restatement,
    Share,
    Velocity,
    nearest_rank,
    spread,
)
from core.domain.measures.frame import Frame, Rung
from core.domain.measures.happenings import JUDGED, Happenings, happenings, known_at
from core.domain.measures.promises import Fate, answer_of, contact_of
from core.domain.past import IMPORTED
from core.domain.policy import Policy
from core.domain.reasons import REASONS, Reason, ReasonClass
from core.domain.stages import Stage
from core.domain.worktime import WorkClock

_Key = TypeVar("_Key", bound=Hashable)

MOST_GROUPS = 50
_OLDEST = 5
_REGULAR = 5  # a source that brought so many in a period is missed in the next
_NOTHING = timedelta(0)
_AGED = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)
_Classes = Mapping[str | None, ReasonClass]


def measure(
    facts: Iterable[Fact],
    *,
    frame: Frame,
    policy: Policy,
    standing: Mapping[Stage, Sequence[datetime]],
    health: Health,
    previous: Measures | None = None,
) -> Measures:
    """Every figure of the frame's window, as of its moment.

    `facts` are at least all handoffs that touch the frame or are open, and the offers after those
    of which the lead came back; more of them change nothing. `standing` says since when the leads
    that were offered are in their present stage. `previous` is the digest told before, if it was
    of the period before this one.
    """
    known = list(known_at(facts, frame.as_of))
    classes, clock = classes_of(policy.reasons), WorkClock(policy.hours, policy.zone)
    now, then = happenings(known, frame.window), happenings(known, frame.before)
    period, before = (_period(each, frame, classes, clock) for each in (now, then))
    parts = _Parts.of(now, classes, frame.as_of)
    following = {fact.previous_id: fact for fact in known}
    return Measures(
        window=frame.window,
        as_of=frame.as_of,
        period=period,
        before=before,
        cohorts=tuple(_ripe(rung, known, (now, then), following, frame) for rung in frame.cohorts),
        refusals=_refusals(now.decided, classes),
        by_source=parts.grouped([_sources(part) for part in parts.facts]),
        by_temperature=parts.grouped([_temperatures(part) for part in parts.facts]),
        by_campaign=parts.grouped([_campaigns(part) for part in parts.facts]),
        by_rule=parts.ruled(),
        by_rep=parts.decided_by(),
        criticism=_criticism(now.judged, classes),
        ageing=tuple(_aged(stage, standing.get(stage, ()), frame.as_of) for stage in _AGED),
        backlog=_backlog(known, period, frame.as_of),
        duties=_duties(now.offered, period, policy),
        definitions=tuple(sorted({fact.definition for fact in now.offered})),
        health=_with_silent(health, now, then, frame),
        restatement=_restatement(previous, before),
        remarks=_remarks(now, policy),
    )


def classes_of(reasons: Iterable[Reason]) -> _Classes:
    """The class of each reason by its id, a workspace's own ones and those shipped."""
    return {reason.id: reason.group for reason in (*REASONS, *reasons)}


def _class_of(reason: str | None, classes: _Classes) -> ReasonClass:
    """A reason that nobody knows any more is some other."""
    return classes.get(reason, ReasonClass.OTHER)


# One period


def _period(found: Happenings, frame: Frame, classes: _Classes, clock: WorkClock) -> Period:
    verdicts = Counter(_verdicts(found.judged, classes))
    acceptance, quality = _acceptance(verdicts)
    returned = sum(fact.returned_at is not None for fact in found.decided)
    return Period(
        window=found.window,
        offered=len(found.offered),
        decided=len(found.decided),
        acceptance=acceptance,
        quality=quality,
        own=_own(found, frame),
        in_time=Promise(**Counter(_answers(found.due, frame.as_of))),
        honoured=Promise(**Counter(_contacts(found, frame.as_of))),
        decide=_clocks([(fact[4], fact[10]) for fact in found.judged], clock),
        touch=_clocks([(fact[10], fact[13]) for fact in found.touched], clock),
        wait=_clocks([(fact[6], fact[13]) for fact in found.touched], clock),
        velocity=_velocity(found),
        arrivals=_arrivals(found),
        recycled=Share(returned, len(found.decided)),
        returned=len(found.returned),
    )


_ACCEPTED, _REJECTED, _PROCEDURAL = "accepted", "rejected", "procedural"


def _verdicts(judged: Iterable[Fact], classes: _Classes) -> list[str]:
    """What sales said of each: accepted, rejected, or rejected without a word on the lead."""
    procedural = {id for id, group in classes.items() if group is ReasonClass.PROCEDURAL}
    return [
        _ACCEPTED
        if fact.outcome is Outcome.ACCEPTED
        else _PROCEDURAL
        if fact.reason in procedural
        else _REJECTED
        for fact in judged
    ]


def _acceptance(verdicts: Mapping[str, int]) -> tuple[Share, Share]:
    """Accepted of all judged, and without procedural rejections."""
    accepted = verdicts.get(_ACCEPTED, 0)
    ours = accepted + verdicts.get(_REJECTED, 0)
    return Share(accepted, ours + verdicts.get(_PROCEDURAL, 0)), Share(accepted, ours)


def _answers(due: Iterable[Fact], as_of: datetime) -> list[str]:
    """What became of each answer that is due in a period."""
    return [answer_of(fact, as_of).value for fact in due]


def _contacts(found: Happenings, as_of: datetime) -> Iterator[str]:
    """What became of each first contact that is due in a period."""
    for fact in found.accepted:
        if fact.touch_due_at is None:
            yield Fate.LEFT_OUT.value
    for fact in found.promised:
        if fate := contact_of(fact, as_of):
            yield fate.value


def _clocks(spans: Sequence[tuple[datetime | None, datetime | None]], clock: WorkClock) -> Clocks:
    forward = [
        (start, end)
        for start, end in spans
        if start is not None and end is not None and start <= end
    ]
    between = clock.between
    return Clocks(
        spread([between(start, end) for start, end in forward]),
        spread([end - start for start, end in forward]),
        len(spans) - len(forward),
    )


def _velocity(found: Happenings) -> tuple[Velocity, ...]:
    """Survivors only: the median of t_j − t_i over those that arrived at j in the period.

    Who was noted as an opportunity only with the deal says nothing of how long either took.
    """
    accepted, won = found.accepted, found.won
    sql = [fact for fact in found.sql if not _skips(fact)]
    stopped = [fact for fact in won if not _skips(fact)]
    return (
        _took(Stage.MQL, Stage.SAL, [(fact.opened_at, fact.decided_at) for fact in accepted]),
        _took(Stage.SAL, Stage.SQL, [(fact.decided_at, fact.sql_at) for fact in sql]),
        _took(Stage.SQL, Stage.CUSTOMER, [(fact.sql_at, fact.won_at) for fact in stopped]),
        _took(Stage.MQL, Stage.CUSTOMER, [(fact.opened_at, fact.won_at) for fact in won]),
    )


def _took(
    start: Stage, end: Stage, spans: Iterable[tuple[datetime | None, datetime | None]]
) -> Velocity:
    took = [there - here for here, there in spans if here is not None and there is not None]
    forward = [duration for duration in took if duration >= _NOTHING]
    return Velocity(start, end, spread(forward), len(took) - len(forward))


def _arrivals(found: Happenings) -> Arrivals:
    straight = [fact for fact in found.won if fact.sql_at is None]  # nobody noted the stage between
    return Arrivals(
        len({fact.lead_id for fact in found.offered}),
        len({fact.lead_id for fact in found.accepted}),
        len({fact.lead_id for fact in (*found.sql, *straight)}),
        len({fact.lead_id for fact in found.won}),
    )


# Cohorts


def _own(found: Happenings, frame: Frame) -> Cohort:
    """What became so far of the handoffs offered in a period, whatever its age."""
    horizon = frame.horizons[Rung.MQL_SAL]
    outcomes = Counter(fact.outcome for fact in found.offered)
    whole = len(found.offered)
    return Cohort(
        rung=Rung.MQL_SAL,
        window=found.window,
        horizon=horizon,
        reached=outcomes[Outcome.ACCEPTED],
        whole=whole,
        settled=whole - outcomes[None],
        skipped=0,
        ripe=found.window.end + horizon <= frame.as_of,
    )


def _ripe(
    rung: Rung,
    known: Sequence[Fact],
    sorted_already: Iterable[Happenings],
    following: Mapping[str | None, Fact],
    frame: Frame,
) -> Cohort:
    """Reached within the horizon / set out in the window of the rung's cohort."""
    window, horizon, as_of = frame.cohorts[rung], frame.horizons[rung], frame.as_of
    whole: set[str] = set()
    reached: set[str] = set()
    settled: set[str] = set()
    skipped: set[str] = set()
    members = next((each for each in sorted_already if each.window == window), None)
    for unit, start, end, is_settled, skips in _climbs(rung, members or known, window, following):
        whole.add(unit)
        if end is not None and end - start <= horizon:
            reached.add(unit)
            settled.add(unit)
            if skips:
                skipped.add(unit)
        elif is_settled or (rung is not Rung.MQL_SAL and start + horizon <= as_of):
            settled.add(unit)
    counts = (len(reached), len(whole), len(settled), len(skipped))
    return Cohort(rung, window, horizon, *counts, ripe=window.end + horizon <= as_of)


_Climb = tuple[str, datetime, datetime | None, bool, bool]


def _climbs(
    rung: Rung,
    facts: Happenings | Sequence[Fact],
    window: Window,
    following: Mapping[str | None, Fact],
) -> Iterator[_Climb]:
    """Who set out, when, when they arrived if ever, and whether that is settled or skipped."""
    match rung:
        case Rung.MQL_SAL:
            for fact in _set_out(facts, window, 4):
                accepted = fact.decided_at if fact.outcome is Outcome.ACCEPTED else None
                yield fact.id, fact.opened_at, accepted, fact.decided_at is not None, False
        case Rung.SAL_SQL:
            for fact in _set_out(facts, window, 10):
                if fact.outcome is Outcome.ACCEPTED and fact.decided_at is not None:
                    arrived = fact.sql_at or fact.won_at
                    yield fact.lead_id, fact.decided_at, arrived, False, _skips(fact)
        case Rung.MQL_SQL:
            for fact in _set_out(facts, window, 4):
                arrived = fact.sql_at or fact.won_at
                yield fact.lead_id, fact.opened_at, arrived, False, _skips(fact)
        case Rung.MQL_CUSTOMER:
            for fact in _set_out(facts, window, 4):
                yield fact.lead_id, fact.opened_at, fact.won_at, False, _skips(fact)
        case Rung.RETURN:
            for fact in _set_out(facts, window, 14):
                if fact.returned_at is not None:
                    taken = _taken_later(fact, following)
                    yield fact.lead_id, fact.returned_at, taken, False, False


def _set_out(facts: Happenings | Sequence[Fact], window: Window, place: int) -> Iterable[Fact]:
    """Those of which the moment in this place of a fact lies in the window."""
    if isinstance(facts, Happenings):
        return {4: facts.offered, 10: facts.decided, 14: facts.returned}[place]
    start, end = window.start, window.end
    return [
        fact
        for fact in facts
        if (moment := fact[place]) is not None and start <= moment < end  # type: ignore[operator]
    ]


def _taken_later(fact: Fact, following: Mapping[str | None, Fact]) -> datetime | None:
    """When sales took a lead that had come back, if it did."""
    seen = {fact.id}
    while (after := following.get(fact.id)) is not None and after.id not in seen:
        seen.add(after.id)
        if after.outcome is Outcome.ACCEPTED:
            return after.decided_at
        fact = after
    return None


# Rejections and groups


def _refusals(decided: Iterable[Fact], classes: _Classes) -> Refusals:
    counts = Counter(fact.reason or "other" for fact in decided if fact.outcome is Outcome.REJECTED)
    of_class: Counter[ReasonClass] = Counter()
    for reason, count in counts.items():
        of_class[_class_of(reason, classes)] += count
    total = sum(counts.values())
    return Refusals(
        total,
        tuple(
            Rejection(reason, _class_of(reason, classes), Share(count, total))
            for reason, count in _ranked(counts)
        ),
        tuple((group, Share(count, total)) for group, count in _ranked(of_class)),
    )


def _sources(facts: Iterable[Fact]) -> list[str | None]:
    return [fact.source for fact in facts]


def _campaigns(facts: Iterable[Fact]) -> list[str | None]:
    return [fact.campaign for fact in facts]


def _temperatures(facts: Iterable[Fact]) -> list[str | None]:
    return [fact.temperature.value for fact in facts]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The offered, judged and due of a period, and what is to be said of each of them."""

    facts: tuple[Sequence[Fact], Sequence[Fact], Sequence[Fact]]
    said: tuple[Sequence[str], Sequence[str], Sequence[str]]

    @classmethod
    def of(cls, found: Happenings, classes: _Classes, as_of: datetime) -> _Parts:
        judged = found.judged
        said = (
            ["offered"] * len(found.offered),
            _verdicts(judged, classes),
            _answers(found.due, as_of),
        )
        return cls((found.offered, judged, found.due), said)

    def grouped(self, keys: Sequence[Iterable[str | None]]) -> tuple[Group, ...]:
        """A group of each key; `keys` has that of each fact of each part."""
        counts = [
            Counter(zip(of, said, strict=True)) for of, said in zip(keys, self.said, strict=True)
        ]
        return _groups(counts)

    def ruled(self) -> tuple[Group, ...]:
        """A group of each rule; a handoff belongs to every rule that speaks for it."""
        return _groups(
            [_spread_out(part, said) for part, said in zip(self.facts, self.said, strict=True)]
        )

    def decided_by(self) -> tuple[Group, ...]:
        """A group of everybody who decided, or was asked and did not."""
        _, judged, due = self.facts
        owed = ((_owed_by(fact), said) for fact, said in zip(due, self.said[2], strict=True))
        promises: Counter[tuple[str | None, str]] = Counter(each for each in owed if each[0])
        verdicts = Counter(zip((fact.by for fact in judged), self.said[1], strict=True))
        return _groups([Counter(), verdicts, promises])


def _owed_by(fact: Fact) -> str | None:
    """Whose answer it was: who gave it, else who was asked for it."""
    return fact.by if fact.outcome in JUDGED else fact.asked


_Counted = Mapping[tuple[str | None, str], int]


def _spread_out(facts: Iterable[Fact], said: Iterable[str]) -> Counter[tuple[str | None, str]]:
    """What was said of handoffs, for each of their rules."""
    counted: Counter[tuple[str | None, str]] = Counter()
    together = Counter(zip((fact.rules for fact in facts), said, strict=True))
    for (rules, what), count in together.items():
        for rule in rules:
            counted[rule, what] += count
    return counted


def _groups(parts: Sequence[_Counted]) -> tuple[Group, ...]:
    """The rates of each group, the largest first."""
    rows: defaultdict[str | None, list[Counter[str]]] = defaultdict(
        lambda: [Counter() for _ in parts]
    )
    for place, counted in enumerate(parts):
        for (key, what), count in counted.items():
            rows[key][place][what] += count
    sizes = {key: sum(part.total() for part in row) for key, row in rows.items()}
    ranked = [key for key, _ in _ranked(sizes)]
    named = [_group(key, rows[key]) for key in ranked[:MOST_GROUPS]]
    rest = ranked[MOST_GROUPS:]
    if not rest:
        return tuple(named)
    together = [sum((rows[key][place] for key in rest), Counter()) for place in range(len(parts))]
    return (*named, _group(None, together, others=True))


def _group(key: str | None, row: Sequence[Counter[str]], *, others: bool = False) -> Group:
    offered, verdicts, promises = row
    acceptance, quality = _acceptance(verdicts)
    return Group(key, offered.total(), acceptance, quality, Promise(**promises), others)


def _ranked(counts: Mapping[_Key, int]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or ""))


def _criticism(judged: Sequence[Fact], classes: _Classes) -> tuple[Criticism, ...]:
    """Definitional rejections / (acceptances + definitional rejections), with and without a rule.

    The rules that are refused most often stand first.
    """
    definitional = {id for id, group in classes.items() if group is ReasonClass.DEFINITIONAL}
    telling = Counter(
        (fact.rules, fact.outcome is Outcome.REJECTED)
        for fact in judged
        if fact.outcome is Outcome.ACCEPTED or fact.reason in definitional
    )
    whole: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for (rules, is_refused), count in telling.items():
        for rule in rules:
            whole[rule] += count
            refused[rule] += count if is_refused else 0
    all_refused = sum(count for (_, is_refused), count in telling.items() if is_refused)
    found = [
        Criticism(
            rule,
            Share(refused[rule], count),
            Share(all_refused - refused[rule], telling.total() - count),
        )
        for rule, count in whole.items()
    ]
    return tuple(sorted(found, key=lambda each: (-(each.refused.rate or 0), each.rule)))


# As of now


def _aged(stage: Stage, since: Iterable[datetime], as_of: datetime) -> Ageing:
    entered = sorted(since)
    entered = entered[: bisect_right(entered, as_of)]
    older = [bisect_right(entered, as_of - timedelta(days=days)) for days in AGE_BOUNDS]
    buckets = [upper - lower for upper, lower in pairwise((len(entered), *older, 0))]
    ages = [as_of - moment for moment in reversed(entered)]
    return Ageing(
        stage,
        len(ages),
        tuple(buckets),
        nearest_rank(ages, 0.9) if ages else None,
        ages[-1] if ages else None,
    )


def _backlog(facts: Iterable[Fact], period: Period, as_of: datetime) -> Backlog:
    waiting = sorted(
        (fact.opened_at, fact.id, fact.due_at) for fact in facts if fact.outcome is None
    )
    return Backlog(
        len(waiting),
        sum(due_at < as_of for _, _, due_at in waiting),
        waiting[0][0] if waiting else None,
        tuple(id for _, id, _ in waiting[:_OLDEST]),
        period.offered - period.decided,
    )


def _duties(offered: Sequence[Fact], period: Period, policy: Policy) -> Duties:
    ours = [fact for fact in offered if not fact.is_imported]
    days: Counter[date] = Counter(day_of(fact.opened_at, policy.zone) for fact in offered)
    return Duties(
        Share(sum(fact.complete for fact in ours), len(ours)),
        Share(sum(fact.trigger is not None for fact in ours), len(ours)),
        tuple(sorted(days.items())),
        Share(max(days.values(), default=0), len(offered)),
        period.in_time.share,
        period.honoured.share,
    )


def _with_silent(health: Health, now: Happenings, then: Happenings, frame: Frame) -> Health:
    """With the sources that used to bring leads, and brought none in a period that is over."""
    if frame.as_of < frame.window.end:
        return health
    came, comes = (
        Counter(fact.source for fact in each.offered if fact.definition != IMPORTED)
        for each in (then, now)
    )
    silent = [
        source for source, n in came.items() if source and n >= _REGULAR and not comes[source]
    ]
    return replace(health, silent=tuple(sorted(silent)))


def _restatement(previous: Measures | None, now: Period) -> Restatement | None:
    if previous is None or previous.window != now.window:
        return None
    said = previous.period
    pairs = (
        ("acceptance", said.acceptance, now.acceptance),
        ("quality", said.quality, now.quality),
        ("own", _so_far(said.own), _so_far(now.own)),
        ("in_time", said.in_time.share, now.in_time.share),
        ("honoured", said.honoured.share, now.honoured.share),
    )
    changed = tuple(Restated(name, then, since) for name, then, since in pairs if then != since)
    return Restatement(
        now.window,
        previous.as_of,
        now.offered - said.offered,
        now.own.settled - said.own.settled,
        changed,
    )


def _so_far(own: Cohort) -> Share:
    return Share(own.reached, own.whole)


# What is not to be trusted


def _remarks(now: Happenings, policy: Policy) -> tuple[Remarked, ...]:
    offered, seen = now.offered, now.all().values()
    imported = [fact for fact in offered if fact.definition == IMPORTED]
    counted = (
        (Remark.IMPORTED, len(imported), len(offered)),
        (Remark.DAYS_ONLY, sum(_is_rough(fact, policy) for fact in imported), len(imported)),
        (Remark.NO_SOURCE, sum(fact.source is None for fact in offered), len(offered)),
        (Remark.BACKWARDS, sum(map(_runs_backwards, seen)), len(seen)),
        (Remark.SKIPPED, sum(map(_skips, seen)), len(seen)),
    )
    return tuple(Remarked(remark, count, of) for remark, count, of in counted if count)


def _is_rough(fact: Fact, policy: Policy) -> bool:
    return fact.opened_at.astimezone(policy.zone).time() == time(0)


def _runs_backwards(fact: Fact) -> bool:
    """Whether a step lies before the one that it follows."""
    at, touched = fact.opened_at, fact.touched_at
    if touched is not None and fact.decided_at is not None and touched < fact.decided_at:
        return True
    for moment in (fact.decided_at, fact.sql_at, fact.won_at):
        if moment is not None:
            if moment < at:
                return True
            at = moment
    return False


def _skips(fact: Fact) -> bool:
    """Whether nobody noted, or only in passing, that the lead had been an opportunity."""
    return fact.won_at is not None and fact.sql_at in (None, fact.won_at)
