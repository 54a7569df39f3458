"""Passing on: a lead that one of sales will not take goes to another; the buyer's clock runs on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.handoff import (
    Addressee,
    Case,
    Change,
    Decision,
    Handoff,
    Outcome,
    OutOfPlace,
    step,
)
from core.domain.intents import IntentKind, about
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.reasons import Consequence, Reason, reason_named
from core.domain.stages import Stage, Verb, after
from core.domain.timers import Timer, TimerKind

ACTOR = "baton"  # who passes on what nobody answered
_WANTED_BACK = (Consequence.WAKE, Consequence.RESUBMIT)


@dataclass(frozen=True, slots=True)
class Onward:
    """The handoff that follows: its id, whom it is offered to, and by when they answer."""

    handoff_id: str
    to: Addressee
    due_at: datetime
    warns_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlreadyTheirs:
    """The lead is with this person as it is."""

    person: str


def onward_on_the_same_clock(case: Case, handoff_id: str, to: Addressee, *, at: datetime) -> Onward:
    """Passed on before the answer was due: the buyer was promised one by then."""
    handoff = case.handoff
    warns = case.policy.due_soon(handoff.waiting_since, handoff.explanation.temperature)
    due = handoff.due_at
    return Onward(handoff_id, to, due, warns if at < warns < due else None)


def onward_anew(case: Case, handoff_id: str, to: Addressee, *, at: datetime) -> Onward:
    """Passed on too late for what was promised: whoever is asked now has as long as anybody."""
    policy, temperature = case.policy, case.handoff.explanation.temperature
    due = policy.due(at, temperature, to.timezone)
    return Onward(handoff_id, to, due, policy.due_soon(at, temperature, to.timezone))


def reroute(case: Case, decision: Decision, onward: Onward) -> Change:
    """Somebody in sales says that it is not for them: it is offered to another."""
    return _passed_on(case, Verb.REROUTE, decision, onward)


def lapse(case: Case, onward: Onward, *, at: datetime) -> Change:
    """Whoever was asked let it lapse: it is offered to another."""
    decision = Decision(Outcome.EXPIRED, ACTOR, at, Door.TIMER)
    return _passed_on(case, Verb.EXPIRE, decision, onward)


def give_back(case: Case, onward: Onward, *, at: datetime) -> Change:
    """Whoever accepted made no contact: SAL → MQL. Their acceptance stays, a promise not kept."""
    said = Decision(Outcome.ACCEPTED, ACTOR, at, Door.TIMER)
    return _passed_on(case, Verb.RETURN, said, onward)


def lapses_at(case: Case, timezone: str | None) -> datetime | None:
    """When an open handoff goes on to another, None where it does not.

    Not before whoever is asked had as long as anybody, whenever it was passed on to them.
    """
    handoff, policy = case.handoff, case.policy
    if handoff.decision or handoff.asked is None or not policy.reoffers_late:
        return None
    theirs = policy.due(handoff.opened_at, handoff.explanation.temperature, timezone)
    return max(handoff.due_at, theirs)


def goes_back_at(
    case: Case, timezone: str | None, *, told_at: datetime | None = None
) -> datetime | None:
    """When an accepted lead without contact is offered anew, None where it is not.

    Its owner has time to mend it from when they are told, which may be late.
    """
    lead, handoff = case.lead, case.handoff
    is_owed = lead.stage is Stage.SAL and lead.handoff_id == handoff.id
    if not is_owed or handoff.touched_at or handoff.touch_due_at is None:
        return None
    since = max(handoff.touch_due_at, told_at) if told_at else handoff.touch_due_at
    return case.policy.returns_at(since, timezone)


def assign(
    case: Case, to: str, *, by: str, at: datetime, door: Door
) -> Change | AlreadyTheirs | OutOfPlace:
    """Give a lead to somebody: they are asked while the handoff is open, else they own it.

    The clocks run on.
    """
    lead, handoff = case.lead, case.handoff
    if lead.handoff_id != handoff.id or after(lead.stage, Verb.ASSIGN) is None:
        return OutOfPlace(lead.stage)
    if to == (lead.owner if handoff.decision else handoff.asked):
        return AlreadyTheirs(to)
    moved, entry = step(lead, Verb.ASSIGN, handoff=handoff, by=by, at=at, door=door, reason=to)
    if handoff.decision:
        moved = replace(moved, owner=to)
    else:
        handoff = replace(handoff, asked=to)
    return Change(
        moved,
        handoff,
        entries=(entry,),
        timers=(Timer(TimerKind.UNDO_ENDS, handoff.id, None),),
        intents=about(handoff.id, IntentKind.CARD),
    )


def _passed_on(case: Case, verb: Verb, decision: Decision, onward: Onward) -> Change:
    """End the handoff, or leave its acceptance as it is, and open the one that follows."""
    handoff, by, at, door = case.handoff, decision.by, decision.at, decision.door
    moved, ended = step(
        case.lead,
        verb,
        handoff=handoff,
        by=by,
        at=at,
        door=door,
        reason=decision.reason,
        comment=decision.comment,
    )
    opened = replace(
        handoff,
        id=onward.handoff_id,
        version=0,
        opened_at=at,
        due_at=onward.due_at,
        previous_id=handoff.id,
        decision=None,
        touch_due_at=None,
        touched_at=None,
        asked=onward.to.asked,
        receipt=onward.to.receipt,
    )
    moved, offered = step(
        moved, Verb.ASSIGN, handoff=opened, by=by, at=at, door=door, reason=onward.to.asked
    )
    return Change(
        replace(moved, handoff_id=opened.id, owner=None, wake_on=None),
        opened,
        entries=(ended, offered),
        earlier=(handoff if handoff.decision else replace(handoff, decision=decision),),
        timers=(
            *(Timer(kind, handoff.id, None) for kind in _CLOCKS),
            Timer(TimerKind.PASS, case.lead.id, None),
            Timer(TimerKind.DUE, opened.id, opened.due_at),
            Timer(TimerKind.WARN, opened.id, onward.warns_at),
        ),
        intents=(*about(handoff.id, IntentKind.CARD), *about(opened.id, IntentKind.CARD)),
    )


_CLOCKS = (TimerKind.WARN, TimerKind.DUE, TimerKind.TOUCH, TimerKind.UNDO_ENDS)


def is_passed_on(before: Handoff, after: Handoff | None) -> bool:
    """Whether one handoff followed on another with the buyer's clock running on."""
    return (
        after is not None
        and after.previous_id == before.id
        and after.waiting_since == before.waiting_since
    )


