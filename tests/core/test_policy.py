"""The policy: what a workspace has set, and the dates that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.domain.lead import Temperature
from core.domain.periods import Cadence
from core.domain.policy import LOCALES
from core.domain.schedule import Schedule
from core.domain.timers import Timer, TimerKind
from core.domain.worktime import Hours
from tests.builders import a_policy

FRIDAY_EVENING = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("temperature", "due_at"),
    [
        (Temperature.HOT, datetime(2026, 3, 9, 9, 30, tzinfo=UTC)),
        (Temperature.WARM, datetime(2026, 3, 9, 12, 30, tzinfo=UTC)),
        (Temperature.COLD, datetime(2026, 3, 9, 17, 30, tzinfo=UTC)),
    ],
)
def test_an_offer_of_friday_evening_is_due_on_monday(
    temperature: Temperature, due_at: datetime
) -> None:
    assert a_policy().due(FRIDAY_EVENING, temperature) == due_at


def test_the_hotter_the_sooner() -> None:
    policy = a_policy()
    hot, warm, cold = (policy.due(FRIDAY_EVENING, each) for each in Temperature)
    assert hot < warm < cold


def test_the_sla_runs_in_the_hours_of_the_team() -> None:
    policy = a_policy(
        timezone="Asia/Tokyo",
        hours=Hours(time(10), time(19)),
        respond_within={Temperature.HOT: timedelta(minutes=90)},
    )
    opened_at = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)  # 18:30 in Tokyo
    assert policy.due(opened_at, Temperature.HOT) == datetime(2026, 3, 5, 2, tzinfo=UTC)


def test_the_digest_is_due_on_its_day_at_its_time_where_the_team_is() -> None:
    friday = Schedule("weekly", "C0DIGEST", weekday=4, wall=time(16, 45))
    policy = a_policy(timezone="America/New_York", digests=(friday,))
    due = policy.next_digest(friday, FRIDAY_EVENING)
    assert due == datetime(2026, 3, 6, 21, 45, tzinfo=UTC)
    # The clocks change in between: the wall time stays.
    assert policy.next_digest(friday, due) == datetime(2026, 3, 13, 20, 45, tzinfo=UTC)


def test_unless_said_the_digest_is_due_on_monday_at_nine() -> None:
    [timer] = a_policy().digest_timers(FRIDAY_EVENING)
    assert timer == Timer(TimerKind.DIGEST, "weekly", datetime(2026, 3, 9, 9, tzinfo=UTC))


def test_a_digest_of_another_zone_is_due_by_the_clocks_there() -> None:
    tokyo = Schedule("weekly", "C0DIGEST", timezone="Asia/Tokyo")
    due = a_policy(digests=(tokyo,)).next_digest(tokyo, FRIDAY_EVENING)
    assert due == datetime(2026, 3, 9, 0, tzinfo=UTC)


def test_the_clocks_of_schedules_that_are_gone_are_stopped() -> None:
    daily, before = Schedule("daily", "C0DIGEST", cadence=Cadence.DAILY), a_policy()
    timers = a_policy(digests=(daily,)).digest_timers(FRIDAY_EVENING, before=before)
    assert timers == [
        Timer(TimerKind.DIGEST, "weekly", None),
        Timer(TimerKind.DIGEST, "daily", datetime(2026, 3, 7, 9, tzinfo=UTC)),
    ]


def test_two_policies_do_not_share_what_can_be_changed() -> None:
    assert a_policy().respond_within is not a_policy().respond_within


def test_the_zone_is_the_one_by_that_name() -> None:
    assert a_policy(timezone="Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")


def test_a_policy_speaks_a_language_that_there_is() -> None:
    assert a_policy().locale in LOCALES
