"""The outbox in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from core.domain.intents import IntentKind, Posting
from core.ports import Errand, Pool, QueueState, Retry, Waiting
from tests.memory.tables import Kept, Row, Tables, forget_old


class MemoryOutbox:
    """The queue of intents, of all workspaces."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._claims = count(1)

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, pool: Pool = Pool.SLACK
    ) -> Sequence[Errand]:
        with self._kept.changing() as tables:
            first = [row for row in _first_of_lanes(tables) if _pool_of(row) is pool]
            due = [row for row in first if _is_due(row, now, lease)]
            taken = [row for row in due if _is_in_turn(tables, row, now)][:limit]
            return [self._claimed(tables, row, now + lease) for row in taken]

    def _claimed(self, tables: Tables, row: Row, lease_ends: datetime) -> Errand:
        claim = f"claim {next(self._claims)}"
        unsure = row.unsure or row.state == "sending"
        tables.outbox[row.id] = replace(
            row, state="sending", claim=claim, unsure=unsure, due_at=lease_ends
        )
        return Errand(
            row.id, row.workspace, row.intent, row.attempts, unsure, claim, row.enqueued_at
        )

    def holds(self, errand: Errand, *, now: datetime) -> bool:
        row = _held(self._kept.tables, errand)
        return row is not None and row.due_at > now

    def settle(self, errand: Errand, *, posting: Posting | None, at: datetime) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            tables.outbox[row.id] = replace(row, state="sent", claim=None, settled_at=at)
            if posting is not None:
                key = (errand.workspace, posting.kind, posting.subject)
                tables.postings[key] = posting
            return True

    def put_back(self, errand: Errand, retry: Retry) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            intent = row.intent
            for newer in list(tables.outbox.values()):
                if newer.state == "queued" and newer.is_the_same_as(row.workspace, intent):
                    intent = newer.intent
                    del tables.outbox[newer.id]
            if retry.channel is not None:
                _queue_up(tables, row, retry.channel)
            tables.outbox[row.id] = replace(
                row,
                intent=intent,
                state="queued",
                claim=None,
                due_at=retry.at,
                attempts=retry.attempts,
                unsure=retry.unsure,
                problem=retry.problem,
                channel=retry.channel,
            )
            return True

    def park(self, errand: Errand, *, problem: str, dead: bool = False) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            state = "dead" if dead else "parked"
            tables.outbox[row.id] = replace(row, state=state, claim=None, problem=problem)
            return True

    def next_due(self) -> datetime | None:
        tables = self._kept.tables
        rows = _first_of_lanes(tables)
        return min((max(row.due_at, _free_at(tables, row)) for row in rows), default=None)

    def state(self) -> QueueState:
        tables = self._kept.tables
        rows = [row for row in tables.outbox.values() if row.state != "sent"]
        queued = [row.enqueued_at for row in rows if _shown(tables, row) == "queued"]
        counts = Counter(_shown(tables, row) for row in rows)
        return QueueState(dict(counts), min(queued, default=None))

    def take_turn(
        self, workspace: str, channel: str, *, errand: int, now: datetime, until: datetime
    ) -> bool:
        with self._kept.changing() as tables:
            older = any(
                row.state == "queued" and row.due_at <= now and row.id < errand
                for row in tables.outbox.values()
                if (row.workspace, row.channel) == (workspace, channel)
            )
            if older or tables.paces.get((workspace, channel), now) > now:
                return False
            tables.paces[workspace, channel] = until
            return True

    def rest(self, workspace: str, channel: str, *, until: datetime) -> None:
        with self._kept.changing() as tables:
            tables.paces[workspace, channel] = until

    def shut(self, workspace: str, *, problem: str) -> None:
        with self._kept.changing() as tables:
            tables.closures[workspace] = problem

    def resume(self, workspace: str) -> bool:
        with self._kept.changing() as tables:
            return tables.closures.pop(workspace, None) is not None

    def shut_workspaces(self) -> Mapping[str, str]:
        return dict(sorted(self._kept.tables.closures.items()))

    def waiting(self, *, limit: int) -> Sequence[Waiting]:
        tables = self._kept.tables
        rows = [row for row in tables.outbox.values() if row.state != "sent"]
        rows.sort(key=lambda row: (not row.is_aside, row.id))
        return [
            Waiting(
                row.id,
                row.workspace,
                row.intent.kind,
                row.intent.subject,
                "unknown" if row.state == "queued" and row.unsure else _shown(tables, row),
                row.attempts,
                row.problem,
                row.enqueued_at,
            )
            for row in rows[:limit]
        ]

    def retry(self, id: int, *, at: datetime) -> bool:
        with self._kept.changing() as tables:
            row = tables.outbox.get(id)
            if row is None or not row.is_aside:
                return False
            anew = replace(row, state="queued", attempts=0, due_at=at, channel=None)
            for twin in list(tables.outbox.values()):
                if twin.state == "queued" and twin.is_the_same_as(row.workspace, row.intent):
                    anew = replace(twin, unsure=twin.unsure or row.unsure)
                    del tables.outbox[row.id]
            tables.outbox[anew.id] = anew
            return True

    def drop(self, id: int) -> bool:
        with self._kept.changing() as tables:
            row = tables.outbox.get(id)
            if row is None or not row.is_aside:
                return False
            del tables.outbox[id]
            return True

    def forget_sent(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            sent = {row.id: row.settled_at for row in tables.outbox.values() if row.settled_at}
            return forget_old(tables.outbox, sent, before, limit)


def _first_of_lanes(tables: Tables) -> list[Row]:
    first: dict[tuple[str, str], Row] = {}
    for row in sorted(tables.outbox.values(), key=lambda row: row.id):
        if row.is_unfinished and row.workspace not in tables.closures:
            first.setdefault((row.workspace, row.intent.lane), row)
    return list(first.values())


def _is_in_turn(tables: Tables, row: Row, now: datetime) -> bool:
    """Whether nothing older waits for the same channel, and the channel is free."""
    ahead = any(
        other.is_unfinished and other.due_at <= now and other.id < row.id
        for other in tables.outbox.values()
        if (other.workspace, other.channel) == (row.workspace, row.channel)
    )
    return row.channel is None or (not ahead and _free_at(tables, row) <= now)


def _free_at(tables: Tables, row: Row) -> datetime:
    return tables.paces.get((row.workspace, row.channel or ""), row.due_at)


def _shown(tables: Tables, row: Row) -> str:
    shut = row.state == "queued" and row.workspace in tables.closures
    return "parked" if shut else row.state


def _is_due(row: Row, now: datetime, lease: timedelta) -> bool:
    return row.due_at <= now or (row.state == "sending" and row.due_at > now + 2 * lease)


def _queue_up(tables: Tables, first: Row, channel: str) -> None:
    """All of its kind behind it wait for the channel, too, as far as they are new."""
    for row in list(tables.outbox.values()):
        same = (row.workspace, row.intent.kind) == (first.workspace, first.intent.kind)
        hangs = (row.workspace, row.intent.kind, row.intent.subject) in tables.postings
        waits = row.state == "queued" and row.channel is None and row.id > first.id
        if same and waits and not hangs:
            tables.outbox[row.id] = replace(row, channel=channel)


def _held(tables: Tables, errand: Errand) -> Row | None:
    row = tables.outbox.get(errand.id)
    return row if row and row.claim == errand.claim else None


def _pool_of(row: Row) -> Pool:
    return Pool.WEBHOOKS if row.intent.kind is IntentKind.WEBHOOK else Pool.SLACK
