"""Measure a period of the handoff: every figure from the facts alone, by one pure function.

Handoffs are counted unless leads are said. Whatever happened after the moment of the digest, or
became known of later and is marked so, is as if it had not happened.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
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
from core.domain.policy import Policy
from core.domain.reasons import ReasonClass, reason_named
from core.domain.stages import Stage
from core.domain.worktime import WorkClock

_Key = TypeVar("_Key", bound=Hashable)

MOST_GROUPS = 50
_OLDEST = 5
_REGULAR = 5  # a source that brought so many in a period is missed in the next
_NOTHING = timedelta(0)
_JUDGED = (Outcome.ACCEPTED, Outcome.REJECTED)
_AGED = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)


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
    known = [seen for fact in facts if (seen := _as_of(fact, frame.as_of)) is not None]
    clock = WorkClock(policy.hours, policy.zone)
    period = _period(known, frame.window, frame, clock)
    before = _period(known, frame.before, frame, clock)
    offered = [fact for fact in known if fact.opened_at in frame.window]
    judged = _judged_in(known, frame.window)
    due = [fact for fact in known if fact.due_at in frame.window]
    answered = [fact for fact in due if fact.by]
    cohorts = (_cohort(known, rung, of, frame) for rung, of in frame.cohorts.items())
    return Measures(
        window=frame.window,
        as_of=frame.as_of,
        period=period,
        before=before,
        cohorts=tuple(cohorts),
        refusals=_refusals(judged),
        by_source=_groups(offered, judged, due, _source, frame.as_of),
        by_temperature=_groups(offered, judged, due, _temperature, frame.as_of),
        by_campaign=_groups(offered, judged, due, _campaign, frame.as_of),
        by_rule=_groups(offered, judged, due, _rules, frame.as_of),
        by_rep=_groups([], judged, answered, _rep, frame.as_of),
        criticism=_criticism(judged),
        ageing=_ageing(standing, frame.as_of),
        backlog=_backlog(known, period, frame.as_of),
        duties=_duties(offered, period, policy),
        definitions=tuple(sorted({fact.definition for fact in offered})),
        health=_with_silent(health, known, frame),
        restatement=_restatement(previous, before),
        remarks=_remarks(known, frame, policy),
    )


def _as_of(fact: Fact, at: datetime) -> Fact | None:
    """What was known of a handoff at a moment; None before it was opened."""
    if fact.opened_at > at:
        return None
    if fact.decided_at is not None and fact.decided_at > at:
        return fact._replace(
            outcome=None,
            by=None,
            decided_at=None,
            reason=None,
            touch_due_at=None,
            touched_at=None,
            returned_at=None,
            sql_at=None,
            won_at=None,
        )
    later = (fact.touched_at, fact.returned_at, fact.sql_at, fact.won_at)
    if not any(moment is not None and moment > at for moment in later):
        return fact
    touched, returned, sql, won = (
        moment if moment is not None and moment <= at else None for moment in later
    )
    return fact._replace(touched_at=touched, returned_at=returned, sql_at=sql, won_at=won)


def _in(moment: datetime | None, window: Window) -> bool:
    return moment is not None and window.start <= moment < window.end


def _judged_in(facts: Iterable[Fact], window: Window) -> list[Fact]:
    """Accepted or rejected in a window."""
    return [fact for fact in facts if _in(fact.decided_at, window) and fact.outcome in _JUDGED]


# One period


def _period(facts: Sequence[Fact], window: Window, frame: Frame, clock: WorkClock) -> Period:
    decided = [fact for fact in facts if _in(fact.decided_at, window)]
    judged = [fact for fact in decided if fact.outcome in _JUDGED]
    touched = [fact for fact in facts if _in(fact.touched_at, window)]
    acceptance, quality = _acceptance(judged)
    return Period(
        window=window,
        offered=sum(_in(fact.opened_at, window) for fact in facts),
        decided=len(decided),
        acceptance=acceptance,
        quality=quality,
        own=_cohort(facts, Rung.MQL_SAL, window, frame, whatever_age=True),
        in_time=_in_time((fact for fact in facts if _in(fact.due_at, window)), frame.as_of),
        honoured=_honoured(facts, window, frame.as_of),
        decide=_clocks([(fact.opened_at, fact.decided_at) for fact in judged], clock),
        touch=_clocks([(fact.decided_at, fact.touched_at) for fact in touched], clock),
        wait=_clocks([(fact.waiting_since, fact.touched_at) for fact in touched], clock),
        velocity=_velocity(facts, window),
        arrivals=_arrivals(facts, window),
        recycled=Share(sum(fact.returned_at is not None for fact in decided), len(decided)),
        returned=sum(_in(fact.returned_at, window) for fact in facts),
    )


def _acceptance(judged: Iterable[Fact]) -> tuple[Share, Share]:
    """Accepted of all judged, and without procedural rejections."""
    accepted = rejected = procedural = 0
    for fact in judged:
        if fact.outcome is Outcome.ACCEPTED:
            accepted += 1
        else:
            rejected += 1
            procedural += class_of(fact.reason) is ReasonClass.PROCEDURAL
    whole = accepted + rejected
    return Share(accepted, whole), Share(accepted, whole - procedural)


def class_of(reason: str | None) -> ReasonClass:
    """What a reason speaks about; one that nobody knows any more is some other."""
    known = reason_named(reason or "")
    return known.group if known else ReasonClass.OTHER


def _in_time(due: Iterable[Fact], as_of: datetime) -> Promise:
    """What became of the decisions that are due in a period.

    In time / (in time + late + undecided past due). Undecided before due is left out.
    """
    count: Counter[str] = Counter()
    for fact in due:
        if fact.is_imported:
            count["left_out"] += 1
        elif fact.decided_at is None:
            count["missed" if fact.due_at < as_of else "waiting"] += 1
        elif fact.decided_at > fact.due_at:
            count["late"] += 1
        else:
            count["kept" if fact.outcome in _JUDGED else "left_out"] += 1
    return Promise(**count)


def _honoured(facts: Iterable[Fact], window: Window, as_of: datetime) -> Promise:
    """What became of the promised first contacts of a period.

    Touched within the promise / accepted whose promise is due.
    """
    count: Counter[str] = Counter()
    for fact in facts:
        due = fact.touch_due_at
        if fact.outcome is not Outcome.ACCEPTED:
            continue
        if due is None:
            count["left_out"] += _in(fact.decided_at, window)
        elif not _in(due, window):
            continue
        elif fact.touched_at is not None:
            count["kept" if fact.touched_at <= due else "late"] += 1
        elif fact.returned_at is not None and fact.returned_at <= due:
            count["left_out"] += 1
        else:
            count["missed" if due < as_of else "waiting"] += 1
    return Promise(**count)


def _clocks(spans: Sequence[tuple[datetime | None, datetime | None]], clock: WorkClock) -> Clocks:
    whole = [(start, end) for start, end in spans if start is not None and end is not None]
    forward = [(start, end) for start, end in whole if start <= end]
    return Clocks(
        spread([clock.between(start, end) for start, end in forward]),
        spread([end - start for start, end in forward]),
        len(whole) - len(forward),
    )


_PATHS: tuple[tuple[Stage, Stage, str, str], ...] = (
    (Stage.MQL, Stage.SAL, "opened_at", "decided_at"),
    (Stage.SAL, Stage.SQL, "decided_at", "sql_at"),
    (Stage.SQL, Stage.CUSTOMER, "sql_at", "won_at"),
    (Stage.MQL, Stage.CUSTOMER, "opened_at", "won_at"),
)


def _velocity(facts: Sequence[Fact], window: Window) -> tuple[Velocity, ...]:
    """Survivors only: the median of t_j − t_i over those that arrived at j in the period."""
    accepted = [fact for fact in facts if fact.outcome is Outcome.ACCEPTED]
    return tuple(
        _took(accepted, window, start, end, set_out, arrived)
        for start, end, set_out, arrived in _PATHS
    )


def _took(
    facts: Iterable[Fact], window: Window, start: Stage, end: Stage, set_out: str, arrived: str
) -> Velocity:
    durations = [
        getattr(fact, arrived) - getattr(fact, set_out)
        for fact in facts
        if _in(getattr(fact, arrived), window) and getattr(fact, set_out) is not None
    ]
    forward = [duration for duration in durations if duration >= _NOTHING]
    return Velocity(start, end, spread(forward), len(durations) - len(forward))


def _arrivals(facts: Sequence[Fact], window: Window) -> Arrivals:
    came: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if _in(fact.opened_at, window):
            came["mql"].add(fact.lead_id)
        if fact.outcome is Outcome.ACCEPTED and _in(fact.decided_at, window):
            came["sal"].add(fact.lead_id)
        if _in(fact.sql_at or fact.won_at, window):
            came["sql"].add(fact.lead_id)
        if _in(fact.won_at, window):
            came["customer"].add(fact.lead_id)
    return Arrivals(**{stage: len(leads) for stage, leads in came.items()})


# Cohorts


def _cohort(
    facts: Sequence[Fact], rung: Rung, window: Window, frame: Frame, *, whatever_age: bool = False
) -> Cohort:
    """Reached within the horizon / set out in the window; `whatever_age` counts what is so far."""
    horizon, as_of = frame.horizons[rung], frame.as_of
    limit = None if whatever_age else horizon
    members: dict[Hashable, tuple[bool, bool, bool]] = {}
    steps = _returns(facts, window) if rung is Rung.RETURN else _climbs(facts, rung, window)
    for unit, start, end, is_settled, is_skipped in steps:
        reached = end is not None and (limit is None or end - start <= limit)
        settled = reached or is_settled or (rung is not Rung.MQL_SAL and start + horizon <= as_of)
        was = members.get(unit, (False, False, False))
        now = (reached, settled, reached and is_skipped)
        members[unit] = (was[0] or now[0], was[1] or now[1], was[2] or now[2])
    count = [sum(member[part] for member in members.values()) for part in range(3)]
    ripe = window.end + horizon <= as_of
    return Cohort(rung, window, horizon, count[0], len(members), count[1], count[2], ripe)


_Step = tuple[Hashable, datetime, datetime | None, bool, bool]


def _climbs(facts: Iterable[Fact], rung: Rung, window: Window) -> Iterable[_Step]:
    """Who set out, when, when they arrived if ever, and whether that is settled or skipped."""
    for fact in facts:
        accepted_at = fact.decided_at if fact.outcome is Outcome.ACCEPTED else None
        start = accepted_at if rung is Rung.SAL_SQL else fact.opened_at
        if not _in(start, window) or start is None:
            continue
        skipped = fact.won_at is not None and fact.sql_at in (None, fact.won_at)
        match rung:
            case Rung.MQL_SAL:
                yield fact.id, start, accepted_at, fact.decided_at is not None, False
            case Rung.MQL_CUSTOMER:
                yield fact.lead_id, start, fact.won_at, False, skipped
            case _:
                yield fact.lead_id, start, fact.sql_at or fact.won_at, False, skipped


def _returns(facts: Sequence[Fact], window: Window) -> Iterable[_Step]:
    """Leads that went back to nurturing, and when sales took them after all."""
    following = {fact.previous_id: fact for fact in facts if fact.previous_id is not None}
    for fact in facts:
        if fact.returned_at is not None and _in(fact.returned_at, window):
            taken = _taken_later(fact, following)
            yield fact.lead_id, fact.returned_at, taken, False, False


def _taken_later(fact: Fact, following: Mapping[str, Fact]) -> datetime | None:
    seen = {fact.id}
    while (after := following.get(fact.id)) is not None and after.id not in seen:
        seen.add(after.id)
        if after.outcome is Outcome.ACCEPTED:
            return after.decided_at
        fact = after
    return None


# Rejections and groups


def _refusals(judged: Iterable[Fact]) -> Refusals:
    counts = Counter(fact.reason or "other" for fact in judged if fact.outcome is Outcome.REJECTED)
    classes: Counter[ReasonClass] = Counter()
    for reason, count in counts.items():
        classes[class_of(reason)] += count
    total = sum(counts.values())
    return Refusals(
        total,
        tuple(
            Rejection(reason, class_of(reason), Share(count, total))
            for reason, count in _ranked(counts)
        ),
        tuple((group, Share(count, total)) for group, count in _ranked(classes)),
    )


_Keys = Callable[[Fact], Iterable[str | None]]


def _source(fact: Fact) -> Iterable[str | None]:
    return (fact.source,)


def _temperature(fact: Fact) -> Iterable[str | None]:
    return (fact.temperature.value,)


def _campaign(fact: Fact) -> Iterable[str | None]:
    return (fact.campaign,)


def _rules(fact: Fact) -> Iterable[str | None]:
    return fact.rules


def _rep(fact: Fact) -> Iterable[str | None]:
    return (fact.by,)


def _groups(
    offered: Iterable[Fact],
    judged: Iterable[Fact],
    due: Iterable[Fact],
    keys: _Keys,
    as_of: datetime,
) -> tuple[Group, ...]:
    """The rates of each group, the largest first."""
    parts = [_parted(some, keys) for some in (offered, judged, due)]
    sizes = Counter({key: sum(len(part.get(key, ())) for part in parts) for key in _all(parts)})
    ranked = [key for key, _ in _ranked(sizes)]
    named = [_group(key, [key], parts, as_of) for key in ranked[:MOST_GROUPS]]
    rest = ranked[MOST_GROUPS:]
    return (*named, *([_group(None, rest, parts, as_of, others=True)] if rest else ()))


def _parted(some: Iterable[Fact], keys: _Keys) -> dict[str | None, list[Fact]]:
    parted: defaultdict[str | None, list[Fact]] = defaultdict(list)
    for fact in some:
        for key in keys(fact):
            parted[key].append(fact)
    return parted


def _all(parts: Iterable[Mapping[str | None, list[Fact]]]) -> set[str | None]:
    return {key for part in parts for key in part}


def _group(
    key: str | None,
    keys: Sequence[str | None],
    parts: Sequence[Mapping[str | None, list[Fact]]],
    as_of: datetime,
    *,
    others: bool = False,
) -> Group:
    offered, judged, due = (
        [fact for each in keys for fact in part.get(each, ())] for part in parts
    )
    acceptance, quality = _acceptance(judged)
    return Group(key, len(offered), acceptance, quality, _in_time(due, as_of), others)


def _ranked(counts: Mapping[_Key, int]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or ""))


def _criticism(judged: Sequence[Fact]) -> tuple[Criticism, ...]:
    """Definitional rejections / (acceptances + definitional rejections), with and without a rule.

    The rules that are refused most often stand first.
    """
    telling = [
        (fact, fact.outcome is Outcome.REJECTED)
        for fact in judged
        if fact.outcome is Outcome.ACCEPTED or class_of(fact.reason) is ReasonClass.DEFINITIONAL
    ]
    whole = Counter(rule for fact, _ in telling for rule in fact.rules)
    refused = Counter(rule for fact, is_refused in telling if is_refused for rule in fact.rules)
    all_refused = sum(is_refused for _, is_refused in telling)
    found = [
        Criticism(
            rule,
            Share(refused[rule], count),
            Share(all_refused - refused[rule], len(telling) - count),
        )
        for rule, count in whole.items()
    ]
    return tuple(sorted(found, key=lambda each: (-(each.refused.rate or 0), each.rule)))


# As of now


def _ageing(standing: Mapping[Stage, Sequence[datetime]], as_of: datetime) -> tuple[Ageing, ...]:
    return tuple(_aged(stage, standing.get(stage, ()), as_of) for stage in _AGED)


def _aged(stage: Stage, since: Iterable[datetime], as_of: datetime) -> Ageing:
    ages = sorted(as_of - entered for entered in since if entered <= as_of)
    within = [sum(age < timedelta(days=days) for age in ages) for days in AGE_BOUNDS]
    buckets = [upper - lower for lower, upper in pairwise((0, *within, len(ages)))]
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


def _with_silent(health: Health, facts: Iterable[Fact], frame: Frame) -> Health:
    """With the sources that used to bring leads, and brought none in a period that is over."""
    if frame.as_of < frame.window.end:
        return health
    ours = [fact for fact in facts if fact.source is not None and not fact.is_imported]
    came = Counter(fact.source for fact in ours if fact.opened_at in frame.before)
    still = {fact.source for fact in ours if fact.opened_at in frame.window}
    silent = sorted(
        source for source, n in came.items() if source and n >= _REGULAR and source not in still
    )
    return replace(health, silent=tuple(silent))


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


def _remarks(facts: Sequence[Fact], frame: Frame, policy: Policy) -> tuple[Remarked, ...]:
    offered = [fact for fact in facts if fact.opened_at in frame.window]
    imported = [fact for fact in offered if fact.is_imported]
    in_view = [fact for fact in facts if _touches(fact, frame)]
    counted = (
        (Remark.IMPORTED, len(imported), len(offered)),
        (Remark.DAYS_ONLY, sum(_is_rough(fact, policy) for fact in imported), len(imported)),
        (Remark.NO_SOURCE, sum(fact.source is None for fact in offered), len(offered)),
        (Remark.BACKWARDS, sum(map(_runs_backwards, in_view)), len(in_view)),
        (Remark.SKIPPED, sum(map(_skips, in_view)), len(in_view)),
    )
    return tuple(Remarked(remark, count, of) for remark, count, of in counted if count)


def _touches(fact: Fact, frame: Frame) -> bool:
    """Whether anything happened in the window."""
    moments = (fact.opened_at, fact.decided_at, fact.touched_at, fact.sql_at, fact.won_at)
    return any(_in(moment, frame.window) for moment in moments)


def _is_rough(fact: Fact, policy: Policy) -> bool:
    return fact.opened_at.astimezone(policy.zone).time() == time(0)


def _runs_backwards(fact: Fact) -> bool:
    moments = (fact.opened_at, fact.decided_at, fact.sql_at, fact.won_at)
    there = [moment for moment in moments if moment is not None]
    touched_early = (
        fact.touched_at is not None
        and fact.decided_at is not None
        and fact.touched_at < fact.decided_at
    )
    return touched_early or any(later < earlier for earlier, later in pairwise(there))


def _skips(fact: Fact) -> bool:
    return fact.won_at is not None and fact.sql_at in (None, fact.won_at)
