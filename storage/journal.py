"""The stage log as rows that are only ever appended, one chain for each workspace."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from core.domain.log import End, Entry, Record, remark_of, seal
from core.errors import NotFound
from storage.prepared import Prepared, Write, send
from storage.tables import chain, remark
from storage.tables import stage_log as table

_BATCH = 500

_RECORDS = (
    select(
        table.c.seq,
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
        table.c.recorded_at,
        table.c.remark,
        table.c.previous,
        table.c.digest,
        remark.c.salt,
    )
    .outerjoin(remark, and_(remark.c.workspace == table.c.workspace, remark.c.seq == table.c.seq))
    .where(table.c.workspace == bindparam("workspace"))
    .order_by(table.c.seq)
)
_OF_LEAD = _RECORDS.where(table.c.lead_id == bindparam("lead_id"))
_END = select(chain.c.seq, chain.c.digest).where(chain.c.workspace == bindparam("workspace"))
_HOLD_END = Prepared(_END.with_for_update())
_MOVE_END = Prepared(chain.update().where(chain.c.workspace == bindparam("of_workspace")))
_INSERT = Prepared(table.insert())
_INSERT_REMARK = Prepared(remark.insert())


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


def end(connection: Connection, workspace: str) -> End:
    """Where the stage log of a workspace ends."""
    row = connection.execute(_END, {"workspace": workspace}).first()
    return End(*row) if row else End()


def append(
    connection: Connection, workspace: str, entries: Sequence[tuple[Entry, datetime]]
) -> None:
    """Seal entries, each with the time of its recording, behind the end of the chain.

    Holds the end of the chain until the transaction is over: nobody else can append meanwhile.
    """
    held = _HOLD_END.first(connection, {"workspace": workspace})
    if held is None:
        raise NotFound("no such workspace")
    seq, digest = held
    rows: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for entry, at in entries:
        seq += 1
        salt = secrets.token_hex(16)
        mark = remark_of(entry.comment, salt) if entry.comment else None
        record = seal(entry, seq=seq, recorded_at=at, remark=mark, previous=digest)
        rows.append(_row(workspace, record))
        if entry.comment:
            words.append({"workspace": workspace, "seq": seq, "salt": salt, "text": entry.comment})
        digest = record.digest
    moved = {"of_workspace": workspace, "seq": seq, "digest": digest}
    send(
        connection,
        [Write(_INSERT, rows), Write(_INSERT_REMARK, words), Write(_MOVE_END, [moved])],
    )


def _row(workspace: str, record: Record) -> dict[str, Any]:
    entry = record.entry
    return {
        "workspace": workspace,
        "seq": record.seq,
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
        "recorded_at": record.recorded_at,
        "remark": record.remark,
        "previous": record.previous,
        "digest": record.digest,
    }


def _record_from(row: Sequence[Any]) -> Record:
    return Record(row[0], Entry(*row[1:12]), *row[12:17])
