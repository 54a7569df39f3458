"""Nurture: what the leads that came back are to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.domain.course import Course, course
from core.domain.lead import Lead, Signal
from core.domain.log import Record
from core.domain.stages import Stage
from core.errors import DefinitionInvalid
from core.ports import View
from core.services.intake import parsed


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
