"""The promises of one workspace in memory: what is to be sent, and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.intents import Intent
from core.domain.timers import Timer
from tests.memory.tables import Changing, Row, Tables


class QueueUnit(Changing):
    """Promises what is to be sent, and wakes at what is due."""

    def enqueue(self, intents: Sequence[Intent], *, at: datetime) -> None:
        for intent in intents:
            _enqueue(self._tables, self._id, intent, at)
            self.promised = True

    def set_timers(self, timers: Sequence[Timer]) -> None:
        for timer in timers:
            self._tables.timers.pop((self._id, timer.kind, timer.subject), None)
            if timer.due_at is not None:
                self._tables.timers[self._id, timer.kind, timer.subject] = timer

    def take_due_timer(self, now: datetime) -> Timer | None:
        mine = [timer for key, timer in self._tables.timers.items() if key[0] == self._id]
        due = [(timer.due_at, timer) for timer in mine if timer.due_at and timer.due_at <= now]
        if not due:
            return None
        _, first = min(due, key=lambda pair: pair[0])
        return self._tables.timers.pop((self._id, first.kind, first.subject))


def _enqueue(tables: Tables, workspace: str, intent: Intent, at: datetime) -> None:
    for row in tables.outbox.values():
        if row.state == "queued" and row.is_the_same_as(workspace, intent):
            tables.outbox[row.id] = replace(row, intent=replace(intent, lane=row.intent.lane))
            return
    id = max(tables.outbox, default=0) + 1
    tables.outbox[id] = Row(id, workspace, intent, "queued", enqueued_at=at, due_at=at)
