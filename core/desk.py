"""The desk: where decisions are taken; it brings time, names and the store together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.domain.handoff import Change
from core.errors import Busy
from core.ports import Clock, Namer, Store, Unit, View

_TRIES = 5
Other = TypeVar("Other")


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

    def change(
        self, workspace: str, decide: Callable[[Unit, datetime], Change | Other]
    ) -> Change | Other:
        """Load, decide, record; where somebody else was faster, look again and decide again.

        `decide` runs inside the transaction and may run several times. What it returns other than
        a Change is an outcome with a name and is kept as well, such as the key of a late click.
        Raises Busy where the same thing kept changing under us.
        """
        for _ in range(_TRIES):
            with self.store.write(workspace) as unit:
                at = self.now()
                outcome = decide(unit, at)
                recorded = not isinstance(outcome, Change) or unit.record(outcome, at=at)
            if recorded:
                self.wake()
                return outcome
        raise Busy("the same lead kept changing; nothing was done")
