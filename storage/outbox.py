"""The outbox as rows: promises to tell somebody, each claimed by one worker at a time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from core.domain.intents import Intent, IntentKind
from core.ports import Errand, QueueState, Retry
from storage.prepared import Prepared, Write
from storage.tables import QUEUED, ErrandState
from storage.tables import outbox as table
from storage.upsert import insert

_KINDS = frozenset(kind.value for kind in IntentKind)
_earlier = table.alias("earlier")


def _new_or_changed() -> Any:
    """A promise that waits already is the same promise.

    It is written to nevertheless: a worker that is just claiming it has not seen this change, and
    either waits for us or leaves us to queue a new one.
    """
    new = insert(table)
    return new.on_conflict_do_update(
        index_elements=["workspace", "kind", "subject"],
        index_where=QUEUED,
        set_={"revision": table.c.revision + 1, "details": new.excluded.details},
    )


def _unfinished(rows: Any) -> Any:
    """Written so that the planner sees the condition of the partial indexes."""
    return rows.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])


_ENQUEUE = Prepared(_new_or_changed())
_FIRST_OF_LANE = not_(
    exists().where(
        _earlier.c.workspace == table.c.workspace,
        _earlier.c.lane == table.c.lane,
        _unfinished(_earlier),
        _earlier.c.id < table.c.id,
    )
)
_DUE = (
    select(table.c.id)
    .where(_unfinished(table), table.c.due_at <= bindparam("now"), _FIRST_OF_LANE)
    .order_by(table.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=table)
    .cte("due")
)
_CLAIM = (
    table.update()
    .where(table.c.id.in_(select(_DUE.c.id)))
    .values(
        state=ErrandState.SENDING,
        unsure=or_(table.c.unsure, table.c.state == ErrandState.SENDING),
        claim=bindparam("token"),
        due_at=bindparam("lease_ends"),
    )
    .returning(
        table.c.id,
        table.c.workspace,
        table.c.kind,
        table.c.subject,
        table.c.lane,
        table.c.details,
        table.c.attempts,
        table.c.unsure,
    )
)
_HELD = and_(table.c.id == bindparam("held_id"), table.c.claim == bindparam("held_claim"))
_RELEASE = table.update().where(_HELD)
_HOLD = select(table.c.id).where(_HELD).with_for_update()
_NEWER = (
    table.delete()
    .where(
        table.c.workspace == bindparam("workspace"),
        table.c.kind == bindparam("kind"),
        table.c.subject == bindparam("subject"),
        table.c.state == ErrandState.QUEUED,
    )
    .returning(table.c.details)
)
_PARK_QUEUED = table.update().where(
    table.c.workspace == bindparam("of_workspace"), table.c.state == ErrandState.QUEUED
)
_NEXT = select(func.min(table.c.due_at)).where(_unfinished(table), _FIRST_OF_LANE)
_COUNTS = select(table.c.state, func.count()).group_by(table.c.state)
_OLDEST = select(func.min(table.c.enqueued_at)).where(table.c.state == ErrandState.QUEUED)


def enqueuing(workspace: str, intents: Sequence[Intent], *, at: datetime) -> Write:
    """Promise something; what waits already is promised once."""
    rows = [
        {
            "workspace": workspace,
            "kind": intent.kind.value,
            "subject": intent.subject,
            "lane": intent.lane,
            "details": dict(intent.details),
            "state": ErrandState.QUEUED,
            "revision": 1,
            "attempts": 0,
            "unsure": False,
            "enqueued_at": at,
            "due_at": at,
        }
        for intent in intents
    ]
    return Write(_ENQUEUE, rows)


def claim(
    connection: Connection, *, now: datetime, lease_ends: datetime, limit: int
) -> list[Errand]:
    """Claim what is due, oldest first; what nobody here understands is parked instead."""
    token = secrets.token_hex(8)
    wanted = {"now": now, "most": limit, "token": token, "lease_ends": lease_ends}
    rows = sorted(connection.execute(_CLAIM, wanted).all())
    errands = []
    for id, workspace, kind, subject, lane, details, attempts, unsure in rows:
        if kind in _KINDS:
            intent = Intent(IntentKind(kind), subject, lane, details)
            errands.append(Errand(id, workspace, intent, attempts, unsure, token))
        else:
            _release(connection, id, token, ErrandState.PARKED, problem=f"unknown kind {kind}")
    return errands


def settle(connection: Connection, errand: Errand, *, at: datetime) -> bool:
    """Done; what was said is forgotten. False where the claim was lost."""
    return _release(
        connection, errand.id, errand.claim, ErrandState.SENT, settled_at=at, details={}
    )


def put_back(connection: Connection, errand: Errand, retry: Retry) -> bool:
    """Queue an errand again in its old place. False where the claim was lost.

    If the same was promised anew meanwhile, the newer row is folded into this one.
    """
    held = {"held_id": errand.id, "held_claim": errand.claim}
    if connection.execute(_HOLD, held).first() is None:
        return False
    newer = connection.execute(_NEWER, _key(errand)).first()
    return _release(
        connection,
        errand.id,
        errand.claim,
        ErrandState.QUEUED,
        due_at=retry.at,
        attempts=retry.attempts,
        unsure=retry.unsure,
        problem=retry.problem,
        details=newer.details if newer else dict(errand.intent.details),
    )


def park(connection: Connection, errand: Errand, *, problem: str, whole_workspace: bool) -> bool:
    """Set an errand aside until a person mends something. False where the claim was lost."""
    held = _release(connection, errand.id, errand.claim, ErrandState.PARKED, problem=problem)
    if held and whole_workspace:
        aside = {"state": ErrandState.PARKED, "problem": problem}
        connection.execute(_PARK_QUEUED, {"of_workspace": errand.workspace, **aside})
    return held


def next_due(connection: Connection) -> datetime | None:
    """When the next row may be claimed that no earlier row of its lane holds up."""
    due_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return due_at


def state(connection: Connection) -> QueueState:
    """The outbox in numbers."""
    counts = {state.value: count for state, count in connection.execute(_COUNTS)}
    return QueueState(counts, connection.execute(_OLDEST).scalar_one())


def _release(
    connection: Connection, id: int, token: str, state: ErrandState, **values: Any
) -> bool:
    held = {"held_id": id, "held_claim": token, "claim": None, "state": state}
    return connection.execute(_RELEASE, {**held, **values}).rowcount == 1


def _key(errand: Errand) -> dict[str, str]:
    intent = errand.intent
    return {
        "workspace": errand.workspace,
        "kind": intent.kind.value,
        "subject": intent.subject,
    }
