"""What a digest measures, in memory: read by going through everything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from core.domain.handoff import Handoff
from core.domain.intents import IntentKind
from core.domain.localtime import Window
from core.domain.measures import Fact, Frame, Health, Rung, fact_of
from core.domain.past import IMPORTED
from core.domain.stages import Stage
from tests.memory.leads import LeadView


class FactView(LeadView):
    """Reads what is measured."""

    def facts(self, frame: Frame) -> Sequence[Fact]:
        every = [fact_of(handoff) for handoff in self._passed()]
        found = {fact.id for fact in every if _touches(fact, frame)}
        came_back = frame.cohorts[Rung.RETURN]
        after = {each.id for each in every if each.returned_at and each.returned_at in came_back}
        while after:
            after = {fact.id for fact in every if fact.previous_id in after}
            found |= after
        wanted = [fact for fact in every if fact.id in found]
        return sorted(wanted, key=lambda fact: (fact.opened_at, fact.id))

    def every_fact(self) -> Iterator[Fact]:
        return map(fact_of, self._passed())

    def facts_of(self, lead_ids: Collection[str]) -> Sequence[Fact]:
        return [fact_of(handoff) for handoff in self._passed() if handoff.lead_id in lead_ids]

    def standing(self) -> Mapping[Stage, Sequence[datetime]]:
        aged = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)
        offered = [lead for lead, _ in self._leads() if lead.handoff_id]
        return {
            stage: [lead.entered_stage_at for lead in offered if lead.stage is stage]
            for stage in aged
        }

    def health(self, window: Window) -> Health:
        offered = [
            handoff
            for handoff in self._passed()
            if handoff.opened_at in window
            and handoff.definition != IMPORTED
            and handoff.state not in ("accepted", "rejected")
        ]
        shown = {key[2] for key in self._tables.postings if key[:2] == (self._id, IntentKind.CARD)}
        rows = [row for row in self._tables.outbox.values() if row.workspace == self._id]
        waiting = [row.enqueued_at for row in rows if row.is_unfinished]
        return Health(
            sum(handoff.id not in shown for handoff in offered),
            len(waiting),
            sum(row.is_aside for row in rows),
            min(waiting, default=None),
        )

    def _passed(self) -> list[Handoff]:
        every = self._tables.handoffs.items()
        return [handoff for (owner, _), handoff in every if owner == self._id]


def _touches(fact: Fact, frame: Frame) -> bool:
    moments = ((getattr(fact, moment), span) for moment, span in frame.spans())
    return fact.outcome is None or any(at is not None and at in span for at, span in moments)
