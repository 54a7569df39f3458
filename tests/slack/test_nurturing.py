"""What marketing is told of a lead that came back, and what becomes of "Offer sent"."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.gestures import words
from core.domain.log import Door as Way
from core.domain.log import Record
from core.domain.roles import Role
from core.domain.stages import Verb
from core.services import handoff
from core.services.handoff import Rejection, Stimulus
from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.slack.office import BOB, MARKETING, MIA, Office, an_office
from tests.slack.team import Person
from tests.slack.test_home import clicks, home, opens
from tests.web.site import Door

JSON = dict[str, Any]
PEOPLE = {role: f"U0{role.name}" for role in Role}
FIRST = "An introduction to the problem"
SECOND = "A checklist: is it time to act?"


@pytest.fixture
def office(entrance: tuple[Door, int], sqlite_url: str) -> Iterator[Office]:
    """A company in which everybody has one role; its rules are those that Baton comes with."""
    engine = make_engine(sqlite_url)
    people = {role: frozenset({person}) for role, person in PEOPLE.items()}
    with an_office(entrance, SqlStore(engine), policy=a_policy(people=people)) as office:
        office.slack.team.people |= {id: Person(id, role.value) for role, id in PEOPLE.items()}
        yield office
    engine.dispose()


def returned(office: Office, reason: str = "no_need") -> JSON:
    """What marketing reads of a lead that sales has rejected."""
    office.offer()
    by = Stimulus(TEAM, "ho_1", PEOPLE[Role.REP], Way.API)
    handoff.reject(office.desk, by, Rejection(reason, "as said"))
    office.drain()
    return notice(office)


def notice(office: Office) -> JSON:
    return office.cards(MARKETING)[-1]


def text(message: JSON) -> str:
    return str(message["blocks"])


def sent(office: Office) -> list[Record]:
    with office.desk.read(TEAM) as view:
        return [one for one in view.records("ld_1") if one.entry.verb is Verb.SEND]


def press(office: Office, message: JSON, role: Role = Role.MARKETER) -> None:
    office.click(message, ids.SENT, by=PEOPLE[role])
    office.drain()


def heard(office: Office, role: Role = Role.MARKETER) -> str:
    """What somebody was told by themselves; a refusal is told after the click was answered."""
    deadline = time.monotonic() + 5
    while not (said := [w for w in office.whispers(MARKETING) if _is_to(w, role)]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return str(said[-1]["text"])


def _is_to(whisper: JSON, role: Role) -> bool:
    return bool(whisper["ephemeral_to"] == PEOPLE[role])


def test_marketing_reads_the_track_and_the_next_offer(office: Office) -> None:
    said = text(returned(office))
    assert "From the problem to the answer" in said
    assert FIRST in said
    assert "Offer sent" in said


def test_what_was_sent_is_in_the_log_and_the_next_offer_follows(office: Office) -> None:
    press(office, returned(office))
    (record,) = sent(office)
    assert (record.entry.actor, record.entry.reason) == (PEOPLE[Role.MARKETER], "introduction")
    assert record.entry.comment == FIRST
    assert SECOND in text(notice(office))
    assert len(office.cards(MARKETING)) == 1
    shown = str(office.ask("status ld_1"))
    assert SECOND in shown
    assert "sent an offer" in shown
    assert "introduction ·" not in shown


def test_marketing_works_through_what_came_back_on_its_home(office: Office) -> None:
    returned(office)
    mia = PEOPLE[Role.MARKETER]
    opens(office, mia)
    seen = words(home(office, mia))
    assert "From the problem to the answer" in seen
    assert FIRST in seen
    clicks(office, mia, ids.SENT)
    assert len(sent(office)) == 1
    assert SECOND in words(home(office, mia))
    assert SECOND in text(notice(office))
    clicks(office, mia, f"{ids.RUN}:wake", trigger_id="trigger-2")
    assert office.view()["callback_id"] == ids.WAKE_FORM


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.ADMIN])
def test_home_offers_what_is_marketings_to_marketing(office: Office, role: Role) -> None:
    returned(office)
    opens(office, PEOPLE[role])
    assert ids.SENT not in text(home(office, PEOPLE[role]))


def test_two_who_say_so_of_the_same_offer_have_sent_it_once(office: Office) -> None:
    before = returned(office)
    press(office, before)
    press(office, before)
    assert len(sent(office)) == 1
    assert "sent already" in heard(office)


def test_the_last_offer_leaves_no_button(office: Office) -> None:
    message = returned(office, "no_need")
    for _ in range(4):
        press(office, message)
        message = notice(office)
    assert len(sent(office)) == 4
    assert ids.SENT not in text(message)
    assert "all that this track has" in text(message)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MARKETER])
def test_only_marketing_says_what_was_sent(office: Office, role: Role) -> None:
    press(office, returned(office), role)
    assert sent(office) == []
    assert "for marketing" in heard(office, role)


def test_a_button_for_another_lead_is_refused(office: Office) -> None:
    message = returned(office)
    forged = {**message, "blocks": [*message["blocks"]]}
    for block in forged["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == ids.SENT:
                other = {**element, "value": "ho_2:introduction"}
    office.click(
        forged,
        ids.SENT,
        by=PEOPLE[Role.MARKETER],
        actions=[{**other, "action_ts": "1.0"}],
    )
    office.drain()
    assert sent(office) == []


def test_a_lead_that_is_with_sales_again_is_sent_nothing(office: Office) -> None:
    message = returned(office)
    by = Stimulus(TEAM, "ho_1", PEOPLE[Role.REP], Way.API)
    handoff.undo(office.desk, by)
    press(office, message)
    assert sent(office) == []
    assert "moved on" in heard(office)


def test_whoever_nobody_named_for_a_team_may_say_so(
    entrance: tuple[Door, int], sqlite_url: str
) -> None:
    engine = make_engine(sqlite_url)
    with an_office(entrance, SqlStore(engine)) as office:
        office.offer()
        handoff.reject(office.desk, Stimulus(TEAM, "ho_1", BOB, Way.API), Rejection("no_need"))
        office.drain()
        office.click(notice(office), ids.SENT, by=MIA)
        office.drain()
        assert len(sent(office)) == 1
    engine.dispose()
