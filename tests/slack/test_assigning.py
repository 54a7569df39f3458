"""/lead assign and the form behind it: a lead is given to a colleague by whoever may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.domain.lead import Lead
from core.domain.roles import Role
from core.domain.stages import Verb
from core.services import reporting
from handlers.slack.views import ids
from tests.builders import TEAM, a_policy
from tests.slack.limits import faults
from tests.slack.office import BOB, MIA, RIN, SALES, Office, a_person
from tests.slack.team import Person

JSON = dict[str, Any]
BOSS = "U0BOSS"
PEOPLE = {
    Role.REP: frozenset({BOB, RIN}),
    Role.MARKETER: frozenset({MIA}),
    Role.MANAGER: frozenset({BOSS}),
}


def staffed(office: Office, people: Mapping[Role, frozenset[str]]) -> None:
    office.slack.team.people[BOSS] = Person(BOSS, "boss")
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(a_policy(people=people)))


@pytest.fixture
def taken(office: Office) -> Office:
    """A lead that Bob accepted, in a company with roles."""
    staffed(office, PEOPLE)
    office.click(office.card(), ids.ACCEPT)
    office.drain()
    return office


def lead(office: Office) -> Lead:
    with office.desk.read(TEAM) as view:
        found = view.lead("ld_1")
    assert found
    return found


def offered(form: JSON) -> list[str]:
    [field] = [block for block in form["blocks"] if block["type"] == "input"]
    return [option["value"] for option in field["element"].get("options", [])]


@pytest.mark.parametrize("by", [BOB, BOSS])
def test_whoever_has_a_lead_or_a_manager_gives_it_away(taken: Office, by: str) -> None:
    answer = taken.ask(f"assign ld_1 <@{RIN}|rin>", by=by)
    assert f"is with <@{RIN}> now" in answer["text"]
    assert faults(answer["blocks"]) == []
    assert lead(taken).owner == RIN
    taken.drain()
    assert f"<@{RIN}>" in str(taken.cards()[0]["blocks"])
    assert reporting.verify(taken.desk, TEAM) == []


def test_the_log_says_who_gave_it_to_whom(taken: Office) -> None:
    taken.ask(f"assign ld_1 <@{RIN}>", by=BOSS)
    said = str(taken.ask("log ld_1")["blocks"])
    assert f"<@{BOSS}>" in said
    assert f"<@{RIN}>" in said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (f"assign ld_1 <@{BOB}>", "already"),
        (f"assign ld_1 <@{MIA}>", "may not accept"),
        (f"assign nobody@acme.example <@{RIN}>", "Nobody found"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(taken: Office, typed: str, told: str) -> None:
    before = lead(taken)
    answer = taken.ask(typed)
    assert told in answer["text"]
    assert faults(answer["blocks"]) == []
    assert lead(taken) == before


def test_a_lead_that_sales_does_not_have_cannot_be_given(taken: Office) -> None:
    for verb in (Verb.ADVANCE, Verb.WIN):
        taken.click(taken.cards()[0], ids.step(verb))
        taken.drain()
    assert "stands in Customer" in taken.ask(f"assign ld_1 <@{RIN}>")["text"]
    assert taken.ask("assign ld_1") == {}
    assert "stands in Customer" in str(taken.view()["blocks"])


@pytest.mark.parametrize("by", [RIN, MIA])
@pytest.mark.parametrize("door", ["command", "form"])
def test_nobody_else_gives_it_away(
    taken: Office, caplog: pytest.LogCaptureFixture, by: str, door: str
) -> None:
    before = lead(taken)
    if door == "command":
        answer = taken.ask(f"assign ld_1 <@{RIN}>", by=by)
        assert ("変更はありません" if by == RIN else "Nothing has changed") in answer["text"]
    else:
        taken.ask("assign ld_1")
        user = {"id": by, "team_id": TEAM}
        assert ids.TO in taken.send(taken.view(), user=user, to=RIN).json()["errors"]
    assert lead(taken) == before
    refused = [r for r in caplog.records if r.getMessage().startswith("refused:")]
    assert len(refused) == 1


# The form


@pytest.mark.parametrize("typed", ["assign ld_1", "assign ld_1 @rin", "担当変更 ld_1"])
def test_without_a_colleague_a_form_asks_for_them(taken: Office, typed: str) -> None:
    assert taken.ask(typed) == {}
    form = taken.view()
    assert faults(form) == []
    assert offered(form) == sorted([BOB, RIN, BOSS])
    answer = taken.send(form, to=RIN).json()
    assert faults(answer["view"]) == []
    assert "is with" in str(answer["view"]["blocks"])
    assert lead(taken).owner == RIN


def test_the_same_form_counts_once(taken: Office) -> None:
    taken.ask("assign ld_1")
    form = taken.view()
    for _ in range(2):
        assert taken.send(form, to=RIN).status_code == 200
    with taken.desk.read(TEAM) as view:
        verbs = [record.entry.verb for record in view.records("ld_1")]
    assert verbs.count(Verb.ASSIGN) == 1


def test_nobody_chosen_is_said_beside_the_field(taken: Office) -> None:
    taken.ask("assign ld_1")
    assert list(taken.send(taken.view()).json()["errors"]) == [ids.TO]


def test_where_nobody_has_a_role_anybody_can_be_chosen(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    assert office.ask("assign ld_1") == {}
    form = office.view()
    assert faults(form) == []
    [field] = [block for block in form["blocks"] if block["type"] == "input"]
    assert field["element"]["type"] == "users_select"
    assert "is with" in str(office.send(form, to=RIN).json()["view"]["blocks"])
    assert lead(office).owner == RIN


def test_status_offers_it_to_whoever_may(taken: Office) -> None:
    answer = taken.ask("status ld_1")
    taken.click({**answer, "ts": "1.1", "channel": SALES}, f"{ids.RUN}:assign")
    assert taken.view()["callback_id"] == ids.ASSIGN_FORM
    assert "assign ld_1" not in str(taken.ask("status ld_1", by=RIN))


def test_several_leads_are_a_choice_that_opens_the_form(taken: Office) -> None:
    taken.offer(a_person(2))
    answer = taken.ask(f"assign hana <@{RIN}>", by=BOSS)
    taken.click({**answer, "ts": "1.1", "channel": SALES}, ids.run(0), by=BOSS)
    [field] = [block for block in taken.view()["blocks"] if block["type"] == "input"]
    assert field["element"]["initial_option"]["value"] == RIN


def test_a_manager_gives_away_at_home_what_is_late(taken: Office) -> None:
    taken.clock.forward(days=3)
    told = {"type": "app_home_opened", "user": BOSS, "tab": "home", "channel": f"D{BOSS}"}
    taken.tell({"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": told})
    taken.drain()
    home = taken.slack.team.homes[BOSS]
    assert faults({key: home[key] for key in ("type", "blocks")}) == []
    assert "assign ld_1" in str(home["blocks"])
