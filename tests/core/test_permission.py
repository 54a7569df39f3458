"""Who may do what: the table of rights, and what each person is offered where a lead stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.domain.log import Entry
from core.domain.permission import HOLDERS, RIGHTS, Right, holds, verbs_for
from core.domain.roles import Role
from core.domain.stages import Stage, Verb
from tests.builders import a_policy
from tests.core.test_handoff import LATER, REP, Told, an_open_case
from tests.core.test_pursuit import REACHED, at_stage

PEOPLE = {role: frozenset({f"U0{role.name}"}) for role in Role}
LONG_AFTER = LATER + timedelta(days=1)
ANYBODY = "U0EVE"


def offered(case: Told, person: str | None, *, late: bool = True) -> set[Verb]:
    at = LONG_AFTER if late else LATER
    return set(verbs_for(case, case.entries, person=person, at=at))


def staffed(case: Told) -> Told:
    return replace(case, policy=replace(case.policy, people=PEOPLE))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_where_everybody_has_a_role_only_holders_may(right: Right, role: Role) -> None:
    policy = a_policy(people=PEOPLE)
    assert holds(f"U0{role.name}", right, policy) == (role in HOLDERS[right])
    assert not holds(ANYBODY, right, policy)


@pytest.mark.parametrize("right", sorted(set(RIGHTS.values())))
def test_while_nobody_has_a_role_everybody_may_all_but_what_is_for_managers(right: Right) -> None:
    assert holds(ANYBODY, right, a_policy()) == (right is not Right.FOR_MANAGERS)


def test_one_team_with_people_leaves_the_other_open_to_who_is_not_in_it() -> None:
    policy = a_policy(people={Role.MARKETER: PEOPLE[Role.MARKETER]})
    assert holds(ANYBODY, Right.FOR_REPS, policy)
    assert not holds("U0MARKETER", Right.FOR_REPS, policy)
    assert not holds(ANYBODY, Right.FOR_MARKETERS, policy)


@pytest.mark.parametrize("stage", REACHED)
def test_nobody_is_offered_what_the_table_or_their_role_does_not_allow(stage: Stage) -> None:
    case = staffed(at_stage(stage))
    everything = offered(case, "U0MANAGER") - {Verb.UNDO}
    for role in Role:
        verbs = offered(case, f"U0{role.name}")
        assert verbs <= everything | {Verb.UNDO}
        assert all(role in HOLDERS[RIGHTS[verb]] for verb in verbs - {Verb.UNDO})


def test_a_card_offers_what_sales_does_and_nothing_that_is_for_others() -> None:
    assert offered(an_open_case(), None) == {Verb.ACCEPT, Verb.REJECT}
    assert offered(at_stage(Stage.SAL), None) == {
        Verb.TOUCH,
        Verb.ADVANCE,
        Verb.RECYCLE,
        Verb.DISQUALIFY,
    }
    assert offered(at_stage(Stage.CUSTOMER), None) == set()


def test_confirming_is_offered_where_the_policy_has_it() -> None:
    case = an_open_case()
    calling = replace(case, policy=replace(case.policy, confirms_by_call=True))
    assert Verb.CONFIRM in offered(calling, None)
    assert Verb.CONFIRM not in offered(case, None)


def test_marketing_may_withdraw_and_a_manager_reopen() -> None:
    assert offered(staffed(an_open_case()), "U0MARKETER") == {Verb.WITHDRAW}
    assert offered(staffed(at_stage(Stage.LOST)), "U0MANAGER") == {Verb.REOPEN, Verb.UNDO}
    assert offered(staffed(at_stage(Stage.LOST)), "U0REP") == set()


def test_undoing_is_offered_in_time_to_who_may_do_it_and_later_to_managers() -> None:
    case = staffed(at_stage(Stage.SQL))
    assert Verb.UNDO in offered(case, "U0REP", late=False)
    assert Verb.UNDO in offered(case, None, late=False)
    assert Verb.UNDO not in offered(case, "U0MARKETER", late=False)
    assert Verb.UNDO not in offered(case, "U0REP")
    assert Verb.UNDO not in offered(case, None)
    assert Verb.UNDO in offered(case, "U0MANAGER")


STEPS = {Verb.TOUCH, Verb.ADVANCE, Verb.WIN, Verb.LOSE, Verb.RECYCLE, Verb.DISQUALIFY}
COLLEAGUE = "U0TWO"


def with_colleague(case: Told, **policy: Any) -> Told:
    people = {**PEOPLE, Role.REP: frozenset({REP, COLLEAGUE})}
    return replace(case, policy=replace(case.policy, people=people, **policy))


@pytest.mark.parametrize("stage", REACHED)
def test_what_follows_on_an_acceptance_is_for_its_owner_and_managers(stage: Stage) -> None:
    case = with_colleague(at_stage(stage))
    assert case.lead.owner == REP
    assert not offered(case, COLLEAGUE, late=False) & (STEPS | {Verb.UNDO})
    whole = offered(with_colleague(at_stage(stage), anyone_may_pursue=True), COLLEAGUE)
    assert offered(case, REP) == whole
    assert offered(case, "U0MANAGER") >= whole


def test_whose_lead_nobody_owns_is_for_everybody_with_the_right() -> None:
    case = with_colleague(at_stage(Stage.SAL))
    assert not offered(case, COLLEAGUE)
    left = replace(case, lead=replace(case.lead, owner=None))
    assert offered(left, COLLEAGUE) & STEPS


def test_a_handoff_that_a_newer_one_followed_offers_nothing() -> None:
    case = at_stage(Stage.SAL)
    entries: list[Entry] = list(case.entries)
    newer = replace(case, lead=replace(case.lead, handoff_id="ho_99"))
    assert verbs_for(newer, entries, person=ANYBODY, at=LATER) == ()
