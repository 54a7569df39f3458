"""Rejected as somebody else's: the form asks whose it is, both cards say where it went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.gestures import words
from core.domain.roles import Role
from core.services import reporting
from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, MIA, RIN, SALES, Office, a_person, an_office

JSON = dict[str, Any]


@pytest.fixture
def office(entrance: Any, sqlite_url: str) -> Iterator[Office]:
    """Bob and Rin are reps, Mia is of marketing."""
    people = {Role.REP: frozenset({BOB, RIN}), Role.MARKETER: frozenset({MIA})}
    engine = make_engine(sqlite_url)
    with an_office(entrance, SqlStore(engine), policy=a_policy(people=people)) as office:
        yield office
    engine.dispose()


def asked(office: Office, *known: str) -> JSON:
    """The form that Bob sees; `known` are people of whom Slack has told us."""
    for person in known:
        office.ask("help", by=person)
    office.click(office.card(a_person(1)), ids.REJECT, by=BOB)
    form: JSON = office.view()
    assert faults(form) == []
    return form


def choices(form: JSON) -> list[str]:
    fields = {b["block_id"]: b["element"] for b in form["blocks"] if b["type"] == "input"}
    options = fields[ids.TO]["options"] if ids.TO in fields else []
    return [option["value"] for option in options]


def sent(office: Office, **answers: str) -> JSON:
    user = {"id": BOB, "team_id": TEAM}
    answer = office.send(office.view(), user=user, reason="wrong_territory", **answers)
    office.drain()
    return dict(answer.json()) if answer.text else {}


def test_the_form_offers_colleagues_who_could_take_it(office: Office) -> None:
    assert choices(asked(office, BOB, RIN, MIA)) == [RIN]


def test_where_nobody_is_known_it_does_not_ask(office: Office) -> None:
    assert choices(asked(office)) == []


def test_whoever_is_named_is_asked_and_both_cards_say_so(office: Office) -> None:
    asked(office, BOB, RIN)
    assert sent(office, to=RIN, comment="they sit in Osaka") == {}
    old, new = office.cards(SALES)
    assert f"<@{RIN}>" in words(old)
    assert f"<@{RIN}>" in words(new)
    assert "they sit in Osaka" in words(new)
    first, second = office.handoff("ho_1"), _latest(office)
    assert (second.asked, second.previous_id) == (RIN, first.id)
    assert (second.waiting_since, second.due_at) == (first.opened_at, first.due_at)
    assert office.cards(MARKETING) == []
    assert not reporting.verify(office.desk, TEAM)


def test_where_nobody_is_named_the_routing_decides(office: Office) -> None:
    asked(office, BOB, RIN)
    assert sent(office) == {}
    assert _latest(office).asked is None
    assert ids.ACCEPT in str(office.cards(SALES)[-1]["blocks"])


@pytest.mark.parametrize("to", [BOB, MIA])
def test_whoever_cannot_take_it_is_refused_beside_the_field(office: Office, to: str) -> None:
    asked(office, BOB, RIN)
    assert list(sent(office, to=to)["errors"]) == [ids.TO]
    assert office.handoff("ho_1").decision is None


def _latest(office: Office) -> Any:
    with office.desk.read(TEAM) as view:
        lead = view.lead("ld_1")
        assert lead
        return view.handoff(lead.handoff_id or "")
