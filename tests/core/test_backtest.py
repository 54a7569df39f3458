"""What a backtest counts, and what it refuses to say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.domain.backtest import (
    Backtest,
    Question,
    Verdict,
    backtest,
    from_json,
    summary,
    to_json,
)
from core.domain.definition import load
from core.domain.estimate import Estimate
from core.domain.handoff import Outcome
from core.domain.history import Description, LeadHistory
from core.domain.lead import Temperature
from core.domain.reckoning import Passed, Past, Reckoned, Score, reckon
from tests.builders import NOW, a_policy, a_signal

DAY = timedelta(days=1)
RULES = """
schema = 1
name = "Test"
[bands]
hot = 50
warm = 20
[hysteresis]
leave_hot_below = 30
[groups.fit]
kind = "fit"
[groups.engagement]
kind = "engagement"
[[rules]]
id = "large"
group = "fit"
points = 20
why = "large"
when = { attr = "employees", gte = 200 }
[[rules]]
id = "page"
group = "engagement"
points = 10
why = "looked"
when = { signal = "page", within = "10d" }
[qualify]
when = { band = "hot" }
"""
DEFINITION = load(RULES)


def a_score(total: float = 60, qualified: bool | None = None, **rules: float) -> Score:
    hot = total >= 50
    temperature = Temperature.HOT if hot else Temperature.COLD
    return Score(total, temperature, False, hot if qualified is None else qualified, rules)


def a_passed(ago: timedelta = 30 * DAY, reason: str | None = None, **parts: object) -> Passed:
    """Accepted two hours later, unless there is a reason against it."""
    opened_at = NOW - ago
    outcome = Outcome.REJECTED if reason else Outcome.ACCEPTED
    decided_at = opened_at + timedelta(hours=2)
    passed = Passed(opened_at, opened_at + timedelta(hours=1), outcome, decided_at, reason)
    return replace(passed, **parts)  # type: ignore[arg-type]  # fields of Passed


def one(
    number: int,
    handoff: Passed | None,
    *scores: Score,
) -> tuple[Past, Sequence[Reckoned]]:
    """A lead that each definition scores so, at its handoff or else today."""
    past = Past(f"ld_{number}", f"Lead {number}", [handoff] if handoff else [])
    at = handoff.opened_at if handoff else NOW - 20 * DAY
    return past, [
        Reckoned(at if score.qualified else None, [score] if handoff else [], score)
        for score in scores
    ]


def tried(
    leads: Sequence[tuple[Past, Sequence[Reckoned]]], names: str = "new", **asked: object
) -> Backtest:
    question = Question(until=NOW, **asked)  # type: ignore[arg-type]  # fields of Question
    sides = [(name, DEFINITION) for name in names.split()]
    return backtest(leads, sides, question=question, policy=a_policy())


class TestLabels:
    @pytest.mark.parametrize(
        ("reason", "label"),
        [
            (None, True),
            ("no_need", False),
            ("bad_timing", False),
            ("spam", False),
            ("other", False),
            ("duplicate", None),
            ("contact_data", None),
        ],
    )
    def test_only_what_speaks_of_the_lead_is_a_label(
        self, reason: str | None, label: bool | None
    ) -> None:
        assert a_passed(reason=reason).label() is label

    def test_without_a_decision_there_is_none(self) -> None:
        assert Passed(NOW, NOW).label() is None

    def test_each_handoff_is_counted_once(self) -> None:
        handoffs = [
            a_passed(),
            a_passed(reason="no_need"),
            a_passed(reason="duplicate"),
            a_passed(outcome=None, decided_at=None),
            a_passed(2 * DAY),
            a_passed(90 * DAY),
        ]
        leads = [one(number, each, a_score()) for number, each in enumerate(handoffs)]
        evidence = tried(leads, since=NOW - 60 * DAY).evidence
        assert evidence.leads == 6
        assert evidence.passed_on == 5
        assert (evidence.young, evidence.unanswered, evidence.beside_the_point) == (1, 1, 1)
        assert evidence.labelled == 2


class TestShares:
    def test_are_of_the_labelled_handoffs_that_it_would_pass_on(self) -> None:
        leads = [
            *(one(n, a_passed(), a_score(70)) for n in range(6)),
            *(one(n, a_passed(reason="no_need"), a_score(55)) for n in range(2)),
            *(one(n, a_passed(), a_score(10)) for n in range(3)),
            *(one(n, a_passed(reason="no_need"), a_score(5)) for n in range(4)),
        ]
        trial = tried(leads).after
        assert trial.accepted == Estimate(6, 8)
        assert trial.recall == Estimate(6, 9)
        assert trial.separation == pytest.approx((6 * 6 + 3 * 4) / (9 * 6))

    def test_a_threshold_counts_those_from_it_upwards(self) -> None:
        leads = [
            one(1, a_passed(), a_score(70)),
            one(2, a_passed(), a_score(50)),
            one(3, a_passed(reason="no_need"), a_score(50)),
            one(4, a_passed(reason="no_need"), a_score(49.9)),
        ]
        sweep = {step.score: step for step in tried(leads).after.sweep}
        assert sweep[0].accepted == Estimate(2, 4)
        assert sweep[50].accepted == Estimate(2, 3)
        assert sweep[55].accepted == Estimate(1, 1)
        assert sweep[55].recall == Estimate(1, 2)
        assert max(sweep) == 70

    def test_a_rule_is_held_against_all_of_them(self) -> None:
        leads = [
            one(1, a_passed(), a_score(70, large=20, page=50)),
            one(2, a_passed(), a_score(50, page=50)),
            one(3, a_passed(reason="no_need"), a_score(50, page=50)),
            one(4, a_passed(reason="no_need"), a_score(50, page=50)),
            one(5, None, a_score(20, large=20)),
        ]
        large, page = tried(leads).after.rules
        assert (large.leads, large.accepted, large.lift) == (2, Estimate(1, 1), 2.0)
        assert (page.leads, page.accepted, page.lift) == (4, Estimate(2, 4), 1.0)

    def test_a_rule_that_never_fired_is_named(self) -> None:
        trial = tried([one(1, a_passed(), a_score(70, page=70))]).after
        assert trial.never_fired == ("large",)
        assert trial.rules[0].lift is None


class TestVolume:
    def test_is_counted_in_local_weeks(self) -> None:
        # NOW is a Wednesday; the Monday before last began at midnight of the workspace.
        monday = datetime(2026, 2, 23, tzinfo=NOW.tzinfo)
        firsts = [monday - timedelta(seconds=1), monday, NOW - 2 * DAY, NOW - DAY]
        leads = [
            (Past(f"ld_{n}", ""), [Reckoned(at, [], a_score())]) for n, at in enumerate(firsts)
        ]
        trial = tried(leads, capacity=1).after
        assert [week.leads for week in trial.weeks] == [1, 1, 2]
        assert [week.is_whole for week in trial.weeks] == [False, True, False]
        assert trial.per_week == 1
        assert trial.qualified == 4
        assert trial.weeks_over_capacity == 1

    def test_a_first_qualification_before_the_period_is_none_of_it(self) -> None:
        lead = (Past("ld_1", ""), [Reckoned(NOW - 90 * DAY, [], a_score())])
        assert tried([lead], since=NOW - 30 * DAY).after.qualified == 0

    def test_sales_can_take_what_it_took_in_its_best_week(self) -> None:
        busy = [one(n, a_passed(14 * DAY), a_score()) for n in range(3)]
        found = tried([*busy, one(9, a_passed(21 * DAY), a_score())])
        assert (found.capacity, found.capacity_is_given) == (3, False)
        assert tried(busy, capacity=7).capacity == 7


class TestSideBySide:
    def test_who_is_gained_lost_or_in_another_band_is_named(self) -> None:
        leads = [
            one(1, None, a_score(10), a_score(60)),
            one(2, None, a_score(60), a_score(10)),
            one(3, None, a_score(60), a_score(70)),
        ]
        found = tried(leads, "old new")
        assert [turned.name for turned in found.gained] == ["Lead 1"]
        assert [turned.name for turned in found.lost] == ["Lead 2"]
        assert [(each.lead_id, each.before, each.after) for each in found.band_changes] == [
            ("ld_1", Temperature.COLD, Temperature.HOT),
            ("ld_2", Temperature.HOT, Temperature.COLD),
        ]
        assert found.before is not None
        assert (found.before.label, found.after.label) == ("old", "new")

    @pytest.mark.parametrize(
        ("wanted", "unwanted", "verdict"),
        [
            (a_score(60), a_score(10), Verdict.BETTER),
            (a_score(10), a_score(60), Verdict.WORSE),
            (a_score(60), a_score(60), Verdict.NO_DIFFERENCE),
        ],
    )
    def test_a_verdict_needs_intervals_that_do_not_overlap(
        self, wanted: Score, unwanted: Score, verdict: Verdict
    ) -> None:
        leads = [
            *(one(n, a_passed(), a_score(), wanted) for n in range(50)),
            *(one(n, a_passed(reason="no_need"), a_score(), unwanted) for n in range(50)),
        ]
        assert tried(leads, "old new").verdict is verdict

    def test_below_thirty_labels_there_is_no_verdict(self) -> None:
        leads = [one(n, a_passed(), a_score(), a_score()) for n in range(29)]
        assert tried(leads, "old new").verdict is Verdict.TOO_FEW
        enough = [*leads, one(29, a_passed(), a_score(), a_score())]
        assert tried(enough, "old new").verdict is Verdict.NO_DIFFERENCE

    def test_few_that_the_draft_would_pass_on_are_too_few(self) -> None:
        leads = [one(n, a_passed(), a_score(), a_score(10)) for n in range(40)]
        assert tried(leads, "old new").verdict is Verdict.TOO_FEW

    def test_alone_there_is_nothing_to_compare(self) -> None:
        leads = [one(n, a_passed(), a_score()) for n in range(40)]
        assert tried(leads).verdict is Verdict.NOTHING_TO_COMPARE


def test_of_nobody_nothing_is_said() -> None:
    found = tried([], "old new")
    assert found.verdict is Verdict.TOO_FEW
    assert found.after.accepted == Estimate(0, 0)
    assert found.after.per_week == 0


def test_a_summary_survives_json() -> None:
    leads = [one(n, a_passed(), a_score(), a_score(60)) for n in range(40)]
    for names in ("old new", "new"):
        kept = summary(tried([(past, r[: len(names.split())]) for past, r in leads], names))
        assert from_json(json.loads(json.dumps(to_json(kept)))) == kept
        assert kept.is_enough


class TestReckoning:
    def test_a_lead_qualifies_with_the_news_that_made_it_so(self) -> None:
        ago = [9, 8, 7, 5]
        signals = [
            a_signal(f"{n}", occurred_at=NOW - n * DAY, received_at=NOW - n * DAY) for n in ago
        ]
        history = LeadHistory("ld_1", [Description(NOW - 9 * DAY, {"employees": 300})], signals)
        found = reckon(DEFINITION, Past("ld_1", "Jane"), history, until=NOW)
        assert found.qualified_at == NOW - 7 * DAY
        assert found.standing.total == 60

    def test_what_was_told_late_counts_late(self) -> None:
        late = [a_signal(f"{n}", occurred_at=NOW - 9 * DAY, received_at=NOW) for n in range(5)]
        history = LeadHistory("ld_1", [Description(NOW - 9 * DAY, {})], late)
        handed = Past("ld_1", "Jane", [a_passed(2 * DAY)])
        found = reckon(DEFINITION, handed, history, until=NOW)
        assert found.passed[0].total == 0
        assert found.qualified_at == NOW

    def test_a_hot_lead_stays_hot_until_it_has_cooled(self) -> None:
        signals = [
            a_signal(f"{n}", occurred_at=NOW - 11 * DAY, received_at=NOW - 11 * DAY)
            for n in range(3)
        ]
        at_last = a_signal("last", occurred_at=NOW, received_at=NOW)
        history = LeadHistory(
            "ld_1", [Description(NOW - 11 * DAY, {"employees": 300})], [*signals, at_last]
        )
        found = reckon(DEFINITION, Past("ld_1", "Jane"), history, until=NOW)
        assert found.standing.total == 30
        assert found.standing.temperature is Temperature.HOT
        assert not found.standing.qualified
