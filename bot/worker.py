"""The worker: keeps promises and looks at the clock until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic, sleep

from apscheduler.schedulers.blocking import BlockingScheduler

from bot.supervisor import Limb, Pulse, Supervisor
from core.desk import Desk
from core.errors import Unready
from core.ports import Delivered, Errand, Messenger, Pool
from core.services import delivery
from handlers.clock import Round
from handlers.web.health import Check

log = logging.getLogger(__name__)

_POLL = 0.5  # seconds; other processes enqueue without waking this one
_BREATH = 2.0  # seconds after a failure, so that a database that is away is not shouted at
_TICK = timedelta(seconds=1)
_SILENCE = 5.0  # seconds without a tick
PATIENCE = delivery.LEASE.total_seconds()  # what takes longer, others may have taken over


class Worker:
    """Runs delivery and the timetable in threads of its own, and replaces what dies or hangs.

    Start it once. What takes longer than `patience` seconds at one thing hangs. `webhooks` tells
    marketing tools, in a thread of its own: a tool that is slow holds nothing up in Slack.
    """

    def __init__(
        self,
        desk: Desk,
        messenger: Messenger,
        woken: threading.Event,
        *,
        rounds: Sequence[Round],
        patience: float = PATIENCE,
        webhooks: Messenger | None = None,
    ) -> None:
        limbs: list[Callable[[], Limb]] = [
            lambda: Deliverer(desk, messenger, woken, patience),
            lambda: Ticker(rounds, patience),
        ]
        if webhooks is not None:
            limbs.append(lambda: _to_tools(desk, webhooks, patience))
        self._supervisor = Supervisor(limbs)

    def start(self) -> None:
        """Begin; returns at once."""
        self._supervisor.start()

    def stop(self, grace: float = 10.0) -> None:
        """Finish what is in flight, at most `grace` seconds."""
        self._supervisor.stop(grace)

    def checks(self) -> tuple[Check, ...]:
        """Whether each part of the worker is at work."""
        return (
            Check("supervisor", lambda: _healthy(self._supervisor.ailment(), "at work")),
            *(Check(limb.name, self._check(place)) for place, limb in enumerate(self._limbs)),
        )

    @property
    def _limbs(self) -> Sequence[Limb]:
        return self._supervisor.limbs

    def _check(self, place: int) -> Callable[[], str]:
        def look() -> str:
            limb = self._limbs[place]
            return _healthy(limb.ailment(), f"last sign of life {limb.pulse.age:.1f} s ago")

        return look


def _healthy(ailment: str | None, otherwise: str) -> str:
    if ailment is not None:
        raise Unready(ailment)
    return otherwise


class Deliverer:
    """Keeps promises of a pool whenever it is woken, and looks by itself twice a second."""

    def __init__(
        self,
        desk: Desk,
        messenger: Messenger,
        woken: threading.Event,
        patience: float,
        *,
        name: str = "delivery",
        pool: Pool = Pool.SLACK,
    ) -> None:
        self.name = name
        self._pool = pool
        self._desk = desk
        self._messenger = messenger
        self._woken = woken
        self._patience = patience
        self._ended = threading.Event()
        self.pulse = Pulse()
        self._began = desk.now()
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self.pulse.beat()
        self._thread.start()

    def ailment(self) -> str | None:
        """Why it does not deliver."""
        if not self._thread.is_alive():
            return f"{self.name} has stopped"
        if self.pulse.age > self._patience:
            return f"{self.name} has been stuck for {self.pulse.age:.0f} s"
        return None

    def retire(self) -> None:
        """Claim nothing more."""
        self._ended.set()
        self._woken.set()

    def join(self, grace: float) -> None:
        """Wait for what has been claimed."""
        self._thread.join(grace)

    def deliver(self, errand: Errand) -> Delivered:
        """What the messenger does, with a sign of life before it."""
        self.pulse.beat()
        return self._messenger.deliver(errand)

    def _work(self) -> None:
        while not self._ended.is_set():
            self.pulse.beat()
            if not survived(self.name, self._drain):
                self._ended.wait(_BREATH)
            self._woken.wait(_POLL)
            self._woken.clear()

    def _drain(self) -> None:
        delivery.drain(
            self._desk, self, ended=self._ended.is_set, began=self._began, pool=self._pool
        )


def _to_tools(desk: Desk, messenger: Messenger, patience: float) -> Deliverer:
    woken = threading.Event()  # nobody waits for a tool: twice a second is soon enough
    return Deliverer(desk, messenger, woken, patience, name="webhooks", pool=Pool.WEBHOOKS)


class Ticker:
    """Makes the rounds of the timetable; remembers nothing, since timers are rows."""

    name = "clock"

    def __init__(self, rounds: Sequence[Round], patience: float) -> None:
        self._patience = patience
        self.pulse = Pulse()
        self._under_way: dict[str, float] = {}
        self._scheduler = BlockingScheduler(timezone="UTC")
        self._add("pulse", _TICK, self.pulse.beat)
        for round_ in rounds:
            self._add(round_.name, round_.every, self._made(round_))
        self._thread = threading.Thread(target=self._scheduler.start, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self.pulse.beat()
        self._thread.start()

    def ailment(self) -> str | None:
        """Why nobody looks at the clock."""
        if not self._thread.is_alive():
            return "the clock has stopped"
        if self.pulse.age > _SILENCE:
            return f"the clock has not ticked for {self.pulse.age:.0f} s"
        for name, since in self._under_way.copy().items():
            if monotonic() - since > self._patience:
                return f"the round {name} has been stuck for {monotonic() - since:.0f} s"
        return None

    def retire(self) -> None:
        """Make no more rounds."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def join(self, grace: float) -> None:
        """Wait for the rounds that are under way."""
        deadline = monotonic() + grace
        while self._under_way and monotonic() < deadline:
            sleep(0.02)

    def _add(self, name: str, every: timedelta, work: Callable[[], None]) -> None:
        seconds = every.total_seconds()
        self._scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def _made(self, round_: Round) -> Callable[[], None]:
        def make() -> None:
            self._under_way[round_.name] = monotonic()
            try:
                survived(round_.name, round_.look)
            finally:
                del self._under_way[round_.name]

        return make


def survived(name: str, work: Callable[[], object]) -> bool:
    """Whether it went well; where not, it is logged, and the next time tries again."""
    try:
        work()
    except Exception as fault:  # noqa: BLE001 - nothing is lost: promises and timers are rows
        log.error("%s failed: %s", name, type(fault).__name__)
        return False
    return True
