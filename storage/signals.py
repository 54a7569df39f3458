"""Signals as rows: the dated behaviour of leads, each counted once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from core.domain.lead import Signal
from storage.prepared import Prepared, Write
from storage.tables import signal as table
from storage.upsert import insert_new

_SIGNALS = (
    select(
        table.c.id,
        table.c.source,
        table.c.kind,
        table.c.occurred_at,
        table.c.session,
        table.c.properties,
        func.coalesce(table.c.received_at, table.c.occurred_at),
    )
    .where(table.c.workspace == bindparam("workspace"))
    .order_by(table.c.occurred_at, table.c.source, table.c.id)
)
_OF_LEAD = _SIGNALS.where(table.c.lead_id == bindparam("lead_id"))
_OF_LEADS = _SIGNALS.add_columns(table.c.lead_id).where(
    table.c.lead_id.in_(bindparam("lead_ids", expanding=True))
)
_KNOWN = select(table.c.id).where(
    table.c.workspace == bindparam("workspace"),
    table.c.source == bindparam("source"),
    table.c.id.in_(bindparam("ids", expanding=True)),
)
_INSERT = Prepared(insert_new(table))


_MOVE = table.update().where(
    table.c.workspace == bindparam("of_workspace"), table.c.lead_id == bindparam("of_lead")
)


def move(connection: Connection, workspace: str, lead_id: str, *, to: str, at: datetime) -> None:
    """All that a lead did was done by another one, as we know since `at`."""
    wanted = {"of_workspace": workspace, "of_lead": lead_id, "lead_id": to, "received_at": at}
    connection.execute(_MOVE, wanted)


def of_lead(connection: Connection, workspace: str, lead_id: str) -> list[Signal]:
    """All signals of a lead, oldest first."""
    rows = connection.execute(_OF_LEAD, {"workspace": workspace, "lead_id": lead_id})
    return [Signal(*row) for row in rows]


def of_leads(
    connection: Connection, workspace: str, lead_ids: Sequence[str]
) -> dict[str, list[Signal]]:
    """All signals of several leads, oldest first."""
    found: dict[str, list[Signal]] = {}
    wanted = {"workspace": workspace, "lead_ids": list(lead_ids)}
    for row in connection.execute(_OF_LEADS, wanted) if lead_ids else ():
        found.setdefault(row[-1], []).append(Signal(*row[:-1]))
    return found


def unknown(connection: Connection, workspace: str, signals: Sequence[Signal]) -> list[Signal]:
    """Those that the workspace does not have yet, each once."""
    news: dict[tuple[str, str], Signal] = {}
    for signal in signals:
        news.setdefault((signal.source, signal.id), signal)
    for source in {source for source, _ in news}:
        ids = [id for its_source, id in news if its_source == source]
        wanted = {"workspace": workspace, "source": source, "ids": ids}
        for id in connection.execute(_KNOWN, wanted).scalars():
            del news[source, id]
    return list(news.values())


def adding(
    workspace: str, lead_id: str, signals: Sequence[Signal], *, received_at: datetime
) -> Write:
    """Add signals, unless somebody else added one of them meanwhile."""
    in_order = sorted(signals, key=lambda signal: (signal.source, signal.id))
    rows = [
        {
            "workspace": workspace,
            "source": signal.source,
            "id": signal.id,
            "lead_id": lead_id,
            "kind": signal.kind,
            "occurred_at": signal.occurred_at,
            "session": signal.session,
            "properties": dict(signal.properties),
            "received_at": signal.received_at or received_at,
        }
        for signal in in_order
    ]
    return Write(_INSERT, rows, must_change=len(rows))
