"""Local time: wall clocks, days and weeks of a place, right on the days that clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open period `[start, end)`, both aware UTC."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` show `wall` on `day`, in UTC.

    A time that the clocks skip becomes the first minute after the gap; one that they show twice
    is the first of the two.
    """
    local = datetime.combine(day, wall, zone)
    while _skipped(local):
        local = (local.replace(tzinfo=None) + _MINUTE).replace(tzinfo=zone)
    return local.astimezone(UTC)


def _skipped(local: datetime) -> bool:
    there_and_back = local.astimezone(UTC).astimezone(local.tzinfo)
    return there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day at `at` in `zone`."""
    return at.astimezone(zone).date()


def week_of(at: datetime, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    """The local week that holds `at`; `starts_on` is 0 for Monday to 6 for Sunday."""
    today = day_of(at, zone)
    first = today - timedelta(days=(today.weekday() - starts_on) % 7)
    return Window(moment(first, time(0), zone), moment(first + timedelta(days=7), time(0), zone))


def week_before(week: Window, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    """The full local week that ends where `week` begins."""
    return week_of(week.start - timedelta(hours=12), zone, starts_on=starts_on)


def next_weekly(after: datetime, *, weekday: int, wall: time, zone: ZoneInfo) -> datetime:
    """The first `wall` time on `weekday` (0 is Monday) in `zone` that is later than `after`."""
    day = day_of(after, zone) - DAY
    while True:
        if day.weekday() == weekday and (found := moment(day, wall, zone)) > after:
            return found
        day += DAY
