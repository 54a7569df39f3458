"""The store: everything that Baton keeps, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from core.domain.intents import Posting
from core.errors import Busy
from core.ports import Errand, Outbox, QueueState, Retry, Unit, View, Workspace
from storage import outbox, postings, timers, workspaces
from storage.engine import Database, database
from storage.schema import touch
from storage.unit import SqlUnit, SqlView, reading, writing

_FOLDS = 5


class SqlOutbox:
    """The queue of intents; every call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Errand]:
        with writing(self._database) as connection:
            return outbox.claim(connection, now=now, lease_ends=now + lease, limit=limit)

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

    def park(self, errand: Errand, *, problem: str, whole_workspace: bool) -> bool:
        with writing(self._database) as connection:
            return outbox.park(connection, errand, problem=problem, whole_workspace=whole_workspace)

    def next_due(self) -> datetime | None:
        with reading(self._database) as connection:
            return outbox.next_due(connection)

    def state(self) -> QueueState:
        with reading(self._database) as connection:
            return outbox.state(connection)


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

    def ready(self) -> None:
        with writing(self._database) as connection:
            touch(connection)
