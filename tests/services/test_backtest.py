"""A backtest of the definition in force says what was recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.backtest import Verdict
from core.domain.definition import default
from core.domain.reckoning import passed, score_of
from core.errors import DefinitionInvalid, Invalid
from core.services import handoff as handoff_service
from core.services.backtest import Draft, try_out
from tests.builders import TEAM, a_policy
from tests.services.company import Company
from tests.services.office import RULES, Office


@pytest.fixture
def company() -> Company:
    """A company with nothing behind it yet."""
    return Company()


@pytest.mark.parametrize("seed", range(4))
def test_the_definition_in_force_gives_what_was_recorded(company: Company, seed: int) -> None:
    company.live(seed)
    handoffs = company.handoffs()
    assert len(handoffs) > 10
    for lead_id, seen, reckoned in company.reckoned():
        recorded = [handoff for handoff in handoffs if handoff.lead_id == lead_id]
        assert seen == [passed(handoff) for handoff in recorded]
        assert list(reckoned.passed) == [score_of(handoff.explanation) for handoff in recorded]
        first = min((handoff.opened_at for handoff in recorded), default=None)
        assert reckoned.qualified_at == first


def test_a_draft_is_held_against_the_definition_in_force(company: Company) -> None:
    company.live(1)
    stricter = (
        default().replace("hot = 70", "hot = 95").replace("{ hot = true }", '{ band = "hot" }')
    )
    found = try_out(company.desk, TEAM, Draft("draft", stricter))
    assert found.before is not None
    assert found.before.label == "v2 ddddddd"
    assert found.before.qualified > found.after.qualified
    assert found.lost_count > 0
    assert found.gained_count == 0
    assert found.verdict is Verdict.TOO_FEW
    assert found.evidence.passed_on == len(company.handoffs())


def test_another_definition_can_take_the_place_of_the_one_in_force(company: Company) -> None:
    company.live(2, moments=40)
    found = try_out(company.desk, TEAM, Draft("b", default()), against=Draft("a", RULES))
    assert found.before is not None
    assert (found.before.label, found.after.label) == ("a", "b")
    assert {rule.id for rule in found.before.rules} == {"page"}


def test_an_undone_decision_is_no_label(office: Office) -> None:
    handoff = office.offered()
    office.accept(handoff.id)
    handoff_service.undo(office.desk, office.stimulus(handoff.id))
    office.clock.forward(days=30)
    evidence = try_out(office.desk, TEAM, Draft("same", RULES)).evidence
    assert (evidence.labelled, evidence.unanswered) == (0, 1)


def test_nothing_is_changed(company: Company) -> None:
    company.live(3, moments=30)
    before = company.handoffs()
    with company.desk.read(TEAM) as view:
        active = view.definition()
    try_out(company.desk, TEAM, Draft("draft", RULES))
    with company.desk.read(TEAM) as view:
        assert view.definition() == active
    assert company.handoffs() == before


def test_what_cannot_be_asked_is_refused(office: Office) -> None:
    draft = Draft("draft", RULES)
    with pytest.raises(Invalid, match="future"):
        try_out(office.desk, TEAM, draft, since=office.clock.now + timedelta(days=1))
    with pytest.raises(Invalid, match="at least 1"):
        try_out(office.desk, TEAM, draft, capacity=0)
    with pytest.raises(DefinitionInvalid):
        try_out(office.desk, TEAM, Draft("draft", "schema = 1"))


def test_weeks_are_those_of_the_workspace() -> None:
    office = Office(timezone="Asia/Tokyo", week_starts_on=6)
    office.offered()
    office.clock.forward(days=20)
    found = try_out(office.desk, TEAM, Draft("same", RULES))
    zone = a_policy(timezone="Asia/Tokyo").zone
    starts = [week.window.start.astimezone(zone) for week in found.after.weeks]
    assert {(start.weekday(), start.hour) for start in starts} == {(6, 0)}
    assert sum(week.leads for week in found.after.weeks) == 1
