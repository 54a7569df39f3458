"""A digest opens with what matters most, and names a place only where it explains something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.findings import Finding, Topic, findings
from core.domain.measures import Criticism, Group, Health, Measures, Promise, Rejection, Share
from core.domain.reasons import ReasonClass
from tests.slack import weeks

QUIET = weeks.measured(weeks.NOTHING, weeks.NOTHING)[-1]


def told(*, of: Measures = QUIET, **period: Any) -> Measures:
    """A period in which nothing happened but this."""
    return replace(of, period=replace(of.period, **period))


def topics(measures: Measures) -> list[Topic]:
    return [each.topic for each in findings(measures)]


def a_group(key: str | None, late: int) -> Group:
    return Group(key, late, Share(0, 0), Share(0, 0), Promise(missed=late))


def test_a_period_in_which_nothing_happened_says_so() -> None:
    assert topics(QUIET) == [Topic.NOTHING]


def test_what_is_offered_and_not_decided_is_no_rate() -> None:
    assert findings(told(offered=4)) == (Finding(Topic.UNDECIDED, Share(0, 4)),)


def test_the_rate_says_what_it_was_and_whether_that_is_a_change() -> None:
    now = told(offered=61, decided=61, acceptance=Share(42, 61))
    before = replace(now, before=replace(now.before, acceptance=Share(35, 60)))
    [alone], [compared] = findings(now), findings(before)
    assert (alone.share, alone.change) == (Share(42, 61), None)
    assert compared.before == Share(35, 60)
    assert compared.change is not None
    assert not compared.change.real


def test_what_nobody_was_shown_stands_first() -> None:
    measures = told(
        of=replace(QUIET, health=Health(unseen=2)), offered=9, decided=9, acceptance=Share(4, 9)
    )
    assert topics(measures) == [Topic.UNSEEN, Topic.ACCEPTANCE]


@pytest.mark.parametrize(("late", "place"), [(30, 1), (2, 2)])
def test_a_lapse_that_seldom_happened_comes_last(late: int, place: int) -> None:
    measures = told(
        of=replace(QUIET, criticism=(Criticism("pricing", Share(30, 40), Share(10, 60)),)),
        offered=99,
        decided=99,
        acceptance=Share(50, 99),
        in_time=Promise(kept=99 - late, late=late),
    )
    assert topics(measures).index(Topic.LATE) == place


@pytest.mark.parametrize(
    ("from_webinars", "elsewhere", "named"),
    [(5, 2, "webinar"), (3, 4, None), (2, 0, None)],
    ids=["most", "less than half", "too few"],
)
def test_a_source_is_named_where_most_of_the_late_came_from_it(
    from_webinars: int, elsewhere: int, named: str | None
) -> None:
    late = from_webinars + elsewhere
    groups = (
        a_group("webinar", from_webinars),
        a_group("partner", elsewhere // 2),
        a_group("fair", elsewhere - elsewhere // 2),
    )
    measures = told(
        of=replace(QUIET, by_source=groups),
        offered=20,
        in_time=Promise(kept=20 - late, missed=late),
    )
    [found] = [each for each in findings(measures) if each.topic is Topic.LATE]
    assert found.name == named
    assert found.most == (from_webinars if named else 0)


def test_leads_of_nobody_knows_where_from_explain_nothing() -> None:
    groups = (a_group(None, 9), a_group("partner", 1))
    measures = told(of=replace(QUIET, by_source=groups), offered=20, in_time=Promise(missed=10))
    [found] = [each for each in findings(measures) if each.topic is Topic.LATE]
    assert found.name is None


def test_a_rule_is_blamed_only_where_it_is_no_chance() -> None:
    chance = replace(QUIET, criticism=(Criticism("pricing", Share(3, 4), Share(1, 9)),))
    assert Topic.CRITICISM not in topics(chance)
    real = replace(QUIET, criticism=(Criticism("pricing", Share(30, 40), Share(10, 60)),))
    assert Topic.CRITICISM in topics(real)


@pytest.mark.parametrize(("count", "found"), [(5, True), (4, False)])
def test_one_reason_behind_most_rejections_is_a_finding(count: int, found: bool) -> None:
    rejection = Rejection("no_need", ReasonClass.DEFINITIONAL, Share(count, 10))
    refusals = replace(QUIET.refusals, total=10, by_reason=(rejection,))
    assert (Topic.REASON in topics(replace(QUIET, refusals=refusals))) is found
