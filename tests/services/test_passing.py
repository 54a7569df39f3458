"""Passing on: a lead goes from one to the next, once, and the buyer's clock runs on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.handoff import AlreadyTaken, Change, Handoff, Incomplete, NothingToUndo, Outcome
from core.domain.intents import IntentKind
from core.domain.lead import Identity
from core.domain.log import faults
from core.domain.passing import AlreadyTheirs
from core.domain.reminder import Step, step_still
from core.domain.routing import Routing
from core.domain.stages import Stage, Verb
from core.errors import Refused
from core.services import handoff, watch
from core.services.handoff import Rejection
from core.services.passing import CannotTake
from tests.builders import NOW, TEAM
from tests.services.office import Office
from tests.services.test_asking import ANN, BEN, BOSS, CHO, an_office, clicks, knows, offers
from tests.services.test_reminding import live_until

WHO = Identity(email="lead0@acme.example")
HOUR = timedelta(hours=1)
DUE = NOW + HOUR  # a hot lead
WRONG = Rejection("wrong_territory")


def latest(office: Office) -> Handoff:
    return office.handoff(office.lead(WHO).handoff_id or "")


def must_hold(office: Office) -> None:
    with office.store.read(TEAM) as view:
        assert list(faults(view.chain(), view.stages(), end=view.chain_end())) == []


def test_who_it_is_not_for_sends_it_on_and_the_buyers_clock_runs_on() -> None:
    office = an_office()
    [first] = offers(office, 1)
    office.clock.forward(minutes=20)
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    second = latest(office)
    assert (second.asked, second.previous_id) == (BEN, first.id)
    assert (second.opened_at, second.waiting_since) == (office.clock.now, NOW)
    assert second.due_at == first.due_at
    ended = office.handoff(first.id).decision
    assert ended is not None
    assert (ended.outcome, ended.by, ended.reason) == (Outcome.REJECTED, ANN, "wrong_territory")
    assert office.lead(WHO).stage is Stage.MQL
    assert office.verbs(WHO) == [Verb.CAPTURE, Verb.QUALIFY, Verb.REROUTE, Verb.ASSIGN]
    must_hold(office)


def test_both_cards_are_told_and_marketing_is_not_bothered() -> None:
    office = an_office()
    [first] = offers(office, 1)
    office.promises()
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    told = office.promises()
    assert {subject for kind, subject in told if kind is IntentKind.CARD} == {
        first.id,
        latest(office).id,
    }
    assert not any(kind is IntentKind.RETURNED for kind, _ in told)


def test_who_knows_whose_it_is_says_so() -> None:
    office = an_office()
    [first] = offers(office, 1)
    handoff.reject(office.desk, clicks(first.id, ANN), Rejection("wrong_territory", to=CHO))
    assert latest(office).asked == CHO
    assert [each.asked for each in offers(office, 1, start=1)] == [BEN]  # no turn was spent


@pytest.mark.parametrize(("to", "problem"), [(ANN, "own"), ("U0MAL", "no_rep")])
def test_it_cannot_be_sent_to_who_may_not_take_it(to: str, problem: str) -> None:
    office = an_office()
    [first] = offers(office, 1)
    outcome = handoff.reject(
        office.desk, clicks(first.id, ANN), Rejection("wrong_territory", to=to)
    )
    assert outcome == Incomplete("to", problem)
    assert office.handoff(first.id).decision is None


def test_in_a_pool_it_is_offered_to_all_again() -> None:
    office = Office()
    first = office.offered(WHO)
    office.reject(first.id, "wrong_territory")
    second = latest(office)
    assert (second.previous_id, second.asked, second.waiting_since) == (first.id, None, NOW)
    office.accept(second.id)
    assert office.lead(WHO).stage is Stage.SAL


def test_what_was_late_before_it_was_sent_on_is_escalated_at_once() -> None:
    office = an_office()
    [first] = offers(office, 1)
    office.clock.now = DUE + timedelta(minutes=30)
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    heard = live_until(office, office.clock.now + timedelta(minutes=10))
    assert {(person, step) for _, person, step in heard} >= {
        (BEN, Step.ANSWER_LATE),
        (BOSS, Step.ANSWER_LATE),
    }


def test_everybody_sends_it_on_and_all_of_sales_may_take_it() -> None:
    office = an_office()
    offers(office, 1)
    for person in (ANN, BEN, CHO):
        assert latest(office).asked == person
        handoff.reject(office.desk, clicks(latest(office).id, person), WRONG)
    last = latest(office)
    assert (last.asked, last.waiting_since, last.due_at) == (None, NOW, DUE)
    [(_, person, step)] = live_until(office, NOW + timedelta(minutes=10))
    assert (person, step) == (BOSS, Step.UNASKED)
    must_hold(office)


def test_what_was_sent_on_cannot_be_undone() -> None:
    office = an_office()
    [first] = offers(office, 1)
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    for id in (first.id, latest(office).id):
        assert handoff.undo(office.desk, office.stimulus(id)) == NothingToUndo()


def test_a_slip_after_it_was_sent_on_can_be_undone() -> None:
    office = an_office()
    [first] = offers(office, 1)
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    second = latest(office)
    handoff.accept(office.desk, clicks(second.id, BEN))
    handoff.undo(office.desk, office.stimulus(second.id))
    assert (latest(office).decision, office.lead(WHO).stage) == (None, Stage.MQL)
    must_hold(office)


# Not answered in time


def test_nothing_is_passed_on_unless_the_policy_says_so() -> None:
    office = an_office()
    [first] = offers(office, 1)
    live_until(office, NOW + timedelta(days=3))
    assert latest(office).id == first.id


def test_who_does_not_answer_in_time_loses_it_to_the_next() -> None:
    office = an_office(reoffers_late=True)
    [first] = offers(office, 1)
    live_until(office, DUE)
    second = latest(office)
    assert (second.asked, second.opened_at, second.waiting_since) == (BEN, DUE, NOW)
    assert second.due_at == DUE + HOUR
    ended = office.handoff(first.id).decision
    assert ended is not None
    assert (ended.outcome, ended.by) == (Outcome.EXPIRED, "baton")
    outcome = handoff.accept(office.desk, clicks(first.id, ANN))
    assert outcome == AlreadyTaken("baton", DUE, Outcome.EXPIRED)


def test_when_everybody_let_it_lapse_all_may_take_it_and_that_is_the_end() -> None:
    office = an_office(reoffers_late=True)
    offers(office, 1)
    heard = live_until(office, NOW + timedelta(days=5))
    last = latest(office)
    assert (last.asked, last.waiting_since, last.opened_at) == (None, NOW, NOW + 3 * HOUR)
    assert office.verbs(WHO) == [
        Verb.CAPTURE,
        Verb.QUALIFY,
        *[Verb.EXPIRE, Verb.ASSIGN] * 3,
    ]
    assert [person for _, person, step in heard if step is Step.UNASKED] == [BOSS]
    must_hold(office)


def test_where_all_of_sales_was_asked_there_is_nobody_else_to_ask() -> None:
    office = Office(reoffers_late=True)
    first = office.offered(WHO)
    live_until(office, NOW + timedelta(days=3))
    assert latest(office).id == first.id


def test_who_was_sent_a_lead_late_has_as_long_as_anybody() -> None:
    office = an_office(reoffers_late=True)
    [first] = offers(office, 1)
    office.clock.now = DUE - timedelta(minutes=1)
    handoff.reject(office.desk, clicks(first.id, ANN), WRONG)
    live_until(office, DUE + timedelta(minutes=50))
    assert latest(office).asked == BEN
    live_until(office, DUE + HOUR)
    assert latest(office).asked == CHO


def test_who_answers_in_the_last_moment_keeps_it() -> None:
    office = an_office(reoffers_late=True)
    [first] = offers(office, 1)
    office.clock.now = DUE
    handoff.accept(office.desk, clicks(first.id, ANN))
    live_until(office, DUE + timedelta(minutes=1))
    assert latest(office).id == first.id


# Accepted, and no contact made

TOUCH_DUE = NOW + 4 * HOUR
GOES_BACK = NOW.replace(day=6, hour=14)  # half past two, two working days after that


def accepted(office: Office) -> Handoff:
    [first] = offers(office, 1)
    handoff.accept(office.desk, clicks(first.id, ANN))
    return first


def test_without_contact_a_lead_goes_back_to_sales_and_its_owner_hears() -> None:
    office = an_office()
    first = accepted(office)
    heard = live_until(office, GOES_BACK + timedelta(hours=1))
    second = latest(office)
    assert (second.previous_id, second.asked) == (first.id, BEN)
    assert second.opened_at == GOES_BACK
    assert (office.lead(WHO).stage, office.lead(WHO).owner) == (Stage.MQL, None)
    kept = office.handoff(first.id).decision
    assert kept is not None
    assert (kept.outcome, kept.by) == (Outcome.ACCEPTED, ANN)
    assert [person for _, person, step in heard if step is Step.RETURNED] == [ANN]
    assert office.verbs(WHO)[-2:] == [Verb.RETURN, Verb.ASSIGN]
    must_hold(office)


def test_contact_in_the_meantime_keeps_it() -> None:
    office = an_office()
    first = accepted(office)
    live_until(office, TOUCH_DUE + timedelta(hours=1))
    handoff.pursue(office.desk, clicks(first.id, ANN), Verb.TOUCH)
    live_until(office, NOW + timedelta(days=9))
    assert latest(office).id == first.id


def test_a_workspace_may_leave_it_where_it_is() -> None:
    office = an_office(returns_untouched_after=None)
    first = accepted(office)
    live_until(office, NOW + timedelta(days=9))
    assert latest(office).id == first.id


# Given to somebody by name


def test_who_is_asked_gives_it_to_a_colleague_who_hears() -> None:
    office = an_office()
    [first] = offers(office, 1)
    outcome = handoff.assign(office.desk, clicks(first.id, ANN), CHO)
    assert isinstance(outcome, Change)
    assert (latest(office).id, latest(office).asked, latest(office).due_at) == (first.id, CHO, DUE)
    heard = live_until(office, DUE - timedelta(minutes=1))
    assert [(person, step) for _, person, step in heard] == [
        (CHO, Step.GIVEN),
        (CHO, Step.ANSWER_SOON),
    ]
    with pytest.raises(Refused):
        handoff.accept(office.desk, clicks(first.id, ANN))
    handoff.accept(office.desk, clicks(first.id, CHO))
    must_hold(office)


def test_who_owns_a_lead_gives_it_to_a_colleague_who_answers_for_it_from_then_on() -> None:
    office = an_office()
    first = accepted(office)
    handoff.assign(office.desk, clicks(first.id, ANN), BEN)
    assert office.lead(WHO).owner == BEN
    with pytest.raises(Refused) as refused:
        handoff.pursue(office.desk, clicks(first.id, ANN), Verb.TOUCH)
    assert refused.value.code == "not-owner"
    assert handoff.undo(office.desk, clicks(first.id, BOSS)) == NothingToUndo()
    handoff.pursue(office.desk, clicks(first.id, BEN), Verb.TOUCH)
    handoff.undo(office.desk, clicks(first.id, BEN), of=Verb.TOUCH)
    assert (office.lead(WHO).stage, office.lead(WHO).owner) == (Stage.SAL, BEN)
    must_hold(office)


@pytest.mark.parametrize("by", [BEN, "U0MAL"])
def test_nobody_else_gives_it_away(by: str) -> None:
    office = an_office()
    knows(office, "U0MAL")
    [first] = offers(office, 1)
    with pytest.raises(Refused) as refused:
        handoff.assign(office.desk, clicks(first.id, by), CHO)
    assert refused.value.code == "not-asked"


def test_of_a_lead_for_all_a_manager_disposes() -> None:
    office = an_office(Routing())
    [first] = offers(office, 1)
    with pytest.raises(Refused) as refused:
        handoff.assign(office.desk, clicks(first.id, ANN), ANN)
    assert refused.value.code == "for-managers"
    handoff.assign(office.desk, clicks(first.id, BOSS), ANN)
    assert latest(office).asked == ANN


def test_it_is_given_only_to_who_may_take_it_and_has_it_not() -> None:
    office = an_office()
    [first] = offers(office, 1)
    assert handoff.assign(office.desk, clicks(first.id, BOSS), ANN) == AlreadyTheirs(ANN)
    assert handoff.assign(office.desk, clicks(first.id, BOSS), "U0MAL") == CannotTake("U0MAL")


def test_no_reminder_follows_a_lead_to_who_gave_it_away() -> None:
    office = an_office()
    first = accepted(office)
    office.clock.now = NOW + 3 * HOUR + timedelta(minutes=1)
    watch.fire_due(office.desk)  # Ann is to hear that contact is due soon
    handoff.assign(office.desk, clicks(first.id, ANN), BEN)
    with office.store.read(TEAM) as view:
        case = view.case(first.id)
    assert case is not None
    heard = {who: step_still(case, Step.TOUCH_SOON, at=NOW, person=who) for who in (ANN, BEN)}
    assert heard == {ANN: None, BEN: Step.TOUCH_SOON}
