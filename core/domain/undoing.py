"""Undoing: a slip is taken back, and the log keeps both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.handoff import Case, Change, Handoff, NothingToUndo, TooLate, entry_of
from core.domain.intents import IntentKind, about
from core.domain.log import Door, Entry, standing_moves
from core.domain.policy import Policy
from core.domain.stages import UNDOABLE, Stage, Verb
from core.domain.timers import Timer, TimerKind


@dataclass(frozen=True, slots=True)
class Slip:
    """What was last done with a lead, by whom, and until when it can be taken back."""

    verb: Verb
    by: str
    ends_at: datetime


def last_slip(case: Case, entries: Iterable[Entry]) -> Slip | None:
    """What undoing would take back, whoever asks and whenever; None where nothing can be.

    `entries` is the whole log of the lead, oldest first.
    """
    if case.lead.handoff_id != case.handoff.id:
        return None
    return _slip(standing_moves(entries), case.policy)


def _slip(moves: Sequence[Entry], policy: Policy) -> Slip | None:
    if not moves or moves[-1].verb not in UNDOABLE:
        return None
    last = moves[-1]
    return Slip(last.verb, last.actor, last.occurred_at + policy.undo_within)


def undo(
    case: Case,
    entries: Iterable[Entry],
    *,
    by: str,
    at: datetime,
    door: Door,
    of: Verb | None = None,
    for_ever: bool = False,
) -> Change | TooLate | NothingToUndo:
    """Take back what was last done with the lead, and leave everything else as it was before.

    `entries` is the whole log of the lead, oldest first. `of` is what whoever asks believes to
    take back, None for a decision on the handoff. `for_ever` sets no limit of time.
    A handoff whose decision is undone is open again, with the clock it had.
    """
    lead, handoff = case.lead, case.handoff
    moves = standing_moves(entries)
    if lead.handoff_id != handoff.id or not moves or not _is_meant(moves[-1], of):
        return NothingToUndo()
    last = moves.pop()
    ended_at = last.occurred_at + case.policy.undo_within
    if at >= ended_at and not for_ever:
        return TooLate(ended_at)
    before, was = last.from_stage or lead.stage, _without(handoff, last)
    entry = entry_of(lead, Verb.UNDO, before, handoff=handoff, by=by, at=at, door=door)
    was_decided = last.verb in _DECIDING
    back = replace(
        lead,
        stage=before,
        owner=None if was_decided else lead.owner,
        entered_stage_at=_entered(before, moves, otherwise=handoff.opened_at),
        wake_on=None,
    )
    return Change(
        back,
        was,
        entries=(entry,),
        timers=(
            _undo_ends(handoff, moves, case.policy, at),
            Timer(TimerKind.WAKE, lead.id, None),
            *_clocks_of(was, case.policy, at),
        ),
        intents=about(handoff.id, IntentKind.CARD, *_TOLD_OF_UNDOING.get(last.verb, ())),
    )


_DECIDING = (Verb.ACCEPT, Verb.REJECT, Verb.RULE_OUT, Verb.WITHDRAW)
_TOLD_OF_UNDOING = {
    Verb.REJECT: (IntentKind.RETURNED,),
    Verb.RULE_OUT: (IntentKind.RETURNED,),
    Verb.RECYCLE: (IntentKind.RETURNED,),
    Verb.DISQUALIFY: (IntentKind.RETURNED,),
    Verb.REOPEN: (IntentKind.RETURNED,),
}


def _is_meant(last: Entry, of: Verb | None) -> bool:
    if last.verb not in UNDOABLE:
        return False
    return last.verb in _DECIDING if of is None else last.verb is of


def _undo_ends(handoff: Handoff, moves: Sequence[Entry], policy: Policy, at: datetime) -> Timer:
    """What was done before may be undone next, for as long as its own time lasts."""
    before = _slip(moves, policy)
    ends = before.ends_at if before and at < before.ends_at else None
    return Timer(TimerKind.UNDO_ENDS, handoff.id, ends)


def _entered(stage: Stage, moves: Iterable[Entry], *, otherwise: datetime) -> datetime:
    """When the lead came to the stage in which these moves left it."""
    arrivals = [
        move.occurred_at
        for move in moves
        if move.to_stage is stage and move.from_stage is not stage
    ]
    return arrivals[-1] if arrivals else otherwise


def _without(handoff: Handoff, last: Entry) -> Handoff:
    """The handoff as it was before the last move."""
    if last.verb in _DECIDING:
        return replace(handoff, decision=None, touch_due_at=None, touched_at=None, returned_at=None)
    # What proved that there had been contact no longer does.
    was_first = handoff.touched_at == last.occurred_at
    before = replace(handoff, touched_at=None) if was_first else handoff
    match last.verb:
        case Verb.ADVANCE:
            return replace(before, sql_at=None)
        case Verb.WIN:
            return replace(before, won_at=None)
        case Verb.RECYCLE:
            return replace(before, returned_at=None)
        case Verb.REOPEN:
            return handoff
        case _:
            return before


def _clocks_of(handoff: Handoff, policy: Policy, at: datetime) -> tuple[Timer, ...]:
    """The clocks of a handoff, set again as far as they have not run out."""
    warns = _warns_at(handoff, policy)
    contact = handoff.touch_due_at if handoff.touched_at is None else None
    answer = handoff.due_at if handoff.decision is None else None
    return (
        Timer(TimerKind.WARN, handoff.id, warns if warns and warns > at else None),
        Timer(TimerKind.TOUCH, handoff.id, contact if contact and contact > at else None),
        *((Timer(TimerKind.DUE, handoff.id, answer),) if answer and answer > at else ()),
    )


def _warns_at(handoff: Handoff, policy: Policy) -> datetime | None:
    """When most of the time for what is promised next is over."""
    temperature = handoff.explanation.temperature
    if handoff.decision is None:
        return policy.due_soon(handoff.opened_at, temperature)
    if handoff.touch_due_at is None or handoff.touched_at is not None:
        return None
    return policy.touch_due_soon(handoff.decision.at, temperature)
