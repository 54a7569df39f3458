"""Schedules: every local period is told of exactly once, in every zone of the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.lead import Temperature
from core.domain.localtime import DAY, Window, day_of, moment
from core.domain.periods import (
    Cadence,
    cadence_named,
    is_real,
    is_whole,
    name_of,
    period_before,
    period_of,
)
from core.domain.schedule import (
    MOST,
    Filter,
    Schedule,
    free_id,
    schedule_named,
    weekly,
    with_schedule,
    without_schedule,
)
from core.errors import Invalid
from tests.core.test_localtime import RARE, ZONES, a_moment, zone_names

FIRST, LAST = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def a_schedule(**parts: object) -> Schedule:
    return Schedule(**{"id": "it", "channel": "C1", **parts})  # type: ignore[arg-type]


def told(schedule: Schedule, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Window]:
    """Of which periods the digests that go out between two moments tell, as they are kept."""
    due, last = schedule.next_due(since, zone), None
    while due < until:
        window = schedule.tells_of(due, zone, starts_on=0)
        assert window.end <= due, "never early"
        if window != last:  # the key of the table leaves the second one of a window out
            yield window
        due, last = schedule.next_due(due, zone), window


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("cadence", [Cadence.WEEKLY, Cadence.MONTHLY])
def test_every_period_of_ten_years_is_told_of_exactly_once(name: str, cadence: Cadence) -> None:
    zone, schedule = ZoneInfo(name), a_schedule(cadence=cadence, day=31)
    windows = list(told(schedule, zone, FIRST, LAST))
    assert all(early.end == late.start for early, late in pairwise(windows))
    assert windows[0].start < FIRST
    assert windows[-1].end > LAST - timedelta(days=63)


@pytest.mark.parametrize("name", ZONES)
def test_every_local_day_of_ten_years_is_in_exactly_one_daily_digest(name: str) -> None:
    zone = ZoneInfo(name)
    windows = list(told(a_schedule(cadence=Cadence.DAILY), zone, FIRST, LAST))
    assert all(early.end == late.start for early, late in pairwise(windows))
    days = [day_of(window.start, zone) for window in windows]
    every = (days[0] + DAY * number for number in range((days[-1] - days[0]).days + 1))
    assert days == [day for day in every if is_real(day, zone)]


@pytest.mark.parametrize(("name", "day"), RARE)
@pytest.mark.parametrize("cadence", Cadence)
@pytest.mark.parametrize("wall", [time(0), time(0, 30), time(2, 15), time(23, 45)])
def test_the_rarest_changes_of_clocks_neither_lose_nor_double_a_period(
    name: str, day: date, cadence: Cadence, wall: time
) -> None:
    zone, noon = ZoneInfo(name), datetime.combine(day, time(12), UTC)
    schedule = a_schedule(cadence=cadence, wall=wall, weekday=day.weekday(), day=day.day)
    windows = list(told(schedule, zone, noon - 70 * DAY, noon + 70 * DAY))
    assert len(windows) > 2
    assert all(early.end == late.start for early, late in pairwise(windows))


@given(zone_names(), a_moment(), st.sampled_from(Cadence), st.integers(0, 6))
def test_a_moment_lies_in_its_period_and_the_period_is_found_by_its_name(
    zone: ZoneInfo, now: datetime, cadence: Cadence, starts_on: int
) -> None:
    period = period_of(now, cadence, zone, starts_on=starts_on)
    assert now in period
    assert period_before(period, cadence, zone, starts_on=starts_on).end == period.start
    assert is_whole(period, cadence, zone, starts_on=starts_on)
    found = cadence_named(name_of(period, cadence, zone, starts_on=starts_on))
    assert found is not None
    assert found[0] is cadence
    noon = moment(found[1], time(12), zone)
    assert period_of(noon, cadence, zone, starts_on=starts_on) == period


@given(zone_names(), a_moment(), st.integers(1, 31), st.times())
def test_a_monthly_digest_goes_out_once_in_every_month(
    zone: ZoneInfo, after: datetime, day: int, wall: time
) -> None:
    schedule = a_schedule(cadence=Cadence.MONTHLY, day=day, wall=wall)
    first = schedule.next_due(after, zone)
    second = schedule.next_due(first, zone)
    assert after < first <= after + 33 * DAY
    assert 26 * DAY <= second - first <= 33 * DAY


def test_the_thirty_first_is_the_last_of_a_shorter_month() -> None:
    schedule = a_schedule(cadence=Cadence.MONTHLY, day=31)
    due = [datetime(2028, 1, 15, tzinfo=UTC)]
    for _ in range(4):
        due.append(schedule.next_due(due[-1], BERLIN))
    assert [f"{day_of(at, BERLIN):%m-%d}" for at in due[1:]] == ["01-31", "02-29", "03-31", "04-30"]


@pytest.mark.parametrize(
    ("name", "cadence", "day"),
    [
        ("2026-W46", Cadence.WEEKLY, date(2026, 11, 12)),
        ("2026W01", Cadence.WEEKLY, date(2026, 1, 1)),
        ("2026-w53", Cadence.WEEKLY, date(2026, 12, 31)),
        ("2026-10", Cadence.MONTHLY, date(2026, 10, 1)),
        ("2026-2-9", Cadence.DAILY, date(2026, 2, 9)),
    ],
)
def test_a_period_has_a_name(name: str, cadence: Cadence, day: date) -> None:
    assert cadence_named(name) == (cadence, day)


@pytest.mark.parametrize(
    "name",
    ["", "2026", "2026-W54", "2025-W53", "2026-13", "2026-02-30", "0000-01", "9999-12-31", "W46"],
)
def test_what_names_no_period_is_none(name: str) -> None:
    assert cadence_named(name) is None


def test_a_week_that_begins_on_sunday_bears_the_number_of_its_thursday() -> None:
    week = period_of(datetime(2026, 11, 8, 12, tzinfo=UTC), Cadence.WEEKLY, BERLIN, starts_on=6)
    assert name_of(week, Cadence.WEEKLY, BERLIN, starts_on=6) == "2026-W46"


# Changing schedules


def test_a_schedule_is_added_changed_and_removed() -> None:
    begun = weekly("C1")
    daily = a_schedule(id=free_id(begun, Cadence.DAILY), cadence=Cadence.DAILY)
    both = with_schedule(begun, daily)
    assert [each.id for each in both] == ["weekly", "daily"]
    assert free_id(both, Cadence.DAILY) == "daily-2"
    moved = with_schedule(both, a_schedule(id="weekly", weekday=4))
    assert [(each.id, each.weekday) for each in moved] == [("weekly", 4), ("daily", 0)]
    assert without_schedule(moved, "weekly") == (daily,)
    assert schedule_named(moved, "daily") == daily
    assert schedule_named(moved, "never") is None


def test_there_are_not_too_many() -> None:
    some = weekly("C1")
    for _ in range(MOST - 1):
        some = with_schedule(some, a_schedule(id=free_id(some, Cadence.WEEKLY)))
    assert with_schedule(some, a_schedule(id="weekly-2", weekday=3))[1].weekday == 3
    with pytest.raises(Invalid, match="already"):
        with_schedule(some, a_schedule(id="one more"))


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", ""), ("id", "a\nb"), ("id", "x" * 41), ("channel", ""), ("weekday", 7), ("day", 0)],
)
def test_an_impossible_schedule_is_refused(field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        a_schedule(**{field: value})
    assert refused.value.field == field


# Filters


def test_a_filter_takes_what_fits_each_of_its_parts() -> None:
    only = Filter(
        sources=frozenset({"Webinar", "google"}), temperatures=frozenset({Temperature.HOT})
    )
    fitting = {"source": "WEBINAR", "campaign": None, "temperature": Temperature.HOT}
    assert only.fits(**fitting, person=None)  # type: ignore[arg-type]
    for part in ({"source": None}, {"source": "bing"}, {"temperature": Temperature.COLD}):
        assert not only.fits(**{**fitting, **part}, person=None)  # type: ignore[arg-type]
    assert not Filter(people=frozenset({"U1"})).fits(**fitting, person="U2")  # type: ignore[arg-type]
    assert not Filter(campaigns=frozenset({"May"})).fits(**fitting, person=None)  # type: ignore[arg-type]


def test_nothing_named_is_everything() -> None:
    assert Filter().names_all
    assert Filter().fits(source=None, campaign=None, temperature=None, person=None)
    assert not Filter(people=frozenset({"U1"})).names_all
