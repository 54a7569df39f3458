"""A replay: a request sent again under its idempotency key gets its first answer, nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header

from core.errors import Invalid, KeyReused
from core.ports import KeptAnswer, Unit, View

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotent-Replayed": "true"}
KEY_LIMIT = 255

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description=(
            "A name of your own for this request. Sent again under the same name it does nothing "
            "and gets the first answer; another body under the same name is refused."
        ),
        examples=["form-9-submission-1207"],
    ),
]


class Taken(Exception):
    """Somebody else's request has kept its answer under this key a moment ago."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that carries a key; `fingerprint` tells its body from any other."""

    key: str
    fingerprint: str


def ticket(key: str | None, said: Any) -> Ticket | None:
    """The ticket of a request with this JSON body, None where it has no key. Raises Invalid."""
    if key is None:
        return None
    if not key.strip() or len(key) > KEY_LIMIT or not key.isprintable():
        raise Invalid(HEADER, f"must be 1 to {KEY_LIMIT} printable characters")
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return Ticket(key, hashlib.sha256(canonical.encode()).hexdigest())


def first_answer(view: View, ticket: Ticket) -> KeptAnswer | None:
    """What was answered before, None the first time. Raises KeyReused for another body."""
    kept = view.kept_answer(ticket.key)
    if kept is not None and kept.fingerprint != ticket.fingerprint:
        raise KeyReused(f"this {HEADER} was used before, with another body")
    return kept


def keep(unit: Unit, ticket: Ticket, *, status: int, body: str, at: datetime) -> None:
    """Keep the answer in the transaction of what it answers. Raises Taken."""
    if not unit.keep_answer(ticket.key, KeptAnswer(ticket.fingerprint, status, body), at=at):
        raise Taken
