"""The stage log as rows that are only ever appended, one chain for each workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from core.domain.chain import End, Link
from core.domain.log import Entry, Record
from storage.ledger import Ledger
from storage.tables import chain, remark
from storage.tables import stage_log as table

_BATCH = 500


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "lead_id": entry.lead_id,
        "handoff_id": entry.handoff_id,
        "from_stage": entry.from_stage,
        "to_stage": entry.to_stage,
        "verb": entry.verb,
        "actor": entry.actor,
        "door": entry.door,
        "occurred_at": entry.occurred_at,
        "reason": entry.reason,
        "definition": entry.definition,
        "due_at": entry.due_at,
    }


_LEDGER: Ledger[Entry] = Ledger(table, remark, chain, _values)
_RECORDS = _LEDGER.records(
    (
        table.c.lead_id,
        table.c.handoff_id,
        table.c.from_stage,
        table.c.to_stage,
        table.c.verb,
        table.c.actor,
        table.c.door,
        table.c.occurred_at,
        table.c.reason,
        remark.c.text,
        table.c.definition,
        table.c.due_at,
    )
)
_LEADS_AFTER = (
    select(table.c.lead_id)
    .where(table.c.workspace == bindparam("workspace"), table.c.seq > bindparam("after"))
    .distinct()
)
_OF_LEAD = _RECORDS.where(table.c.lead_id == bindparam("lead_id"))
_AFTER = _RECORDS.where(table.c.seq > bindparam("after")).limit(bindparam("most"))


def of_lead(connection: Connection, workspace: str, lead_id: str) -> list[Record]:
    """The stage log of a lead, oldest first."""
    wanted = {"workspace": workspace, "lead_id": lead_id}
    return [_record_from(row) for row in connection.execute(_OF_LEAD, wanted)]


def whole(connection: Connection, workspace: str) -> Iterator[Record]:
    """The whole stage log of a workspace, a batch of rows in memory at a time."""
    rows = connection.execute(
        _RECORDS, {"workspace": workspace}, execution_options={"yield_per": _BATCH}
    )
    yield from map(_record_from, rows)


def after(connection: Connection, workspace: str, seq: int, *, limit: int) -> list[Record]:
    """The stage log of a workspace behind row `seq`, at most so many rows."""
    wanted = {"workspace": workspace, "after": seq, "most": limit}
    return [_record_from(row) for row in connection.execute(_AFTER, wanted)]


def leads_after(connection: Connection, workspace: str, seq: int) -> frozenset[str]:
    """The leads of which anything stands behind the record of that number."""
    rows = connection.execute(_LEADS_AFTER, {"workspace": workspace, "after": seq})
    return frozenset(rows.scalars())


def end(connection: Connection, workspace: str) -> End:
    """Where the stage log of a workspace ends."""
    return _LEDGER.end(connection, workspace)


def append(
    connection: Connection, workspace: str, entries: Sequence[tuple[Entry, datetime]]
) -> None:
    """Seal entries behind the end of the chain, and hold it until the transaction is over."""
    _LEDGER.append(connection, workspace, entries)


def _record_from(row: Sequence[Any]) -> Record:
    return Link(row[0], Entry(*row[1:13]), *row[13:18])
