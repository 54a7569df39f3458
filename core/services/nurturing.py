"""Nurture: what the leads that came back are to be sent, and what they were."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.desk import Desk
from core.domain.course import AlreadySent, Course, course, send
from core.domain.definition import worded
from core.domain.handoff import Change, OutOfPlace
from core.domain.intents import Intent, IntentKind
from core.domain.lead import Lead, Signal
from core.domain.log import Door, Record
from core.domain.permission import Right, holds
from core.domain.stages import Stage
from core.errors import DefinitionInvalid, NotFound, Refused
from core.ports import Unit, View
from core.services.handoff import Repeated
from core.services.intake import parsed
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


def course_of(
    view: View, lead: Lead, records: Sequence[Record], signals: Sequence[Signal], *, at: datetime
) -> Course | None:
    """What a lead in nurturing is to be sent, by the definition in force; None elsewhere.

    A definition that this version cannot read has no tracks.
    """
    if lead.stage is not Stage.NURTURING:
        return None
    try:
        definition = parsed(view.definition().text)
    except DefinitionInvalid:
        return None
    entries, reasons = [record.entry for record in records], view.workspace().policy.reasons
    return course(lead, entries, signals, definition, at=at, reasons=reasons)


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
    return change


def _notice(unit: Unit, handoff_id: str) -> list[Intent]:
    """The promise to tell anew what marketing was told, where it was."""
    told = unit.posting(IntentKind.RETURNED, handoff_id)
    return [Intent(IntentKind.RETURNED, handoff_id, lane=handoff_id)] if told else []
