"""Dates are understood as people type them, and reckoned from the day on which they are said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.days import Day, Weekday, at_end, meant, reckoned

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ("2026-12-01", "2026-12-01"),
        ("on 2026-12-01", "2026-12-01"),
        ("2026/12/1", "2026-12-01"),
        ("２０２６．１２．１", "2026-12-01"),
        ("2026年12月1日", "2026-12-01"),
        ("12月1日", "2026-12-01"),
        ("11月23日", "2027-11-23"),
        ("1月5日", "2027-01-05"),
        ("tomorrow", "2026-11-24"),
        ("Tomorrow", "2026-11-24"),
        ("明日", "2026-11-24"),
        ("明後日", "2026-11-25"),
        ("in 2 weeks", "2026-12-07"),
        ("2 weeks", "2026-12-07"),
        ("in 1 day", "2026-11-24"),
        ("3日後", "2026-11-26"),
        ("2週間後", "2026-12-07"),
        ("２週間後", "2026-12-07"),
        ("1か月後", "2026-12-23"),
        ("3ヶ月", "2027-02-23"),
        ("in 3 months", "2027-02-23"),
        ("next month", "2026-12-23"),
        ("来月", "2026-12-23"),
        ("next week", "2026-11-30"),
        ("来週", "2026-11-30"),
        ("monday", "2026-11-30"),
        ("tuesday", "2026-11-24"),
        ("on Friday", "2026-11-27"),
        ("next friday", "2026-12-04"),
        ("金曜", "2026-11-27"),
        ("来週の金曜日", "2026-12-04"),
        ("来週金曜", "2026-12-04"),
        ("dec 1", "2026-12-01"),
        ("1 December", "2026-12-01"),
        ("December 1st", "2026-12-01"),
    ],
)
def test_a_day_is_understood(said: str, on: str) -> None:
    day = meant(said)
    assert day is not None
    assert reckoned(day, today=MONDAY) == date.fromisoformat(on)


@pytest.mark.parametrize(
    "said",
    ["", "someday", "1日", "2026-13-01", "12", "99", "in weeks", "0000-00-00", "月", "next", "on"],
)
def test_what_is_no_day_is_none(said: str) -> None:
    assert meant(said) is None


@pytest.mark.parametrize("said", ["2月30日", "13月1日", "dec 32"])
def test_a_day_that_no_calendar_has_is_no_date(said: str) -> None:
    day = meant(said)
    assert day is not None
    assert reckoned(day, today=MONDAY) is None


@pytest.mark.parametrize("today", [date(2027, 1, 31), date(2028, 1, 30)])
def test_a_month_later_is_never_the_month_after(today: date) -> None:
    day = meant("next month")
    assert day
    later = reckoned(day, today=today)
    assert later
    assert later.month == 2


def test_a_leap_day_is_reckoned_with_care() -> None:
    day = meant("2月29日")
    assert day
    assert reckoned(day, today=date(2028, 1, 1)) == date(2028, 2, 29)
    assert reckoned(day, today=date(2028, 3, 1)) is None


@pytest.mark.parametrize(
    ("typed", "rest", "has_day"),
    [
        ("Jane Doe in 2 weeks", "Jane Doe", True),
        ("jane@acme.com 明日", "jane@acme.com", True),
        ("佐藤 花 来週の金曜", "佐藤 花", True),
        ("Jane Doe", "Jane Doe", False),
        ("ld_1 next monday", "ld_1", True),
    ],
)
def test_the_day_stands_at_the_end(typed: str, rest: str, has_day: bool) -> None:
    words, day = at_end(typed.split())
    assert (" ".join(words), day is not None) == (rest, has_day)


@given(st.text(), st.dates())
def test_nothing_that_is_typed_breaks_it(said: str, today: date) -> None:
    day: Day | None = meant(said)
    assert day is None or isinstance(reckoned(day, today=today), date | None)


@given(st.integers(1, 6), st.dates(max_value=date(9999, 12, 1)))
def test_a_weekday_is_one_of_the_next_seven_days(number: int, today: date) -> None:
    on = reckoned(Weekday(number), today=today)
    assert on
    assert timedelta(1) <= on - today <= timedelta(7)
    assert on.weekday() == number
