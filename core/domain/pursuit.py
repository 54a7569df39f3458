"""The pursuit: what sales does with a lead after it accepted it, up to the deal or the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from core.domain.handoff import (
    Case,
    Change,
    Handoff,
    Incomplete,
    OutOfPlace,
    lacking,
    step,
    today_at,
    undo_timer,
    wake_at,
    words,
)
from core.domain.intents import IntentKind, about
from core.domain.log import Door
from core.domain.reasons import reasons_for
from core.domain.stages import Verb, after
from core.domain.timers import Timer, TimerKind

VERBS = (
    Verb.TOUCH,
    Verb.ADVANCE,
    Verb.WIN,
    Verb.LOSE,
    Verb.RECYCLE,
    Verb.DISQUALIFY,
    Verb.REOPEN,
)
_TOLD = {
    Verb.RECYCLE: (IntentKind.RETURNED,),
    Verb.DISQUALIFY: (IntentKind.RETURNED,),
    Verb.REOPEN: (IntentKind.RETURNED,),
}


@dataclass(frozen=True, slots=True)
class Because:
    """What somebody says of a move: a reason where the verb takes one, words, a local date, to
    what record a lead belongs that is sent back, and `to` whom it should go instead.
    """

    reason: str | None = None
    comment: str | None = None
    wake_on: date | None = None
    belongs_to: str | None = None
    to: str | None = None


def pursue(
    case: Case, verb: Verb, *, by: str, at: datetime, door: Door, because: Because | None = None
) -> Change | OutOfPlace | Incomplete:
    """Take one of VERBS with the lead. The decision on its handoff stays as it is.

    The lead keeps its owner, who knows it best. Contact is made once: the first time counts, and
    whatever comes later than contact proves that there was one.
    """
    if verb not in VERBS or after(case.lead.stage, verb) is None:
        return OutOfPlace(case.lead.stage)
    if verb is Verb.TOUCH and case.handoff.touched_at is not None:
        return OutOfPlace(case.lead.stage)
    because = because or Because()
    comment = words(because.comment)
    reasons = reasons_for(verb, case.policy.reasons)
    asks = next((reason for reason in reasons if reason.id == because.reason), None)
    if reasons and asks is None:
        return Incomplete("reason", "unknown")
    if asks and (gap := lacking(asks, comment, because.wake_on, today=today_at(case, at))):
        return gap
    wake_on = because.wake_on if asks and asks.needs_wake_date else None
    moved, entry = step(
        case.lead,
        verb,
        handoff=case.handoff,
        by=by,
        at=at,
        door=door,
        reason=asks.id if asks else None,
        comment=comment,
    )
    touched = replace(_advanced(case.handoff, verb, at), touched_at=case.handoff.touched_at or at)
    wakes = wake_at(wake_on, case.policy)
    return Change(
        replace(moved, wake_on=wake_on),
        case.handoff if verb is Verb.REOPEN else touched,
        entries=(entry,),
        timers=(
            Timer(TimerKind.WARN, case.handoff.id, None),
            Timer(TimerKind.TOUCH, case.handoff.id, None),
            undo_timer(case.handoff, case.policy, at),
            *((Timer(TimerKind.WAKE, case.lead.id, wakes),) if wakes else ()),
        ),
        intents=about(case.handoff.id, IntentKind.CARD, *_TOLD.get(verb, ())),
    )


def _advanced(handoff: Handoff, verb: Verb, at: datetime) -> Handoff:
    """The handoff with what it remembers of the way the lead takes from here."""
    match verb:
        case Verb.ADVANCE:
            return replace(handoff, sql_at=at)
        case Verb.WIN:
            return replace(handoff, won_at=at)
        case Verb.RECYCLE:
            return replace(handoff, returned_at=at)
        case _:
            return handoff
