"""Everything that the store in memory keeps, and the one turn to change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from core.domain.agreement import Version
from core.domain.chain import End
from core.domain.definition_log import ActRecord
from core.domain.event import Event
from core.domain.handoff import Handoff
from core.domain.history import Description
from core.domain.intents import Intent, Posting
from core.domain.lead import Lead, Signal
from core.domain.log import Record
from core.domain.reminder import Reminder, Step
from core.domain.routing import Turns
from core.domain.settings_log import SettingRecord
from core.domain.timers import Timer
from core.domain.visitor import Tie
from core.domain.webhook import Webhook
from core.errors import Busy
from core.ports import KeptAnswer, KeptDigest, KeptPicture, Person, Workspace

Key = TypeVar("Key", int, tuple[str, str], tuple[str, str, str], tuple[str, str, str, Step])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox."""

    id: int
    workspace: str
    intent: Intent
    state: str
    enqueued_at: datetime
    due_at: datetime
    attempts: int = 0
    unsure: bool = False
    claim: str | None = None
    problem: str | None = None
    channel: str | None = None
    settled_at: datetime | None = None

    @property
    def is_unfinished(self) -> bool:
        return self.state in ("queued", "sending")

    @property
    def is_aside(self) -> bool:
        return self.state in ("parked", "dead")

    def is_the_same_as(self, workspace: str, intent: Intent) -> bool:
        mine = (self.workspace, self.intent.kind, self.intent.subject)
        return mine == (workspace, intent.kind, intent.subject)


@dataclass
class Tables:
    """Everything that is kept; values are never changed in place. Keys begin with the workspace."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    versions: dict[tuple[str, int], Version] = field(default_factory=dict)
    act_logs: dict[str, tuple[ActRecord, ...]] = field(default_factory=dict)
    act_ends: dict[str, End] = field(default_factory=dict)
    setting_logs: dict[str, tuple[SettingRecord, ...]] = field(default_factory=dict)
    leads: dict[tuple[str, str], tuple[Lead, datetime]] = field(default_factory=dict)
    signals: dict[tuple[str, str, str], tuple[str, Signal]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], tuple[Description, ...]] = field(default_factory=dict)
    visitors: dict[tuple[str, str], datetime] = field(default_factory=dict)
    ties: dict[tuple[str, str, str], Tie] = field(default_factory=dict)
    strays: dict[tuple[str, str, str], tuple[Event, datetime]] = field(default_factory=dict)
    told_at: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    handoffs: dict[tuple[str, str], Handoff] = field(default_factory=dict)
    logs: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    ends: dict[str, End] = field(default_factory=dict)
    timers: dict[tuple[str, str, str], Timer] = field(default_factory=dict)
    outbox: dict[int, Row] = field(default_factory=dict)
    postings: dict[tuple[str, str, str], Posting] = field(default_factory=dict)
    inbox: dict[tuple[str, str], datetime] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[KeptAnswer, datetime]] = field(default_factory=dict)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    turns: dict[str, Turns] = field(default_factory=dict)
    reminders: dict[tuple[str, str, str, Step], Reminder] = field(default_factory=dict)
    webhooks: dict[tuple[str, str], Webhook] = field(default_factory=dict)
    digests: dict[tuple[str, str], KeptDigest] = field(default_factory=dict)
    pictures: dict[tuple[str, str], KeptPicture] = field(default_factory=dict)
    paces: dict[tuple[str, str], datetime] = field(default_factory=dict)
    closures: dict[str, str] = field(default_factory=dict)

    def copied(self) -> Tables:
        return Tables(**{name: copy(table) for name, table in vars(self).items()})


class Kept:
    """The tables as they were last kept, and the one turn to change them."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._turn = Lock()

    @contextmanager
    def changing(self) -> Iterator[Tables]:
        """A copy to work on, kept unless an exception or a lost race comes out of it."""
        if not self._turn.acquire(timeout=2.5):
            raise Busy("somebody else is writing")
        try:
            draft = self.tables.copied()
            yield draft
            self.tables = draft
        except Lost:
            pass
        finally:
            self._turn.release()


class Lost(Exception):
    """Leaves a transaction without keeping anything."""


class Room:
    """One workspace among all that is kept."""

    def __init__(self, tables: Tables, workspace: str) -> None:
        self._tables = tables
        self._id = workspace


class Changing(Room):
    """One workspace while it changes; `lost` once somebody else was faster."""

    def __init__(self, tables: Tables, workspace: str) -> None:
        super().__init__(tables, workspace)
        self.lost = False
        self.promised = False


def forget_old(
    table: dict[Key, Any], ages: Mapping[Key, datetime], before: datetime, limit: int
) -> int:
    old = sorted((at, key) for key, at in ages.items() if at < before)[:limit]
    for _, key in old:
        del table[key]
    return len(old)
