"""What must hold after every fault, in the database and on the fake Slack's message list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bot.wiring import now
from core.domain.handoff import Handoff, Outcome
from core.domain.intents import IntentKind
from core.domain.lead import Identity
from core.domain.log import faults
from core.domain.stages import Verb
from core.ports import Clock
from storage import tables
from tests.builders import TEAM
from tests.faults.fault import Tally
from tests.faults.stage import Stage

JSON = dict[str, Any]

_DECIDING = (Verb.ACCEPT, Verb.REJECT, Verb.RULE_OUT)
_OVERDUE = timedelta(seconds=30)  # two rounds of a worker and a slow machine


@dataclass
class Findings:
    """What is wrong, in words; each counts as one lost or one doubled."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def check(stage: Stage, *, clock: Clock = now) -> Tally:
    """How much was lost and doubled, of all handoffs; to be asked once all has calmed down."""
    found = Findings()
    handoffs = _handoffs(stage)
    _leads_are_kept(stage, found)
    _messages_hang_once(stage, handoffs, found)
    _decisions_stand(stage, handoffs, found)
    _nothing_is_stuck(stage, clock, found)
    return Tally(
        len(handoffs),
        len(found.lost),
        len(found.doubled),
        note="; ".join((found.lost + found.doubled)[:3]),
    )


def cards(stage: Stage, kind: IntentKind = IntentKind.CARD) -> dict[str, list[JSON]]:
    """The messages of one kind on the fake Slack, in any channel, by what they are about."""
    hanging: dict[str, list[JSON]] = {}
    for message in _said(stage):
        mark = message.get("metadata") or {}
        if mark.get("event_type") == f"baton_{kind.value}":
            hanging.setdefault(mark["event_payload"]["id"], []).append(message)
    return hanging


def buttons(message: JSON) -> set[str]:
    """The actions that a message offers."""
    return {
        str(element.get("action_id", "")).partition(":")[0]
        for block in message.get("blocks") or ()
        for element in block.get("elements") or ()
        if isinstance(element, dict) and element.get("action_id")
    }


def _said(stage: Stage) -> Iterator[JSON]:
    for channel in list(stage.slack.team.rooms):
        yield from stage.slack.messages(channel)


def _handoffs(stage: Stage) -> list[Handoff]:
    with stage.engine.connect() as connection:
        ids = list(connection.execute(select(tables.handoff.c.id)).scalars())
    with stage.store.read(TEAM) as view:
        return [handoff for id in ids if (handoff := view.handoff(id))]


def _leads_are_kept(stage: Stage, found: Findings) -> None:
    with stage.store.read(TEAM) as view:
        for email in stage.acknowledged:
            lead = view.lead_known_by(Identity(email=email))
            if lead is None or lead.handoff_id is None:
                found.lost.append("an acknowledged lead is missing")


def _messages_hang_once(stage: Stage, handoffs: list[Handoff], found: Findings) -> None:
    hanging = {kind: cards(stage, kind) for kind in IntentKind}
    for kind, subjects in hanging.items():
        for subject, messages in subjects.items():
            found.doubled += [f"{kind} of {subject} hangs twice"] * (len(messages) - 1)
    for handoff in handoffs:
        for kind in _owed(handoff):
            messages = hanging[kind].get(handoff.id, [])
            if not messages:
                found.lost.append(f"{kind} of {handoff.id} is missing")
            elif kind is IntentKind.CARD and not _shows(messages[-1], handoff):
                found.lost.append(f"card of {handoff.id} is out of date")


def _owed(handoff: Handoff) -> Iterator[IntentKind]:
    yield IntentKind.CARD
    match handoff.decision and handoff.decision.outcome:
        case Outcome.ACCEPTED:
            yield IntentKind.BRIEFING
        case Outcome.REJECTED:
            yield IntentKind.RETURNED


def _shows(card: JSON, handoff: Handoff) -> bool:
    return ("accept" in buttons(card)) is (handoff.decision is None)


def _decisions_stand(stage: Stage, handoffs: list[Handoff], found: Findings) -> None:
    decided = {handoff.id for handoff in handoffs if handoff.decision}
    found.lost += [f"a click on {id} was lost" for id in stage.clicked - decided]
    standing: Counter[str] = Counter()
    with stage.store.read(TEAM) as view:
        for record in view.chain():
            handoff, verb = record.entry.handoff_id or "", record.entry.verb
            standing[handoff] += (verb in _DECIDING) - (verb is Verb.UNDO)
        broken = list(faults(view.chain(), view.stages()))
    found.doubled += [
        f"{id} was decided {count} times" for id, count in standing.items() if count > 1
    ]
    found.lost += [f"log row {fault.seq}: {fault.problem}" for fault in broken]


def _nothing_is_stuck(stage: Stage, clock: Clock, found: Findings) -> None:
    at = clock()
    box, timer = tables.outbox.c, tables.timer.c
    sending = select(func.count()).where(box.state == "sending", box.due_at < at)
    late = select(func.count()).where(timer.due_at < at - _OVERDUE)
    with stage.engine.connect() as connection:
        found.lost += ["a row is stuck in sending"] * connection.execute(sending).scalar_one()
        found.lost += ["a timer has not fired"] * connection.execute(late).scalar_one()
