"""The desk: where decisions are taken; it brings time, names and the store together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.errors import Busy
from core.ports import Clock, Namer, Store, Unit, View

_TRIES = 14
_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.1  # seconds, doubling with each try; 0.8 s in all
Outcome = TypeVar("Outcome")


def _uncounted(verb: str, outcome: str) -> None:
    """Nobody counts decisions here."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case needs. `wake` tells a waiting worker that something was enqueued,
    `decided` somebody who counts that a verb was tried, and with what outcome.
    """

    store: Store
    now: Clock
    new_id: Namer
    wake: Callable[[], None]
    decided: Callable[[str, str], None] = _uncounted

    def read(self, workspace: str) -> AbstractContextManager[View]:
        """Look at one workspace as of one moment."""
        return self.store.read(workspace)

    def change(self, workspace: str, work: Callable[[Unit, datetime], Outcome]) -> Outcome:
        """Load, decide, record in one transaction; where somebody else was faster, do it again.

        `work` runs inside the transaction, once per try, with the time of that try. Between tries
        it waits a little, and not for the same time as its rivals. Raises Busy where the same
        thing kept changing under us.
        """
        for number in range(_TRIES):
            if number:
                pause = min(_FIRST_PAUSE * 2 ** (number - 1), _LONGEST_PAUSE)
                time.sleep(pause * random.uniform(0.5, 1.0))
            with self.store.write(workspace) as unit:
                outcome = work(unit, self.now())
            if not unit.lost:
                if unit.promised:
                    self.wake()
                return outcome
        raise Busy("the same lead kept changing; nothing was done")
