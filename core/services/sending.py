"""Send: marketing says that a lead in nurturing was sent its next offer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from core.desk import Desk
from core.domain.course import AlreadySent, send
from core.domain.definition import worded
from core.domain.handoff import Change, OutOfPlace
from core.domain.intents import Intent, IntentKind
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.permission import Right, holds
from core.domain.stages import Stage
from core.errors import NotFound, Refused
from core.ports import Unit
from core.services import home
from core.services.handoff import Repeated
from core.services.nurturing import course_of
from core.services.people import admitted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """Who says that which offer was sent to the lead of which handoff, and through which door.

    `key` is what Slack sent it under: the same key again is the same click.
    """

    workspace: str
    handoff_id: str
    offer: str
    by: str
    door: Door
    key: str | None = None


def sent(desk: Desk, sending: Sending) -> Change | AlreadySent | OutOfPlace | Repeated:
    """Marketing sent the next offer, and the one after it is next.

    Raises NotFound, Refused, Unacquainted, Busy.
    """

    def kept(unit: Unit, at: datetime) -> tuple[str, Change | AlreadySent | OutOfPlace | Repeated]:
        case = unit.case(sending.handoff_id)
        if case is None:
            raise NotFound("no such handoff in this workspace")
        admitted(unit, sending.by, case.policy, at=at)
        if not holds(sending.by, Right.FOR_MARKETERS, case.policy):
            raise Refused(code=Right.FOR_MARKETERS.value)
        if sending.key and not unit.first_time(sending.key, at=at):
            return case.lead.id, Repeated()
        return case.lead.id, _sent(unit, case.lead, sending, case.policy.locale, at)

    lead, outcome = desk.change(sending.workspace, kept)
    how = type(outcome).__name__
    log.info("offer sent: lead=%s by=%s door=%s: %s", lead, sending.by, sending.door.value, how)
    return outcome


def _sent(
    unit: Unit, lead: Lead, sending: Sending, locale: str, at: datetime
) -> Change | AlreadySent | OutOfPlace:
    """Kept where it is what the lead was to be sent next; where it is not, somebody was faster."""
    if lead.stage is not Stage.NURTURING:
        return OutOfPlace(lead.stage)
    stands = course_of(unit, lead, unit.records(lead.id), unit.signals(lead.id), at=at)
    offer = stands.next if stands else None
    if offer is None or offer.id != sending.offer:
        unit.enqueue(_notice(unit, sending.handoff_id), at=at)
        return AlreadySent()
    called = worded(offer.name, locale)
    change = send(lead, offer, called=called, by=sending.by, at=at, door=sending.door)
    if isinstance(change, Change):
        unit.record(change, at=at)
        unit.enqueue(_notice(unit, sending.handoff_id), at=at)
        home.repaint(unit, [sending.by], at=at)
    return change


def _notice(unit: Unit, handoff_id: str) -> list[Intent]:
    """The promise to tell anew what marketing was told, where it was."""
    told = unit.posting(IntentKind.RETURNED, handoff_id)
    return [Intent(IntentKind.RETURNED, handoff_id, lane=handoff_id)] if told else []
