"""Reminders: who hears when that a promise runs out; nobody waits, and nobody is pestered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from core.domain.choice import Quiet
from core.domain.handoff import Case, Handoff, Outcome
from core.domain.localtime import DAY, day_of, moment
from core.domain.policy import Policy
from core.domain.roles import Role, is_group
from core.domain.stages import Stage

_GATHERED = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Step(StrEnum):
    """How far a promise has run out, or what else one person is to hear. Each is told once."""

    ANSWER_SOON = "answer_soon"  # three quarters of the time to decide are over
    ANSWER_LATE = "answer_late"
    TOUCH_SOON = "touch_soon"  # the same of the time to make contact
    TOUCH_LATE = "touch_late"
    UNASKED = "unasked"  # somebody was to be asked to take the lead, and nobody could be
    ATTACHED = "attached"  # another lead was found to belong to one that somebody follows
    GIVEN = "given"  # somebody gave them the lead
    RETURNED = "returned"  # they accepted it and made no contact: it went back to sales
    LAPSED = "lapsed"  # the answer was late, and the lead was offered to somebody else


_ESCALATED = (Step.ANSWER_LATE, Step.TOUCH_LATE, Step.UNASKED)


class Snooze(StrEnum):
    """For how long somebody puts a reminder off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One person is to hear of one step of a handoff, not before `due_at`.

    `message` is the id of the message in which it is told, together with others; None: not yet.
    """

    person: str
    handoff_id: str
    step: Step
    due_at: datetime
    message: str | None = None


def step_of(case: Case, *, at: datetime) -> Step | None:
    """What there is to remind of as things stand, or None where no promise is open."""
    lead, handoff = case.lead, case.handoff
    if handoff.decision is None:
        return Step.ANSWER_LATE if at >= handoff.due_at else Step.ANSWER_SOON
    due = handoff.touch_due_at
    is_promised = lead.stage is Stage.SAL and lead.handoff_id == handoff.id
    if due is None or handoff.touched_at is not None or not is_promised:
        return None
    return Step.TOUCH_LATE if at >= due else Step.TOUCH_SOON


def step_still(case: Case, told: Step, *, at: datetime, person: str | None = None) -> Step | None:
    """What there is to remind of where `told` was to be told, None where it has been done.

    A `person` is not reminded of what is somebody else's by now.
    """
    if told is Step.ATTACHED:
        decision = case.handoff.decision
        return told if decision and decision.belongs_to else None
    now = step_of(case, at=at)
    match told:
        case Step.RETURNED:
            return told
        case Step.GIVEN:
            return told if now and promiser(case, now) == person else None
        case Step.UNASKED if now is Step.ANSWER_SOON:
            return told if is_unasked(case.handoff) else None
        case Step.ANSWER_LATE if case.handoff.state == Outcome.EXPIRED:
            return Step.LAPSED
    if now is None or person is None:
        return now
    return now if person in (promiser(case, now), *managers(case.policy)) else None


def is_unasked(handoff: Handoff) -> bool:
    """Whether somebody was to be asked to take the lead, and nobody could be."""
    receipt = handoff.receipt
    return handoff.asked is None and receipt is not None and receipt.found_nobody


def promiser(case: Case, step: Step) -> str | None:
    """Who promised by name what runs out; None for all of sales."""
    match step:
        case Step.TOUCH_SOON | Step.TOUCH_LATE:
            return case.lead.owner
        case Step.ANSWER_SOON | Step.ANSWER_LATE | Step.LAPSED:
            return case.handoff.asked
        case Step.GIVEN:
            return case.lead.owner if case.handoff.decision else case.handoff.asked
        case Step.RETURNED:
            return case.handoff.decision.by if case.handoff.decision else None
        case Step.UNASKED | Step.ATTACHED:
            return None


def hearers_of_news(owner: str | None, policy: Policy, *, but: str) -> tuple[str, ...]:
    """Who hears of news about a lead: whoever follows it, else managers; not who brought it."""
    people = (owner,) if owner else managers(policy)
    known = {person for person in people if not is_group(person) and person != but}
    wanted = (each for each in known if policy.choice_of(each).quiet is not Quiet.ALL)
    return tuple(sorted(wanted))


def hearers(case: Case, step: Step) -> tuple[str, ...]:
    """Who is told by name: whoever promised it, and managers of what nobody else will do.

    Nobody who asked not to be. Always in one order: whoever sets the timers of several people
    locks them alike.
    """
    promised_by = promiser(case, step)
    people = [
        *([promised_by] if promised_by else []),
        *(managers(case.policy) if step in _ESCALATED else ()),
    ]
    wanted = {person for person in people if not is_group(person)}
    return tuple(sorted(person for person in wanted if is_heard(person, case, step)))


def is_heard(person: str, case: Case, step: Step) -> bool:
    """Whether somebody wants to be reminded of this."""
    match case.policy.choice_of(person).quiet:
        case Quiet.OFF:
            return True
        case Quiet.OVERDUE:
            return step in _ESCALATED and person == promiser(case, step)
        case Quiet.ALL:
            return False


def concerns_all(case: Case, step: Step, *, at: datetime) -> bool:
    """Whether it is told in the thread of the card, where all of sales reads it.

    Unless somebody was asked, an answer is promised by all of sales; and somebody must hear of
    what is late: where no manager does, because all are quiet or away, the thread is told.
    """
    if step in _ESCALATED:
        everybody = managers(case.policy)
        return any(map(is_group, everybody)) or not any(
            is_heard(manager, case, step) and not case.policy.is_away(manager, at)
            for manager in everybody
        )
    asked = case.handoff.asked
    return step is Step.ANSWER_SOON and (asked is None or not is_heard(asked, case, step))


def managers(policy: Policy) -> tuple[str, ...]:
    """To whom what is late is escalated: people, and user groups of whom nobody is known."""
    named = policy.staff.get(Role.MANAGER, frozenset())
    return tuple(sorted(id for id in named if id not in policy.groups))


def heard_at(
    at: datetime, policy: Policy, zone: str | None, *, person: str | None = None
) -> datetime:
    """When somebody in that time zone, or the workspace's, may be reminded of something of `at`.

    In their working hours, not while that `person` is out of office, and together with whatever
    else comes within minutes.
    """
    together = _EPOCH + ((at - _EPOCH) // _GATHERED + 1) * _GATHERED
    back_on = policy.choice_of(person).back_on if person else None
    if back_on is not None:
        together = max(together, moment(back_on, time(0), policy.zone_of(zone)))
    return policy.at_work(together, zone)


def put_off(at: datetime, by: Snooze, policy: Policy, zone: str | None) -> datetime:
    """Until when a reminder rests that somebody puts off at `at`."""
    if by is Snooze.HOUR:
        return policy.at_work(at + timedelta(hours=1), zone)
    place = policy.zone_of(zone)
    return policy.at_work(moment(day_of(at, place) + DAY, time(0), place), zone)
