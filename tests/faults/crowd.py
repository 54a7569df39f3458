"""Many programs on one database, killed at random while Slack fails at random."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.fault import Scenario, Tally
from tests.faults.invariants import buttons, cards, check
from tests.faults.launch import Moment, Strategy
from tests.faults.program import Program, program
from tests.faults.stage import BOB, RIN, Stage
from tests.slack.behaviours import (
    OK,
    Behaviour,
    broken,
    cut,
    empty,
    fails,
    hangs,
    html,
    lands_late,
    limited,
    resets,
)

_WORKING = (Moment.AFTER_CLAIM, Moment.BEFORE_POST, Moment.AFTER_POST, Moment.AFTER_SETTLE)
_BAD_DAYS = (
    broken(500, posted=True),
    broken(503, posted=False),
    resets(posted=True),
    resets(posted=False),
    cut(),
    html(posted=True),
    empty(posted=True),
    hangs(0.2, posted=True),
    lands_late(0.3),
    fails("internal_error"),
    limited("1"),
)


def restarted(strategy: Strategy = Strategy.OURS) -> Scenario:
    """Killed again and again, hardly having begun: the queue still gets shorter."""

    def play(stage: Stage) -> Tally:
        ours = strategy is Strategy.OURS
        desk = stage.desk()
        for number in range(200 if ours and not stage.quick else 20):
            stage.capture(desk, number)
            moment = stage.random.choice(_WORKING) if ours else Moment.AFTER_POST
            nth = stage.random.randint(1, 3)
            with program(stage, "work", moment, nth=nth, strategy=strategy) as short_lived:
                short_lived.process.join(stage.random.uniform(0.4, 1.2))
        waiting = sum(stage.store.outbox.state().counts.values())
        began = time.monotonic()
        with program(stage, "work", strategy=strategy):
            stage.await_calm()
        took = time.monotonic() - began
        note = f"{waiting} still waited after the last" if ours else ""
        return replace(check(stage), recovery=took) + Tally(0, note=note)

    return play


def crowded(strategy: Strategy = Strategy.OURS) -> Scenario:
    """Leads and clicks come in all the time; all that time somebody is killed."""

    def play(stage: Stage) -> Tally:
        ours = strategy is Strategy.OURS
        leads = 40 if stage.quick else 300 if ours else 100
        chances = random.Random(stage.random.random())
        storms = 0.1 if ours and not stage.quick else 0.3
        bad = _BAD_DAYS if ours else [day for day in _BAD_DAYS if day.posted]
        stage.slack.director = lambda method, _: _weather(chances, method, storms, bad)
        with _crew(stage, strategy) as crew:
            crew.await_ready()
            with ThreadPoolExecutor(4) as senders, crew.dying(every=0.7):
                list(senders.map(crew.send, range(leads)))
                _await_cards(stage, leads * 3 // 4)
                _accepted(crew, stage)
            began = time.monotonic()
            stage.slack.director = None
            _accepted(crew, stage)
            stage.await_calm()
            took = time.monotonic() - began
        return replace(check(stage), recovery=took)

    return play


def _weather(
    chances: random.Random, method: str, storms: float, bad: Sequence[Behaviour]
) -> Behaviour:
    if method not in ("chat.postMessage", "chat.update", "conversations.history"):
        return OK
    return chances.choice(bad) if chances.random() < storms else OK


def _await_cards(stage: Stage, number: int, seconds: float = 60) -> None:
    """Wait until so many cards hang, while the weather is still bad."""
    deadline = time.monotonic() + seconds
    while len(cards(stage)) < number and time.monotonic() < deadline:
        time.sleep(0.2)


def _accepted(crew: Crew, stage: Stage) -> None:
    """Two reps click on every card that is still open, at the same time."""
    open_ = [m for m, *_ in cards(stage).values() if "accept" in buttons(m)]
    with ThreadPoolExecutor(4) as hands:
        for by in (BOB, RIN):
            for message in open_:
                hands.submit(crew.click, message, by)


@dataclass
class Crew:
    """Web processes and workers that take each other's place."""

    stage: Stage
    strategy: Strategy
    members: list[Program]
    stack: ExitStack

    def start(self, place: int, command: str) -> None:
        """Put somebody in this place, where somebody else may have been."""
        started = self.stack.enter_context(program(self.stage, command, strategy=self.strategy))
        if place < len(self.members):
            self.members[place] = started
        else:
            self.members.append(started)

    @property
    def doors(self) -> list[Program]:
        return self.members[:2]

    def await_ready(self) -> None:
        for door in self.doors:
            door.await_ready()

    def send(self, number: int) -> None:
        """Send a lead, to whichever door opens, until it is answered 2xx."""
        for turn in range(400):
            if 200 <= self.doors[turn % 2].send(number) < 300:
                return
            time.sleep(0.05)
        raise TimeoutError("no door opens")

    def click(self, message: dict[str, Any], by: str) -> None:
        """Click until some door answers."""
        for turn in range(400):
            if self.doors[turn % 2].click(message, "accept", by) == 200:
                return
            time.sleep(0.05)
        raise TimeoutError("no door answers")

    @contextmanager
    def dying(self, *, every: float) -> Iterator[None]:
        """Meanwhile one after the other is killed, or told to end, and replaced."""
        over = threading.Event()

        def strike() -> None:
            while not over.wait(every):
                place = self.stage.random.randrange(len(self.members))
                blow = self.stage.random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
                self.members[place].tell(blow)
                self.members[place].process.join(12)
                self.start(place, _COMMANDS[place])

        striker = threading.Thread(target=strike)
        striker.start()
        try:
            yield
        finally:
            over.set()
            striker.join()


_COMMANDS = ("serve", "serve", "work", "work")


@contextmanager
def _crew(stage: Stage, strategy: Strategy) -> Iterator[Crew]:
    with ExitStack() as stack:
        crew = Crew(stage, strategy, [], stack)
        for place, command in enumerate(_COMMANDS):
            crew.start(place, command)
        yield crew
