"""Guesses: who tries one API key after the other is not listened to for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

Value = TypeVar("Value")

MOST, SECONDS = 20, 60.0
_ADDRESSES = 1000  # that are remembered at most


class Guesses:
    """Counts the wrong keys that came from each address within a minute.

    An address from which the right key came is never barred: behind a proxy everybody may have
    the same one, and a guesser must not keep leads out.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._trusted: OrderedDict[str, None] = OrderedDict()

    def barred(self, address: str) -> bool:
        """Whether too many wrong keys came from there a moment ago."""
        since, count = self._wrong.get(address, (0.0, 0))
        return count >= MOST and self._now() - since < SECONDS and address not in self._trusted

    def wrong(self, address: str) -> None:
        """A wrong key came from there."""
        since, count = self._wrong.pop(address, (self._now(), 0))
        if self._now() - since >= SECONDS:
            since, count = self._now(), 0
        _remember(self._wrong, address, (since, count + 1))

    def right(self, address: str) -> None:
        """The right key came from there."""
        if address not in self._trusted:
            _remember(self._trusted, address, None)


def _remember(kept: OrderedDict[str, Value], address: str, value: Value) -> None:
    kept[address] = value
    if len(kept) > _ADDRESSES:
        kept.popitem(last=False)
