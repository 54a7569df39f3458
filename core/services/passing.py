"""Pass a lead on: to whoever it is for, to the next in turn, or to somebody by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.desk import Desk
from core.domain import passing
from core.domain.handoff import Addressee, Case, Change, Decision, Incomplete, Outcome, OutOfPlace
from core.domain.log import Door
from core.domain.passing import AlreadyTheirs, Onward
from core.domain.permission import Right, holds
from core.domain.standing import refusal
from core.domain.timers import Timer, TimerKind
from core.ports import Unit
from core.services.asking import addressee
from core.services.reminding import announce, tell_given, tell_it_went_back


@dataclass(frozen=True, slots=True)
class CannotTake:
    """This person may not accept leads, so none can be given to them."""

    person: str


def sent_on(
    desk: Desk, unit: Unit, case: Case, rejected: Change, *, to: str | None = None
) -> Change | Incomplete:
    """A rep says that an open lead is not for them but for somebody else, `to` if they know whom.

    `rejected` is what their rejection alone would come to. It has to be recorded and announced.
    """
    decision = rejected.handoff.decision if rejected.handoff else None
    if decision is None:
        raise AssertionError("nothing was rejected")
    if to == decision.by:
        return Incomplete("to", "own")
    ended = replace(case, handoff=replace(case.handoff, decision=decision))
    next_one = _next(unit, ended, decision.at) if to is None else _named(unit, case, to)
    if next_one is None:
        return Incomplete("to", "no_rep")
    name = desk.new_id("ho")
    onward = passing.onward_on_the_same_clock(case, name, next_one, at=decision.at)
    return passing.reroute(case, decision, onward)


def assigned(
    unit: Unit, case: Case, to: str, *, by: str, at: datetime, door: Door
) -> Change | AlreadyTheirs | CannotTake | OutOfPlace:
    """Somebody gives a lead to a colleague, who hears of it. It has to be recorded."""
    if _named(unit, case, to) is None:
        return CannotTake(to)
    change = passing.assign(case, to, by=by, at=at, door=door)
    if isinstance(change, Change) and change.handoff and to != by:
        tell_given(unit, replace(case, lead=change.lead, handoff=change.handoff), to, at=at)
    return change


def set_timer(unit: Unit, handoff_id: str, *, at: datetime) -> None:
    """A promise has run out: some time later the lead goes on to somebody else, maybe at once."""
    case = unit.case(handoff_id)
    due = _goes_on_at(unit, case, told_at=at) if case else None
    if case is not None and due is not None:
        unit.set_timers([Timer(TimerKind.PASS, case.lead.id, max(due, at))])


def pass_on(desk: Desk, unit: Unit, lead_id: str, *, at: datetime) -> None:
    """Whoever was to answer, or to make contact, had their time: it is the turn of the next."""
    lead = unit.lead(lead_id)
    case = unit.case(lead.handoff_id) if lead and lead.handoff_id else None
    due = _goes_on_at(unit, case) if case else None
    if case is None or due is None or at < due:
        return  # it was done, or put off
    change = _gone_on(desk, unit, case, at)
    unit.record(change, at=at)
    announce(unit, change, at=at)
    if case.handoff.decision and case.lead.owner:
        tell_it_went_back(unit, case, case.lead.owner, at=at)


def _gone_on(desk: Desk, unit: Unit, case: Case, at: datetime) -> Change:
    name = desk.new_id("ho")
    if case.handoff.decision:
        return passing.give_back(case, _anew(unit, case, case, name, at), at=at)
    lapsed = Decision(Outcome.EXPIRED, passing.ACTOR, at, Door.TIMER)
    ended = replace(case, handoff=replace(case.handoff, decision=lapsed))
    return passing.lapse(case, _anew(unit, case, ended, name, at), at=at)


def _anew(unit: Unit, case: Case, ended: Case, name: str, at: datetime) -> Onward:
    return passing.onward_anew(case, name, _next(unit, ended, at), at=at)


def _next(unit: Unit, ended: Case, at: datetime) -> Addressee:
    """Whose turn it is after a handoff that is over."""
    return addressee(
        unit,
        replace(ended.lead, owner=None),
        ended.handoff.explanation,
        last=ended.handoff,
        policy=ended.policy,
        at=at,
    )


def _named(unit: Unit, case: Case, person: str) -> Addressee | None:
    """Somebody whom a person names, None where they may not accept leads."""
    known = unit.person(person)
    turned_away = known is not None and refusal(known.standing, case.policy) is not None
    if turned_away or not holds(person, Right.FOR_REPS, case.policy):
        return None
    return Addressee(person, None, known.timezone if known else None)


def _goes_on_at(unit: Unit, case: Case, *, told_at: datetime | None = None) -> datetime | None:
    promised_by = case.lead.owner if case.handoff.decision else case.handoff.asked
    known = unit.person(promised_by) if promised_by else None
    zone = known.timezone if known else None
    if case.handoff.decision is None:
        return passing.lapses_at(case, zone)
    return passing.goes_back_at(case, zone, told_at=told_at)
