"""Deciding on a handoff: once for each click, whoever else clicks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from core.domain.handoff import (
    AlreadyTaken,
    Change,
    Incomplete,
    NothingToUndo,
    Outcome,
    TooLate,
)
from core.domain.intents import IntentKind
from core.domain.stages import Stage, Verb
from core.errors import NotFound
from core.services import handoff, watch
from core.services.handoff import Rejection, Repeated, Stimulus
from tests.builders import NOW, a_policy
from tests.services.office import REP, Office

CARD, BRIEFING, RETURNED = IntentKind.CARD, IntentKind.BRIEFING, IntentKind.RETURNED
NUDGE = IntentKind.NUDGE
NO_NEED = Rejection("no_need")
Ask = Callable[[Office, Stimulus], Any]
ASKED: dict[str, Ask] = {
    "accept": lambda office, stimulus: handoff.accept(office.desk, stimulus),
    "reject": lambda office, stimulus: handoff.reject(office.desk, stimulus, NO_NEED),
    "undo": lambda office, stimulus: handoff.undo(office.desk, stimulus),
}


def test_accepting_is_kept_with_its_log_and_its_promises(office: Office) -> None:
    id = office.offered().id
    office.promises()
    office.accept(id)
    lead = office.lead()
    assert (lead.stage, lead.owner, lead.version) == (Stage.SAL, REP, 2)
    decision = office.handoff(id).decision
    assert decision is not None
    assert (decision.outcome, decision.by, decision.at) == (Outcome.ACCEPTED, REP, NOW)
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY, Verb.ACCEPT]
    assert office.promises() == [(CARD, id), (BRIEFING, id)]


def test_rejecting_is_kept_with_its_reason_and_told_to_marketing(office: Office) -> None:
    id = office.offered().id
    office.promises()
    office.reject(id, "bad_timing", comment="Budget in April", wake_on=date(2026, 4, 1))
    decision = office.handoff(id).decision
    assert decision is not None
    assert (decision.reason, decision.comment) == ("bad_timing", "Budget in April")
    assert decision.wake_on == date(2026, 4, 1)
    assert office.lead().stage is Stage.NURTURING
    assert office.promises() == [(CARD, id), (RETURNED, id)]


@pytest.mark.parametrize("asked", ASKED)
def test_a_handoff_that_is_not_there_is_not_found(office: Office, asked: str) -> None:
    with pytest.raises(NotFound):
        ASKED[asked](office, office.stimulus("ho_none"))


@pytest.mark.parametrize("asked", ASKED)
def test_nobody_decides_on_a_handoff_of_another_workspace(office: Office, asked: str) -> None:
    id = office.offered().id
    office.open(a_policy(), team="T02")
    stimulus = office.stimulus(id)
    with pytest.raises(NotFound):
        ASKED[asked](office, Stimulus("T02", id, stimulus.by, stimulus.door))
    assert office.handoff(id).decision is None


@pytest.mark.parametrize("asked", ["accept", "reject"])
def test_whoever_comes_second_is_told_who_was_first_and_nothing_else_happens(
    office: Office, asked: str
) -> None:
    id = office.offered().id
    office.accept(id)
    office.promises()
    office.clock.forward(minutes=1)
    outcome = ASKED[asked](office, office.stimulus(id, by="U0OTHER"))
    assert outcome == AlreadyTaken(REP, NOW, Outcome.ACCEPTED)
    assert office.promises() == []
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY, Verb.ACCEPT]
    assert office.lead().owner == REP


# The same click


@pytest.mark.parametrize("asked", ["accept", "reject"])
def test_the_same_click_again_does_nothing(office: Office, asked: str) -> None:
    id = office.offered().id
    click = office.stimulus(id, key="click 1")
    assert isinstance(ASKED[asked](office, click), Change)
    office.promises()
    assert ASKED[asked](office, click) == Repeated()
    assert office.promises() == []


def test_the_same_click_does_nothing_even_after_undo(office: Office) -> None:
    id = office.offered().id
    click = office.stimulus(id, key="click 1")
    ASKED["accept"](office, click)
    ASKED["undo"](office, office.stimulus(id, key="click 2"))
    assert ASKED["accept"](office, click) == Repeated()
    assert office.handoff(id).decision is None
    assert isinstance(ASKED["accept"](office, office.stimulus(id, key="click 3")), Change)


def test_the_same_undo_again_does_nothing(office: Office) -> None:
    id = office.offered().id
    office.accept(id)
    click = office.stimulus(id, key="click 1")
    assert isinstance(ASKED["undo"](office, click), Change)
    office.accept(id)
    assert ASKED["undo"](office, click) == Repeated()
    assert office.lead().stage is Stage.SAL


def test_clicks_without_a_key_are_all_heard(office: Office) -> None:
    id = office.offered().id
    office.accept(id)
    assert isinstance(ASKED["accept"](office, office.stimulus(id)), AlreadyTaken)


def test_a_form_that_lacks_something_can_be_sent_again_under_the_same_key(office: Office) -> None:
    form = office.stimulus(office.offered().id, key="form 1")
    office.promises()
    lacking = handoff.reject(office.desk, form, Rejection("other"))
    assert lacking == Incomplete("comment", "required")
    assert office.promises() == []
    assert isinstance(handoff.reject(office.desk, form, Rejection("other", "Because")), Change)
    assert handoff.reject(office.desk, form, Rejection("other", "Because")) == Repeated()


def test_a_click_that_lost_a_race_is_the_first_of_its_key_still(office: Office) -> None:
    id = office.offered().id
    office.store.rivals = 3
    assert isinstance(ASKED["accept"](office, office.stimulus(id, key="click 1")), Change)
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY, Verb.ACCEPT]


# Undo


def test_undo_puts_the_handoff_back_with_its_clock(office: Office) -> None:
    before = office.offered()
    lead = office.lead()
    office.reject(before.id)
    office.promises()
    office.clock.forward(minutes=9)
    assert isinstance(ASKED["undo"](office, office.stimulus(before.id)), Change)
    after = office.handoff(before.id)
    assert (after.decision, after.due_at, after.opened_at) == (
        None,
        before.due_at,
        before.opened_at,
    )
    back = office.lead()
    assert (back.stage, back.owner, back.entered_stage_at) == (
        lead.stage,
        lead.owner,
        lead.entered_stage_at,
    )
    assert office.promises() == [(CARD, before.id), (RETURNED, before.id)]
    office.clock.now = before.due_at
    watch.fire_due(office.desk)
    assert office.promises() == [(CARD, before.id), (NUDGE, f"{before.id}:answer_late")]


def test_undo_comes_too_late_at_the_end_of_the_grace(office: Office) -> None:
    id = office.offered().id
    office.accept(id)
    ends = NOW + timedelta(minutes=10)
    office.clock.now = ends
    assert ASKED["undo"](office, office.stimulus(id)) == TooLate(ends)
    assert office.lead().stage is Stage.SAL


def test_what_is_open_has_nothing_to_undo(office: Office) -> None:
    id = office.offered().id
    assert ASKED["undo"](office, office.stimulus(id)) == NothingToUndo()
