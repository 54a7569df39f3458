"""The reckoning of a lead: attributes and signals in; score, temperature and "qualified" out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.decay import Decay
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
from core.domain.matching import Facts, Key, Match, Standing, key, matched
from core.domain.predicate import as_moment, as_number

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
    facts = Facts(attributes, _counting(signals, definition.mail, as_of), as_of)
    for exclusion in definition.exclusions:
        if matched(exclusion.when, facts) is not None:
            return _left_out(definition, exclusion, facts)
    set_back = tuple(_set_back(definition.resets, facts))
    rules = _rules(definition, facts, set_back)
    groups = tuple(_group(group, rules) for group in definition.groups)
    total = _rounded(definition.range.clamp(math.fsum(group.clamped for group in groups)))
    grade = _grade(definition, groups)
    facts = _left_by(set_back, facts)
    hits = tuple(_hits(definition.hot, facts))
    by_score = _band(definition, total, grade, previous=None)
    standing = Standing(by_score, bool(hits), {group.id: group.clamped for group in groups}, grade)
    qualified = matched(definition.qualify, replace(facts, standing=standing)) is not None
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
        phase=_phase(definition.journey, facts),
        as_of=as_of,
        grade=grade,
        set_back=set_back,
    )


def _left_out(definition: Definition, exclusion: Criterion, facts: Facts) -> Explanation:
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
        as_of=facts.as_of,
    )


def _counting(signals: Iterable[Signal], mail: Mail, as_of: datetime) -> tuple[Signal, ...]:
    """The signals up to `as_of`, each once, in the order they happened, without machines'."""
    once: dict[Key, Signal] = {}
    for signal in signals:
        if signal.occurred_at > as_of or not _is_believed(signal, mail):
            continue
        known = once.setdefault(key(signal), signal)
        if known is not signal and _rank(signal) < _rank(known):
            once[key(signal)] = signal
    return tuple(sorted(once.values(), key=lambda signal: (signal.occurred_at, key(signal))))


def _rank(signal: Signal) -> tuple[datetime, str]:
    """Which of two copies that differ is believed, whichever came first."""
    told = (signal.kind, signal.session, sorted(signal.properties.items()))
    return signal.occurred_at, repr(told)


def _is_believed(signal: Signal, mail: Mail) -> bool:
    match signal.kind:
        case SignalKind.EMAIL_CLICK:
            return not _is_machine(signal, mail.machine_within)
        case SignalKind.CUSTOM:
            return mail.opens or not _is_open(signal)
        case _:
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


def _set_back(resets: Iterable[Reset], facts: Facts) -> Iterator[SetBack]:
    for reset in resets:
        at = _happened(reset, facts)
        if at is not None:
            yield SetBack(reset.id, reset.why, reset.groups, at)


def _happened(reset: Reset, facts: Facts) -> datetime | None:
    """When the groups were set back the last time, None for never."""
    if reset.when is None:
        at = as_moment(facts.attributes.get(reset.attr or ""))
        return at if at is not None and at <= facts.as_of else None
    found = matched(reset.when, facts)
    if found is None:
        return None
    # What no signal says is true now, so nothing up to now counts.
    return found.signals[-1].occurred_at if found.signals else facts.as_of + timedelta.resolution


def _left_by(set_back: Iterable[SetBack], facts: Facts, group: str | None = None) -> Facts:
    """What still counts in the group, or outside of all groups."""
    starts = [one.at for one in set_back if not one.groups or group in one.groups]
    return facts.from_then(max(starts)) if starts else facts


def _rules(
    definition: Definition, facts: Facts, set_back: Sequence[SetBack]
) -> tuple[RuleScore, ...]:
    """The rules that apply, in their written order."""
    known = {group.id: _left_by(set_back, facts, group.id) for group in definition.groups}
    found = tuple(_found(definition.rules, known))
    decays = {group.id: group.decay for group in definition.groups}
    ages = {group: _ages(decay, group, found, facts.as_of) for group, decay in decays.items()}
    return tuple(_rule(rule, match, decays[rule.group], ages[rule.group]) for rule, match in found)


def _found(rules: Iterable[Rule], known: Mapping[str, Facts]) -> Iterator[tuple[Rule, Match]]:
    """The rules that hold, with their signals; within a group the first takes a signal."""
    taken: dict[str, set[Key]] = {group: set() for group in known}
    for rule in rules:
        free = known[rule.group].but_for(() if rule.share else taken[rule.group])
        found = matched(rule.when, free)
        if found is None:
            continue
        yield rule, found
        if not rule.share:
            taken[rule.group].update(key(signal) for signal in found.signals)


def _ages(
    decay: Decay | None, group: str, found: Iterable[tuple[Rule, Match]], as_of: datetime
) -> Callable[[Signal], timedelta]:
    """How old a signal is for the decay of its group."""
    if decay is None or decay.quiet is None:
        return lambda signal: as_of - signal.occurred_at
    signals = (signal for rule, match in found if rule.group == group for signal in match.signals)
    last = max((signal.occurred_at for signal in signals), default=as_of)
    since_quiet = max(as_of - last - decay.quiet, timedelta())
    return lambda signal: since_quiet


def _rule(
    rule: Rule, found: Match, decay: Decay | None, age: Callable[[Signal], timedelta]
) -> RuleScore:
    counted = _within_limit(found.occurrences, rule.limit)
    # A condition that no single signal fulfils scores once, as fresh as its newest signal.
    dated = counted if found.occurrences else found.evidence[-1:]
    factors = [decay.factor(age(signal)) if decay else 1.0 for signal in dated]
    given = rule.points * math.fsum(factors or (1.0,))
    clamped = rule.range.clamp(given)
    return RuleScore(
        id=rule.id,
        group=rule.group,
        why=rule.why,
        points=rule.points * max(len(factors), 1),
        factor=math.fsum(factors) / len(factors) if factors else 1.0,
        given=_rounded(clamped),
        signals=tuple(signal.id for signal in (counted or found.evidence)),
        capped=len(counted) < len(found.occurrences) or clamped != given,
    )


def _within_limit(signals: Sequence[Signal], limit: Limit | None) -> tuple[Signal, ...]:
    if limit is None:
        return tuple(signals)
    counted: list[Signal] = []
    for signal in signals:
        used_up = len(counted) >= limit.times
        if not used_up or _is_apart(counted[-limit.times], signal, limit.per):
            counted.append(signal)
    return tuple(counted)


def _is_apart(earlier: Signal, later: Signal, per: timedelta | None) -> bool:
    return per is not None and later.occurred_at - earlier.occurred_at >= per


def _group(group: Group, rules: Iterable[RuleScore]) -> GroupScore:
    raw = _rounded(math.fsum(rule.given for rule in rules if rule.group == group.id))
    return GroupScore(group.id, group.kind, raw, group.range.clamp(raw))


def _hits(criteria: Iterable[Criterion], facts: Facts) -> Iterable[HotHit]:
    for criterion in criteria:
        found = matched(criterion.when, facts)
        if found is not None:
            ids = tuple(signal.id for signal in found.signals)
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


def _phase(journey: Iterable[Phase], facts: Facts) -> str | None:
    reached = [phase.id for phase in journey if matched(phase.when, facts) is not None]
    return reached[-1] if reached else None


def _rounded(points: float) -> float:
    return round(points, _DECIMALS) + 0.0
