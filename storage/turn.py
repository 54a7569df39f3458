"""Whose turn it is to write: first come, first served, so that nobody waits for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from core.errors import Busy


class Turn:
    """One turn at a time. A plain lock goes to whoever is quickest, and a busy worker always is."""

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._mine = Lock()
        self._is_taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, for `patience` seconds at most. Raises Busy."""
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        with self._mine:
            if not self._is_taken:
                self._is_taken = True
                return
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if not called.acquire(timeout=self._patience):
            self._give_up(called)

    def _give_up(self, called: Lock) -> None:
        with self._mine:
            if called in self._waiting:
                self._waiting.remove(called)
                raise Busy("somebody else is writing to the database")
            # The turn came in the last moment: it is ours.

    def _pass_on(self) -> None:
        with self._mine:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
