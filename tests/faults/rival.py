"""One of two programs whose reps reach for the same handoffs; it is told when, and counts.

Reads `{"handoff", "reps", "at"}` line by line, `at` on the machine's monotonic clock, and answers
how many of its reps won, came late, or were told to try again.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, select

from core.desk import Desk
from core.domain.handoff import Change
from core.domain.log import Door
from core.errors import Busy
from core.services import handoff as decisions
from core.services.handoff import Stimulus
from storage import tables
from storage.engine import database
from tests.builders import NOW, TEAM
from tests.faults.floor import Floor, a_floor

Reach = Callable[[Floor, str, str], str]
_THINKS = 0.002  # seconds between reading and writing, where nothing guards what was read


def careful(floor: Floor, handoff_id: str, rep: str) -> str:
    """As the product does it."""
    return _accepted(floor.desk, handoff_id, rep)


def _accepted(desk: Desk, handoff_id: str, rep: str) -> str:
    stimulus = Stimulus(TEAM, handoff_id, rep, Door.BUTTON, f"{handoff_id}-{rep}")
    try:
        outcome = decisions.accept(desk, stimulus)
    except Busy:
        return "busy"
    return "won" if isinstance(outcome, Change) else "late"


def naive(floor: Floor, handoff_id: str, rep: str) -> str:
    """The control: read, see that it is free, write."""
    row = tables.handoff.c
    with floor.engine.connect() as connection:
        taken_by = connection.execute(select(row.decided_by).where(row.id == handoff_id)).scalar()
    if taken_by is not None:
        return "late"
    time.sleep(_THINKS)
    return _overwritten(floor.engine, handoff_id, rep)


def _overwritten(engine: Engine, handoff_id: str, rep: str) -> str:
    taken = tables.handoff.update().where(tables.handoff.c.id == handoff_id)
    theirs = {"outcome": "accepted", "decided_by": rep, "decided_at": NOW, "door": Door.BUTTON}
    with database(engine).writer.begin() as connection:
        connection.execute(taken.values(**theirs))
    return "won"


_WAYS: dict[str, Reach] = {"careful": careful, "naive": naive}


def main(url: str, way: str) -> None:
    """Serve rounds until the input ends."""
    reach = _WAYS[way]
    with a_floor(url) as floor, ThreadPoolExecutor(32) as hands:
        print("ready", flush=True)
        for line in sys.stdin:
            told = json.loads(line)

            def hand(rep: str, handoff_id: str = told["handoff"], at: float = told["at"]) -> str:
                time.sleep(max(0.0, at - time.monotonic()))
                return reach(floor, handoff_id, rep)

            print(json.dumps(Counter(hands.map(hand, told["reps"]))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
