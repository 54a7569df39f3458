"""The load: requests sent over kept-alive connections by a process of its own, each one timed."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

import uvloop

LONGEST = 60.0  # seconds for one volley
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Volley:
    """Some pieces of work, and how long each of them and all of them took, in seconds."""

    took: Sequence[float]
    seconds: float


class Load:
    """Sends volleys from its own process, so that it never waits for the program it measures."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def fire(self, port: int, requests: Sequence[bytes], *, at_once: int, expected: int) -> Volley:
        """Send all requests to this port of this machine, `at_once` of them under way.

        Raises RuntimeError unless every answer has the `expected` HTTP status.
        """
        self._pipe.send((port, requests, at_once))
        if not self._pipe.poll(LONGEST + 10):
            raise TimeoutError("the load did not come back")
        took, seconds, answers = self._pipe.recv()
        if answers != {expected: len(requests)}:
            raise RuntimeError(f"{len(requests)} requests got these answers: {answers}")
        return Volley(took, seconds)


@contextmanager
def loaded() -> Iterator[Load]:
    """Start the process that sends, and end it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send_volleys, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Load(ours)
    finally:
        ours.close()
        process.join(10)


def request(path: str, body: bytes, **headers: str) -> bytes:
    """A POST as it goes over the wire; `content_type` and others become headers."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def hammered(works: Sequence[Callable[[int], None]], times: int) -> Volley:
    """Call each of `works` in a thread of its own, `times` altogether, with 0, 1, 2 …"""
    took: list[float] = []
    numbers = iter(range(times))

    def run(work: Callable[[int], None]) -> None:
        for number in numbers:
            begun = perf_counter()
            work(number)
            took.append(perf_counter() - begun)

    begun = perf_counter()
    if len(works) == 1:
        run(works[0])
    else:
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if len(took) != times:
        raise RuntimeError(f"{times - len(took)} of {times} pieces of work failed")
    return Volley(took, perf_counter() - begun)


# In the process that sends


def _send_volleys(pipe: Any) -> None:
    while True:
        try:
            port, requests, at_once = pipe.recv()
        except EOFError:
            return
        pipe.send(uvloop.run(_volley(port, requests, at_once)))


async def _volley(
    port: int, requests: Sequence[bytes], at_once: int
) -> tuple[list[float], float, Counter[int]]:
    shots = _Shots(iter(requests), [], Counter())
    gunners = [await _gunner(port, shots) for _ in range(at_once)]
    begun = perf_counter()
    for gunner in gunners:
        gunner.next()
    async with asyncio.timeout(LONGEST):
        await asyncio.gather(*(gunner.ended for gunner in gunners))
    return shots.took, perf_counter() - begun, shots.answers


async def _gunner(port: int, shots: _Shots) -> _Gunner:
    loop = asyncio.get_running_loop()
    _, gunner = await loop.create_connection(
        lambda: _Gunner(shots, loop.create_future()), "127.0.0.1", port
    )
    return gunner


@dataclass(slots=True)
class _Shots:
    left: Iterator[bytes]
    took: list[float]
    answers: Counter[int]


class _Gunner(asyncio.Protocol):
    """One connection: sends the next request as soon as the one before is answered."""

    def __init__(self, shots: _Shots, ended: asyncio.Future[None]) -> None:
        self.ended = ended
        self._shots = shots
        self._came = b""
        self._begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionResetError("closed before it answered"))

    def next(self) -> None:
        """Send a request, or end where none is left."""
        wanted = next(self._shots.left, None)
        if wanted is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._begun = perf_counter()
        self._transport.write(wanted)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, blank, body = self._came.partition(b"\r\n\r\n")
        if not blank or len(body) < _body_length(head):
            return
        self._shots.took.append(perf_counter() - self._begun)
        self._shots.answers[int(head[9:12])] += 1
        self._came = b""
        self.next()


def _body_length(head: bytes) -> int:
    stated = _LENGTH.search(head)
    if stated is None:
        raise ValueError("an answer without a length")
    return int(stated[1])
