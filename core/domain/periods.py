"""Periods: the local days, weeks and months that numbers are told of."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.domain.localtime import DAY, WEEK, Window, day_of, moment
from core.errors import Invalid

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_YEARS = range(1970, 2200)


class Cadence(StrEnum):
    """How long a period is, and how often one ends."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


def period_of(at: datetime, cadence: Cadence, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    """The local period that holds `at`; weeks start on `starts_on` (0 is Monday)."""
    day = day_of(at, zone)
    while True:
        period = period_on(day, cadence, zone, starts_on=starts_on)
        if at < period.end:
            return period
        # Where clocks go back over midnight, yesterday's last minutes come again after today's
        # first.
        day = _bounds(day, cadence, starts_on)[1]


def period_before(
    period: Window, cadence: Cadence, zone: ZoneInfo, *, starts_on: int = 0
) -> Window:
    """The full local period that ends where this one begins."""
    just_before = period.start - timedelta.resolution
    return period_of(just_before, cadence, zone, starts_on=starts_on)


def period_on(day: date, cadence: Cadence, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    """The local period to which a calendar day belongs."""
    first, following = _bounds(day, cadence, starts_on)
    return Window(moment(first, time(0), zone), moment(following, time(0), zone))


def _bounds(day: date, cadence: Cadence, starts_on: int) -> tuple[date, date]:
    """The first day of the period, and of the one after it."""
    match cadence:
        case Cadence.DAILY:
            return day, day + DAY
        case Cadence.WEEKLY:
            first = day - timedelta(days=(day.weekday() - starts_on) % 7)
            return first, first + WEEK
        case Cadence.MONTHLY:
            first = day.replace(day=1)
            return first, first + timedelta(days=days_in(day))


def days_in(day: date) -> int:
    """How many days the month of a day has."""
    return monthrange(day.year, day.month)[1]


def is_real(day: date, zone: ZoneInfo) -> bool:
    """Whether there was such a day: where the date line was moved, one is missing."""
    return moment(day, time(0), zone) < moment(day + DAY, time(0), zone)


def is_whole(period: Window, cadence: Cadence, zone: ZoneInfo, *, starts_on: int = 0) -> bool:
    """Whether this is one of the periods of a cadence."""
    return period == period_of(period.start, cadence, zone, starts_on=starts_on)


def cadence_named(name: str) -> tuple[Cadence, date] | None:
    """What `2026-W46`, `2026-10` or `2026-11-20` names, as a day in it; None where it is no name.

    Weeks are numbered as ISO 8601 does: a week bears the number of its Thursday.
    """
    if week := _WEEK.fullmatch(name):
        return _dated(Cadence.WEEKLY, lambda: date.fromisocalendar(int(week[1]), int(week[2]), 4))
    if day := _DAY.fullmatch(name):
        return _dated(Cadence.DAILY, lambda: date(*map(int, day.groups())))
    if month := _MONTH.fullmatch(name):
        return _dated(Cadence.MONTHLY, lambda: date(int(month[1]), int(month[2]), 1))
    return None


def _dated(cadence: Cadence, made: Callable[[], date]) -> tuple[Cadence, date] | None:
    try:
        day = made()
    except ValueError:
        return None
    return (cadence, day) if day.year in _YEARS else None


_ASKED: Mapping[str, tuple[Cadence, bool]] = MappingProxyType(
    {
        "today": (Cadence.DAILY, False),
        "yesterday": (Cadence.DAILY, True),
        "week": (Cadence.WEEKLY, False),
        "last week": (Cadence.WEEKLY, True),
        "month": (Cadence.MONTHLY, False),
        "last month": (Cadence.MONTHLY, True),
    }
)


def is_asked(name: str) -> bool:
    """Whether `period_asked` knows a period by this name."""
    return name in _ASKED or cadence_named(name) is not None


def period_asked(
    name: str, *, at: datetime, zone: ZoneInfo, starts_on: int = 0
) -> tuple[Cadence, Window]:
    """The period called `week`, `last month`, `yesterday` at a moment, or by its own name.

    Raises Invalid where there is none of that name, or it has not begun.
    """
    if known := _ASKED.get(name):
        cadence, is_last = known
        period = period_of(at, cadence, zone, starts_on=starts_on)
        before = period_before(period, cadence, zone, starts_on=starts_on)
        return cadence, before if is_last else period
    found = cadence_named(name)
    if found is None:
        raise Invalid("period", "is a day, week or month, such as 2026-11-20, 2026-W46 or 2026-11")
    cadence, day = found
    period = period_on(day, cadence, zone, starts_on=starts_on)
    if period.start > at:
        raise Invalid("period", f"{name} has not begun")
    return cadence, period


def name_of(period: Window, cadence: Cadence, zone: ZoneInfo, *, starts_on: int = 0) -> str:
    """The name under which `cadence_named` finds a period again."""
    first = day_of(period.start, zone)
    match cadence:
        case Cadence.DAILY:
            return first.isoformat()
        case Cadence.WEEKLY:
            monday, _ = _bounds(first, cadence, starts_on)
            thursday = monday + timedelta(days=(3 - starts_on) % 7)
            year, week, _ = thursday.isocalendar()
            return f"{year}-W{week:02}"
        case Cadence.MONTHLY:
            return f"{first:%Y-%m}"
