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
from bench.week import END, ENTRIES, fill
from core.domain.localtime import WEEK, Window
from core.domain.measures import Frame, Measures, frame_of
from core.services.reporting import measured
from storage.engine import make_engine
from storage.unit import SqlView

TITLE = (
    "digest: every figure of the last week of some years, against the same figures by hand in SQL"
)
ROUNDS = 15
# Entries of the log, and over how many years: the last week has as much in it as one of 100,000.
SIZES = ((10_000, 1), (100_000, 1), (1_000_000, 1), (1_000_000, 10))
SMALL = ((5_000, 1),)
AT = END + timedelta(hours=9)


def run(names: Sequence[str], histories: Sequence[tuple[int, int]]) -> None:
    """Measure and print, one history after the other."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{TITLE}\n{machine}, medians of {ROUNDS} rounds, by turns\n")
    for name in names:
        for entries, years in histories:
            _measure(name, entries, years)


def _measure(name: str, entries: int, years: int) -> None:
    handoffs = entries // ENTRIES
    with fresh([name]) as (database,):
        opened(database.url)
        began = perf_counter()
        fill(database.url, handoffs, years=years)
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
    print(f"{name:<12}{entries:>9,} entries, {handoffs:,} handoffs, {years} years ({made:.0f} s)")
    floor = took["the same figures by hand"]
    for what, seconds in took.items():
        print(f"{'':<12}{what:<34}{seconds * 1000:9.1f} ms {seconds / floor:7.2f} x by hand")
    print(f"{'':<12}{size:,} handoffs read, at most {peak / 1e6:.1f} MB\n", flush=True)


def _frame() -> Frame:
    window = Window(END - WEEK, END)
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
