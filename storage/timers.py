"""Timers as rows, claimed in the same transaction as their effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, func, not_, select

from core.domain.timers import Timer, TimerKind
from storage.prepared import Prepared, Write, send
from storage.tables import lead
from storage.tables import timer as table
from storage.upsert import insert_or_update

_SET = Prepared(insert_or_update(table, key=("workspace", "kind", "subject")))
_STOP = Prepared(
    table.delete().where(
        table.c.workspace == bindparam("workspace"),
        table.c.kind == bindparam("kind"),
        table.c.subject == bindparam("subject"),
    )
)
_ITS_LEAD = and_(
    table.c.kind.in_((TimerKind.WAKE, TimerKind.PASS)),
    lead.c.workspace == table.c.workspace,
    lead.c.id == table.c.subject,
)
_DUE = (
    select(table.c.kind, table.c.subject, table.c.due_at)
    .where(table.c.workspace == bindparam("workspace"), table.c.due_at <= bindparam("now"))
    .order_by(table.c.due_at, table.c.kind, table.c.subject)
    .limit(1)
)
# What fires changes its lead: who takes the timer first and the lead second would wait for one
# who does it the other way round, so both are taken at once or passed by.
_DUE_OF_LEAD = _DUE.join(lead, _ITS_LEAD).with_for_update(skip_locked=True)
_DUE_OF_NO_LEAD = _DUE.where(not_(exists().where(_ITS_LEAD))).with_for_update(skip_locked=True)

_WORKSPACES_DUE = (
    select(table.c.workspace)
    .where(table.c.due_at <= bindparam("now"))
    .group_by(table.c.workspace)
    .order_by(func.min(table.c.due_at))
)
_NEXT = select(func.min(table.c.due_at))


def setting(workspace: str, timers: Sequence[Timer]) -> list[Write]:
    """Set and stop timers."""
    if not timers:
        return [Write(_STOP, []), Write(_SET, [])]
    keys = [
        {"workspace": workspace, "kind": timer.kind, "subject": timer.subject} for timer in timers
    ]
    stopped = [key for key, timer in zip(keys, timers, strict=True) if timer.due_at is None]
    running = [
        {**key, "due_at": timer.due_at}
        for key, timer in zip(keys, timers, strict=True)
        if timer.due_at is not None
    ]
    return [Write(_STOP, stopped), Write(_SET, running)]


def take_due(connection: Connection, workspace: str, now: datetime) -> Timer | None:
    """Take one timer that is due out of the table, until the transaction ends."""
    for due in (_DUE_OF_NO_LEAD, _DUE_OF_LEAD):
        row = connection.execute(due, {"workspace": workspace, "now": now}).first()
        if row is not None:
            timer = Timer(*row)
            send(connection, setting(workspace, [Timer(timer.kind, timer.subject, None)]))
            return timer
    return None


def workspaces_due(connection: Connection, now: datetime) -> list[str]:
    """Where a timer is due, the longest overdue first."""
    return list(connection.execute(_WORKSPACES_DUE, {"now": now}).scalars())


def next_due(connection: Connection) -> datetime | None:
    """When the next timer is due, of all workspaces."""
    due_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return due_at
