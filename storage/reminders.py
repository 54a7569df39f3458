"""Reminders as rows: what each person has yet to hear, and what was told in which message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from core.domain.reminder import Reminder, Step
from storage.sweeping import forgetting
from storage.tables import reminder as table
from storage.upsert import insert_new, insert_or_update

_ALL = (
    select(table.c.person, table.c.handoff_id, table.c.step, table.c.due_at, table.c.message)
    .where(table.c.workspace == bindparam("workspace"))
    .order_by(table.c.due_at, table.c.handoff_id, table.c.step, table.c.person)
)
_PENDING = _ALL.where(table.c.person == bindparam("person"), table.c.message.is_(None))
_TOLD_IN = _ALL.where(table.c.message == bindparam("message"))
_ADD = insert_new(table)
_DROP = delete(table).where(
    table.c.workspace == bindparam("workspace"),
    table.c.person.in_(bindparam("people", expanding=True)),
    table.c.handoff_id == bindparam("handoff"),
    table.c.step.in_(bindparam("steps", expanding=True)),
)
_FORGET = forgetting(table, table.c.due_at, table.c.message.is_not(None))
_KEEP = insert_or_update(table, key=("workspace", "person", "handoff_id", "step"))


def pending(connection: Connection, workspace: str, person: str) -> list[Reminder]:
    """What somebody has yet to hear."""
    rows = connection.execute(_PENDING, {"workspace": workspace, "person": person})
    return [Reminder(*row) for row in rows]


def told_in(connection: Connection, workspace: str, message: str) -> list[Reminder]:
    """What is told in one message."""
    rows = connection.execute(_TOLD_IN, {"workspace": workspace, "message": message})
    return [Reminder(*row) for row in rows]


def add(connection: Connection, workspace: str, reminders: Sequence[Reminder]) -> None:
    """Keep those that are new."""
    if reminders:
        connection.execute(_ADD, [_values(workspace, each) for each in reminders])


def keep(connection: Connection, workspace: str, reminders: Sequence[Reminder]) -> None:
    """Keep them as they are now."""
    if reminders:
        connection.execute(_KEEP, [_values(workspace, each) for each in reminders])


def drop(
    connection: Connection,
    workspace: str,
    people: Collection[str],
    handoff_id: str,
    steps: Collection[Step],
) -> None:
    """Forget them, told or not."""
    if people and steps:
        values = {"workspace": workspace, "handoff": handoff_id}
        connection.execute(_DROP, values | {"people": sorted(people), "steps": sorted(steps)})


def forget(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget at most so many that were told before then."""
    return connection.execute(_FORGET, {"before": before, "most": limit}).rowcount


def _values(workspace: str, of: Reminder) -> dict[str, object]:
    return {
        "workspace": workspace,
        "person": of.person,
        "handoff_id": of.handoff_id,
        "step": of.step,
        "due_at": of.due_at,
        "message": of.message,
    }
