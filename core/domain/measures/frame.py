"""The frame of a digest: its period, the one before, and the cohorts old enough to be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.domain.localtime import Window


class Rung(StrEnum):
    """How far leads get from where, each with a time in which most of them do."""

    MQL_SAL = "mql_sal"
    SAL_SQL = "sal_sql"
    MQL_SQL = "mql_sql"
    MQL_CUSTOMER = "mql_customer"
    RETURN = "return"  # went back to nurturing → accepted after all


HORIZONS: Mapping[Rung, timedelta] = {
    Rung.MQL_SAL: timedelta(days=7),
    Rung.SAL_SQL: timedelta(days=30),
    Rung.MQL_SQL: timedelta(days=30),
    Rung.MQL_CUSTOMER: timedelta(days=90),
    Rung.RETURN: timedelta(days=90),
}


_NEVER = datetime.max.replace(tzinfo=UTC)
MOMENTS = (
    "opened_at",
    "due_at",
    "decided_at",
    "touch_due_at",
    "touched_at",
    "returned_at",
    "sql_at",
    "won_at",
)
"""What happens to a handoff, by the names that a fact has for it."""

_SET_OUT: Mapping[Rung, str] = {
    Rung.MQL_SAL: "opened_at",
    Rung.SAL_SQL: "decided_at",
    Rung.MQL_SQL: "opened_at",
    Rung.MQL_CUSTOMER: "opened_at",
    Rung.RETURN: "returned_at",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a digest of `window` looks at, as of a moment; `before` is the period before it.

    `cohorts` are the latest periods all of which lies a rung's horizon in the past.
    """

    window: Window
    before: Window
    as_of: datetime
    cohorts: Mapping[Rung, Window]
    horizons: Mapping[Rung, timedelta]

    def spans(self) -> tuple[tuple[str, Window], ...]:
        """Which moments of a handoff have to lie where for it to count, as few as there can be."""
        wanted = {moment: [self.before, self.window] for moment in MOMENTS}
        for rung, window in self.cohorts.items():
            wanted[_SET_OUT[rung]].append(window)
        # What was decided later was open at that moment; whoever asks about now reads none of it.
        wanted["decided_at"].append(Window(self.as_of, _NEVER))
        return tuple((moment, span) for moment, some in wanted.items() for span in _joined(some))


def frame_of(
    window: Window,
    *,
    as_of: datetime,
    earlier: Callable[[Window], Window],
    horizons: Mapping[Rung, timedelta] = HORIZONS,
) -> Frame:
    """The frame of a period; `earlier` gives the period before one."""
    cohorts = {rung: _ripe(window, as_of - horizon, earlier) for rung, horizon in horizons.items()}
    return Frame(window, earlier(window), as_of, cohorts, horizons)


def _ripe(window: Window, until: datetime, earlier: Callable[[Window], Window]) -> Window:
    """The latest period from `window` back that is over at `until`."""
    while window.end > until:
        window = earlier(window)
    return window


def _joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    joined: list[Window] = []
    for window in sorted(windows, key=lambda each: (each.start, each.end)):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return tuple(joined)
