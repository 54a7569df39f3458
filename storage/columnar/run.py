"""A run: what a definition makes of leads at every moment of a strand, without a copy for each.

What is known in a strand only grows, so sums up to a moment are differences of running sums, and
what a limit lets count is the same whenever one looks. Where a definition is written so that this
is not so (the same signals may feed this rule or that one, as time goes by), the run says which
strands those are, and they are looked at one moment at a time.

Definitions that are tried side by side have most of their rules in common: a run looks at each
thing once, whichever definition asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

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
from core.domain.definition import Definition, Limit, Mail, Range, Rule
from core.domain.predicate import Since
from storage.columnar.columns import Ints
from storage.columnar.lookup import Lookup, span
from storage.columnar.still import UNITS, Standing, conclusion, factor, given, limited, units_of
from storage.columnar.strands import SPAN, Bools, Strands, sorted_once
from storage.columnar.verdicts import Floats, Given, Verdicts, sums

_LONG_AGO = np.iinfo(np.int64).min // 2
_MOST_TICKS = 2**62


def suits(definition: Definition) -> bool:
    """Whether a run can look at this definition at all."""
    return not definition.resets and all(
        group.decay is None or group.decay.quiet is None for group in definition.groups
    )


class _Intricate(Exception):
    """A rule whose signals count differently as time goes by."""


@dataclass(frozen=True, slots=True)
class _Scoring:
    """What a rule scores: each of these signals while the gate is open; none: once, if it is.

    `newest` is where a rule that scores once gets its date from: the row of a signal, by point.
    A gate that is `steady` stays as it is for the whole strand.
    """

    gate: Bools
    is_steady: bool
    signals: Bools | None = None
    within: timedelta | None = None
    newest: Ints | None = None
    shown: Bools | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    """What a rule of a group finds after those before it, by point, whatever points it gives.

    `taken` and `contested` are signals: what no later rule of the group may count, and what one
    may or may not, as time goes by. `entangled` are the strands where that matters.
    """

    fired: Bools
    factors: Floats
    decay: Decay | None
    taken: Bools
    contested: Bools
    entangled: Bools


@dataclass(slots=True)
class Run:
    """Strands with all their points, what they answer, and which clicks count as a person's."""

    strands: Strands
    lookup: Lookup
    mail: Mail
    _known: Bools = field(init=False)
    _start: Ints = field(init=False)
    _clock: Ints = field(init=False)
    _asked: dict[Filter, Bools] = field(default_factory=dict)
    _windows: dict[timedelta, Ints] = field(default_factory=dict)
    _answers: dict[Condition, Bools] = field(default_factory=dict)
    _groups: dict[Decay | None, _Claim] = field(default_factory=dict)
    _claims: dict[tuple[_Claim, Condition, bool, Limit | None], _Claim] = field(
        default_factory=dict
    )
    _points: dict[tuple[_Claim, float, Range], Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = self.lookup.believed(self.mail, self.strands.said, self.strands.happened)
        self._start = self.strands.begins[self.strands.of]
        self._clock = self.strands.strand * SPAN + self.strands.happened

    def verdicts(self, definition: Definition) -> tuple[Verdicts, Bools]:
        """What the definition makes of each point, and the strands of which it cannot say."""
        points = len(self.strands.of)
        excluded = np.zeros(points, dtype=np.bool_)
        for exclusion in definition.exclusions:
            excluded |= self._holds(exclusion.when)
        rules, entangled = self._rules(definition)
        found = sums(definition, rules, points)
        hot = np.zeros(points, dtype=np.bool_)
        for criterion in definition.hot:
            hot |= self._holds(criterion.when)
        qualified = self._holds(definition.qualify, Standing(definition, found, hot))
        return conclusion(definition, found, rules, hot, qualified, excluded), entangled

    # Signals up to a point

    def _meant(self, wanted: Filter) -> Bools:
        meant = self._asked.get(wanted)
        if meant is None:
            meant = self.lookup.meant(wanted)[self.strands.said] & self._known
            self._asked[wanted] = meant
        return meant

    def _from(self, within: timedelta | None) -> Ints:
        """By point, the first signal in the window; a window begins after its start."""
        if within is None:
            return self._start
        first = self._windows.get(within)
        if first is None:
            opens = np.maximum(self.strands.at - span(within), -1)
            found = np.searchsorted(self._clock, self.strands.of * SPAN + opens, "right")
            first = self._windows[within] = np.minimum(found, self.strands.until)
        return first

    def _number(self, signals: Bools, start: Ints) -> Ints:
        """By point, how many of the signals there are from `start` on."""
        before = _running(signals)
        return np.asarray(before[self.strands.until] - before[start])

    def _newest(self, signals: Bools, within: timedelta | None) -> Ints:
        """By point, the row of the newest of the signals in the window, -1 for none."""
        rows = np.flatnonzero(signals)
        before = _running(signals)[self.strands.until]
        if not len(rows):
            return np.full(len(before), -1)
        row = np.where(before > 0, rows[np.maximum(before - 1, 0)], -1)
        return np.where(row >= self._from(within), row, -1)

    # Conditions that hold or do not

    def _holds(self, condition: Condition, standing: Standing | None = None) -> Bools:
        match condition:
            case AllOf():
                parts = [self._holds(part, standing) for part in condition.parts]
                return np.asarray(np.logical_and.reduce(parts))
            case AnyOf():
                parts = [self._holds(part, standing) for part in condition.parts]
                return np.asarray(np.logical_or.reduce(parts))
            case Not():
                return ~self._holds(condition.part, standing)
            case InBand() | HotCriterion() | GroupPoints() | InGrade():
                if standing is None:
                    return np.zeros(len(self.strands.of), dtype=np.bool_)
                return standing.came_to(condition)
        answer = self._answers.get(condition)
        if answer is None:
            answer = self._answers[condition] = self._answer(condition)
        return answer

    def _answer(self, condition: Attribute | Reachable | Seen | Silence | Count) -> Bools:
        match condition:
            case Attribute() | Reachable():
                return self._describes(condition)
            case Seen():
                seen = self._meant(condition.filter)
                return np.asarray(self._number(seen, self._from(condition.within)) > 0)
            case Silence():
                heard = self._meant(condition.filter)
                return np.asarray(self._number(heard, self._from(condition.within)) == 0)
            case Count():
                return self._counted(condition, self._meant(condition.filter))

    def _describes(self, condition: Attribute | Reachable) -> Bools:
        described = self.strands.described
        if isinstance(condition, Reachable):
            there = self.lookup.has("email") | self.lookup.has("phone")
            return np.asarray((there[described] == condition.wanted)[self.strands.of])
        if any(isinstance(each, Since) for each in condition.predicates):
            return self.lookup.satisfied(condition, described[self.strands.of], self.strands.at)
        return self.lookup.satisfied(condition, described, described)[self.strands.of]

    def _counted(self, count: Count, found: Bools) -> Bools:
        units = units_of(count.distinct, self.strands, self.lookup, found)
        if units is None:
            return np.asarray(self._number(found, self._from(count.within)) >= count.at_least)
        rows = np.flatnonzero(found)[units != -1]
        counting = np.zeros(len(found), dtype=np.bool_)
        counting[rows] = True
        last = self._newest(counting, None)
        back = np.full(len(found) + 1, _LONG_AGO)  # the last one is of no signal
        back[rows] = _reaching_back(
            self.strands.strand[rows],
            self.strands.happened[rows],
            units[units != -1],
            count.at_least,
        )
        opens = _LONG_AGO if count.within is None else self.strands.at - span(count.within)
        return np.asarray(back[last] > opens)

    # Rules

    def _rules(self, definition: Definition) -> tuple[dict[str, Given], Bools]:
        entangled = np.zeros(self.strands.count, dtype=np.bool_)
        last = {group.id: self._nothing_yet(group.decay) for group in definition.groups}
        rules: dict[str, Given] = {}
        for rule in definition.rules:
            claim = last[rule.group] = self._claim(last[rule.group], rule)
            entangled |= claim.entangled
            rules[rule.id] = self._given(claim, rule)
        return rules, entangled

    def _nothing_yet(self, decay: Decay | None) -> _Claim:
        """What a group that decays so begins with."""
        first = self._groups.get(decay)
        if first is None:
            at_none, of_none = np.zeros(len(self.strands.of)), np.zeros_like(self._known)
            nowhere = np.zeros(self.strands.count, dtype=np.bool_)
            first = _Claim(at_none > 0, at_none, decay, of_none, of_none, nowhere)
            self._groups[decay] = first
        return first

    def _given(self, claim: _Claim, rule: Rule) -> Given:
        found = self._points.get((claim, rule.points, rule.range))
        if found is None:
            found = given(rule, claim.fired, claim.factors, claim.decay)
            self._points[claim, rule.points, rule.range] = found
        return found

    def _claim(self, before: _Claim, rule: Rule) -> _Claim:
        key = before, rule.when, rule.share, rule.limit
        claim = self._claims.get(key)
        if claim is None:
            claim = self._claims[key] = self._claimed(before, rule)
        return claim

    def _claimed(self, before: _Claim, rule: Rule) -> _Claim:
        taken, contested = before.taken, before.contested
        asked = _either(map(self._meant, _filters(rule.when)))
        entangled = np.zeros(self.strands.count, dtype=np.bool_)
        if asked is not None and not rule.share:
            entangled[self.strands.strand[asked & contested]] = True
        free = self._known if rule.share else self._known & ~taken
        try:
            scoring = self._scoring(rule.when, free)
            fired, factors = self._factored(scoring, rule.limit, before.decay)
        except _Intricate:
            if asked is not None:
                entangled[self.strands.strand[asked]] = True
            fired = self._holds(rule.when)  # as it is in all other strands
            factors = np.ones(len(fired))
            return _Claim(fired, factors, before.decay, taken, contested, entangled)
        if not rule.share:
            if scoring.signals is not None and scoring.is_steady and scoring.within is None:
                taken = taken | (scoring.signals & self._steadily(scoring.gate))
            elif asked is not None:
                contested = contested | (asked & free)
            if scoring.shown is not None:
                contested = contested | scoring.shown
        return _Claim(fired, factors, before.decay, taken, contested, entangled)

    def _steadily(self, gate: Bools) -> Bools:
        """By signal: is the gate of its strand open, which is the same at all its points?"""
        open_ = np.zeros(self.strands.count, dtype=np.bool_)
        open_[self.strands.of] = gate
        return np.asarray(open_[self.strands.strand])

    def _scoring(self, condition: Condition, free: Bools) -> _Scoring:
        points = len(self.strands.of)
        match condition:
            case _ if not _filters(condition):
                return _Scoring(self._holds(condition), _is_steady(condition))
            case Seen():
                always = np.ones(points, dtype=np.bool_)
                seen = self._meant(condition.filter) & free
                return _Scoring(always, True, seen, condition.within)
            case Count():
                found = self._meant(condition.filter) & free
                newest = self._newest(found, condition.within)
                return _Scoring(self._counted(condition, found), False, newest=newest, shown=found)
            case AllOf():
                return self._all([self._scoring(part, free) for part in condition.parts])
            case AnyOf():
                return self._any([self._scoring(part, free) for part in condition.parts])
            case _:
                raise _Intricate

    def _all(self, parts: Sequence[_Scoring]) -> _Scoring:
        seen = [part for part in parts if part.signals is not None]
        gate = np.logical_and.reduce([part.gate for part in parts])
        steady = all(part.is_steady for part in parts)
        shown = _either(part.shown for part in parts)
        if len(seen) == 1:
            return _Scoring(gate, steady, seen[0].signals, seen[0].within, shown=shown)
        newest = np.full(len(gate), -1)
        for part in parts:
            if part.signals is not None:
                row = self._newest(part.signals, part.within)
                gate = gate & (row >= 0)
                newest = np.maximum(newest, row)
                shown = _either((shown, part.signals))
            elif part.newest is not None:
                newest = np.maximum(newest, part.newest)
        dated = bool(seen) or any(part.newest is not None for part in parts)
        if not dated:
            return _Scoring(gate, steady)
        return _Scoring(gate, False, newest=newest, shown=shown)

    def _any(self, parts: Sequence[_Scoring]) -> _Scoring:
        """Only where it scores all its signals alike, whichever part they come from."""
        first = parts[0]
        if any(
            part.signals is None or not part.is_steady or part.within != first.within
            for part in parts
        ):
            raise _Intricate
        signals = _either(
            part.signals & self._steadily(part.gate) for part in parts if part.signals is not None
        )
        always = np.ones(len(self.strands.of), dtype=np.bool_)
        return _Scoring(always, True, signals, first.within)

    def _factored(
        self, scoring: _Scoring, limit: Limit | None, decay: Decay | None
    ) -> tuple[Bools, Floats]:
        """By point, where a rule fires, and how often its points count there."""
        if scoring.signals is None:
            factors = np.ones(len(scoring.gate))
            if scoring.newest is not None and decay is not None:
                dated = scoring.newest >= 0
                at = self.strands.at
                happened = np.append(self.strands.happened, 0)[scoring.newest]
                factors = np.where(dated, factor(decay, np.where(dated, at - happened, 0)), 1.0)
            return scoring.gate, factors
        if limit is not None and scoring.within is not None:
            raise _Intricate
        start = self._from(scoring.within)
        fired = scoring.gate & (self._number(scoring.signals, start) > 0)
        counted = limited(scoring.signals, limit, self.strands)
        return fired, self._factors(counted, start, decay)

    def _factors(self, counted: Bools, start: Ints, decay: Decay | None) -> Floats:
        """By point, the sum of what is left of one point for each of the signals."""
        match decay:
            case None:
                return self._number(counted, start).astype(np.float64)
            case HalfLife():
                return self._halved(counted, start, span(decay.period))
            case _:
                spent = timedelta(microseconds=-(-span(decay.period) // decay.share))
                left = np.maximum(start, self._from(spent))
                number, age = self._ages(counted, left)
                return np.asarray(number - decay.share * (age / span(decay.period)))

    def _ages(self, counted: Bools, start: Ints) -> tuple[Ints, Ints]:
        """By point, how many signals there are from `start` on, and their ages in all."""
        strands = self.strands
        base = int(strands.happened.min(initial=0))
        since = np.where(counted, strands.happened - base, 0)
        if int(since.max(initial=0)) * max(int(counted.sum()), 1) > _MOST_TICKS:
            raise _Intricate
        ticks = np.append(0, np.cumsum(since))
        number = self._number(counted, start)
        return number, number * (strands.at - base) - (ticks[strands.until] - ticks[start])

    def _halved(self, counted: Bools, start: Ints, period: int) -> Floats:
        rows = np.flatnonzero(counted)
        happened = self.strands.happened[rows]
        sums = _halving_sums(self.strands.strand[rows], happened, period)
        before = _running(counted)

        def up_to(end: Ints) -> Floats:
            """What the signals before `end` have left, by point."""
            some = np.flatnonzero(before[end] > before[self._start])
            last = before[end[some]] - 1
            left = np.zeros(len(end))
            left[some] = sums[last] * np.exp2((happened[last] - self.strands.at[some]) / period)
            return left

        whole = up_to(self.strands.until)
        return whole if start is self._start else whole - up_to(start)


def _running(signals: Bools) -> Ints:
    """How many there are before each row, and at last how many in all."""
    found = np.zeros(len(signals) + 1, dtype=np.int64)
    np.cumsum(signals, out=found[1:])
    return found


def _either(signals: Iterable[Bools | None]) -> Bools | None:
    found: Bools | None = None
    for each in signals:
        if each is not None:
            found = each if found is None else found | each
    return found


def _halving_sums(strand: Ints, happened: Ints, period: int) -> Floats:
    """For each signal what it and those before it in the strand have left as it happens.

    All strands go forward together, one signal in each round.
    """
    found = np.ones(len(strand))
    if len(strand) < 2:
        return found
    rank = np.arange(len(strand)) - np.searchsorted(strand, strand, "left")
    left = np.zeros(len(strand))
    left[1:] = np.exp2(-((happened[1:] - happened[:-1]) / period))
    order = np.argsort(rank, kind="stable")
    ends = np.cumsum(np.bincount(rank))
    for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        rows = order[begin:end]
        found[rows] += found[rows - 1] * left[rows]
    return found


def _reaching_back(strand: Ints, happened: Ints, units: Ints, at_least: int) -> Ints:
    """For each signal, since when a window holds so many different units up to it."""
    if not len(strand):
        return happened
    begins = np.append(True, (units[1:] != units[:-1]) | (strand[1:] != strand[:-1]))
    pairs = strand[begins] * UNITS + units[begins] + UNITS // 2
    if len(sorted_once(pairs)) < len(pairs):
        return _reaching_back_singly(strand, happened, units, at_least)
    # Each unit is one block: the window has to reach into the block before the last so many.
    block = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    of_strand = np.searchsorted(strand[first], strand, "left")
    wanted = block - at_least + 1
    last = np.append(first[1:], len(strand)) - 1
    row = np.where(wanted == block, np.arange(len(strand)), last[np.maximum(wanted, 0)])
    return np.where(wanted >= of_strand, happened[row], _LONG_AGO)


def _reaching_back_singly(strand: Ints, happened: Ints, units: Ints, at_least: int) -> Ints:
    """The same where a unit may come again after another one: a walk along all signals."""
    found: list[int] = []
    newest: dict[int, int] = {}
    of = -1
    for one, at, unit in zip(strand.tolist(), happened.tolist(), units.tolist(), strict=True):
        if one != of:
            of, newest = one, {}
        newest.pop(unit, None)
        newest[unit] = at  # the last to be seen comes last
        enough = len(newest) >= at_least
        found.append(
            next(islice(reversed(newest.values()), at_least - 1, None)) if enough else _LONG_AGO
        )
    return np.array(found, dtype=np.int64)


def _filters(condition: Condition) -> list[Filter]:
    """The signals by which a condition may score, and which it may take."""
    match condition:
        case Seen() | Count():
            return [condition.filter]
        case AllOf() | AnyOf():
            return [each for part in condition.parts for each in _filters(part)]
        case _:
            return []


def _is_steady(condition: Condition) -> bool:
    """Whether it holds for the whole of a strand or not at all."""
    match condition:
        case Attribute():
            return not any(isinstance(each, Since) for each in condition.predicates)
        case Reachable():
            return True
        case AllOf() | AnyOf():
            return all(map(_is_steady, condition.parts))
        case Not():
            return _is_steady(condition.part)
        case _:
            return False
