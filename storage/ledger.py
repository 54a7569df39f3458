"""A log as rows that are only ever appended, one chain for each workspace."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, select

from core.domain.chain import End, Sealable, digest_of, remark_of
from core.errors import NotFound
from storage.prepared import Prepared, Write, send

Entry = TypeVar("Entry", bound=Sealable)


class Ledger(Generic[Entry]):
    """One log in its three tables: its rows, the words of its comments, and where it ends.

    `values` gives the columns of an entry but for its comment.
    """

    def __init__(
        self, log: Table, remark: Table, chain: Table, values: Callable[[Entry], dict[str, Any]]
    ) -> None:
        self._log, self._remark, self._values = log, remark, values
        ends = select(chain.c.seq, chain.c.digest).where(
            chain.c.workspace == bindparam("workspace")
        )
        self._end = ends
        self._hold_end = Prepared(ends.with_for_update())
        self._move_end = Prepared(
            chain.update().where(chain.c.workspace == bindparam("of_workspace"))
        )
        self._insert = Prepared(log.insert())
        self._insert_remark = Prepared(remark.insert())

    def records(self, entry: Iterable[ColumnElement[Any]]) -> Select[Any]:
        """The whole log of a workspace, by number: the number, the columns of the entry, and what
        a link has beside it.
        """
        log, remark = self._log, self._remark
        same = and_(remark.c.workspace == log.c.workspace, remark.c.seq == log.c.seq)
        beside = (log.c.recorded_at, log.c.remark, log.c.previous, log.c.digest, remark.c.salt)
        return (
            select(log.c.seq, *entry, *beside)
            .outerjoin(remark, same)
            .where(log.c.workspace == bindparam("workspace"))
            .order_by(log.c.seq)
        )

    def end(self, connection: Connection, workspace: str) -> End:
        """Where the log of a workspace ends."""
        row = connection.execute(self._end, {"workspace": workspace}).first()
        return End(*row) if row else End()

    def append(
        self, connection: Connection, workspace: str, entries: Sequence[tuple[Entry, datetime]]
    ) -> None:
        """Seal entries, each with the time of its recording, behind the end of the chain.

        Holds the end of the chain until the transaction is over: nobody else can append meanwhile.
        """
        held = self._hold_end.first(connection, {"workspace": workspace})
        if held is None:
            raise NotFound("no such workspace")
        seq, digest = held
        rows: list[dict[str, Any]] = []
        words: list[dict[str, Any]] = []
        for entry, at in entries:
            seq, previous, salt = seq + 1, digest, secrets.token_hex(16)
            mark = remark_of(entry.comment, salt) if entry.comment else None
            digest = digest_of(entry, seq=seq, recorded_at=at, remark=mark, previous=previous)
            place = {"workspace": workspace, "seq": seq}
            seal = {"recorded_at": at, "remark": mark, "previous": previous, "digest": digest}
            rows.append({**place, **self._values(entry), **seal})
            if entry.comment:
                words.append({**place, "salt": salt, "text": entry.comment})
        moved = {"of_workspace": workspace, "seq": seq, "digest": digest}
        send(
            connection,
            [
                Write(self._insert, rows),
                Write(self._insert_remark, words),
                Write(self._move_end, [moved]),
            ],
        )
