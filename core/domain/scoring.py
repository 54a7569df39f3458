"""The reckoning of a lead: attributes and signals in; score, temperature and "qualified" out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from operator import lt

from core.domain.definition import (
    Criterion,
    Definition,
    Group,
    GroupKind,
    Limit,
    Mail,
    Phase,
    Reset,
    Rule,
)
from core.domain.explanation import (
    Explanation,
    GroupScore,
    HotHit,
    RuleScore,
    SetBack,
    from_json,
    reasons,
    sentence,
    to_json,
)
from core.domain.lead import Scalar, Signal, SignalKind, Temperature
from core.domain.matching import Facts, Match, Matcher, Matchers, Standing
from core.domain.predicate import as_moment, as_number
from core.domain.trail import Places, Trail

__all__ = [
    "Explanation",
    "GroupScore",
    "HotHit",
    "RuleScore",
    "SetBack",
    "from_json",
    "reasons",
    "score",
    "sentence",
    "to_json",
]

_OPENS = frozenset({"emailopen", "emailopened"})
_DECIMALS = 2
_Fading = Callable[[Places], Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A definition with its conditions made ready to be matched against many leads."""

    exclusions: tuple[tuple[Criterion, Matcher], ...]
    resets: tuple[tuple[Reset, Matcher | None], ...]
    rules: tuple[tuple[Rule, Matcher], ...]
    hot: tuple[tuple[Criterion, Matcher], ...]
    qualify: Matcher
    journey: tuple[tuple[Phase, Matcher], ...]
    groups: tuple[Group, ...]


@lru_cache(maxsize=64)
def _plan(definition: Definition) -> _Plan:
    ready = Matchers().of
    return _Plan(
        exclusions=tuple((one, ready(one.when)) for one in definition.exclusions),
        resets=tuple((one, ready(one.when) if one.when else None) for one in definition.resets),
        rules=tuple((one, ready(one.when)) for one in definition.rules),
        hot=tuple((one, ready(one.when)) for one in definition.hot),
        qualify=ready(definition.qualify),
        journey=tuple((one, ready(one.when)) for one in definition.journey),
        groups=definition.groups,
    )


def score(
    definition: Definition,
    attributes: Mapping[str, Scalar],
    signals: Sequence[Signal],
    *,
    as_of: datetime,
    previous: Temperature | None = None,
) -> Explanation:
    """Reckon a lead as it stood at `as_of` (aware). Pure: the same in gives the same out.

    `attributes` holds the lead's own fields too (`Lead.facts()`); `previous` is the temperature
    so far, which a hot lead keeps until its score has fallen below `leave_hot_below`.
    Whether the lead qualifies does not depend on `previous`: to qualify again, a score has to
    reach the band by itself. Points are rounded to two decimals, so that the parts add up.
    """
    plan = _plan(definition)
    facts = Facts(attributes, Trail(believed(signals, definition.mail, as_of), as_of))
    for exclusion, holds in plan.exclusions:
        if holds(facts) is not None:
            return _left_out(definition, exclusion, as_of)
    set_back = tuple(_set_back(plan, facts))
    rules = _rules(plan, facts, set_back)
    groups = tuple(_group(group, rules) for group in definition.groups)
    total = _rounded(definition.range.clamp(math.fsum(group.clamped for group in groups)))
    grade = _grade(definition, groups)
    facts = _left_by(set_back, facts)
    hits = tuple(_hits(plan, facts))
    by_score = _band(definition, total, grade, previous=None)
    standing = Standing(by_score, bool(hits), {group.id: group.clamped for group in groups}, grade)
    qualified = plan.qualify(replace(facts, standing=standing)) is not None
    temperature = Temperature.HOT if hits else _band(definition, total, grade, previous=previous)
    return Explanation(
        total=total,
        temperature=temperature,
        hot=bool(hits),
        qualified=qualified,
        excluded=None,
        excluded_because={},
        groups=groups,
        rules=rules,
        hot_criteria=hits,
        missing=_missing(definition, total, temperature),
        phase=_phase(plan, facts),
        as_of=as_of,
        grade=grade,
        set_back=set_back,
    )


def _left_out(definition: Definition, exclusion: Criterion, as_of: datetime) -> Explanation:
    return Explanation(
        total=definition.range.clamp(0.0),
        temperature=Temperature.COLD,
        hot=False,
        qualified=False,
        excluded=exclusion.id,
        excluded_because=exclusion.why,
        groups=(),
        rules=(),
        hot_criteria=(),
        missing=None,
        phase=None,
        as_of=as_of,
    )


