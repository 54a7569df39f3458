"""Ask somebody in sales to take a lead, as the workspace routes leads and everybody in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, time

from core.domain.explanation import Explanation
from core.domain.handoff import EVERYBODY, Addressee, Handoff
from core.domain.lead import Lead
from core.domain.localtime import day_of, moment
from core.domain.passing import had_it, wishes_it
from core.domain.permission import Right, holds
from core.domain.policy import Policy
from core.domain.routing import (
    Mode,
    Plan,
    Readiness,
    Turns,
    plan_for,
    pooled,
    route,
    seated,
)
from core.domain.standing import refusal
from core.ports import Person, Unit, View


def addressee(
    unit: Unit,
    lead: Lead,
    explanation: Explanation,
    *,
    last: Handoff | None,
    policy: Policy,
    at: datetime,
) -> Addressee:
    """Whom to offer one lead to; whose turn it is next is kept with it.

    `last` is the handoff before this one as it is to be kept.
    """
    if not policy.routing.rules and not policy.routing.asks_by_name:
        return EVERYBODY
    unit.hold_turns([lead])
    before = unit.handoffs_back_from([last.previous_id]) if last and last.previous_id else ()
    chain = (*before, *([last] if last else ()))
    asking = Asking(unit, policy, at=at)
    to = asking.ask(
        lead,
        explanation,
        excluding=had_it(chain, policy.reasons),
        first=wishes_it(lead, last, policy.reasons),
    )
    asking.keep(unit)
    return to


class Asking:
    """One round of asking: whom it was already counts for the next lead of the same round.

    Where it is to be kept, the turns have to be held from before the first lead on.
    """

    def __init__(self, view: View, policy: Policy, *, at: datetime) -> None:
        self._view = view
        self._policy = policy
        self._at = at
        self._asked: Counter[str] = Counter()
        self._people: dict[str, Person | None] = {}
        self._turns: Turns | None = None

    def ask(
        self,
        lead: Lead,
        explanation: Explanation,
        *,
        excluding: Collection[str] = (),
        first: str | None = None,
    ) -> Addressee:
        """Whom to offer a lead to; `first` is asked before all others, if possible."""
        name, plan = plan_for(lead, explanation, self._policy.routing, at=self._at)
        if plan.mode is Mode.POOL:
            return Addressee(receipt=pooled(name))
        plan = seated(plan, self._policy.groups)
        turns = self._view.turns() if self._turns is None else self._turns
        ready = self._ready(plan, first)
        routed = route(name, plan, ready=ready, turns=turns, excluding=excluding, first=first)
        if routed.asked is None:
            return Addressee(receipt=routed.receipt)
        self._asked[routed.asked] += 1
        self._turns = routed.turns
        return Addressee(routed.asked, routed.receipt, self._zone(routed.asked))

    def keep(self, unit: Unit) -> None:
        """Keep whose turn it is after this round."""
        if self._turns is not None:
            unit.keep_turns(self._turns)

    def _ready(self, plan: Plan, first: str | None) -> Mapping[str, Readiness]:
        people = {seat.person for seat in plan.seats} | ({first} if first else set())
        if unknown := people - self._people.keys():
            known = self._view.people(unknown)
            self._people.update({id: known.get(id) for id in unknown})
        limited = [seat.person for seat in plan.seats if seat.capacity is not None]
        before = self._view.asked_since({person: self._today(person) for person in limited})
        return {
            person: Readiness(
                self._is_rep(person),
                self._policy.is_away(person, self._at, self._zone(person)),
                before.get(person, 0) + self._asked[person],
            )
            for person in people
        }

    def _today(self, person: str) -> datetime:
        """When the day began where somebody is."""
        zone = self._policy.zone_of(self._zone(person))
        return moment(day_of(self._at, zone), time(0), zone)

    def _zone(self, person: str) -> str | None:
        known = self._people.get(person)
        return known.timezone if known else None

    def _is_rep(self, person: str) -> bool:
        """Whether they could accept it; of whom Slack told us nothing yet, their role says."""
        known = self._people.get(person)
        turned_away = known is not None and refusal(known.standing, self._policy) is not None
        return not turned_away and holds(person, Right.FOR_REPS, self._policy)
