"""Reminders in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from core.domain.reminder import Reminder, Step
from tests.memory.tables import Changing, Room


class ReminderView(Room):
    """Reads reminders."""

    def reminders_of(self, person: str) -> Sequence[Reminder]:
        return self._reminders(lambda kept: kept.person == person and kept.message is None)

    def reminders_in(self, message: str) -> Sequence[Reminder]:
        return self._reminders(lambda kept: kept.message == message)

    def _reminders(self, wanted: Callable[[Reminder], bool]) -> Sequence[Reminder]:
        kept = self._tables.reminders.items()
        mine = (reminder for key, reminder in kept if key[0] == self._id and wanted(reminder))
        return sorted(mine, key=lambda each: (each.due_at, each.handoff_id, each.step, each.person))


class ReminderUnit(Changing, ReminderView):
    """Keeps reminders."""

    def add_reminders(self, reminders: Sequence[Reminder]) -> None:
        for each in reminders:
            key = self._id, each.person, each.handoff_id, each.step
            self._tables.reminders.setdefault(key, each)

    def keep_reminders(self, reminders: Sequence[Reminder]) -> None:
        for each in reminders:
            self._tables.reminders[self._id, each.person, each.handoff_id, each.step] = each

    def drop_reminders(
        self, people: Collection[str], handoff_id: str, steps: Collection[Step]
    ) -> None:
        for person in people:
            for step in steps:
                self._tables.reminders.pop((self._id, person, handoff_id, step), None)
