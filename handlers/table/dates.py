"""Dates as people write them: ISO and local forms, the order of day and month told per column."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.domain.localtime import moment

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = "(?P<name>" + "|".join(_MONTHS) + ")[a-z]*"
_DAYS = (
    re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年\s?(?P<m>\d{1,2})月\s?(?P<d>\d{1,2})日"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(rf"(?P<d>\d{{1,2}})[ -]{_MONTH}[ -](?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"{_MONTH}\.? (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})", re.IGNORECASE),
)
_DOTTED = re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})")
_UNTOLD = re.compile(r"(?P<first>\d{1,2})([/-])(?P<second>\d{1,2})\2(?P<y>\d{4})")
_TWO_DIGITS = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?!\d)")
_TIME = re.compile(
    r"(?P<before>午前|午後)?\s?(?P<h>\d{1,2})(?::|時)(?P<min>\d{1,2})分?"
    r"(?::?(?P<s>\d{1,2})(?P<part>[.,]\d+)?秒?)?\s?(?P<after>am|pm|a\.m\.|p\.m\.)?"
    r"\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}|\d{13}")
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")


class Order(StrEnum):
    """Whether the day or the month comes first where both are numbers."""

    DMY = "dmy"
    MDY = "mdy"


class Undated(ValueError):
    """A text that is no date; says what to write instead."""


@dataclass(slots=True)
class Column:
    """What the dates of a column say about the order of day and month."""

    day_first: int | None = None
    month_first: int | None = None
    untold: int | None = None

    def see(self, line: int, text: str) -> None:
        """Look at one cell; keeps the first line that says something."""
        found = _UNTOLD.match(text.strip()) if "/" in text or "-" in text[:3] else None
        if found is None:
            return
        first, second = int(found["first"]), int(found["second"])
        if first > 12:
            self.day_first = self.day_first or line
        elif second > 12:
            self.month_first = self.month_first or line
        elif first != second:
            self.untold = self.untold or line

    def order(self) -> Order | None:
        """The order that all the dates share; None where there is nothing to tell.

        Raises Undated where they contradict each other, or where every date could be either.
        """
        if self.day_first and self.month_first:
            raise Undated(
                f"line {self.day_first} has the day first and line {self.month_first} the month: "
                "write all dates in one form, best as 2026-11-23"
            )
        if self.day_first:
            return Order.DMY
        if self.month_first:
            return Order.MDY
        if self.untold:
            raise Undated(
                f"day and month could be either in line {self.untold} and everywhere else: "
                "say --date-order dmy or --date-order mdy"
            )
        return None


def read(text: str, *, zone: ZoneInfo, order: Order | None = None) -> datetime:
    """The moment that a text names, in UTC; a day alone begins at midnight in `zone`.

    Raises Undated.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    try:
        return _epoch(said) if _EPOCH.fullmatch(said) else _local(said, zone, order)
    except (OverflowError, ValueError) as error:
        if isinstance(error, Undated):
            raise
        raise Undated("is no day of the calendar") from None


def read_day(text: str, *, zone: ZoneInfo, order: Order | None = None) -> date:
    """The local day that a text names. Raises Undated."""
    return read(text, zone=zone, order=order).astimezone(zone).date()


def _epoch(said: str) -> datetime:
    seconds = int(said) / (1000 if len(said) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _local(said: str, zone: ZoneInfo, order: Order | None) -> datetime:
    day, rest = _day(said, order)
    wall, offset = _time(rest.strip().removeprefix("T").removeprefix(",").strip())
    if offset is None:
        return moment(day, wall, zone)
    return datetime.combine(day, wall, offset).astimezone(UTC)


def _day(said: str, order: Order | None) -> tuple[date, str]:
    for form in (*_DAYS, _DOTTED):
        if found := form.match(said):
            parts = found.groupdict()
            named = parts.get("name")
            month = _MONTHS[named.lower()] if named else int(parts["m"])
            return date(int(parts["y"]), month, int(parts["d"])), said[found.end() :]
    if _TWO_DIGITS.match(said):
        raise Undated("has a year of two digits: write it with four")
    if found := _UNTOLD.match(said):
        first, second = int(found["first"]), int(found["second"])
        if order is Order.MDY:
            first, second = second, first
        return date(int(found["y"]), second, first), said[found.end() :]
    if _SERIAL.fullmatch(said):
        raise Undated("is a day as Excel counts it: give the column a date format, then export")
    raise Undated("is not a date: write it as 2026-11-23 or 2026-11-23 14:00")


def _time(said: str) -> tuple[time, timezone | None]:
    if not said:
        return time(0), None
    found = _TIME.fullmatch(said)
    if found is None:
        raise Undated("has a time that is none: write it as 14:00 or 14:00:05")
    hour = _hour(int(found["h"]), (found["before"] or found["after"] or "").lower())
    micros = int(float("0" + found["part"].replace(",", ".")) * 1_000_000) if found["part"] else 0
    return time(hour, int(found["min"]), int(found["s"] or 0), micros), _offset(found["zone"])


def _hour(hour: int, half: str) -> int:
    if half in ("午後", "pm", "p.m."):
        return hour if hour >= 12 else hour + 12
    return 0 if half and hour == 12 else hour


def _offset(said: str | None) -> timezone | None:
    if said is None:
        return None
    if said.upper() in ("Z", "UTC", "GMT"):
        return UTC
    sign = -1 if said[0] == "-" else 1
    digits = said[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
