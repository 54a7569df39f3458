"""An announcement: what a marketing tool is told of a move of a lead, as it was at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from core.domain.course import Course
from core.domain.lead import Lead
from core.domain.log import Entry, Record
from core.domain.reasons import Reason
from core.domain.stages import Stage, Verb


class EventType(StrEnum):
    """What can have happened; tools choose by these."""

    QUALIFIED = "lead.qualified"
    CONFIRMED = "lead.confirmed"
    ACCEPTED = "lead.accepted"
    CONTACTED = "lead.contacted"
    ADVANCED = "lead.advanced"
    WON = "lead.won"
    LOST = "lead.lost"
    RETURNED = "lead.returned"
    DISQUALIFIED = "lead.disqualified"
    UNDONE = "lead.undone"
    OFFER_SENT = "lead.offer_sent"
    WAKE_SET = "lead.wake_set"
    MOVED = "lead.moved"


_BY_VERB: Mapping[Verb, EventType] = MappingProxyType(
    {
        Verb.QUALIFY: EventType.QUALIFIED,
        Verb.RESUBMIT: EventType.QUALIFIED,
        Verb.CONFIRM: EventType.CONFIRMED,
        Verb.ACCEPT: EventType.ACCEPTED,
        Verb.TOUCH: EventType.CONTACTED,
        Verb.ADVANCE: EventType.ADVANCED,
        Verb.WIN: EventType.WON,
        Verb.LOSE: EventType.LOST,
        Verb.RULE_OUT: EventType.DISQUALIFIED,
        Verb.DISQUALIFY: EventType.DISQUALIFIED,
        Verb.UNDO: EventType.UNDONE,
        Verb.SEND: EventType.OFFER_SENT,
        Verb.WAKE: EventType.WAKE_SET,
    }
)
_SILENT = (Verb.CAPTURE, Verb.MERGE, Verb.NOTE)


@dataclass(frozen=True, slots=True)
class Announcement:
    """One move of a lead, for those outside. `lead` is as it is now, None where it is erased.

    `course` is what it was to be sent after the move, `wake_on` when it wakes; both only where it
    came back to nurturing.
    """

    type: EventType
    record: Record
    lead: Lead | None
    reason: Reason | None
    course: Course | None
    wake_on: date | None

    @property
    def id(self) -> str:
        """The same for ever, and of no other move anywhere: by the seal of its row in the log."""
        return f"evt_{self.record.digest[:32]}"


def event_of(entry: Entry) -> EventType | None:
    """What an entry of the log is to those outside; None where it is no concern of theirs."""
    if entry.verb in _SILENT:
        return None
    if entry.to_stage is Stage.NURTURING and entry.from_stage is not Stage.NURTURING:
        return EventType.UNDONE if entry.verb is Verb.UNDO else EventType.RETURNED
    if known := _BY_VERB.get(entry.verb):
        return known
    return EventType.MOVED if entry.from_stage is not entry.to_stage else None
