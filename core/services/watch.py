"""Look at what is due: every timer fires once, in the transaction of its effect."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from core.desk import Desk
from core.domain.intents import Intent, IntentKind, about, copied
from core.domain.timers import Timer, TimerKind
from core.ports import Unit
from core.services import home, intake, passing, reminding, reporting, settings

log = logging.getLogger(__name__)

_PUT_OFF = timedelta(minutes=1)


def fire_due(desk: Desk) -> int:
    """Fire every timer that is due, in every workspace; returns how many were."""
    return sum(
        _fire_all(desk, workspace)
        for workspace in desk.store.workspaces_with_due_timers(desk.now())
    )


def _fire_all(desk: Desk, workspace: str) -> int:
    fired = 0
    while True:
        try:
            if desk.change(workspace, lambda unit, at: _fire_one(desk, unit, at)) is None:
                return fired
        except _Failed as failed:
            _put_off(desk, workspace, failed)
        else:
            fired += 1


class _Failed(Exception):
    """The effect of a timer failed; nothing of it was kept, and the timer is still there."""

    def __init__(self, timer: Timer, fault: Exception) -> None:
        super().__init__(timer.kind)
        self.timer = timer
        self.fault = fault


def _put_off(desk: Desk, workspace: str, failed: _Failed) -> None:
    """One timer that cannot fire must not stop those behind it: it comes again later."""
    timer = failed.timer
    log.error("timer %s of %s: %s", timer.kind, timer.subject, type(failed.fault).__name__)
    desk.change(workspace, lambda unit, at: unit.set_timers([replace(timer, due_at=at + _PUT_OFF)]))


def _fire_one(desk: Desk, unit: Unit, at: datetime) -> Timer | None:
    timer = unit.take_due_timer(at)
    if timer is not None:
        try:
            _act(desk, unit, timer, at)
        except Exception as fault:
            raise _Failed(timer, fault) from fault
    return timer


def _act(desk: Desk, unit: Unit, timer: Timer, at: datetime) -> None:
    match timer:
        case Timer(kind=TimerKind.UNDO_ENDS, subject=handoff_id):
            unit.enqueue(about(handoff_id, IntentKind.CARD), at=at)
        case Timer(kind=TimerKind.DUE | TimerKind.TOUCH, subject=handoff_id):
            unit.enqueue(about(handoff_id, IntentKind.CARD), at=at)
            reminding.escalate(unit, handoff_id, at=at)
            passing.set_timer(unit, handoff_id, at=at)
        case Timer(kind=TimerKind.PASS, subject=lead_id):
            passing.pass_on(desk, unit, lead_id, at=at)
        case Timer(kind=TimerKind.WARN, subject=handoff_id):
            reminding.warn(unit, handoff_id, at=at)
        case Timer(kind=TimerKind.NUDGE, subject=nudge):
            reminding.nudge(unit, nudge, at=at)
        case Timer(kind=TimerKind.REMIND, subject=person):
            reminding.gather(desk, unit, person, at=at)
        case Timer(kind=TimerKind.WAKE, subject=lead_id):
            lead = unit.lead(lead_id)
            if lead is not None:
                intake.look_again(desk, unit, lead, at=at)
        case Timer(kind=TimerKind.COPIES, subject=copies):
            unit.enqueue([Intent(IntentKind.COPIES, copies, copied(copies).lane)], at=at)
        case Timer(kind=TimerKind.GROUPS):
            settings.look_up_groups(unit, at=at)
        case Timer(kind=TimerKind.HOMES):
            home.paint_all(unit, at=at)
        case Timer(kind=TimerKind.DIGEST, subject=schedule):
            reporting.publish_digest(desk, unit, schedule, at=at)
