"""Waking: the date on which a lead in nurturing is looked at again, set or moved by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from core.domain.handoff import Change, Decision, Incomplete, OutOfPlace, wake_at
from core.domain.lead import Lead
from core.domain.log import Door, Entry
from core.domain.permission import Right, holds
from core.domain.policy import Policy
from core.domain.stages import Stage, Verb
from core.domain.timers import Timer, TimerKind

FARTHEST = timedelta(days=3 * 366)


def may_wake(person: str, lead: Lead, last: Decision | None, policy: Policy) -> bool:
    """Whether somebody may say when to look again.

    Marketing nurtures the lead; besides, whoever follows it or sent it back knows best, and so do
    managers.
    """
    if person in (lead.owner, last.by if last else None):
        return True
    return any(holds(person, right, policy) for right in (Right.FOR_MARKETERS, Right.FOR_MANAGERS))


def wake(
    lead: Lead, on: date | None, *, by: str, at: datetime, door: Door, policy: Policy
) -> Change | OutOfPlace | Incomplete:
    """Look at the lead again on this local date, and let it rest before: its stage stays.

    The log keeps the date as the entry's comment.
    """
    if lead.stage is not Stage.NURTURING:
        return OutOfPlace(lead.stage)
    today = at.astimezone(policy.zone).date()
    if on is None:
        return Incomplete("wake_on", "required")
    if on <= today:
        return Incomplete("wake_on", "past")
    if on > today + FARTHEST:
        return Incomplete("wake_on", "far")
    entry = Entry(
        lead.id,
        lead.handoff_id,
        lead.stage,
        lead.stage,
        Verb.WAKE,
        by,
        door,
        at,
        comment=on.isoformat(),
    )
    return Change(
        replace(lead, wake_on=on),
        entries=(entry,),
        timers=(Timer(TimerKind.WAKE, lead.id, wake_at(on, policy)),),
    )


def date_of(entry: Entry) -> date | None:
    """The date that an entry of waking keeps; None in any other, and where it was forgotten."""
    if entry.verb is not Verb.WAKE or entry.comment is None:
        return None
    return date.fromisoformat(entry.comment)
