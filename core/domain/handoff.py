"""The handoff: one passing of one lead from marketing to sales, and the decisions that end it.

Pure: frozen values in and out, no clock, no database. Nothing else ever changes a lead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.domain.intents import Intent, IntentKind, about
from core.domain.lead import Lead, Signal
from core.domain.localtime import moment
from core.domain.log import Door, Entry
from core.domain.policy import Policy
from core.domain.reasons import Reason, reason_named
from core.domain.scoring import Explanation
from core.domain.stages import Stage, Verb, after
from core.domain.text import printable
from core.domain.timers import Timer, TimerKind

COMMENT_LIMIT = 2000


class Outcome(StrEnum):
    """How a handoff ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """The one decision that ends a handoff: who, when, through which door, and why.

    `by` is a Slack user id; `wake_on` is a local date on which the lead is looked at again.
    """

    outcome: Outcome
    by: str
    at: datetime
    door: Door
    reason: str | None = None
    comment: str | None = None
    wake_on: date | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """One offer of one lead to sales, open until its decision. Times are aware UTC.

    `definition` is the label of the version that qualified the lead, `explanation` its reasoning.
    `previous_id` is the handoff before this one where the lead was offered before.
    """

    id: str
    workspace: str
    lead_id: str
    version: int
    opened_at: datetime
    due_at: datetime
    definition: str
    explanation: Explanation
    previous_id: str | None = None
    decision: Decision | None = None

    @property
    def state(self) -> str:
        """`open`, or the outcome."""
        return self.decision.outcome.value if self.decision else "open"


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision changes, recorded whole or not at all.

    `lead` and `handoff` carry the version that they were read with; a version of 0 is a new one.
    `known_from` is since when the lead has been known as it is described here, None for just now;
    a signal says by itself when it was received. Only who brings in old history sets them.
    """

    lead: Lead
    handoff: Handoff | None = None
    signals: tuple[Signal, ...] = ()
    entries: tuple[Entry, ...] = ()
    timers: tuple[Timer, ...] = ()
    intents: tuple[Intent, ...] = ()
    known_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A handoff with the lead it passes and the policy that governs it."""

    lead: Lead
    handoff: Handoff
    policy: Policy


# Outcomes with a name: what else can be answered instead of a Change.


@dataclass(frozen=True, slots=True)
class AlreadyTaken:
    """Somebody decided first."""

    by: str
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A rejection lacks something; `field` is `reason`, `comment` or `wake_on`."""

    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """The time in which the decision could be undone ended at `ended_at`."""

    ended_at: datetime


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """The handoff is open, or the lead has moved on since."""


def accept(case: Case, *, by: str, at: datetime, door: Door) -> Change | AlreadyTaken:
    """Sales formally accepts the lead and now answers for it: MQL → SAL."""
    if taken := _taken(case.handoff):
        return taken
    decision = Decision(Outcome.ACCEPTED, by, at, door)
    return _decided(case, decision, Verb.ACCEPT, owner=by, tells=(IntentKind.BRIEFING,))


def reject(
    case: Case,
    *,
    by: str,
    at: datetime,
    door: Door,
    reason: str,
    comment: str | None = None,
    wake_on: date | None = None,
) -> Change | AlreadyTaken | Incomplete:
    """Sales sends the lead back before any contact: MQL → nurturing.

    A reason that is no business of sales takes the lead out of the funnel instead.
    """
    if taken := _taken(case.handoff):
        return taken
    known = reason_named(reason)
    comment = _words(comment)
    if known is None:
        return Incomplete("reason", "unknown")
    if lacking := _lacking(known, comment, wake_on, today=_today(case, at)):
        return lacking
    if not known.needs_wake_date:
        wake_on = None
    decision = Decision(Outcome.REJECTED, by, at, door, known.id, comment, wake_on)
    verb = Verb.RULE_OUT if known.leaves_the_funnel else Verb.REJECT
    return _decided(case, decision, verb, owner=None, tells=(IntentKind.RETURNED,))


def undo(case: Case, *, by: str, at: datetime, door: Door) -> Change | TooLate | NothingToUndo:
    """Take a slip back: the handoff is open again, with the clock it had."""
    lead, handoff = case.lead, case.handoff
    undone = handoff.decision
    if undone is None or lead.handoff_id != handoff.id or after(lead.stage, Verb.UNDO) is None:
        return NothingToUndo()
    ended_at = undone.at + case.policy.undo_within
    if at >= ended_at:
        return TooLate(ended_at)
    moved, entry = _move(lead, Verb.UNDO, handoff=handoff, by=by, at=at, door=door)
    reopened = replace(handoff, decision=None)
    due = (Timer(TimerKind.DUE, handoff.id, handoff.due_at),) if handoff.due_at > at else ()
    told = (IntentKind.RETURNED,) if undone.outcome is Outcome.REJECTED else ()
    return Change(
        replace(moved, owner=None, entered_stage_at=handoff.opened_at),
        reopened,
        entries=(entry,),
        timers=(
            Timer(TimerKind.UNDO_ENDS, handoff.id, None),
            Timer(TimerKind.WAKE, lead.id, None),
            *due,
        ),
        intents=about(handoff.id, IntentKind.CARD, *told),
    )


def offer(
    lead: Lead,
    explanation: Explanation,
    *,
    handoff_id: str,
    definition: str,
    policy: Policy,
    last: Handoff | None,
    actor: str,
    at: datetime,
    door: Door,
) -> Change:
    """Marketing's definition is met: open a handoff, due by the SLA of the lead's temperature.

    The card of the handoff before it may still offer to undo its decision: no longer.
    """
    handoff = Handoff(
        handoff_id,
        lead.workspace,
        lead.id,
        version=0,
        opened_at=at,
        due_at=policy.due(at, explanation.temperature),
        definition=definition,
        explanation=explanation,
        previous_id=last.id if last else None,
    )
    moved, entry = _move(lead, Verb.QUALIFY, handoff=handoff, by=actor, at=at, door=door)
    return Change(
        replace(moved, handoff_id=handoff_id, owner=None),
        handoff,
        entries=(entry,),
        timers=(
            Timer(TimerKind.DUE, handoff_id, handoff.due_at),
            Timer(TimerKind.WAKE, lead.id, None),
        ),
        intents=(
            *about(handoff_id, IntentKind.CARD),
            *(about(last.id, IntentKind.CARD) if last and _undoable(last, policy, at) else ()),
        ),
    )


def may_be_offered(
    lead: Lead,
    explanation: Explanation,
    *,
    last: Handoff | None,
    rests_until: datetime | None,
    newest_signal_at: datetime | None,
    at: datetime,
) -> bool:
    """Whether a lead that may qualify opens a handoff now.

    One that was sent back rests until `rests_until`; before a rep's own date nothing wakes it.
    Afterwards it takes news, a signal younger than the decision, to offer it again, except at the
    date itself, which the rep asked for.
    """
    if not explanation.qualified or after(lead.stage, Verb.QUALIFY) is None:
        return False
    if last is None:
        return True
    if last.decision is None or rests_until is None or at < rests_until:
        return False
    asked_for = last.decision.wake_on is not None
    return asked_for or (newest_signal_at is not None and newest_signal_at > last.decision.at)


def rests_until(
    last: Handoff | None, policy: Policy, requalify_after: timedelta
) -> datetime | None:
    """Until when a lead that was sent back is left alone: the rep's own date, or the cool-off."""
    if last is None or last.decision is None:
        return None
    return wake_at(last.decision, policy) or last.decision.at + requalify_after


