"""The pace as rows: when each channel is free for the next message, whoever posts it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, literal_column, not_

from storage.tables import outbox
from storage.tables import pace as table
from storage.upsert import insert, insert_or_update

_KEY = ("workspace", "channel")
_new = insert(table)
_TAKE = _new.on_conflict_do_update(
    index_elements=list(_KEY),
    set_={"free_at": _new.excluded.free_at},
    where=and_(
        table.c.free_at <= bindparam("now"),
        not_(
            exists().where(
                outbox.c.workspace == bindparam("of_workspace"),
                outbox.c.channel == bindparam("of_channel"),
                outbox.c.state == literal_column("'queued'"),
                outbox.c.due_at <= bindparam("now"),
                outbox.c.id < bindparam("errand"),
            )
        ),
    ),
).returning(table.c.free_at)
_REST = insert_or_update(table, key=_KEY)


def take_turn(
    connection: Connection,
    workspace: str,
    channel: str,
    *,
    errand: int,
    now: datetime,
    until: datetime,
) -> bool:
    """Take the channel until then, in one statement; False where it is not free for us now."""
    values = {"workspace": workspace, "channel": channel, "free_at": until}
    asked = {"of_workspace": workspace, "of_channel": channel, "errand": errand, "now": now}
    return connection.execute(_TAKE, {**values, **asked}).first() is not None


def rest(connection: Connection, workspace: str, channel: str, *, until: datetime) -> None:
    """Leave the channel alone until then."""
    values = {"workspace": workspace, "channel": channel, "free_at": until}
    connection.execute(_REST, values)
