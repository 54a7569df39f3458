"""Workspaces in memory, and the people in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.chain import End, remark_of, seal
from core.domain.policy import Policy
from core.domain.settings_log import SettingAct, SettingRecord
from core.errors import NotFound
from core.ports import Person, Workspace
from tests.memory.tables import Changing, Room

_SALT = "salt"


class WorkspaceView(Room):
    """Reads the workspace and who is in it."""

    def workspace(self) -> Workspace:
        if self._id not in self._tables.workspaces:
            raise NotFound("no such workspace")
        return self._tables.workspaces[self._id]

    def setting_acts(self, *, behind: int = 0) -> Sequence[SettingRecord]:
        return [each for each in self._tables.setting_logs.get(self._id, ()) if each.seq > behind]

    def setting_chain_end(self) -> End:
        log = self._tables.setting_logs.get(self._id, ())
        return End(log[-1].seq, log[-1].digest) if log else End()

    def person(self, id: str) -> Person | None:
        return self._tables.people.get((self._id, id))

    def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        return {id: person for id in ids if (person := self.person(id))}


class WorkspaceUnit(Changing, WorkspaceView):
    """Changes the workspace and who is in it."""

    def found(self, workspace: Workspace) -> bool:
        if workspace.id in self._tables.workspaces:
            return False
        self._tables.workspaces[workspace.id] = workspace
        self._tables.logs[workspace.id] = ()
        return True

    def keep_policy(self, policy: Policy) -> None:
        known = self.workspace()
        kept = replace(known, policy=policy, revision=known.revision + 1)
        self._tables.workspaces[self._id] = kept

    def change_policy(
        self, policy: Policy, acts: Sequence[SettingAct], *, revision: int, at: datetime
    ) -> bool:
        self.lost = self.lost or self.workspace().revision != revision
        if self.lost:
            return False
        self.keep_policy(policy)
        for act in acts:
            end = self.setting_chain_end()
            mark = remark_of(act.comment, _SALT) if act.comment else None
            record = seal(
                act,
                seq=end.seq + 1,
                recorded_at=at,
                remark=mark,
                previous=end.digest,
                salt=_SALT if mark else None,
            )
            log = self._tables.setting_logs.get(self._id, ())
            self._tables.setting_logs[self._id] = (*log, record)
        return True

    def keep_person(self, person: Person) -> None:
        self._tables.people[self._id, person.id] = person

    def shut(self, problem: str) -> None:
        self._tables.closures[self._id] = problem
