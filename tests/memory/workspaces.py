"""Workspaces in memory, and the people in them."""

from __future__ import annotations

from dataclasses import replace

from core.domain.policy import Policy
from core.errors import NotFound
from core.ports import Person, Workspace
from tests.memory.tables import Changing, Room


class WorkspaceView(Room):
    """Reads the workspace and who is in it."""

    def workspace(self) -> Workspace:
        if self._id not in self._tables.workspaces:
            raise NotFound("no such workspace")
        return self._tables.workspaces[self._id]

    def person(self, id: str) -> Person | None:
        return self._tables.people.get((self._id, id))


class WorkspaceUnit(Changing, WorkspaceView):
    """Changes the workspace and who is in it."""

    def found(self, workspace: Workspace) -> bool:
        if workspace.id in self._tables.workspaces:
            return False
        self._tables.workspaces[workspace.id] = workspace
        self._tables.logs[workspace.id] = ()
        return True

    def keep_policy(self, policy: Policy) -> None:
        self._tables.workspaces[self._id] = replace(self.workspace(), policy=policy)

    def keep_person(self, person: Person) -> None:
        self._tables.people[self._id, person.id] = person

    def shut(self, problem: str) -> None:
        self._tables.closures[self._id] = problem
