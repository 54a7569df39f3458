"""The worker goes on, whatever becomes of its threads, and says so while it does not."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.supervisor import Supervisor
from bot.worker import Worker
from core.domain.intents import Intent, IntentKind
from core.errors import Unready
from core.ports import Delivered, Errand, Sent
from core.services.delivery import promise
from handlers.clock import Round
from tests.builders import TEAM
from tests.services.office import Office

TICK = timedelta(seconds=0.2)


class Messenger:
    """Says yes, and remembers when it was asked; `held` keeps it from answering."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.held = threading.Event()
        self.held.set()

    def deliver(self, errand: Errand) -> Delivered:
        self.told.append(errand.intent.subject)
        self.held.wait(20)
        return Sent()


@contextmanager
def working(worker: Worker) -> Iterator[Worker]:
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(5)


def awaited(seen: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen():
            return True
        time.sleep(0.02)
    return False


def red(worker: Worker) -> list[str]:
    said = []
    for check in worker.checks():
        try:
            check.look()
        except Unready as fault:
            said.append(f"{check.name}: {fault.detail}")
    return said


def kill(name: str) -> None:
    """End a thread from within, as a fault would that nobody catches."""
    [thread] = [t for t in threading.enumerate() if t.name == name]
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )


def promised(office: Office, subject: str) -> None:
    promise(office.desk, TEAM, Intent(IntentKind.CARD, subject, subject))


def test_a_healthy_worker_delivers_and_ticks(office: Office) -> None:
    slack, ticks = Messenger(), list[int]()
    rounds = [Round("count", TICK, lambda: ticks.append(1))]
    with working(Worker(office.desk, slack, threading.Event(), rounds=rounds)) as worker:
        promised(office, "ho_1")
        assert awaited(lambda: slack.told and len(ticks) > 1)
        assert red(worker) == []
        assert "last sign of life 0." in worker.checks()[2].look()
        assert [check.name for check in worker.checks()] == ["supervisor", "delivery", "clock"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("limb", ["delivery", "clock"])
def test_what_dies_is_replaced_and_red_meanwhile(office: Office, limb: str) -> None:
    slack, ticks = Messenger(), list[int]()
    rounds = [Round("count", TICK, lambda: ticks.append(1))]
    with working(Worker(office.desk, slack, threading.Event(), rounds=rounds)) as worker:
        assert awaited(lambda: ticks)
        kill(limb)
        assert awaited(lambda: red(worker))
        assert [said.partition(":")[0] for said in red(worker)] == [limb]
        assert awaited(lambda: not red(worker))
        seen = len(ticks)
        promised(office, "ho_1")
        assert awaited(lambda: slack.told == ["ho_1"] and len(ticks) > seen)


def test_a_delivery_that_hangs_is_left_behind(office: Office) -> None:
    slack = Messenger()
    slack.held.clear()
    with working(Worker(office.desk, slack, threading.Event(), rounds=[], patience=0.7)) as worker:
        promised(office, "ho_1")
        assert awaited(lambda: slack.told == ["ho_1"])
        assert awaited(lambda: any("stuck" in said for said in red(worker)))
        assert awaited(lambda: not red(worker))
        promised(office, "ho_2")
        assert awaited(lambda: "ho_2" in slack.told)
        slack.held.set()


def test_a_tool_that_hangs_holds_up_nothing_in_slack(office: Office) -> None:
    slack, tool = Messenger(), Messenger()
    tool.held.clear()
    worker = Worker(office.desk, slack, threading.Event(), rounds=[], patience=0.7, webhooks=tool)
    with working(worker):
        promise(office.desk, TEAM, Intent(IntentKind.WEBHOOK, "wh_1:1", "wh_1:ld_1"))
        assert awaited(lambda: tool.told == ["wh_1:1"])
        promised(office, "ho_1")
        assert awaited(lambda: slack.told == ["ho_1"], seconds=2)
        assert awaited(lambda: any(said.startswith("webhooks: ") for said in red(worker)))
        assert not any(said.startswith("delivery") for said in red(worker))
        tool.held.set()


def test_a_round_that_hangs_does_not_stop_the_others(office: Office) -> None:
    stuck, made = threading.Event(), list[int]()

    def first_time_for_ever() -> None:
        made.append(1)
        if len(made) == 1:
            stuck.wait(20)

    rounds = [Round("stuck", TICK, first_time_for_ever)]
    with working(
        Worker(office.desk, Messenger(), threading.Event(), rounds=rounds, patience=0.7)
    ) as worker:
        assert awaited(lambda: any("stuck" in said for said in red(worker)))
        assert awaited(lambda: len(made) > 2)
        stuck.set()


def test_a_round_that_fails_comes_again(office: Office) -> None:
    made: list[int] = []

    def fails() -> None:
        made.append(1)
        raise ZeroDivisionError

    rounds = [Round("broken", TICK, fails)]
    with working(Worker(office.desk, Messenger(), threading.Event(), rounds=rounds)) as worker:
        assert awaited(lambda: len(made) > 2)
        assert red(worker) == []


def test_nothing_is_looked_after_once_it_ends(office: Office) -> None:
    slack = Messenger()
    worker = Worker(office.desk, slack, threading.Event(), rounds=[])
    worker.start()
    worker.stop(5)
    promised(office, "ho_1")
    assert not awaited(lambda: slack.told, 1.2)
    assert red(worker)


def test_what_is_in_flight_is_finished_first(office: Office) -> None:
    slack = Messenger()
    slack.held.clear()
    worker = Worker(office.desk, slack, threading.Event(), rounds=[])
    worker.start()
    promised(office, "ho_1")
    assert awaited(lambda: slack.told)
    threading.Timer(0.3, slack.held.set).start()
    worker.stop(5)
    assert office.store.outbox.state().counts == {}


def test_stopping_waits_no_longer_than_its_grace(office: Office) -> None:
    slack = Messenger()
    slack.held.clear()
    worker = Worker(office.desk, slack, threading.Event(), rounds=[])
    worker.start()
    promised(office, "ho_1")
    assert awaited(lambda: slack.told)
    began = time.monotonic()
    worker.stop(0.5)
    assert time.monotonic() - began < 2
    slack.held.set()


def test_a_supervisor_that_has_died_is_seen() -> None:
    supervisor = Supervisor([])
    assert supervisor.ailment()
