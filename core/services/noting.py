"""Keep what a person wants to be remembered of a lead."""

from __future__ import annotations

import logging
from datetime import datetime

from core.desk import Desk
from core.domain import noting
from core.domain.handoff import Change, Incomplete
from core.domain.log import Door
from core.errors import NotFound
from core.ports import Unit
from core.services.people import admitted

log = logging.getLogger(__name__)


def note(
    desk: Desk, workspace: str, lead_id: str, text: str, *, by: str, door: Door
) -> Change | Incomplete:
    """Keep a note of somebody who may deal with leads. Raises NotFound, Refused, Busy."""

    def noted(unit: Unit, at: datetime) -> Change | Incomplete:
        lead = unit.lead(lead_id)
        if lead is None:
            raise NotFound("no such lead in this workspace")
        admitted(unit, by, unit.workspace().policy, at=at)
        outcome = noting.note(lead, text, by=by, at=at, door=door)
        if isinstance(outcome, Change):
            unit.record(outcome, at=at)
        return outcome

    outcome = desk.change(workspace, noted)
    if isinstance(outcome, Change):
        log.info("note: lead=%s by=%s door=%s", lead_id, by, door.value)
    return outcome
