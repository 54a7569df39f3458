"""The store in memory: its readers, its writers, and what is swept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from core.domain.handoff import Change
from core.ports import Outbox, Unit, View, Workspace
from tests.memory.agreement import AgreementUnit, AgreementView
from tests.memory.digests import DigestUnit, DigestView
from tests.memory.facts import FactView
from tests.memory.handoffs import HandoffUnit, HandoffView
from tests.memory.keepsakes import KeepsakeUnit, KeepsakeView
from tests.memory.leads import LeadUnit
from tests.memory.log import LogUnit, LogView
from tests.memory.outbox import MemoryOutbox
from tests.memory.reminders import ReminderUnit, ReminderView
from tests.memory.routing import RoutingUnit, RoutingView
from tests.memory.signals import SignalUnit
from tests.memory.tables import Kept, Lost, forget_old
from tests.memory.visitors import VisitorUnit, VisitorView
from tests.memory.webhooks import WebhookUnit, WebhookView
from tests.memory.workspaces import WorkspaceUnit


class MemoryView(
    AgreementView,
    VisitorView,
    HandoffView,
    FactView,
    LogView,
    RoutingView,
    ReminderView,
    KeepsakeView,
    DigestView,
    WebhookView,
):
    """What can be read of one workspace."""


class MemoryUnit(
    WorkspaceUnit,
    AgreementUnit,
    LeadUnit,
    SignalUnit,
    VisitorUnit,
    HandoffUnit,
    LogUnit,
    RoutingUnit,
    ReminderUnit,
    KeepsakeUnit,
    DigestUnit,
    WebhookUnit,
    MemoryView,
):
    """What can be changed of one workspace, all of it or nothing."""

    def record(self, change: Change, *, at: datetime) -> bool:
        self.lost = self.lost or not self._saved(change, at)
        if self.lost:
            return False
        for entry in change.entries:
            self._append(entry, at)
        self.set_timers(change.timers)
        self.enqueue(change.intents, at=at)
        return True

    def record_all(self, changes: Sequence[Change], *, at: datetime) -> bool:
        return all(self.record(change, at=at) for change in changes)

    def _saved(self, change: Change, at: datetime) -> bool:
        return (
            self._save_lead(change.lead, at, change.known_from or at)
            and self._save_signals(change.lead.id, change.signals, at)
            and all(map(self._save_handoff, filter(None, (*change.earlier, change.handoff))))
        )


class MemoryStore:
    """Where everything is kept while a test runs."""

    def __init__(self) -> None:
        self._kept = Kept()
        self.outbox: Outbox = MemoryOutbox(self._kept)

    @contextmanager
    def read(self, workspace: str) -> Iterator[View]:
        yield MemoryView(self._kept.tables, workspace)

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        with self._kept.changing() as tables:
            unit = MemoryUnit(tables, workspace)
            yield unit
            if unit.lost:
                raise Lost

    def workspaces(self) -> Sequence[Workspace]:
        return [known for _, known in sorted(self._kept.tables.workspaces.items())]

    def workspaces_with_due_timers(self, now: datetime) -> Sequence[str]:
        timers = self._kept.tables.timers.items()
        due = sorted(
            (timer.due_at, key[0]) for key, timer in timers if timer.due_at and timer.due_at <= now
        )
        return list(dict.fromkeys(workspace for _, workspace in due))

    def next_timer(self) -> datetime | None:
        timers = self._kept.tables.timers.values()
        return min((timer.due_at for timer in timers if timer.due_at), default=None)

    def workspaces_with_news(self) -> Sequence[str]:
        tables = self._kept.tables
        return sorted(
            {
                workspace
                for (workspace, _), webhook in tables.webhooks.items()
                if not webhook.ended
                and webhook.told < MemoryView(tables, workspace).chain_end().seq
            }
        )

    def forget_keys(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            return forget_old(tables.inbox, tables.inbox, before, limit)

    def forget_answers(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            ages = {key: at for key, (_, at) in tables.answers.items()}
            return forget_old(tables.answers, ages, before, limit)

    def forget_strays(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            ages = {key: at for key, (_, at) in tables.strays.items()}
            return forget_old(tables.strays, ages, before, limit)

    def forget_visitors(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            return forget_old(tables.visitors, tables.visitors, before, limit)

    def forget_reminders(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            told = {
                key: each.due_at
                for key, each in tables.reminders.items()
                if each.message is not None
            }
            return forget_old(tables.reminders, told, before, limit)

    def ready(self) -> None:
        """Memory is always ready."""