def believed(signals: Iterable[Signal], mail: Mail, as_of: datetime) -> Sequence[Signal]:
    """The signals up to `as_of`, each once, in the order they happened, without machines'."""
    found = [
        signal for signal in signals if signal.occurred_at <= as_of and is_believed(signal, mail)
    ]
    if len({(signal.source, signal.id) for signal in found}) < len(found):
        found = _once(found)
    times = [signal.occurred_at for signal in found]
    if not all(map(lt, times, times[1:])):
        found.sort(key=lambda signal: (signal.occurred_at, signal.source, signal.id))
    return found


def _once(signals: Iterable[Signal]) -> list[Signal]:
    once: dict[tuple[str, str], Signal] = {}
    for signal in signals:
        key = signal.source, signal.id
        known = once.setdefault(key, signal)
        if known is not signal and _rank(signal) < _rank(known):
            once[key] = signal
    return list(once.values())


def _rank(signal: Signal) -> tuple[datetime, str]:
    """Which of two copies that differ is believed, whichever came first."""
    told = (signal.kind, signal.session, sorted(signal.properties.items()))
    return signal.occurred_at, repr(told)


def is_believed(signal: Signal, mail: Mail) -> bool:
    """Whether a person did it, and not a machine: only then it counts."""
    if signal.kind is SignalKind.EMAIL_CLICK:
        return not _is_machine(signal, mail.machine_within)
    if signal.kind is SignalKind.CUSTOM:
        return mail.opens or not _is_open(signal)
    return True


def _is_machine(click: Signal, within: timedelta) -> bool:
    """Scanners follow every link as soon as a mail arrives; people take longer."""
    seconds = as_number(click.properties.get("seconds_after_delivery"))
    delivered_at = as_moment(click.properties.get("delivered_at"))
    if seconds is None and delivered_at is not None:
        seconds = (click.occurred_at - delivered_at).total_seconds()
    return seconds is not None and seconds < within.total_seconds()


def _is_open(signal: Signal) -> bool:
    name = str(signal.properties.get("name", ""))
    return "".join(filter(str.isalnum, name)).lower() in _OPENS


def _set_back(plan: _Plan, facts: Facts) -> Iterator[SetBack]:
    for reset, holds in plan.resets:
        at = _happened(reset, holds, facts)
        if at is not None:
            yield SetBack(reset.id, reset.why, reset.groups, at)


def _happened(reset: Reset, holds: Matcher | None, facts: Facts) -> datetime | None:
    """When the groups were set back the last time, None for never."""
    trail = facts.trail
    if holds is None:
        at = as_moment(facts.attributes.get(reset.attr or ""))
        return at if at is not None and at <= trail.as_of else None
    found = holds(facts)
    if found is None:
        return None
    if not found.places:
        # What no signal says is true now, so nothing up to now counts.
        return trail.as_of + timedelta.resolution
    return trail.signals[found.places[-1]].occurred_at


def _left_by(set_back: Iterable[SetBack], facts: Facts, group: str | None = None) -> Facts:
    """What still counts in the group, or outside of all groups."""
    starts = [one.at for one in set_back if not one.groups or group in one.groups]
    return replace(facts, start=facts.trail.from_then(max(starts))) if starts else facts


def _rules(plan: _Plan, facts: Facts, set_back: Sequence[SetBack]) -> tuple[RuleScore, ...]:
    """The rules that apply, in their written order."""
    known = {group.id: _left_by(set_back, facts, group.id) for group in plan.groups}
    found = tuple(_found(plan.rules, known))
    fading = {group.id: _fading(group, found, facts.trail) for group in plan.groups}
    return tuple(_rule(rule, match, facts.trail, fading[rule.group]) for rule, match in found)


def _found(
    rules: Iterable[tuple[Rule, Matcher]], known: Mapping[str, Facts]
) -> Iterator[tuple[Rule, Match]]:
    """The rules that hold, with their signals; within a group the first takes a signal."""
    taken: dict[str, set[int]] = {group: set() for group in known}
    free = {group: replace(facts, taken=taken[group]) for group, facts in known.items()}
    for rule, holds in rules:
        found = holds((known if rule.share else free)[rule.group])
        if found is None:
            continue
        yield rule, found
        if not rule.share:
            taken[rule.group].update(found.places)


