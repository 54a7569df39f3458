"""Bringing a definition into force: whoever signs, however often they click."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from core.domain.agreement import (
    AlreadySigned,
    AlreadyThere,
    Amendment,
    CommentNeeded,
    Settled,
    SignedForOther,
    Version,
)
from core.domain.intents import IntentKind
from core.domain.log import Door
from core.domain.roles import Role, Team
from core.domain.versions import State
from core.errors import DefinitionInvalid, Invalid, NotFound, Refused, Unacquainted
from core.ports import Person
from core.services import agreement, reporting
from core.services.agreement import Repeated, Signing
from tests.builders import TEAM
from tests.services.office import RULES, Office

SALES, MARKETING = "C0SALES", "C0MARKETING"
BOB, MIA, RIN = "U0BOB", "U0MIA", "U0RIN"
STRICTER = RULES.replace("points = 10", "points = 5")
OTHER = RULES.replace("points = 10", "points = 15")


def propose(office: Office, text: str = STRICTER, **parts: Any) -> Version:
    outcome = agreement.propose(office.desk, TEAM, text, **parts)
    assert isinstance(outcome, Amendment)
    return outcome.version


def signing(number: int, team: Team = Team.SALES, by: str = BOB, **parts: Any) -> Signing:
    where = SALES if team is Team.SALES else MARKETING
    return Signing(TEAM, number, (team,), by, Door.BUTTON, **{"channel": where, **parts})


def approve(office: Office, *args: Any, **parts: Any) -> object:
    return agreement.approve(office.desk, signing(*args, **parts))


def in_force(office: Office) -> str:
    with office.store.read(TEAM) as view:
        return view.definition().label


def state(office: Office, number: int) -> State:
    with office.store.read(TEAM) as view:
        version = view.version(number)
    assert version is not None
    return version.state


def test_two_people_of_two_teams_bring_it_into_force(office: Office) -> None:
    version = propose(office, by=MIA, comment="fewer tyre kickers")
    assert in_force(office).startswith("v1 ")
    approve(office, version.number)
    assert in_force(office).startswith("v1 ")
    approve(office, version.number, Team.MARKETING, MIA)
    assert in_force(office) == version.label
    assert list(reporting.verify(office.desk, TEAM)) == []


def test_leads_that_qualified_keep_the_version_that_qualified_them(office: Office) -> None:
    before = office.handoff(office.offered().id)
    version = propose(office)
    approve(office, version.number)
    approve(office, version.number, Team.MARKETING, MIA)
    assert office.handoff(before.id) == before
    assert before.definition.startswith("v1 ")


def test_leads_are_scored_by_the_new_version_when_something_next_happens(office: Office) -> None:
    office.capture(office.page("one", days=1))
    version = propose(office)
    approve(office, version.number)
    approve(office, version.number, Team.MARKETING, MIA)
    assert office.lead().score == 10
    office.capture(office.page("two", hours=1))
    assert office.lead().score == 10  # twice five


def test_both_teams_hear_of_every_step(office: Office) -> None:
    office.promises()
    version = propose(office)
    both = {(IntentKind.PROPOSAL, f"{version.number}:{team.value}") for team in Team}
    assert set(office.promises()) == both
    approve(office, version.number)
    assert set(office.promises()) == both
    approve(office, version.number, Team.MARKETING, MIA)
    assert set(office.promises()) == both


def test_the_same_click_twice_is_one(office: Office) -> None:
    version = propose(office)
    assert isinstance(approve(office, version.number, key="k"), Amendment)
    assert approve(office, version.number, key="k") == Repeated()


def test_who_is_second_is_told_who_was_first_and_the_message_is_put_right(office: Office) -> None:
    version = propose(office)
    approve(office, version.number)
    office.promises()
    with office.store.write(TEAM) as unit:
        unit.keep_person(Person(RIN, "Rin", None, office.clock.now))
    outcome = approve(office, version.number, by=RIN, in_person=True)
    assert outcome == AlreadySigned(Team.SALES, BOB, office.clock.now)
    assert (IntentKind.PROPOSAL, f"{version.number}:sales") in office.promises()


def test_nobody_speaks_for_both(office: Office) -> None:
    version = propose(office)
    approve(office, version.number)
    outcome = approve(office, version.number, Team.MARKETING, BOB)
    assert outcome == SignedForOther(Team.SALES)


def test_nobody_speaks_for_a_team_from_the_other_ones_channel(office: Office) -> None:
    version = propose(office)
    with pytest.raises(Refused) as refused:
        approve(office, version.number, channel=MARKETING)
    assert refused.value.code == "not-sales"
    assert state(office, version.number) is State.PROPOSED


def test_roles_rule_once_somebody_has_them() -> None:
    people = {Role.MANAGER: frozenset({RIN}), Role.MARKETER: frozenset({MIA})}
    office = Office(people=people)
    version = propose(office, by=MIA)
    with pytest.raises(Refused, match="not-sales"):
        approve(office, version.number)
    with pytest.raises(Refused, match="not-sales"):
        approve(office, version.number, by=MIA)
    approve(office, version.number, by=RIN)
    approve(office, version.number, Team.MARKETING, MIA)
    assert in_force(office) == version.label


def test_a_stranger_signs_nothing(office: Office) -> None:
    version = propose(office)
    with pytest.raises(Unacquainted):
        approve(office, version.number, in_person=True)


def test_declining_needs_a_word_and_ends_it(office: Office) -> None:
    version = propose(office)
    without = agreement.decline(office.desk, signing(version.number, key="v"), " ")
    assert without == CommentNeeded("required")
    outcome = agreement.decline(office.desk, signing(version.number, key="v"), "too strict")
    assert isinstance(outcome, Amendment)
    assert state(office, version.number) is State.DECLINED
    assert isinstance(approve(office, version.number, Team.MARKETING, MIA), Settled)
    dossier = agreement.dossier(office.desk, TEAM, version.number)
    assert dossier is not None
    assert [record.entry.comment for record in dossier.acts] == [None, "too strict"]


def test_only_the_proposer_an_admin_or_the_command_line_withdraws() -> None:
    office = Office(people={Role.ADMIN: frozenset({RIN})})
    version = propose(office, by=MIA)
    with pytest.raises(Refused, match="not-proposer"):
        agreement.withdraw(office.desk, TEAM, version.number, by=BOB)
    assert isinstance(agreement.withdraw(office.desk, TEAM, version.number, by=MIA), Amendment)
    for by in (RIN, agreement.TERMINAL):
        again = propose(office, by=MIA)
        assert isinstance(agreement.withdraw(office.desk, TEAM, again.number, by=by), Amendment)
        assert state(office, again.number) is State.WITHDRAWN


def test_rules_that_are_in_force_or_wait_are_not_proposed_again(office: Office) -> None:
    active = agreement.propose(office.desk, TEAM, RULES)
    assert isinstance(active, AlreadyThere)
    assert active.version.state is State.ACTIVE
    version = propose(office)
    again = agreement.propose(office.desk, TEAM, f"# the same\n{STRICTER}", by=BOB)
    assert isinstance(again, AlreadyThere)
    assert again.version.number == version.number


def test_rules_that_cannot_be_read_are_not_proposed(office: Office) -> None:
    with pytest.raises(DefinitionInvalid):
        agreement.propose(office.desk, TEAM, "schema = 2")
    with office.store.read(TEAM) as view:
        assert len(view.versions()) == 1


def test_a_base_that_never_was_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match="there is no version 9"):
        agreement.propose(office.desk, TEAM, STRICTER, based_on=9)


def test_what_comes_into_force_supersedes_what_was_waiting(office: Office) -> None:
    one, two = propose(office, by=BOB), propose(office, OTHER, by=MIA)
    approve(office, two.number)
    approve(office, two.number, Team.MARKETING, MIA)
    assert [state(office, each.number) for each in (one, two)] == [
        State.SUPERSEDED,
        State.ACTIVE,
    ]
    assert isinstance(approve(office, one.number), Settled)


def test_a_dossier_says_what_would_be_replaced_and_what_was(office: Office) -> None:
    version = propose(office)
    waiting = agreement.dossier(office.desk, TEAM, version.number)
    approve(office, version.number)
    approve(office, version.number, Team.MARKETING, MIA)
    office.clock.forward(minutes=1)
    done = agreement.dossier(office.desk, TEAM, version.number)
    assert waiting is not None
    assert done is not None
    assert waiting.before is not None
    assert waiting.before == waiting.now
    assert done.before is not None
    assert (done.before.number, done.now and done.now.number) == (1, 2)
    assert agreement.dossier(office.desk, TEAM, 99) is None


def test_an_unknown_version_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        approve(office, 99)
    with pytest.raises(NotFound):
        agreement.withdraw(office.desk, TEAM, 99)


def test_changed_rules_are_found(office: Office) -> None:
    """Somebody edits the text of what both teams signed, in the database."""
    tables = office.store._kept.tables
    kept = tables.versions[TEAM, 1]
    tables.versions[TEAM, 1] = replace(kept, text=STRICTER)
    [fault] = reporting.verify(office.desk, TEAM)
    assert "its rules were changed" in fault.problem


def test_the_log_line_of_a_signature_names_ids_only(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    version = propose(office, comment="because Jane said so")
    approve(office, version.number)
    assert "version=2 verb=approve by=U0BOB door=button outcome=done" in caplog.text
    assert "Jane" not in caplog.text
