"""Closures as rows: the workspaces in which Slack does not let us do anything."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from storage.tables import closure as table
from storage.upsert import insert_or_update

_SHUT = insert_or_update(table, key=("workspace",))
_RESUME = table.delete().where(table.c.workspace == bindparam("of_workspace"))
_ALL = select(table.c.workspace, table.c.problem).order_by(table.c.workspace)


def shut(connection: Connection, workspace: str, *, problem: str) -> None:
    """Leave everything of this workspace alone."""
    connection.execute(_SHUT, {"workspace": workspace, "problem": problem})


def resume(connection: Connection, workspace: str) -> bool:
    """Go on with this workspace; False where it was not shut."""
    return connection.execute(_RESUME, {"of_workspace": workspace}).rowcount == 1


def every(connection: Connection) -> Mapping[str, str]:
    """The workspaces that are shut, and why."""
    return {row.workspace: row.problem for row in connection.execute(_ALL)}
