"""What every store promises: memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from core.domain.agreement import Amendment, Book, Proposal, Signature, Version, sign
from core.domain.agreement import propose as domain_propose
from core.domain.definition_log import definition_faults
from core.domain.draft import Draft
from core.domain.event import Event
from core.domain.handoff import Change, Decision, Outcome, accept, reject
from core.domain.history import Description, LeadHistory
from core.domain.intents import Intent, IntentKind, Posting, about
from core.domain.lead import Identity, Lead, Profile, SignalKind, Temperature
from core.domain.localtime import Window
from core.domain.log import GENESIS, Door, End, Record, faults
from core.domain.reckoning import Passed, Past
from core.domain.reminder import Reminder, Step
from core.domain.roles import Role, Team
from core.domain.stages import Stage, Verb
from core.domain.timers import Timer, TimerKind
from core.domain.undoing import undo
from core.domain.versions import State
from core.domain.visitor import Tie
from core.domain.worktime import Hours
from core.errors import NotFound, Unready
from core.ports import (
    CaseQuery,
    Errand,
    KeptAnswer,
    KeptDefinition,
    KeptDigest,
    LeadQuery,
    Load,
    Order,
    Person,
    Retry,
    Store,
    Tally,
)
from tests.builders import (
    LABEL,
    NOW,
    TEAM,
    a_capture,
    a_handoff,
    a_lead,
    a_policy,
    a_signal,
    a_workspace,
    an_explanation,
    an_offer,
    put_in_force,
)

LEASE = timedelta(seconds=30)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
OTHER = "T02"


def record(store: Store, *changes: Change, at: datetime = NOW, workspace: str = TEAM) -> None:
    with store.write(workspace) as unit:
        for change in changes:
            assert unit.record(change, at=at)


def enqueue(store: Store, *intents: Intent, at: datetime = NOW) -> None:
    with store.write(TEAM) as unit:
        unit.enqueue(intents, at=at)


def card(subject: str = "ho_1", *, lane: str | None = None) -> Intent:
    return Intent(IntentKind.CARD, subject, lane or subject)


def claim(store: Store, *, at: datetime = NOW, limit: int = 10) -> Sequence[Errand]:
    return store.outbox.claim(now=at, lease=LEASE, limit=limit)


def claim_one(store: Store, *, at: datetime = NOW) -> Errand:
    [errand] = claim(store, at=at)
    return errand


def accepted(
    store: Store, handoff_id: str = "ho_1", *, by: str = "U1", at: datetime = NOW
) -> Change:
    with store.read(TEAM) as view:
        case = view.case(handoff_id)
    assert case is not None
    change = accept(case, by=by, at=at, door=Door.BUTTON)
    assert isinstance(change, Change)
    return change


def rejected(store: Store, handoff_id: str = "ho_1", **why: Any) -> Change:
    with store.read(TEAM) as view:
        case = view.case(handoff_id)
    assert case is not None
    reasons = {"reason": "no_need", **why}
    change = reject(case, by="U1", at=NOW, door=Door.MODAL, **reasons)
    assert isinstance(change, Change)
    return change


def lead_in(store: Store, id: str = "ld_1", workspace: str = TEAM) -> Lead | None:
    with store.read(workspace) as view:
        return view.lead(id)


def log_of(store: Store, lead_id: str = "ld_1") -> Sequence[Record]:
    with store.read(TEAM) as view:
        return view.records(lead_id)


class TestWorkspaces:
    def test_one_is_found_only_once(self, store: Store) -> None:
        usurper = a_workspace(secret="another")
        with store.write(TEAM) as unit:
            assert not unit.found(usurper)
        assert store.workspaces() == [a_workspace()]

    def test_several_stand_side_by_side(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            assert unit.found(a_workspace(OTHER))
        assert [workspace.id for workspace in store.workspaces()] == [TEAM, OTHER]
        with store.read(OTHER) as view:
            assert view.workspace() == a_workspace(OTHER)

    def test_an_unknown_one_is_not_found(self, store: Store) -> None:
        with store.read("T99") as view, pytest.raises(NotFound):
            view.workspace()

    def test_every_setting_of_a_policy_is_kept(self, store: Store) -> None:
        policy = a_policy(
            sales_channel="C1",
            marketing_channel="C2",
            digest_channel="C3",
            timezone="Asia/Tokyo",
            locale="ja",
            hours=Hours(time(8, 30), time(17, 15), frozenset({0, 5}), ("JP", "DE-BY")),
            respond_within={each: timedelta(minutes=7.5) for each in Temperature},
            undo_within=timedelta(seconds=90),
            week_starts_on=6,
            digest_weekday=4,
            digest_time=time(16, 45),
            guests_may_decide=True,
            people={Role.REP: frozenset({"U1", "U2"}), Role.ADMIN: frozenset()},
            traits={"Arbeitgeber": "company"},
            events={"Angebot angefordert": "form:quote"},
        )
        with store.write(TEAM) as unit:
            unit.keep_policy(policy)
        with store.read(TEAM) as view:
            assert view.workspace().policy == policy

    def test_the_definition_in_force_is_the_one_that_scores(self, store: Store) -> None:
        with store.read(TEAM) as view, pytest.raises(Unready):
            view.definition()
        with store.write(TEAM) as unit:
            put_in_force(unit, "one", digest="a" * 64)
            put_in_force(unit, "two", digest="b" * 64)
        with store.read(TEAM) as view:
            assert view.definition() == KeptDefinition(2, "v2 bbbbbbb", "two")


def handed_over(store: Store, number: int, *, at: datetime, by: str | None = None) -> None:
    """A lead is offered at a moment, and accepted ten minutes later by whoever is named."""
    record(store, an_offer(a_lead(f"ld_{number}"), at=at), at=at)
    if by:
        record(store, accepted(store, f"ho_{number}", by=by, at=at + timedelta(minutes=10)))


class TestCases:
    def query(self, *stages: Stage, **parts: Any) -> CaseQuery:
        return CaseQuery(frozenset(stages), **parts)

    def ids(self, store: Store, query: CaseQuery, *, offset: int = 0, limit: int = 10) -> list[str]:
        with store.read(TEAM) as view:
            cases = view.cases(query, offset=offset, limit=limit)
            assert view.count_cases(query) >= len(cases)
        assert all(case.lead.handoff_id == case.handoff.id for case in cases)
        assert all(case.policy == a_policy() for case in cases)
        return [case.lead.id for case in cases]

    @pytest.fixture
    def five(self, store: Store) -> Store:
        """Two are open, the second one longer; Bob follows two, Rin one that came back."""
        handed_over(store, 1, at=NOW)
        handed_over(store, 2, at=NOW - timedelta(hours=3))
        handed_over(store, 3, at=NOW - timedelta(days=2), by="U1")
        handed_over(store, 4, at=NOW - timedelta(minutes=30), by="U1")
        handed_over(store, 5, at=NOW - timedelta(hours=2))
        record(store, rejected(store, "ho_5"))
        record(store, a_capture(a_lead("ld_6")))
        return store

    def test_they_are_found_by_where_they_stand(self, five: Store) -> None:
        assert self.ids(five, self.query(Stage.MQL, Stage.TQL)) == ["ld_2", "ld_1"]
        assert self.ids(five, self.query(Stage.SAL)) == ["ld_3", "ld_4"]
        assert self.ids(five, self.query(Stage.NURTURING, order=Order.NEWEST)) == ["ld_5"]
        assert self.ids(five, self.query(Stage.NEW)) == []

    def test_the_newest_come_first_if_wanted_or_what_is_due(self, five: Store) -> None:
        everywhere = (Stage.MQL, Stage.SAL)
        newest = self.query(*everywhere, order=Order.NEWEST)
        assert self.ids(five, newest) == ["ld_1", "ld_4", "ld_2", "ld_3"]
        due = self.query(*everywhere, order=Order.DUE)
        with five.read(TEAM) as view:
            cases = view.cases(due, offset=0, limit=10)
        dates = [case.handoff.touch_due_at or case.handoff.due_at for case in cases]
        assert dates == sorted(dates)
        assert len(dates) == 4

    def test_one_without_a_date_is_due_last(self, five: Store) -> None:
        with five.read(TEAM) as view:
            case = view.case("ho_3")
        assert case is not None
        record(five, Change(case.lead, replace(case.handoff, touch_due_at=None)))
        assert self.ids(five, self.query(Stage.SAL, order=Order.DUE)) == ["ld_4", "ld_3"]

    def test_pages_follow_each_other(self, five: Store) -> None:
        everywhere = self.query(Stage.MQL, Stage.SAL)
        pages = [self.ids(five, everywhere, offset=at, limit=3) for at in (0, 3, 6)]
        assert pages == [["ld_3", "ld_2", "ld_4"], ["ld_1"], []]

    def test_an_owner_has_theirs(self, five: Store) -> None:
        assert self.ids(five, self.query(Stage.SAL, owner="U1")) == ["ld_3", "ld_4"]
        assert self.ids(five, self.query(Stage.SAL, owner="U2")) == []

    def test_late_are_answers_and_contacts_that_were_due_before(self, five: Store) -> None:
        late = self.query(Stage.MQL, Stage.SAL, Stage.NURTURING, late_at=NOW)
        assert self.ids(five, late) == ["ld_3", "ld_2"]
        with five.read(TEAM) as view:
            case = view.case("ho_3")
        assert case is not None
        record(five, Change(case.lead, replace(case.handoff, touched_at=NOW)))
        assert self.ids(five, late) == ["ld_2"]

    def test_what_is_due_this_moment_is_not_late(self, five: Store) -> None:
        with five.read(TEAM) as view:
            due = view.handoff("ho_2")
        assert due is not None
        assert self.ids(five, self.query(Stage.MQL, late_at=due.due_at)) == []
        later = due.due_at + timedelta(microseconds=1)
        assert self.ids(five, self.query(Stage.MQL, late_at=later)) == ["ld_2"]

    def test_a_load_is_what_somebody_follows(self, five: Store) -> None:
        handed_over(five, 7, at=NOW, by="U2")
        with five.read(TEAM) as view:
            assert view.loads(at=NOW) == {"U1": Load(2, 1), "U2": Load(1, 0)}

    def test_decisions_are_counted_by_whoever_took_them(self, five: Store) -> None:
        with five.read(TEAM) as view:
            today = view.tallies(Window(NOW - timedelta(hours=1), LATER))
            before = view.tallies(Window(NOW - timedelta(days=3), NOW - timedelta(hours=1)))
            at_its_end = view.tallies(Window(NOW - timedelta(hours=1), NOW))
        one = Tally("U1", Outcome.ACCEPTED, 1)
        assert today == [one, Tally("U1", Outcome.REJECTED, 1)]
        assert before == [one]
        assert at_its_end == [one]

    def test_another_workspace_has_its_own(self, five: Store) -> None:
        with five.write(OTHER) as unit:
            assert unit.found(a_workspace(OTHER))
        with five.read(OTHER) as view:
            assert view.cases(self.query(*Stage), offset=0, limit=10) == []
            assert view.count_cases(self.query(*Stage)) == 0
            assert view.loads(at=NOW) == {}
            assert view.tallies(Window(NOW - timedelta(days=9), LATER)) == []


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


class TestLeads:
    def test_every_field_is_kept(self, store: Store) -> None:
        lead = a_lead(
            stage=Stage.NURTURING,
            identity=Identity("sato@acme.example", "+81355550100", "crm-7"),
            profile=Profile(
                "佐藤 花",
                "Acme 株式会社",
                "部長",
                "JP",
                "webinar",
                "spring",
                {"size": 250, "rate": 0.1, "trial": True, "left": None, "note": "a\u0000b 🎉"},
            ),
            owner="U1",
            temperature=Temperature.WARM,
            score=41.25,
            entered_stage_at=NOW + timedelta(microseconds=1),
        )
        record(store, Change(lead))
        assert lead_in(store) == replace(lead, version=1)

    def test_a_moment_is_kept_whatever_zone_it_is_written_in(self, store: Store) -> None:
        tokyo = timezone(timedelta(hours=9))
        record(store, Change(a_lead(created_at=NOW.astimezone(tokyo))))
        lead = lead_in(store)
        assert lead is not None
        assert lead.created_at == NOW

    def test_it_is_kept_only_from_the_version_that_was_read(self, store: Store) -> None:
        record(store, a_capture())
        read = replace(a_lead(), version=1)
        record(store, Change(replace(read, owner="U1")))
        with store.write(TEAM) as unit:
            assert not unit.record(Change(replace(read, owner="U2")), at=NOW)
            assert unit.lost
        lead = lead_in(store)
        assert lead is not None
        assert (lead.owner, lead.version) == ("U1", 2)

    def test_one_that_is_known_is_not_made_again(self, store: Store) -> None:
        record(store, a_capture())
        with store.write(TEAM) as unit:
            assert not unit.record(a_capture(), at=NOW)
        assert len(log_of(store)) == 1

    def test_nobody_else_has_its_email(self, store: Store) -> None:
        record(store, a_capture())
        twin = a_lead("ld_2", identity=a_lead().identity)
        with store.write(TEAM) as unit:
            assert not unit.record(a_capture(twin), at=NOW)
        assert lead_in(store, "ld_2") is None

    def test_nobody_else_can_take_its_email_later(self, store: Store) -> None:
        record(store, a_capture(), a_capture(a_lead("ld_2", identity=Identity(phone="+8150"))))
        thief = a_lead("ld_2", version=1, identity=a_lead().identity)
        with store.write(TEAM) as unit:
            assert not unit.record(Change(thief), at=NOW)
            assert unit.lost
            assert not unit.keep_answer("key", KeptAnswer("f", 200, "{}"), at=NOW)
            unit.enqueue([card()], at=NOW)
        lead = lead_in(store, "ld_2")
        assert lead is not None
        assert lead.identity == Identity(phone="+8150")
        assert store.outbox.state().counts == {}

    def test_losing_keeps_nothing_at_all(self, store: Store) -> None:
        record(store, an_offer())
        stale = accepted(store, by="U2")
        record(store, accepted(store, by="U1"))
        before = store.outbox.state()
        with store.write(TEAM) as unit:
            assert unit.first_time("click", at=NOW)
            unit.enqueue([card("ho_9")], at=NOW)
            assert not unit.record(stale, at=NOW)
            unit.set_timers([Timer(TimerKind.WAKE, "ld_1", NOW)])
        assert store.outbox.state() == before
        assert store.workspaces_with_due_timers(NOW) == []
        assert [entry.entry.actor for entry in log_of(store)] == ["api", "api", "U1"]
        with store.write(TEAM) as unit:
            assert unit.first_time("click", at=NOW)

    def test_a_unit_knows_whether_it_promised_something(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.record(a_capture(), at=NOW)
            unit.enqueue([], at=NOW)
            assert not unit.promised
        with store.write(TEAM) as unit:
            unit.enqueue([card()], at=NOW)
            assert unit.promised
        with store.write(TEAM) as unit:
            unit.record(an_offer(a_lead("ld_2")), at=NOW)
            assert unit.promised

    def test_an_exception_keeps_nothing_at_all(self, store: Store) -> None:
        def change_and_fail() -> None:
            with store.write(TEAM) as unit:
                unit.record(an_offer(), at=NOW)
                raise NotFound("something else")

        with pytest.raises(NotFound):
            change_and_fail()
        assert lead_in(store) is None
        assert store.outbox.state().counts == {}
        assert store.next_timer() is None

    def test_what_was_recorded_can_be_read_in_the_same_unit(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.record(an_offer(), at=NOW)
            case = unit.case("ho_1")
            assert case is not None
            assert case.lead.stage is Stage.MQL
            assert len(unit.records("ld_1")) == 2
            assert len(list(unit.chain())) == 2
        assert len(log_of(store)) == 2


class TestIdentity:
    EMAIL, PHONE, ID = "sato@acme.example", "+81355550100", "crm-7"

    def known(self, store: Store, **asked: str) -> str | None:
        with store.read(TEAM) as view:
            lead = view.lead_known_by(Identity(**asked))
            return lead.id if lead else None

    def keep(self, store: Store, **leads: Identity) -> None:
        record(store, *(a_capture(a_lead(id, identity=known)) for id, known in leads.items()))

    def test_nobody_is_nobody(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL))
        assert self.known(store) is None
        assert self.known(store, email="else@acme.example") is None

    def test_the_email_comes_first(self, store: Store) -> None:
        self.keep(
            store,
            ld_1=Identity(phone=self.PHONE),
            ld_2=Identity(external_id=self.ID),
            ld_3=Identity(self.EMAIL),
        )
        asked = {"email": self.EMAIL, "phone": self.PHONE, "external_id": self.ID}
        assert self.known(store, **asked) == "ld_3"

    def test_the_phone_comes_before_the_external_id(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(external_id=self.ID), ld_2=Identity(phone=self.PHONE))
        assert self.known(store, phone=self.PHONE, external_id=self.ID) == "ld_2"
        assert self.known(store, external_id=self.ID) == "ld_1"

    def test_colleagues_who_share_a_phone_are_different_people(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL, self.PHONE))
        assert self.known(store, email="else@acme.example", phone=self.PHONE) is None

    def test_a_phone_finds_who_has_an_email_if_the_asker_has_none(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL, self.PHONE))
        assert self.known(store, phone=self.PHONE) == "ld_1"

    def test_an_email_can_come_to_who_had_only_a_phone(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(phone=self.PHONE))
        assert self.known(store, email=self.EMAIL, phone=self.PHONE) == "ld_1"

    def test_of_several_the_oldest_is_meant(self, store: Store) -> None:
        old = a_lead(
            "ld_2", created_at=NOW - LEASE, identity=Identity("b@acme.example", self.PHONE)
        )
        new = a_lead("ld_1", identity=Identity("a@acme.example", self.PHONE))
        record(store, a_capture(new), a_capture(old))
        assert self.known(store, phone=self.PHONE) == "ld_2"


class TestLists:
    @pytest.fixture(autouse=True)
    def leads(self, store: Store) -> None:
        names = {"ld_1": "Hana Sato", "ld_2": "Ken Itô", "ld_3": "ＡＮＡ　ﾔﾏﾀﾞ", "ld_4": "100% Bob_"}
        for minutes, (id, name) in enumerate(names.items()):
            lead = a_lead(id, profile=Profile(name=name, company=f"Company {id}"))
            record(store, a_capture(lead), at=NOW + timedelta(minutes=minutes))
        record(store, an_offer(self.lead(store, "ld_2")), at=LATER)
        owned = replace(self.lead(store, "ld_3"), owner="U1")
        record(store, Change(owned), at=NOW + timedelta(minutes=30))

    def lead(self, store: Store, id: str) -> Lead:
        lead = lead_in(store, id)
        assert lead is not None
        return lead

    def ids(self, store: Store, *, offset: int = 0, limit: int = 10, **query: Any) -> list[str]:
        wanted = LeadQuery(**query)
        with store.read(TEAM) as view:
            found = [lead.id for lead in view.leads(wanted, offset=offset, limit=limit)]
            if offset == 0 and limit == 10:
                assert view.count_leads(wanted) == len(found)
            return found

    def test_the_latest_change_comes_first(self, store: Store) -> None:
        assert self.ids(store) == ["ld_2", "ld_3", "ld_4", "ld_1"]

    def test_a_page_is_a_part(self, store: Store) -> None:
        assert self.ids(store, offset=1, limit=2) == ["ld_3", "ld_4"]
        assert self.ids(store, offset=4, limit=2) == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("hana", ["ld_1"]),
            ("SATO", ["ld_1"]),
            ("company ld_4", ["ld_4"]),
            ("ld_3@ACME", ["ld_3"]),
            ("ana ヤマダ", ["ld_3"]),
            ("KEN ITÔ", ["ld_2"]),
            ("100%", ["ld_4"]),
            ("b_", ["ld_4"]),
            ("%", ["ld_4"]),
            ("nobody", []),
        ],
    )
    def test_text_is_part_of_a_name_company_or_address(
        self, store: Store, text: str, expected: list[str]
    ) -> None:
        assert self.ids(store, text=text) == expected

    def test_by_stage_and_owner(self, store: Store) -> None:
        assert self.ids(store, stage=Stage.MQL) == ["ld_2"]
        assert self.ids(store, owner="U1") == ["ld_3"]
        assert self.ids(store, owner="U1", stage=Stage.MQL) == []

    def test_every_stage_is_known(self, store: Store) -> None:
        with store.read(TEAM) as view:
            assert view.stages() == {
                "ld_1": Stage.NEW,
                "ld_2": Stage.MQL,
                "ld_3": Stage.NEW,
                "ld_4": Stage.NEW,
            }


class TestSignals:
    def test_they_are_kept_oldest_first(self, store: Store) -> None:
        late = a_signal(
            "b", session="s1", kind=SignalKind.FORM, properties={"form": "demo", "n": 1}
        )
        early = a_signal("a", occurred_at=NOW - timedelta(days=9), properties={})
        record(store, a_capture(signals=[late, early]), a_capture(a_lead("ld_2")))
        with store.read(TEAM) as view:
            assert view.signals("ld_1") == [early, late]
            assert view.signals("ld_2") == []

    def test_what_is_known_counts_once(self, store: Store) -> None:
        record(store, a_capture(signals=[a_signal("a")]))
        other_source = a_signal("a", source="segment")
        again, new = a_signal("a", session="other"), a_signal("b")
        with store.read(TEAM) as view:
            unknown = view.unknown_signals([again, other_source, new, replace(new, session="s")])
            assert list(unknown) == [other_source, new]
            assert list(view.unknown_signals([])) == []

    def test_one_that_somebody_added_meanwhile_loses_the_race(self, store: Store) -> None:
        record(store, a_capture(signals=[a_signal("a")]))
        with store.write(TEAM) as unit:
            late = Change(replace(a_lead(), version=1), signals=(a_signal("a"), a_signal("b")))
            assert not unit.record(late, at=NOW)
        with store.read(TEAM) as view:
            assert [signal.id for signal in view.signals("ld_1")] == ["a"]


class TestHistory:
    def test_says_how_a_lead_was_described_from_when_on(self, store: Store) -> None:
        record(store, a_capture())
        moved = replace(a_lead(version=1), profile=Profile(company="Globex"))
        record(store, Change(moved), at=LATER)
        with store.read(TEAM) as view:
            history = view.history("ld_1")
        assert history.descriptions == [
            Description(NOW, a_lead().facts()),
            Description(LATER, moved.facts()),
        ]
        assert history.as_of(SOON)[0]["company"] == "Acme"
        assert history.as_of(LATER)[0]["company"] == "Globex"

    def test_holds_nothing_of_somebody_unknown(self, store: Store) -> None:
        with store.read(TEAM) as view:
            assert view.history("ld_9").arrivals() == []

    def test_a_change_that_describes_nothing_anew_adds_nothing(self, store: Store) -> None:
        record(store, a_capture(), an_offer(a_lead(version=1)))
        record(store, accepted(store), at=LATER)
        with store.read(TEAM) as view:
            assert len(view.history("ld_1").descriptions) == 1
        with store.write(TEAM) as unit:
            lead = unit.lead("ld_1")
            assert lead is not None
            unit.record(Change(replace(lead, score=3.0)), at=LATER)
        with store.read(TEAM) as view:
            assert len(view.history("ld_1").descriptions) == 1

    def test_two_changes_in_one_unit_describe_twice(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.record(a_capture(), at=NOW)
            for name in ("Globex", "Initech"):
                lead = unit.lead("ld_1")
                assert lead is not None
                unit.record(Change(replace(lead, profile=Profile(company=name))), at=NOW)
        with store.read(TEAM) as view:
            history = view.history("ld_1")
        companies = [each.facts["company"] for each in history.descriptions]
        assert companies == ["Acme", "Globex", "Initech"]
        assert history.as_of(NOW)[0]["company"] == "Initech"

    def test_a_lost_race_adds_nothing(self, store: Store) -> None:
        record(store, a_capture())
        with store.write(TEAM) as unit:
            stale = replace(a_lead(version=7), profile=Profile(company="Globex"))
            assert not unit.record(Change(stale), at=LATER)
        with store.read(TEAM) as view:
            assert len(view.history("ld_1").descriptions) == 1

    def test_a_signal_is_known_from_when_it_was_told_of(self, store: Store) -> None:
        past = NOW - timedelta(days=3)
        late = a_signal("late", occurred_at=past)
        imported = a_signal("imported", occurred_at=past, received_at=past)
        record(store, a_capture(signals=[late, imported]))
        with store.read(TEAM) as view:
            history = view.history("ld_1")
        assert {signal.id: signal.received_at for signal in history.signals} == {
            "late": NOW,
            "imported": past,
        }
        assert history.as_of(past) == ({}, [imported])
        assert history.as_of(NOW)[1] == [imported, late]
        assert history.arrivals() == [past, NOW]

    def test_old_history_is_brought_in_as_it_was(self, store: Store) -> None:
        past = NOW - timedelta(days=300)
        record(store, replace(a_capture(), known_from=past))
        with store.read(TEAM) as view:
            assert view.history("ld_1").arrivals() == [past]

    def test_stays_in_its_workspace(self, store: Store) -> None:
        record(store, a_capture(signals=[a_signal()]))
        with store.read(OTHER) as view:
            assert view.history("ld_1") == LeadHistory("ld_1", [], [])
            assert list(view.pasts()) == []

    def test_every_lead_goes_by_with_its_past(self, store: Store) -> None:
        nameless = a_lead("ld_2", profile=Profile())
        record(store, an_offer(), a_capture(nameless, signals=[a_signal()]))
        record(store, accepted(store), at=LATER)
        with store.read(TEAM) as view:
            assert list(view.pasts()) == [
                (
                    Past("ld_1", "Hana Sato", [Passed(NOW, LATER, Outcome.ACCEPTED, NOW)]),
                    view.history("ld_1"),
                ),
                (Past("ld_2", "ld_2@acme.example"), view.history("ld_2")),
            ]

    def test_many_leads_go_by_once_each(self, store: Store) -> None:
        ids = [f"ld_{number:03}" for number in range(120)]
        record(store, *(a_capture(a_lead(id), signals=[a_signal(id)]) for id in ids))
        with store.read(TEAM) as view:
            seen = [(past.lead_id, len(history.signals)) for past, history in view.pasts()]
        assert seen == [(id, 1) for id in ids]


def an_event(id: str = "ev_1", *, visitor: str = "a-1", at: datetime = NOW) -> Event:
    """A look at the price list, of somebody who said their company's name as well."""
    seen = a_signal(id, source="segment", occurred_at=at, session="s-1")
    said = Profile(company="Acme", attributes={"employees": 250, "trial": True, "plan": None})
    return Event(id, "segment", at, None, visitor, None, Draft(Identity(), said, (seen,)))


