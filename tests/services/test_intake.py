"""Intake: what the outside says of a lead, and when that offers it to sales."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.domain.draft import Draft
from core.domain.handoff import Change
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Profile, Temperature
from core.domain.log import Door
from core.domain.stages import Stage, Verb
from core.domain.worktime import Hours
from core.errors import Invalid, NotFound
from core.ports import LeadQuery, Unit
from core.services import handoff, intake, watch
from core.services.intake import Captured
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import API, JANE, Office

CARD = IntentKind.CARD
REST = timedelta(days=30)


def count(office: Office) -> int:
    with office.store.read(TEAM) as view:
        return view.count_leads(LeadQuery())


# Leads


def test_somebody_new_is_made_a_lead_and_logged(office: Office) -> None:
    taken = office.capture(name="Jane")
    assert (taken.created, taken.signals, taken.handoff) == (True, 0, None)
    lead = office.lead()
    assert (lead.stage, lead.profile.name, lead.version) == (Stage.NEW, "Jane", 1)
    assert (lead.temperature, lead.score) == (Temperature.COLD, 0)
    with office.store.read(TEAM) as view:
        (record,) = view.records(lead.id)
    assert (record.entry.verb, record.entry.actor, record.entry.door) == (
        Verb.CAPTURE,
        "api",
        Door.API,
    )


def test_somebody_known_is_added_to(office: Office) -> None:
    first = office.capture(name="Jane", attributes={"size": 5})
    second = office.capture(who=Identity("JANE@acme.example", "+81 3 1234"), title="CTO")
    assert (second.created, second.lead.id) == (False, first.lead.id)
    lead = office.lead()
    assert lead.identity == Identity("jane@acme.example", "+8131234")
    assert lead.profile == Profile(name="Jane", title="CTO", attributes={"size": 5})
    assert office.verbs() == [Verb.CAPTURE]


@pytest.mark.parametrize(
    "who", [Identity(phone="+81 3 1234"), Identity(external_id="crm-7"), Identity("j@a.example")]
)
def test_a_lead_is_one_by_whatever_it_is_known(office: Office, who: Identity) -> None:
    office.capture(who=who)
    office.capture(who=who)
    assert count(office) == 1


def test_a_form_filled_before_we_heard_of_it_dates_the_lead_back(office: Office) -> None:
    before = NOW - timedelta(days=3)
    draft = Draft(JANE, Profile(), occurred_at=before)
    taken = intake.capture(office.desk, TEAM, draft, sender=API)
    assert taken.lead.created_at == taken.lead.entered_stage_at == before
    with office.store.read(TEAM) as view:
        (record,) = view.records(taken.lead.id)
    assert (record.entry.occurred_at, record.recorded_at) == (before, NOW)


def test_what_cannot_be_used_is_refused_and_nothing_is_kept(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        office.capture(office.page("p1"), office.page("p2", days=-1))
    assert refused.value.field == "signals.1.occurred_at"
    assert count(office) == 0


# Signals


def test_each_signal_counts_once(office: Office) -> None:
    page = office.page("p1")
    assert office.capture(page, page).signals == 1
    assert office.capture(page, office.page("p2")).signals == 1
    again = intake.add_signals(office.desk, TEAM, JANE, [page], sender=API)
    assert (again.signals, again.lead.score) == (0, 20)
    with office.store.read(TEAM) as view:
        assert [signal.id for signal in view.signals(again.lead.id)] == ["p1", "p2"]


def test_the_same_id_from_another_source_is_another_signal(office: Office) -> None:
    page = office.page("p1")
    assert office.capture(page, replace(page, source="segment")).signals == 2


def test_signals_of_somebody_unknown_are_refused(office: Office) -> None:
    with pytest.raises(NotFound):
        intake.add_signals(office.desk, TEAM, JANE, [office.page("p1")], sender=API)
    office.capture()
    assert intake.add_signals(office.desk, TEAM, JANE, [office.page("p1")], sender=API).signals


def test_signals_raise_the_score_and_the_temperature(office: Office) -> None:
    for number in range(4):
        office.capture(office.page(f"p{number}"))
    lead = office.lead()
    assert (lead.score, lead.temperature, lead.stage) == (40, Temperature.WARM, Stage.NEW)


# Offers


def test_whoever_meets_the_definition_is_offered_once(office: Office) -> None:
    taken = office.capture(office.demo("f1"))
    assert taken.handoff is not None
    assert taken.lead.stage is Stage.MQL
    assert taken.handoff.explanation == taken.explanation
    assert office.handoff(taken.handoff.id).definition.startswith("v1 ")
    assert office.promises() == [(CARD, taken.handoff.id)]
    again = office.capture(office.demo("f2"), name="Jane")
    assert again.handoff is not None
    assert again.handoff.id == taken.handoff.id
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY]


def test_whoever_is_left_out_is_not_offered(office: Office) -> None:
    taken = office.capture(office.demo("f1"), attributes={"no_thanks": True})
    assert (taken.explanation.excluded, taken.handoff) == ("no-thanks", None)
    assert office.promises() == []


def test_whoever_belongs_to_sales_is_not_offered_again(office: Office) -> None:
    id = office.offered().id
    office.accept(id)
    office.clock.forward(days=100)
    taken = office.capture(office.demo("f2"))
    assert taken.handoff is not None
    assert (taken.handoff.id, taken.lead.stage) == (id, Stage.SAL)


def test_whoever_is_no_business_of_sales_is_never_offered_again(office: Office) -> None:
    office.reject(office.offered().id, "spam")
    office.clock.forward(days=100)
    assert office.capture(office.demo("f2")).lead.stage is Stage.DISQUALIFIED


@pytest.mark.parametrize(
    ("news", "told"),
    [
        ({}, False),
        ({"name": "Jane"}, True),
        ({"who": Identity("jane@acme.example", "+81312345678")}, True),
        ({"attributes": {"size": 9}}, True),
    ],
)
def test_the_card_of_an_open_handoff_hears_of_news(
    office: Office, news: dict[str, Any], told: bool
) -> None:
    id = office.offered().id
    office.promises()
    office.capture(**news)
    assert office.promises() == ([(CARD, id)] if told else [])


def test_the_card_hears_of_a_new_signal_and_not_of_a_known_one(office: Office) -> None:
    id = office.offered().id
    office.promises()
    office.capture(office.page("p1"))
    assert office.promises() == [(CARD, id)]
    office.capture(office.page("p1"))
    assert office.promises() == []


def test_the_card_of_a_decided_handoff_is_left_alone(office: Office) -> None:
    office.accept(office.offered().id)
    office.promises()
    office.capture(office.page("p1"), name="Jane")
    assert office.promises() == []


# Offers after a rejection


def test_new_signals_after_the_rest_offer_the_lead_again(office: Office) -> None:
    first = office.offered()
    office.reject(first.id)
    office.clock.forward(days=30)
    assert office.capture().lead.stage is Stage.NURTURING  # nothing new
    second = office.capture(office.demo("f2")).handoff
    assert second is not None
    assert (second.previous_id, second.opened_at) == (first.id, NOW + REST)


def test_new_signals_during_the_rest_offer_the_lead_when_it_is_over(office: Office) -> None:
    office.reject(office.offered().id)
    office.clock.forward(days=5)
    assert office.capture(office.demo("f2")).lead.stage is Stage.NURTURING
    office.clock.now = NOW + REST - timedelta.resolution
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.NURTURING
    office.clock.now = NOW + REST
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.MQL
    assert office.verbs()[-2:] == [Verb.REJECT, Verb.QUALIFY]


def test_old_signals_do_not_offer_the_lead_again(office: Office) -> None:
    office.reject(office.offered().id)
    office.clock.forward(days=29)
    office.capture(name="Jane")
    office.clock.forward(days=10)
    watch.fire_due(office.desk)
    office.capture(office.demo("late", days=45))
    assert office.lead().stage is Stage.NURTURING


def test_a_lead_is_not_woken_by_signals_before_its_date(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=date(2026, 6, 1))
    for _ in range(5):
        office.clock.forward(days=15)
        watch.fire_due(office.desk)
        office.capture(office.demo(f"{office.clock.now}"))
    assert office.lead().stage is Stage.NURTURING


def test_a_lead_is_offered_on_its_date_without_any_news(office: Office) -> None:
    first = office.offered()
    office.reject(first.id, "bad_timing", wake_on=date(2026, 4, 1))
    office.promises()
    morning = datetime.fromisoformat("2026-04-01T09:00:00+00:00")
    office.clock.now = morning - timedelta.resolution
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.NURTURING
    office.clock.now = morning
    watch.fire_due(office.desk)
    lead = office.lead()
    assert lead.stage is Stage.MQL
    assert lead.handoff_id is not None
    second = office.handoff(lead.handoff_id)
    assert (second.opened_at, second.previous_id) == (morning, first.id)
    with office.store.read(TEAM) as view:
        entry = view.records(lead.id)[-1].entry
    assert (entry.actor, entry.door) == ("baton", Door.TIMER)
    assert (CARD, second.id) in office.promises()


def test_a_lead_that_does_not_qualify_on_its_date_is_offered_when_it_does(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=date(2026, 6, 1))
    office.clock.now = datetime.fromisoformat("2026-06-01T09:00:00+00:00")
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.NURTURING  # the demo is too long ago
    office.clock.forward(days=9)
    assert office.capture(office.demo("f2")).lead.stage is Stage.MQL


def test_a_date_that_the_policy_has_moved_is_kept_at_its_new_hour(office: Office) -> None:
    office.reject(office.offered().id, "bad_timing", wake_on=date(2026, 4, 1))
    later = a_policy(hours=Hours(start=datetime.fromisoformat("2026-04-01T11:00:00").time()))
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(later))
    office.clock.now = datetime.fromisoformat("2026-04-01T09:00:00+00:00")
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.NURTURING
    office.clock.forward(hours=2)
    watch.fire_due(office.desk)
    assert office.lead().stage is Stage.MQL


def test_an_undone_rejection_leaves_no_alarm_behind(office: Office) -> None:
    id = office.offered().id
    office.reject(id, "bad_timing", wake_on=date(2026, 4, 1))
    assert isinstance(handoff.undo(office.desk, office.stimulus(id)), Change)
    office.clock.forward(days=60)
    watch.fire_due(office.desk)
    assert office.lead().handoff_id == id
    assert office.verbs()[-1] is Verb.UNDO


# What is kept with it


def test_more_can_be_kept_in_the_same_transaction_or_nothing_at_all(office: Office) -> None:
    def keep(unit: Unit, taken: Captured, at: datetime) -> None:
        assert unit.lead(taken.lead.id) is not None
        assert at == NOW
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        intake.capture(office.desk, TEAM, Draft(JANE, Profile()), sender=API, keep=keep)
    assert count(office) == 0


def test_nothing_more_is_kept_for_a_race_that_was_lost(office: Office) -> None:
    office.store.rivals = 2
    kept: list[Captured] = []
    taken = intake.capture(
        office.desk,
        TEAM,
        Draft(JANE, Profile(), (office.demo("f1"),)),
        sender=API,
        keep=lambda unit, taken, at: kept.append(taken),
    )
    assert kept[-1] == taken
    assert office.lead().id == taken.lead.id
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY]
    assert len(office.promises()) == 1
