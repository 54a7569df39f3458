"""The measures against a naive recount, and what may and may not change them."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.handoff import Outcome
from core.domain.localtime import WEEK, Window
from core.domain.measures import (
    Clocks,
    Fact,
    Frame,
    Health,
    Measures,
    Period,
    Rung,
    frame_of,
    from_json,
    measure,
    to_json,
)
from core.domain.policy import Policy
from core.domain.worktime import Hours, WorkClock
from tests.builders import a_policy
from tests.core.chances import BEGIN, DAY, QUARTER, WEEKS, earlier, facts_by_chance
from tests.core.naive import Naive, worked

BERLIN = a_policy(timezone="Europe/Berlin", hours=Hours(holidays=("DE-BY",)))

chances = st.integers(0, 10**9).map(Random)
moments = st.integers(0, WEEKS * 7 * 96).map(lambda quarters: BEGIN + quarters * QUARTER)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(moments)
    return Window(start, start + draw(st.integers(96, 96 * 30)) * QUARTER)


def framed(window: Window, at: datetime) -> Frame:
    length = window.end - window.start
    return frame_of(window, as_of=at, earlier=lambda of: Window(of.start - length, of.start))


def a_week(number: int, *, late: timedelta = timedelta(hours=9)) -> Frame:
    start = BEGIN + number * WEEK
    return frame_of(Window(start, start + WEEK), as_of=start + WEEK + late, earlier=earlier)


def measured(facts: list[Fact], frame: Frame, policy: Policy = BERLIN) -> Measures:
    return measure(facts, frame=frame, policy=policy, standing={}, health=Health())


def of(period: Period) -> dict[str, Any]:
    """A period's figures as the naive recount names them."""
    return {
        "offered": period.offered,
        "decided": period.decided,
        "acceptance": astuple(period.acceptance),
        "quality": astuple(period.quality),
        "own": (period.own.reached, period.own.whole, period.own.settled),
        "in_time": astuple(period.in_time),
        "honoured": astuple(period.honoured),
        **{name: clocks(getattr(period, name)) for name in ("decide", "touch", "wait")},
        "recycled": astuple(period.recycled),
        "returned": period.returned,
        "mql": period.arrivals.mql,
        "sal": period.arrivals.sal,
        "customer": period.arrivals.customer,
    }


def clocks(of: Clocks) -> dict[str, Any]:
    both = {"clock": astuple(of.clock), "working": astuple(of.working)}
    return {**both, "left_out": of.left_out}


@settings(deadline=None, max_examples=60)
@given(chances, st.integers(0, 40), windows(), moments)
def test_they_agree_with_a_naive_recount(
    chance: Random, size: int, window: Window, at: datetime
) -> None:
    facts, frame = facts_by_chance(chance, size), framed(window, at)
    ours, naive = measured(facts, frame), Naive(facts, frame, BERLIN)
    assert of(ours.period) == naive.period("window")
    assert of(ours.before) == naive.period("before")
    for rung in Rung:
        cohort = ours.cohort(rung)
        assert cohort is not None
        assert (cohort.reached, cohort.whole) == naive.cohort(rung)
    for name, of_fact in (("source", "source"), ("campaign", "campaign"), ("rule", "rules")):
        assert {
            group.key: (
                group.offered,
                group.acceptance.part,
                group.acceptance.whole - group.acceptance.part,
            )
            for group in ours.by(name)
            if group.offered or group.acceptance.whole
        } == naive.groups(of_fact)
    refused = {each.rule: astuple(each.refused) for each in ours.criticism}
    assert refused == naive.refused()
    assert ours.refusals.total == ours.period.acceptance.whole - ours.period.acceptance.part
    assert from_json(to_json(ours)) == ours


_SUMS = ("offered", "decided", "acceptance", "quality", "in_time", "honoured", "recycled")


def sums(period: Period) -> Counter[str]:
    """What adds up over periods."""
    found: Counter[str] = Counter({"returned": period.returned})
    for name in _SUMS:
        value = getattr(period, name)
        parts = [value] if isinstance(value, int) else astuple(value)
        found.update({f"{name} {place}": part for place, part in enumerate(parts)})
    found["durations"] = period.decide.clock.n + period.touch.clock.n + period.wait.clock.n
    return found


