"""The supervisor: replaces what has died or hangs, so that no lead waits for a night watch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0  # seconds


class Pulse:
    """When somebody last showed a sign of life. It does not care who sets the clock."""

    def __init__(self) -> None:
        self._at = monotonic()

    def beat(self) -> None:
        """Show a sign of life."""
        self._at = monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last one."""
        return monotonic() - self._at


class Limb(Protocol):
    """A part of the worker with a thread of its own; started once, never started again."""

    @property
    def name(self) -> str: ...
    @property
    def pulse(self) -> Pulse:
        """Its last sign of life."""
        ...

    def start(self) -> None: ...
    def ailment(self) -> str | None:
        """Why it does not do its work; None while it does."""
        ...

    def retire(self) -> None:
        """Tell it to end after what is in flight; returns at once."""
        ...

    def join(self, grace: float) -> None:
        """Wait until it has ended, at most `grace` seconds."""
        ...


class Supervisor:
    """Looks after limbs, each made anew by its maker where it ails. Start it once.

    A limb that hangs is told to end and left behind: whatever it still holds is fenced off by its
    claim in the database.
    """

    def __init__(self, makers: Sequence[Callable[[], Limb]], *, every: float = _LOOK_EVERY) -> None:
        self._makers = makers
        self._limbs = [make() for make in makers]
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    @property
    def limbs(self) -> Sequence[Limb]:
        """The limbs that are at work now, in the order of their makers."""
        return tuple(self._limbs)

    def start(self) -> None:
        """Begin; returns at once."""
        for limb in self._limbs:
            limb.start()
        self._thread.start()

    def stop(self, grace: float) -> None:
        """End every limb after what is in flight, together in at most `grace` seconds."""
        deadline = monotonic() + grace
        self._ended.set()
        self._thread.join(grace)
        for limb in self._limbs:
            limb.retire()
        for limb in self._limbs:
            limb.join(max(0.0, deadline - monotonic()))

    def ailment(self) -> str | None:
        """Why nobody would be replaced; None while the supervisor itself lives."""
        return None if self._thread.is_alive() else "the supervisor has stopped"

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            for place, limb in enumerate(self._limbs):
                try:
                    self._look_after(place, limb)
                except Exception as fault:  # noqa: BLE001 - the next look tries again
                    log.error("%s cannot be replaced: %s", limb.name, type(fault).__name__)

    def _look_after(self, place: int, limb: Limb) -> None:
        ailment = limb.ailment()
        if ailment is None:
            return
        log.error("%s is replaced: %s", limb.name, ailment)
        new = self._makers[place]()
        new.start()
        self._limbs[place] = new
        limb.retire()
