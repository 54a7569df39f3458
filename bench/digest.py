"""The price of a weekly digest, against the same figures by hand in SQL."""

from __future__ import annotations

import os
import platform
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter

from bench.by_hand import everything, one_look
from bench.databases import fresh
from bench.product import TEAM, opened
from bench.week import BEGIN, DAYS, ENTRIES, fill
from core.domain.localtime import WEEK, Window
from core.domain.measures import Frame, Measures, frame_of
from core.services.reporting import measured
from storage.engine import make_engine
from storage.unit import SqlView

TITLE = "digest: every figure of one week of a year, against the same figures by hand in SQL"
ROUNDS = 15
SIZES = (10_000, 100_000, 1_000_000)  # entries of the log
SMALL = (5_000,)
# Sunday midnight is when the year of the history ends.
AT = BEGIN + timedelta(days=DAYS, hours=9)


def run(names: Sequence[str], entries: Sequence[int]) -> None:
    """Measure and print, one history after the other."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{TITLE}\n{machine}, medians of {ROUNDS} rounds, by turns\n")
    for name in names:
        for size in entries:
            _measure(name, size)


def _measure(name: str, entries: int) -> None:
    handoffs = entries // ENTRIES
    with fresh([name]) as (database,):
        opened(database.url)
        began = perf_counter()
        fill(database.url, handoffs)
        made = perf_counter() - began
        engine = make_engine(database.url)
        with engine.connect() as connection:
            view, frame = SqlView(connection, TEAM), _frame()
            works: dict[str, Callable[[], object]] = {
                "one look at the week by hand": lambda: one_look(connection, TEAM, frame),
                "the same figures by hand": lambda: everything(connection, TEAM, frame),
                "reading for the digest": lambda: (view.facts(frame), view.standing()),
                "the digest": lambda: measured(view, at=AT),
            }
            took = _timed(works)
            numbers = measured(view, at=AT)
            _agree(numbers, everything(connection, TEAM, frame))
            peak = _peak(lambda: measured(view, at=AT))
            size = len(view.facts(frame))
        engine.dispose()
    print(f"{name:<12}{entries:>9,} entries, {handoffs:,} handoffs (made in {made:.0f} s)")
    floor = took["the same figures by hand"]
    for what, seconds in took.items():
        print(f"{'':<12}{what:<34}{seconds * 1000:9.1f} ms {seconds / floor:7.2f} x by hand")
    print(f"{'':<12}{size:,} handoffs read, at most {peak / 1e6:.1f} MB\n", flush=True)


def _frame() -> Frame:
    window = Window(AT - timedelta(hours=9) - WEEK, AT - timedelta(hours=9))
    return frame_of(window, as_of=AT, earlier=lambda of: Window(of.start - WEEK, of.start))


def _timed(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {what: [] for what in works}
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for what, work in works.items():
            began = perf_counter()
            work()
            times[what].append(perf_counter() - began)
    return {what: median(each) for what, each in times.items()}


def _agree(numbers: Measures, decided: int) -> None:
    if numbers.period.decided != decided or not decided:
        raise RuntimeError(f"{numbers.period.decided} decided, by hand {decided}")


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
