"""Dates are read as people write them, and never guessed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.table.dates import Column, Order, Undated, read

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 14:00 in Tokyo


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23 14:00",
        "2026-11-23T14:00:00",
        "2026-11-23T05:00:00Z",
        "2026-11-23T05:00:00.000Z",
        "2026-11-23 06:00:00 +01:00",
        "2026-11-23 06:00+0100",
        "2026/11/23 14:00",
        "2026/11/23 2:00 PM",
        "2026.11.23 14:00",
        "23.11.2026 14:00",
        "23.11.2026, 14:00:00",
        "23 Nov 2026 14:00",
        "Nov 23, 2026 2:00pm",
        "November 23, 2026, 2:00 pm",
        "2026年11月23日 14:00",
        "2026年11月23日14時00分",
        "2026年11月23日 午後2:00",
        "２０２６年１１月２３日　１４：００",
        "1795410000",
        "1795410000000",
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert read(text, zone=TOKYO) == NOON


def test_a_day_begins_at_midnight_in_its_zone() -> None:
    assert read("2026-11-23", zone=TOKYO) == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert read("20261123", zone=BERLIN) == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_the_order_of_day_and_month_is_as_told() -> None:
    assert read("03/02/2026", zone=BERLIN, order=Order.DMY).day == 2  # 23:00 UTC the day before
    assert read("03/02/2026 12:00", zone=BERLIN, order=Order.DMY).month == 2
    assert read("03/02/2026 12:00", zone=BERLIN, order=Order.MDY).month == 3


def test_an_hour_that_the_clocks_skip_is_the_end_of_the_gap() -> None:
    assert read("2026-03-29 02:30", zone=BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-02-30", "no day of the calendar"),
        ("31/31/2026", "no day of the calendar"),
        ("23/11/26", "two digits"),
        ("45983", "as Excel counts"),
        ("soon", "2026-11-23"),
        ("令和8年11月23日", "is not a date"),
        ("2026-11-23 25:99", "no day of the calendar"),
        ("2026-11-23 at noon", "14:00"),
        ("", "is not a date"),
    ],
)
def test_what_is_no_date_says_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(Undated, match=problem):
        read(text, zone=TOKYO)


def seen(*texts: str) -> Column:
    column = Column()
    for line, text in enumerate(texts, 2):
        column.see(line, text)
    return column


def test_one_date_tells_the_order_of_its_whole_column() -> None:
    assert seen("01/02/2026", "13/02/2026", "").order() is Order.DMY
    assert seen("01/02/2026", "02/13/2026 14:00").order() is Order.MDY
    assert seen("2026-01-02", "02/02/2026", "1.2.2026").order() is None


def test_a_column_that_could_be_either_asks_and_one_that_is_both_is_refused() -> None:
    with pytest.raises(Undated, match=r"line 3.*--date-order dmy"):
        seen("03/03/2026", "01/02/2026").order()
    with pytest.raises(Undated, match="line 2 has the day first and line 4 the month"):
        seen("13/02/2026", "01/02/2026", "02/13/2026").order()


@given(st.integers(40_000_000, 2_000_000_000), st.sampled_from([TOKYO, BERLIN]))
def test_what_the_clock_shows_is_read_back(second: int, zone: ZoneInfo) -> None:
    minute = datetime.fromtimestamp(second // 60 * 60, UTC).replace(tzinfo=None)
    at = read(minute.strftime("%Y/%m/%d %H:%M"), zone=zone)
    shown = at.astimezone(zone).replace(tzinfo=None)
    assert shown == minute or timedelta() < shown - minute <= timedelta(hours=1)


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_says_why_not(text: str) -> None:
    with suppress(Undated):
        assert read(text, zone=TOKYO, order=Order.DMY).tzinfo is UTC