def wake_at(decision: Decision, policy: Policy) -> datetime | None:
    """When the working day begins on the date that the rep asked for."""
    if decision.wake_on is None:
        return None
    return moment(decision.wake_on, policy.hours.start, policy.zone)


def undo_ends(handoff: Handoff, policy: Policy) -> datetime | None:
    """Until when the decision can be undone, or None while there is none."""
    return handoff.decision.at + policy.undo_within if handoff.decision else None


def _undoable(handoff: Handoff, policy: Policy, at: datetime) -> bool:
    ends = undo_ends(handoff, policy)
    return ends is not None and at < ends


def _taken(handoff: Handoff) -> AlreadyTaken | None:
    first = handoff.decision
    return AlreadyTaken(first.by, first.at, first.outcome) if first else None


def _words(comment: str | None) -> str | None:
    """A comment in the form that we keep: its lines, or None where it says nothing."""
    return printable("\n".join((comment or "").splitlines()), keep="\n") or None


def _today(case: Case, at: datetime) -> date:
    return at.astimezone(case.policy.zone).date()


def _lacking(
    reason: Reason, comment: str | None, wake_on: date | None, *, today: date
) -> Incomplete | None:
    if reason.needs_comment and comment is None:
        return Incomplete("comment", "required")
    if comment is not None and len(comment) > COMMENT_LIMIT:
        return Incomplete("comment", "too_long")
    if reason.needs_wake_date and wake_on is None:
        return Incomplete("wake_on", "required")
    if reason.needs_wake_date and wake_on is not None and wake_on <= today:
        return Incomplete("wake_on", "past")
    return None


def _decided(
    case: Case,
    decision: Decision,
    verb: Verb,
    *,
    owner: str | None,
    tells: Iterable[IntentKind],
) -> Change:
    handoff, policy = case.handoff, case.policy
    moved, entry = _move(
        case.lead,
        verb,
        handoff=handoff,
        by=decision.by,
        at=decision.at,
        door=decision.door,
        reason=decision.reason,
        comment=decision.comment,
    )
    decided = replace(handoff, decision=decision)
    wakes = wake_at(decision, policy)
    return Change(
        replace(moved, owner=owner),
        decided,
        entries=(entry,),
        timers=(
            Timer(TimerKind.DUE, handoff.id, None),
            Timer(TimerKind.UNDO_ENDS, handoff.id, undo_ends(decided, policy)),
            *((Timer(TimerKind.WAKE, case.lead.id, wakes),) if wakes else ()),
        ),
        intents=about(handoff.id, IntentKind.CARD, *tells),
    )


def _move(
    lead: Lead,
    verb: Verb,
    *,
    handoff: Handoff,
    by: str,
    at: datetime,
    door: Door,
    reason: str | None = None,
    comment: str | None = None,
) -> tuple[Lead, Entry]:
    to_stage = after(lead.stage, verb)
    if to_stage is None:
        raise AssertionError(f"{verb} was decided on a lead in {lead.stage}")
    entry = Entry(
        lead.id,
        handoff.id,
        lead.stage,
        to_stage,
        verb,
        by,
        door,
        at,
        reason,
        comment,
        handoff.definition,
    )
    return replace(lead, stage=to_stage, entered_stage_at=at), entry


def captured(lead: Lead, *, actor: str, door: Door) -> Entry:
    """The first entry of every lead's log."""
    return Entry(
        lead.id, None, None, Stage.NEW, Verb.CAPTURE, actor, door, occurred_at=lead.created_at
    )
