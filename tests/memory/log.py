"""The stage log in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from core.domain.chain import End, remark_of
from core.domain.log import Entry, Record, seal
from tests.memory.tables import Changing, Room

_SALT = "salt"


class LogView(Room):
    """Reads the stage log."""

    def records(self, lead_id: str) -> Sequence[Record]:
        return [record for record in self.chain() if record.entry.lead_id == lead_id]

    def chain(self) -> Iterator[Record]:
        return iter(self._tables.logs.get(self._id, ()))

    def records_after(self, seq: int, *, limit: int) -> Sequence[Record]:
        return [record for record in self.chain() if record.seq > seq][:limit]

    def leads_changed_after(self, seq: int) -> Collection[str]:
        return {record.entry.lead_id for record in self.chain() if record.seq > seq}

    def chain_end(self) -> End:
        return self._tables.ends.get(self._id, End())


class LogUnit(Changing, LogView):
    """Appends to the stage log."""

    def _append(self, entry: Entry, at: datetime) -> None:
        end = self.chain_end()
        mark = remark_of(entry.comment, _SALT) if entry.comment else None
        record = seal(
            entry,
            seq=end.seq + 1,
            recorded_at=at,
            remark=mark,
            previous=end.digest,
            salt=_SALT if mark else None,
        )
        self._tables.logs[self._id] = (*self._tables.logs[self._id], record)
        self._tables.ends[self._id] = End(record.seq, record.digest)
