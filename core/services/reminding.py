"""Remind those who promised something before it is late, and their managers when it is."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import datetime

from core.desk import Desk
from core.domain.handoff import Case, Change
from core.domain.intents import Intent, IntentKind
from core.domain.reminder import (
    Reminder,
    Snooze,
    Step,
    concerns_all,
    heard_at,
    hearers,
    is_heard,
    is_unasked,
    put_off,
    step_of,
)
from core.domain.timers import Timer, TimerKind
from core.errors import Refused
from core.ports import Unit
from core.services.people import inquiries


def announce(unit: Unit, change: Change, *, at: datetime) -> None:
    """A lead is offered: Slack is asked about whom it is offered to, where we do not know them.

    Where somebody was to be asked and nobody could be, managers hear of it at once.
    """
    offered = change.handoff
    if offered is None or offered.version or offered.decision:
        return
    if offered.asked:
        unit.enqueue(inquiries(unit.person(offered.asked), offered.asked, at=at), at=at)
    elif is_unasked(offered):
        _remind(unit, offered.id, (Step.ANSWER_SOON, Step.ANSWER_LATE), at=at, told=Step.UNASKED)


def tell_given(unit: Unit, case: Case, person: str, *, at: datetime) -> None:
    """Somebody was given a lead."""
    if person in hearers(case, Step.GIVEN):
        tell(unit, person, case, Step.GIVEN, at=at)


def tell_it_went_back(unit: Unit, case: Case, person: str, *, at: datetime) -> None:
    """Whoever followed a lead made no contact, and now it is offered to sales anew."""
    if is_heard(person, case, Step.RETURNED):
        tell(unit, person, case, Step.RETURNED, at=at)


def warn(unit: Unit, handoff_id: str, *, at: datetime) -> None:
    """Most of the time for what is promised next is over."""
    _remind(unit, handoff_id, (Step.ANSWER_SOON, Step.TOUCH_SOON), at=at)


def escalate(unit: Unit, handoff_id: str, *, at: datetime) -> None:
    """The time for what was promised is over."""
    _remind(unit, handoff_id, (Step.ANSWER_LATE, Step.TOUCH_LATE), at=at)


def _remind(
    unit: Unit,
    handoff_id: str,
    steps: Container[Step | None],
    *,
    at: datetime,
    told: Step | None = None,
) -> None:
    case = unit.case(handoff_id)
    step = step_of(case, at=at) if case else None
    if case is None or step is None or step not in steps:
        return  # it was done, or what was to be warned of has come about
    step = told or step
    if concerns_all(case, step, at=at):
        _nudge(unit, case, step, at=at)
    for person in hearers(case, step):
        tell(unit, person, case, step, at=at)


def tell(unit: Unit, person: str, case: Case, step: Step, *, at: datetime) -> None:
    """Have one person hear of a step, in their working hours and together with what else waits."""
    known = unit.person(person)
    zone = known.timezone if known else None
    due_at = heard_at(at, case.policy, zone, person=person)
    unit.add_reminders([Reminder(person, case.handoff.id, step, due_at)])
    unit.enqueue(inquiries(known, person, at=at), at=at)
    _set_timer(unit, person)


def _nudge(unit: Unit, case: Case, step: Step, *, at: datetime) -> None:
    """Say it in the thread of the card, in working hours."""
    subject = _told_of(case, step)
    begins = case.policy.at_work(at)
    if begins > at:
        unit.set_timers([Timer(TimerKind.NUDGE, subject, begins)])
    else:
        nudge(unit, subject, at=at)


def _told_of(case: Case, step: Step) -> str:
    """What is said once in the thread; of contact that was promised again, once again."""
    due = case.handoff.touch_due_at if step is Step.TOUCH_LATE else None
    promise = f":{due:%Y%m%dT%H%M%S}" if due else ""
    return f"{case.handoff.id}:{step.value}{promise}"


def nudge(unit: Unit, subject: str, *, at: datetime) -> None:
    """Promise to say in the thread of the card what waits."""
    handoff_id, _, _ = subject.partition(":")
    unit.enqueue([Intent(IntentKind.NUDGE, subject, lane=handoff_id)], at=at)


def begin_again(unit: Unit, case: Case) -> None:
    """A promise of contact was taken back: the next one is another, and is reminded of anew."""
    people = hearers(case, Step.TOUCH_LATE)
    unit.drop_reminders(people, case.handoff.id, (Step.TOUCH_SOON, Step.TOUCH_LATE))
    for person in people:
        _set_timer(unit, person)


def gather(desk: Desk, unit: Unit, person: str, *, at: datetime) -> None:
    """Promise to tell somebody, in one message, all that they are to hear by now."""
    due = [reminder for reminder in unit.reminders_of(person) if reminder.due_at <= at]
    if due:
        message = desk.new_id("rm")
        unit.keep_reminders([replace(reminder, message=message) for reminder in due])
        unit.enqueue([_told(message, person)], at=at)
    _set_timer(unit, person)


def snooze(
    desk: Desk, workspace: str, message: str, *, by: str, until: Snooze, key: str | None = None
) -> None:
    """Somebody puts off what they were reminded of in a message. Raises Refused, Busy."""

    def work(unit: Unit, at: datetime) -> None:
        if key and not unit.first_time(key, at=at):
            return
        told = unit.reminders_in(message)
        if any(reminder.person != by for reminder in told):
            raise Refused("somebody else's reminder")
        if told:
            rests_until = put_off(at, until, unit.workspace().policy, _zone(unit, by))
            again = [replace(each, due_at=rests_until, message=None) for each in told]
            unit.keep_reminders(again)
            unit.enqueue([_told(message, by, until=rests_until.isoformat())], at=at)
            _set_timer(unit, by)

    desk.change(workspace, work)


def _zone(unit: Unit, person: str) -> str | None:
    known = unit.person(person)
    return known.timezone if known else None


def _told(message: str, person: str, **details: str) -> Intent:
    return Intent(IntentKind.REMINDER, message, person, {"person": person, **details})


def _set_timer(unit: Unit, person: str) -> None:
    waiting = unit.reminders_of(person)
    unit.set_timers([Timer(TimerKind.REMIND, person, waiting[0].due_at if waiting else None)])
