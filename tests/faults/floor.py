"""The sales floor of a fault run: a desk over the stage's database, and many hands at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine

from core.desk import Desk
from core.domain.definition import default
from core.domain.handoff import Change
from core.domain.policy import Policy
from core.domain.stages import Verb
from core.errors import BatonError
from core.services import reporting
from core.services.setup import open_workspace
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, Names, StoppedClock, a_lead, a_policy, an_offer

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Floor:
    """A desk whose clock stands still until it is set."""

    desk: Desk
    clock: StoppedClock
    engine: Engine

    def offer(self, *names: str) -> list[str]:
        """Offer a new lead for each name; the ids of their handoffs."""
        changes = [an_offer(a_lead(f"ld_{name}"), at=self.clock.now) for name in names]
        for change in changes:
            self.keep(change)
        return [change.handoff.id for change in changes if change.handoff]

    def keep(self, change: Change) -> bool:
        """Record a change as it is."""
        return self.desk.change(TEAM, lambda unit, at: unit.record(change, at=at))

    def times(self, verb: Verb, handoff_ids: Sequence[str]) -> dict[str, int]:
        """How often the log says this of each handoff."""
        counted = dict.fromkeys(handoff_ids, 0)
        with self.desk.read(TEAM) as view:
            for record in view.chain():
                if record.entry.verb is verb and record.entry.handoff_id in counted:
                    counted[record.entry.handoff_id] += 1
        return counted

    def must_hold(self) -> None:
        """The log is unbroken and leads to where every lead stands."""
        broken = reporting.verify(self.desk, TEAM)
        if broken:
            raise AssertionError(f"the log does not hold: {broken[:3]}")


@contextmanager
def a_floor(url: str, *, policy: Policy | None = None) -> Iterator[Floor]:
    """A floor over a migrated database; opens the workspace unless it is there."""
    engine = make_engine(url)
    clock = StoppedClock()
    desk = Desk(SqlStore(engine), clock, Names(), lambda: None)
    open_workspace(
        desk, team=TEAM, bot_user="U0BATON", policy=policy or a_policy(), definition=default()
    )
    try:
        yield Floor(desk, clock, engine)
    finally:
        engine.dispose()


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each of these brought back, all begun in the same moment."""
    start = threading.Barrier(len(acts))

    def wait_and_act(act: Callable[[], Result]) -> Result:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(wait_and_act, acts))


def refused(act: Callable[[], object]) -> BatonError | None:
    """The expected failure that this ends in, or None where it goes well."""
    try:
        act()
    except BatonError as failure:
        return failure
    return None
