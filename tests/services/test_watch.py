"""The watch: every timer fires once, never early, and late but once after downtime."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.domain.intents import IntentKind
from core.domain.lead import Identity
from core.domain.periods import Cadence
from core.domain.schedule import WEEKLY, Schedule
from core.domain.stages import Stage, Verb
from core.domain.timers import Timer, TimerKind
from core.errors import Busy
from core.ports import KeptDigest
from core.services import watch
from tests.builders import NOW, TEAM, a_policy, put_in_force
from tests.services.office import Office

CARD, DIGEST, NUDGE = IntentKind.CARD, IntentKind.DIGEST, IntentKind.NUDGE
TICK = timedelta.resolution
MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 9, tzinfo=UTC)


def digests(office: Office) -> list[KeptDigest]:
    """The digests that were promised since somebody last looked."""
    ids = [subject for kind, subject in office.promises() if kind is DIGEST]
    with office.store.read(TEAM) as view:
        found = [view.digest(id) for id in ids]
    return [kept for kept in found if kept is not None]


# A handoff's clock


def test_a_handoff_rings_when_it_falls_due_and_once(office: Office) -> None:
    offered = office.offered()
    office.promises()
    office.clock.now = NOW + timedelta(minutes=45) - TICK
    assert watch.fire_due(office.desk) == 0
    office.clock.now += TICK
    assert watch.fire_due(office.desk) == 1
    assert office.promises() == [(NUDGE, f"{offered.id}:answer_soon")]
    office.clock.now = offered.due_at - TICK
    assert watch.fire_due(office.desk) == 0
    office.clock.now = offered.due_at
    assert watch.fire_due(office.desk) == 1
    assert office.promises() == [(CARD, offered.id), (NUDGE, f"{offered.id}:answer_late")]
    assert watch.fire_due(office.desk) == 0
    office.clock.forward(days=2)
    assert watch.fire_due(office.desk) == 0
    assert office.promises() == []


def test_a_decided_handoff_does_not_ring(office: Office) -> None:
    offered = office.offered()
    office.accept(offered.id)
    office.promises()
    office.clock.now = NOW + timedelta(minutes=10)
    assert watch.fire_due(office.desk) == 1  # the undo button goes
    assert office.promises() == [(CARD, offered.id)]
    office.clock.now = offered.due_at
    assert watch.fire_due(office.desk) == 0


def test_after_downtime_a_timer_is_late_and_fires_once(office: Office) -> None:
    offered = office.offered()
    office.promises()
    office.clock.now = offered.due_at + timedelta(days=2)
    assert watch.fire_due(office.desk) == 2
    assert office.promises() == [(CARD, offered.id), (NUDGE, f"{offered.id}:answer_late")]
    assert watch.fire_due(office.desk) == 0


def test_every_timer_that_is_due_fires_in_one_round(office: Office) -> None:
    ids = [office.offered(Identity(f"{n}@acme.example")).id for n in range(7)]
    office.promises()
    office.clock.forward(hours=3)
    assert watch.fire_due(office.desk) == 14
    told = [(CARD, id) for id in ids] + [(NUDGE, f"{id}:answer_late") for id in ids]
    assert sorted(office.promises()) == sorted(told)


def test_many_workers_fire_each_timer_once_between_them(office: Office) -> None:
    for number in range(8):
        office.offered(Identity(f"{number}@acme.example"))
    office.promises()
    office.clock.now = MONDAY
    with ThreadPoolExecutor(6) as workers:
        fired = sum(workers.map(lambda _: watch.fire_due(office.desk), range(6)))
    assert fired == 17
    promised = office.promises()
    assert len(promised) == len(set(promised)) == 19


def test_nothing_due_wakes_nobody(office: Office) -> None:
    office.clock.forward(hours=1)
    watch.fire_due(office.desk)
    assert office.woken == 0


def test_a_timer_of_somebody_who_is_gone_does_no_harm(office: Office) -> None:
    timer = Timer(TimerKind.WAKE, "ld_gone", NOW)
    office.desk.change(TEAM, lambda unit, at: unit.set_timers([timer]))
    assert watch.fire_due(office.desk) == 1
    assert office.promises() == []


# Races and failures


def test_a_timer_whose_effect_lost_a_race_is_there_for_the_next_try(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=APRIL.date())
    office.clock.now = APRIL
    office.store.rivals = 3
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.MQL
    assert office.verbs().count(Verb.QUALIFY) == 2


def test_a_timer_that_keeps_losing_is_there_for_the_next_round(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=APRIL.date())
    office.clock.now = APRIL
    office.store.rivals = 100
    with pytest.raises(Busy):
        watch.fire_due(office.desk)
    office.store.rivals = 0
    assert office.lead().stage is Stage.NURTURING
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.MQL


def test_a_timer_that_fails_does_not_stop_those_behind_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """The definition has become unreadable: leads cannot be scored, but handoffs fall due."""
    office.reject(office.offered().id, "bad_timing", wake_on=date(2026, 3, 5))
    other = office.offered(Identity("john@acme.example"))
    office.desk.change(TEAM, lambda unit, at: put_in_force(unit, "?", digest="d", at=at))
    office.promises()
    morning = datetime(2026, 3, 5, 9, tzinfo=UTC)
    late = Timer(TimerKind.DUE, other.id, morning + TICK)
    office.desk.change(TEAM, lambda unit, at: unit.set_timers([late]))
    office.clock.now = morning + TICK
    assert watch.fire_due(office.desk) == 3  # with the end of the undo, and the warning
    assert (CARD, other.id) in office.promises()
    assert "wake" in caplog.text
    assert "acme.example" not in caplog.text


def test_a_timer_that_failed_comes_again_until_it_succeeds(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=date(2026, 3, 5))
    with office.store.read(TEAM) as view:
        rules = view.definition().text
    office.desk.change(TEAM, lambda unit, at: put_in_force(unit, "?", digest="d", at=at))
    office.clock.now = datetime(2026, 3, 5, 9, tzinfo=UTC)
    watch.fire_due(office.desk)
    office.desk.change(TEAM, lambda unit, at: put_in_force(unit, rules, at=at))
    assert watch.fire_due(office.desk) == 0
    office.clock.forward(minutes=1)
    assert watch.fire_due(office.desk) == 1
    assert office.lead().stage is Stage.MQL


# The digest


def test_the_digest_is_published_on_its_day_once_and_the_next_date_is_set(office: Office) -> None:
    offered = office.offered()
    office.accept(offered.id)
    office.clock.now = MONDAY - TICK
    watch.fire_due(office.desk)
    assert digests(office) == []
    office.clock.now = MONDAY
    watch.fire_due(office.desk)
    (kept,) = digests(office)
    assert kept.as_of == MONDAY
    assert kept.window.start == datetime(2026, 3, 2, tzinfo=UTC)
    assert kept.window.end == datetime(2026, 3, 9, tzinfo=UTC)
    assert watch.fire_due(office.desk) == 0
    office.clock.now = MONDAY + timedelta(weeks=1) - TICK
    watch.fire_due(office.desk)
    assert digests(office) == []
    office.clock.now = MONDAY + timedelta(weeks=1)
    watch.fire_due(office.desk)
    assert [each.window.start for each in digests(office)] == [kept.window.end]


def test_many_workers_publish_one_digest(office: Office) -> None:
    office.clock.now = MONDAY
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: watch.fire_due(office.desk), range(8)))
    assert len(digests(office)) == 1


def test_after_weeks_of_downtime_one_digest_is_published_of_the_last_week(office: Office) -> None:
    office.clock.now = MONDAY + timedelta(weeks=3, hours=5)
    assert watch.fire_due(office.desk) == 1
    (kept,) = digests(office)
    assert kept.window.end == datetime(2026, 3, 30, tzinfo=UTC)
    assert office.store.next_timer() == MONDAY + timedelta(weeks=4)


def test_the_same_week_is_not_published_twice_when_the_schedule_is_moved(office: Office) -> None:
    office.clock.now = MONDAY
    watch.fire_due(office.desk)
    assert len(digests(office)) == 1
    moved = a_policy(digests=(Schedule(WEEKLY, "C0DIGEST", weekday=3),))
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(moved))
    again = Timer(TimerKind.DIGEST, "weekly", NOW)
    office.desk.change(TEAM, lambda unit, at: unit.set_timers([again]))
    office.clock.forward(days=1)
    watch.fire_due(office.desk)
    assert digests(office) == []
    assert office.store.next_timer() == datetime(2026, 3, 12, 9, tzinfo=UTC)


def test_each_schedule_goes_out_by_itself_and_one_that_is_gone_does_not() -> None:
    daily = Schedule("daily", "C0SALES", cadence=Cadence.DAILY, wall=time(8))
    monthly = Schedule("monthly", "C0MARKETING", cadence=Cadence.MONTHLY, day=31)
    office = Office(digests=(daily, monthly, Schedule(WEEKLY, "C0DIGEST")))
    told = []
    for _ in range(31 - NOW.day + 1):
        office.clock.forward(days=1)
        watch.fire_due(office.desk)
        told += [(kept.schedule, kept.window) for kept in digests(office)]
    days = [window for schedule, window in told if schedule == "daily"]
    assert [window.start.day for window in days] == list(range(4, 32))
    assert [window.start.month for schedule, window in told if schedule == "monthly"] == [2]
    assert [window.start.day for schedule, window in told if schedule == WEEKLY] == [2, 9, 16, 23]
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(a_policy(digests=(monthly,))))
    office.clock.forward(days=1)
    watch.fire_due(office.desk)
    assert digests(office) == []
    april = datetime(2026, 4, 30, 9, tzinfo=UTC)
    office.clock.now = april
    watch.fire_due(office.desk)
    assert [(kept.schedule, kept.window.start.month) for kept in digests(office)] == [
        ("monthly", 3)
    ]


def test_after_days_of_downtime_a_daily_digest_goes_out_once_of_the_last_day() -> None:
    daily = Schedule("daily", "C0SALES", cadence=Cadence.DAILY, timezone="Asia/Tokyo")
    office = Office(digests=(daily,))
    office.clock.forward(days=4, hours=2)
    assert watch.fire_due(office.desk) == 1
    (kept,) = digests(office)
    assert kept.window.end == datetime(2026, 3, 7, 15, tzinfo=UTC)
    assert office.store.next_timer() == datetime(2026, 3, 9, 0, tzinfo=UTC)


def test_a_digest_is_kept_with_the_policy_that_it_was_computed_by(office: Office) -> None:
    office.clock.now = MONDAY
    watch.fire_due(office.desk)
    (kept,) = digests(office)
    assert (kept.policy, kept.said) == (a_policy(), None)


def test_a_digest_whose_race_was_lost_is_published_once(office: Office) -> None:
    office.clock.now = MONDAY
    office.store.rivals = 2
    watch.fire_due(office.desk)
    assert len(digests(office)) == 1


def test_each_workspace_has_its_own_clock(office: Office) -> None:
    office.open(a_policy(timezone="Asia/Tokyo"), team="T02")
    office.clock.now = MONDAY - timedelta(hours=9)
    assert watch.fire_due(office.desk) == 1
    office.clock.now = MONDAY
    assert watch.fire_due(office.desk) == 1
    claimed = office.store.outbox.claim(now=MONDAY, lease=timedelta(minutes=1), limit=9)
    assert [errand.workspace for errand in claimed] == ["T02", TEAM]
