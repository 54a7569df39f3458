"""Hindsight: what was known of every handoff at a moment of the past, told by the log alone.

What was undone since stands in no row any more, but the log has both. Of a handoff's row only that
is taken which never changes after the offer: when it was due, whence the lead came, what it did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.handoff import Outcome
from core.domain.log import Entry, standing_moves
from core.domain.measures import Fact
from core.domain.stages import Stage, Verb

_AGED = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)


@dataclass(frozen=True, slots=True)
class Hindsight:
    """The facts as they were known, and since when leads stood in their stage.

    `lost` are handoffs that the log knows of and that are not kept any more.
    """

    facts: tuple[Fact, ...]
    standing: Mapping[Stage, tuple[datetime, ...]]
    lost: tuple[str, ...]


def hindsight(entries: Iterable[Entry], facts: Iterable[Fact]) -> Hindsight:
    """What these entries tell, the log up to some record in its order.

    `facts` are all handoffs as they are kept today; those that the entries do not know of were not
    there yet.
    """
    moves, mentioned, standing = _folded(entries)
    known: list[Fact] = []
    for fact in facts:
        if fact.id in mentioned:
            mentioned.discard(fact.id)
            known.append(_then(fact, moves.get(fact.id, ())))
    known.sort(key=lambda fact: (fact.opened_at, fact.id))
    return Hindsight(tuple(known), standing, tuple(sorted(mentioned)))


def _folded(
    entries: Iterable[Entry],
) -> tuple[Mapping[str, list[Entry]], set[str], Mapping[Stage, tuple[datetime, ...]]]:
    """Of each handoff what was done with it and stands, of each stage who came to it when."""
    by_lead: defaultdict[str, list[Entry]] = defaultdict(list)
    mentioned: set[str] = set()
    for entry in entries:
        by_lead[entry.lead_id].append(entry)
        if entry.handoff_id is not None:
            mentioned.add(entry.handoff_id)
    moves: defaultdict[str, list[Entry]] = defaultdict(list)
    standing: defaultdict[Stage, list[datetime]] = defaultdict(list)
    for story in by_lead.values():
        stood = standing_moves(story)
        for move in stood:
            if move.handoff_id is not None:
                moves[move.handoff_id].append(move)
        stage = story[-1].to_stage
        if stage in _AGED:
            standing[stage].append(_arrived(stage, stood))
    return moves, mentioned, {stage: tuple(standing[stage]) for stage in _AGED}


def _arrived(stage: Stage, moves: Iterable[Entry]) -> datetime:
    arrivals = (
        move.occurred_at
        for move in moves
        if move.to_stage is stage and move.from_stage is not stage
    )
    *_, last = arrivals
    return last


def _then(fact: Fact, moves: Iterable[Entry]) -> Fact:
    """The fact as these moves leave it."""
    then = fact._replace(
        outcome=None,
        by=None,
        decided_at=None,
        reason=None,
        touch_due_at=None,
        touched_at=None,
        returned_at=None,
        sql_at=None,
        won_at=None,
    )
    for move in moves:
        then = _moved(then, move, fact)
    return then


def _moved(then: Fact, move: Entry, now: Fact) -> Fact:
    at = move.occurred_at
    match move.verb:
        case Verb.ACCEPT:
            decided = then._replace(outcome=Outcome.ACCEPTED, by=move.actor, decided_at=at)
            return decided._replace(touch_due_at=move.due_at or _promised(move, now))
        case Verb.REJECT | Verb.RULE_OUT | Verb.REROUTE:
            return _ended(then, move, Outcome.REJECTED)
        case Verb.WITHDRAW:
            return _ended(then, move, Outcome.WITHDRAWN)
        case Verb.EXPIRE:
            return _ended(then, move, Outcome.EXPIRED)
        case Verb.ASSIGN if then.outcome is None:
            return then._replace(asked=move.reason)
        case Verb.TOUCH | Verb.LOSE | Verb.DISQUALIFY:
            return then._replace(touched_at=then.touched_at or at)
        case Verb.ADVANCE:
            return then._replace(touched_at=then.touched_at or at, sql_at=at)
        case Verb.WIN:
            return then._replace(touched_at=then.touched_at or at, won_at=at)
        case Verb.RECYCLE:
            return then._replace(touched_at=then.touched_at or at, returned_at=at)
        case _:
            return then


def _ended(then: Fact, move: Entry, outcome: Outcome) -> Fact:
    at = move.occurred_at
    ended = then._replace(outcome=outcome, by=move.actor, decided_at=at, reason=move.reason)
    return ended._replace(returned_at=at) if move.to_stage is Stage.NURTURING else ended


def _promised(move: Entry, now: Fact) -> datetime | None:
    """Of an acceptance from before the log said it, as long as it stands."""
    is_same = (now.by, now.decided_at) == (move.actor, move.occurred_at)
    return now.touch_due_at if is_same else None
