"""The table of stages: every stage with every verb, and the functions that read it."""

from __future__ import annotations

from itertools import product

import pytest

from core.domain.stages import TRANSITIONS, Stage, Verb, after, verbs_from

EVERYTHING = list(product([None, *Stage], Verb))

# Written out once more, by hand: a change of the table has to be meant.
ALLOWED = {
    (None, Verb.CAPTURE): Stage.NEW,
    (Stage.NEW, Verb.QUALIFY): Stage.MQL,
    (Stage.NURTURING, Verb.QUALIFY): Stage.MQL,
    (Stage.MQL, Verb.ACCEPT): Stage.SAL,
    (Stage.MQL, Verb.REJECT): Stage.NURTURING,
    (Stage.MQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
    (Stage.SAL, Verb.UNDO): Stage.MQL,
    (Stage.NURTURING, Verb.UNDO): Stage.MQL,
    (Stage.DISQUALIFIED, Verb.UNDO): Stage.MQL,
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


def test_every_verb_changes_the_stage() -> None:
    """So that a lost row of the log always shows in where its lead stands."""
    assert all(start is not end for (start, _), end in TRANSITIONS.items())


def test_every_stage_can_be_reached() -> None:
    reached: set[Stage] = set()
    ahead = [after(None, Verb.CAPTURE)]
    while ahead:
        stage = ahead.pop()
        if stage is not None and stage not in reached:
            reached.add(stage)
            ahead.extend(after(stage, verb) for verb in verbs_from(stage))
    assert reached == set(Stage)


def test_every_decision_of_sales_can_be_undone() -> None:
    decided = {after(Stage.MQL, verb) for verb in verbs_from(Stage.MQL)}
    assert {after(stage, Verb.UNDO) for stage in decided} == {Stage.MQL}


def test_whoever_is_no_business_of_sales_is_never_offered_again() -> None:
    assert after(Stage.DISQUALIFIED, Verb.QUALIFY) is None


def test_the_table_cannot_be_changed_while_the_program_runs() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[Stage.NEW, Verb.ACCEPT] = Stage.SAL  # type: ignore[index]


def test_words_are_kept_in_lower_case() -> None:
    assert all(word == word.lower() for word in [*Stage, *Verb])
