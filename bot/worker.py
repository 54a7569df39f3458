"""The worker: keeps promises and looks at the clock until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from core.desk import Desk
from core.errors import Unready
from core.ports import Messenger
from core.services import delivery
from handlers.clock import Round, timetable

log = logging.getLogger(__name__)

_POLL = 0.5  # seconds; other processes enqueue without waking this one
_PATIENCE = timedelta(seconds=60)


class Worker:
    """Runs delivery and the timetable in threads of its own. Start it once."""

    def __init__(self, desk: Desk, messenger: Messenger, woken: threading.Event) -> None:
        self._desk = desk
        self._messenger = messenger
        self._woken = woken
        self._stopping = threading.Event()
        self._ticked_at = desk.now()
        self._delivery = threading.Thread(target=self._deliver, name="delivery", daemon=True)
        self._ticker = BackgroundScheduler(timezone="UTC")
        for round_ in timetable(desk):
            self._ticker.add_job(
                self._guarded(round_),
                "interval",
                seconds=round_.every.total_seconds(),
                max_instances=1,
                coalesce=True,
            )

    def start(self) -> None:
        """Begin; returns at once."""
        self._delivery.start()
        self._ticker.start()

    def stop(self, grace: float = 10.0) -> None:
        """Finish what is in flight, at most `grace` seconds."""
        self._stopping.set()
        self._woken.set()
        if self._ticker.running:
            self._ticker.shutdown(wait=True)
        self._delivery.join(grace)

    def check(self) -> None:
        """Return while the worker is alive. Raises Unready."""
        if not self._delivery.is_alive():
            raise Unready("delivery has stopped")
        if self._desk.now() - self._ticked_at > _PATIENCE:
            raise Unready("the clock has not ticked for a minute")

    def _deliver(self) -> None:
        drain = self._survivor("delivery", lambda: delivery.drain(self._desk, self._messenger))
        while not self._stopping.is_set():
            self._woken.wait(_POLL)
            self._woken.clear()
            drain()

    def _guarded(self, round_: Round) -> Callable[[], None]:
        look = self._survivor(round_.name, round_.look)

        def tick() -> None:
            look()
            self._ticked_at = self._desk.now()

        return tick

    def _survivor(self, name: str, work: Callable[[], object]) -> Callable[[], None]:
        def survive() -> None:
            try:
                work()
            except Exception as fault:  # noqa: BLE001 - the next round tries again
                log.error("%s failed: %s", name, type(fault).__name__)

        return survive
