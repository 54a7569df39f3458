"""Section A: the process dies, freezes, is told to end, or runs many times at once."""

from __future__ import annotations

import time
from dataclasses import replace

from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.invariants import check
from tests.faults.launch import Moment, Strategy
from tests.faults.program import program
from tests.faults.stage import Stage


def struck(moment: Moment, *, strategy: Strategy = Strategy.OURS) -> Scenario:
    """kill -9 at this moment while a lead is on its way; then the program starts again."""

    def play(stage: Stage) -> Tally:
        with program(stage, "run", moment, strategy=strategy) as first:
            first.await_ready()
            first.send(1)
            first.await_struck()
        with program(stage, "run", strategy=strategy) as second:
            began = time.monotonic()
            second.await_ready()
            second.send(1)  # whoever got no answer sends again
            stage.await_calm()
            took = time.monotonic() - began
        return replace(check(stage), recovery=took)

    return play


FAULTS: tuple[Fault, ...] = (
    Fault(
        "A1",
        "kill -9 between commit and post",
        struck(Moment.BEFORE_POST),
        struck(Moment.BEFORE_POST, strategy=Strategy.MARK_FIRST),
        quick=True,
    ),
    Fault(
        "A2",
        "kill -9 after the post, before its place is kept",
        struck(Moment.AFTER_POST),
        struck(Moment.AFTER_POST, strategy=Strategy.RETRY),
        quick=True,
    ),
)
