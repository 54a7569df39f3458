"""Who is asked to take a lead: in turn, nobody who cannot, and every lead is offered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.lead import Scalar, Temperature
from core.domain.routing import (
    Considered,
    Criterion,
    Mode,
    Plan,
    Readiness,
    Receipt,
    Routed,
    Routing,
    Rule,
    Seat,
    Skip,
    Turns,
    plan_for,
    pooled,
    receipt_from,
    receipt_json,
    route,
    seated,
)
from core.errors import Invalid
from tests.builders import NOW, a_lead, an_explanation

PEOPLE = ("U1", "U2", "U3", "U4", "U5")
READY = {person: Readiness() for person in PEOPLE}
PLAN = Plan(Mode.ROUND_ROBIN, tuple(map(Seat, PEOPLE)))
readiness = st.builds(Readiness, st.booleans(), st.booleans(), st.integers(0, 3))
seats = st.builds(Seat, st.sampled_from(PEOPLE), st.integers(1, 9), st.none() | st.integers(1, 3))
plans = st.builds(
    Plan,
    st.sampled_from([Mode.ROUND_ROBIN, Mode.WEIGHTED]),
    st.lists(seats, min_size=1, max_size=5, unique_by=lambda seat: seat.person).map(tuple),
)


def asked(plan: Plan, times: int, turns: Turns | None = None) -> list[str | None]:
    found, turns = [], turns or {}
    for _ in range(times):
        routed = route("", plan, ready=READY, turns=turns)
        turns = routed.turns
        found.append(routed.asked)
    return found


def test_everybody_gets_their_turn() -> None:
    assert asked(PLAN, 10) == [*PEOPLE, *PEOPLE]


def test_who_weighs_more_is_asked_more_often_and_not_in_a_row() -> None:
    plan = Plan(Mode.WEIGHTED, (Seat("U1", 3), Seat("U2", 1)))
    assert asked(plan, 8) == ["U1", "U1", "U2", "U1", "U1", "U1", "U2", "U1"]


def test_who_was_away_does_not_have_to_catch_up() -> None:
    turns: Turns = {}
    without = {**READY, "U1": Readiness(is_away=True)}
    for _ in range(10):
        turns = route("", PLAN, ready=without, turns=turns).turns
    assert asked(PLAN, 3, turns) == ["U1", "U4", "U5"]
    assert Counter(asked(PLAN, 8, turns))["U1"] == 2


def test_weights_do_not_count_where_all_take_turns() -> None:
    plan = Plan(Mode.ROUND_ROBIN, (Seat("U1", 3), Seat("U2", 1)))
    assert asked(plan, 4) == ["U1", "U2", "U1", "U2"]


@given(plans, st.integers(1, 3))
def test_over_a_cycle_everybody_gets_what_they_weigh(plan: Plan, cycles: int) -> None:
    plan = replace(plan, seats=tuple(replace(seat, capacity=None) for seat in plan.seats))
    weighs = {seat.person: seat.weight if plan.mode is Mode.WEIGHTED else 1 for seat in plan.seats}
    counted = Counter(asked(plan, cycles * sum(weighs.values())))
    assert counted == {person: cycles * weight for person, weight in weighs.items()}


@given(plans, st.lists(st.fixed_dictionaries(dict.fromkeys(PEOPLE, readiness)), max_size=30))
def test_nobody_is_asked_who_cannot_be_and_somebody_is_who_can(
    plan: Plan, moments: list[dict[str, Readiness]]
) -> None:
    turns: Turns = {}
    for ready in moments:
        routed = route("", plan, ready=ready, turns=turns, excluding={"U3"})
        able = {
            seat.person
            for seat in plan.seats
            if (now := ready[seat.person]).is_rep and not now.is_away and seat.person != "U3"
            if seat.capacity is None or now.today < seat.capacity
        }
        assert routed.asked in able if able else routed.asked is None
        assert_tells_all(routed, plan)
        turns = routed.turns


def assert_tells_all(routed: Routed, plan: Plan) -> None:
    assert routed.receipt is not None
    *passed_over, last = routed.receipt.considered
    assert all(each.skipped for each in passed_over)
    assert (last.skipped is None) == (routed.asked == last.person) == (routed.asked is not None)
    assert routed.receipt.found_nobody == (routed.asked is None)
    names = [each.person for each in routed.receipt.considered]
    assert len(set(names)) == len(names)
    if routed.asked is None:
        assert set(names) == {seat.person for seat in plan.seats}
    assert receipt_from(receipt_json(routed.receipt)) == routed.receipt


@given(st.lists(st.sets(st.sampled_from(PEOPLE), max_size=4), min_size=1, max_size=60))
def test_between_people_who_are_always_there_nobody_gets_ahead(away: list[set[str]]) -> None:
    turns: Turns = {}
    counted: Counter[str | None] = Counter()
    always = set(PEOPLE) - set().union(*away)
    for gone in away:
        ready = {person: Readiness(is_away=person in gone) for person in PEOPLE}
        routed = route("", PLAN, ready=ready, turns=turns)
        turns = routed.turns
        counted[routed.asked] += 1
        assert all(abs(counted[one] - counted[other]) <= 2 for one, other in pairwise(always))


def test_the_receipt_says_who_was_passed_over_and_why() -> None:
    ready = {
        "U1": Readiness(),
        "U2": Readiness(is_away=True),
        "U3": Readiness(is_rep=False),
        "U4": Readiness(today=2),
        "U5": Readiness(),
    }
    plan = replace(PLAN, seats=(*map(Seat, PEOPLE[:3]), Seat("U4", capacity=2), Seat("U5")))
    routed = route("japan", plan, ready=ready, turns={}, excluding={"U1"})
    assert routed.receipt == Receipt(
        "japan",
        Mode.ROUND_ROBIN,
        (
            Considered("U1", Skip.HAD_IT),
            Considered("U2", Skip.AWAY),
            Considered("U3", Skip.NO_REP),
            Considered("U4", Skip.FULL),
            Considered("U5"),
        ),
    )


def test_who_wanted_the_lead_back_comes_before_whose_turn_it_is() -> None:
    routed = route("", PLAN, ready=READY, turns={}, first="U3", excluding={"U3"})
    assert (routed.asked, routed.turns) == ("U3", {})
    assert routed.receipt == Receipt(None, Mode.AGAIN, (Considered("U3"),))


def test_where_they_cannot_be_asked_it_is_somebodys_turn() -> None:
    ready = {**READY, "U3": Readiness(is_away=True)}
    routed = route("", PLAN, ready=ready, turns={}, first="U3")
    assert routed.receipt == Receipt(
        None, Mode.ROUND_ROBIN, (Considered("U3", Skip.AWAY), Considered("U1"))
    )


def test_each_plan_has_turns_of_its_own() -> None:
    first = route("a", PLAN, ready=READY, turns={})
    second = route("b", PLAN, ready=READY, turns=first.turns)
    assert (first.asked, second.asked) == ("U1", "U1")
    assert route("a", PLAN, ready=READY, turns=second.turns).asked == "U2"


def test_a_user_group_is_its_members_and_who_is_named_counts_so() -> None:
    plan = Plan(Mode.WEIGHTED, (Seat("S1", 2, 5), Seat("U2", 3), Seat("U9")))
    known = seated(plan, {"S1": {"U3", "U2", "U1"}})
    assert known.seats == (Seat("U1", 2, 5), Seat("U3", 2, 5), Seat("U2", 3), Seat("U9"))


def test_a_plan_of_an_empty_group_finds_nobody() -> None:
    empty = seated(Plan(Mode.ROUND_ROBIN, (Seat("S1"),)), {"S1": frozenset()})
    routed = route("", empty, ready={}, turns={})
    assert routed.receipt is not None
    assert routed.receipt.found_nobody
    assert pooled("x") == Receipt("x", Mode.POOL)
    assert not Receipt("x", Mode.POOL).found_nobody


RULES = Routing(
    (
        Rule("japan", (Criterion("country", "in", ("JP", "Japan")),), PLAN),
        Rule(
            "large",
            (Criterion("employees", "gte", 500), Criterion("source", "eq", "webinar")),
            replace(PLAN, mode=Mode.WEIGHTED),
        ),
        Rule("cold", (Criterion("temperature", "eq", "cold"),), Plan()),
    ),
    otherwise=Plan(Mode.ROUND_ROBIN, (Seat("U5"),)),
)


@pytest.mark.parametrize(
    ("facts", "temperature", "name"),
    [
        ({"country": "jp"}, Temperature.HOT, "japan"),
        ({"country": " Japan ", "employees": 900}, Temperature.HOT, "japan"),
        ({"country": "DE", "employees": 500, "source": "Webinar"}, Temperature.COLD, "large"),
        ({"country": "DE", "employees": 500}, Temperature.HOT, ""),
        ({"employees": "many"}, Temperature.COLD, "cold"),
        ({}, Temperature.WARM, ""),
    ],
)
def test_the_first_rule_that_matches_counts(
    facts: dict[str, Scalar], temperature: Temperature, name: str
) -> None:
    lead = a_lead()
    said: Any = {"country": facts.pop("country", None), "source": facts.pop("source", None)}
    lead = replace(lead, profile=replace(lead.profile, **said, attributes=facts))
    found, plan = plan_for(lead, an_explanation(temperature=temperature), RULES, at=NOW)
    assert found == name
    assert plan == {rule.id: rule.plan for rule in RULES.rules}.get(name, RULES.otherwise)


JAPAN = Criterion("country", "eq", "JP")


@pytest.mark.parametrize(
    ("rules", "otherwise"),
    [
        ((Rule("", (JAPAN,), PLAN),), Plan()),
        ((Rule("a", (JAPAN,), PLAN), Rule("a", (JAPAN,), PLAN)), Plan()),
        ((Rule("a", (), PLAN),), Plan()),
        ((Rule("a", (Criterion("", "eq", "JP"),), PLAN),), Plan()),
        ((Rule("a", (Criterion("country", "is", "JP"),), PLAN),), Plan()),
        ((Rule("a", (Criterion("employees", "gte", "many"),), PLAN),), Plan()),
        ((), Plan(Mode.ROUND_ROBIN)),
        ((), Plan(Mode.AGAIN, (Seat("U1"),))),
        ((), Plan(Mode.WEIGHTED, (Seat("U1"), Seat("U1")))),
        ((), Plan(Mode.WEIGHTED, (Seat("U1", 0),))),
        ((), Plan(Mode.WEIGHTED, (Seat("U1", capacity=0),))),
        ((), Plan(Mode.WEIGHTED, tuple(Seat(f"U{n}") for n in range(201)))),
    ],
)
def test_what_cannot_be_meant_is_refused(rules: tuple[Rule, ...], otherwise: Plan) -> None:
    with pytest.raises(Invalid) as refused:
        Routing(rules, otherwise)
    assert refused.value.field.startswith("routing")
