"""A fact: what one handoff tells the measures, and nothing of who the lead is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from core.domain.explanation import Explanation
from core.domain.handoff import Handoff, Outcome
from core.domain.lead import Temperature
from core.domain.past import IMPORTED


class Fact(NamedTuple):
    """One handoff, as lean as it can be read. Times are aware UTC, and when things happened.

    The buyer has been `waiting_since`, however often the lead was passed on; `asked` is who was to
    answer. `by` decided, and `reason` says why, where a handoff is over. `touched_at` is the first
    contact, promised by `touch_due_at`. `returned_at` is when the lead went back to nurturing from
    here, by whatever way; `sql_at` and `won_at` when it became an opportunity and a customer.
    `rules` gave the lead points when it was offered, `trigger` is the one thing it did that
    speaks loudest. `complete` says that sales was told who it is, how to reach them and whence.
    """

    id: str
    lead_id: str
    previous_id: str | None
    definition: str
    opened_at: datetime
    due_at: datetime
    waiting_since: datetime
    asked: str | None = None
    outcome: Outcome | None = None
    by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    touch_due_at: datetime | None = None
    touched_at: datetime | None = None
    returned_at: datetime | None = None
    sql_at: datetime | None = None
    won_at: datetime | None = None
    temperature: Temperature = Temperature.COLD
    source: str | None = None
    campaign: str | None = None
    complete: bool = False
    trigger: str | None = None
    rules: tuple[str, ...] = ()

    @property
    def is_imported(self) -> bool:
        """True where the handoff was before Baton kept the record: nobody promised anything."""
        return self.definition == IMPORTED


def fact_of(handoff: Handoff) -> Fact:
    """What a handoff tells the measures."""
    explanation = handoff.explanation
    fact = Fact(
        handoff.id,
        handoff.lead_id,
        handoff.previous_id,
        handoff.definition,
        handoff.opened_at,
        handoff.due_at,
        handoff.waiting_since,
        handoff.asked,
        touch_due_at=handoff.touch_due_at,
        touched_at=handoff.touched_at,
        returned_at=handoff.returned_at,
        sql_at=handoff.sql_at,
        won_at=handoff.won_at,
        temperature=explanation.temperature,
        source=handoff.source,
        campaign=handoff.campaign,
        complete=handoff.complete,
        trigger=trigger_of(explanation),
        rules=rules_of(explanation),
    )
    decision = handoff.decision
    if decision is None:
        return fact
    return fact._replace(
        outcome=decision.outcome, by=decision.by, decided_at=decision.at, reason=decision.reason
    )


def rules_of(explanation: Explanation) -> tuple[str, ...]:
    """The rules that gave points, and the explicit criteria that were met, each once by name."""
    gave = {rule.id for rule in explanation.rules if rule.given > 0}
    return tuple(sorted(gave | {hit.id for hit in explanation.hot_criteria}))


def trigger_of(explanation: Explanation) -> str | None:
    """The loudest thing that the lead did: an explicit criterion, else the rule of most points."""
    if explanation.hot_criteria:
        return explanation.hot_criteria[0].id
    did = [rule for rule in explanation.rules if rule.given > 0 and rule.signals]
    return max(did, key=lambda rule: rule.given).id if did else None
