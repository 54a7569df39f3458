"""Days: what a person types for a date, in English or Japanese, and which date that is."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MOST = 3  # words


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days and months after the day on which it is said."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Weekday:
    """The next day with that name (0 is Monday), or the one of next week."""

    number: int
    next_week: bool = False


@dataclass(frozen=True, slots=True)
class Anniversary:
    """The next day of that month and day, whatever its year."""

    month: int
    day: int


Day = date | Ahead | Weekday | Anniversary


def at_end(words: Sequence[str]) -> tuple[Sequence[str], Day | None]:
    """The words before a date, and the date, if they end in one."""
    for count in range(min(_MOST, len(words)), 0, -1):
        rest, said = words[: len(words) - count], " ".join(words[len(words) - count :])
        if (day := meant(said)) is not None:
            return rest, day
    return words, None


def meant(said: str) -> Day | None:
    """The day that is meant, None where it is none."""
    plain = " ".join(unicodedata.normalize("NFKC", said[:40]).casefold().split())
    if plain in _NAMED:
        return _NAMED[plain]
    for pattern, read in _PATTERNS:
        if found := pattern.fullmatch(plain):
            return read(found)
    return None


def reckoned(day: Day, *, today: date) -> date | None:
    """The date of a day that was said `today`; None where the calendar does not have it."""
    try:
        return _reckoned(day, today)
    except (ValueError, OverflowError):
        return None


def _reckoned(day: Day, today: date) -> date:
    match day:
        case Ahead(days, months):
            return _months_after(today, months) + timedelta(days)
        case Weekday(number, next_week):
            monday = today - timedelta(today.weekday())
            if next_week:
                return monday + timedelta(7 + number)
            return today + timedelta((number - today.weekday() - 1) % 7 + 1)
        case Anniversary(month, number):
            this_year = date(today.year, month, number)
            return this_year if this_year > today else this_year.replace(year=today.year + 1)
        case date():
            return day


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _date(found: re.Match[str]) -> Day | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _ahead(found: re.Match[str]) -> Day:
    count, unit = int(found[1]), found[2]
    if unit.startswith(("month", "か", "ヶ", "カ", "ケ", "箇", "ヵ")):
        return Ahead(months=count)
    return Ahead(days=count * 7 if unit.startswith(("week", "週")) else count)


def _month_first(found: re.Match[str]) -> Day:
    return Anniversary(_MONTHS[found[1][:3]], int(found[2]))


def _day_first(found: re.Match[str]) -> Day:
    return Anniversary(_MONTHS[found[2][:3]], int(found[1]))


def _weekday(found: re.Match[str]) -> Day:
    return Weekday(_WEEKDAYS[found[2]], bool(found[1]))


_NAMED: Mapping[str, Day] = {
    "tomorrow": Ahead(1),
    "明日": Ahead(1),
    "あした": Ahead(1),
    "明後日": Ahead(2),
    "あさって": Ahead(2),
    "next week": Weekday(0, next_week=True),
    "来週": Weekday(0, next_week=True),
    "next month": Ahead(months=1),
    "来月": Ahead(months=1),
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "月", "月曜", "月曜日"),
            ("tuesday", "tue", "火", "火曜", "火曜日"),
            ("wednesday", "wed", "水", "水曜", "水曜日"),
            ("thursday", "thu", "木", "木曜", "木曜日"),
            ("friday", "fri", "金", "金曜", "金曜日"),
            ("saturday", "sat", "土", "土曜", "土曜日"),
            ("sunday", "sun", "日", "日曜", "日曜日"),
        )
    )
    for name in names
}
_LONG = "|".join(sorted((name for name in _WEEKDAYS if len(name) > 1), key=len, reverse=True))
_NAME_OF_MONTH = "|".join(f"{name}[a-z]*" for name in _MONTHS)
_PATTERNS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], Day | None]]] = (
    (re.compile(r"(?:on )?(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"), _date),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"), _date),
    (re.compile(r"(\d{1,2})月(\d{1,2})日"), lambda m: Anniversary(int(m[1]), int(m[2]))),
    (re.compile(r"(?:in )?(\d{1,4}) (days?|weeks?|months?)"), _ahead),
    (re.compile(r"(\d{1,4})(日(?=後)|週間|[かヶカケ箇ヵ]月)後?"), _ahead),
    (re.compile(rf"(?:on )?(next |来週の?)?({_LONG})"), _weekday),
    (re.compile(rf"(?:on )?({_NAME_OF_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?"), _month_first),
    (re.compile(rf"(?:on )?(\d{{1,2}})(?:st|nd|rd|th)?\.? ({_NAME_OF_MONTH})"), _day_first),
)
