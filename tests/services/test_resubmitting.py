"""A lead that came back for something that marketing can mend: mended, it is offered again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.handoff import AlreadyTaken, Change, Incomplete, OutOfPlace
from core.domain.intents import IntentKind
from core.domain.lead import Identity
from core.domain.log import Entry
from core.domain.reasons import REASONS, Consequence, reason_named, with_reason
from core.domain.resubmission import Mending, fields_named
from core.domain.roles import Role
from core.domain.routing import Mode, Plan, Routing, Seat
from core.domain.stages import Stage, Verb
from core.services import handoff, reporting
from tests.builders import TEAM
from tests.services.office import REP, Office

MIA, TWO = "U0MIA", "U0TWO"
RIGHT = "jane.doe@acme.example"


def came_back(office: Office, reason: str = "contact_data") -> str:
    """The handoff of a lead that sales sent back."""
    offered = office.offered()
    office.reject(offered.id, reason, comment="the address bounces")
    office.promises()
    return offered.id


def mend(office: Office, id: str, key: str | None = None, **said: str) -> Any:
    stimulus = office.stimulus(id, by=MIA, key=key)
    return handoff.resubmit(office.desk, stimulus, Mending(**said))


def last(office: Office, who: Identity) -> Entry:
    with office.store.read(TEAM) as view:
        return view.records(office.lead(who).id)[-1].entry


@pytest.mark.parametrize("reason", ["contact_data", "missing_context"])
def test_a_mended_lead_is_offered_again_at_once(office: Office, reason: str) -> None:
    first = came_back(office, reason)
    office.clock.forward(minutes=20)
    change = mend(office, first, email=RIGHT.upper(), phone="+49 30 1234", comment="asked them")
    assert isinstance(change, Change)
    lead = office.lead(Identity(email=RIGHT))
    assert (lead.stage, lead.identity.phone) == (Stage.MQL, "+49301234")
    offered = office.handoff(lead.handoff_id or "")
    assert offered.previous_id == first
    assert offered.opened_at == offered.waiting_since == office.clock.now
    assert not reporting.verify(office.desk, TEAM)


def test_the_log_says_which_fields_were_mended_and_not_to_what(office: Office) -> None:
    mend(office, came_back(office), email=RIGHT, title="CTO")
    entry = last(office, Identity(email=RIGHT))
    assert (entry.verb, entry.actor, entry.comment) == (Verb.RESUBMIT, MIA, None)
    assert fields_named(entry.reason or "") == ("email", "title")
    assert RIGHT not in str(entry)


def test_card_and_marketing_are_told_anew(office: Office) -> None:
    first = came_back(office)
    change = mend(office, first, email=RIGHT)
    assert change.handoff is not None
    told = office.promises()
    assert (IntentKind.CARD, change.handoff.id) in told
    assert (IntentKind.RETURNED, first) in told


def test_what_is_not_said_stays(office: Office) -> None:
    office.capture(who=Identity(email="jane@acme.example"), company="Acme", name="Jane")
    mend(office, came_back(office), name="Jane Doe", company="")
    assert office.lead().profile.name == "Jane Doe"
    assert office.lead().profile.company == "Acme"


def test_context_alone_is_enough_and_nothing_is_not(office: Office) -> None:
    first = came_back(office, "missing_context")
    assert mend(office, first) == Incomplete("comment", "nothing_mended")
    assert mend(office, first, email="jane@acme.example") == Incomplete("comment", "nothing_mended")
    assert isinstance(mend(office, first, comment="They need it by May"), Change)


@pytest.mark.parametrize(
    ("said", "field", "problem"),
    [
        ({"email": "jane(at)acme"}, "email", "invalid"),
        ({"phone": "ask her"}, "phone", "invalid"),
        ({"name": "x" * 501}, "name", "invalid"),
        ({"email": "other@acme.example"}, "email", "taken"),
        ({"comment": "x" * 2001}, "comment", "too_long"),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_changes(
    office: Office, said: dict[str, str], field: str, problem: str
) -> None:
    office.capture(who=Identity(email="other@acme.example"))
    first = came_back(office)
    before = office.lead()
    assert mend(office, first, **said) == Incomplete(field, problem)
    assert office.lead() == before
    assert isinstance(mend(office, first, email=RIGHT), Change)


def test_two_in_one_office_share_a_phone_but_nobody_becomes_somebody_else(office: Office) -> None:
    phone = "+4930999"
    office.capture(who=Identity(email="other@acme.example", phone=phone))
    first = came_back(office)
    assert isinstance(mend(office, first, phone=phone), Change)
    office = Office()
    office.capture(who=Identity(phone=phone))
    assert mend(office, came_back(office), phone=phone) == Incomplete("phone", "taken")


def test_whom_the_definition_leaves_out_is_not_offered_whatever_is_mended(office: Office) -> None:
    first = came_back(office)
    office.capture(attributes={"no_thanks": True})
    assert mend(office, first, email=RIGHT) == Incomplete("comment", "excluded")
    assert office.lead().stage is Stage.NURTURING


@pytest.mark.parametrize("reason", ["no_need", "bad_timing"])
def test_only_what_can_be_mended_is_offered_again(office: Office, reason: str) -> None:
    offered = office.offered()
    wake_on = office.clock.now.date().replace(year=2027) if reason == "bad_timing" else None
    office.reject(offered.id, reason, wake_on=wake_on)
    assert mend(office, offered.id, email=RIGHT) == OutOfPlace(Stage.NURTURING)


def test_the_policy_says_what_can_be_mended() -> None:
    known = reason_named("no_need")
    assert known is not None
    reasons = with_reason(REASONS, replace(known, then=Consequence.RESUBMIT))
    assert isinstance(reasons, tuple)
    office = Office(reasons=reasons)
    assert isinstance(mend(office, came_back(office, "no_need"), email=RIGHT), Change)


def test_the_second_of_two_changes_nothing(office: Office) -> None:
    first = came_back(office)
    assert isinstance(mend(office, first, email=RIGHT), Change)
    assert mend(office, first, email="j@acme.example") == OutOfPlace(Stage.MQL)
    assert office.lead(Identity(email=RIGHT)).identity.email == RIGHT


def test_after_it_was_mended_the_rejection_cannot_be_undone(office: Office) -> None:
    first = came_back(office)
    mend(office, first, email=RIGHT)
    assert not isinstance(handoff.undo(office.desk, office.stimulus(first)), Change)


def test_an_undone_rejection_leaves_nothing_to_mend(office: Office) -> None:
    first = came_back(office)
    handoff.undo(office.desk, office.stimulus(first))
    assert mend(office, first, email=RIGHT) == OutOfPlace(Stage.MQL)
    assert not isinstance(handoff.accept(office.desk, office.stimulus(first)), AlreadyTaken)


def test_where_leads_are_routed_whoever_missed_it_is_asked_first() -> None:
    plan = Plan(Mode.ROUND_ROBIN, (Seat(TWO), Seat(REP)))
    people = {Role.REP: frozenset({REP, TWO}), Role.MARKETER: frozenset({MIA})}
    office = Office(people=people, routing=Routing(otherwise=plan))
    for _ in range(2):
        offered = office.offered(Identity(email=f"{_}@acme.example"))
        assert offered.asked is not None
        refused = replace(office.stimulus(offered.id), by=offered.asked)
        handoff.reject(office.desk, refused, handoff.Rejection("contact_data"))
        change = mend(office, offered.id, comment="it is right now")
        assert change.handoff.asked == offered.asked
