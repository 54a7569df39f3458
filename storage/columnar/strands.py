"""Strands: a lead's past, cut wherever something else happens than that new signals come.

In a strand the description is one, and signals become known in the order in which they happened:
what is known at a moment is always a beginning of the strand. A signal that was told of late cuts
the past, and so does a new description.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.columnar.columns import Columns, Ints

Bools = NDArray[np.bool_]

# A strand and a time fit into one number for so many strands, until the year 2041.
MOST_STRANDS = 4000
SPAN = 2**51
_MOST_SIGNALS = 200_000


@dataclass(frozen=True, slots=True)
class Moments:
    """When a lead is looked at: sorted by lead and time, each once."""

    lead: Ints
    at: Ints


@dataclass(frozen=True, slots=True)
class Strands:
    """Some strands. `described` is the row of the description, -1 for none.

    Signals are sorted by strand, then as they happened, and `known` never falls within a strand.
    The points are the moments at which a strand is looked at; `row` says which moment each is,
    and `until` is where the signals end that are known by then.
    """

    described: Ints
    begins: Ints
    strand: Ints
    happened: Ints
    known: Ints
    said: Ints
    session: Ints
    of: Ints
    at: Ints
    until: Ints
    row: Ints

    @property
    def count(self) -> int:
        """How many strands there are."""
        return len(self.described)


def cut(columns: Columns, moments: Moments) -> Iterator[Strands]:
    """The pasts of some leads as strands, a bounded number of signals at a time."""
    known = columns.lead * SPAN + columns.known
    told = columns.described * SPAN + columns.described_from
    late = known > _least_of_later(known)
    cuts = np.concatenate((told, known[late]))
    looked = moments.lead * SPAN + moments.at
    # Before anything is known of a lead there is a strand, too; who looks then sees nothing.
    began = np.arange(len(columns.pasts), dtype=np.int64) * SPAN
    starts = sorted_once(np.concatenate((began, cuts)))
    place = np.searchsorted(starts, looked, "right") - 1
    is_next = np.append(True, place[1:] != place[:-1])
    used, of = place[is_next], np.cumsum(is_next) - 1
    begins = starts[used]
    ends = np.append(starts, np.iinfo(np.int64).max)[used + 1]
    lead = begins // SPAN
    described = np.searchsorted(told, begins, "right") - 1
    described[np.append(columns.described, -1)[described] != lead] = -1
    first = np.searchsorted(columns.lead, lead, "left")
    size = np.searchsorted(columns.lead, lead, "right") - first
    for some in _portions(size):
        yield _strands(columns, moments, known, begins, ends, described, first, size, of, some)


def sorted_once(numbers: Ints) -> Ints:
    """The numbers in order, each once."""
    found = np.sort(numbers, kind="stable")
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def _least_of_later(known: Ints) -> Ints:
    """For each signal the earliest that one after it became known. Later leads have larger ones."""
    least = np.full(len(known), np.iinfo(np.int64).max)
    if len(known) > 1:
        least[:-1] = np.minimum.accumulate(known[::-1])[::-1][1:]
    return least


def _portions(size: Ints) -> Iterator[slice]:
    first, held = 0, 0
    for number, signals in enumerate(size.tolist()):
        if number > first and (held + signals > _MOST_SIGNALS or number - first >= MOST_STRANDS):
            yield slice(first, number)
            first, held = number, 0
        held += signals
    if first < len(size):
        yield slice(first, len(size))


def _strands(
    columns: Columns,
    moments: Moments,
    known: Ints,
    begins: Ints,
    ends: Ints,
    described: Ints,
    first: Ints,
    size: Ints,
    of: Ints,
    some: slice,
) -> Strands:
    begin, end = begins[some], ends[some]
    strand, signal = expanded(first[some], size[some])
    inside = known[signal] < end[strand]
    strand, signal = strand[inside], signal[inside]
    becomes = np.maximum(columns.known[signal], begin[strand] % SPAN)
    low, high = np.searchsorted(of, (some.start, some.stop)) if _is_sorted(of) else (0, 0)
    row = np.arange(low, high, dtype=np.int64)
    here, at = of[row] - some.start, moments.at[row]
    until = np.searchsorted(strand * SPAN + becomes, here * SPAN + at, "right")
    return Strands(
        described[some],
        np.searchsorted(strand, np.arange(len(begin))),
        strand,
        columns.happened[signal],
        becomes,
        columns.said[signal],
        columns.session[signal],
        here,
        at,
        until,
        row,
    )


def _is_sorted(of: Ints) -> bool:
    if np.any(np.diff(of) < 0):
        raise AssertionError("moments have to come by lead and time")
    return True


def expanded(first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """For ranges of rows: which range each row is of, and the row; a row may be in several."""
    of = np.repeat(np.arange(len(size), dtype=np.int64), size)
    ends = np.cumsum(size)
    within = np.arange(len(of), dtype=np.int64) - np.repeat(ends - size, size)
    return of, np.repeat(first, size) + within


def stills(strands: Strands, points: Bools) -> Iterator[Strands]:
    """A strand of its own for each of these points, with what is known by then and no more."""
    chosen = np.flatnonzero(points)
    first = strands.begins[strands.of[chosen]]
    size = strands.until[chosen] - first
    for some in _portions(size):
        rows = chosen[some]
        strand, signal = expanded(first[some], size[some])
        number = np.arange(len(rows), dtype=np.int64)
        yield Strands(
            strands.described[strands.of[rows]],
            np.searchsorted(strand, number),
            strand,
            strands.happened[signal],
            strands.known[signal],
            strands.said[signal],
            strands.session[signal],
            number,
            strands.at[rows],
            np.searchsorted(strand, number, "right"),
            rows,
        )