def _fading(group: Group, found: Iterable[tuple[Rule, Match]], trail: Trail) -> _Fading:
    """What decay leaves of each of some signals of a group."""
    decay, as_of = group.decay, trail.as_of
    if decay is None:
        return lambda places: [1.0] * len(places)
    if decay.quiet is None:
        factor, signals = decay.factor, trail.signals
        return lambda places: [factor(as_of - signals[place].occurred_at) for place in places]
    last = max(
        (match.places[-1] for rule, match in found if rule.group == group.id and match.places),
        default=None,
    )
    if last is None:
        return lambda places: []
    quiet = as_of - trail.signals[last].occurred_at - decay.quiet
    left = decay.factor(max(quiet, timedelta()))
    return lambda places: [left] * len(places)


def _rule(rule: Rule, found: Match, trail: Trail, fading: _Fading) -> RuleScore:
    counted = _within_limit(found.occurrences, trail, rule.limit)
    # A condition that no single signal fulfils scores once, as fresh as its newest signal.
    factors = fading(counted if found.occurrences else found.evidence[-1:])
    given = rule.points * math.fsum(factors or (1.0,))
    clamped = rule.range.clamp(given)
    signals = trail.signals
    return RuleScore(
        id=rule.id,
        group=rule.group,
        why=rule.why,
        points=rule.points * max(len(factors), 1),
        factor=math.fsum(factors) / len(factors) if factors else 1.0,
        given=_rounded(clamped),
        signals=tuple([signals[place].id for place in counted or found.evidence]),
        capped=len(counted) < len(found.occurrences) or clamped != given,
    )


def _within_limit(places: Places, trail: Trail, limit: Limit | None) -> Places:
    """The earliest, so that no span of the limit holds too many of them."""
    if limit is None or len(places) <= limit.times:
        return places
    if limit.per is None:
        return places[: limit.times]
    counted: list[int] = []
    since: list[datetime] = []
    for place in places:
        at = trail.signals[place].occurred_at
        if len(counted) < limit.times or at - since[-limit.times] >= limit.per:
            counted.append(place)
            since.append(at)
    return counted


def _group(group: Group, rules: Iterable[RuleScore]) -> GroupScore:
    raw = _rounded(math.fsum(rule.given for rule in rules if rule.group == group.id))
    return GroupScore(group.id, group.kind, raw, group.range.clamp(raw))


def _hits(plan: _Plan, facts: Facts) -> Iterator[HotHit]:
    for criterion, holds in plan.hot:
        found = holds(facts)
        if found is not None:
            ids = tuple([facts.trail.signals[place].id for place in found.places])
            yield HotHit(criterion.id, criterion.why, ids)


def _grade(definition: Definition, groups: Iterable[GroupScore]) -> str | None:
    if definition.matrix is None:
        return None
    points = dict.fromkeys(GroupKind, 0.0)
    for group in groups:
        points[group.kind] += group.clamped
    fit, engagement = points[GroupKind.FIT], points[GroupKind.ENGAGEMENT]
    return definition.matrix.grade(fit=_rounded(fit), engagement=_rounded(engagement))


def _band(
    definition: Definition, total: float, grade: str | None, *, previous: Temperature | None
) -> Temperature:
    kept_from = definition.leave_hot_below
    if previous is Temperature.HOT and kept_from is not None and total >= kept_from:
        return Temperature.HOT
    if total >= definition.hot_from or grade in definition.hot_grades:
        return Temperature.HOT
    if total >= definition.warm_from or grade in definition.warm_grades:
        return Temperature.WARM
    return Temperature.COLD


def _missing(definition: Definition, total: float, temperature: Temperature) -> float | None:
    match temperature:
        case Temperature.HOT:
            return None
        case Temperature.WARM:
            missing = definition.hot_from - total
        case Temperature.COLD:
            missing = min(definition.warm_from, definition.hot_from) - total
    return _rounded(missing) if math.isfinite(missing) else None


def _phase(plan: _Plan, facts: Facts) -> str | None:
    """The last phase that is reached."""
    reached = (phase.id for phase, holds in reversed(plan.journey) if holds(facts) is not None)
    return next(reached, None)


def _rounded(points: float) -> float:
    return round(points, _DECIMALS) + 0.0
