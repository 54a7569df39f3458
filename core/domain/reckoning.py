"""A reckoning: what a definition would have made of one lead over time, and what sales said of it.

A lead that was passed on is scored as it stood when its handoff opened, by what was known then, so
the definition that was active gives what was recorded. One that was not would have qualified at the
first news of it after which the definition is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.definition import Definition
from core.domain.explanation import Explanation
from core.domain.handoff import Handoff, Outcome
from core.domain.history import LeadHistory
from core.domain.lead import Temperature
from core.domain.reasons import REASONS, Reason, ReasonClass, reason_named
from core.domain.scoring import score

# A rejection of these classes says nothing of the lead, so nothing of the definition.
_SAYS_NOTHING = (ReasonClass.PROCEDURAL, ReasonClass.CLERICAL)


@dataclass(frozen=True, slots=True)
class Passed:
    """One handoff of the past, as far as it tells whether the definition was right.

    However often it was passed on within sales, it is one: what was decided last counts.
    """

    opened_at: datetime
    due_at: datetime
    outcome: Outcome | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    def label(self, reasons: Iterable[Reason] = REASONS) -> bool | None:
        """Whether sales wanted the lead; None where nobody said, or said nothing of the lead."""
        if self.outcome in (None, Outcome.EXPIRED):
            return None
        if self.outcome is Outcome.ACCEPTED:
            return True
        reason = reason_named(self.reason or "", reasons)
        return None if reason is not None and reason.group in _SAYS_NOTHING else False


@dataclass(frozen=True, slots=True)
class Past:
    """A lead by name, and its handoffs, the oldest first."""

    lead_id: str
    name: str
    handoffs: Sequence[Passed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Score:
    """What a definition makes of a lead at a moment; `rules` holds what those that fired gave."""

    total: float
    temperature: Temperature
    hot: bool
    qualified: bool
    rules: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a definition makes of a lead over time.

    `qualified_at` is the first news of the lead after which it qualified, `passed` how it scored
    when each of its handoffs opened, `standing` how it scores at the end.
    """

    qualified_at: datetime | None
    passed: Sequence[Score]
    standing: Score


def passed(handoff: Handoff) -> Passed:
    """A handoff without what it was opened for. A decision that was undone does not count."""
    decision = handoff.decision
    if decision is None:
        return Passed(handoff.opened_at, handoff.due_at)
    return Passed(handoff.opened_at, handoff.due_at, decision.outcome, decision.at, decision.reason)


def as_one(handoffs: Iterable[tuple[Passed, bool]]) -> list[Passed]:
    """The handoffs of a lead, oldest first, each that was passed on together with what followed.

    True says that a handoff followed on the one before it, the buyer's clock running on.
    """
    runs: list[Passed] = []
    for handoff, follows in handoffs:
        if follows and runs:
            first = runs[-1]
            runs[-1] = replace(handoff, opened_at=first.opened_at, due_at=first.due_at)
        else:
            runs.append(handoff)
    return runs


def score_of(explanation: Explanation) -> Score:
    """An explanation without its reasons."""
    return Score(
        explanation.total,
        explanation.temperature,
        explanation.hot,
        explanation.qualified,
        {rule.id: rule.given for rule in explanation.rules},
    )


def reckon(
    definition: Definition, past: Past, history: LeadHistory, *, until: datetime
) -> Reckoned:
    """Let a lead's past go by as production would have seen it, up to `until`.

    The temperature of each moment depends on the one before, as hysteresis wants it.
    """
    news = {at for at in history.arrivals() if at <= until}
    opened = {handoff.opened_at for handoff in past.handoffs}
    qualified_at: datetime | None = None
    previous: Temperature | None = None
    scores: dict[datetime, Score] = {}
    for at in sorted(news | opened | {until}):
        attributes, signals = history.as_of(at)
        explanation = score(definition, attributes, signals, as_of=at, previous=previous)
        previous = explanation.temperature
        if qualified_at is None and explanation.qualified and at in news:
            qualified_at = at
        if at in opened or at == until:
            scores[at] = score_of(explanation)
    passed = tuple(scores[handoff.opened_at] for handoff in past.handoffs)
    return Reckoned(qualified_at, passed, scores[until])