@settings(deadline=None, max_examples=40)
@given(chances, windows(), st.integers(0, 96 * 30))
def test_splitting_a_period_never_changes_sums(
    chance: Random, window: Window, quarters: int
) -> None:
    facts, at = facts_by_chance(chance, 60), BEGIN + 30 * WEEK
    middle = min(window.end, window.start + quarters * QUARTER)
    parts = (Window(window.start, middle), Window(middle, window.end))
    whole = measured(facts, framed(window, at))
    halves = [measured(facts, framed(part, at)) for part in parts if part.start < part.end]
    added: Counter[str] = Counter()
    for half in halves:
        added.update(sums(half.period))
    assert +sums(whole.period) == +added


@settings(deadline=None, max_examples=40)
@given(chances, st.integers(0, WEEKS - 1))
def test_the_order_of_facts_means_nothing(chance: Random, number: int) -> None:
    facts, frame = facts_by_chance(chance, 60), a_week(number)
    shuffled = facts[:]
    chance.shuffle(shuffled)
    assert measured(facts, frame) == measured(shuffled, frame)


@settings(deadline=None, max_examples=60)
@given(chances, st.integers(0, WEEKS - 1), st.integers(0, 96 * 40), st.integers(0, 96 * 40))
def test_what_happens_later_changes_only_what_may_change(
    chance: Random, number: int, first: int, second: int
) -> None:
    facts = facts_by_chance(chance, 60)
    sooner, later = (
        measured(facts, a_week(number, late=wait * QUARTER)).period
        for wait in sorted((first, second))
    )
    # The week is over: what was offered, decided and returned in it, and how long that took, stays.
    for name in ("offered", "decided", "acceptance", "quality", "returned", "arrivals"):
        assert getattr(sooner, name) == getattr(later, name)
    for name in ("decide", "touch", "wait", "velocity"):
        assert getattr(sooner, name) == getattr(later, name)
    # A promise once kept or broken stays so; who waits is decided one day.
    assert sooner.in_time.kept <= later.in_time.kept
    assert sooner.in_time.late <= later.in_time.late
    assert sooner.in_time.late + sooner.in_time.missed <= later.in_time.late + later.in_time.missed
    assert sooner.own.reached <= later.own.reached
    assert sooner.own.settled <= later.own.settled


@settings(deadline=None, max_examples=40)
@given(chances, st.integers(0, WEEKS - 1))
def test_decisions_of_the_future_are_as_if_they_were_not(chance: Random, number: int) -> None:
    frame = a_week(number)
    facts = facts_by_chance(chance, 60)
    known = [Naive([fact], frame, BERLIN).facts for fact in facts]
    assert measured(facts, frame) == measured([fact for one in known for fact in one], frame)


@settings(deadline=None, max_examples=60)
@given(
    moments,
    st.integers(0, 96 * 12),
    st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")),
)
def test_the_working_clock_agrees_with_walking(start: datetime, quarters: int, zone: str) -> None:
    policy = a_policy(timezone=zone, hours=Hours(holidays=("US",)))
    end = start + quarters * QUARTER
    clock = WorkClock(policy.hours, policy.zone)
    assert clock.between(start, end) == worked(start, end, policy)
    assert clock.between(end, start) == -worked(start, end, policy)
    back = start - 400 * DAY
    assert clock.between(back, back + 3 * DAY) == worked(back, back + 3 * DAY, policy)


@pytest.mark.parametrize("timezone", ["America/New_York", "Europe/Berlin"])
def test_working_time_is_exact_where_clocks_change(timezone: str) -> None:
    policy = a_policy(timezone=timezone, hours=Hours(days=frozenset(range(7))))
    start = datetime(2026, 3, 1, tzinfo=policy.zone)
    clock = WorkClock(policy.hours, policy.zone)
    for days in range(1, 60):
        assert clock.between(start, start + days * DAY) == days * timedelta(hours=9)


def test_a_company_whose_true_rates_are_known_is_told_them() -> None:
    """Of many weeks with the same true rate, nineteen in twenty tell an interval that holds it."""
    chance, true, held, told = Random(6), 0.62, 0, 400
    for _ in range(told):
        accepted = sum(chance.random() < true for _ in range(80))
        facts = [_decided(number, accepts=number < accepted) for number in range(80)]
        interval = measured(facts, a_week(0), a_policy()).period.acceptance.interval
        assert interval is not None
        held += interval[0] <= true <= interval[1]
    assert 0.92 <= held / told <= 0.98


def _decided(number: int, *, accepts: bool) -> Fact:
    at = BEGIN + number * QUARTER
    fact = Fact(f"ho_{number}", f"ld_{number}", None, "v1", at, at + DAY, at)

    outcome = Outcome.ACCEPTED if accepts else Outcome.REJECTED
    return fact._replace(outcome=outcome, decided_at=at + QUARTER, by="U1", reason="no_need")
