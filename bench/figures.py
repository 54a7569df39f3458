"""Figures: many rounds of one work as medians, and the table in which they stand."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Volley

_HEAD = ("database", "at once", "what", "a second", "p50 ms", "p99 ms", "x floors")
_WIDTHS = (11, 7, 34, 9, 8, 8, 9)


@dataclass(frozen=True, slots=True)
class Figures:
    """What some rounds of one work came to: the medians, times in milliseconds."""

    a_second: float
    p50: float
    p99: float


def figures(rounds: Sequence[Volley]) -> Figures:
    """The medians over rounds."""
    return Figures(
        median(len(one.took) / one.seconds for one in rounds),
        median(_quantile(one, 0.50) for one in rounds) * 1000,
        median(_quantile(one, 0.99) for one in rounds) * 1000,
    )


def together(parts: Sequence[Figures]) -> Figures:
    """What works cost that are done one after the other.

    Percentiles do not add up in general: p50 does nearly, p99 is an upper bound.
    """
    return Figures(
        1 / sum(1 / part.a_second for part in parts),
        sum(part.p50 for part in parts),
        sum(part.p99 for part in parts),
    )


def times(ours: Figures, floors: Figures, *, at_once: int) -> float:
    """How often the floors go into what we cost: by p50 one at a time, else by throughput."""
    return ours.p50 / floors.p50 if at_once == 1 else floors.a_second / ours.a_second


def heading(title: str) -> str:
    """What is measured, on which machine, and the head of the table."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    return f"\n{title}\n{machine}\n\n{_line(_HEAD)}\n{_line(['-' * width for width in _WIDTHS])}"


def block(database: str, at_once: int, ours: Figures, floors: Sequence[tuple[str, Figures]]) -> str:
    """The lines of one database at one concurrency: ours, each floor, and all floors together."""
    sum_of_floors = together([floor for _, floor in floors])
    ratio = f"{times(ours, sum_of_floors, at_once=at_once):.2f}"
    lines = [
        _figures_line(database, at_once, "Baton", ours, ratio),
        *(_figures_line(database, at_once, name, floor) for name, floor in floors),
        _figures_line(database, at_once, "floors together", sum_of_floors, "1.00"),
    ]
    return "\n".join(lines)


def _figures_line(database: str, at_once: int, what: str, of: Figures, ratio: str = "") -> str:
    speeds = (f"{of.a_second:,.0f}", f"{of.p50:.2f}", f"{of.p99:.2f}")
    return _line((database, str(at_once), what, *speeds, ratio))


def _line(cells: Sequence[str]) -> str:
    pairs = enumerate(zip(cells, _WIDTHS, strict=True))
    # Words to the left, numbers to the right.
    return "  ".join(
        cell.ljust(width) if n in (0, 2) else cell.rjust(width) for n, (cell, width) in pairs
    )


def _quantile(volley: Volley, part: float) -> float:
    took = sorted(volley.took)
    return took[min(int(len(took) * part), len(took) - 1)]
