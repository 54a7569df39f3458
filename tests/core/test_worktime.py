"""Working time: against a reference that looks at the wall clock minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.localtime import DAY
from core.domain.worktime import Hours, add_working
from core.errors import Invalid

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Asia/Tokyo",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]


def by_the_minute(start: datetime, minutes: int, hours: Hours, zone: ZoneInfo) -> datetime:
    """Walk on and count the minutes that are worked; a deadline may be the end of a day."""
    now = start
    while True:
        local = now.astimezone(zone)
        if local.weekday() in hours.days and hours.start <= local.time() < hours.end:
            if minutes == 0:
                return now
            minutes -= 1
            if minutes == 0:
                return now + MINUTE
        now += MINUTE


@st.composite
def working_hours(draw: st.DrawFn) -> Hours:
    """Any working week by daylight, when no clock of these zones is changed."""
    start = draw(st.integers(5 * 60, 20 * 60))
    end = draw(st.integers(start + 1, 22 * 60))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return Hours(time(*divmod(start, 60)), time(*divmod(end, 60)), frozenset(days))


# Around the days on which the clocks of most of these zones change.
SPRING_AND_AUTUMN = st.sampled_from(
    [date(2018, 2, 15), date(2018, 11, 1), date(2024, 3, 8), date(2024, 10, 24)]
).flatmap(
    lambda first: st.integers(0, 30 * 24 * 60).map(
        lambda minute: datetime.combine(first, time(0), UTC) + MINUTE * minute
    )
)


@settings(max_examples=60)
@given(
    SPRING_AND_AUTUMN,
    st.integers(0, 400),
    working_hours(),
    st.sampled_from(ZONES).map(ZoneInfo),
)
def test_it_agrees_with_a_walk_by_the_minute(
    start: datetime, minutes: int, hours: Hours, zone: ZoneInfo
) -> None:
    # A week has few working minutes where the days are short: keep the walk short too.
    length = (hours.end.hour * 60 + hours.end.minute) - (hours.start.hour * 60 + hours.start.minute)
    minutes = min(minutes, 3 * length)
    found = add_working(start, MINUTE * minutes, hours=hours, zone=zone)
    assert found == by_the_minute(start, minutes, hours, zone)


@given(
    SPRING_AND_AUTUMN,
    st.integers(1, 600),
    st.integers(1, 600),
    st.sampled_from(ZONES).map(ZoneInfo),
)
def test_two_stretches_of_work_are_one_long_one(
    start: datetime, first: int, second: int, zone: ZoneInfo
) -> None:
    hours = Hours()
    halfway = add_working(start, MINUTE * first, hours=hours, zone=zone)
    in_two = add_working(halfway, MINUTE * second, hours=hours, zone=zone)
    assert in_two == add_working(start, MINUTE * (first + second), hours=hours, zone=zone)


@given(SPRING_AND_AUTUMN, working_hours(), st.sampled_from(ZONES).map(ZoneInfo))
def test_stretches_of_work_follow_each_other_and_are_never_empty(
    start: datetime, hours: Hours, zone: ZoneInfo
) -> None:
    stretches = list(islice(hours.from_moment(start, zone), 8))
    assert stretches[0].start >= start
    assert all(stretch.start < stretch.end for stretch in stretches)
    assert all(one.end <= next_one.start for one, next_one in pairwise(stretches))


@given(SPRING_AND_AUTUMN, st.integers(0, 5000), st.integers(0, 5000))
def test_more_work_is_never_done_sooner(start: datetime, less: int, more: int) -> None:
    less, more = sorted((less, more))
    hours = Hours()
    sooner = add_working(start, MINUTE * less, hours=hours, zone=BERLIN)
    assert start <= sooner <= add_working(start, MINUTE * more, hours=hours, zone=BERLIN)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(2026, 3, 4, 10), 1, at(2026, 3, 4, 11)),
        (at(2026, 3, 4, 7), 1, at(2026, 3, 4, 10)),
        (at(2026, 3, 4, 17), 1, at(2026, 3, 4, 18)),  # the end of the day is still that day
        (at(2026, 3, 4, 18), 1, at(2026, 3, 5, 10)),
        (at(2026, 3, 6, 17, 30), 1, at(2026, 3, 9, 9, 30)),
        (at(2026, 3, 7, 12), 9, at(2026, 3, 9, 18)),
        (at(2026, 3, 27, 17), 2, at(2026, 3, 30, 10)),  # the clocks change on Sunday
        (at(2026, 3, 7, 12), 0, at(2026, 3, 9, 9)),
        (at(2026, 3, 2, 9), 90, at(2026, 3, 13, 18)),
    ],
)
def test_a_promise_falls_due_when_somebody_is_there(
    start: datetime, hours: int, due: datetime
) -> None:
    assert add_working(start, timedelta(hours=hours), hours=Hours(), zone=BERLIN) == due


def test_who_works_over_the_change_of_clocks_works_an_hour_less_or_more() -> None:
    night = Hours(time(0), time(6), frozenset({6}))
    spring, autumn = night.on(date(2026, 3, 29), BERLIN), night.on(date(2026, 10, 25), BERLIN)
    assert spring is not None
    assert autumn is not None
    assert spring.end - spring.start == timedelta(hours=5)
    assert autumn.end - autumn.start == timedelta(hours=7)


def test_hours_that_the_clocks_skip_are_not_worked() -> None:
    early = Hours(time(2, 10), time(2, 50), frozenset({6}))
    due = add_working(at(2026, 3, 28), timedelta(0), hours=early, zone=BERLIN)
    assert due == at(2026, 4, 5, 2, 10)


def test_a_day_that_never_was_is_not_worked() -> None:
    apia = ZoneInfo("Pacific/Apia")
    fridays = Hours(days=frozenset({4}))
    start = datetime(2011, 12, 29, 12, tzinfo=apia)
    due = add_working(start, timedelta(0), hours=fridays, zone=apia)
    assert due == datetime(2012, 1, 6, 9, tzinfo=apia)


def test_a_day_off_has_no_hours() -> None:
    assert Hours().on(date(2026, 3, 7), BERLIN) is None


@pytest.mark.parametrize(
    "parts",
    [
        {"days": frozenset()},
        {"start": time(9), "end": time(9)},
        {"start": time(18), "end": time(9)},
    ],
)
def test_a_calendar_without_a_working_hour_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="working week"):
        Hours(**parts)  # type: ignore[arg-type]


def test_a_year_of_work_is_found_quickly_enough() -> None:
    due = add_working(at(2026, 1, 5, 9), timedelta(hours=9 * 260), hours=Hours(), zone=BERLIN)
    assert due - at(2026, 1, 5, 9) < 365 * DAY


# Public holidays


@pytest.mark.parametrize(
    ("place", "start", "hours", "due"),
    [
        ("JP", at(2026, 5, 1, 17), 2, at(2026, 5, 7, 10)),  # from Friday over the Golden Week
        ("DE-BY", at(2026, 1, 5, 17), 2, at(2026, 1, 7, 10)),  # Epiphany is kept in Bavaria
        ("DE-BE", at(2026, 1, 5, 17), 2, at(2026, 1, 6, 10)),  # and not in Berlin
        ("US", at(2026, 7, 2, 17), 2, at(2026, 7, 6, 10)),  # the Fourth is observed on the Friday
    ],
)
def test_no_promise_falls_due_on_a_public_holiday(
    place: str, start: datetime, hours: int, due: datetime
) -> None:
    kept = Hours(holidays=(place,))
    assert add_working(start, timedelta(hours=hours), hours=kept, zone=BERLIN) == due


@given(SPRING_AND_AUTUMN, st.integers(0, 3000))
def test_who_keeps_more_holidays_is_never_done_sooner(start: datetime, minutes: int) -> None:
    dues = [
        add_working(start, MINUTE * minutes, hours=Hours(holidays=places), zone=BERLIN)
        for places in [(), ("DE-BY",), ("DE-BY", "JP")]
    ]
    assert dues == sorted(dues)


MONDAYS_OFF = (
    *("CO", "TH", "VG", "GI", "MX", "MP", "AU-ACT", "BT-15"),
    *("BW", "CY", "KZ", "BB", "TD", "DO", "LV", "US-AL"),
)


def test_holidays_that_eat_a_year_are_refused() -> None:
    """Together these places rest on every Monday of 2024."""
    with pytest.raises(Invalid, match="without any working day"):
        Hours(days=frozenset({0}), holidays=MONDAYS_OFF)
    assert Hours(days=frozenset({0, 1}), holidays=MONDAYS_OFF).on(date(2024, 1, 9), BERLIN)


@pytest.mark.parametrize("place", ["XX", "DE-ZZ", "", "jp"])
def test_a_country_that_nobody_knows_is_refused(place: str) -> None:
    with pytest.raises(Invalid, match="no calendar"):
        Hours(holidays=(place,))
