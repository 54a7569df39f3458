"""Asking: leads go to people in turn, and nobody is asked who cannot take one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.domain.choice import Choice
from core.domain.draft import Draft
from core.domain.handoff import Handoff
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Profile
from core.domain.log import Door
from core.domain.pursuit import Because
from core.domain.reminder import Step
from core.domain.roles import Role
from core.domain.routing import (
    Considered,
    Criterion,
    Mode,
    Plan,
    Receipt,
    Routing,
    Rule,
    Seat,
    Skip,
)
from core.domain.stages import Verb
from core.domain.standing import Standing
from core.errors import Refused
from core.ports import Person
from core.services import handoff
from core.services.handoff import Rejection, Stimulus
from core.services.importing import LeadRow, Manner, SignalRow, bring_in
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import Office
from tests.services.test_reminding import live_until

ANN, BEN, CHO, BOSS = "U0ANN", "U0BEN", "U0CHO", "U0BOSS"
PEOPLE = {Role.REP: frozenset({ANN, BEN, CHO}), Role.MANAGER: frozenset({BOSS})}
IN_TURN = Routing(otherwise=Plan(Mode.ROUND_ROBIN, (Seat(ANN), Seat(BEN), Seat(CHO))))


def an_office(routing: Routing = IN_TURN, **policy: Any) -> Office:
    office = Office(routing=routing, people=PEOPLE, **policy)
    for person in (ANN, BEN, CHO, BOSS):
        knows(office, person)
    return office


def knows(office: Office, person: str, **parts: Any) -> None:
    known = Person(person, person, None, office.clock.now, **parts)
    office.desk.change(TEAM, lambda unit, _: unit.keep_person(known))


def offers(office: Office, count: int, *, start: int = 0) -> list[Handoff]:
    return [
        office.offered(Identity(email=f"lead{number}@acme.example"))
        for number in range(start, start + count)
    ]


def asked(handoffs: list[Handoff]) -> list[str | None]:
    return [each.asked for each in handoffs]


def clicks(handoff_id: str, by: str) -> Stimulus:
    return Stimulus(TEAM, handoff_id, by, Door.BUTTON, in_person=True)


def test_everybody_is_asked_in_turn() -> None:
    assert asked(offers(an_office(), 6)) == [ANN, BEN, CHO, ANN, BEN, CHO]


def test_where_nobody_takes_turns_all_of_sales_is_offered_a_lead() -> None:
    [offered] = offers(an_office(Routing()), 1)
    assert (offered.asked, offered.receipt) == (None, None)


def test_a_turn_that_a_rival_made_void_is_given_again() -> None:
    office = an_office()
    office.store.rivals = 3
    assert asked(offers(office, 4)) == [ANN, BEN, CHO, ANN]


def test_who_is_out_of_office_in_their_own_zone_is_passed_over() -> None:
    office = an_office(choices={ANN: Choice(back_on=date(2026, 3, 5))})
    knows(office, ANN, timezone="Pacific/Kiritimati")  # where it is the fifth already
    assert asked(offers(office, 1)) == [ANN]
    knows(office, ANN, timezone="UTC")
    [offered] = offers(office, 1, start=1)
    assert offered.asked == BEN


def test_nobody_is_asked_more_often_on_a_day_than_they_can_take() -> None:
    plan = Plan(Mode.ROUND_ROBIN, (Seat(ANN, capacity=1), Seat(BEN, capacity=2)))
    office = an_office(Routing(otherwise=plan))
    handoffs = offers(office, 4)
    assert asked(handoffs) == [ANN, BEN, BEN, None]
    assert handoffs[-1].receipt == Receipt(
        None, Mode.ROUND_ROBIN, (Considered(ANN, Skip.FULL), Considered(BEN, Skip.FULL))
    )
    office.clock.forward(days=1)
    assert office.offered(Identity(email="next@acme.example")).asked == ANN


def test_a_day_begins_where_whoever_is_asked_is() -> None:
    office = an_office(Routing(otherwise=Plan(Mode.ROUND_ROBIN, (Seat(ANN, capacity=1),))))
    knows(office, ANN, timezone="Asia/Tokyo")
    office.clock.now = NOW.replace(hour=14, minute=30)  # half past eleven at night in Tokyo
    assert asked(offers(office, 2)) == [ANN, None]
    office.clock.forward(minutes=31)
    assert asked(offers(office, 1, start=2)) == [ANN]


@pytest.mark.parametrize("standing", [Standing.DEACTIVATED, Standing.GUEST])
def test_who_may_not_decide_is_not_asked(standing: Standing) -> None:
    office = an_office()
    knows(office, ANN, standing=standing)
    assert asked(offers(office, 3)) == [BEN, CHO, BEN]


def test_who_is_no_rep_any_more_is_not_asked() -> None:
    office = Office(routing=IN_TURN, people={Role.REP: frozenset({BEN})})
    assert asked(offers(office, 2)) == [BEN, BEN]


def test_an_answer_is_due_in_working_time_of_whoever_is_asked() -> None:
    office = an_office(Routing(otherwise=Plan(Mode.ROUND_ROBIN, (Seat(ANN), Seat(BEN)))))
    knows(office, ANN, timezone="Asia/Tokyo")  # half past seven in the evening
    first, second = offers(office, 2)
    assert first.due_at == NOW.replace(day=5, hour=1, minute=0)
    assert second.due_at == NOW + timedelta(hours=1)


def test_a_rule_sends_leads_to_its_own_people() -> None:
    japan = Rule("japan", (Criterion("country", "eq", "JP"),), Plan(Mode.ROUND_ROBIN, (Seat(CHO),)))
    office = an_office(Routing((japan,), IN_TURN.otherwise))
    lead = office.capture(office.demo("1"), who=Identity(email="a@acme.example"), country="jp")
    assert lead.handoff is not None
    assert lead.handoff.receipt == Receipt("japan", Mode.ROUND_ROBIN, (Considered(CHO),))
    assert asked(offers(office, 1)) == [ANN]


def test_nobody_to_ask_leaves_the_lead_to_all_and_managers_hear_at_once() -> None:
    away = {person: Choice(back_on=date(2026, 4, 1)) for person in (ANN, BEN, CHO)}
    office = an_office(choices=away)
    [offered] = offers(office, 1)
    assert offered.asked is None
    [(at, person, step)] = live_until(office, NOW + timedelta(minutes=30))
    assert (at, person, step) == (NOW + timedelta(minutes=5), BOSS, Step.UNASKED)


def test_without_managers_the_thread_of_the_card_asks_who_takes_it() -> None:
    office = Office(routing=IN_TURN, people={Role.REP: frozenset({"U0DAN"})})
    [offered] = offers(office, 1)
    assert (IntentKind.NUDGE, f"{offered.id}:unasked") in office.promises()


def test_who_is_asked_hears_before_the_answer_is_due_and_a_manager_when_it_is() -> None:
    office = an_office()
    offers(office, 1)
    due = NOW + timedelta(hours=1)
    heard = live_until(office, NOW + timedelta(hours=2))
    soon, late = NOW + timedelta(minutes=50), due + timedelta(minutes=5)
    assert heard == [
        (soon, ANN, Step.ANSWER_SOON),
        (late, ANN, Step.ANSWER_LATE),
        (late, BOSS, Step.ANSWER_LATE),
    ]
    assert not any(kind is IntentKind.NUDGE for kind, _ in office.promises())


def test_until_the_answer_is_due_it_is_for_who_is_asked_or_a_manager() -> None:
    office = an_office()
    [offered] = offers(office, 1)
    for verb, because in ((Verb.ACCEPT, None), (Verb.REJECT, Because("no_need"))):
        with pytest.raises(Refused) as refused:
            handoff.carry_out(office.desk, clicks(offered.id, BEN), verb, because)
        assert (refused.value.code, refused.value.values) == ("not-asked", {"owner": ANN})
    office.clock.now = offered.due_at
    handoff.accept(office.desk, clicks(offered.id, BEN))
    assert office.lead(Identity(email="lead0@acme.example")).owner == BEN


@pytest.mark.parametrize("person", [ANN, BOSS])
def test_who_is_asked_and_managers_may_take_it_at_once(person: str) -> None:
    office = an_office()
    [offered] = offers(office, 1)
    handoff.accept(office.desk, clicks(offered.id, person))
    assert office.handoff(offered.id).decision is not None


def test_who_refused_a_lead_is_not_asked_for_it_again() -> None:
    office = an_office()
    offers(office, 1)
    who = Identity(email="lead0@acme.example")
    for rejected_by, next_asked in ((ANN, BEN), (BEN, CHO), (CHO, None)):
        last = office.handoff(office.lead(who).handoff_id or "")
        assert last.asked == rejected_by
        handoff.reject(office.desk, clicks(last.id, rejected_by), Rejection("no_need"))
        office.clock.forward(days=40)
        again = office.capture(office.demo(f"demo after {last.id}"), who=who).handoff
        assert again is not None
        assert again.asked == next_asked
    assert again is not None
    assert again.receipt is not None
    assert {each.skipped for each in again.receipt.considered} == {Skip.HAD_IT}


def test_who_asked_for_a_later_date_is_asked_first_when_it_comes() -> None:
    office = an_office()
    [offered] = offers(office, 1)
    until = Rejection("bad_timing", None, date(2026, 3, 9))
    handoff.reject(office.desk, clicks(offered.id, ANN), until)
    live_until(office, NOW + timedelta(days=6))
    again = office.handoff(office.lead(Identity(email="lead0@acme.example")).handoff_id or "")
    assert (again.previous_id, again.asked) == (offered.id, ANN)
    assert again.receipt == Receipt(None, Mode.AGAIN, (Considered(ANN),))
    assert asked(offers(office, 1, start=1)) == [BEN]  # they did not spend a turn on it


def test_what_is_imported_is_offered_in_turn_and_a_dry_run_spends_no_turn() -> None:
    plan = Plan(Mode.ROUND_ROBIN, (Seat(ANN), Seat(BEN, capacity=1), Seat(CHO)))
    office = an_office(Routing(otherwise=plan))
    rows = [
        row
        for number in range(4)
        for identity in [Identity(email=f"lead{number}@acme.example")]
        for row in (
            LeadRow(2 * number, Draft(identity, Profile())),
            SignalRow(2 * number + 1, identity, office.demo(f"s{number}")),
        )
    ]
    for dry in (True, False):
        bring_in(office.desk, TEAM, rows, manner=Manner(qualify=True), dry=dry)
    ids = [office.lead(Identity(email=f"lead{n}@acme.example")).handoff_id for n in range(4)]
    assert asked([office.handoff(id or "") for id in ids]) == [ANN, BEN, CHO, ANN]
    assert asked(offers(office, 2, start=4)) == [CHO, ANN]


def test_slack_is_asked_about_whom_nobody_knows() -> None:
    office = Office(routing=IN_TURN, people=PEOPLE)
    [offered] = offers(office, 1)
    assert (IntentKind.PERSON, offered.asked) in office.promises()


def test_an_office_without_routing_reads_as_it_always_did() -> None:
    assert a_policy().routing == Routing()
