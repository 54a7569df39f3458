"""The agreement: one person of each team, nobody for both, or the rules are not in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.agreement import (
    COMMENT_LIMIT,
    AlreadySigned,
    AlreadyThere,
    Amendment,
    Book,
    CommentNeeded,
    Proposal,
    Settled,
    Signature,
    SignedForOther,
    Version,
    adopt,
    decline,
    propose,
    sign,
    withdraw,
)
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State, Verb, after
from tests.builders import NOW

SALES, MARKETING = Team.SALES, Team.MARKETING
LATER = NOW + timedelta(hours=1)
MIA, BOB, RIN = "U0MIA", "U0BOB", "U0RIN"

# Written out once more, by hand: a change of the table has to be meant.
ALLOWED = {
    (None, Verb.ADOPT): State.ACTIVE,
    (None, Verb.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Verb.SIGN): State.PROPOSED,
    (State.PROPOSED, Verb.ACTIVATE): State.ACTIVE,
    (State.PROPOSED, Verb.DECLINE): State.DECLINED,
    (State.PROPOSED, Verb.WITHDRAW): State.WITHDRAWN,
    (State.PROPOSED, Verb.SUPERSEDE): State.SUPERSEDED,
    (State.ACTIVE, Verb.RETIRE): State.RETIRED,
}


@pytest.mark.parametrize(("state", "verb"), list(product([None, *State], Verb)))
def test_every_verb_from_every_state_leads_where_it_should_or_nowhere(
    state: State | None, verb: Verb
) -> None:
    assert after(state, verb) is ALLOWED.get((state, verb))


def adopted() -> Version:
    amendment = adopt(Proposal("one", "1" * 64), Book(None), at=NOW, door=Door.TERMINAL)
    return replace(amendment.version, revision=1)


BOOK = Book(adopted(), (), 1)


def proposed(book: Book = BOOK, *, digest: str = "2" * 64, by: str = MIA) -> Version:
    outcome = propose(Proposal("two", digest), book, by=by, at=NOW, door=Door.TERMINAL)
    assert isinstance(outcome, Amendment)
    return replace(outcome.version, revision=1)


def waiting(*versions: Version) -> Book:
    return replace(BOOK, waiting=versions, last=max(version.number for version in versions))


def signed(version: Version, *, by: str = BOB, team: Team = SALES) -> Version:
    return amended(sign(version, waiting(version), by=by, team=team, at=NOW, door=Door.BUTTON))


def amended(outcome: object) -> Version:
    assert isinstance(outcome, Amendment)
    return outcome.version


def verbs(outcome: object) -> list[tuple[int, Verb]]:
    assert isinstance(outcome, Amendment)
    return [(act.version, act.verb) for act in outcome.acts]


# Beginning


def test_the_first_definition_is_in_force_though_nobody_signed_it() -> None:
    first = adopted()
    assert (first.number, first.state, first.active_from) == (1, State.ACTIVE, NOW)
    assert first.signatures == {}


def test_what_comes_with_baton_is_announced_to_nobody() -> None:
    assert adopt(Proposal("one", "1" * 64), Book(None), at=NOW, door=Door.TERMINAL).intents == ()


# Proposing


def test_a_proposal_takes_the_next_number_and_names_what_it_is_based_on() -> None:
    version = proposed(replace(BOOK, last=6))
    assert (version.number, version.state, version.based_on) == (7, State.PROPOSED, 1)
    assert version.label == "v7 2222222"


def test_a_proposal_says_that_its_author_started_from_older_rules() -> None:
    book = replace(BOOK, active=replace(adopted(), number=4), last=4)
    proposal = Proposal("two", "2" * 64, based_on=2)
    version = amended(propose(proposal, book, by=MIA, at=NOW, door=Door.TERMINAL))
    assert version.based_on == 2


def test_the_rules_in_force_cannot_be_proposed() -> None:
    outcome = propose(Proposal("one", "1" * 64), BOOK, by=MIA, at=NOW, door=Door.TERMINAL)
    assert outcome == AlreadyThere(adopted())


def test_rules_that_wait_already_cannot_be_proposed_again() -> None:
    known = proposed()
    again = Proposal("two", known.digest)
    outcome = propose(again, waiting(known), by=BOB, at=NOW, door=Door.TERMINAL)
    assert outcome == AlreadyThere(known)


def test_a_new_proposal_replaces_the_earlier_one_of_the_same_person_only() -> None:
    mine, theirs = proposed(), replace(proposed(by=BOB, digest="3" * 64), number=3)
    book = waiting(mine, theirs)
    outcome = propose(Proposal("four", "4" * 64), book, by=MIA, at=LATER, door=Door.TERMINAL)
    assert verbs(outcome) == [(4, Verb.PROPOSE), (2, Verb.SUPERSEDE)]


def test_a_proposal_holds_the_version_in_force_so_that_neither_can_slip_past_the_other() -> None:
    outcome = propose(Proposal("two", "2" * 64), BOOK, by=MIA, at=NOW, door=Door.TERMINAL)
    assert isinstance(outcome, Amendment)
    assert BOOK.active in outcome.versions


def test_a_comment_is_kept_in_lines_without_what_cannot_be_seen() -> None:
    proposal = Proposal("two", "2" * 64, comment=" why \r\nnow\u202e ")
    outcome = propose(proposal, BOOK, by=MIA, at=NOW, door=Door.TERMINAL)
    assert isinstance(outcome, Amendment)
    assert outcome.acts[0].comment == "why \nnow"


def test_a_comment_that_is_too_long_is_not_cut() -> None:
    proposal = Proposal("two", "2" * 64, comment="x" * (COMMENT_LIMIT + 1))
    outcome = propose(proposal, BOOK, by=MIA, at=NOW, door=Door.TERMINAL)
    assert outcome == CommentNeeded("too_long")


# Signing


def test_one_signature_is_not_enough() -> None:
    version = signed(proposed())
    assert version.state is State.PROPOSED
    assert version.signatures == {SALES: Signature(BOB, NOW)}


def test_with_the_second_team_it_is_in_force_at_that_moment() -> None:
    half = signed(proposed())
    outcome = sign(half, waiting(half), by=MIA, team=MARKETING, at=LATER, door=Door.BUTTON)
    version = amended(outcome)
    assert (version.state, version.active_from) == (State.ACTIVE, LATER)
    assert verbs(outcome) == [(2, Verb.SIGN), (2, Verb.ACTIVATE), (1, Verb.RETIRE)]


def test_whatever_else_was_waiting_is_superseded_by_what_comes_into_force() -> None:
    half, other = signed(proposed()), replace(proposed(by=RIN, digest="3" * 64), number=3)
    book = waiting(half, other)
    outcome = sign(half, book, by=MIA, team=MARKETING, at=LATER, door=Door.BUTTON)
    assert (3, Verb.SUPERSEDE) in verbs(outcome)


def test_a_team_signs_once() -> None:
    half = signed(proposed())
    outcome = sign(half, waiting(half), by=RIN, team=SALES, at=LATER, door=Door.BUTTON)
    assert outcome == AlreadySigned(SALES, BOB, NOW)


def test_nobody_signs_for_both_teams() -> None:
    half = signed(proposed())
    outcome = sign(half, waiting(half), by=BOB, team=MARKETING, at=LATER, door=Door.BUTTON)
    assert outcome == SignedForOther(SALES)


def test_who_proposed_may_sign_for_one_team_like_anybody_else() -> None:
    own = signed(proposed(by=MIA), by=MIA, team=MARKETING)
    outcome = sign(own, waiting(own), by=MIA, team=SALES, at=LATER, door=Door.BUTTON)
    assert outcome == SignedForOther(MARKETING)


# Not agreeing


def test_a_team_declines_and_says_why() -> None:
    outcome = decline(
        proposed(), by=BOB, team=SALES, at=LATER, door=Door.MODAL, comment="too many students"
    )
    assert amended(outcome).state is State.DECLINED
    assert isinstance(outcome, Amendment)
    assert (outcome.acts[0].team, outcome.acts[0].comment) == (SALES, "too many students")


@pytest.mark.parametrize(
    ("comment", "problem"),
    [(None, "required"), (" \n ", "required"), ("x" * (COMMENT_LIMIT + 1), "too_long")],
)
def test_nobody_declines_without_a_word(comment: str | None, problem: str) -> None:
    outcome = decline(proposed(), by=BOB, team=SALES, at=LATER, door=Door.MODAL, comment=comment)
    assert outcome == CommentNeeded(problem)


def test_a_proposal_is_withdrawn() -> None:
    outcome = withdraw(proposed(), by=MIA, at=LATER, door=Door.TERMINAL)
    assert amended(outcome).state is State.WITHDRAWN


@pytest.mark.parametrize("state", [state for state in State if state is not State.PROPOSED])
def test_what_no_longer_waits_cannot_be_signed_declined_or_withdrawn(state: State) -> None:
    over = replace(proposed(), state=state)
    assert sign(over, BOOK, by=BOB, team=SALES, at=NOW, door=Door.BUTTON) == Settled(over)
    declined = decline(over, by=BOB, team=SALES, at=NOW, door=Door.MODAL, comment="no")
    assert declined == Settled(over)
    assert withdraw(over, by=MIA, at=NOW, door=Door.TERMINAL) == Settled(over)


# Whatever people do


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["propose", "sign", "decline", "withdraw"]),
            st.sampled_from([MIA, BOB, RIN]),
            st.sampled_from(Team),
            st.integers(1, 6),
        ),
        max_size=30,
    )
)
def test_whatever_people_do_one_version_is_in_force_and_two_people_signed_it(
    steps: list[tuple[str, str, Team, int]],
) -> None:
    known = {1: adopted()}
    for place, (verb, by, team, number) in enumerate(steps):
        at = NOW + timedelta(minutes=place)
        for version in _step(known, verb, by, team, number, at).versions:
            known[version.number] = version
    active = [version for version in known.values() if version.state is State.ACTIVE]
    assert len(active) == 1
    for version in known.values():
        signers = [signature.by for signature in version.signatures.values()]
        assert len(set(signers)) == len(signers)
        if version.active_from and version.number > 1:
            assert set(version.signatures) == set(Team)
        if version.state is State.PROPOSED:
            assert version.number > active[0].number


def _step(
    known: dict[int, Version], verb: str, by: str, team: Team, number: int, at: datetime
) -> Amendment:
    versions = list(known.values())
    active = next(version for version in versions if version.state is State.ACTIVE)
    open_ones = tuple(version for version in versions if version.state is State.PROPOSED)
    book = Book(active, open_ones, max(known))
    outcome: object = None
    if verb == "propose":
        proposal = Proposal("?", f"{number}" * 64)
        outcome = propose(proposal, book, by=by, at=at, door=Door.TERMINAL)
    elif number in known and verb == "sign":
        outcome = sign(known[number], book, by=by, team=team, at=at, door=Door.BUTTON)
    elif number in known and verb == "decline":
        outcome = decline(known[number], by=by, team=team, at=at, door=Door.MODAL, comment="no")
    elif number in known:
        outcome = withdraw(known[number], by=by, at=at, door=Door.TERMINAL)
    return outcome if isinstance(outcome, Amendment) else Amendment((), ())
