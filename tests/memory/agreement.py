"""The versions of the definition in memory, and their log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.agreement import Amendment, Book, Version
from core.domain.chain import End, remark_of, seal
from core.domain.definition_log import Act, ActRecord
from core.domain.versions import State
from core.errors import Unready
from core.ports import KeptDefinition
from tests.memory.queue import QueueUnit
from tests.memory.tables import Room

_SALT = "salt"


class AgreementView(Room):
    """Reads the versions and their log."""

    def definition(self) -> KeptDefinition:
        active = self.book().active
        if active is None:
            raise Unready("the workspace has no definition")
        return KeptDefinition(active.number, active.label, active.text)

    def book(self) -> Book:
        versions = self.versions()
        active = next((each for each in versions if each.state is State.ACTIVE), None)
        waiting = tuple(each for each in versions if each.state is State.PROPOSED)
        return Book(active, waiting, max((each.number for each in versions), default=0))

    def version(self, number: int) -> Version | None:
        return self._tables.versions.get((self._id, number))

    def versions(self) -> Sequence[Version]:
        mine = [version for (of, _), version in self._tables.versions.items() if of == self._id]
        return sorted(mine, key=lambda version: version.number)

    def acts(self, version: int) -> Sequence[ActRecord]:
        return [record for record in self.act_chain() if record.entry.version == version]

    def act_chain(self) -> Iterator[ActRecord]:
        return iter(self._tables.act_logs.get(self._id, ()))

    def act_chain_end(self) -> End:
        return self._tables.act_ends.get(self._id, End())


class AgreementUnit(QueueUnit, AgreementView):
    """Changes versions, and says so in their log."""

    def amend(self, amendment: Amendment, *, at: datetime) -> bool:
        self.lost = self.lost or not all(map(self._save_version, amendment.versions))
        if self.lost:
            return False
        for act in amendment.acts:
            self._append_act(act, at)
        self.enqueue(amendment.intents, at=at)
        return True

    def _save_version(self, version: Version) -> bool:
        known = self.version(version.number)
        if version.revision != (known.revision if known else 0):
            return False
        kept = replace(version, revision=version.revision + 1)
        self._tables.versions[self._id, version.number] = kept
        return True

    def _append_act(self, act: Act, at: datetime) -> None:
        end = self.act_chain_end()
        mark = remark_of(act.comment, _SALT) if act.comment else None
        record = seal(
            act,
            seq=end.seq + 1,
            recorded_at=at,
            remark=mark,
            previous=end.digest,
            salt=_SALT if mark else None,
        )
        log = self._tables.act_logs.get(self._id, ())
        self._tables.act_logs[self._id] = (*log, record)
        self._tables.act_ends[self._id] = End(record.seq, record.digest)
