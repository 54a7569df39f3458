"""The reckoning: how a definition turns what is known of a lead into a score with reasons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.definition import Definition, default, load
from core.domain.lead import Scalar, Signal, SignalKind, Temperature
from core.domain.scoring import (
    Explanation,
    RuleScore,
    from_json,
    reasons,
    score,
    sentence,
    to_json,
)
from tests.core.rulebooks import rule, rulebook

NOW = datetime(2025, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SHIPPED = load(default())
DEMO = {"signal": "form", "form": "demo"}


def page(id: str, ago: timedelta = DAY, path: str = "/pricing", session: str = "s") -> Signal:
    return Signal(id, "web", SignalKind.PAGE, NOW - ago, session, {"path": path})


def form(id: str, ago: timedelta = DAY, name: str = "demo") -> Signal:
    return Signal(id, "web", SignalKind.FORM, NOW - ago, None, {"form": name})


def click(id: str, **properties: Scalar) -> Signal:
    return Signal(id, "mail", SignalKind.EMAIL_CLICK, NOW - DAY, None, properties)


def custom(id: str, ago: timedelta = DAY, **properties: Scalar) -> Signal:
    return Signal(id, "web", SignalKind.CUSTOM, NOW - ago, None, properties)


def reckon(
    definition: Definition,
    *signals: Signal,
    previous: Temperature | None = None,
    **attributes: Scalar,
) -> Explanation:
    return score(definition, attributes, signals, as_of=NOW, previous=previous)


def holds(condition: dict[str, Any], *signals: Signal, **attributes: Scalar) -> bool:
    definition = rulebook(rule("r", 1, condition))
    return bool(score(definition, attributes, signals, as_of=NOW).rules)


def only(explanation: Explanation) -> RuleScore:
    (found,) = explanation.rules
    return found


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ({"eq": "Google"}, [" Google "], ["google", "Google Inc", 3, True, None, ""]),
        ({"eq": "Google", "fold": True}, ["GOOGLE"], ["Goggle"]),
        ({"eq": 200}, [200, 200.0, "200"], [201, "two hundred", True, None]),
        ({"eq": True}, [True], [1, "true", False, None]),
        ({"in": ["a", 2]}, ["a", 2, "2"], ["b", 3, None]),
        ({"not_in": ["a"]}, ["b", 1], ["a", None, " "]),
        ({"gte": 200}, [200, "250", "２００"], [199, "many", "nan", "inf", True, None]),
        ({"gt": 1, "lt": 3}, [2], [1, 3, None]),
        ({"lte": 3}, [3, -1], [4, None, ""]),
        ({"exists": True}, ["x", 0, False], [None, "  "]),
        ({"missing": True}, [None, ""], ["x", 0]),
        ({"exists": False}, [None], ["x"]),
        ({"contains": "CTO"}, ["Deputy CTO"], ["Director", None, 7]),
        ({"contains": ["部長", "head"], "fold": True}, ["営業部長", "Head of IT"], ["社員"]),
        ({"domain_in": ["Acme.example"]}, ["a@acme.example", "a@EU.acme.example", "acme.example"],
         ["a@notacme.example", "acme.example@x.example", None]),
        ({"path_glob": "/pricing*"}, ["/pricing", "/pricing/eu", "https://a.example/pricing?x=1"],
         ["/about/pricing", "/Pricing", None, "https://[bad"]),
        ({"since": "30d"}, ["2025-04-20", "2025-05-01T12:00:00Z"],
         ["2025-04-01T12:00:00Z", "2025-06-01", "lately", 4, None]),
        ({"since": "2025-04-01"}, ["2025-04-01", "2025-04-30T09:00:00+09:00"],
         ["2025-03-31", "2026-01-01"]),
    ],
)  # fmt: skip
def test_a_predicate_answers_for_the_value_and_never_for_a_missing_one(
    test: dict[str, Any], yes: Sequence[Scalar], no: Sequence[Scalar]
) -> None:
    condition = {"attr": "value", **test}
    assert [value for value in yes if not holds(condition, value=value)] == []
    assert [value for value in no if holds(condition, value=value)] == []


def test_conditions_combine() -> None:
    a, b = {"attr": "a", "exists": True}, {"attr": "b", "exists": True}
    assert holds({"all": [a, b]}, a=1, b=1)
    assert not holds({"all": [a, b]}, a=1)
    assert holds({"any": [a, b]}, b=1)
    assert not holds({"any": [a, b]})
    assert holds({"not": a}, b=1)
    assert holds({"any": [a], "not": b}, a=1)
    assert not holds({"any": [a], "and": b}, a=1)


def test_signals_are_told_apart_by_kind_and_properties() -> None:
    assert holds(DEMO, form("1"))
    assert not holds(DEMO, form("1", name="Demo"))
    assert holds({**DEMO, "fold": True}, form("1", name="Demo"))
    assert not holds(DEMO, page("1"))
    assert holds({"signal": "any"}, page("1"))
    team = {"signal": "custom", "name": "trial", "where": {"seats": {"gte": 5}, "source": "web"}}
    assert holds(team, custom("1", name="trial", seats=5))
    assert not holds(team, custom("1", name="trial", seats=4))


@pytest.mark.parametrize("values", [[1, True, "1"], [True, "1", 1], ["1", 1, True]])
def test_one_and_true_and_a_text_of_one_are_three_values(values: list[Scalar]) -> None:
    counted = {
        name: sum(holds({"signal": "custom", "where": {"v": {"eq": value}}}, custom("1", v=each))
                  for each in values)
        for name, value in (("number", 1), ("truth", True), ("text", "1"))
    }  # fmt: skip
    # A number may be spelt out, as web forms do.
    assert counted == {"number": 2, "truth": 1, "text": 1}
    definition = rulebook(rule("r", 1, {"signal": "custom", "where": {"v": {"eq": True}}}))
    signals = [custom(str(n), v=value) for n, value in enumerate(values)]
    assert reckon(definition, *signals).total == 1


def test_more_values_than_are_remembered_are_answered_alike() -> None:
    pages = [page(str(n), path=f"/{'ab'[n % 2]}{n}") for n in range(3000)]
    definition = rulebook(
        rule("r", 1, {"signal": "page", "path_glob": "/a*"}),
        score={"min": 0, "max": 5000},
    )
    assert [reckon(definition, *pages).total for _ in range(2)] == [1500, 1500]


def test_a_definition_that_was_changed_in_memory_is_scored_as_it_is_now() -> None:
    assert reckon(SHIPPED, form("1")).total > 0
    assert reckon(replace(SHIPPED, rules=()), form("1")).total == 0
    assert reckon(replace(SHIPPED, hot=(), hot_from=30), form("1")).temperature == "hot"


# 1. Pure; decay comes from the times of the signals.


def test_the_past_is_reckoned_as_it_was() -> None:
    then = NOW - 10 * DAY
    signals = [page("1", 11 * DAY), page("2", 10 * DAY), page("3", 9 * DAY)]
    assert score(SHIPPED, {}, signals, as_of=then) == score(SHIPPED, {}, signals[:2], as_of=then)


def test_points_decay_with_the_age_of_each_signal() -> None:
    groups = {"all": {"kind": "engagement", "decay": {"half_life": "14d"}}}
    definition = rulebook(rule("page", 10, {"signal": "page"}), groups=groups)
    found = only(reckon(definition, page("1", 14 * DAY), page("2", 28 * DAY)))
    assert (found.points, found.factor, found.given) == (20, 0.375, 7.5)


def test_attributes_do_not_decay() -> None:
    groups = {"all": {"kind": "fit", "decay": {"half_life": "14d"}}}
    definition = rulebook(rule("size", 10, {"attr": "size", "gte": 1}), groups=groups)
    assert only(reckon(definition, size=3)).given == 10


def test_what_several_signals_say_together_scores_once_and_is_as_fresh_as_the_newest() -> None:
    groups = {"all": {"kind": "engagement", "decay": {"linear": "50%/10d"}}}
    twice = {"count": {"signal": "page"}, "gte": 2}
    both = {"all": [{"signal": "page"}, {"signal": "form"}]}
    signals = page("1", 9 * DAY), page("2", 10 * DAY), form("3", 2 * DAY)
    definition = rulebook(rule("twice", 10, twice, share=True), rule("both", 10, both),
                          groups=groups)  # fmt: skip
    found = reckon(definition, *signals).rules
    assert [(one.given, one.signals) for one in found] == [(5.5, ("2", "1")), (9, ("2", "1", "3"))]


def test_an_attribute_guards_a_signal_that_still_scores_each_time() -> None:
    guarded = {"all": [{"attr": "vip", "eq": True}, {"signal": "page"}]}
    definition = rulebook(rule("vip", 5, guarded))
    assert reckon(definition, page("1"), page("2"), vip=True).total == 10
    assert reckon(definition, page("1"), page("2")).total == 0


FORGETS_WHEN_QUIET = {"all": {"kind": "engagement", "decay": {"linear": "50%/10d", "quiet": "30d"}}}


@pytest.mark.parametrize(
    ("ago", "left"),
    [((90, 30), 20), ((90, 35), 15), ((90, 40), 10), ((90, 60), 0), ((29, 1), 20)],
)
def test_what_a_group_knows_is_kept_until_the_lead_was_quiet_for_long(
    ago: tuple[int, int], left: float
) -> None:
    definition = rulebook(rule("page", 10, {"signal": "page"}), groups=FORGETS_WHEN_QUIET)
    first, last = ago
    assert reckon(definition, page("1", first * DAY), page("2", last * DAY)).total == left


def test_only_signals_of_the_group_break_its_silence() -> None:
    definition = rulebook(rule("page", 10, {"signal": "page"}), groups=FORGETS_WHEN_QUIET)
    assert reckon(definition, page("1", 40 * DAY), form("2")).total == 5
    limited = rule("page", 10, {"signal": "page"}, limit={"times": 1})
    definition = rulebook(limited, groups=FORGETS_WHEN_QUIET)
    assert reckon(definition, page("1", 40 * DAY), page("2")).total == 10


# 2. Once by (source, id), then excluded, matched, limited, decayed, clamped.


def test_a_signal_counts_once_for_each_source() -> None:
    definition = rulebook(rule("page", 1, {"signal": "page"}))
    elsewhere = Signal("1", "app", SignalKind.PAGE, NOW, None, {})
    assert reckon(definition, page("1"), page("1"), elsewhere).total == 2


def test_of_two_copies_that_differ_the_earlier_counts_whichever_came_first() -> None:
    early, late = page("1", 2 * DAY, path="/a"), page("1", DAY, path="/b")
    definition = rulebook(rule("a", 1, {"signal": "page", "path": "/a"}))
    assert reckon(definition, early, late).total == reckon(definition, late, early).total == 1


def test_a_lead_that_is_left_out_is_not_reckoned() -> None:
    staff = {"id": "staff", "why": "works here", "when": {"attr": "email", "contains": "@us."}}
    definition = rulebook(rule("demo", 80, DEMO), exclude=[staff])
    left_out = reckon(definition, form("1"), email="a@us.example")
    assert (left_out.excluded, left_out.qualified, left_out.total) == ("staff", False, 0)
    assert left_out.temperature is Temperature.COLD
    assert sentence(left_out, "en") == "works here"
    assert reckon(definition, form("1"), email="a@them.example").qualified


@pytest.mark.parametrize(
    ("limit", "counted"),
    [
        ({"times": 1, "per": "7d"}, ("1", "4")),
        ({"times": 2, "per": "7d"}, ("1", "2", "4")),
        ({"times": 1, "per": "1d"}, ("1", "2", "3", "4")),
        ({"times": 1}, ("1",)),
        ({"times": 3, "per": "ever"}, ("1", "2", "3")),
    ],
)
def test_a_limit_keeps_the_earliest(limit: dict[str, Any], counted: tuple[str, ...]) -> None:
    signals = [page("4", DAY), page("3", 6 * DAY), page("2", 7 * DAY), page("1", 8 * DAY)]
    found = only(reckon(rulebook(rule("r", 10, {"signal": "page"}, limit=limit)), *signals))
    assert found.signals == counted
    assert found.capped is (len(counted) < 4)


def test_clamps_apply_to_the_rule_then_the_group_then_the_total() -> None:
    definition = rulebook(
        rule("page", 10, {"signal": "page"}, max=25),
        rule("size", 30, {"attr": "size", "exists": True}),
        groups={"all": {"kind": "fit", "max": 50}},
        score={"min": 0, "max": 45},
    )
    found = reckon(definition, page("1"), page("2"), page("3"), size=1)
    assert [(one.given, one.capped) for one in found.rules] == [(25, True), (30, False)]
    assert (found.groups[0].raw, found.groups[0].clamped, found.total) == (55, 50, 45)


# 3. Windows roll.


@pytest.mark.parametrize(
    ("ago", "inside"),
    [
        (timedelta(), True),
        (7 * DAY - timedelta(seconds=1), True),
        (7 * DAY, False),
        (-timedelta(seconds=1), False),
    ],
)
def test_a_window_is_open_at_its_old_end_and_closed_at_its_new_one(
    ago: timedelta, inside: bool
) -> None:
    signal = page("1", ago)
    assert holds({"signal": "page", "within": "7d"}, signal) is inside
    assert holds({"count": {"signal": "page"}, "gte": 1, "within": "7d"}, signal) is inside
    assert holds({"no_signal": "page", "within": "7d"}, signal) is not inside


def test_silence_speaks_about_the_signals_that_are_meant() -> None:
    quiet = {"no_signal": {"signal": "page", "path_glob": "/docs*"}, "within": "7d"}
    assert holds(quiet, page("1", path="/pricing"))
    assert not holds(quiet, page("1", path="/docs/a"))


@pytest.mark.parametrize(
    ("distinct", "units"),
    [("event", 4), ("session", 2), ("day", 3), ("path", 2), ("title", 0)],
)
def test_a_count_counts_what_it_is_told_to(distinct: str, units: int) -> None:
    signals = [
        page("1", DAY, "/a", "s1"),
        page("2", DAY, "/b", "s1"),
        page("3", 2 * DAY, "/a", "s2"),
        page("4", 3 * DAY, "/a", "s2"),
    ]
    for wanted in range(1, 6):
        asked = {"count": {"signal": "page"}, "gte": wanted, "distinct": distinct}
        assert holds(asked, *signals) is (units >= wanted)


def test_signals_without_a_session_are_sessions_of_their_own() -> None:
    asked = {"count": {"signal": "form"}, "gte": 2, "distinct": "session"}
    assert holds(asked, form("1"), form("2"))


# 5. One signal feeds one rule of a group.


def test_a_signal_feeds_the_first_rule_of_its_group() -> None:
    definition = rulebook(rule("demo", 40, DEMO), rule("form", 10, {"signal": "form"}))
    found = reckon(definition, form("1"), form("2", name="contact"))
    assert [(one.id, one.signals) for one in found.rules] == [("demo", ("1",)), ("form", ("2",))]


def test_a_signal_that_a_limit_turned_away_does_not_feed_the_next_rule() -> None:
    first = rule("demo", 40, DEMO, limit={"times": 1})
    definition = rulebook(first, rule("form", 10, {"signal": "form"}))
    assert reckon(definition, form("1"), form("2")).total == 40


def test_a_signal_feeds_rules_of_different_groups() -> None:
    groups = {"all": {"kind": "engagement"}, "other": {"kind": "fit"}}
    other = rule("form", 10, {"signal": "form"}) | {"group": "other"}
    assert reckon(rulebook(rule("demo", 40, DEMO), other, groups=groups), form("1")).total == 50


def test_a_rule_that_shares_takes_nothing_away_and_may_use_what_is_taken() -> None:
    twice = rule("twice", 1, {"count": {"signal": "form"}, "gte": 2})
    demo = rule("demo", 40, DEMO)
    assert reckon(rulebook(demo, twice), form("1"), form("2")).total == 80
    assert reckon(rulebook(demo, twice | {"share": True}), form("1"), form("2")).total == 81
    assert reckon(rulebook(twice | {"share": True}, demo), form("1"), form("2")).total == 81


def test_none_seen_means_none_at_all_even_if_another_rule_took_it() -> None:
    quiet = rule("quiet", -5, {"no_signal": "form", "within": "7d"})
    never = rule("never", -7, {"not": {"signal": "form"}})
    assert reckon(rulebook(rule("demo", 40, DEMO), quiet, never), form("1")).total == 40


# Resets.

LEFT = {"signal": "custom", "name": "left"}


def test_signals_before_a_reset_no_longer_count_in_its_group() -> None:
    groups = {"all": {"kind": "engagement"}, "other": {"kind": "fit"}}
    other = rule("other", 100, {"signal": "page"}) | {"group": "other"}
    reset = {"id": "left", "why": "unsubscribed", "group": "all", "when": LEFT}
    definition = rulebook(rule("page", 10, {"signal": "page"}), other, groups=groups, reset=[reset])
    signals = page("1", 3 * DAY), custom("2", 2 * DAY, name="left"), page("3")
    found = reckon(definition, *signals)
    assert [(group.id, group.raw) for group in found.groups] == [("all", 10), ("other", 200)]
    (told,) = found.set_back
    assert (told.id, told.why, told.groups, told.at) == (
        "left", {"": "unsubscribed"}, ("all",), NOW - 2 * DAY,
    )  # fmt: skip
    assert from_json(json.loads(json.dumps(to_json(found)))) == found
    before = score(definition, {}, signals, as_of=NOW - 2.5 * DAY)
    assert (before.total, before.set_back) == (110, ())


def test_a_reset_of_everything_forgets_reasons_to_be_hot_and_the_journey_too() -> None:
    parts: dict[str, Any] = {
        "hot": [{"id": "demo", "when": DEMO}],
        "journey": [{"phase": "decision", "when": DEMO}],
    }
    whole = rulebook(**parts, reset=[{"id": "left", "when": LEFT}])
    part = rulebook(**parts, reset=[{"id": "left", "group": ["all"], "when": LEFT}])
    signals = form("1", 3 * DAY), custom("2", name="left")
    assert (reckon(whole, *signals).hot, reckon(whole, *signals).phase) == (False, None)
    assert (reckon(part, *signals).hot, reckon(part, *signals).phase) == (True, "decision")
    assert reckon(whole, *signals, form("3", timedelta())).hot


def test_an_attribute_may_name_the_moment_of_a_reset_or_hold_it_up() -> None:
    pages = page("1", 3 * DAY), page("2", timedelta())
    score_one = rule("page", 10, {"signal": "page"})
    moment = rulebook(score_one, reset=[{"id": "left", "attr": "left_at"}])
    assert reckon(moment, *pages, left_at="2025-04-30").total == 10
    assert reckon(moment, *pages, left_at="2025-06-30").total == 20
    assert reckon(moment, *pages, left_at="lately").total == reckon(moment, *pages).total == 20
    state = rulebook(
        score_one, reset=[{"id": "left", "when": {"attr": "left", "eq": True}, "group": "all"}]
    )
    assert reckon(state, *pages, left=True).total == 0
    assert reckon(state, *pages, left=False).total == 20


# The matrix.


@pytest.mark.parametrize(
    ("fit", "engagement", "grade"),
    [(40, 30, "A1"), (39, 30, "B1"), (40, 29, "A2"), (-5, -5, "B2")],
)
def test_the_grade_is_a_letter_for_fit_and_a_number_for_engagement(
    fit: int, engagement: int, grade: str
) -> None:
    assert reckon(graded(), fit=fit, engagement=engagement).grade == grade


def graded(**parts: object) -> Definition:
    """A definition in which the attributes `fit` and `engagement` are the points of each side."""
    kinds = ("fit", "engagement")
    rules = [
        rule(f"{kind}-{points}", points, {"attr": kind, "eq": points}) | {"group": kind}
        for kind in kinds
        for points in (-5, 29, 30, 39, 40)
    ]
    tables: dict[str, object] = {
        "groups": {kind: {"kind": kind} for kind in kinds},
        "matrix": {"fit": {"A": 40, "B": 0}, "engagement": {"1": 30, "2": 0}},
    }
    return rulebook(*rules, **{**tables, **parts})


def test_a_grade_may_lead_to_a_band_and_to_qualifying() -> None:
    bands = {"hot_grades": ["A1"], "warm_grades": ["A2", "B1"]}
    banded = graded(bands=bands, qualify={"when": {"any": [{"band": "hot"}, {"grade": "B1"}]}})
    told = {
        (fit, doing): reckon(banded, fit=fit, engagement=doing)
        for fit in (39, 40)
        for doing in (29, 30)
    }
    assert [(one.grade, str(one.temperature), one.qualified) for one in told.values()] == [
        ("B2", "cold", False),
        ("B1", "warm", True),
        ("A2", "warm", False),
        ("A1", "hot", True),
    ]
    assert {one.missing for one in told.values()} == {None}


def test_an_old_explanation_without_grade_and_resets_can_be_read() -> None:
    found = reckon(SHIPPED, page("1"))
    tree = to_json(found)
    del tree["grade"], tree["set_back"]
    assert from_json(tree) == found


# 6. Hysteresis.


@pytest.mark.parametrize(
    ("points", "previous", "temperature"),
    [
        (70, None, "hot"),
        (69, None, "warm"),
        (69, "warm", "warm"),
        (60, "hot", "hot"),
        (59, "hot", "warm"),
        (39, "hot", "cold"),
    ],
)
def test_a_hot_lead_stays_hot_until_it_has_fallen_far_enough(
    points: int, previous: str | None, temperature: str
) -> None:
    definition = rulebook(
        rule("r", points, {"attr": "a", "exists": True}), hysteresis={"leave_hot_below": 60}
    )
    before = Temperature(previous) if previous else None
    found = reckon(definition, previous=before, a=1)
    assert found.temperature == temperature
    assert found.qualified is (points >= 70)


def test_what_is_missing_to_the_next_band_is_told() -> None:
    definition = rulebook(rule("r", 10, {"signal": "page"}))
    pages = [page(str(number)) for number in range(7)]
    assert reckon(definition, *pages[:3]).missing == 10
    assert reckon(definition, *pages[:5]).missing == 20
    assert reckon(definition, *pages).missing is None


# 8. Machines do not count.


@pytest.mark.parametrize(
    ("properties", "counts"),
    [
        ({}, True),
        ({"seconds_after_delivery": 2}, False),
        ({"seconds_after_delivery": "90"}, True),
        ({"delivered_at": "2025-04-30T11:59:57Z"}, False),
        ({"delivered_at": "2025-04-30T11:00:00Z"}, True),
    ],
)
def test_a_click_within_seconds_of_delivery_is_a_machine(
    properties: dict[str, Scalar], counts: bool
) -> None:
    definition = rulebook(rule("r", 1, {"signal": "email_click"}))
    assert reckon(definition, click("1", **properties)).total == counts


def test_opened_mails_count_for_nothing_unless_switched_on() -> None:
    opened = custom("1", name="Email Opened")
    counted = rule("r", 1, {"signal": "custom"})
    assert reckon(rulebook(counted), opened).total == 0
    assert reckon(rulebook(counted, mail={"opens": True}), opened).total == 1


# Qualifying, phases and what is told.


def test_qualifying_may_ask_for_band_criterion_group_and_contact() -> None:
    asked = {
        "any": [{"band": "hot"}, {"hot": True}],
        "all": [{"group": "all", "gt": 0}, {"reachable": True}],
    }
    definition = rulebook(
        rule("page", 1, {"signal": "page"}),
        hot=[{"id": "demo", "when": DEMO}],
        qualify={"when": asked},
    )
    assert reckon(definition, form("1"), page("2"), phone="+81 3 0000 0000").qualified
    assert not reckon(definition, form("1"), email="a@b.example").qualified
    assert not reckon(definition, page("2"), email="a@b.example").qualified
    assert not reckon(definition, form("1"), page("2"), email=" ").qualified


def test_the_last_phase_that_fits_is_where_the_lead_is() -> None:
    journey = [
        {"phase": "awareness", "when": {"signal": "any"}},
        {"phase": "consideration", "when": {"signal": "download"}},
        {"phase": "decision", "when": DEMO},
    ]
    definition = rulebook(journey=journey)
    assert reckon(definition).phase is None
    assert reckon(definition, page("1")).phase == "awareness"
    assert reckon(definition, page("1"), form("2")).phase == "decision"


def test_the_sentence_has_hot_criteria_first_then_the_heaviest_rules() -> None:
    thrice = {"count": {"signal": "page", "path_glob": "/pricing*"}, "gte": 3, "within": "7d"}
    why = {"en": "pricing page 3 times in 7 days", "ja": "7日間に料金ページを3回閲覧"}
    definition = rulebook(
        rule("price", 9, {"signal": "page", "path_glob": "/pricing*"}, why="pricing page"),
        rule("careers", -10, {"signal": "page", "path": "/careers"}, why="careers page"),
        rule("tiny", 0.2, {"attr": "size", "exists": True}),
        rule("size", 20, {"attr": "size", "gte": 200}, why={"en": "large", "ja": "大企業"}),
        hot=[{"id": "price", "why": why, "when": thrice}],
    )
    pages = [page(str(number)) for number in range(3)]
    found = reckon(definition, *pages, page("c", path="/careers"), size=250)
    assert sentence(found, "en") == "pricing page 3 times in 7 days; large; −10 careers page"
    assert sentence(found, "ja") == "7日間に料金ページを3回閲覧、大企業、−10 careers page"
    assert reasons(found, "en", limit=1) == ("pricing page 3 times in 7 days",)
    assert sentence(reckon(definition), "en") == ""


def test_an_explanation_survives_being_stored_as_json() -> None:
    signals = [page(str(number), number * DAY) for number in range(4)]
    found = reckon(SHIPPED, *signals, form("f"), email="a@example.com", employees=300)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found
    left_out = reckon(SHIPPED, do_not_contact=True)
    assert from_json(json.loads(json.dumps(to_json(left_out)))) == left_out


class TestDefault:
    @pytest.mark.parametrize("email", ["jane@example.com", "taro@acme.example"])
    def test_somebody_who_asks_for_a_demo_qualifies(self, email: str) -> None:
        found = reckon(SHIPPED, form("1"), email=email)
        assert found.qualified
        assert found.temperature is Temperature.HOT
        assert sentence(found, "ja") == "デモを依頼"

    def test_a_demo_long_ago_does_not(self) -> None:
        assert not reckon(SHIPPED, form("1", 30 * DAY), email="jane@example.com").qualified

    def test_three_pricing_pages_in_seven_days_qualify_and_two_do_not(self) -> None:
        pages = [page("1", 6 * DAY), page("2", 3 * DAY, "/pricing/eu"), page("3")]
        assert reckon(SHIPPED, *pages, email="jane@example.com").hot
        assert not reckon(SHIPPED, *pages[:2], email="jane@example.com").hot
        assert not reckon(SHIPPED, page("0", 7 * DAY), *pages[1:], email="j@example.com").hot

    def test_the_price_list_is_a_reason_to_call(self) -> None:
        document = {"document": "Price-List 2025.pdf"}
        download = Signal("1", "web", SignalKind.DOWNLOAD, NOW - DAY, None, document)
        assert reckon(SHIPPED, download, email="jane@example.com").qualified

    def test_nobody_qualifies_who_cannot_be_reached(self) -> None:
        assert not reckon(SHIPPED, form("1"), external_id="42").qualified

    def test_a_perfect_company_alone_is_warm(self) -> None:
        found = reckon(SHIPPED, employees=900, title="CTO", email="jane@example.com")
        assert found.temperature is Temperature.WARM

    def test_a_good_fit_that_engages_is_hot_by_its_score(self) -> None:
        attended = Signal("1", "zoom", SignalKind.ATTENDED, NOW, None, {"name": "Webinar"})
        found = reckon(
            SHIPPED, attended, email="jane@example.com", employees="300", title="Director of IT"
        )
        assert (found.total, found.hot, found.qualified) == (75, False, True)

    def test_a_student_on_the_careers_page_is_cold(self) -> None:
        careers = page("1", path="/careers/intern")
        found = reckon(SHIPPED, careers, title="Student", email="a@gmail.com")
        assert found.temperature is Temperature.COLD
        assert "−10 careers page" in reasons(found, "en")

    def test_throw_away_addresses_and_wishes_to_be_left_alone_are_left_out(self) -> None:
        assert reckon(SHIPPED, form("1"), email="a@mailinator.com").excluded
        assert reckon(SHIPPED, form("1"), do_not_contact="Yes").excluded == "do-not-contact"
