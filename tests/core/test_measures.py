"""The measures: figures reckoned by hand, and the mistakes that they must not make."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.handoff import Outcome
from core.domain.lead import Temperature
from core.domain.localtime import WEEK, Window
from core.domain.measures import (
    Change,
    Fact,
    Frame,
    Health,
    Measures,
    Period,
    Promise,
    Remark,
    Rung,
    Share,
    compared,
    frame_of,
    from_json,
    measure,
    to_json,
)
from core.domain.past import IMPORTED
from core.domain.policy import Policy
from core.domain.reasons import ReasonClass
from core.domain.stages import Stage
from tests.builders import LABEL, a_policy

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
THIS = Window(MONDAY, MONDAY + WEEK)
AFTER = MONDAY + WEEK + 9 * HOUR  # when the digest of this week is made
NINE = MONDAY + 9 * HOUR


def earlier(window: Window) -> Window:
    return Window(window.start - WEEK, window.start)


def framed(window: Window = THIS, *, at: datetime = AFTER) -> Frame:
    return frame_of(window, as_of=at, earlier=earlier)


def a_fact(id: str = "ho_1", opened: datetime = NINE, **parts: Any) -> Fact:
    """Offered on Monday at nine, due within the hour."""
    lead = parts.pop("lead", id.replace("ho", "ld"))
    due = parts.pop("due", opened + HOUR)
    known = {"source": "web", "complete": True, "trigger": "demo", "rules": ("demo",), **parts}
    definition = known.pop("definition", LABEL)
    previous = known.pop("previous", None)
    since = known.pop("since", opened)
    return Fact(id, lead, previous, definition, opened, due, since, **known)


def accepted(fact: Fact, at: datetime, *, by: str = "U1", **parts: Any) -> Fact:
    kept = {"touch_due_at": at + 4 * HOUR, **parts}
    return fact._replace(outcome=Outcome.ACCEPTED, by=by, decided_at=at, **kept)


def rejected(fact: Fact, at: datetime, reason: str = "no_need", **parts: Any) -> Fact:
    kept = {"returned_at": at, "by": "U1", **parts}
    return fact._replace(outcome=Outcome.REJECTED, decided_at=at, reason=reason, **kept)


def measured(*facts: Fact, frame: Frame | None = None, **parts: Any) -> Measures:
    policy: Policy = parts.pop("policy", a_policy())
    known = {"standing": {}, "health": Health(), **parts}
    return measure(facts, frame=frame or framed(), policy=policy, **known)


A_WEEK = (
    accepted(a_fact("ho_1"), NINE + HOUR / 2, touched_at=NINE + 2 * HOUR),
    accepted(a_fact("ho_2", source="webinar"), NINE + 2 * HOUR, touched_at=NINE + DAY),
    rejected(a_fact("ho_3", source="webinar"), NINE + HOUR),
    rejected(a_fact("ho_4", source=None), NINE + HOUR, "duplicate", returned_at=None),
    a_fact("ho_5", NINE + DAY),
    a_fact("ho_6", NINE + 4 * DAY + 8 * HOUR, due=NINE + 7 * DAY + HOUR),
    rejected(a_fact("ho_7", NINE - WEEK), NINE - WEEK + HOUR),
)


class TestAWeek:
    def test_counts_offers_and_decisions(self) -> None:
        period = measured(*A_WEEK).period
        assert (period.offered, period.decided) == (6, 4)
        assert period.acceptance == Share(2, 4)
        assert period.quality == Share(2, 3)
        assert (period.returned, period.recycled) == (1, Share(1, 4))
        assert (period.arrivals.mql, period.arrivals.sal) == (6, 2)

    def test_says_what_became_of_every_promise(self) -> None:
        week = measured(*A_WEEK)
        assert week.period.in_time == Promise(kept=3, late=1, missed=1)
        assert week.period.in_time.share == Share(3, 5)
        assert week.period.honoured == Promise(kept=1, late=1)

    def test_says_how_long_things_took_by_both_clocks(self) -> None:
        period = measured(*A_WEEK).period
        assert (period.decide.clock.n, period.decide.clock.median) == (4, HOUR)
        assert (period.decide.clock.p75, period.decide.clock.p90) == (HOUR, 2 * HOUR)
        assert (period.touch.clock.p90, period.touch.working.p90) == (22 * HOUR, 7 * HOUR)
        assert (period.wait.clock.p90, period.wait.working.p90) == (DAY, 9 * HOUR)

    def test_groups_what_is_alike(self) -> None:
        week = measured(*A_WEEK)
        rates = {group.key: (group.offered, group.acceptance) for group in week.by_source}
        assert rates == {
            "web": (3, Share(1, 1)),
            "webinar": (2, Share(1, 2)),
            None: (1, Share(0, 1)),
        }
        assert [group.key for group in week.by_source] == ["web", "webinar", None]
        assert [group.key for group in week.by_temperature] == ["cold"]
        assert [(group.key, group.acceptance) for group in week.by_rep] == [("U1", Share(2, 4))]

    def test_counts_rejections_by_reason_and_class(self) -> None:
        refusals = measured(*A_WEEK).refusals
        assert [(each.reason, each.group) for each in refusals.by_reason] == [
            ("duplicate", ReasonClass.PROCEDURAL),
            ("no_need", ReasonClass.DEFINITIONAL),
        ]
        assert refusals.by_class == (
            (ReasonClass.DEFINITIONAL, Share(1, 2)),
            (ReasonClass.PROCEDURAL, Share(1, 2)),
        )

    def test_says_what_waits_at_its_own_moment(self) -> None:
        backlog = measured(*A_WEEK).backlog
        assert (backlog.open, backlog.overdue, backlog.grown_by) == (2, 1, 2)
        assert (backlog.oldest_at, backlog.oldest) == (NINE + DAY, ("ho_5", "ho_6"))

    def test_puts_both_duties_side_by_side(self) -> None:
        duties = measured(*A_WEEK).duties
        assert (duties.complete, duties.triggered) == (Share(6, 6), Share(6, 6))
        assert [count for _, count in duties.by_day] == [4, 1, 1]
        assert duties.busiest == Share(4, 6)

    def test_is_compared_with_the_week_before(self) -> None:
        week = measured(*A_WEEK)
        assert week.before.acceptance == Share(0, 1)
        assert compared(week.period.acceptance, week.before.acceptance) == Change(0.5, False)

    def test_is_kept_for_ever_as_json(self) -> None:
        first = measured(*A_WEEK)
        week = measured(*A_WEEK, frame=framed(), previous=replace(first, window=earlier(THIS)))
        assert from_json(to_json(week)) == week
        assert week.restatement is not None


def test_of_nothing_there_is_no_rate() -> None:
    empty = measured()
    assert empty.period.acceptance.rate is None
    assert compared(empty.period.acceptance, empty.before.acceptance) is None
    assert empty.period.decide.clock.median is None
    assert from_json(to_json(empty)) == empty


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(42, 61, 0.564, 0.791), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (1, 2, 0.095, 0.905)],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    found = Share(part, whole).interval
    assert found is not None
    assert [round(each, 3) for each in found] == [low, high]


def test_a_change_is_real_where_the_intervals_are_apart() -> None:
    assert compared(Share(3, 4), Share(1, 2)) == Change(0.25, False)
    assert compared(Share(75, 100), Share(50, 100)) == Change(0.25, True)


def test_a_cohort_is_judged_only_when_all_of_it_is_old_enough() -> None:
    week = measured(*A_WEEK)
    assert (week.period.own.share, week.period.own.settled, week.period.own.whole) == (None, 4, 6)
    ripe = week.cohort(Rung.MQL_SAL)
    assert ripe is not None
    assert (ripe.window, ripe.share) == (earlier(THIS), Share(0, 1))


def test_leads_are_counted_once_and_a_skipped_stage_as_passed() -> None:
    long_ago = NINE - 5 * WEEK
    first = accepted(a_fact("ho_1", long_ago), long_ago, sql_at=long_ago + DAY)
    again = rejected(a_fact("ho_2", long_ago + 2 * DAY, lead="ld_1"), long_ago + 3 * DAY)
    won = accepted(a_fact("ho_3", long_ago), long_ago, won_at=long_ago + DAY)
    cohort = measured(first, again, won).cohort(Rung.MQL_SQL)
    assert cohort is not None
    assert (cohort.share, cohort.skipped) == (Share(2, 2), 1)


def test_a_lead_that_came_back_may_be_taken_after_all() -> None:
    long_ago = NINE - 13 * WEEK
    first = rejected(a_fact("ho_1", long_ago), long_ago)
    second = rejected(a_fact("ho_2", long_ago + DAY, previous="ho_1"), long_ago + 30 * DAY)
    third = accepted(a_fact("ho_3", long_ago + 40 * DAY, previous="ho_2"), long_ago + 41 * DAY)
    lost = rejected(a_fact("ho_4", long_ago), long_ago)
    cohort = measured(first, second, third, lost).cohort(Rung.RETURN)
    assert cohort is not None
    assert cohort.share == Share(1, 2)


def test_where_leads_stand_they_age() -> None:
    since = [AFTER - age * DAY for age in (0.5, 1, 2, 8, 40)]
    [mql] = [
        each for each in measured(standing={Stage.MQL: since}).ageing if each.stage is Stage.MQL
    ]
    assert (mql.n, mql.buckets) == (5, (1, 2, 0, 1, 0, 1))
    assert (mql.p90, mql.oldest) == (40 * DAY, 40 * DAY)


def test_a_rule_whose_leads_are_refused_is_named() -> None:
    at = NINE + HOUR
    bad = [rejected(a_fact(f"ho_a{n}", rules=("ebook",)), at) for n in range(20)]
    good = [accepted(a_fact(f"ho_b{n}", rules=("demo",)), at) for n in range(30)]
    other = [rejected(a_fact(f"ho_c{n}", rules=("demo",)), at, "contact_data") for n in range(30)]
    worst, fine = measured(*bad, *good, *other).criticism
    assert (worst.rule, worst.refused, worst.elsewhere) == ("ebook", Share(20, 20), Share(0, 30))
    assert worst.is_real
    assert not fine.is_real
    few = measured(*bad[:19], *good).criticism[0]
    assert not few.is_real


def test_a_source_that_falls_silent_is_told() -> None:
    last_week = [a_fact(f"ho_{n}", NINE - WEEK, source="ads") for n in range(5)]
    assert measured(*last_week, a_fact("ho_9")).health.silent == ("ads",)
    assert measured(*last_week, a_fact("ho_9", source="ads")).health.silent == ()
    assert measured(*last_week[1:]).health.silent == ()


class TestMistakesOfOtherTools:
    def test_two_clocks_are_not_mixed(self) -> None:
        friday = NINE + 4 * DAY + 8 * HOUR
        week = measured(
            accepted(a_fact("ho_1", friday), friday + 64 * HOUR),
            frame=framed(Window(MONDAY, MONDAY + 2 * WEEK), at=AFTER + WEEK),
        )
        assert week.period.decide.clock.median == 64 * HOUR
        assert week.period.decide.working.median == HOUR

    def test_nobody_is_deemed_to_have_accepted(self) -> None:
        late = a_fact("ho_1")._replace(outcome=Outcome.EXPIRED, by="baton", decided_at=NINE + DAY)
        period = measured(late).period
        assert (period.decided, period.acceptance) == (1, Share(0, 0))
        assert period.in_time == Promise(missed=1)

    def test_an_offer_that_was_taken_back_in_time_is_no_broken_promise(self) -> None:
        gone = a_fact("ho_1")._replace(outcome=Outcome.WITHDRAWN, by="U2", decided_at=NINE)
        assert measured(gone).period.in_time == Promise(left_out=1)

    def test_what_would_end_before_it_began_is_left_out_and_counted(self) -> None:
        odd = accepted(a_fact("ho_1"), NINE + HOUR, sql_at=NINE, touched_at=NINE)
        week = measured(odd)
        assert (week.period.touch.clock.n, week.period.touch.left_out) == (0, 1)
        [sql] = [each for each in week.period.velocity if each.end is Stage.SQL]
        assert (sql.took.n, sql.left_out) == (0, 1)
        assert [(each.remark, each.count) for each in week.remarks] == [(Remark.BACKWARDS, 1)]

    def test_imported_handoffs_are_counted_but_no_promise_of_theirs(self) -> None:
        old = accepted(
            a_fact("ho_1", MONDAY, definition=IMPORTED, source=None),
            MONDAY + DAY,
            touch_due_at=None,
        )
        week = measured(old)
        assert week.period.acceptance == Share(1, 1)
        assert (week.period.in_time, week.period.honoured) == (
            Promise(left_out=1),
            Promise(left_out=1),
        )
        assert {each.remark for each in week.remarks} == {
            Remark.IMPORTED,
            Remark.DAYS_ONLY,
            Remark.NO_SOURCE,
        }

    def test_what_was_not_known_yet_is_not_counted(self) -> None:
        later = accepted(a_fact("ho_1"), AFTER + HOUR, sql_at=AFTER + DAY)
        week = measured(later, a_fact("ho_2", AFTER + HOUR))
        assert (week.backlog.open, week.period.decided) == (1, 0)

    def test_history_is_not_restated_without_a_word(self) -> None:
        open_then = a_fact("ho_9", NINE + 4 * DAY)
        said = measured(*A_WEEK[:3], open_then)
        now = measured(
            *A_WEEK[:3],
            accepted(open_then, AFTER + HOUR),
            frame=framed(Window(THIS.end, THIS.end + WEEK), at=AFTER + WEEK),
            previous=said,
        )
        assert now.restatement is not None
        assert (now.restatement.decided_since, now.restatement.said_at) == (1, AFTER)
        [own] = [each for each in now.restatement.figures if each.figure == "own"]
        assert (own.said, own.now) == (Share(2, 4), Share(3, 4))

    def test_a_temperature_is_that_of_the_offer(self) -> None:
        hot = a_fact("ho_1", temperature=Temperature.HOT)
        assert [group.key for group in measured(hot).by_temperature] == ["hot"]


@pytest.mark.parametrize(
    "moment",
    ["opened_at", "due_at", "decided_at", "touch_due_at", "touched_at", "returned_at", "won_at"],
)
def test_a_period_holds_its_beginning_and_not_its_end(moment: str) -> None:
    def counted(at: datetime) -> Measures:
        long_ago = accepted(a_fact(opened=MONDAY - 300 * DAY), MONDAY - 299 * DAY)
        moved = Fact._make(
            at if name == moment else value for name, value in long_ago._asdict().items()
        )
        return measured(moved, frame=framed(at=AFTER + WEEK))

    outside = [counted(at).period for at in (THIS.start - timedelta.resolution, THIS.end, AFTER)]
    inside = [counted(at).period for at in (THIS.start, THIS.end - timedelta.resolution)]
    figures = {_figures(period) for period in outside}
    assert len(figures) == 1
    assert figures.isdisjoint(map(_figures, inside))


def _figures(period: Period) -> tuple[object, ...]:
    counts = (period.offered, period.decided, period.returned, period.touch.clock.n)
    return (*counts, period.in_time, period.honoured, period.arrivals)
