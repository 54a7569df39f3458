"""Workspaces as rows, with their policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from core.domain.chain import GENESIS
from core.domain.policy import Policy
from core.errors import NotFound
from core.ports import Workspace
from storage.policies import policy_from, policy_text
from storage.prepared import Prepared
from storage.tables import chain, definition_chain, settings_chain
from storage.tables import workspace as table
from storage.upsert import insert_new

_ALL = select(
    table.c.id, table.c.bot_user, table.c.secret, table.c.policy, table.c.revision
).order_by(table.c.id)
_ONE = Prepared(_ALL.where(table.c.id == bindparam("workspace")))
_INSERT = insert_new(table)
_BEGIN_CHAINS = (insert_new(chain), insert_new(definition_chain), insert_new(settings_chain))
_KEEP_POLICY = table.update().where(table.c.id == bindparam("of_id"))
_CHANGE_POLICY = _KEEP_POLICY.where(table.c.revision == bindparam("read_revision"))


def every(connection: Connection) -> list[Workspace]:
    """All workspaces."""
    return [_workspace_from(row) for row in connection.execute(_ALL)]


def find(connection: Connection, id: str) -> Workspace:
    """The workspace with this id. Raises NotFound."""
    row = _ONE.first(connection, {"workspace": id})
    if row is None:
        raise NotFound("no such workspace")
    return _workspace_from(row)


def _workspace_from(row: Sequence[Any]) -> Workspace:
    id, bot_user, secret, policy, revision = row
    return Workspace(id, bot_user, secret, policy_from(policy), revision)


def found(connection: Connection, workspace: Workspace) -> bool:
    """Keep a new workspace with empty logs; False where it is known."""
    values = {
        "id": workspace.id,
        "bot_user": workspace.bot_user,
        "secret": workspace.secret,
        "policy": policy_text(workspace.policy),
        "revision": 0,
    }
    if connection.execute(_INSERT, values).rowcount == 0:
        return False
    for begin in _BEGIN_CHAINS:
        connection.execute(begin, {"workspace": workspace.id, "seq": 0, "digest": GENESIS})
    return True


def keep_policy(connection: Connection, id: str, policy: Policy) -> None:
    """Change a workspace's policy."""
    values = {"of_id": id, "policy": policy_text(policy)}
    connection.execute(_KEEP_POLICY.values(revision=table.c.revision + 1), values)


def change_policy(connection: Connection, id: str, policy: Policy, *, revision: int) -> bool:
    """Change a workspace's policy, unless it is no longer of that revision."""
    read = {"of_id": id, "read_revision": revision}
    values = {"policy": policy_text(policy), "revision": revision + 1}
    return connection.execute(_CHANGE_POLICY, values | read).rowcount == 1
