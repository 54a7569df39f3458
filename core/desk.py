"""The desk: where decisions are taken; it brings time, names and the store together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.errors import Busy
from core.ports import Clock, Namer, Store, Unit, View

_TRIES = 5
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case needs. `wake` tells a waiting worker that something was enqueued."""

    store: Store
    now: Clock
    new_id: Namer
    wake: Callable[[], None]

    def read(self, workspace: str) -> AbstractContextManager[View]:
        """Look at one workspace as of one moment."""
        return self.store.read(workspace)

    def change(self, workspace: str, work: Callable[[Unit, datetime], Outcome]) -> Outcome:
        """Load, decide, record in one transaction; where somebody else was faster, do it again.

        `work` runs inside the transaction, once per try, with the time of that try. Raises Busy
        where the same thing kept changing under us.
        """
        for _ in range(_TRIES):
            with self.store.write(workspace) as unit:
                outcome = work(unit, self.now())
            if not unit.lost:
                if unit.promised:
                    self.wake()
                return outcome
        raise Busy("the same lead kept changing; nothing was done")
