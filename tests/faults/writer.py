"""Writers that are killed: each takes leads in until kill -9, and says which ones it has kept.

`python -m tests.faults.writer URL ROUNDS SEED WAY` prints the name of every lead that a writer
acknowledged before it died. Writers are forked from here, where everything is imported already.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator

from core.desk import Desk
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_lead, an_offer

_LIVES = 0.025  # seconds that a writer lives at most once it writes


def main(url: str, rounds: str, seed: str, way: str) -> None:
    """Let so many writers live and die, one after the other."""
    dice = random.Random(seed)
    _warm_up(url)
    for number in range(int(rounds)):
        for name in _said_by_one(url, number, way, dice.uniform(0, _LIVES)):
            print(name)


def _warm_up(url: str) -> None:
    """What is compiled at first use is compiled now, once for all writers."""
    engine = make_engine(url)
    with SqlStore(engine).write(TEAM) as unit:
        unit.record(an_offer(a_lead("ld_warm")), at=NOW)
    engine.dispose()


def _said_by_one(url: str, number: int, way: str, lives: float) -> Iterator[str]:
    hears, says = os.pipe()
    writer = os.fork()
    if writer == 0:
        os.close(hears)
        _write(url, number, way, says)
    os.close(says)
    os.read(hears, 1)
    time.sleep(lives)
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    with os.fdopen(hears) as said:
        # The last line may have been cut off with the writer: nobody has read it.
        yield from (line.strip(".\n") for line in said if line.endswith("\n"))


def _write(url: str, number: int, way: str, says: int) -> None:
    desk = Desk(SqlStore(make_engine(url)), lambda: NOW, Names(), lambda: None)
    if number % 2:  # every other writer may die before it has kept anything
        os.write(says, b".")
    for lead in range(10_000):
        name = f"{number}x{lead}"
        change = an_offer(a_lead(f"ld_{name}"))
        if way == "answer_first":
            os.write(says, f".{name}\n".encode())
        with desk.store.write(TEAM) as unit:
            unit.record(change, at=NOW)
        if way == "commit_first":
            os.write(says, f".{name}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
