"""Imports a file and dies by SIGKILL in its nth transaction, just before or just after its commit.

`python -m tests.bot.importer URL FILE NUMBER before|after [naive]`; NUMBER 0 lives to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.wiring import new_id
from core.desk import Desk
from core.domain.handoff import Change
from core.domain.lead import Identity, Lead
from core.ports import Unit
from core.services.batch import LeadRow, Manner
from handlers.table import carrying, sheet
from handlers.table.headers import LEAD
from handlers.table.plan import drawn_up
from handlers.table.rows import LeadReader
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_lead

SIZE = 4


class MortalStore(SqlStore):
    """Kills its process in its nth transaction."""

    def __init__(self, url: str, number: int, when: str) -> None:
        super().__init__(make_engine(url))
        self._left = number
        self._when = when

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        self._left -= 1
        with super().write(workspace) as unit:
            yield unit
            if self._left == 0 and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def bring_in(store: SqlStore, file: Path, *, naive: bool) -> None:
    """Import a file of leads as the program does, or as somebody would who thinks of no crash."""
    desk = Desk(store, lambda: datetime(2026, 11, 23, tzinfo=UTC), new_id, lambda: None)
    plan = drawn_up(sheet.opened(file), fields=LEAD, said={}, zone=ZoneInfo("UTC"), order=None)
    for load in carrying.loads(plan, LeadReader(plan).read, size=SIZE):
        if naive:
            with store.write(TEAM) as unit:
                for row in load.rows:
                    _insert(unit, row)
        else:
            load.carry(desk, TEAM, manner=Manner())


def _insert(unit: Unit, row: object) -> None:
    """A new lead for every row, as an INSERT makes it."""
    assert isinstance(row, LeadRow)
    id = new_id("ld")
    lead: Lead = a_lead(id, identity=Identity(external_id=id), profile=row.draft.profile)
    unit.record(Change(lead), at=lead.created_at)


if __name__ == "__main__":
    url, file, number, when, *more = sys.argv[1:]
    bring_in(MortalStore(url, int(number), when), Path(file), naive=bool(more))
