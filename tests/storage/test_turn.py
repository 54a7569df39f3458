"""Whoever waits to write is served in the order of coming, or told in good time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import Busy
from storage.turn import Turn


def test_who_comes_first_is_served_first() -> None:
    turn = Turn(patience=5)
    served: list[int] = []

    def write(which: int) -> None:
        with turn.taken():
            served.append(which)

    with ThreadPoolExecutor(8) as threads, turn.taken():
        for which in range(8):
            threads.submit(write, which)
            while len(turn._waiting) <= which:
                threading.Event().wait(0.001)
    assert served == list(range(8))


def test_who_waits_too_long_is_told_and_forgotten() -> None:
    turn = Turn(patience=0.01)
    with turn.taken(), pytest.raises(Busy), turn.taken():
        pass
    with turn.taken():
        assert not turn._waiting


def test_an_exception_passes_the_turn_on() -> None:
    turn = Turn(patience=0.01)

    def fail() -> None:
        with turn.taken():
            raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            fail()


def test_the_turn_is_never_lost_nor_doubled_when_patience_ends() -> None:
    turn = Turn(patience=0.002)
    inside = 0
    most = 0
    refused = 0

    def write(_: int) -> None:
        nonlocal inside, most, refused
        for _ in range(50):
            try:
                with turn.taken():
                    inside += 1
                    most = max(most, inside)
                    threading.Event().wait(0.0005)
                    inside -= 1
            except Busy:
                refused += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    assert most == 1
    assert refused > 0
    with turn.taken():
        assert not turn._waiting