def had_it(chain: Iterable[Handoff], reasons: Iterable[Reason]) -> frozenset[str]:
    """Who refused a lead in its handoffs, let it lapse or made no contact: nobody asks them again.

    Whoever put it off to a date, or wants it mended, is waiting for it.
    """
    people: set[str] = set()
    for handoff in chain:
        match handoff.decision:
            case Decision(outcome=Outcome.REJECTED) as decision if not _wants_it(decision, reasons):
                people.add(decision.by)
            case Decision(outcome=Outcome.EXPIRED) if handoff.asked:
                people.add(handoff.asked)
            case Decision(outcome=Outcome.ACCEPTED, by=by) if _is_neglected(handoff):
                people.add(by)
    return frozenset(people)


def _is_neglected(handoff: Handoff) -> bool:
    """Whether contact was promised and not made; before Baton kept the record nobody promised."""
    return handoff.touch_due_at is not None and handoff.touched_at is None


def wishes_it(lead: Lead, last: Handoff | None, reasons: Iterable[Reason]) -> str | None:
    """Who should be asked first: whoever wanted it back, or followed it already."""
    if last and last.decision and _wants_it(last.decision, reasons):
        return last.decision.by
    return lead.owner


def _wants_it(decision: Decision, reasons: Iterable[Reason]) -> bool:
    reason = reason_named(decision.reason or "", reasons)
    return reason is not None and reason.then in _WANTED_BACK
