"""The pursuit: every move from every stage, what it demands, and that each can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from core.domain.handoff import (
    AlreadyTaken,
    Case,
    Change,
    Incomplete,
    NothingToUndo,
    OutOfPlace,
    TooLate,
    confirm,
    may_be_offered,
    rests_until,
    withdraw,
)
from core.domain.log import Door, Entry, standing_moves
from core.domain.pursuit import VERBS, Because, pursue
from core.domain.reasons import reasons_for
from core.domain.stages import UNDOABLE, Stage, Verb, after
from core.domain.timers import Timer, TimerKind
from core.domain.undoing import undo
from tests.builders import NOW, an_explanation
from tests.core.test_handoff import LATER, MINUTE, REP, Told, accepted, after_all, an_open_case

SOON = LATER + MINUTE
WAKE_ON = date(2026, 5, 4)


def why(verb: Verb) -> Because:
    """The first reason that the verb takes, with all that it demands."""
    first = next(iter(reasons_for(verb)), None)
    if first is None:
        return Because()
    return Because(first.id, "said so on the phone", WAKE_ON if first.needs_wake_date else None)


def moved(case: Told, verb: Verb, *, minutes: int = 1) -> Told:
    change = pursuing(case, verb, minutes=minutes)
    assert isinstance(change, Change), change
    return after_all(case, change)


def pursuing(case: Case, verb: Verb, *, minutes: int = 1, because: Because | None = None) -> Any:
    at = LATER + minutes * MINUTE
    return pursue(case, verb, by=REP, at=at, door=Door.BUTTON, because=because or why(verb))


def taken_back(case: Told, *, of: Verb, **how: Any) -> Any:
    asked = {"by": REP, "at": LATER + 2 * MINUTE, "door": Door.BUTTON, **how}
    return undo(case, case.entries, of=of, **asked)


def at_stage(stage: Stage) -> Told:
    """A case of a lead that came to this stage by its shortest way."""
    ways: dict[Stage, tuple[Verb, ...]] = {
        Stage.SAL: (),
        Stage.SQL: (Verb.ADVANCE,),
        Stage.CUSTOMER: (Verb.ADVANCE, Verb.WIN),
        Stage.LOST: (Verb.ADVANCE, Verb.LOSE),
        Stage.NURTURING: (Verb.RECYCLE,),
        Stage.DISQUALIFIED: (Verb.DISQUALIFY,),
    }
    case = accepted(an_open_case())
    for verb in ways[stage]:
        case = moved(case, verb, minutes=0)
    return case


REACHED = [
    Stage.SAL,
    Stage.SQL,
    Stage.CUSTOMER,
    Stage.LOST,
    Stage.NURTURING,
    Stage.DISQUALIFIED,
]


@pytest.mark.parametrize(("stage", "verb"), list(product(REACHED, VERBS)))
def test_every_move_leads_where_the_table_says_or_is_out_of_place(stage: Stage, verb: Verb) -> None:
    case = at_stage(stage)
    outcome = pursuing(case, verb)
    if after(stage, verb) is None:
        assert outcome == OutOfPlace(stage)
        return
    assert isinstance(outcome, Change)
    (entry,) = outcome.entries
    assert (entry.from_stage, entry.to_stage) == (stage, after(stage, verb))
    assert outcome.lead.stage is after(stage, verb)
    assert outcome.lead.owner == REP
    assert outcome.handoff is not None
    assert outcome.handoff.decision == case.handoff.decision


@pytest.mark.parametrize(
    ("stage", "verb"),
    [(stage, verb) for stage, verb in product(REACHED, VERBS) if after(stage, verb)],
)
def test_every_move_can_be_taken_back_exactly(stage: Stage, verb: Verb) -> None:
    case = at_stage(stage)
    there = moved(case, verb)
    change = taken_back(there, of=verb)
    assert isinstance(change, Change)
    assert change.lead == replace(case.lead, wake_on=None)
    (entry,) = change.entries
    assert (entry.verb, entry.to_stage) == (Verb.UNDO, stage)
    if verb is Verb.TOUCH:
        assert change.handoff == case.handoff


def test_only_what_was_done_last_can_be_taken_back() -> None:
    case = moved(accepted(an_open_case()), Verb.ADVANCE)
    assert taken_back(case, of=Verb.TOUCH) == NothingToUndo()
    assert undo(case, case.entries, by=REP, at=SOON, door=Door.BUTTON) == NothingToUndo()


def test_after_the_grace_only_somebody_without_a_limit_takes_it_back() -> None:
    case = moved(accepted(an_open_case()), Verb.ADVANCE)
    late = SOON + case.policy.undo_within
    assert taken_back(case, of=Verb.ADVANCE, at=late) == TooLate(late)
    assert isinstance(taken_back(case, of=Verb.ADVANCE, at=late, for_ever=True), Change)


def test_contact_is_made_once_and_whatever_follows_contact_proves_it() -> None:
    case = moved(accepted(an_open_case()), Verb.TOUCH)
    assert case.handoff.touched_at == SOON
    assert pursuing(case, Verb.TOUCH, minutes=2) == OutOfPlace(Stage.SAL)
    assert moved(case, Verb.ADVANCE, minutes=2).handoff.touched_at == SOON
    straight = moved(accepted(an_open_case()), Verb.ADVANCE, minutes=3)
    assert straight.handoff.touched_at == LATER + 3 * MINUTE


def test_contact_stops_the_clock_of_the_promise_and_its_undoing_sets_it_again() -> None:
    case = accepted(an_open_case())
    due = case.handoff.touch_due_at
    assert due is not None
    change = pursuing(case, Verb.TOUCH)
    assert Timer(TimerKind.TOUCH, "ho_1", None) in change.timers
    back = taken_back(after_all(case, change), of=Verb.TOUCH)
    assert Timer(TimerKind.TOUCH, "ho_1", due) in back.timers


@pytest.mark.parametrize("verb", [Verb.RECYCLE, Verb.DISQUALIFY, Verb.LOSE])
def test_giving_up_takes_a_reason_of_its_own(verb: Verb) -> None:
    case = at_stage(Stage.SQL)
    unknown = Incomplete("reason", "unknown")
    for reason in (None, "no_need", "?", "lost_price" if verb is not Verb.LOSE else "no_fit"):
        assert pursuing(case, verb, because=Because(reason)) == unknown


def test_a_later_date_takes_a_date_and_the_lead_rests_until_then() -> None:
    case = accepted(an_open_case())
    asked = Because("not_now", wake_on=WAKE_ON)
    lacking = pursuing(case, Verb.RECYCLE, because=Because("not_now"))
    assert lacking == Incomplete("wake_on", "required")
    back = after_all(case, pursuing(case, Verb.RECYCLE, because=asked))
    wakes = rests_until(back.lead, back.policy, timedelta(days=30))
    assert back.lead.wake_on == WAKE_ON
    assert wakes is not None
    offered = {
        at: may_be_offered(
            back.lead, an_explanation(), rests_until=wakes, newest_signal_at=SOON, at=at
        )
        for at in (wakes - MINUTE, wakes)
    }
    assert list(offered.values()) == [False, True]


# Before sales decides


def test_inside_sales_confirms_and_the_clock_runs_on() -> None:
    case = an_open_case()
    change = confirm(case, by=REP, at=LATER, door=Door.BUTTON)
    assert isinstance(change, Change)
    assert (change.lead.stage, change.lead.owner) == (Stage.TQL, None)
    assert change.handoff == case.handoff
    assert TimerKind.DUE not in [timer.kind for timer in change.timers]
    there = after_all(case, change)
    again = confirm(there, by=REP, at=LATER, door=Door.BUTTON)
    assert again == OutOfPlace(Stage.TQL)
    assert accepted(there, at=SOON).lead.stage is Stage.SAL
    back = taken_back(accepted(there, at=SOON), of=Verb.ACCEPT)
    assert (back.lead.stage, back.lead.entered_stage_at) == (Stage.TQL, LATER)


def test_marketing_withdraws_only_what_sales_has_not_decided() -> None:
    case = an_open_case()
    change = withdraw(case, by="U0MARKETER", at=LATER, door=Door.BUTTON, comment="sent too soon")
    assert isinstance(change, Change)
    assert change.handoff is not None
    assert (change.lead.stage, change.handoff.state) == (Stage.NURTURING, "withdrawn")
    assert isinstance(
        withdraw(accepted(case), by="U0MARKETER", at=SOON, door=Door.BUTTON), AlreadyTaken
    )


# What stands of a log


def test_what_was_undone_does_not_stand() -> None:
    case = moved(accepted(an_open_case()), Verb.ADVANCE)
    entries = [*case.entries, *taken_back(case, of=Verb.ADVANCE).entries]
    assert [entry.verb for entry in standing_moves(entries)] == [Verb.QUALIFY, Verb.ACCEPT]
    again = [
        *entries,
        Entry("ld_1", "ho_1", Stage.SAL, Stage.MQL, Verb.UNDO, REP, Door.BUTTON, NOW),
    ]
    assert [entry.verb for entry in standing_moves(again)] == [Verb.QUALIFY]
    assert Verb.QUALIFY not in UNDOABLE


def test_marketing_hears_that_a_lead_was_reopened_and_that_this_was_undone() -> None:
    out = at_stage(Stage.DISQUALIFIED)
    reopened = pursuing(out, Verb.REOPEN)
    assert [intent.kind.value for intent in reopened.intents] == ["card", "returned"]
    undone = taken_back(moved(out, Verb.REOPEN), of=Verb.REOPEN)
    assert [intent.kind.value for intent in undone.intents] == ["card", "returned"]
