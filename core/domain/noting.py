"""Notes: what a person wants to be remembered of a lead, wherever it stands."""

from __future__ import annotations

from datetime import datetime

from core.domain.handoff import COMMENT_LIMIT, Change, Incomplete, words
from core.domain.intents import IntentKind, about
from core.domain.lead import Lead
from core.domain.log import Door, Entry
from core.domain.stages import Verb


def note(lead: Lead, text: str, *, by: str, at: datetime, door: Door) -> Change | Incomplete:
    """Keep a note in the lead's log: nothing else changes. The thread of its card tells it too."""
    kept = words(text)
    if kept is None:
        return Incomplete("comment", "required")
    if len(kept) > COMMENT_LIMIT:
        return Incomplete("comment", "too_long")
    entry = Entry(
        lead.id, lead.handoff_id, lead.stage, lead.stage, Verb.NOTE, by, door, at, comment=kept
    )
    told = about(lead.handoff_id, IntentKind.BRIEFING) if lead.handoff_id else ()
    return Change(lead, entries=(entry,), intents=told)