class TestVisitors:
    def test_ties_are_found_by_name_and_brought_up_to_date(self, store: Store) -> None:
        record(store, a_capture(), a_capture(a_lead("ld_2")))
        first, other = Tie("a-1", "ld_1", NOW, NOW), Tie("a-1", "ld_2", SOON, SOON)
        with store.write(TEAM) as unit:
            unit.hold(["u-1", "a-1"], at=NOW)
            unit.tie([other, first, Tie("u-1", "ld_1", NOW, NOW)])
            unit.tie([replace(first, until=LATER)])
        with store.read(TEAM) as view:
            assert view.ties({"a-1", "a-9"}) == [replace(first, until=LATER), other]
            assert view.ties([]) == []
        with store.read(OTHER) as view:
            assert view.ties(["a-1"]) == []

    def test_a_stray_is_kept_whole_and_once_until_it_is_forgotten(self, store: Store) -> None:
        late, early = an_event("ev_1", at=NOW), an_event("ev_2", at=NOW - timedelta(days=2))
        silent = replace(an_event("ev_3"), draft=Draft(Identity(), Profile(name="Hana")))
        foreign = an_event("ev_4", visitor="a-2")
        with store.write(TEAM) as unit:
            unit.keep_strays([late, early, silent, foreign], most=9, at=NOW)
            unit.keep_strays([replace(late, at=LATER)], most=9, at=NOW)
        with store.read(TEAM) as view:
            assert view.strays(["a-1"]) == [early, late, silent]
            assert view.strays(["a-2", "a-3"]) == [foreign]
            assert view.strays([]) == []
        with store.read(OTHER) as view:
            assert view.strays(["a-1"]) == []
        with store.write(TEAM) as unit:
            unit.forget_strays([late, silent])
        with store.read(TEAM) as view:
            assert view.strays(["a-1"]) == [early]

    def test_of_each_visitor_only_the_latest_are_kept(self, store: Store) -> None:
        many = [an_event(f"ev_{n}", at=NOW + timedelta(minutes=n)) for n in range(5)]
        with store.write(TEAM) as unit:
            unit.keep_strays([*many, an_event("other", visitor="a-2")], most=3, at=NOW)
        with store.read(TEAM) as view:
            assert [event.id for event in view.strays(["a-1"])] == ["ev_2", "ev_3", "ev_4"]
            assert len(view.strays(["a-2"])) == 1

    def test_when_things_were_said_is_remembered(self, store: Store) -> None:
        record(store, a_capture())
        with store.write(TEAM) as unit:
            unit.keep_told_at("ld_1", {"name": NOW, "attributes.plan": NOW})
            unit.keep_told_at("ld_1", {"name": LATER})
            unit.keep_told_at("ld_1", {})
        with store.read(TEAM) as view:
            assert view.told_at("ld_1") == {"name": LATER, "attributes.plan": NOW}
            assert view.told_at("ld_2") == {}

    def test_what_a_lead_did_may_turn_out_to_be_anothers(self, store: Store) -> None:
        record(store, a_capture(signals=[a_signal("a")]), a_capture(a_lead("ld_2")))
        tie = Tie("a-1", "ld_1", NOW, NOW)
        with store.write(TEAM) as unit:
            unit.tie([tie, Tie("a-1", "ld_2", NOW, NOW), replace(tie, name="a-0")])
            unit.keep_told_at("ld_1", {"name": NOW})
            unit.keep_told_at("ld_2", {"name": NOW})
            assert unit.ties_of("ld_1") == [replace(tie, name="a-0"), tie]
        with store.write(TEAM) as unit:
            unit.move_signals("ld_1", to="ld_2", at=LATER)
            unit.untie("ld_1")
        with store.read(TEAM) as view:
            assert (view.signals("ld_1"), view.ties_of("ld_1")) == ([], [])
            assert view.told_at("ld_1") == {}
            [moved] = view.signals("ld_2")
            assert (moved.id, moved.received_at) == ("a", LATER)
            assert len(view.ties(["a-0", "a-1"])) == 1
            assert view.told_at("ld_2") == {"name": NOW}

    def test_old_ones_are_forgotten_and_ties_are_not(self, store: Store) -> None:
        record(store, a_capture())
        for number, at in enumerate((NOW, SOON, LATER)):
            with store.write(TEAM) as unit:
                unit.hold([f"a-{number}"], at=at)
                unit.keep_strays([an_event(f"ev_{number}", at=at)], most=9, at=at)
                unit.tie([Tie("a-0", "ld_1", NOW, NOW)])
        assert store.forget_strays(before=LATER, limit=1) == 1
        assert store.forget_strays(before=LATER, limit=9) == 1
        assert store.forget_visitors(before=LATER, limit=9) == 2
        with store.read(TEAM) as view:
            assert [event.id for event in view.strays(["a-1"])] == ["ev_2"]
            assert len(view.ties(["a-0"])) == 1

    def test_a_unit_that_lost_keeps_nothing_of_them(self, store: Store) -> None:
        record(store, a_capture())
        with store.write(TEAM) as unit:
            assert not unit.record(a_capture(), at=NOW)
            unit.tie([Tie("a-1", "ld_9", NOW, NOW)])
            unit.keep_strays([an_event()], most=9, at=NOW)
            unit.keep_told_at("ld_9", {"name": NOW})
        with store.read(TEAM) as view:
            assert (view.ties(["a-1"]), view.strays(["a-1"]), view.told_at("ld_9")) == ([], [], {})


