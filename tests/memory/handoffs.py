"""Handoffs in memory, and the lists that are made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core.domain.handoff import Case, Handoff
from core.domain.history import LeadHistory
from core.domain.localtime import Window
from core.domain.reckoning import Past, as_one, passed
from core.domain.stages import Stage
from core.ports import CaseQuery, Load, Order, Tally
from tests.memory.leads import LeadView
from tests.memory.signals import SignalView
from tests.memory.tables import Changing
from tests.memory.workspaces import WorkspaceView


class HandoffView(LeadView, SignalView, WorkspaceView):
    """Reads handoffs."""

    def handoff(self, id: str) -> Handoff | None:
        return self._tables.handoffs.get((self._id, id))

    def handoffs_back_from(self, ids: Sequence[str]) -> Sequence[Handoff]:
        found: list[Handoff] = []
        for id in ids:
            handoff = self.handoff(id)
            while handoff is not None:
                found.append(handoff)
                handoff = self.handoff(handoff.previous_id) if handoff.previous_id else None
        return sorted(found, key=lambda handoff: (handoff.opened_at, handoff.id))

    def pasts(self) -> Iterator[tuple[Past, LeadHistory]]:
        for lead, _ in sorted(self._leads(), key=lambda kept: kept[0].id):
            of_lead = [
                handoff
                for (owner, _), handoff in self._tables.handoffs.items()
                if (owner, handoff.lead_id) == (self._id, lead.id)
            ]
            of_lead.sort(key=lambda handoff: (handoff.opened_at, handoff.id))
            runs = as_one(
                (passed(handoff), handoff.waiting_since != handoff.opened_at) for handoff in of_lead
            )
            past = Past(lead.id, lead.display_name, runs)
            yield past, self.history(lead.id)

    def case(self, handoff_id: str) -> Case | None:
        handoff = self.handoff(handoff_id)
        lead = self.lead(handoff.lead_id) if handoff else None
        return Case(lead, handoff, self.workspace().policy) if handoff and lead else None

    def cases(self, query: CaseQuery, *, offset: int, limit: int) -> Sequence[Case]:
        by_id = sorted(self._cases(query), key=lambda case: case.lead.id)
        in_order = sorted(by_id, key=_ORDERS[query.order], reverse=query.order is Order.NEWEST)
        return in_order[offset : offset + limit]

    def count_cases(self, query: CaseQuery) -> int:
        return len(self._cases(query))

    def _cases(self, query: CaseQuery) -> list[Case]:
        cases = [self.case(lead.handoff_id) for lead, _ in self._leads() if lead.handoff_id]
        return [case for case in cases if case and _is_asked_for(case, query)]

    def loads(self, *, at: datetime) -> Mapping[str, Load]:
        followed = CaseQuery(frozenset({Stage.SAL, Stage.SQL}))
        all_of = Counter(case.lead.owner for case in self._cases(followed))
        late = Counter(case.lead.owner for case in self._cases(replace(followed, late_at=at)))
        return {owner: Load(number, late[owner]) for owner, number in all_of.items() if owner}

    def tallies(self, window: Window) -> Sequence[Tally]:
        decisions = [
            handoff.decision
            for (owner, _), handoff in self._tables.handoffs.items()
            if owner == self._id and handoff.decision and handoff.decision.at in window
        ]
        counted = Counter((decision.by, decision.outcome) for decision in decisions)
        return [Tally(*key, number) for key, number in sorted(counted.items())]


class HandoffUnit(Changing, HandoffView):
    """Keeps handoffs."""

    def _save_handoff(self, handoff: Handoff) -> bool:
        known = self.handoff(handoff.id)
        others = self._tables.handoffs.items()
        another_is_open = handoff.decision is None and any(
            key != (self._id, handoff.id)
            and (key[0], other.lead_id) == (self._id, handoff.lead_id)
            and other.decision is None
            for key, other in others
        )
        if another_is_open or handoff.version != (known.version if known else 0):
            return False
        kept = replace(handoff, version=handoff.version + 1)
        self._tables.handoffs[self._id, handoff.id] = kept
        return True


def _due(case: Case) -> datetime:
    handoff = case.handoff
    return (handoff.touch_due_at or _NEVER) if handoff.decision else handoff.due_at


_NEVER = datetime.max.replace(tzinfo=UTC)
_ORDERS: Mapping[Order, Callable[[Case], datetime]] = {
    Order.DUE: _due,
    Order.OLDEST: lambda case: case.lead.entered_stage_at,
    Order.NEWEST: lambda case: case.lead.entered_stage_at,
}


def _is_asked_for(case: Case, query: CaseQuery) -> bool:
    return (
        case.lead.stage in query.stages
        and (query.owner is None or case.lead.owner == query.owner)
        and (query.late_at is None or _is_late(case, query.late_at))
        and (query.open_to is None or _is_open_to(case, query.open_to, query.open_at))
        and (query.entered_since is None or case.lead.entered_stage_at >= query.entered_since)
    )


def _is_open_to(case: Case, person: str, at: datetime | None) -> bool:
    late = at is not None and case.handoff.due_at <= at
    return case.handoff.asked in (None, person) or late


def _is_late(case: Case, at: datetime) -> bool:
    handoff = case.handoff
    if handoff.decision is None:
        return handoff.due_at < at
    followed = case.lead.stage in (Stage.SAL, Stage.SQL)
    return followed and handoff.touched_at is None and (handoff.touch_due_at or _NEVER) < at
