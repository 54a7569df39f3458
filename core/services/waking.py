"""Say when a lead in nurturing is looked at again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from core.desk import Desk
from core.domain import waking
from core.domain.handoff import Change, Incomplete, OutOfPlace
from core.domain.intents import IntentKind, about
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.permission import Right
from core.errors import NotFound, Refused
from core.ports import Unit, View
from core.services import home
from core.services.people import admitted, inquiries

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AsBefore:
    """It was to be looked at again on that very date already."""


def wake(
    desk: Desk, workspace: str, lead_id: str, on: date | None, *, by: str, door: Door
) -> Change | AsBefore | OutOfPlace | Incomplete:
    """Look at a lead again on this local date. Raises NotFound, Refused, Busy.

    Everything that tells of the lead is told anew, where it was told before.
    """

    def set_date(unit: Unit, at: datetime) -> Change | AsBefore | OutOfPlace | Incomplete:
        lead = _lead(unit, lead_id)
        policy = unit.workspace().policy
        person = admitted(unit, by, policy, at=at)
        entitled_to_wake(unit, lead, by)
        outcome = waking.wake(lead, on, by=by, at=at, door=door, policy=policy)
        if not isinstance(outcome, Change):
            return outcome
        if lead.wake_on == on:
            return AsBefore()
        unit.record(outcome, at=at)
        unit.enqueue(inquiries(person, by, at=at), at=at)
        _tell(unit, lead, by, at)
        return outcome

    outcome = desk.change(workspace, set_date)
    log.info("waking: lead=%s by=%s outcome=%s", lead_id, by, type(outcome).__name__)
    return outcome


def entitled_to_wake(view: View, lead: Lead, by: str) -> None:
    """Raises Refused where the date is not theirs to set."""
    last = view.handoff(lead.handoff_id) if lead.handoff_id else None
    if not waking.may_wake(by, lead, last.decision if last else None, view.workspace().policy):
        raise Refused(code=Right.FOR_MARKETERS.value)


def _lead(unit: Unit, id: str) -> Lead:
    lead = unit.lead(id)
    if lead is None:
        raise NotFound("no such lead in this workspace")
    return lead


def _tell(unit: Unit, lead: Lead, by: str, at: datetime) -> None:
    """What hangs is told anew; nothing is hung that was never told."""
    kinds = (IntentKind.CARD, IntentKind.RETURNED, IntentKind.BRIEFING)
    if lead.handoff_id:
        hanging = [kind for kind in kinds if unit.posting(kind, lead.handoff_id)]
        unit.enqueue(about(lead.handoff_id, *hanging), at=at)
    home.repaint(unit, [by], at=at)
