"""Fix and resubmit: where marketing is offered it, what the form says, what sales reads then."""

from __future__ import annotations

from typing import Any

import pytest

from bot.gestures import words
from core.domain.roles import Role
from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, MIA, RIN, SALES, Office, a_person, an_office
from tests.slack.test_home import clicks, home, opens

JSON = dict[str, Any]


def sent(office: Office, by: str, **answers: str) -> JSON:
    answer = office.send(office.view(), user={"id": by, "team_id": TEAM}, **answers)
    office.drain()
    return dict(answer.json()) if answer.text else {}


def came_back(office: Office, reason: str = "contact_data") -> JSON:
    """What marketing reads of a lead that Bob sent back."""
    office.click(office.card(a_person(1)), ids.REJECT, by=BOB)
    assert sent(office, BOB, reason=reason, comment="the address <bounces>") == {}
    office.clock.forward(minutes=1)
    return office.cards(MARKETING)[-1]


def offers_it(message: JSON) -> bool:
    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    names = [element["action_id"] for row in rows for element in row["elements"]]
    return any(name in ("resubmit", "ask:resubmit") for name in names)


def test_marketing_mends_it_and_sales_reads_what_changed(office: Office) -> None:
    notice = came_back(office)
    office.click(notice, "resubmit", by=MIA)
    form = office.view()
    assert faults(form) == []
    assert "the address <bounces>" in words(form)
    known = a_person(1).identity.email
    fields = {b["block_id"]: b["element"] for b in form["blocks"] if b["type"] == "input"}
    assert fields["email"]["initial_value"] == known
    assert sent(office, MIA, email="new@acme.example", comment="She moved") == {}
    card = office.cards(SALES)[-1]
    assert "Mended" in words(card)
    assert f"<@{MIA}>" in words(card)
    assert "changed: E-mail" in words(card)
    assert "She moved" in words(card)
    assert f"<@{BOB}>, what you missed" in words(card)
    assert "new@acme.example" not in words(card)
    assert not offers_it(office.cards(MARKETING)[-1])


def test_marketings_message_stays_where_it_is(office: Office) -> None:
    notice = came_back(office)
    office.click(notice, "resubmit", by=MIA)
    sent(office, MIA, email="new@acme.example")
    assert len(office.cards(MARKETING)) == 1
    assert "repeat of another" not in words(office.cards(MARKETING)[0])


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({"email": "nonsense"}, "email", "e-mail"),
        ({"phone": "nonsense"}, "phone", "phone"),
        ({"email": "{other}"}, "email", "Another lead"),
        ({}, "comment", "mend a field"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field(
    office: Office, answers: dict[str, str], field: str, said: str
) -> None:
    office.card(a_person(2))
    other = a_person(2).identity.email or ""
    office.click(came_back(office), "resubmit", by=MIA)
    given = {name: value.format(other=other) for name, value in answers.items()}
    answer = sent(office, MIA, **given)
    assert list(answer["errors"]) == [field]
    assert said in answer["errors"][field]


def test_it_is_offered_by_command_and_at_home_too(office: Office) -> None:
    came_back(office)
    told = office.ask("status ld_1", by=MIA)
    assert offers_it(told)
    opens(office, MIA)
    assert offers_it(home(office, MIA))
    clicks(office, MIA, "resubmit")
    assert sent(office, MIA, email="new@acme.example") == {}


@pytest.mark.parametrize("reason", ["no_need", "outside_target", "spam"])
def test_what_cannot_be_mended_is_not_offered(office: Office, reason: str) -> None:
    assert not offers_it(came_back(office, reason))


def test_the_second_of_two_reads_where_the_lead_stands(office: Office) -> None:
    notice = came_back(office)
    office.click(notice, "resubmit", by=MIA)
    late = office.view()
    office.click(notice, "resubmit", by=MIA)
    sent(office, MIA, email="new@acme.example")
    answer = office.send(late, user={"id": MIA, "team_id": TEAM}, email="late@acme.example").json()
    assert "stands in MQL now" in str(answer["view"])
    office.click(notice, "resubmit", by=MIA)
    office.drain()
    assert any("stands in MQL now" in w["text"] for w in office.whispers(MARKETING))


def test_whoever_is_no_marketer_is_refused(entrance: Any, sqlite_url: str) -> None:
    people = {Role.REP: frozenset({BOB, RIN}), Role.MARKETER: frozenset({MIA})}
    engine = make_engine(sqlite_url)
    with an_office(entrance, SqlStore(engine), policy=a_policy(people=people)) as office:
        notice = came_back(office)
        office.click(notice, "resubmit", by=RIN)
        assert office.slack.calls_of("views.open")[1:] == []
        assert not offers_it(office.ask("status ld_1", by=RIN))
        office.click(notice, "resubmit", by=MIA)
        answer = sent(office, RIN, email="new@acme.example")
        assert "マーケティング" in str(answer)
    engine.dispose()
