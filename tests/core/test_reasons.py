"""Reasons as a workspace words them: what may be changed, and that old decisions still read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.handoff import Case, Change, Incomplete, reject
from core.domain.log import Door
from core.domain.policy import LOCALES
from core.domain.pursuit import Because
from core.domain.reasons import (
    CONSEQUENCES,
    LABEL_LIMIT,
    LABELLED,
    MOST,
    REASONS,
    Consequence,
    Reason,
    ReasonClass,
    Unfit,
    changed,
    new_id,
    reason_named,
    reasons_for,
    with_changed,
    with_reason,
    without_reason,
)
from core.domain.stages import Stage, Verb
from tests.core.test_handoff import LATER, REP, an_open_case
from tests.core.test_pursuit import at_stage, pursuing

LABELS = {"en": "Partner handles it", "ja": "パートナー案件"}
PARTNER = Reason("partner", ReasonClass.PROCEDURAL, Consequence.LEAVE, labels=LABELS)


def kept(outcome: tuple[Reason, ...] | Unfit) -> tuple[Reason, ...]:
    assert isinstance(outcome, tuple), outcome
    return outcome


def rejected(case: Case, reason: str) -> Any:
    return reject(case, by=REP, at=LATER, door=Door.MODAL, reason=reason)


def under(case: Any, reasons: tuple[Reason, ...]) -> Any:
    return replace(case, policy=replace(case.policy, reasons=reasons))


def test_every_reason_that_baton_brings_is_fit_to_be_kept() -> None:
    for reason in REASONS:
        assert with_reason(REASONS, reason) == REASONS
    assert LABELLED == LOCALES
    assert changed(REASONS) == ()


def test_a_new_reason_is_offered_and_leads_to_what_it_says() -> None:
    reasons = kept(with_reason(REASONS, PARTNER))
    assert reasons_for(Verb.REJECT, reasons)[-1] == PARTNER
    assert isinstance(rejected(an_open_case(), "partner"), Incomplete)
    change = rejected(under(an_open_case(), reasons), "partner")
    assert isinstance(change, Change)
    assert change.lead.stage is Stage.DISQUALIFIED


def test_a_changed_consequence_holds_from_the_next_decision_on() -> None:
    spam = reason_named("spam")
    assert spam is not None
    reasons = kept(with_reason(REASONS, replace(spam, then=Consequence.NURTURE)))
    change = rejected(under(an_open_case(), reasons), "spam")
    assert isinstance(change, Change)
    assert change.lead.stage is Stage.NURTURING


@pytest.mark.parametrize("id", ["spam", "partner"])
def test_a_removed_reason_is_not_offered_and_still_reads(id: str) -> None:
    reasons = kept(without_reason(kept(with_reason(REASONS, PARTNER)), id))
    assert id not in {reason.id for reason in reasons_for(Verb.REJECT, reasons)}
    known = reason_named(id, reasons)
    assert known is not None
    assert known.retired
    assert rejected(under(an_open_case(), reasons), id) == Incomplete("reason", "unknown")
    back = kept(with_reason(reasons, replace(known, retired=False)))
    assert isinstance(rejected(under(an_open_case(), back), id), Change)


def test_a_removed_reason_of_after_contact_is_refused_too() -> None:
    reasons = kept(without_reason(REASONS, "no_budget"))
    case = under(at_stage(Stage.SAL), reasons)
    refused = pursuing(case, Verb.RECYCLE, because=Because("no_budget"))
    assert refused == Incomplete("reason", "unknown")


def test_some_reason_is_always_left() -> None:
    reasons = REASONS
    *most, last = reasons_for(Verb.LOSE, reasons)
    for reason in most:
        reasons = kept(without_reason(reasons, reason.id))
    assert without_reason(reasons, last.id) == Unfit("id", "last")
    assert with_reason(reasons, replace(last, retired=True)) == Unfit("id", "last")


def test_nobody_removes_what_is_not_offered() -> None:
    assert without_reason(REASONS, "nothing") == Unfit("id", "unknown")
    assert without_reason(kept(without_reason(REASONS, "spam")), "spam") == Unfit("id", "unknown")


@pytest.mark.parametrize(
    ("parts", "field", "problem"),
    [
        ({"id": "Partner!"}, "id", "malformed"),
        ({"id": ""}, "id", "malformed"),
        ({"verb": Verb.ACCEPT}, "verb", "unknown"),
        ({"verb": Verb.LOSE, "then": Consequence.WAKE}, "then", "not_for_verb"),
        ({"labels": {"en": "Partner"}}, "label.ja", "required"),
        ({"labels": {"en": " ", "ja": "パートナー"}}, "label.en", "required"),
        ({"labels": {**LABELS, "en": "x" * (LABEL_LIMIT + 1)}}, "label.en", "too_long"),
    ],
)
def test_what_cannot_be_kept_is_named(parts: dict[str, Any], field: str, problem: str) -> None:
    assert with_reason(REASONS, replace(PARTNER, **parts)) == Unfit(field, problem)


def test_two_reasons_do_not_share_a_label_nor_change_what_they_are_for() -> None:
    reasons = kept(with_reason(REASONS, PARTNER))
    assert with_reason(reasons, replace(PARTNER, id="other_one")) == Unfit("label.en", "taken")
    assert with_reason(reasons, replace(PARTNER, verb=Verb.LOSE)) == Unfit("verb", "fixed")


def test_a_list_that_nobody_reads_to_its_end_is_refused() -> None:
    reasons = REASONS
    for number in range(MOST - len(reasons_for(Verb.REJECT))):
        labels = {language: f"{language} {number}" for language in LABELLED}
        reasons = kept(with_reason(reasons, replace(PARTNER, id=f"r{number}", labels=labels)))
    assert with_reason(reasons, PARTNER) == Unfit("verb", "too_many")


def test_labels_are_kept_clean() -> None:
    reasons = kept(
        with_reason(REASONS, replace(PARTNER, labels={"en": "  a\nb ", "ja": "ア\u202e"}))
    )
    assert reasons[-1].labels == {"en": "a b", "ja": "ア"}


@pytest.mark.parametrize(
    ("label", "id"),
    [
        ("Partner handles it", "partner_handles_it"),
        ("Spam", "spam_2"),
        ("パートナー", "reason"),
        ("2nd try", "nd_try"),
        ("x" * 90, "x" * 30),
    ],
)
def test_a_new_reason_gets_an_id_that_none_ever_had(label: str, id: str) -> None:
    assert new_id(label, REASONS) == id
    named = replace(PARTNER, id=id, labels=LABELS)
    assert with_reason(REASONS, named) == (*REASONS, named)
    assert new_id(label, (*REASONS, named)) != id


def test_only_what_is_not_as_it_came_needs_to_be_kept() -> None:
    reasons = kept(without_reason(kept(with_reason(REASONS, PARTNER)), "spam"))
    assert {reason.id for reason in changed(reasons)} == {"partner", "spam"}
    assert with_changed(changed(reasons)) == reasons


def test_every_consequence_is_allowed_somewhere_and_every_verb_of_a_reason_is_known() -> None:
    assert {reason.verb for reason in REASONS} == CONSEQUENCES.keys()
    assert frozenset().union(*CONSEQUENCES.values()) == frozenset(Consequence)
