"""Attaching: a lead turns out to be another one, or to belong to a record that sales follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from core.domain.handoff import Change, Handoff, Incomplete
from core.domain.intents import IntentKind, about
from core.domain.lead import Lead
from core.domain.log import Door, Entry
from core.domain.stages import Verb
from core.domain.text import printable

NAME_LIMIT = 200  # characters of the name of a record
_LEAD = re.compile(r"ld_\w+")
_PRECISE = re.compile(r"ld_\w+|\S+@\S+")


def is_lead(belongs_to: str) -> bool:
    """Whether it is the id of a lead, rather than the name of a record elsewhere."""
    return _LEAD.fullmatch(belongs_to) is not None


def named(said: str | None) -> str | Incomplete | None:
    """What somebody said a lead belongs to, as we look for it; None where they said nothing."""
    name = printable(said or "")
    return Incomplete("belongs_to", "too_long") if len(name) > NAME_LIMIT else name or None


def meant(lead: Lead, name: str, found: Sequence[Lead]) -> str | Incomplete:
    """What `lead` belongs to, given all whom the name may mean: a lead's id, or that name.

    An address or an id that nobody has is a slip of the keyboard; any other name may be that of
    a record that only sales has.
    """
    others = [other for other in found if other.id != lead.id]
    if len(others) > 1:
        return Incomplete("belongs_to", "ambiguous")
    if others:
        return others[0].id
    if _PRECISE.fullmatch(name):
        return Incomplete("belongs_to", "itself" if found else "unknown")
    return name


def attached(handoff: Handoff, other: Lead, *, by: str, at: datetime, door: Door) -> Change:
    """The other lead's log names the one that was found to belong to it."""
    reason = handoff.decision.reason if handoff.decision else None
    return _written(Verb.ATTACH, handoff, other, by=by, at=at, door=door, reason=reason)


def detached(handoff: Handoff, other: Lead, *, by: str, at: datetime, door: Door) -> Change:
    """It does not belong to it, after all: the log keeps both."""
    return _written(Verb.DETACH, handoff, other, by=by, at=at, door=door)


def _written(
    verb: Verb,
    handoff: Handoff,
    other: Lead,
    *,
    by: str,
    at: datetime,
    door: Door,
    reason: str | None = None,
) -> Change:
    entry = Entry(
        other.id,
        other.handoff_id,
        other.stage,
        other.stage,
        verb,
        by,
        door,
        at,
        reason,
        handoff.lead_id,
    )
    told = about(other.handoff_id, IntentKind.BRIEFING) if other.handoff_id else ()
    return Change(other, entries=(entry,), intents=told)
