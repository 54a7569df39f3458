"""Who speaks for which team: by role, and while nobody has one, by the channel they act in."""

from __future__ import annotations

import pytest

from core.domain.permission import Right, holds, signing_for
from core.domain.roles import Groups, Role, Team, groups_in, is_staffed, roles_of, teams_of
from tests.builders import a_policy

SALES, MARKETING = "C0SALES", "C0MARKETING"
PEOPLE = {
    Role.REP: frozenset({"U0BOB"}),
    Role.INSIDE_SALES: frozenset({"U0IDA"}),
    Role.MANAGER: frozenset({"U0MAX"}),
    Role.MARKETER: frozenset({"U0MIA"}),
    Role.ADMIN: frozenset({"U0ADA"}),
}


@pytest.mark.parametrize(
    ("person", "teams"),
    [
        ("U0BOB", {Team.SALES}),
        ("U0IDA", {Team.SALES}),
        ("U0MAX", {Team.SALES}),
        ("U0MIA", {Team.MARKETING}),
        ("U0ADA", set()),
        ("U0EVE", set()),
    ],
)
def test_a_role_makes_one_of_a_team(person: str, teams: set[Team]) -> None:
    assert teams_of(person, PEOPLE) == teams


@pytest.mark.parametrize("channel", [SALES, MARKETING, "C0OTHER", None])
@pytest.mark.parametrize("person", [*(next(iter(ids)) for ids in PEOPLE.values()), "U0EVE"])
@pytest.mark.parametrize("team", Team)
def test_where_teams_have_people_only_they_sign_wherever_they_are(
    team: Team, person: str, channel: str | None
) -> None:
    policy = a_policy(people=PEOPLE)
    allowed = holds(person, signing_for(team), policy, channel=channel)
    assert allowed == (team in teams_of(person, PEOPLE))


def test_while_nobody_has_a_role_the_channel_speaks() -> None:
    policy = a_policy()
    assert holds("U0BOB", Right.SIGN_FOR_SALES, policy, channel=SALES)
    assert holds("U0MIA", Right.SIGN_FOR_MARKETING, policy, channel=MARKETING)
    assert not holds("U0BOB", Right.SIGN_FOR_SALES, policy, channel=MARKETING)
    assert not holds("U0BOB", Right.SIGN_FOR_SALES, policy, channel="C0OTHER")
    assert not holds("U0BOB", Right.SIGN_FOR_SALES, policy, channel=None)


def test_one_team_with_people_says_nothing_about_the_other() -> None:
    policy = a_policy(people={Role.MARKETER: frozenset({"U0MIA"})})
    assert holds("U0BOB", Right.SIGN_FOR_SALES, policy, channel=SALES)
    assert not holds("U0BOB", Right.SIGN_FOR_MARKETING, policy, channel=MARKETING)


def test_a_role_in_one_team_keeps_from_speaking_for_the_other() -> None:
    policy = a_policy(people={Role.MARKETER: frozenset({"U0MIA"})})
    assert not holds("U0MIA", Right.SIGN_FOR_SALES, policy, channel=SALES)


def test_where_both_teams_share_a_channel_each_person_says_for_which_they_sign() -> None:
    policy = a_policy(marketing_channel=SALES)
    assert all(holds("U0BOB", signing_for(team), policy, channel=SALES) for team in Team)


def test_only_an_admin_withdraws_for_others() -> None:
    policy = a_policy(people=PEOPLE)
    for person in ("U0BOB", "U0MIA", "U0EVE"):
        assert not holds(person, Right.WITHDRAW_FOR_OTHERS, policy)
    assert holds("U0ADA", Right.WITHDRAW_FOR_OTHERS, policy)


def test_a_role_without_people_is_as_good_as_none() -> None:
    assert not is_staffed(Team.SALES, {Role.REP: frozenset()})
    assert roles_of("U0BOB", {Role.REP: frozenset()}) == frozenset()


GROUPED = {Role.REP: frozenset({"S0REPS", "U0BOB"}), Role.MARKETER: frozenset({"U0MIA"})}


def test_members_of_a_group_have_its_role() -> None:
    policy = a_policy(people=GROUPED, groups={"S0REPS": frozenset({"U0RIN"})})
    assert all(holds(person, Right.FOR_REPS, policy) for person in ("U0RIN", "U0BOB"))
    assert not any(holds(person, Right.FOR_REPS, policy) for person in ("U0MIA", "U0EVE"))


@pytest.mark.parametrize("groups", [{}, {"S0REPS": frozenset()}])
def test_a_group_without_known_members_opens_its_team_to_nobody(groups: Groups) -> None:
    policy = a_policy(people={Role.REP: frozenset({"S0REPS"})}, groups=groups)
    assert not holds("U0EVE", Right.FOR_REPS, policy)


def test_a_group_is_nobodys_name() -> None:
    assert groups_in(GROUPED) == {"S0REPS"}
