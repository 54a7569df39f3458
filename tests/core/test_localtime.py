"""Local time: in every zone of the world, on the days that clocks change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.localtime import DAY, WEEK, Window, day_of, moment
from core.domain.periods import Cadence, period_before, period_of
from core.domain.schedule import Schedule

HOUR = timedelta(hours=1)
FIRST, LAST = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
NINE = time(9)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def week_of(now: datetime, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    return period_of(now, Cadence.WEEKLY, zone, starts_on=starts_on)


def week_before(week: Window, zone: ZoneInfo, *, starts_on: int = 0) -> Window:
    return period_before(week, Cadence.WEEKLY, zone, starts_on=starts_on)


def next_weekly(after: datetime, *, weekday: int, wall: time, zone: ZoneInfo) -> datetime:
    """When a weekly digest goes out."""
    return Schedule("weekly", "C1", weekday=weekday, wall=wall).next_due(after, zone)


def offset(zone: ZoneInfo, hour: int) -> timedelta | None:
    return (FIRST + HOUR * hour).astimezone(zone).utcoffset()


def changes(zone: ZoneInfo) -> Iterator[tuple[int, timedelta | None]]:
    """When the clocks of a zone were changed in these years, to the hour, and to what."""
    hours = range(0, int((LAST - FIRST) / HOUR), 72)
    yield 0, offset(zone, 0)
    for early, late in pairwise(hours):
        before, after = offset(zone, early), offset(zone, late)
        if before != after:
            span = range(early, late)
            yield span[bisect_left(span, True, key=lambda h: offset(zone, h) == after) - 1], after


def different_zones() -> list[str]:
    """One name for each set of clocks that showed the same times in these years."""
    names = {tuple(changes(ZoneInfo(name))): name for name in sorted(available_timezones())}
    return sorted(names.values())


ZONES = different_zones()


def zone_names() -> st.SearchStrategy[ZoneInfo]:
    return st.sampled_from(ZONES).map(ZoneInfo)


def a_moment() -> st.SearchStrategy[datetime]:
    return st.integers(0, 47 * 365 * 24 * 60).map(lambda m: at(1990, 1, 1) + timedelta(minutes=m))


@pytest.mark.parametrize("name", ZONES)
def test_weeks_tile_ten_years_without_gap_or_overlap(name: str) -> None:
    zone = ZoneInfo(name)
    week = week_of(FIRST, zone)
    while week.start < LAST:
        following = week_of(week.end, zone)
        assert following.start == week.end
        assert week_before(following, zone) == week
        assert abs(week.end - week.start - WEEK) <= timedelta(days=1)
        week = following


@pytest.mark.parametrize("name", ZONES)
def test_a_weekly_date_comes_once_in_every_local_week_of_ten_years(name: str) -> None:
    zone = ZoneInfo(name)
    due = next_weekly(FIRST, weekday=0, wall=NINE, zone=zone)
    while due < LAST:
        assert (due.astimezone(zone).weekday(), due.astimezone(zone).time()) == (0, NINE)
        following = next_weekly(due, weekday=0, wall=NINE, zone=zone)
        assert WEEK - DAY < following - due < WEEK + DAY
        due = following


# The clocks of these places do something rare on that day.
RARE = [
    ("America/Sao_Paulo", date(2017, 10, 15)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # back over midnight
    ("Asia/Beirut", date(2022, 3, 27)),
    ("Asia/Beirut", date(2022, 10, 30)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("Africa/Cairo", date(2024, 11, 1)),
    ("America/Havana", date(2024, 3, 10)),
    ("America/Havana", date(2024, 11, 3)),  # the first hour comes twice
    ("Atlantic/Azores", date(2024, 10, 27)),
    ("America/St_Johns", date(2011, 3, 13)),  # changes one minute after midnight
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),  # never was
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
    ("Asia/Pyongyang", date(2018, 5, 4)),  # half an hour, from 23:30
    ("Australia/Lord_Howe", date(2024, 10, 6)),  # half an hour
    ("Antarctica/Troll", date(2024, 3, 31)),  # two hours
    ("Antarctica/Casey", date(2020, 10, 4)),  # three hours, one minute after midnight
    ("America/Caracas", date(2016, 5, 1)),
    ("Africa/Casablanca", date(2024, 4, 14)),  # Ramadan
    ("Africa/Monrovia", date(1972, 1, 7)),  # forty-four and a half minutes
]


@pytest.mark.parametrize(("name", "day"), RARE)
@pytest.mark.parametrize("starts_on", range(7))
def test_weeks_tile_over_the_rarest_changes(name: str, day: date, starts_on: int) -> None:
    zone = ZoneInfo(name)
    noon = datetime.combine(day, time(12), UTC)
    for minutes in range(-48 * 60, 48 * 60, 7):
        now = noon + timedelta(minutes=minutes)
        week = week_of(now, zone, starts_on=starts_on)
        assert now in week
        assert week_of(week.end, zone, starts_on=starts_on).start == week.end
        before = week_before(week, zone, starts_on=starts_on)
        assert before.end == week.start
        assert before.start < before.end


@pytest.mark.parametrize(("name", "day"), RARE)
def test_any_weekly_date_comes_once_a_week_over_the_rarest_changes(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    for wall in (time(0), time(0, 30), time(2, 15), time(23, 45)):
        dates = [datetime.combine(day, time(12), UTC) - 2 * WEEK]
        for _ in range(5):
            dates.append(next_weekly(dates[-1], weekday=day.weekday(), wall=wall, zone=zone))
        for earlier, later in pairwise(dates[1:]):
            assert WEEK - DAY <= later - earlier <= WEEK + DAY


@given(zone_names(), a_moment(), st.integers(0, 6))
def test_a_moment_lies_in_its_week(zone: ZoneInfo, now: datetime, starts_on: int) -> None:
    week = week_of(now, zone, starts_on=starts_on)
    assert now in week
    assert week.start.utcoffset() == week.end.utcoffset() == timedelta(0)
    assert week_before(week, zone, starts_on=starts_on).end == week.start


@given(zone_names(), st.dates(date(1990, 1, 1), date(2037, 1, 1)), st.times())
def test_a_moment_is_the_first_at_which_the_clocks_show_or_have_passed_it(
    zone: ZoneInfo, day: date, wall: time
) -> None:
    wanted, found = datetime.combine(day, wall), moment(day, wall, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    just_before = (found - timedelta.resolution).astimezone(zone).replace(tzinfo=None)
    assert just_before < wanted <= shown


@given(zone_names(), a_moment(), st.integers(0, 6), st.times().map(lambda t: t.replace(second=0)))
def test_the_next_weekly_date_is_never_early_and_comes_within_a_week(
    zone: ZoneInfo, after: datetime, weekday: int, wall: time
) -> None:
    due = next_weekly(after, weekday=weekday, wall=wall, zone=zone)
    assert after < due <= after + WEEK + DAY
    again = next_weekly(due, weekday=weekday, wall=wall, zone=zone)
    assert WEEK - DAY <= again - due <= WEEK + DAY


def test_a_time_that_the_clocks_skip_is_the_end_of_the_gap() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert moment(date(2025, 3, 30), time(2, 30), berlin) == at(2025, 3, 30, 1)
    assert moment(date(2025, 3, 30), time(2, 30, 15), berlin) == at(2025, 3, 30, 1)
    assert moment(date(2025, 3, 30), time(3), berlin) == at(2025, 3, 30, 1)


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert moment(date(2025, 10, 26), time(2, 30), berlin) == at(2025, 10, 26, 0, 30)


def test_a_midnight_that_never_was_is_one_o_clock() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert moment(date(2017, 10, 15), time(0), sao_paulo) == at(2017, 10, 15, 3)


@pytest.mark.parametrize("wall", [time(0), NINE, time(23, 59)])
def test_a_day_that_never_was_is_the_beginning_of_the_next(wall: time) -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert moment(date(2011, 12, 30), wall, apia) == at(2011, 12, 30, 10)
    assert moment(date(2011, 12, 31), time(0), apia) == at(2011, 12, 30, 10)


def test_a_digest_on_a_day_that_never_was_is_due_on_the_day_before() -> None:
    apia = ZoneInfo("Pacific/Apia")
    due = next_weekly(at(2011, 12, 24), weekday=4, wall=NINE, zone=apia)
    assert due == at(2011, 12, 29, 19)
    assert next_weekly(due, weekday=4, wall=NINE, zone=apia) == at(2012, 1, 5, 19)


def test_the_week_that_lost_a_day_has_six() -> None:
    apia = ZoneInfo("Pacific/Apia")
    week = week_of(at(2011, 12, 29), apia)
    assert week.end - week.start == 6 * DAY


def test_minutes_that_come_again_after_midnight_belong_to_the_new_week() -> None:
    st_johns = ZoneInfo("America/St_Johns")  # 7 November 2010, a Sunday: 0:01 became 23:01
    again = at(2010, 11, 7, 2, 45)
    assert day_of(again, st_johns) == date(2010, 11, 6)
    week = week_of(again, st_johns, starts_on=6)
    assert week.start == moment(date(2010, 11, 7), time(0), st_johns) < again


def test_the_next_date_is_a_week_away_when_it_is_that_date_now() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    monday = at(2026, 3, 2, 0)
    assert next_weekly(monday - timedelta.resolution, weekday=0, wall=NINE, zone=tokyo) == monday
    assert next_weekly(monday, weekday=0, wall=NINE, zone=tokyo) == monday + WEEK


def test_a_window_holds_its_beginning_and_not_its_end() -> None:
    window = Window(at(2026, 1, 1), at(2026, 1, 2))
    assert window.start in window
    assert window.end - timedelta.resolution in window
    assert window.end not in window
    assert window.start - timedelta.resolution not in window


def test_the_day_is_the_one_on_the_calendar_there() -> None:
    assert day_of(at(2026, 1, 1, 20), ZoneInfo("Asia/Tokyo")) == date(2026, 1, 2)
    assert day_of(at(2026, 1, 1, 1), ZoneInfo("America/Los_Angeles")) == date(2025, 12, 31)
