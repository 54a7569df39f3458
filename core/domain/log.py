"""The stage log: every change of stage, appended, chained by hashes and never changed.

Each workspace has one chain. A record's digest covers its own content and the digest before it,
so an edited, removed or inserted row breaks every digest that follows. A comment is personal
data: the record holds only its salted digest, so that the text can be forgotten one day while
the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from core.domain.stages import Stage, Verb, after

GENESIS = "0" * 64


class Door(StrEnum):
    """Through which door a change came in."""

    BUTTON = "button"
    MODAL = "modal"
    COMMAND = "command"
    API = "api"
    IMPORT = "import"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of stage; `actor` is a Slack user id, or a machine's name (`api`, `baton`)."""

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


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in its place in the chain; `seq` counts from 1 without gaps in its workspace.

    `remark` is the salted digest of the comment, None where there was none; `entry.comment` and
    its `salt` are None where there was none or where it has been forgotten.
    """

    seq: int
    entry: Entry
    recorded_at: datetime
    remark: str | None
    previous: str
    digest: str
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ends: the number and digest of its last record, kept apart from the log."""

    seq: int = 0
    digest: str = GENESIS


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the log does not hold: what is wrong at which `seq`."""

    seq: int
    problem: str


def remark_of(comment: str, salt: str) -> str:
    """The hex SHA-256 that stands in the chain for a comment."""
    return hashlib.sha256(f"{salt}\n{comment}".encode()).hexdigest()


def seal(
    entry: Entry,
    *,
    seq: int,
    recorded_at: datetime,
    remark: str | None,
    previous: str,
    salt: str | None = None,
) -> Record:
    """Put an entry behind the record whose digest is `previous`."""
    digest = _digest(entry, seq, recorded_at, remark, previous)
    return Record(seq, entry, recorded_at, remark, previous, digest, salt)


def _digest(
    entry: Entry, seq: int, recorded_at: datetime, remark: str | None, previous: str
) -> str:
    content = (
        previous,
        seq,
        entry.lead_id,
        entry.handoff_id,
        entry.from_stage,
        entry.to_stage,
        entry.verb,
        entry.actor,
        entry.door,
        _instant(entry.occurred_at),
        entry.reason,
        remark,
        entry.definition,
        _instant(recorded_at),
    )
    canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def faults(
    records: Iterable[Record], stages: Mapping[str, Stage], *, end: End | None = None
) -> Iterator[Fault]:
    """Check a whole chain, oldest first, against `stages`, each lead's present stage by id.

    Yields what does not hold: a gap, a broken link, changed content, a move that the table of
    stages does not have, a lead whose log leads somewhere else than where it stands, or a chain
    that does not reach its `end`, where one is given.
    """
    previous, expected = GENESIS, 1
    folded: dict[str, Stage] = {}
    for record in records:
        yield from _chain_faults(record, expected, previous)
        yield from _move_faults(record, folded.get(record.entry.lead_id))
        folded[record.entry.lead_id] = record.entry.to_stage
        previous, expected = record.digest, record.seq + 1
    if end is not None and end != End(expected - 1, previous):
        yield Fault(expected - 1, f"the log should end at {end.seq}: its last rows are missing")
    for lead_id in sorted(folded.keys() | stages.keys()):
        ends, stands = folded.get(lead_id), stages.get(lead_id)
        if ends is not stands:
            yield Fault(expected - 1, f"lead {lead_id}: the log ends in {ends}, it is in {stands}")


def _chain_faults(record: Record, expected: int, previous: str) -> Iterator[Fault]:
    if record.seq != expected:
        yield Fault(record.seq, f"expected number {expected}: rows are missing or doubled")
    if record.previous != previous:
        yield Fault(record.seq, "does not follow the row before it")
    if record.entry.comment is not None and not _is_remarked(record):
        yield Fault(record.seq, "its comment was changed")
    if record.digest != _digest(
        record.entry, record.seq, record.recorded_at, record.remark, record.previous
    ):
        yield Fault(record.seq, "its content was changed")


def _is_remarked(record: Record) -> bool:
    comment, salt = record.entry.comment, record.salt
    return comment is not None and salt is not None and remark_of(comment, salt) == record.remark


def _move_faults(record: Record, stands: Stage | None) -> Iterator[Fault]:
    entry = record.entry
    if entry.from_stage is not stands:
        yield Fault(record.seq, f"says it comes from {entry.from_stage}, the lead was in {stands}")
    if after(entry.from_stage, entry.verb) is not entry.to_stage:
        yield Fault(record.seq, f"{entry.verb} does not lead to {entry.to_stage}")
