"""The chain: what makes a log that is only ever appended to show that nobody changed it.

A link's digest covers its own content and the digest before it, so an edited, removed or inserted
row breaks every digest that follows. A comment is personal data: the link holds only its salted
digest, so that the text can be forgotten one day while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

GENESIS = "0" * 64
Content = tuple[str | int | None, ...]


class Sealable(Protocol):
    """What a log holds one of in each row."""

    @property
    def comment(self) -> str | None:
        """The words that somebody added, or None."""
        ...

    def content(self, remark: str | None) -> Content:
        """Everything that is sealed, the comment by its salted digest, always in this order."""
        ...


Entry = TypeVar("Entry", bound=Sealable)


@dataclass(frozen=True, slots=True)
class Link(Generic[Entry]):
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
    """Where a chain ends: the number and digest of its last link, kept apart from the log."""

    seq: int = 0
    digest: str = GENESIS


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a log does not hold: what is wrong at which `seq`."""

    seq: int
    problem: str


def seal(
    entry: Entry,
    *,
    seq: int,
    recorded_at: datetime,
    remark: str | None,
    previous: str,
    salt: str | None = None,
) -> Link[Entry]:
    """Put an entry behind the link whose digest is `previous`."""
    digest = digest_of(entry, seq=seq, recorded_at=recorded_at, remark=remark, previous=previous)
    return Link(seq, entry, recorded_at, remark, previous, digest, salt)


def remark_of(comment: str, salt: str) -> str:
    """The hex SHA-256 that stands in the chain for a comment."""
    return hashlib.sha256(f"{salt}\n{comment}".encode()).hexdigest()


def digest_of(
    entry: Sealable, *, seq: int, recorded_at: datetime, remark: str | None, previous: str
) -> str:
    """The hex SHA-256 that seals an entry in its place."""
    content = (previous, seq, *entry.content(remark), instant(recorded_at))
    canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def instant(moment: datetime) -> str:
    """A moment as it is sealed."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def link_faults(link: Link[Entry], *, follows: End) -> Iterator[Fault]:
    """What does not hold about a link behind that end: a gap, a broken link, changed content."""
    if link.seq != follows.seq + 1:
        yield Fault(link.seq, f"expected number {follows.seq + 1}: rows are missing or doubled")
    if link.previous != follows.digest:
        yield Fault(link.seq, "does not follow the row before it")
    if link.entry.comment is not None and not _is_remarked(link):
        yield Fault(link.seq, "its comment was changed")
    if link.digest != digest_of(
        link.entry,
        seq=link.seq,
        recorded_at=link.recorded_at,
        remark=link.remark,
        previous=link.previous,
    ):
        yield Fault(link.seq, "its content was changed")


def end_faults(reached: End, end: End | None) -> Iterator[Fault]:
    """The fault of a chain that ends somewhere else than at its `end`, where one is given."""
    if end is not None and end != reached:
        yield Fault(reached.seq, f"the log should end at {end.seq}: its last rows are missing")


def _is_remarked(link: Link[Entry]) -> bool:
    comment, salt = link.entry.comment, link.salt
    return comment is not None and salt is not None and remark_of(comment, salt) == link.remark
