"""The table of stages: every stage with every verb, and the functions that read it."""

from __future__ import annotations

from itertools import product

import pytest

from core.domain.stages import (
    TRANSITIONS,
    UNDOABLE,
    Stage,
    Verb,
    after,
    is_move,
    undone_to,
    verbs_from,
)

EVERYTHING = list(product([None, *Stage], Verb))

# Written out once more, by hand: a change of the table has to be meant.
ALLOWED = {
    (None, Verb.CAPTURE): Stage.NEW,
    (Stage.NEW, Verb.QUALIFY): Stage.MQL,
    (Stage.NURTURING, Verb.QUALIFY): Stage.MQL,
    (Stage.NURTURING, Verb.RESUBMIT): Stage.MQL,
    (Stage.MQL, Verb.CONFIRM): Stage.TQL,
    (Stage.MQL, Verb.ACCEPT): Stage.SAL,
    (Stage.MQL, Verb.REJECT): Stage.NURTURING,
    (Stage.MQL, Verb.REROUTE): Stage.MQL,
    (Stage.MQL, Verb.EXPIRE): Stage.MQL,
    (Stage.MQL, Verb.ASSIGN): Stage.MQL,
    (Stage.MQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
    (Stage.MQL, Verb.WITHDRAW): Stage.NURTURING,
    (Stage.TQL, Verb.ACCEPT): Stage.SAL,
    (Stage.TQL, Verb.REJECT): Stage.NURTURING,
    (Stage.TQL, Verb.REROUTE): Stage.MQL,
    (Stage.TQL, Verb.EXPIRE): Stage.TQL,
    (Stage.TQL, Verb.ASSIGN): Stage.TQL,
    (Stage.TQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
    (Stage.TQL, Verb.WITHDRAW): Stage.NURTURING,
    (Stage.SAL, Verb.TOUCH): Stage.SAL,
    (Stage.SAL, Verb.RETURN): Stage.MQL,
    (Stage.SAL, Verb.ASSIGN): Stage.SAL,
    (Stage.SAL, Verb.ADVANCE): Stage.SQL,
    (Stage.SAL, Verb.RECYCLE): Stage.NURTURING,
    (Stage.SAL, Verb.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.SQL, Verb.ASSIGN): Stage.SQL,
    (Stage.SQL, Verb.WIN): Stage.CUSTOMER,
    (Stage.SQL, Verb.LOSE): Stage.LOST,
    (Stage.SQL, Verb.RECYCLE): Stage.NURTURING,
    (Stage.SQL, Verb.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.CUSTOMER, Verb.REOPEN): Stage.NURTURING,
    (Stage.LOST, Verb.REOPEN): Stage.NURTURING,
    (Stage.DISQUALIFIED, Verb.REOPEN): Stage.NURTURING,
    (Stage.NEW, Verb.MERGE): Stage.MERGED,
}


@pytest.mark.parametrize(("stage", "verb"), EVERYTHING)
def test_every_verb_from_every_stage_leads_where_it_should_or_nowhere(
    stage: Stage | None, verb: Verb
) -> None:
    assert after(stage, verb) is ALLOWED.get((stage, verb))


@pytest.mark.parametrize("stage", Stage)
def test_what_can_be_done_from_a_stage_is_what_the_table_says(stage: Stage) -> None:
    assert list(verbs_from(stage)) == [verb for verb in Verb if after(stage, verb) is not None]


def test_nothing_but_capture_begins_a_lead() -> None:
    assert [verb for verb in Verb if after(None, verb)] == [Verb.CAPTURE]


def test_only_contact_and_going_to_somebody_else_leave_a_lead_where_it_stands() -> None:
    stays = {verb for (start, verb), end in TRANSITIONS.items() if start is end}
    assert stays == {Verb.TOUCH, Verb.REROUTE, Verb.EXPIRE, Verb.ASSIGN}


def test_every_stage_can_be_reached() -> None:
    reached: set[Stage] = set()
    ahead = [after(None, Verb.CAPTURE)]
    while ahead:
        stage = ahead.pop()
        if stage is not None and stage not in reached:
            reached.add(stage)
            ahead.extend(after(stage, verb) for verb in verbs_from(stage))
    assert reached == set(Stage)


def test_undoing_leads_back_along_a_row_of_the_table_and_nowhere_else() -> None:
    for start, verb, end in product(Stage, Verb, Stage):
        came_from = verb in UNDOABLE and after(start, verb) is end
        assert not came_from or start in undone_to(end)
    assert undone_to(Stage.SAL) == {Stage.MQL, Stage.TQL, Stage.SAL}
    assert undone_to(Stage.NEW) == undone_to(Stage.MQL) == frozenset()


def test_a_move_is_a_row_of_the_table_or_its_undoing() -> None:
    assert is_move(Stage.MQL, Verb.ACCEPT, Stage.SAL)
    assert not is_move(Stage.MQL, Verb.ACCEPT, Stage.SQL)
    assert is_move(Stage.SQL, Verb.UNDO, Stage.SAL)
    assert not is_move(Stage.NEW, Verb.UNDO, Stage.NURTURING)
    assert not is_move(None, Verb.UNDO, Stage.NEW)


def test_whoever_is_no_business_of_sales_is_never_offered_again() -> None:
    assert after(Stage.DISQUALIFIED, Verb.QUALIFY) is None


def test_the_table_cannot_be_changed_while_the_program_runs() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[Stage.NEW, Verb.ACCEPT] = Stage.SAL  # type: ignore[index]


def test_words_are_kept_in_lower_case() -> None:
    assert all(word == word.lower() for word in [*Stage, *Verb])


@pytest.mark.parametrize("stage", list(Stage))
def test_a_note_leaves_a_lead_where_it_is(stage: Stage) -> None:
    assert is_move(stage, Verb.NOTE, stage)
    assert not is_move(None, Verb.NOTE, stage)
    assert not any(is_move(stage, Verb.NOTE, other) for other in Stage if other is not stage)
    assert Verb.NOTE not in verbs_from(stage)


def test_only_a_lead_in_nurturing_is_sent_an_offer_and_stays_there() -> None:
    sent = [(start, end) for start, end in product(Stage, Stage) if is_move(start, Verb.SEND, end)]
    assert sent == [(Stage.NURTURING, Stage.NURTURING)]


def test_only_a_lead_in_nurturing_wakes_on_another_date_and_stays_there() -> None:
    moved = [(start, end) for start, end in product(Stage, Stage) if is_move(start, Verb.WAKE, end)]
    assert moved == [(Stage.NURTURING, Stage.NURTURING)]
