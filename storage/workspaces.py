"""Workspaces as rows, with their policy and the versions of their definition."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from core.domain.log import GENESIS
from core.domain.policy import Policy
from core.errors import NotFound, Unready
from core.ports import KeptDefinition, Workspace
from storage.policies import policy_from, policy_text
from storage.prepared import Prepared
from storage.tables import chain, definition
from storage.tables import workspace as table
from storage.upsert import insert_new

_ALL = select(table.c.id, table.c.bot_user, table.c.secret, table.c.policy).order_by(table.c.id)
_ONE = Prepared(_ALL.where(table.c.id == bindparam("workspace")))
_INSERT = insert_new(table)
_BEGIN_CHAIN = insert_new(chain)
_KEEP_POLICY = table.update().where(table.c.id == bindparam("of_id"))
_ACTIVE = Prepared(
    select(definition.c.version, definition.c.label, definition.c.text)
    .where(definition.c.workspace == bindparam("workspace"))
    .order_by(definition.c.version.desc())
    .limit(1)
)
_LATEST = select(func.max(definition.c.version)).where(
    definition.c.workspace == bindparam("workspace")
)
_INSERT_DEFINITION = definition.insert()


def every(connection: Connection) -> list[Workspace]:
    """All workspaces."""
    return [Workspace(*row[:3], policy_from(row[3])) for row in connection.execute(_ALL)]


def find(connection: Connection, id: str) -> Workspace:
    """The workspace with this id. Raises NotFound."""
    row = _ONE.first(connection, {"workspace": id})
    if row is None:
        raise NotFound("no such workspace")
    _, bot_user, secret, policy = row
    return Workspace(id, bot_user, secret, policy_from(policy))


def found(connection: Connection, workspace: Workspace) -> bool:
    """Keep a new workspace with an empty log; False where it is known."""
    values = {
        "id": workspace.id,
        "bot_user": workspace.bot_user,
        "secret": workspace.secret,
        "policy": policy_text(workspace.policy),
    }
    if connection.execute(_INSERT, values).rowcount == 0:
        return False
    connection.execute(_BEGIN_CHAIN, {"workspace": workspace.id, "seq": 0, "digest": GENESIS})
    return True


def keep_policy(connection: Connection, id: str, policy: Policy) -> None:
    """Change a workspace's policy."""
    connection.execute(_KEEP_POLICY, {"of_id": id, "policy": policy_text(policy)})


def active_definition(connection: Connection, workspace: str) -> KeptDefinition:
    """The latest version of the written definition. Raises Unready where there is none."""
    row = _ACTIVE.first(connection, {"workspace": workspace})
    if row is None:
        raise Unready("the workspace has no definition")
    return KeptDefinition(*row)


def keep_definition(
    connection: Connection, workspace: str, text: str, *, digest: str, at: datetime
) -> KeptDefinition:
    """Append a version of the written definition."""
    latest = connection.execute(_LATEST, {"workspace": workspace}).scalar_one() or 0
    kept = KeptDefinition(latest + 1, f"v{latest + 1} {digest[:7]}", text)
    values = {
        "workspace": workspace,
        "version": kept.version,
        "label": kept.label,
        "digest": digest,
        "text": text,
        "active_from": at,
    }
    connection.execute(_INSERT_DEFINITION, values)
    return kept