class TestHandoffs:
    def test_an_offer_is_kept_with_its_explanation(self, store: Store) -> None:
        record(store, an_offer())
        with store.read(TEAM) as view:
            case = view.case("ho_1")
            assert view.handoff("ho_1") == a_handoff(version=1)
            assert view.handoff("ho_2") is None
            assert view.case("ho_2") is None
        assert case is not None
        assert case.handoff == a_handoff(version=1)
        assert case.handoff.explanation == an_explanation()
        assert case.lead == lead_in(store)
        assert case.policy == a_policy()

    def test_a_decision_is_kept_and_undone(self, store: Store) -> None:
        record(store, an_offer())
        wake_on = date(2026, 4, 1)
        record(store, rejected(store, reason="bad_timing", comment="来月", wake_on=wake_on))
        with store.read(TEAM) as view:
            case = view.case("ho_1")
        assert case is not None
        assert case.handoff.decision == Decision(
            Outcome.REJECTED, "U1", NOW, Door.MODAL, "bad_timing", "来月", wake_on
        )
        with store.read("T01") as view:
            entries = [record.entry for record in view.records(case.lead.id)]
        undone = undo(case, entries, by="U1", at=NOW, door=Door.BUTTON)
        assert isinstance(undone, Change)
        record(store, undone)
        with store.read(TEAM) as view:
            assert view.handoff("ho_1") == a_handoff(version=3)

    def test_a_lead_has_one_open_handoff(self, store: Store) -> None:
        record(store, an_offer())
        lead = lead_in(store)
        assert lead is not None
        with store.write(TEAM) as unit:
            second = Change(lead, a_handoff("ho_2", previous_id="ho_1"))
            assert not unit.record(second, at=NOW)
        record(store, rejected(store))
        lead = lead_in(store)
        assert lead is not None
        record(store, an_offer(lead, handoff_id="ho_2", last=a_handoff()))
        with store.read(TEAM) as view:
            second_handoff = view.handoff("ho_2")
        assert second_handoff is not None
        assert second_handoff.previous_id == "ho_1"

    def test_a_digest_sees_what_touches_its_window(self, store: Store) -> None:
        week = timedelta(days=7)
        opened = {"ho_a": NOW - 2 * week, "ho_b": NOW - 2 * week, "ho_c": NOW - week, "ho_d": NOW}
        for handoff_id, at in opened.items():
            lead = a_lead(f"ld_{handoff_id}")
            record(store, an_offer(lead, handoff_id=handoff_id, at=at))
        record(store, accepted(store, "ho_a", at=NOW - 2 * week))
        record(store, accepted(store, "ho_b", at=NOW - week))
        record(store, accepted(store, "ho_c", at=NOW - week))
        with store.read(TEAM) as view:
            this = view.handoffs_touching(Window(NOW, NOW + week))
            last = view.handoffs_touching(Window(NOW - week, NOW))
            past = view.handoffs_touching(Window(NOW - 2 * week, NOW - week))
        assert [handoff.id for handoff in this] == ["ho_d"]
        assert [handoff.id for handoff in last] == ["ho_b", "ho_c"]
        assert [handoff.id for handoff in past] == ["ho_a", "ho_b"]  # decided since


