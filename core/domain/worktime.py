"""Working time: a promise made on Friday evening falls due on Monday, not on Saturday."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.localtime import DAY, Window, day_of, moment
from core.domain.public_days import public_days
from core.errors import Invalid

_EVERY_CALENDAR = range(2024, 2035)  # a year begins on each day of the week, leap years too


@dataclass(frozen=True, slots=True)
class Hours:
    """The working week of one place: on `days` (0 is Monday), wall time.

    Nobody works on the public holidays of the countries in `holidays`, such as `JP` or `DE-BY`.
    """

    start: time = time(9)
    end: time = time(18)
    days: frozenset[int] = frozenset(range(5))
    holidays: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.days or self.start >= self.end:
            raise Invalid("hours", "a working week needs at least one day and one hour")
        if self.holidays and not all(map(self._works_in, _EVERY_CALENDAR)):
            raise Invalid("holidays", "these holidays leave a year without any working day")

    def _works_in(self, year: int) -> bool:
        first = date(year, 1, 1)
        return any(self._works_on(first + DAY * number) for number in range(365))

    def _works_on(self, day: date) -> bool:
        return day.weekday() in self.days and not any(
            day in public_days(place, day.year) for place in self.holidays
        )

    def on(self, day: date, zone: ZoneInfo) -> Window | None:
        """The working hours of `day`, or None on a day off."""
        if not self._works_on(day):
            return None
        return Window(moment(day, self.start, zone), moment(day, self.end, zone))

    def from_moment(self, start: datetime, zone: ZoneInfo) -> Iterator[Window]:
        """Every stretch of working time from `start` on, without end."""
        day = day_of(start, zone)
        while True:
            today = self.on(day, zone)
            # A day that the clocks skip has no working time, nor has one that is over.
            if today is not None and max(start, today.start) < today.end:
                yield Window(max(start, today.start), today.end)
            day += DAY


def add_working(start: datetime, duration: timedelta, *, hours: Hours, zone: ZoneInfo) -> datetime:
    """When `duration` of working time has passed since `start`, in UTC."""
    left = duration
    for stretch in hours.from_moment(start, zone):
        length = stretch.end - stretch.start
        if left <= length:
            return stretch.start + left
        left -= length
    raise AssertionError("unreachable: working weeks have no end")


_NONE = timedelta(0)
_MARGIN = 370 * DAY  # so that not every earlier moment has the days counted anew


class WorkClock:
    """Tells how much working time lies between two moments, fast for very many of them.

    It goes through the days of the calendar once and remembers how much was worked before each.
    """

    def __init__(self, hours: Hours, zone: ZoneInfo) -> None:
        self._hours, self._zone = hours, zone
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._before: list[timedelta] = []  # worked before each stretch
        self._from: datetime | None = None
        self._next: Iterator[Window] = iter(())

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; negative where they are the other way round."""
        if end < start:
            return -self.between(end, start)
        if self._from is None or start < self._from or end > self._ends[-1]:
            self._reach(start, end)
        return self._worked(end) - self._worked(start)

    def _reach(self, start: datetime, end: datetime) -> None:
        if self._from is None or start < self._from:
            self._from = start - _MARGIN
            self._starts, self._ends, self._before = [], [], []
            self._next = self._hours.from_moment(self._from, self._zone)
        while not self._ends or self._ends[-1] < end:
            stretch = next(self._next)
            worked = self._before[-1] + self._length(-1) if self._ends else _NONE
            self._starts.append(stretch.start)
            self._ends.append(stretch.end)
            self._before.append(worked)

    def _length(self, place: int) -> timedelta:
        return self._ends[place] - self._starts[place]

    def _worked(self, at: datetime) -> timedelta:
        """Since the first day that is remembered."""
        place = bisect_right(self._starts, at) - 1
        if place < 0:
            return _NONE
        return self._before[place] + min(at, self._ends[place]) - self._starts[place]
