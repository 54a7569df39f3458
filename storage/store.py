"""The store: everything that Baton keeps, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from core.domain.intents import Posting
from core.errors import Busy
from core.ports import Errand, Outbox, Pool, QueueState, Retry, Unit, View, Waiting, Workspace
from storage import (
    closures,
    keepsakes,
    outbox,
    pace,
    postings,
    reminders,
    timers,
    visitors,
    webhooks,
    workspaces,
)
from storage.engine import Database, database
from storage.schema import touch
from storage.unit import SqlUnit, SqlView, reading, writing

_FOLDS = 5


class SqlOutbox:
    """The queue of intents; every call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, pool: Pool = Pool.SLACK
    ) -> Sequence[Errand]:
        with writing(self._database) as connection:
            return outbox.claim(connection, now=now, lease_ends=now + lease, limit=limit, pool=pool)

    def holds(self, errand: Errand, *, now: datetime) -> bool:
        with reading(self._database) as connection:
            return outbox.holds(connection, errand, now=now)

    def settle(self, errand: Errand, *, posting: Posting | None, at: datetime) -> bool:
        with writing(self._database) as connection:
            settled = outbox.settle(connection, errand, at=at)
            if settled and posting is not None:
                postings.keep(connection, errand.workspace, posting)
            return settled

    def put_back(self, errand: Errand, retry: Retry) -> bool:
        for _ in range(_FOLDS):
            try:
                with writing(self._database) as connection:
                    return outbox.put_back(connection, errand, retry)
            except IntegrityError:  # the same was promised anew in between: fold that in, too
                continue
        raise Busy("the same thing is being promised all the time")

    def park(self, errand: Errand, *, problem: str, dead: bool = False) -> bool:
        with writing(self._database) as connection:
            return outbox.park(connection, errand, problem=problem, dead=dead)

    def next_due(self) -> datetime | None:
        with reading(self._database) as connection:
            return outbox.next_due(connection)

    def state(self) -> QueueState:
        with reading(self._database) as connection:
            return outbox.state(connection)

    def take_turn(
        self, workspace: str, channel: str, *, errand: int, now: datetime, until: datetime
    ) -> bool:
        with writing(self._database) as connection:
            return pace.take_turn(
                connection, workspace, channel, errand=errand, now=now, until=until
            )

    def rest(self, workspace: str, channel: str, *, until: datetime) -> None:
        with writing(self._database) as connection:
            pace.rest(connection, workspace, channel, until=until)

    def shut(self, workspace: str, *, problem: str) -> None:
        with writing(self._database) as connection:
            closures.shut(connection, workspace, problem=problem)

    def resume(self, workspace: str) -> bool:
        with writing(self._database) as connection:
            return closures.resume(connection, workspace)

    def shut_workspaces(self) -> Mapping[str, str]:
        with reading(self._database) as connection:
            return closures.every(connection)

    def waiting(self, *, limit: int) -> Sequence[Waiting]:
        with reading(self._database) as connection:
            return outbox.waiting(connection, limit=limit)

    def retry(self, id: int, *, at: datetime) -> bool:
        for _ in range(_FOLDS):
            try:
                with writing(self._database) as connection:
                    return outbox.retry(connection, id, at=at)
            except IntegrityError:  # the same was promised in between: fold into that
                continue
        raise Busy("the same thing is being promised all the time")

    def drop(self, id: int) -> bool:
        with writing(self._database) as connection:
            return outbox.drop(connection, id)

    def forget_sent(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return outbox.forget_sent(connection, before=before, limit=limit)


class SqlStore:
    """Where everything is kept. The engine's database has been migrated before."""

    def __init__(self, engine: Engine) -> None:
        self._database = database(engine)
        self.outbox: Outbox = SqlOutbox(self._database)

    @contextmanager
    def read(self, workspace: str) -> Iterator[View]:
        with reading(self._database) as connection:
            yield SqlView(connection, workspace)

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        with writing(self._database) as connection:
            unit = SqlUnit(connection, workspace)
            yield unit
            unit.finish()

    def workspaces(self) -> Sequence[Workspace]:
        with reading(self._database) as connection:
            return workspaces.every(connection)

    def workspaces_with_due_timers(self, now: datetime) -> Sequence[str]:
        with reading(self._database) as connection:
            return timers.workspaces_due(connection, now)

    def next_timer(self) -> datetime | None:
        with reading(self._database) as connection:
            return timers.next_due(connection)

    def workspaces_with_news(self) -> Sequence[str]:
        with reading(self._database) as connection:
            return webhooks.workspaces_with_news(connection)

    def forget_keys(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return keepsakes.forget_keys(connection, before=before, limit=limit)

    def forget_answers(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return keepsakes.forget_answers(connection, before=before, limit=limit)

    def forget_strays(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return visitors.forget_old_strays(connection, before=before, limit=limit)

    def forget_visitors(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return visitors.forget_visitors(connection, before=before, limit=limit)

    def forget_reminders(self, *, before: datetime, limit: int) -> int:
        with writing(self._database) as connection:
            return reminders.forget(connection, before=before, limit=limit)

    def ready(self) -> None:
        with writing(self._database) as connection:
            touch(connection)
