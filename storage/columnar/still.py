"""A still: what a definition makes of leads that are each looked at once.

It follows `core.domain.matching` and `core.domain.scoring` step by step, each step for all leads at
once, and covers the whole language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.domain.condition import (
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    Count,
    Filter,
    GroupPoints,
    HotCriterion,
    InBand,
    InGrade,
    Not,
    Reachable,
    Seen,
    Silence,
)
from core.domain.decay import Decay, HalfLife
from core.domain.definition import Definition, Limit, Reset, Rule
from storage.columnar.columns import Ints
from storage.columnar.lookup import Lookup, each_once, span
from storage.columnar.strands import SPAN, Bools, Strands
from storage.columnar.verdicts import BANDS, Floats, Given, Sums, Verdicts, clamped, rounded, sums

_DAY = 86_400_000_000
UNITS = 2**40  # more than there are different units of signals
_LONG_AGO = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class _Match:
    """Where a condition holds, by strand; and by signal, which score and which only show why."""

    holds: Bools
    occurrences: Bools | None = None
    evidence: Bools | None = None


@dataclass(frozen=True, slots=True)
class Still:
    """Strands of one point each, and what their signals and descriptions answer."""

    strands: Strands
    lookup: Lookup

    def verdicts(self, definition: Definition) -> Verdicts:
        """What the definition makes of each."""
        believed = self.lookup.believed(definition.mail, self.strands.said, self.strands.happened)
        excluded = np.zeros(self.strands.count, dtype=np.bool_)
        for exclusion in definition.exclusions:
            excluded |= self._matched(exclusion.when, believed).holds
        starts = [(reset, self._set_back(reset, believed)) for reset in definition.resets]
        rules = self._rules(definition, believed, starts)
        found = sums(definition, rules, self.strands.count)
        left = self._left(believed, starts, None)
        hot = np.zeros(self.strands.count, dtype=np.bool_)
        for criterion in definition.hot:
            hot |= self._matched(criterion.when, left).holds
        qualified = self._matched(
            definition.qualify, left, standing=Standing(definition, found, hot)
        ).holds
        return conclusion(definition, found, rules, hot, qualified, excluded)

    def _any(self, signals: Bools) -> Bools:
        counted = np.bincount(self.strands.strand[signals], minlength=self.strands.count)
        return np.asarray(counted > 0)

    def _of(self, strands: Bools) -> Bools:
        return np.asarray(strands[self.strands.strand])

    def _free(self, wanted: Filter, within: timedelta | None, known: Bools) -> Bools:
        meant = self.lookup.meant(wanted)[self.strands.said] & known
        if within is None:
            return np.asarray(meant)
        starts = (self.strands.at - span(within))[self.strands.strand]
        return np.asarray(meant & (self.strands.happened > starts))

    def _matched(
        self,
        condition: Condition,
        known: Bools,
        taken: Bools | None = None,
        standing: Standing | None = None,
    ) -> _Match:
        free = known if taken is None else known & ~taken
        match condition:
            case Attribute():
                return _Match(
                    self.lookup.satisfied(condition, self.strands.described, self.strands.at)
                )
            case Reachable():
                there = self.lookup.has("email") | self.lookup.has("phone")
                return _Match(there[self.strands.described] == condition.wanted)
            case Seen():
                seen = self._free(condition.filter, condition.within, free)
                return _Match(self._any(seen), occurrences=seen)
            case Count():
                return self._counted(condition, free)
            case Silence():
                return _Match(~self._any(self._free(condition.filter, condition.within, known)))
            case AllOf():
                parts = [self._matched(each, known, taken, standing) for each in condition.parts]
                return self._all(parts)
            case AnyOf():
                parts = [self._matched(each, known, taken, standing) for each in condition.parts]
                return self._merged(np.logical_or.reduce([part.holds for part in parts]), parts)
            case Not():
                return _Match(~self._matched(condition.part, known, None, standing).holds)
            case InBand() | HotCriterion() | GroupPoints() | InGrade():
                if standing is None:
                    return _Match(np.zeros(self.strands.count, dtype=np.bool_))
                return _Match(standing.came_to(condition))

    def _counted(self, count: Count, free: Bools) -> _Match:
        found = self._free(count.filter, count.within, free)
        strand = self.strands.strand[found]
        units = units_of(count.distinct, self.strands, self.lookup, found)
        if units is None:
            number = np.bincount(strand, minlength=self.strands.count)
        else:
            there = units != -1
            pairs = np.unique(strand[there] * UNITS + units[there] + UNITS // 2)
            number = np.bincount(pairs // UNITS, minlength=self.strands.count)
        holds = np.asarray(number >= count.at_least)
        return _Match(holds, evidence=found & self._of(holds))

    def _all(self, parts: Sequence[_Match]) -> _Match:
        holds = np.logical_and.reduce([part.holds for part in parts])
        seen = [self._any(part.occurrences) for part in parts if part.occurrences is not None]
        merged = self._merged(holds, parts)
        if len(seen) < 2 or merged.occurrences is None:
            return merged
        # Several behaviours that must come together are one reason, not one for each signal.
        together = self._of(np.sum(seen, axis=0) > 1)
        shown = merged.occurrences & together
        evidence = shown if merged.evidence is None else merged.evidence | shown
        return _Match(holds, merged.occurrences & ~together, evidence)

    def _merged(self, holds: Bools, parts: Iterable[_Match]) -> _Match:
        occurrences = evidence = None
        here = self._of(holds)
        for part in parts:
            mine = here & self._of(part.holds)
            if part.occurrences is not None:
                more = part.occurrences & mine
                occurrences = more if occurrences is None else occurrences | more
            if part.evidence is not None:
                more = part.evidence & mine
                evidence = more if evidence is None else evidence | more
        return _Match(holds, occurrences, evidence)

    def _newest(self, signals: Bools) -> Ints:
        newest = np.full(self.strands.count, _LONG_AGO)
        np.maximum.at(newest, self.strands.strand[signals], self.strands.happened[signals])
        return newest

    def _set_back(self, reset: Reset, known: Bools) -> Ints:
        """By strand, when it was set back the last time."""
        if reset.when is None:
            named = self.lookup.moments(reset.attr or "")[self.strands.described]
            return np.where(named <= self.strands.at, named, _LONG_AGO)
        found = self._matched(reset.when, known)
        newest = self._newest(_signals(found, np.zeros(len(known), dtype=np.bool_)))
        newest = np.where(newest == _LONG_AGO, self.strands.at + 1, newest)
        return np.where(found.holds, newest, _LONG_AGO)

    def _left(self, known: Bools, starts: Iterable[tuple[Reset, Ints]], group: str | None) -> Bools:
        for reset, at in starts:
            if not reset.groups or group in reset.groups:
                known = known & (self.strands.happened >= at[self.strands.strand])
        return known

    def _rules(
        self, definition: Definition, believed: Bools, starts: Sequence[tuple[Reset, Ints]]
    ) -> dict[str, Given]:
        none = np.zeros(len(believed), dtype=np.bool_)
        known = {group.id: self._left(believed, starts, group.id) for group in definition.groups}
        taken = {group.id: none.copy() for group in definition.groups}
        seen = {group.id: none.copy() for group in definition.groups}
        found: list[tuple[Rule, _Match]] = []
        for rule in definition.rules:
            match = self._matched(
                rule.when, known[rule.group], None if rule.share else taken[rule.group]
            )
            found.append((rule, match))
            signals = _signals(match, none)
            seen[rule.group] |= signals
            if not rule.share:
                taken[rule.group] |= signals
        decays = {group.id: group.decay for group in definition.groups}
        quiet = {
            group: self._quiet_for(decay, seen[group])
            for group, decay in decays.items()
            if decay is not None and decay.quiet is not None
        }
        return {
            rule.id: self._given(rule, match, decays[rule.group], quiet.get(rule.group))
            for rule, match in found
        }

    def _quiet_for(self, decay: Decay, seen: Bools) -> Ints:
        newest = self._newest(seen)
        age = self.strands.at - np.where(newest == _LONG_AGO, self.strands.at, newest)
        return np.asarray(np.maximum(age - span(decay.quiet or timedelta()), 0))

    def _given(self, rule: Rule, found: _Match, decay: Decay | None, quiet: Ints | None) -> Given:
        factors = np.where(found.holds, 1.0, 0.0)
        strands = self.strands
        if found.evidence is not None:
            newest = self._newest(found.evidence)
            dated = newest != _LONG_AGO
            age = quiet if quiet is not None else strands.at - np.where(dated, newest, strands.at)
            factors = np.where(dated & found.holds, factor(decay, age), factors)
        if found.occurrences is not None:
            counted = limited(found.occurrences, rule.limit, strands)
            of = strands.strand[counted]
            ages = quiet[of] if quiet is not None else strands.at[of] - strands.happened[counted]
            scored = np.bincount(of, weights=factor(decay, ages), minlength=strands.count)
            factors = np.where(self._any(found.occurrences), scored, factors)
        return given(rule, found.holds, factors, decay)


def given(rule: Rule, fired: Bools, factors: Floats, decay: Decay | None) -> Given:
    """What a rule gives where it fires, for the sum of its factors."""
    some = np.flatnonzero(fired)
    found, near = rounded(clamped(rule.points * factors[some], rule.range), is_exact=decay is None)
    points = np.zeros(len(fired))
    points[some] = found
    unsure = None
    if near is not None:
        unsure = np.zeros(len(fired), dtype=np.bool_)
        unsure[some] = near
    return Given(fired, points, unsure)


def conclusion(
    definition: Definition,
    found: Sums,
    rules: Mapping[str, Given],
    hot: Bools,
    qualified: Bools,
    excluded: Bools,
) -> Verdicts:
    """The verdicts; who is left out scores nothing, whatever the rules say."""
    if not excluded.any():
        return Verdicts(found.total, found.band, hot, qualified, excluded, found.unsure, rules)
    band = np.where(excluded, 0, found.band).astype(np.int8)
    return Verdicts(
        np.where(excluded, definition.range.clamp(0.0), found.total),
        band,
        hot & ~excluded,
        qualified & ~excluded,
        excluded,
        found.unsure & ~excluded,
        {
            id: Given(each.fired & ~excluded, np.where(excluded, 0.0, each.points))
            for id, each in rules.items()
        },
    )


def _signals(found: _Match, none: Bools) -> Bools:
    signals = none
    if found.occurrences is not None:
        signals = signals | found.occurrences
    if found.evidence is not None:
        signals = signals | found.evidence
    return signals


def factor(decay: Decay | None, age: Ints) -> Floats:
    """What is left of one point after so many microseconds."""
    if decay is None:
        return np.ones(len(age))
    periods = age / span(decay.period)
    if isinstance(decay, HalfLife):
        return np.asarray(np.exp2(-periods))
    return np.asarray(np.maximum(0.0, 1.0 - decay.share * periods))


def units_of(distinct: str, strands: Strands, lookup: Lookup, found: Bools) -> Ints | None:
    """What the found signals count as, by number; -1 is nothing. None: each for itself."""
    match distinct:
        case "event":
            return None
        case "day":
            return np.asarray(strands.happened[found] // _DAY)
        case "session":
            # Without a session nothing says that two signals belong together.
            session = strands.session[found]
            return np.where(session == 0, -2 - np.arange(len(session)), session)
        case _:
            return np.asarray(lookup.unit(distinct)[strands.said[found]])


def limited(signals: Bools, limit: Limit | None, strands: Strands) -> Bools:
    """The signals that a limit leaves: the earliest count."""
    if limit is None:
        return signals
    rows = np.flatnonzero(signals)
    strand = strands.strand[rows]
    first = np.searchsorted(strand, strand, "left")
    rank = np.arange(len(rows)) - first
    if limit.per is None:
        kept = rank < limit.times
    else:
        kept = _apart(strand, strands.happened[rows], rank, limit.times, span(limit.per))
    found = np.zeros(len(signals), dtype=np.bool_)
    found[rows[kept]] = True
    return found


def _apart(strand: Ints, happened: Ints, rank: Ints, times: int, per: int) -> Bools:
    """Count on from the first of each strand: one counts that is `per` after the last but `times`.

    All strands go forward together, one counted signal in each round.
    """
    kept = np.zeros(len(strand), dtype=np.bool_)
    if not len(strand):
        return kept
    free = np.searchsorted(strand * SPAN + happened, strand * SPAN + happened + per, "left")
    counted = [np.flatnonzero(rank == 0)]
    while counted[-1].size:
        last = counted[-1]
        kept[last] = True
        following = last + 1
        if len(counted) >= times:
            following = np.maximum(following, free[counted[-times]])
        going = following < len(strand)
        going[going] = strand[following[going]] == strand[last[going]]
        counted = [each[going] for each in counted[-times:]]
        counted.append(following[going])
    return kept


@dataclass(frozen=True, slots=True)
class Standing:
    """What the reckoning came to so far: what [qualify] may ask about."""

    definition: Definition
    found: Sums
    hot: Bools

    def came_to(self, asked: InBand | HotCriterion | GroupPoints | InGrade) -> Bools:
        """Whether the outcome is what is asked for, by row."""
        match asked:
            case InBand():
                return np.asarray(self.found.band == BANDS.index(asked.band))
            case HotCriterion():
                return np.asarray(self.hot == asked.wanted)
            case InGrade():
                matrix = self.definition.matrix
                if matrix is None or self.found.grades is None:
                    return np.zeros(len(self.hot), dtype=np.bool_)
                names = np.array([name in asked.grades for name in matrix.grades()])
                return np.asarray(names[self.found.grades])
            case GroupPoints():
                return each_once(self.found.groups[asked.group], asked.predicates)