class TestStageLog:
    def test_it_tells_a_story_and_holds(self, store: Store) -> None:
        record(store, an_offer(), an_offer(a_lead("ld_2")))
        record(store, rejected(store, reason="other", comment="かけ直しをご希望"), at=SOON)
        story = log_of(store)
        assert [record.seq for record in story] == [1, 2, 5]
        assert [record.entry.verb for record in story] == [
            Verb.CAPTURE,
            Verb.QUALIFY,
            Verb.REJECT,
        ]
        last = story[-1]
        assert last.entry.comment == "かけ直しをご希望"
        assert last.entry.reason == "other"
        assert last.entry.definition == LABEL
        assert last.entry.door is Door.MODAL
        assert (last.entry.occurred_at, last.recorded_at) == (NOW, SOON)
        assert last.remark is not None
        with store.read(TEAM) as view:
            chain = list(view.chain())
            assert view.chain_end() == End(5, chain[-1].digest)
            assert list(faults(chain, view.stages(), end=view.chain_end())) == []
        assert [record.seq for record in chain] == [1, 2, 3, 4, 5]
        assert chain[0].previous == GENESIS

    def test_each_workspace_has_its_own(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.found(a_workspace(OTHER))
        record(store, a_capture())
        record(store, a_capture(a_lead(workspace=OTHER)), workspace=OTHER)
        for workspace in (TEAM, OTHER):
            with store.read(workspace) as view:
                assert [record.seq for record in view.chain()] == [1]

    def test_a_long_one_streams(self, store: Store) -> None:
        for batch in range(12):
            leads = [a_lead(f"ld_{batch}_{number}") for number in range(100)]
            record(store, *(a_capture(lead) for lead in leads))
        with store.read(TEAM) as view:
            chain = view.chain()
            assert next(chain).seq == 1
            assert view.lead("ld_0_0") is not None
            assert len(list(chain)) == 1199
            assert list(faults(view.chain(), view.stages())) == []


class TestKeepsakes:
    def test_a_key_comes_for_the_first_time_once(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            assert unit.first_time("Ev1", at=NOW)
            assert not unit.first_time("Ev1", at=NOW)
        with store.write(TEAM) as unit:
            assert not unit.first_time("Ev1", at=LATER)
            assert unit.first_time("Ev2", at=LATER)
        with store.write(OTHER) as unit:
            assert unit.first_time("Ev1", at=NOW)

    def test_a_key_has_one_answer(self, store: Store) -> None:
        first = KeptAnswer("fingerprint", 201, '{"id": "ld_1"}')
        with store.write(TEAM) as unit:
            assert unit.keep_answer("key", first, at=NOW)
        with store.write(TEAM) as unit:
            unit.record(a_capture(), at=NOW)
            assert not unit.keep_answer("key", KeptAnswer("other", 200, "{}"), at=NOW)
        with store.read(TEAM) as view:
            assert view.kept_answer("key") == first
            assert view.kept_answer("other") is None
        assert lead_in(store) is None

    def test_the_oldest_keys_and_answers_are_forgotten_a_few_at_a_time(self, store: Store) -> None:
        for number in range(5):
            for workspace in (TEAM, OTHER):
                at = NOW + timedelta(days=number)
                with store.write(workspace) as unit:
                    assert unit.first_time(f"Ev{number}", at=at)
                with store.write(workspace) as unit:
                    kept = KeptAnswer("fingerprint", 201, "{}")
                    assert unit.keep_answer(f"key{number}", kept, at=at)
        before = NOW + timedelta(days=3)
        assert [store.forget_keys(before=before, limit=4) for _ in range(3)] == [4, 2, 0]
        assert [store.forget_answers(before=before, limit=4) for _ in range(3)] == [4, 2, 0]
        for workspace in (TEAM, OTHER):
            with store.read(workspace) as view:
                answered = [number for number in range(5) if view.kept_answer(f"key{number}")]
            with store.write(workspace) as unit:
                new = [number for number in range(5) if unit.first_time(f"Ev{number}", at=LATER)]
            assert (answered, new) == ([3, 4], [0, 1, 2])

    def test_a_schedule_has_one_digest_of_a_window(self, store: Store) -> None:
        window = Window(NOW - timedelta(days=7), NOW)
        first = KeptDigest("dg_1", "weekly", window, NOW, '{"offered": 3}')
        with store.write(TEAM) as unit:
            assert unit.keep_digest(first)
        with store.write(TEAM) as unit:
            assert not unit.keep_digest(replace(first, id="dg_2"))
            assert unit.keep_digest(replace(first, id="dg_3", schedule="daily"))
            unit.enqueue([card()], at=NOW)
        with store.read(TEAM) as view:
            assert view.digest("dg_1") == first
            assert view.digest("dg_2") is None
        assert store.outbox.state().counts == {"queued": 1}

    def test_the_latest_of_a_person_is_kept(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.keep_person(Person("U1", "hana", None, NOW))
            unit.keep_person(Person("U1", "花", "ja", LATER))
        with store.read(TEAM) as view:
            assert view.person("U1") == Person("U1", "花", "ja", LATER)
            assert view.person("U2") is None

    def test_where_a_person_works_is_kept(self, store: Store) -> None:
        hana = Person("U1", "hana", None, NOW, timezone="Asia/Tokyo")
        with store.write(TEAM) as unit:
            unit.keep_person(hana)
        with store.read(TEAM) as view:
            assert view.person("U1") == hana


class TestReminders:
    FIRST = Reminder("U1", "ho_1", Step.TOUCH_SOON, SOON)

    def test_each_step_is_kept_once_for_each_person(self, store: Store) -> None:
        late = replace(self.FIRST, step=Step.TOUCH_LATE, due_at=LATER)
        others = replace(self.FIRST, person="U2")
        with store.write(TEAM) as unit:
            unit.add_reminders([late, self.FIRST, others])
        with store.write(TEAM) as unit:
            unit.add_reminders([replace(self.FIRST, due_at=LATER)])
            unit.add_reminders([])
        with store.read(TEAM) as view:
            assert list(view.reminders_of("U1")) == [self.FIRST, late]
            assert list(view.reminders_of("U2")) == [others]
        with store.read("T02") as view:
            assert list(view.reminders_of("U1")) == []

    def test_what_is_told_in_a_message_is_found_there_and_put_off_from_there(
        self, store: Store
    ) -> None:
        told = replace(self.FIRST, message="rm_1")
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            unit.keep_reminders([told])
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            assert list(unit.reminders_of("U1")) == []
            assert list(unit.reminders_in("rm_1")) == [told]
            unit.keep_reminders([replace(told, message=None, due_at=LATER)])
        with store.read(TEAM) as view:
            assert list(view.reminders_in("rm_1")) == []
            assert list(view.reminders_of("U1")) == [replace(self.FIRST, due_at=LATER)]

    def test_nothing_of_a_lost_unit_is_kept(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            unit.lost = True
        with store.read(TEAM) as view:
            assert list(view.reminders_of("U1")) == []


class TestTimers:
    def due(self, store: Store, now: datetime) -> Timer | None:
        with store.write(TEAM) as unit:
            return unit.take_due_timer(now)

    def set_timers(self, store: Store, *timers: Timer) -> None:
        with store.write(TEAM) as unit:
            unit.set_timers(timers)

    def test_one_fires_when_it_is_due_and_not_before(self, store: Store) -> None:
        timer = Timer(TimerKind.DUE, "ho_1", LATER)
        self.set_timers(store, timer)
        assert store.next_timer() == LATER
        assert store.workspaces_with_due_timers(SOON) == []
        assert self.due(store, LATER - timedelta(microseconds=1)) is None
        assert store.workspaces_with_due_timers(LATER) == [TEAM]
        assert self.due(store, LATER) == timer
        assert self.due(store, LATER) is None
        assert store.next_timer() is None

    def test_it_can_be_set_anew_and_stopped(self, store: Store) -> None:
        self.set_timers(
            store, Timer(TimerKind.DUE, "ho_1", SOON), Timer(TimerKind.UNDO_ENDS, "ho_1", SOON)
        )
        self.set_timers(
            store, Timer(TimerKind.DUE, "ho_1", LATER), Timer(TimerKind.UNDO_ENDS, "ho_1", None)
        )
        assert self.due(store, SOON) is None
        assert store.next_timer() == LATER

    def test_the_longest_overdue_comes_first(self, store: Store) -> None:
        self.set_timers(
            store, Timer(TimerKind.DUE, "ho_1", SOON), Timer(TimerKind.DUE, "ho_2", NOW)
        )
        first, second = self.due(store, LATER), self.due(store, LATER)
        assert first is not None
        assert second is not None
        assert [first.subject, second.subject] == ["ho_2", "ho_1"]

    def test_it_stays_due_if_its_effect_failed(self, store: Store) -> None:
        record(store, a_capture())
        timer = Timer(TimerKind.WAKE, "ld_1", NOW)
        self.set_timers(store, timer)

        def take_and_fail() -> None:
            with store.write(TEAM) as unit:
                assert unit.take_due_timer(NOW) == timer
                raise NotFound("the effect")

        with pytest.raises(NotFound):
            take_and_fail()
        with store.write(TEAM) as unit:
            unit.take_due_timer(NOW)
            assert not unit.record(Change(replace(a_lead(), version=7)), at=NOW)
        assert self.due(store, NOW) == timer

    def test_each_workspace_has_its_own(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.set_timers([Timer(TimerKind.DIGEST, "weekly", NOW)])
        self.set_timers(store, Timer(TimerKind.DIGEST, "weekly", SOON))
        assert self.due(store, NOW) is None
        assert store.workspaces_with_due_timers(SOON) == [OTHER, TEAM]


class TestOutbox:
    def test_an_errand_is_claimed_once(self, store: Store) -> None:
        intent = Intent(IntentKind.ANSWER, "a1", "a1", {"url": "https://hooks.example/1"})
        enqueue(store, intent)
        errand = claim_one(store)
        assert (errand.workspace, errand.intent) == (TEAM, intent)
        assert (errand.attempts, errand.unsure) == (0, False)
        assert claim(store) == []
        assert store.outbox.state().counts == {"sending": 1}

    def test_the_oldest_come_first_and_no_more_than_asked_for(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(7)))
        batches = [claim(store, limit=3), claim(store, limit=3), claim(store, limit=3)]
        subjects = [[errand.intent.subject for errand in batch] for batch in batches]
        assert subjects == [["ho_0", "ho_1", "ho_2"], ["ho_3", "ho_4", "ho_5"], ["ho_6"]]

    def test_nothing_is_claimed_before_it_is_due(self, store: Store) -> None:
        enqueue(store, card(), at=LATER)
        assert store.outbox.next_due() == LATER
        assert claim(store, at=SOON) == []
        assert len(claim(store, at=LATER)) == 1

    def test_many_changes_of_one_thing_are_one_promise(self, store: Store) -> None:
        for _ in range(3):
            enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING))
        assert store.outbox.state().counts == {"queued": 2}

    def test_a_change_while_it_is_under_way_is_promised_anew(self, store: Store) -> None:
        enqueue(store, card())
        errand = claim_one(store)
        enqueue(store, card())
        assert claim(store) == []
        assert store.outbox.settle(errand, posting=None, at=NOW)
        assert claim_one(store).id != errand.id

    def test_a_lane_is_walked_in_order_one_at_a_time(self, store: Store) -> None:
        enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING), card("ho_2"))
        first, elsewhere = claim(store)
        assert (first.intent.kind, elsewhere.intent.subject) == (IntentKind.CARD, "ho_2")
        assert claim(store) == []
        store.outbox.put_back(first, Retry(LATER, attempts=1, unsure=False, problem="500"))
        assert claim(store, at=NOW + LEASE / 2) == []
        assert store.outbox.next_due() == NOW + LEASE
        first = next(each for each in claim(store, at=LATER) if each.id == first.id)
        store.outbox.settle(first, posting=None, at=LATER)
        assert claim_one(store, at=LATER).intent.kind is IntentKind.BRIEFING

    def test_what_is_sent_hangs_somewhere(self, store: Store) -> None:
        enqueue(store, card())
        posting = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        assert store.outbox.settle(claim_one(store), posting=posting, at=NOW)
        with store.read(TEAM) as view:
            assert view.subjects_told(IntentKind.CARD) == ["ho_1"]
            assert view.subjects_told(IntentKind.BRIEFING) == []
            assert view.posting(IntentKind.CARD, "ho_1") == posting
            assert view.posting(IntentKind.BRIEFING, "ho_1") is None
        with store.read(OTHER) as view:
            assert view.posting(IntentKind.CARD, "ho_1") is None
        enqueue(store, card())
        moved = Posting(IntentKind.CARD, "ho_1", "C0NEW", "2.2", thread="1.1")
        assert store.outbox.settle(claim_one(store), posting=moved, at=NOW)
        with store.read(TEAM) as view:
            assert view.posting(IntentKind.CARD, "ho_1") == moved
        assert store.outbox.state().counts == {}
        assert store.outbox.next_due() is None

    def test_whoever_lost_the_claim_settles_nothing(self, store: Store) -> None:
        enqueue(store, card())
        slow = claim_one(store)
        quick = claim_one(store, at=NOW + LEASE)
        assert (quick.id, quick.unsure, quick.attempts) == (slow.id, True, 0)
        posting = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        assert not store.outbox.settle(slow, posting=posting, at=SOON)
        assert not store.outbox.put_back(slow, Retry(SOON, 1, False, "late"))
        assert not store.outbox.park(slow, problem="late")
        with store.read(TEAM) as view:
            assert view.posting(IntentKind.CARD, "ho_1") is None
        assert store.outbox.settle(quick, posting=posting, at=SOON)
        assert not store.outbox.settle(quick, posting=None, at=SOON)

    def test_a_claim_is_held_until_its_lease_is_over_or_somebody_else_has_it(
        self, store: Store
    ) -> None:
        enqueue(store, card())
        slow = claim_one(store)
        assert store.outbox.holds(slow, now=NOW + LEASE / 2)
        assert not store.outbox.holds(slow, now=NOW + LEASE)
        quick = claim_one(store, at=NOW + LEASE)
        assert not store.outbox.holds(slow, now=NOW + LEASE / 2)
        assert store.outbox.holds(quick, now=NOW + LEASE)
        store.outbox.settle(quick, posting=None, at=SOON)
        assert not store.outbox.holds(quick, now=NOW + LEASE)

    def test_a_claim_from_before_the_clock_was_set_back_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, card())
        lost = claim_one(store, at=LATER)
        assert claim(store, at=LATER - LEASE / 2) == []
        again = claim_one(store, at=NOW)
        assert (again.id, again.unsure) == (lost.id, True)
        assert not store.outbox.holds(lost, now=NOW)

    def test_a_failed_one_comes_back_when_told(self, store: Store) -> None:
        enqueue(store, card())
        store.outbox.put_back(claim_one(store), Retry(LATER, 3, True, "500"))
        assert store.outbox.next_due() == LATER
        assert claim(store, at=SOON) == []
        errand = claim_one(store, at=LATER)
        assert (errand.attempts, errand.unsure) == (3, True)

    def test_a_retry_swallows_what_was_promised_anew_meanwhile(self, store: Store) -> None:
        enqueue(store, card("ho_1", lane="L"))
        first = claim_one(store)
        enqueue(store, Intent(IntentKind.BRIEFING, "ho_1", "L"))
        enqueue(store, Intent(IntentKind.CARD, "ho_1", "L", {"news": "yes"}))
        assert store.outbox.put_back(first, Retry(SOON, 1, True, "timeout"))
        assert store.outbox.state().counts == {"queued": 2}
        again = claim_one(store, at=SOON)
        assert (again.id, again.attempts, again.unsure) == (first.id, 1, True)
        assert again.intent.details == {"news": "yes"}

    def test_a_parked_one_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING))
        store.outbox.park(claim_one(store), problem="channel_not_found")
        assert claim_one(store).intent.kind is IntentKind.BRIEFING
        assert store.outbox.state().counts == {"parked": 1, "sending": 1}

    def test_patience_that_ended_is_told_from_what_a_person_must_mend(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        assert store.outbox.park(first, problem="500", dead=True)
        assert store.outbox.park(second, problem="is_archived")
        assert store.outbox.state().counts == {"dead": 1, "parked": 1}
        assert claim(store, at=LATER) == []

    def test_a_workspace_is_shut_together_with_what_else_happens(self, store: Store) -> None:
        with suppress(ZeroDivisionError), store.write(TEAM) as unit:
            unit.shut("app_uninstalled")
            raise ZeroDivisionError
        assert store.outbox.shut_workspaces() == {}
        with store.write(TEAM) as unit:
            unit.shut("app_uninstalled")
        assert store.outbox.shut_workspaces() == {TEAM: "app_uninstalled"}

    def test_nothing_of_a_shut_workspace_is_claimed_until_it_resumes(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.enqueue([card("ho_9")], at=NOW)
        enqueue(store, card("ho_1"), card("ho_2"))
        store.outbox.shut(TEAM, problem="token_revoked")
        store.outbox.shut(TEAM, problem="account_inactive")
        enqueue(store, card("ho_2"), card("ho_3"))
        elsewhere = claim_one(store)
        assert elsewhere.workspace == OTHER
        assert store.outbox.settle(elsewhere, posting=None, at=NOW)
        assert claim(store, at=LATER) == []
        assert store.outbox.state().counts == {"parked": 3}
        assert store.outbox.state().oldest_queued_at is None
        assert store.outbox.shut_workspaces() == {TEAM: "account_inactive"}
        assert store.outbox.resume(TEAM)
        assert not store.outbox.resume(TEAM)
        assert store.outbox.shut_workspaces() == {}
        assert [errand.intent.subject for errand in claim(store)] == ["ho_1", "ho_2", "ho_3"]

    def test_whoever_waits_for_a_channel_waits_in_order(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(1, 5)))
        for errand in claim(store):
            turn = Retry(NOW, 0, False, "waiting", channel="C0SALES")
            assert store.outbox.put_back(errand, turn)
        enqueue(store, card("ho_5"))
        first, other = claim(store)
        assert (first.intent.subject, other.intent.subject) == ("ho_1", "ho_5")
        take = partial(store.outbox.take_turn, TEAM, "C0SALES", until=SOON)
        assert take(errand=first.id, now=NOW)
        store.outbox.settle(first, posting=None, at=NOW)
        store.outbox.settle(other, posting=None, at=NOW)
        assert claim(store) == []
        assert store.outbox.next_due() == SOON
        assert claim(store, at=SOON - timedelta.resolution) == []
        assert claim_one(store, at=SOON).intent.subject == "ho_2"

    def test_all_of_a_kind_that_are_new_queue_up_behind_the_first_without_being_claimed(
        self, store: Store
    ) -> None:
        enqueue(store, card("ho_1"))
        posted = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        store.outbox.settle(claim_one(store), posting=posted, at=NOW)
        enqueue(store, *(card(f"ho_{number}") for number in range(2, 6)))
        first = store.outbox.claim(now=NOW, lease=LEASE, limit=1)[0]
        assert store.outbox.take_turn(TEAM, "C0SALES", errand=0, now=NOW, until=LATER)
        store.outbox.put_back(first, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        enqueue(store, card("ho_1"))
        changed = claim_one(store)
        assert changed.intent.subject == "ho_1"
        store.outbox.settle(changed, posting=posted, at=NOW)
        assert claim_one(store, at=LATER).intent.subject == "ho_2"

    def test_nobody_overtakes_who_waits_for_a_channel(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        take = partial(store.outbox.take_turn, TEAM, "C0SALES")
        assert take(errand=first.id, now=NOW, until=NOW)
        store.outbox.put_back(first, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        assert not take(errand=second.id, now=SOON, until=LATER)
        assert take(errand=first.id, now=SOON, until=LATER)

    def test_a_message_that_waits_for_longer_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        store.outbox.put_back(first, Retry(LATER, 1, True, "500", channel="C0SALES"))
        store.outbox.put_back(second, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        assert claim_one(store).intent.subject == "ho_2"

    def test_a_channel_is_taken_once_at_a_time(self, store: Store) -> None:
        take = partial(store.outbox.take_turn, errand=1)
        assert take(TEAM, "C0SALES", now=NOW, until=SOON)
        assert not take(TEAM, "C0SALES", now=NOW, until=SOON)
        assert not take(TEAM, "C0SALES", now=SOON - timedelta.resolution, until=LATER)
        assert take(TEAM, "C0OTHER", now=NOW, until=SOON)
        assert take(OTHER, "C0SALES", now=NOW, until=SOON)
        assert take(TEAM, "C0SALES", now=SOON, until=SOON)
        store.outbox.rest(TEAM, "C0SALES", until=LATER)
        assert not take(TEAM, "C0SALES", now=SOON, until=LATER)

    def test_who_is_in_charge_sees_what_is_set_aside_first(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(1, 6)))
        first, second, third, fourth, fifth = claim(store)
        store.outbox.settle(first, posting=None, at=NOW)
        store.outbox.put_back(third, Retry(NOW, 2, True, "timeout"))
        store.outbox.park(fourth, problem="is_archived")
        store.outbox.park(fifth, problem="500", dead=True)
        seen = [(row.subject, row.state) for row in store.outbox.waiting(limit=9)]
        assert seen == [
            *(("ho_4", "parked"), ("ho_5", "dead")),
            *(("ho_2", "sending"), ("ho_3", "unknown")),
        ]
        [row] = store.outbox.waiting(limit=1)
        assert (row.id, row.workspace, row.kind) == (fourth.id, TEAM, "card")
        assert (row.attempts, row.problem, row.enqueued_at) == (0, "is_archived", NOW)
        assert second.enqueued_at == NOW

    def test_what_is_set_aside_can_be_tried_again(self, store: Store) -> None:
        enqueue(store, card("ho_1"))
        first = claim_one(store)
        assert not store.outbox.retry(first.id, at=NOW)
        store.outbox.put_back(first, Retry(NOW, 299, True, "500"))
        store.outbox.park(claim_one(store), problem="500", dead=True)
        assert store.outbox.retry(first.id, at=LATER)
        assert claim(store) == []
        again = claim_one(store, at=LATER)
        assert (again.id, again.attempts, again.unsure) == (first.id, 0, True)

    def test_trying_again_what_is_promised_anew_is_one_promise(self, store: Store) -> None:
        for _ in range(2):
            enqueue(store, card("ho_1"))
            store.outbox.park(claim_one(store), problem="is_archived")
        enqueue(store, card("ho_1"))
        store.outbox.put_back(claim_one(store), Retry(NOW, 0, True, "timeout"))
        store.outbox.park(claim_one(store), problem="500", dead=True)
        for row in store.outbox.waiting(limit=9):
            assert store.outbox.retry(row.id, at=NOW)
        assert store.outbox.state().counts == {"queued": 1}
        assert claim_one(store).unsure

    def test_what_is_set_aside_can_be_dropped_and_nothing_else(self, store: Store) -> None:
        enqueue(store, card("ho_1"))
        errand = claim_one(store)
        assert not store.outbox.drop(errand.id)
        store.outbox.park(errand, problem="is_archived")
        assert store.outbox.drop(errand.id)
        assert not store.outbox.drop(errand.id)
        assert store.outbox.state().counts == {}

    def test_its_state_in_numbers(self, store: Store) -> None:
        assert store.outbox.state().oldest_queued_at is None
        assert store.outbox.next_due() is None
        enqueue(store, card("ho_1"), at=SOON)
        enqueue(store, card("ho_2"), at=NOW)
        assert store.outbox.state().counts == {"queued": 2}
        assert store.outbox.state().oldest_queued_at == NOW

    def test_only_what_is_long_sent_is_forgotten(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(6)))
        for errand, later in zip(claim(store), (0, 0, 0, 1, 2), strict=False):
            at = NOW + timedelta(days=later)
            assert store.outbox.settle(errand, posting=None, at=at)
        before = NOW + timedelta(days=2)
        forgotten = [store.outbox.forget_sent(before=before, limit=3) for _ in range(3)]
        assert forgotten == [3, 1, 0]
        assert store.outbox.state().counts == {"sending": 1}

    def test_what_is_set_aside_is_never_forgotten_by_itself(self, store: Store) -> None:
        enqueue(store, card())
        assert store.outbox.park(claim_one(store), problem="is_archived")
        assert store.outbox.forget_sent(before=NOW + timedelta(days=999), limit=9) == 0
        assert store.outbox.state().counts == {"parked": 1}


class TestSideBySide:
    def test_nothing_crosses_a_workspace(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.found(a_workspace(OTHER))
        window = Window(NOW - timedelta(days=7), NOW)
        with store.write(TEAM) as unit:
            unit.record(replace(an_offer(), signals=(a_signal(),)), at=NOW)
            unit.keep_person(Person("U1", "hana", None, NOW))
            unit.keep_digest(KeptDigest("dg_1", "weekly", window, NOW, "{}"))
            unit.keep_answer("key", KeptAnswer("f", 200, "{}"), at=NOW)
            put_in_force(unit, "a = 1")
        with store.read(OTHER) as view:
            assert view.lead("ld_1") is None
            assert view.lead_known_by(a_lead().identity) is None
            assert view.leads(LeadQuery(), offset=0, limit=9) == []
            assert view.count_leads(LeadQuery(text="a")) == 0
            assert view.signals("ld_1") == []
            assert view.unknown_signals([a_signal()]) == [a_signal()]
            assert view.handoff("ho_1") is None
            assert view.case("ho_1") is None
            assert view.handoffs_touching(Window(NOW, LATER)) == []
            assert view.records("ld_1") == []
            assert list(view.chain()) == []
            assert view.chain_end() == End()
            assert view.stages() == {}
            assert view.person("U1") is None
            assert view.digest("dg_1") is None
            assert view.kept_answer("key") is None
            with pytest.raises(Unready):
                view.definition()
            assert view.book() == Book(None)
            assert view.version(1) is None
            assert view.versions() == []
            assert view.acts(1) == []
            assert list(view.act_chain()) == []
            assert view.act_chain_end() == End()

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        record(store, an_offer())
        with store.read(TEAM) as view:
            assert view.count_leads(LeadQuery()) == 1
            record(store, a_capture(a_lead("ld_2")))
            assert view.count_leads(LeadQuery()) == 1
            assert view.lead("ld_2") is None
        assert lead_in(store, "ld_2") is not None

    def test_it_is_ready(self, store: Store) -> None:
        store.ready()


class TestMany:
    """What an import reads and keeps at once."""

    def test_acquaintances_have_an_address_a_phone_or_an_id_in_common(self, store: Store) -> None:
        record(
            store,
            a_capture(a_lead("ld_1", identity=Identity("a@x.example", "1111"))),
            a_capture(a_lead("ld_2", identity=Identity(phone="2222"))),
            a_capture(a_lead("ld_3", identity=Identity(external_id="x-3"))),
            a_capture(a_lead("ld_4", identity=Identity("d@x.example"))),
        )
        wanted = [
            Identity("a@x.example"),
            Identity("new@x.example", "2222"),
            Identity(phone="1111", external_id="x-3"),
        ]
        with store.read(TEAM) as view:
            met = view.acquaintances(wanted)
            assert view.acquaintances([]) == []
        with store.read(OTHER) as view:
            assert view.acquaintances(wanted) == []
        assert sorted(lead.id for lead in met) == ["ld_1", "ld_2", "ld_3"]

    def test_signals_of_several_leads_come_by_lead_oldest_first(self, store: Store) -> None:
        late, early = a_signal("s2"), a_signal("s1", occurred_at=NOW - timedelta(days=2))
        record(
            store,
            a_capture(a_lead("ld_1"), signals=[late, early]),
            a_capture(a_lead("ld_2"), signals=[a_signal("s3")]),
            a_capture(a_lead("ld_3")),
        )
        with store.read(TEAM) as view:
            told = view.signals_of(["ld_1", "ld_3"])
        assert {id: [signal.id for signal in signals] for id, signals in told.items()} == {
            "ld_1": ["s1", "s2"]
        }

    def test_handoffs_come_with_all_before_them(self, store: Store) -> None:
        first = replace(
            a_handoff("ho_1"),
            decision=Decision(Outcome.REJECTED, "U1", NOW, Door.IMPORT, "no_need"),
        )
        second = a_handoff("ho_2", opened_at=LATER, previous_id="ho_1")
        lead = a_lead(handoff_id="ho_2")
        record(store, replace(a_capture(lead), handoff=second, earlier=(first,)))
        with store.read(TEAM) as view:
            told = view.handoffs_back_from(["ho_2"])
            assert view.handoffs_back_from([]) == []
        assert [handoff.id for handoff in told] == ["ho_1", "ho_2"]
        assert told[0].decision == first.decision

    def test_many_changes_are_kept_together(self, store: Store) -> None:
        changes = [an_offer(a_lead(f"ld_{number}")) for number in range(20)]
        with store.write(TEAM) as unit:
            assert unit.record_all(changes, at=NOW)
        with store.read(TEAM) as view:
            assert view.count_leads(LeadQuery(stage=Stage.MQL)) == 20
            assert not list(faults(view.chain(), view.stages(), end=view.chain_end()))
            log = [record.entry.lead_id for record in view.chain()]
        assert log == [f"ld_{number}" for number in range(20) for _ in range(2)]
        assert len(claim(store, limit=50)) == 20

    def test_or_none_of_them_where_one_was_overtaken(self, store: Store) -> None:
        record(store, a_capture(a_lead("ld_5")))
        changes = [a_capture(a_lead(f"ld_{number}")) for number in range(10)]
        with store.write(TEAM) as unit:
            assert not unit.record_all(changes, at=NOW)
            assert unit.lost
        with store.read(TEAM) as view:
            assert view.count_leads(LeadQuery()) == 1
