"""A lead that turns out to be another one: it leaves, the other one's log and owner learn of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.domain.handoff import Change, Incomplete
from core.domain.lead import Identity
from core.domain.log import Entry
from core.domain.reminder import Reminder, Step
from core.domain.roles import Role
from core.domain.stages import Stage, Verb
from core.ports import Person
from core.services import handoff, reporting
from core.services.handoff import Rejection
from tests.builders import TEAM
from tests.services.office import REP, Office

BIG = Identity(email="big@customer.example")
OWNER = "U0OWNER"
BOSS = "U0BOSS"


@pytest.fixture
def known(office: Office) -> str:
    """A lead that a colleague follows; its id."""
    offered = office.offered(BIG)
    handoff.accept(office.desk, office.stimulus(offered.id, by=OWNER))
    return office.lead(BIG).id


def sent_back(office: Office, id: str, said: str | None, reason: str = "duplicate") -> Any:
    rejection = Rejection(reason, belongs_to=said)
    return handoff.reject(office.desk, office.stimulus(id), rejection)


def written(office: Office, who: Identity) -> list[Entry]:
    with office.store.read(TEAM) as view:
        return [record.entry for record in view.records(office.lead(who).id)]


def news(office: Office, person: str) -> list[Reminder]:
    with office.store.read(TEAM) as view:
        return list(view.reminders_of(person))


@pytest.mark.parametrize("said", ["id", "big@customer.example", "BIG@customer.example ", "Big Co"])
@pytest.mark.parametrize("reason", ["duplicate", "existing_customer"])
def test_the_other_leads_log_names_it_and_its_owner_hears(
    office: Office, known: str, said: str, reason: str
) -> None:
    office.capture(who=BIG, company="Big Co")
    offered = office.offered()
    change = sent_back(office, offered.id, known if said == "id" else said, reason)
    assert isinstance(change, Change)
    assert office.lead().stage is Stage.DISQUALIFIED
    decision = office.handoff(offered.id).decision
    assert decision is not None
    assert decision.belongs_to == known
    last = written(office, BIG)[-1]
    assert (last.verb, last.reason, last.comment) == (Verb.ATTACH, reason, office.lead().id)
    assert office.lead(BIG).stage is Stage.SAL
    [told] = news(office, OWNER)
    assert (told.handoff_id, told.step) == (offered.id, Step.ATTACHED)
    assert not reporting.verify(office.desk, TEAM)


def test_taking_it_back_is_written_too_and_tells_nobody(office: Office, known: str) -> None:
    offered = office.offered()
    sent_back(office, offered.id, known)
    undone = handoff.undo(office.desk, office.stimulus(offered.id))
    assert isinstance(undone, Change)
    assert office.lead().stage is Stage.MQL
    assert [entry.verb for entry in written(office, BIG)[-2:]] == [Verb.ATTACH, Verb.DETACH]
    assert written(office, BIG)[-1].comment == office.lead().id
    assert not reporting.verify(office.desk, TEAM)


def test_what_was_attached_does_not_keep_the_other_lead_from_being_undone(
    office: Office, known: str
) -> None:
    accepted = office.lead(BIG).handoff_id
    sent_back(office, office.offered().id, known)
    assert accepted is not None
    undone = handoff.undo(office.desk, office.stimulus(accepted, by=OWNER))
    assert isinstance(undone, Change)
    assert office.lead(BIG).stage is Stage.MQL


def test_a_record_that_baton_does_not_have_is_kept_by_its_name(office: Office) -> None:
    offered = office.offered()
    sent_back(office, offered.id, "  Acme K.K. (CRM 4711) ", "existing_customer")
    decision = office.handoff(offered.id).decision
    assert decision is not None
    assert decision.belongs_to == "Acme K.K. (CRM 4711)"


def test_it_need_not_be_said(office: Office) -> None:
    offered = office.offered()
    assert isinstance(sent_back(office, offered.id, "  "), Change)
    decision = office.handoff(offered.id).decision
    assert decision is not None
    assert decision.belongs_to is None


def test_for_other_reasons_it_is_not_asked(office: Office, known: str) -> None:
    offered = office.offered()
    sent_back(office, offered.id, known, "no_need")
    decision = office.handoff(offered.id).decision
    assert decision is not None
    assert decision.belongs_to is None
    assert written(office, BIG)[-1].verb is Verb.ACCEPT


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("nobody@acme.example", "unknown"),
        ("ld_99", "unknown"),
        ("jane@acme.example", "itself"),
        ("example", "ambiguous"),
        ("x" * 201, "too_long"),
    ],
)
def test_what_cannot_be_meant_is_asked_again_and_changes_nothing(
    office: Office, known: str, said: str, problem: str
) -> None:
    office.offered(Identity(email="third@else.example"))
    offered = office.offered()
    assert sent_back(office, offered.id, said) == Incomplete("belongs_to", problem)
    assert office.handoff(offered.id).decision is None
    assert isinstance(sent_back(office, offered.id, known), Change)


def test_where_nobody_follows_the_other_lead_managers_hear(office: Office) -> None:
    office = Office(people={Role.MANAGER: frozenset({BOSS, "S0GROUP"}), Role.REP: {REP}})
    other = office.offered(BIG)
    sent_back(office, office.offered().id, other.lead_id)
    assert [told.step for told in news(office, BOSS)] == [Step.ATTACHED]
    assert news(office, "S0GROUP") == []


def test_whoever_found_out_is_not_told_it(office: Office) -> None:
    office.accept(office.offered(BIG).id)
    sent_back(office, office.offered().id, office.lead(BIG).id)
    assert news(office, REP) == []


def test_it_is_told_in_working_hours_where_the_owner_is(office: Office, known: str) -> None:
    office.clock.forward(hours=10)
    person = Person(OWNER, "Owner", None, office.clock.now, timezone="America/New_York")
    office.desk.change(TEAM, lambda unit, _: unit.keep_person(person))
    sent_back(office, office.offered().id, known)
    [told] = news(office, OWNER)
    assert told.due_at - office.clock.now < timedelta(minutes=6)  # half past three in New York
    assert office.clock.now.hour == 20
