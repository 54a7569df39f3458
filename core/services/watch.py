"""Look at what is due: every timer fires once, in the transaction of its effect."""

from __future__ import annotations

from datetime import datetime

from core.desk import Desk
from core.domain.intents import IntentKind, about
from core.domain.timers import Timer, TimerKind
from core.ports import Unit
from core.services import intake, reporting


def fire_due(desk: Desk) -> int:
    """Fire every timer that is due, in every workspace; returns how many were."""
    return sum(
        _fire_all(desk, workspace)
        for workspace in desk.store.workspaces_with_due_timers(desk.now())
    )


def _fire_all(desk: Desk, workspace: str) -> int:
    fired = 0
    while desk.change(workspace, lambda unit, at: _fire_one(desk, unit, at)) is not None:
        fired += 1
    return fired


def _fire_one(desk: Desk, unit: Unit, at: datetime) -> Timer | None:
    timer = unit.take_due_timer(at)
    match timer:
        case None:
            pass
        case Timer(kind=TimerKind.DUE | TimerKind.UNDO_ENDS, subject=handoff_id):
            unit.enqueue(about(handoff_id, IntentKind.CARD), at=at)
        case Timer(kind=TimerKind.WAKE, subject=lead_id):
            lead = unit.lead(lead_id)
            if lead is not None:
                intake.look_again(desk, unit, lead, at=at)
        case Timer(kind=TimerKind.DIGEST):
            reporting.publish_digest(desk, unit, at=at)
    return timer
