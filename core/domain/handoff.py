"""The handoff: one passing of one lead from marketing to sales, and the decisions that end it.

Pure: frozen values in and out, no clock, no database. Nothing else ever changes a lead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.domain.intents import Intent, IntentKind, about
from core.domain.lead import Identity, Lead, Profile, Signal
from core.domain.localtime import moment
from core.domain.log import Door, Entry
from core.domain.policy import Policy
from core.domain.reasons import Consequence, Reason, reason_named
from core.domain.routing import Receipt
from core.domain.scoring import Explanation
from core.domain.stages import Stage, Verb, after
from core.domain.text import printable
from core.domain.timers import Timer, TimerKind
from core.errors import Invalid

COMMENT_LIMIT = 2000


class Outcome(StrEnum):
    """How a handoff ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by marketing
    EXPIRED = "expired"  # nobody decided in time, and it was offered to somebody else


@dataclass(frozen=True, slots=True)
class Decision:
    """The one decision that ends a handoff: who, when, through which door, and why.

    `by` is a Slack user id; `wake_on` is a local date on which the lead is looked at again.
    `belongs_to` is the id of the lead that this one turned out to be or to belong to, or the name
    of a record that Baton does not have.
    """

    outcome: Outcome
    by: str
    at: datetime
    door: Door
    reason: str | None = None
    comment: str | None = None
    wake_on: date | None = None
    belongs_to: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """One offer of one lead to sales, open until its decision. Times are aware UTC.

    `definition` is the label of the version that qualified the lead, `explanation` its reasoning.
    `previous_id` is the handoff before this one where the lead was offered before.
    An acceptance is a promise to make contact by `touch_due_at`; contact was made at `touched_at`.
    `waiting_since` is the buyer's own clock: when the lead was first offered, however often it was
    passed on since. `asked` is the Slack user to whom it is offered, None for whoever is first;
    `receipt` says how it came to them, None where nobody was looked for.
    From here the lead went back to nurturing at `returned_at`, became an opportunity at `sql_at`
    and a customer at `won_at`. Whence it came, and whether it was `complete`, is as it was offered.
    """

    id: str
    workspace: str
    lead_id: str
    version: int
    opened_at: datetime
    due_at: datetime
    definition: str
    explanation: Explanation
    waiting_since: datetime
    previous_id: str | None = None
    decision: Decision | None = None
    touch_due_at: datetime | None = None
    touched_at: datetime | None = None
    asked: str | None = None
    receipt: Receipt | None = None
    returned_at: datetime | None = None
    sql_at: datetime | None = None
    won_at: datetime | None = None
    source: str | None = None
    campaign: str | None = None
    complete: bool = False

    @property
    def state(self) -> str:
        """`open`, or the outcome."""
        return self.decision.outcome.value if self.decision else "open"


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision changes, recorded whole or not at all.

    `lead` and `handoff` carry the version that they were read with; a version of 0 is a new one.
    `earlier` are handoffs of the same lead that are over by now, kept together with it.
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
    earlier: tuple[Handoff, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A handoff with the lead it passes and the policy that governs it."""

    lead: Lead
    handoff: Handoff
    policy: Policy


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a lead is offered to, `asked` None for all of sales, how that came, and their zone."""

    asked: str | None = None
    receipt: Receipt | None = None
    timezone: str | None = None


EVERYBODY = Addressee()


# Outcomes with a name: what else can be answered instead of a Change.


@dataclass(frozen=True, slots=True)
class AlreadyTaken:
    """Somebody decided first."""

    by: str
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A rejection lacks something; `field` is `reason`, `comment`, `wake_on` or `belongs_to`."""

    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """The time in which the decision could be undone ended at `ended_at`."""

    ended_at: datetime


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """The handoff is open, or the lead has moved on since."""


@dataclass(frozen=True, slots=True)
class OutOfPlace:
    """The lead stands in `stage`, from where the verb leads nowhere."""

    stage: Stage


def accept(
    case: Case, *, by: str, at: datetime, door: Door, timezone: str | None = None
) -> Change | AlreadyTaken:
    """Sales formally accepts the lead and now answers for it: MQL → SAL.

    They promise contact in working time of where they are, in `timezone` if that is known.
    """
    if taken := _taken(case.handoff):
        return taken
    decision = Decision(Outcome.ACCEPTED, by, at, door)
    change = _decided(case, decision, Verb.ACCEPT, owner=by, tells=(IntentKind.BRIEFING,))
    temperature = case.handoff.explanation.temperature
    due = case.policy.touch_due(at, temperature, timezone)
    soon = case.policy.touch_due_soon(at, temperature, timezone)
    promised = replace(change.handoff or case.handoff, touch_due_at=due)
    return replace(
        change,
        handoff=promised,
        entries=tuple(replace(entry, due_at=due) for entry in change.entries),
        timers=(
            *(timer for timer in change.timers if timer.kind is not TimerKind.WARN),
            Timer(TimerKind.TOUCH, promised.id, due),
            Timer(TimerKind.WARN, promised.id, soon),
        ),
    )


def reject(
    case: Case,
    *,
    by: str,
    at: datetime,
    door: Door,
    reason: str,
    comment: str | None = None,
    wake_on: date | None = None,
    belongs_to: str | None = None,
) -> Change | AlreadyTaken | Incomplete:
    """Sales sends the lead back before any contact: MQL → nurturing.

    A reason that is no business of sales takes the lead out of the funnel instead; so does one by
    which it belongs to another record.
    """
    if taken := _taken(case.handoff):
        return taken
    known = reason_named(reason, case.policy.reasons)
    comment = words(comment)
    if known is None or known.retired or known.verb is not Verb.REJECT:
        return Incomplete("reason", "unknown")
    if gap := lacking(known, comment, wake_on, today=today_at(case, at)):
        return gap
    if not known.needs_wake_date:
        wake_on = None
    if not known.attaches:
        belongs_to = None
    decision = Decision(Outcome.REJECTED, by, at, door, known.id, comment, wake_on, belongs_to)
    verb = Verb.RULE_OUT if known.leaves_the_funnel else Verb.REJECT
    return _decided(case, decision, verb, owner=None, tells=(IntentKind.RETURNED,))


def is_for_another(change: Change, policy: Policy) -> bool:
    """Whether a rejection says that the lead is for somebody else in sales."""
    decision = change.handoff.decision if change.handoff else None
    reason = reason_named(decision.reason or "", policy.reasons) if decision else None
    return reason is not None and reason.then is Consequence.REROUTE


def remembered(
    lead: Lead, handoff: Handoff, decision: Decision, policy: Policy, *, owner: str | None
) -> Change:
    """A decision on an open handoff that was taken before Baton kept the record.

    What nobody asked for then, a comment or a date, cannot be demanded now; nobody is told.
    """
    case = Case(lead, handoff, policy)
    if decision.outcome is Outcome.ACCEPTED:
        return _decided(case, decision, Verb.ACCEPT, owner=owner, tells=())
    reason = reason_named(decision.reason or "", policy.reasons)
    verb = Verb.RULE_OUT if reason and reason.leaves_the_funnel else Verb.REJECT
    return _decided(case, decision, verb, owner=None, tells=())


def confirm(case: Case, *, by: str, at: datetime, door: Door) -> Change | AlreadyTaken | OutOfPlace:
    """Inside sales spoke to the lead and the interest is real: MQL → TQL. The clock runs on."""
    if taken := _taken(case.handoff):
        return taken
    if after(case.lead.stage, Verb.CONFIRM) is None:
        return OutOfPlace(case.lead.stage)
    moved, entry = step(case.lead, Verb.CONFIRM, handoff=case.handoff, by=by, at=at, door=door)
    return Change(
        moved,
        case.handoff,
        entries=(entry,),
        timers=(undo_timer(case.handoff, case.policy, at),),
        intents=about(case.handoff.id, IntentKind.CARD),
    )


def withdraw(
    case: Case, *, by: str, at: datetime, door: Door, comment: str | None = None
) -> Change | AlreadyTaken | Incomplete:
    """Marketing takes its offer back before sales decided: MQL → nurturing."""
    if taken := _taken(case.handoff):
        return taken
    comment = words(comment)
    if comment is not None and len(comment) > COMMENT_LIMIT:
        return Incomplete("comment", "too_long")
    decision = Decision(Outcome.WITHDRAWN, by, at, door, comment=comment)
    return _decided(case, decision, Verb.WITHDRAW, owner=None, tells=())


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
    to: Addressee = EVERYBODY,
    verb: Verb = Verb.QUALIFY,
) -> Change:
    """Marketing's definition is met: open a handoff, due by the SLA of the lead's temperature.

    By another `verb` it is offered although no more was seen of it.
    The card of the handoff before it says where the lead stands, and may offer to take that back:
    no longer. What was brought in as history never had a card.
    """
    temperature = explanation.temperature
    handoff = Handoff(
        handoff_id,
        lead.workspace,
        lead.id,
        version=0,
        opened_at=at,
        due_at=policy.due(at, temperature, to.timezone),
        definition=definition,
        explanation=explanation,
        waiting_since=at,
        previous_id=last.id if last else None,
        source=lead.profile.source,
        campaign=lead.profile.campaign,
        complete=lead.is_complete,
        asked=to.asked,
        receipt=to.receipt,
    )
    moved, entry = step(lead, verb, handoff=handoff, by=actor, at=at, door=door)
    return Change(
        replace(moved, handoff_id=handoff_id, owner=None, wake_on=None),
        handoff,
        entries=(entry,),
        timers=(
            Timer(TimerKind.WARN, handoff_id, policy.due_soon(at, temperature, to.timezone)),
            Timer(TimerKind.DUE, handoff_id, handoff.due_at),
            Timer(TimerKind.WAKE, lead.id, None),
        ),
        intents=(
            *about(handoff_id, IntentKind.CARD),
            *(about(last.id, IntentKind.CARD) if last and not last.explanation.imported else ()),
            *(about(last.id, IntentKind.RETURNED) if last else ()),
        ),
    )


def may_be_offered(
    lead: Lead,
    explanation: Explanation,
    *,
    rests_until: datetime | None,
    newest_signal_at: datetime | None,
    at: datetime,
) -> bool:
    """Whether a lead that may qualify opens a handoff now.

    One that came back to nurturing rests until `rests_until`; before a rep's own date nothing
    wakes it. Afterwards it takes news, a signal younger than its return, to offer it again, except
    at the date itself, which the rep asked for.
    """
    if not explanation.qualified or after(lead.stage, Verb.QUALIFY) is None:
        return False
    if rests_until is None:
        return True
    if at < rests_until:
        return False
    has_news = newest_signal_at is not None and newest_signal_at > lead.entered_stage_at
    return has_news or lead.wake_on is not None


def rests_until(lead: Lead, policy: Policy, requalify_after: timedelta) -> datetime | None:
    """Until when a lead in nurturing is left alone: the rep's own date, or the cool-off."""
    if lead.stage is not Stage.NURTURING:
        return None
    return wake_at(lead.wake_on, policy) or lead.entered_stage_at + requalify_after


def wake_at(wake_on: date | None, policy: Policy) -> datetime | None:
    """When the working day begins on the date that the rep asked for."""
    return moment(wake_on, policy.hours.start, policy.zone) if wake_on else None


def undo_ends(handoff: Handoff, policy: Policy) -> datetime | None:
    """Until when the decision can be undone, or None while there is none."""
    return handoff.decision.at + policy.undo_within if handoff.decision else None


def _taken(handoff: Handoff) -> AlreadyTaken | None:
    first = handoff.decision
    return AlreadyTaken(first.by, first.at, first.outcome) if first else None


def clean_comment(comment: str | None) -> str | None:
    """A comment in the form that we keep. Raises Invalid where it is too long."""
    kept = words(comment)
    if kept is not None and len(kept) > COMMENT_LIMIT:
        raise Invalid("comment", f"is longer than {COMMENT_LIMIT} characters")
    return kept


def words(comment: str | None) -> str | None:
    """A comment in the form that we keep: its lines, or None where it says nothing."""
    return printable("\n".join((comment or "").splitlines()), keep="\n") or None


def today_at(case: Case, at: datetime) -> date:
    """The date in the workspace's zone."""
    return at.astimezone(case.policy.zone).date()


def lacking(
    reason: Reason, comment: str | None, wake_on: date | None, *, today: date
) -> Incomplete | None:
    """What a reason demands and was not given, None where all is there."""
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
    moved, entry = step(
        case.lead,
        verb,
        handoff=handoff,
        by=decision.by,
        at=decision.at,
        door=decision.door,
        reason=decision.reason,
        comment=decision.comment,
    )
    wakes = wake_at(decision.wake_on, policy)
    return Change(
        replace(moved, owner=owner, wake_on=decision.wake_on),
        replace(handoff, decision=decision, returned_at=returned_at(moved, decision.at)),
        entries=(entry,),
        timers=(
            Timer(TimerKind.WARN, handoff.id, None),
            Timer(TimerKind.DUE, handoff.id, None),
            undo_timer(handoff, policy, decision.at),
            *((Timer(TimerKind.WAKE, case.lead.id, wakes),) if wakes else ()),
        ),
        intents=about(handoff.id, IntentKind.CARD, *tells),
    )


def returned_at(moved: Lead, at: datetime) -> datetime | None:
    """`at`, where this step led the lead back to nurturing."""
    return at if moved.stage is Stage.NURTURING else None


def undo_timer(handoff: Handoff, policy: Policy, at: datetime) -> Timer:
    """The card stops to offer undoing when its time is over."""
    return Timer(TimerKind.UNDO_ENDS, handoff.id, at + policy.undo_within)


def step(
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
    """The lead after one step along the table, and the entry that tells of it."""
    to_stage = after(lead.stage, verb)
    if to_stage is None:
        raise AssertionError(f"{verb} was decided on a lead in {lead.stage}")
    entry = entry_of(
        lead,
        verb,
        to_stage,
        handoff=handoff,
        by=by,
        at=at,
        door=door,
        reason=reason,
        comment=comment,
    )
    since = lead.entered_stage_at if to_stage is lead.stage else at
    return replace(lead, stage=to_stage, entered_stage_at=since), entry


def entry_of(
    lead: Lead,
    verb: Verb,
    to_stage: Stage,
    *,
    handoff: Handoff,
    by: str,
    at: datetime,
    door: Door,
    reason: str | None = None,
    comment: str | None = None,
) -> Entry:
    """The entry of a step that leads to `to_stage`."""
    return Entry(
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


def merged_into(other: Lead, lead: Lead, *, actor: str, door: Door, at: datetime) -> Change:
    """A new lead that turned out to be the `other` one: nothing of it is left but its log."""
    entry = Entry(lead.id, None, lead.stage, Stage.MERGED, Verb.MERGE, actor, door, occurred_at=at)
    left = replace(
        lead,
        stage=Stage.MERGED,
        identity=Identity(external_id=lead.id),
        profile=Profile(attributes={"merged_into": other.id}),
        temperature=None,
        score=None,
        entered_stage_at=at,
    )
    return Change(left, entries=(entry,))


def captured(lead: Lead, *, actor: str, door: Door) -> Entry:
    """The first entry of every lead's log."""
    return Entry(
        lead.id, None, None, Stage.NEW, Verb.CAPTURE, actor, door, occurred_at=lead.created_at
    )
