"""Many who sign, propose and decline at once: one version is in force, and its log holds."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.desk import Desk
from core.domain.agreement import AlreadySigned, Amendment, Settled, SignedForOther
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State
from core.services import agreement
from core.services.agreement import Signing
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_workspace, put_in_force
from tests.services.office import RULES
from tests.storage.test_races import at_once, retried

ROUNDS = 6
SIDES = (Team.SALES, Team.MARKETING)


@pytest.fixture
def desk(sql_store: SqlStore) -> Desk:
    with sql_store.write(TEAM) as unit:
        unit.found(a_workspace())
        put_in_force(unit, RULES)
    return Desk(sql_store, now=lambda: NOW, new_id=Names(), wake=lambda: None)


def proposed(desk: Desk, points: int, *, by: str = "U0MIA") -> int:
    rules = RULES.replace("points = 10", f"points = {points}")
    outcome = agreement.propose(desk, TEAM, rules, by=by)
    assert isinstance(outcome, Amendment)
    return outcome.version.number


def approve(desk: Desk, number: int, team: Team, by: str) -> object:
    channel = "C0SALES" if team is Team.SALES else "C0MARKETING"
    signing = Signing(TEAM, number, (team,), by, Door.BUTTON, channel, f"{by}:{team}:{number}")
    return agreement.approve(desk, signing)


def must_hold(desk: Desk) -> None:
    assert list(agreement.verify(desk, TEAM)) == []
    with desk.read(TEAM) as view:
        states = Counter(version.state for version in view.versions())
    assert states[State.ACTIVE] == 1


def test_the_two_last_signatures_at_once_bring_it_into_force_once(desk: Desk) -> None:
    for round in range(ROUNDS):
        number = proposed(desk, 20 + round)

        def click(side: int, number: int = number) -> object:
            return approve(desk, number, SIDES[side], f"U{side}")

        at_once(2, click)
        with desk.read(TEAM) as view:
            verbs = [record.entry.verb for record in view.acts(number)]
            assert view.definition().version == number
        assert verbs == ["propose", "sign", "sign", "activate"]
    must_hold(desk)


def test_of_many_who_sign_for_one_team_one_does(desk: Desk) -> None:
    number = proposed(desk, 20)
    outcomes = retried(12, lambda rep: approve(desk, number, Team.SALES, f"U{rep}"))
    assert Counter(map(type, outcomes)) == {Amendment: 1, AlreadySigned: 11}
    must_hold(desk)


def test_one_person_who_clicks_in_both_channels_at_once_speaks_for_one_team(desk: Desk) -> None:
    for round in range(ROUNDS):
        number = proposed(desk, 20 + round)

        def click(side: int, number: int = number) -> object:
            return approve(desk, number, SIDES[side], "U0BOB")

        outcomes = retried(2, click)
        assert Counter(map(type, outcomes)) == {Amendment: 1, SignedForOther: 1}
    must_hold(desk)


def test_of_two_proposals_signed_at_once_one_comes_into_force(desk: Desk) -> None:
    for round in range(ROUNDS):
        numbers = [proposed(desk, 20 + 2 * round + side, by=f"U{side}") for side in range(2)]
        for number in numbers:
            approve(desk, number, Team.SALES, "U0BOB")

        def click(side: int, numbers: list[int] = numbers) -> object:
            return approve(desk, numbers[side], Team.MARKETING, "U0MIA")

        outcomes = retried(2, click)
        assert Counter(map(type, outcomes)) == {Amendment: 1, Settled: 1}
    must_hold(desk)


def test_who_proposes_while_another_version_comes_into_force_is_based_on_one_or_the_other(
    desk: Desk,
) -> None:
    for round in range(ROUNDS):
        number = proposed(desk, 20 + 2 * round)
        approve(desk, number, Team.SALES, "U0BOB")

        def act(which: int, number: int = number, points: int = 21 + 2 * round) -> object:
            if which:
                return proposed(desk, points, by="U0RIN")
            return approve(desk, number, Team.MARKETING, "U0MIA")

        retried(2, act)
        with desk.read(TEAM) as view:
            book = view.book()
        assert book.active is not None
        assert book.active.number == number
        assert all(version.based_on == number for version in book.waiting)
    must_hold(desk)


def test_many_who_propose_at_once_get_a_number_each(desk: Desk) -> None:
    numbers = retried(8, lambda rep: proposed(desk, 20 + rep, by=f"U{rep}"))
    assert sorted(numbers) == list(range(2, 10))
    must_hold(desk)


_BOTH = "sales_by = 'U1', sales_at = proposed_at, marketing_by = 'U1', marketing_at = proposed_at"


@pytest.mark.parametrize("forgery", ["state = 'active'", _BOTH, "sales_by = 'U1'"])
def test_the_database_itself_refuses_what_cannot_be(
    database_url: str, desk: Desk, forgery: str
) -> None:
    proposed(desk, 20)
    engine = make_engine(database_url)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(f"UPDATE definition SET {forgery} WHERE version = 2"))
    engine.dispose()


def test_a_signature_forged_in_the_database_is_found(database_url: str, desk: Desk) -> None:
    """The control: what the database cannot refuse, the log shows."""
    proposed(desk, 20)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE definition SET sales_by = 'U1', sales_at = proposed_at WHERE version = 2")
        )
    engine.dispose()
    [fault] = agreement.verify(desk, TEAM)
    assert "its signatures are not those of the log" in fault.problem
