"""What every store promises about the versions of the definition, and their log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.domain.agreement import Amendment, Proposal, Signature, Version, sign
from core.domain.agreement import propose as domain_propose
from core.domain.definition_log import definition_faults
from core.domain.intents import IntentKind
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State
from core.ports import KeptDefinition, Store
from tests.builders import NOW, TEAM, put_in_force
from tests.storage.keeping import LATER, SOON, claim


class TestAgreement:
    def test_every_field_of_a_version_is_kept(self, store: Store) -> None:
        number = propose(store, comment="fewer tyre kickers", measured='{"x": 1}').number
        sign_for(store, number, Team.SALES, "U1")
        with store.read(TEAM) as view:
            version, book = view.version(number), view.book()
        assert version == Version(
            2,
            2,
            "two",
            "b" * 64,
            State.PROPOSED,
            "U9",
            NOW,
            1,
            {Team.SALES: Signature("U1", SOON)},
            None,
            None,
            '{"x": 1}',
        )
        assert (book.active and book.active.number, book.waiting, book.last) == (1, (version,), 2)

    def test_the_second_signature_replaces_what_is_in_force(self, store: Store) -> None:
        number = propose(store).number
        sign_for(store, number, Team.SALES, "U1")
        sign_for(store, number, Team.MARKETING, "U2", at=LATER)
        with store.read(TEAM) as view:
            assert view.definition() == KeptDefinition(2, "v2 bbbbbbb", "two")
            assert [version.state for version in view.versions()] == [State.RETIRED, State.ACTIVE]
            ended, active = view.versions()
        assert (ended.ended_at, active.active_from) == (LATER, LATER)

    def test_the_log_says_who_did_what_and_holds(self, store: Store) -> None:
        number = propose(store, comment="fewer tyre kickers").number
        sign_for(store, number, Team.SALES, "U1")
        sign_for(store, number, Team.MARKETING, "U2", at=LATER)
        with store.read(TEAM) as view:
            acts, chain, end = view.acts(number), list(view.act_chain()), view.act_chain_end()
            standing = {version.number: version.standing for version in view.versions()}
        assert [(act.entry.verb, act.entry.actor, act.entry.team) for act in acts] == [
            ("propose", "U9", None),
            ("sign", "U1", Team.SALES),
            ("sign", "U2", Team.MARKETING),
            ("activate", "U2", None),
        ]
        assert acts[0].entry.comment == "fewer tyre kickers"
        assert acts[0].entry.digest == "b" * 64
        assert [record.entry.version for record in chain] == [1, 2, 2, 2, 2, 1]
        assert list(definition_faults(chain, standing, end=end)) == []

    def test_whoever_read_an_older_revision_loses_and_keeps_nothing(self, store: Store) -> None:
        number = propose(store).number
        with store.read(TEAM) as view:
            stale, book = view.version(number), view.book()
        assert stale is not None
        sign_for(store, number, Team.SALES, "U1")
        late = sign(stale, book, by="U3", team=Team.SALES, at=LATER, door=Door.BUTTON)
        assert isinstance(late, Amendment)
        with store.write(TEAM) as unit:
            assert not unit.amend(late, at=LATER)
            assert unit.lost
        with store.read(TEAM) as view:
            kept = view.version(number)
            assert len(list(view.act_chain())) == 3
        assert kept is not None
        assert kept.signatures == {Team.SALES: Signature("U1", SOON)}

    def test_two_proposals_cannot_have_one_number(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            put_in_force(unit, "one", digest="a" * 64)
        with store.read(TEAM) as view:
            book = view.book()
        one, two = (
            domain_propose(Proposal(text, text * 64), book, by=by, at=NOW, door=Door.TERMINAL)
            for text, by in (("b", "U1"), ("c", "U2"))
        )
        assert isinstance(one, Amendment)
        assert isinstance(two, Amendment)
        with store.write(TEAM) as unit:
            assert unit.amend(one, at=NOW)
        with store.write(TEAM) as unit:
            assert not unit.amend(two, at=NOW)

    def test_a_proposal_promises_to_tell_both_teams(self, store: Store) -> None:
        propose(store)
        told = {(errand.intent.kind, errand.intent.subject) for errand in claim(store)}
        assert told == {(IntentKind.PROPOSAL, "2:sales"), (IntentKind.PROPOSAL, "2:marketing")}


def propose(store: Store, **parts: Any) -> Version:
    with store.write(TEAM) as unit:
        put_in_force(unit, "one", digest="a" * 64)
        proposal = Proposal("two", "b" * 64, **parts)
        outcome = domain_propose(proposal, unit.book(), by="U9", at=NOW, door=Door.TERMINAL)
        assert isinstance(outcome, Amendment)
        assert unit.amend(outcome, at=NOW)
    return outcome.version


def sign_for(store: Store, number: int, team: Team, by: str, *, at: datetime = SOON) -> None:
    with store.write(TEAM) as unit:
        version = unit.version(number)
        assert version is not None
        outcome = sign(version, unit.book(), by=by, team=team, at=at, door=Door.BUTTON)
        assert isinstance(outcome, Amendment)
        assert unit.amend(outcome, at=at)
