"""Local time: wall clocks and days of a place, right on the days that clocks change."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open period `[start, end)`, both aware UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` show `wall` on `day`, in UTC.

    A time that the clocks skip becomes the end of the gap; one that they show twice is the first
    of the two.
    """
    local = datetime.combine(day, wall, zone)
    there = local.astimezone(UTC)
    return there if _wall(there, zone) == local.replace(tzinfo=None) else _gap_end(local, zone)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _gap_end(local: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks jump over `local`: between what the offsets after and before make of it."""
    skipped = local.replace(microsecond=0)
    earliest, latest = (skipped.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    seconds = range(int((latest - earliest).total_seconds()))
    wait = bisect_left(
        seconds,
        True,
        key=lambda passed: (
            _wall(earliest + timedelta(seconds=passed), zone) > skipped.replace(tzinfo=None)
        ),
    )
    return earliest + timedelta(seconds=wait)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day at `at` in `zone`."""
    return at.astimezone(zone).date()
