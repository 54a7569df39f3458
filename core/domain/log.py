"""The stage log: every change of stage, appended, chained by hashes and never changed.

Each workspace has one chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.domain.chain import (
    GENESIS,
    Content,
    End,
    Fault,
    Link,
    end_faults,
    instant,
    link_faults,
    remark_of,
    seal,
)
from core.domain.stages import LEADS_NOWHERE, UNDOABLE, Stage, Verb, is_move

__all__ = [
    "GENESIS",
    "Door",
    "End",
    "Entry",
    "Fault",
    "Record",
    "faults",
    "remark_of",
    "seal",
    "standing_moves",
]


class Door(StrEnum):
    """Through which door a change came in."""

    BUTTON = "button"
    MODAL = "modal"
    COMMAND = "command"
    API = "api"
    IMPORT = "import"
    TIMER = "timer"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of stage; `actor` is a Slack user id, or a machine's name (`api`, `baton`).

    `due_at` is by when what it promises has to be done: of an acceptance, the first contact.
    """

    lead_id: str
    handoff_id: str | None
    from_stage: Stage | None
    to_stage: Stage
    verb: Verb
    actor: str
    door: Door
    occurred_at: datetime
    reason: str | None = None
    comment: str | None = None
    definition: str | None = None
    due_at: datetime | None = None

    def content(self, remark: str | None) -> Content:
        """Everything that is sealed, the comment by its salted digest.

        A promise is sealed where there is one: entries from before promises were kept still hold.
        """
        promised = () if self.due_at is None else (instant(self.due_at),)
        return (
            self.lead_id,
            self.handoff_id,
            self.from_stage,
            self.to_stage,
            self.verb,
            self.actor,
            self.door,
            instant(self.occurred_at),
            self.reason,
            remark,
            self.definition,
            *promised,
        )


Record: TypeAlias = Link[Entry]
"""A change of stage in its place in the chain."""


def standing_moves(entries: Iterable[Entry]) -> list[Entry]:
    """What was done with a lead, oldest first, without what was undone since.

    What leads nowhere, notes, offers sent and dates set, is not among them.
    """
    moves: list[Entry] = []
    for entry in entries:
        if entry.verb in LEADS_NOWHERE:
            continue
        if entry.verb is not Verb.UNDO:
            moves.append(entry)
        elif undone := [n for n, move in enumerate(moves) if move.verb in UNDOABLE]:
            del moves[undone[-1]]
    return moves


def faults(
    records: Iterable[Record], stages: Mapping[str, Stage], *, end: End | None = None
) -> Iterator[Fault]:
    """Check a whole chain, oldest first, against `stages`, each lead's present stage by id.

    Yields what does not hold: a gap, a broken link, changed content, a move that the table of
    stages does not have, a lead whose log leads somewhere else than where it stands, or a chain
    that does not reach its `end`, where one is given.
    """
    reached = End()
    folded: dict[str, Stage] = {}
    for record in records:
        yield from link_faults(record, follows=reached)
        yield from _move_faults(record, folded.get(record.entry.lead_id))
        folded[record.entry.lead_id] = record.entry.to_stage
        reached = End(record.seq, record.digest)
    yield from end_faults(reached, end)
    for lead_id in sorted(folded.keys() | stages.keys()):
        ends, stands = folded.get(lead_id), stages.get(lead_id)
        if ends is not stands:
            yield Fault(reached.seq, f"lead {lead_id}: the log ends in {ends}, it is in {stands}")


def _move_faults(record: Record, stands: Stage | None) -> Iterator[Fault]:
    entry = record.entry
    if entry.from_stage is not stands:
        yield Fault(record.seq, f"says it comes from {entry.from_stage}, the lead was in {stands}")
    if not is_move(entry.from_stage, entry.verb, entry.to_stage):
        yield Fault(record.seq, f"{entry.verb} does not lead to {entry.to_stage}")
