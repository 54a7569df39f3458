"""The reckoning of a lead: attributes and signals in; score, temperature and "qualified" out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.definition import (
    Criterion,
    Decay,
    Definition,
    Group,
    Limit,
    Mail,
    Phase,
    Rule,
)
from core.domain.explanation import (
    Explanation,
    GroupScore,
    HotHit,
    RuleScore,
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
    rules = _rules(definition, facts)
    groups = tuple(_group(group, rules) for group in definition.groups)
    total = _rounded(definition.range.clamp(math.fsum(group.clamped for group in groups)))
    hits = tuple(_hits(definition.hot, facts))
    by_score = _band(definition, total, previous=None)
    standing = Standing(by_score, bool(hits), {group.id: group.clamped for group in groups})
    qualified = matched(definition.qualify, replace(facts, standing=standing)) is not None
    temperature = Temperature.HOT if hits else _band(definition, total, previous=previous)
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


def _rules(definition: Definition, facts: Facts) -> tuple[RuleScore, ...]:
    """The rules that apply, in their written order; within a group the first takes a signal."""
    decays = {group.id: group.decay for group in definition.groups}
    taken: dict[str, set[Key]] = {group.id: set() for group in definition.groups}
    scores: list[RuleScore] = []
    for rule in definition.rules:
        found = matched(rule.when, facts.but_for(() if rule.share else taken[rule.group]))
        if found is None:
            continue
        scores.append(_rule(rule, found, decays[rule.group], facts.as_of))
        if not rule.share:
            taken[rule.group].update(key(signal) for signal in found.signals)
    return tuple(scores)


def _rule(rule: Rule, found: Match, decay: Decay | None, as_of: datetime) -> RuleScore:
    counted = _within_limit(found.occurrences, rule.limit)
    # A condition that no single signal fulfils scores once, as fresh as its newest signal.
    dated = counted if found.occurrences else found.evidence[-1:]
    factors = [decay.factor(as_of - signal.occurred_at) if decay else 1.0 for signal in dated]
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


def _band(definition: Definition, total: float, *, previous: Temperature | None) -> Temperature:
    kept_from = definition.leave_hot_below
    if previous is Temperature.HOT and kept_from is not None and total >= kept_from:
        return Temperature.HOT
    if total >= definition.hot_from:
        return Temperature.HOT
    return Temperature.WARM if total >= definition.warm_from else Temperature.COLD


def _missing(definition: Definition, total: float, temperature: Temperature) -> float | None:
    match temperature:
        case Temperature.HOT:
            return None
        case Temperature.WARM:
            return _rounded(definition.hot_from - total)
        case Temperature.COLD:
            return _rounded(definition.warm_from - total)


def _phase(journey: Iterable[Phase], facts: Facts) -> str | None:
    reached = [phase.id for phase in journey if matched(phase.when, facts) is not None]
    return reached[-1] if reached else None


def _rounded(points: float) -> float:
    return round(points, _DECIMALS) + 0.0
