"""Take in what the outside says of a lead, and open a handoff once the definition is met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial

from core.desk import Desk
from core.domain.definition import Definition, load
from core.domain.draft import Draft, clean_identity, clean_signal, cleaned, merged
from core.domain.handoff import Change, Handoff, captured, may_be_offered, offer, rests_until
from core.domain.intents import Intent, IntentKind, about
from core.domain.lead import Identity, Lead, Profile, Signal
from core.domain.log import Door
from core.domain.scoring import Explanation, score
from core.domain.stages import Stage
from core.domain.timers import Timer, TimerKind
from core.errors import NotFound
from core.ports import Unit
from core.services.asking import addressee
from core.services.reminding import announce

parsed: Callable[[str], Definition] = lru_cache(maxsize=64)(load)


@dataclass(frozen=True, slots=True)
class Captured:
    """A lead after its intake: what it scored and why, and its latest handoff, if any.

    `signals` counts those that were new.
    """

    lead: Lead
    explanation: Explanation
    handoff: Handoff | None
    created: bool
    signals: int


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings news of a lead, and through which door."""

    actor: str
    door: Door


def capture(
    desk: Desk,
    workspace: str,
    draft: Draft,
    *,
    sender: Sender,
    keep: Callable[[Unit, Captured, datetime], None] | None = None,
) -> Captured:
    """Find or make the lead of a draft and add its signals, each once. Raises Invalid, Busy.

    `keep` may keep more in the same transaction, such as the answer for an idempotency key.
    """
    draft = cleaned(draft, at=desk.now())

    def work(unit: Unit, at: datetime) -> Captured:
        known = unit.lead_known_by(draft.identity)
        since = min(draft.occurred_at or at, at)
        lead = merged(known or new_lead(desk, workspace, draft.identity, since=since), draft)
        taken = take_in(desk, unit, lead, known, draft.signals, sender=sender, at=at)
        if keep is not None and not unit.lost:
            keep(unit, taken, at)
        return taken

    return desk.change(workspace, work)


def add_signals(
    desk: Desk,
    workspace: str,
    identity: Identity,
    signals: Sequence[Signal],
    *,
    sender: Sender,
) -> Captured:
    """Add behaviour of a known lead. Raises NotFound, Invalid, Busy."""
    now = desk.now()
    wanted = clean_identity(identity)
    clean = [clean_signal(f"signals.{n}", signal, at=now) for n, signal in enumerate(signals)]

    def work(unit: Unit, at: datetime) -> Captured:
        known = unit.lead_known_by(wanted)
        if known is None:
            raise NotFound("no such lead; capture it first")
        return take_in(desk, unit, known, known, clean, sender=sender, at=at)

    return desk.change(workspace, work)


def look_again(desk: Desk, unit: Unit, lead: Lead, *, at: datetime) -> Captured:
    """Score a lead anew because a date has come; it may open a handoff."""
    return take_in(desk, unit, lead, lead, (), sender=Sender("baton", Door.TIMER), at=at)


def new_lead(desk: Desk, workspace: str, identity: Identity, *, since: datetime) -> Lead:
    """A lead of whom nothing is kept yet."""
    return Lead(
        id=desk.new_id("ld"),
        workspace=workspace,
        version=0,
        stage=Stage.NEW,
        identity=identity,
        profile=Profile(),
        owner=None,
        handoff_id=None,
        temperature=None,
        score=None,
        created_at=since,
        entered_stage_at=since,
    )


def take_in(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    known: Lead | None,
    signals: Sequence[Signal],
    *,
    sender: Sender,
    at: datetime,
) -> Captured:
    """Keep a lead with what it did, scored anew; it may open a handoff.

    `known` is the lead as it was read in this unit, None where it is new.
    """
    news = tuple(unit.unknown_signals(signals)) if signals else ()
    seen = (*(unit.signals(lead.id) if known else ()), *news)
    kept = unit.definition()
    definition = parsed(kept.text)
    explanation = score(definition, lead.facts(), seen, as_of=at, previous=lead.temperature)
    lead = replace(lead, temperature=explanation.temperature, score=explanation.total)
    last = unit.handoff(lead.handoff_id) if lead.handoff_id else None
    policy = unit.workspace().policy
    until = rests_until(lead, policy, definition.requalify_after)
    may_be_offered_at = partial(
        may_be_offered,
        lead,
        explanation,
        rests_until=until,
        newest_signal_at=max((signal.occurred_at for signal in seen), default=None),
    )
    if may_be_offered_at(at=at):
        change = offer(
            lead,
            explanation,
            handoff_id=desk.new_id("ho"),
            definition=kept.label,
            policy=policy,
            last=last,
            actor=sender.actor,
            at=at,
            door=sender.door,
            to=addressee(unit, lead, explanation, last=last, policy=policy, at=at),
        )
    else:
        rests = until is not None and may_be_offered_at(at=until)
        change = Change(
            lead,
            timers=(Timer(TimerKind.WAKE, lead.id, until),) if rests else (),
            intents=_repaint(lead, known, last, news),
        )
    first = () if known else (captured(lead, actor=sender.actor, door=sender.door),)
    change = replace(change, signals=news, entries=(*first, *change.entries))
    unit.record(change, at=at)
    announce(unit, change, at=at)
    return Captured(change.lead, explanation, change.handoff or last, known is None, len(news))


def _repaint(
    lead: Lead, known: Lead | None, last: Handoff | None, news: Sequence[Signal]
) -> tuple[Intent, ...]:
    """The card of an open handoff shows who the lead is and what it did last: tell it of news."""
    if known is None or last is None or last.decision:
        return ()
    same = (lead.identity, lead.profile) == (known.identity, known.profile) and not news
    return () if same else about(last.id, IntentKind.CARD)
