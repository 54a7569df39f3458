"""Two `serve` and two `work` on one PostgreSQL, killed and started again at random."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.serving import GRACE
from tests.faults.invariants import buttons, cards, check
from tests.faults.program import Program, program
from tests.faults.stage import BOB, MIA, RIN, Stage, a_stage
from tests.postgres import Postgres
from tests.slack.behaviours import OK, Behaviour, broken, hangs, limited, resets

SEED = 20261123
SECONDS = 15
ROLES = ("serve", "serve", "work", "work")


class Crew:
    """The processes, each in its place; one that has died is replaced there."""

    def __init__(self, stage: Stage, stack: ExitStack) -> None:
        self._stage = stage
        self._stack = stack
        self._places = [self._started(role) for role in ROLES]
        self.killed = 0
        for serve in self._serves:
            serve.await_ready()

    @property
    def everybody(self) -> list[Program]:
        return list(self._places)

    @property
    def _serves(self) -> list[Program]:
        return [each for each, role in zip(self._places, ROLES, strict=True) if role == "serve"]

    def anybody(self) -> Program:
        """One of those that serve, dead or alive: a sender cannot know."""
        return self._stage.random.choice(self._serves)

    def kill_one(self) -> None:
        """kill -9, whatever it is doing, and start it again at once."""
        place = self._stage.random.randrange(len(ROLES))
        self._places[place].kill()
        self._places[place] = self._started(ROLES[place])
        self.killed += 1

    def recover(self) -> None:
        """Wait until all of them are at work."""
        for serve in self._serves:
            serve.await_ready()

    def _started(self, role: str) -> Program:
        return self._stack.enter_context(program(self._stage, role))


@contextmanager
def a_crew(folder: Path, postgres: Postgres) -> Iterator[tuple[Stage, Crew]]:
    with (
        a_stage("postgres", seed=SEED, quick=True, folder=folder, postgres=postgres) as stage,
        ExitStack() as stack,
    ):
        yield stage, Crew(stage, stack)


def moody(chance: random.Random) -> Behaviour:
    """Slack does as it is told most of the time."""
    moods = (broken(posted=True), broken(posted=False), resets(posted=True), limited("1"))
    return chance.choice(moods) if chance.random() < 0.08 else OK


def send(crew: Crew, number: int) -> None:
    """A sender who got no answer, or was told to try again, tries again."""
    for _ in range(100):
        if crew.anybody().send(number) in (200, 201):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody took lead {number}")


def click(stage: Stage, crew: Crew) -> None:
    """Two reps reach for the same card at different processes."""
    hanging = [messages[-1] for messages in cards(stage).values()]
    if hanging:
        card = stage.random.choice(hanging)
        for rep in stage.random.sample((BOB, RIN, MIA), 2):
            if "accept" in buttons(card):
                crew.anybody().click(card, "accept", by=rep)


def test_nothing_is_lost_or_doubled_while_processes_come_and_go(
    postgres: Postgres, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with a_crew(tmp_path / "stage", postgres) as (stage, crew):
        stage.slack.director = lambda method, _: moody(chance) if "chat." in method else OK
        ends, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < ends:
            number += 1
            send(crew, number)
            click(stage, crew)
            if number % 7 == 0:
                crew.kill_one()
        crew.recover()
        stage.slack.director = None
        stage.await_calm()
        found = check(stage)
    assert (found.lost, found.doubled) == (0, 0), f"seed {SEED}: {found.note}"
    assert found.runs == number > 20
    assert crew.killed > 3
    assert stage.clicked


def test_whoever_is_told_to_end_finishes_and_loses_nothing(
    postgres: Postgres, tmp_path: Path
) -> None:
    with a_crew(tmp_path / "stage", postgres) as (stage, crew):
        stage.slack.director = lambda *_: Behaviour(OK.answer, posted=True, hold=0.2)
        for number in range(1, 31):
            send(crew, number)
        began = time.monotonic()
        assert [each.stop() for each in crew.everybody] == [0, 0, 0, 0]
        assert time.monotonic() - began < 12
        assert stage.store.outbox.state().counts, "some were still to be told"
        with program(stage, "work"):
            stage.await_calm()
        found = check(stage)
    assert (found.runs, found.lost, found.doubled) == (30, 0, 0), found.note


def test_a_slack_that_hangs_does_not_keep_a_process_from_ending(tmp_path: Path) -> None:
    with a_stage(
        "sqlite", seed=SEED, quick=True, folder=tmp_path / "stage", postgres=None
    ) as stage:
        with program(stage, "run") as first:
            first.await_ready()
            stage.slack.always("chat.postMessage", hangs(30, posted=True))
            first.send(1)
            while not stage.slack.calls_of("chat.postMessage"):
                time.sleep(0.05)
            began = time.monotonic()
            assert first.stop() == 0
            assert time.monotonic() - began < GRACE + 1
        stage.slack.always("chat.postMessage", OK)
        with program(stage, "work"):
            stage.await_calm()
        found = check(stage)
    assert (found.runs, found.lost, found.doubled) == (1, 0, 0), found.note
