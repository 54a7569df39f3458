"""The past: handoffs from before Baton kept the record, brought in as they are remembered.

What happened then goes through the same table of stages and the same decisions as what happens
today. It only asks nobody for an answer any more: no card, no reminder for what is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.draft import clean_moment
from core.domain.handoff import (
    Case,
    Change,
    Decision,
    Handoff,
    Outcome,
    clean_comment,
    offer,
    remembered,
)
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.pursuit import Because, pursue
from core.domain.scoring import Explanation
from core.domain.stages import Verb, after
from core.domain.timers import TimerKind
from core.errors import Invalid

IMPORTED = "imported"  # stands where the version of the definition would: none of ours qualified it
ACTOR = "import"


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards the deal: to advance, to win or to lose; `field` is its column's."""

    verb: Verb
    at: datetime
    field: str
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One handoff as a team remembers it, open where nobody decided. Times are aware UTC.

    `owner` is the Slack user id of who took the lead, where that is known. `steps` are what sales
    did with it after accepting it, in order.
    """

    offered_at: datetime
    decision: Decision | None = None
    owner: str | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """It cannot have been like that, or not as the record stands; `field` says which part."""

    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class Told:
    """The record has it already."""


def relive(
    lead: Lead,
    past: Past,
    *,
    known: Sequence[Handoff],
    explain: Callable[[datetime], Explanation],
    handoff_id: Callable[[], str],
    policy: Policy,
    at: datetime,
    shown: bool,
) -> Change | Told | Impossible:
    """What a remembered handoff changes. `known` are all handoffs of the lead, oldest first.

    `explain` says what can be said today of why the lead was offered at a moment. One that is
    open still gets a card and a due time only where it is to be `shown`.
    """
    same = next((each for each in known if each.opened_at == past.offered_at), None)
    if same is not None:
        return _decided_since(lead, same, past, policy, at)
    if problem := _out_of_place(lead, past, known):
        return Impossible("mql_at", problem)
    last = known[-1] if known else None
    opened = offer(
        lead,
        explain(past.offered_at),
        handoff_id=handoff_id(),
        definition=IMPORTED,
        policy=policy,
        last=last,
        actor=ACTOR,
        at=past.offered_at,
        door=Door.IMPORT,
    )
    if past.decision is None or opened.handoff is None:
        return _without_what_is_over(opened, at, shown=shown)
    decided = remembered(opened.lead, opened.handoff, past.decision, policy, owner=past.owner)
    whole = _pursued(_then(opened, decided), past, policy)
    return _without_what_is_over(whole, at, shown=shown)


def _decided_since(
    lead: Lead, same: Handoff, past: Past, policy: Policy, at: datetime
) -> Change | Told | Impossible:
    """The handoff is known; perhaps it was open when it was brought in, and no longer is."""
    if past.decision is None:
        return Told()
    decision = same.decision
    if decision is None:
        decided = remembered(lead, same, past.decision, policy, owner=past.owner)
        return _without_what_is_over(_pursued(decided, past, policy), at, shown=False)
    if (decision.outcome, decision.at) != (past.decision.outcome, past.decision.at):
        return Impossible(_field(past), "was decided otherwise in the record")
    change = _pursued(Change(lead, same), past, policy) if lead.handoff_id == same.id else None
    if change is None or not change.entries:
        return Told()
    return _without_what_is_over(change, at, shown=False)


def _pursued(change: Change, past: Past, policy: Policy) -> Change:
    """With the steps that lead on from where the lead stands."""
    for step in past.steps:
        handoff, decision = change.handoff, past.decision
        if handoff is None or decision is None or after(change.lead.stage, step.verb) is None:
            continue
        case = Case(change.lead, handoff, policy)
        by = decision.by
        taken = pursue(case, step.verb, by=by, at=step.at, door=Door.IMPORT, because=step.because)
        if isinstance(taken, Change):
            change = _then(change, taken)
    return change


def _then(first: Change, second: Change) -> Change:
    return replace(
        second,
        entries=(*first.entries, *second.entries),
        timers=(*first.timers, *second.timers),
        intents=(*first.intents, *second.intents),
    )


def _out_of_place(lead: Lead, past: Past, known: Sequence[Handoff]) -> str | None:
    last = known[-1] if known else None
    if last is not None and last.opened_at > past.offered_at:
        return "lies before a handoff that is in the record already: bring in the oldest first"
    if last is not None and last.decision is None:
        return "the lead waits for an answer of sales already"
    if last is not None and last.decision is not None and last.decision.at > past.offered_at:
        return "lies before the decision on the handoff before it"
    if after(lead.stage, Verb.QUALIFY) is None:
        return f"nothing can be offered after the lead became {lead.stage.upper()}"
    return None


def clean_past(past: Past, *, at: datetime) -> Past:
    """The past in the form that we keep. Raises Invalid where it cannot have been like that."""
    offered_at = clean_moment("mql_at", past.offered_at, at)
    decision = past.decision
    if decision is None:
        return replace(past, offered_at=offered_at)
    place = _field(past)
    decided_at = clean_moment(place, decision.at, at)
    if decided_at < offered_at:
        raise Invalid(place, "lies before mql_at")
    kept = replace(decision, at=decided_at, comment=clean_comment(decision.comment))
    return replace(
        past,
        offered_at=offered_at,
        decision=kept,
        steps=tuple(_clean_steps(past.steps, place, decided_at, at)),
    )


def _clean_steps(
    steps: Sequence[Step], before: str, since: datetime, at: datetime
) -> Iterator[Step]:
    for step in steps:
        moment = clean_moment(step.field, step.at, at)
        if moment < since:
            raise Invalid(step.field, f"lies before {before}")
        before, since = step.field, moment
        yield replace(step, at=moment)


def _field(past: Past) -> str:
    accepted = past.decision and past.decision.outcome is Outcome.ACCEPTED
    return "accepted_at" if accepted else "rejected_at"


def _without_what_is_over(change: Change, at: datetime, *, shown: bool) -> Change:
    """A timer that would have fired by now stays unset, and of what is over nobody is told.

    What was in the record before may have timers that run and a card that hangs.
    """
    handoff = change.handoff
    was_known = handoff is not None and handoff.version > 0
    waits = handoff is not None and handoff.decision is None and shown
    timers = tuple(
        timer
        for timer in change.timers
        if (was_known or change.lead.version > 0 if timer.due_at is None else timer.due_at > at)
        and (timer.kind is not TimerKind.DUE or timer.due_at is None or waits)
    )
    return replace(change, timers=timers, intents=change.intents if was_known or waits else ())
