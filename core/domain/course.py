"""The course of a lead in nurturing: on which track it is, and what it is to be sent next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from core.domain.definition import Definition
from core.domain.handoff import Change, OutOfPlace
from core.domain.intents import IntentKind, about
from core.domain.lead import Lead, Signal
from core.domain.log import Door, Entry, standing_moves
from core.domain.matching import Facts, Matcher, Matchers
from core.domain.nurturing import Offer, Track
from core.domain.reasons import REASONS, Reason
from core.domain.scoring import believed, score
from core.domain.stages import Stage, Verb
from core.domain.trail import Trail


@dataclass(frozen=True, slots=True)
class Course:
    """Where a lead in nurturing stands: `reason` is why it came back, `phase` how far it is.

    `next` is what it is to be sent, None where it has all that its track sends.
    """

    track: Track
    reason: str | None
    phase: str | None
    next: Offer | None


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """Somebody sent this offer before, or it is none of the definition in force any more."""


def course(
    lead: Lead,
    entries: Iterable[Entry],
    signals: Sequence[Signal],
    definition: Definition,
    *,
    at: datetime,
    reasons: Sequence[Reason] = REASONS,
) -> Course | None:
    """The course of a lead as it stood at `at`; `entries` is its log up to then, oldest first,
    and `reasons` are those of the workspace.

    None where it never came back, where no track is written for it, or where the definition
    leaves it out: who does not want to be contacted is not sent anything.
    """
    log = list(entries)
    returns = [move for move in standing_moves(log) if _is_return(move)]
    reckoned = score(definition, lead.facts(), signals, as_of=at)
    if not returns or reckoned.excluded is not None:
        return None
    reason = returns[-1].reason
    track = definition.nurturing.track(reason, phase=reckoned.phase, reasons=reasons)
    if track is None:
        return None
    facts = Facts(lead.facts(), Trail(believed(signals, definition.mail, at), at))
    had = {entry.reason for entry in log if entry.verb is Verb.SEND}
    to_come = (
        offer
        for offer in definition.nurturing.offers_of(track)
        if offer.id not in had and not _is_taken(offer, definition, facts)
    )
    return Course(track, reason, reckoned.phase, next(to_come, None))


def _is_return(move: Entry) -> bool:
    return move.to_stage is Stage.NURTURING and move.from_stage is not Stage.NURTURING


def _is_taken(offer: Offer, definition: Definition, facts: Facts) -> bool:
    takes = _matchers(definition).get(offer.id)
    return takes is not None and takes(facts) is not None


@lru_cache(maxsize=64)
def _matchers(definition: Definition) -> dict[str, Matcher]:
    """Says of each offer, by its id, whether a lead has it."""
    ready = Matchers().of
    return {offer.id: ready(offer.taken) for offer in definition.nurturing.offers if offer.taken}


def send(
    lead: Lead, offer: Offer, *, called: str, by: str, at: datetime, door: Door
) -> Change | OutOfPlace:
    """Marketing sent an offer: the log keeps which, `called` so, and the next one follows.

    The lead stays where it is; only one in nurturing is sent anything.
    """
    if lead.stage is not Stage.NURTURING:
        return OutOfPlace(lead.stage)
    entry = Entry(
        lead.id,
        lead.handoff_id,
        lead.stage,
        lead.stage,
        Verb.SEND,
        by,
        door,
        at,
        reason=offer.id,
        comment=called,
    )
    told = about(lead.handoff_id, IntentKind.BRIEFING) if lead.handoff_id else ()
    return Change(lead, entries=(entry,), intents=told)
