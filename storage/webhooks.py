"""Webhooks as rows: which addresses are told what, and how far each one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from core.domain.announcement import EventType
from core.domain.webhook import Webhook
from storage.tables import chain
from storage.tables import webhook as table
from storage.upsert import insert_or_update

_ALL = (
    select(
        table.c.id,
        table.c.url,
        table.c.events,
        table.c.secret,
        table.c.created_at,
        table.c.told,
        table.c.old_secret,
        table.c.old_until,
        table.c.failures,
        table.c.rests_until,
        table.c.ended,
    )
    .where(table.c.workspace == bindparam("workspace"))
    .order_by(table.c.created_at, table.c.id)
)
_ONE = _ALL.where(table.c.id == bindparam("id"))
_HOLD_ALL, _HOLD_ONE = _ALL.with_for_update(), _ONE.with_for_update()
_KEEP = insert_or_update(table, key=("workspace", "id"))
_DROP = table.delete().where(
    table.c.workspace == bindparam("of_workspace"), table.c.id == bindparam("wanted")
)
_WITH_NEWS = (
    select(table.c.workspace)
    .distinct()
    .where(
        table.c.ended.is_(None), chain.c.workspace == table.c.workspace, table.c.told < chain.c.seq
    )
    .order_by(table.c.workspace)
)


def every(connection: Connection, workspace: str) -> list[Webhook]:
    """The webhooks of a workspace, the oldest first."""
    return _found(connection, _ALL, {"workspace": workspace})


def hold_every(connection: Connection, workspace: str) -> list[Webhook]:
    """The same, and nobody else changes them until the transaction is over."""
    return _found(connection, _HOLD_ALL, {"workspace": workspace})


def find(connection: Connection, workspace: str, id: str) -> Webhook | None:
    """One of them."""
    return next(iter(_found(connection, _ONE, {"workspace": workspace, "id": id})), None)


def hold(connection: Connection, workspace: str, id: str) -> Webhook | None:
    """The same, and nobody else changes it until the transaction is over."""
    return next(iter(_found(connection, _HOLD_ONE, {"workspace": workspace, "id": id})), None)


def keep(connection: Connection, workspace: str, webhook: Webhook) -> None:
    """Keep it as it is now."""
    row = {
        "workspace": workspace,
        "id": webhook.id,
        "url": webhook.url,
        "events": sorted(webhook.events),
        "secret": webhook.secret,
        "created_at": webhook.created_at,
        "told": webhook.told,
        "old_secret": webhook.old_secret,
        "old_until": webhook.old_until,
        "failures": webhook.failures,
        "rests_until": webhook.rests_until,
        "ended": webhook.ended,
    }
    connection.execute(_KEEP, row)


def drop(connection: Connection, workspace: str, id: str) -> None:
    """Forget it, its secrets too."""
    connection.execute(_DROP, {"of_workspace": workspace, "wanted": id})


def workspaces_with_news(connection: Connection) -> Sequence[str]:
    """Whose log goes on behind what a webhook was looked at for."""
    return list(connection.execute(_WITH_NEWS).scalars())


def _found(connection: Connection, wanted: Select[Any], values: dict[str, str]) -> list[Webhook]:
    return [_webhook_from(row) for row in connection.execute(wanted, values)]


def _webhook_from(row: Sequence[Any]) -> Webhook:
    return Webhook(row[0], row[1], frozenset(map(EventType, row[2])), *row[3:])
