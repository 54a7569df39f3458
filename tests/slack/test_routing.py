"""Who is asked, as Slack shows it: the card names them, and nobody else can answer for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.domain.handoff import Change
from core.domain.log import Door as Way
from core.domain.roles import Role
from core.domain.stages import Stage, Verb
from core.ports import Unit
from core.services import handoff, passing, watch
from core.services.handoff import Stimulus
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.faults.invariants import buttons
from tests.slack.office import SALES, Office
from tests.slack.test_rights import (
    COLLEAGUE,
    JSON,
    PEOPLE,
    a_colleague,
    answers,
    as_it_stands,
    asked,
    lead,
    offered,
    office,
    press,
    refusals,
    sent,
    told,
)

__all__ = ["office"]
REP = PEOPLE[Role.REP]
HOUR = timedelta(hours=1)


def a_card_for(office: Office, person: str, **policy: object) -> JSON:
    """The card of a lead that is offered to one of two reps."""
    a_colleague(office, **policy)
    office.offer()

    def ask(unit: Unit, at: datetime) -> None:
        case = unit.case("ho_1")
        assert case is not None
        change = passing.assigned(
            unit, case, person, by=PEOPLE[Role.MANAGER], at=at, door=Way.COMMAND
        )
        assert isinstance(change, Change)
        unit.record(change, at=at)

    office.desk.change(TEAM, ask)
    office.drain()
    return office.cards()[0]


def test_the_card_says_whom_it_is_for(office: Office) -> None:
    card = a_card_for(office, REP)
    assert f"👉 For <@{REP}>" in str(card["blocks"])
    assert ids.ACCEPT in buttons(card)


@pytest.mark.parametrize("door", ["button", "form", "command"])
@pytest.mark.parametrize("verb", [Verb.ACCEPT, Verb.REJECT])
def test_a_colleague_is_told_whom_it_is_for(
    office: Office, caplog: pytest.LogCaptureFixture, door: str, verb: Verb
) -> None:
    card = a_card_for(office, REP)
    before = as_it_stands(office)
    assert ids.asks(verb) not in offered(office.ask("status ld_1", by=COLLEAGUE))
    if door == "form":
        asked(office, verb, Role.REP)
        said = str(sent(office, COLLEAGUE, **answers(verb)))
    elif door == "button":
        press(office, card, verb, COLLEAGUE)
        said = told(office, COLLEAGUE)
    else:
        asked(office, verb, COLLEAGUE)
        said = told(office, COLLEAGUE)
    assert f"This lead is for <@{REP}>" in said
    assert as_it_stands(office) == before
    [line] = refusals(caplog)
    assert "because=not-asked" in line


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
def test_who_is_asked_or_leads_accepts_it(office: Office, role: Role) -> None:
    card = a_card_for(office, REP)
    press(office, card, Verb.ACCEPT, role)
    assert (lead(office).stage, lead(office).owner) == (Stage.SAL, PEOPLE[role])


def test_when_the_answer_is_late_the_card_is_for_everybody(office: Office) -> None:
    card = a_card_for(office, REP)
    office.clock.forward(hours=1)
    watch.fire_due(office.desk)
    office.drain()
    assert "all of sales may take this lead" in str(office.cards()[0]["blocks"])
    press(office, card, Verb.ACCEPT, COLLEAGUE)
    assert lead(office).owner == COLLEAGUE


def test_inside_sales_still_sends_back_what_is_wrong(office: Office) -> None:
    a_card_for(office, REP)
    asked(office, Verb.REJECT, Role.INSIDE_SALES)
    assert sent(office, Role.INSIDE_SALES, **answers(Verb.REJECT)) == {}
    assert lead(office).stage is Stage.NURTURING


def test_a_lead_for_somebody_else_hangs_once_more_and_the_old_card_says_where_it_went(
    office: Office,
) -> None:
    a_card_for(office, REP)
    asked(office, Verb.REJECT, Role.REP)
    assert sent(office, Role.REP, **{ids.REASON: "wrong_territory"}) == {}
    office.drain()
    old, new = office.slack.messages(SALES)
    assert "Passed on" in str(old["blocks"])
    assert not {ids.ACCEPT, ids.REJECT} & set(buttons(old))
    assert "*Passed on.* Before:" in str(new["blocks"])
    assert ids.ACCEPT in buttons(new)


def test_who_gave_a_lead_away_finds_no_button_for_it(office: Office) -> None:
    a_card_for(office, REP)
    accepts = Stimulus(TEAM, "ho_1", REP, Way.BUTTON, in_person=True)
    handoff.accept(office.desk, accepts)
    handoff.assign(office.desk, replace(accepts), COLLEAGUE)
    office.drain()
    assert f"Owner <@{COLLEAGUE}>" in str(office.cards()[0]["blocks"])
    assert ids.asks(Verb.TOUCH) not in offered(office.ask("status ld_1", by=REP))
    assert ids.asks(Verb.TOUCH) in offered(office.ask("status ld_1", by=COLLEAGUE))
