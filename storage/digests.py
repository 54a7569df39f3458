"""Digests as rows: one for each period of a schedule, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select

from core.domain.localtime import Window
from core.ports import KeptDigest
from storage.policies import policy_from, policy_text
from storage.tables import digest as table
from storage.upsert import insert_new

_COLUMNS = (
    table.c.id,
    table.c.schedule,
    table.c.starts_at,
    table.c.ends_at,
    table.c.as_of,
    table.c.numbers,
    table.c.policy,
    table.c.said,
    table.c.log_end,
)
_HERE = table.c.workspace == bindparam("workspace")
_THIS = _HERE & (table.c.id == bindparam("id"))
_WANTED: ColumnElement[bool] = _HERE & or_(
    bindparam("schedule", type_=table.c.schedule.type).is_(None),
    table.c.schedule == bindparam("schedule", type_=table.c.schedule.type),
)
_INSERT = insert_new(table)
_ONE = select(*_COLUMNS).where(_THIS)
_OF_WINDOW = select(*_COLUMNS).where(
    _HERE,
    table.c.schedule == bindparam("schedule"),
    table.c.starts_at == bindparam("start"),
    table.c.ends_at == bindparam("end"),
)
_SEVERAL = (
    select(*_COLUMNS)
    .where(_WANTED)
    .order_by(table.c.as_of.desc(), table.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).where(_WANTED)
_SAY = (
    table.update()
    .where(table.c.workspace == bindparam("of_workspace"), table.c.id == bindparam("of_id"))
    .values(said=bindparam("words"))
)


def keep(connection: Connection, workspace: str, kept: KeptDigest) -> bool:
    """Keep a digest; False where its schedule has one of the same window."""
    values = {
        "workspace": workspace,
        "id": kept.id,
        "schedule": kept.schedule,
        "starts_at": kept.window.start,
        "ends_at": kept.window.end,
        "as_of": kept.as_of,
        "numbers": kept.numbers,
        "policy": policy_text(kept.policy) if kept.policy else None,
        "said": kept.said,
        "log_end": kept.log_end,
    }
    return connection.execute(_INSERT, values).rowcount == 1


def keep_said(connection: Connection, workspace: str, id: str, said: str) -> None:
    """Keep the message of a digest."""
    connection.execute(_SAY, {"of_workspace": workspace, "of_id": id, "words": said})


def find(connection: Connection, workspace: str, id: str) -> KeptDigest | None:
    """The digest with this id."""
    row = connection.execute(_ONE, {"workspace": workspace, "id": id}).first()
    return _digest_from(row) if row else None


def find_of(
    connection: Connection, workspace: str, schedule: str, window: Window
) -> KeptDigest | None:
    """The digest of a schedule and a period."""
    wanted = {"start": window.start, "end": window.end}
    row = connection.execute(
        _OF_WINDOW, {"workspace": workspace, "schedule": schedule, **wanted}
    ).first()
    return _digest_from(row) if row else None


def newest(
    connection: Connection, workspace: str, schedule: str | None, *, offset: int, limit: int
) -> list[KeptDigest]:
    """The digests of one schedule, or of all, the newest first."""
    wanted = {"workspace": workspace, "schedule": schedule, "offset": offset, "limit": limit}
    return [_digest_from(row) for row in connection.execute(_SEVERAL, wanted)]


def count(connection: Connection, workspace: str, schedule: str | None) -> int:
    """How many digests there are of one schedule, or of all."""
    wanted = {"workspace": workspace, "schedule": schedule}
    return connection.execute(_COUNT, wanted).scalar_one()


def _digest_from(row: Sequence[Any]) -> KeptDigest:
    id, schedule, start, end, as_of, numbers, policy, said, log_end = row
    rules = policy_from(policy) if policy else None
    return KeptDigest(id, schedule, Window(start, end), as_of, numbers, rules, said, log_end)
