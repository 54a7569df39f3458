"""Places: how many requests of sites are dealt with at once, so that nobody else has to wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from handlers.web.problems import TooMany

AT_ONCE = 8  # of all senders together: half of the threads, the others are for Slack
OF_ONE = 32  # of one sender, those that wait for their turn included


class Places:
    """Whoever sends more at once than one sender may is told to come back; others wait in line."""

    def __init__(self, *, at_once: int = AT_ONCE, of_one: int = OF_ONE) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._of_one = of_one
        self._here: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, sender: str) -> AsyncIterator[None]:
        """Wait for a place. Raises TooMany."""
        if self._here[sender] >= self._of_one:
            raise TooMany(f"you sent more than {self._of_one} requests at once: send fewer")
        self._here[sender] += 1
        try:
            async with self._free:
                yield
        finally:
            self._here[sender] -= 1
            if not self._here[sender]:
                del self._here[sender]
