"""Many leads are brought in at once, with their past, and the same again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.desk import Desk
from core.domain.agreement import Proposal, adopt
from core.domain.draft import Draft
from core.domain.handoff import Decision, Outcome
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind
from core.domain.log import Door, faults
from core.domain.past import IMPORTED, Past, Step
from core.domain.pursuit import Because
from core.domain.stages import Stage, Verb
from core.domain.timers import TimerKind
from core.ports import LeadQuery, Store
from core.services.batch import LeadRow, Manner, SignalRow
from core.services.importing import Taken, bring_in
from core.services.intake import Sender, capture
from tests.builders import NOW, TEAM, Names, StoppedClock
from tests.services.office import RULES

OLD = datetime(2025, 6, 2, 9, tzinfo=UTC)


class Archive:
    """An importer at work over a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = StoppedClock()
        self.desk = Desk(store, self.clock, Names(), lambda: None)
        with store.write(TEAM) as unit:
            first = Proposal(RULES, "a1b2c3d4e5")
            unit.amend(adopt(first, unit.book(), at=NOW, door=Door.TERMINAL), at=NOW)

    def leads(self, *rows: LeadRow, dry: bool = False, **manner: bool) -> Taken:
        return bring_in(self.desk, TEAM, rows, manner=Manner(**manner), dry=dry)

    def signals(self, *rows: SignalRow, dry: bool = False, **manner: bool) -> Taken:
        return bring_in(self.desk, TEAM, rows, manner=Manner(**manner), dry=dry)

    def lead(self, email: str = "jane@acme.example") -> Lead:
        with self.store.read(TEAM) as view:
            lead = view.lead_known_by(Identity(email))
        assert lead is not None
        return lead

    def verbs(self, email: str = "jane@acme.example") -> list[Verb]:
        with self.store.read(TEAM) as view:
            return [record.entry.verb for record in view.records(self.lead(email).id)]

    def kept(self) -> list[Lead]:
        with self.store.read(TEAM) as view:
            return list(view.leads(LeadQuery(), offset=0, limit=1000))

    def promised(self) -> list[tuple[IntentKind, str]]:
        errands = self.store.outbox.claim(now=self.clock.now, lease=timedelta(minutes=1), limit=100)
        return [(errand.intent.kind, errand.intent.subject) for errand in errands]

    def log_holds(self) -> bool:
        with self.store.read(TEAM) as view:
            return not list(faults(view.chain(), view.stages(), end=view.chain_end()))


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def row(
    line: int = 2, email: str = "jane@acme.example", past: Past | None = None, **profile: Any
) -> LeadRow:
    created_at = profile.pop("created_at", None)
    return LeadRow(line, Draft(Identity(email), Profile(**profile), (), created_at), past)


def offered(at: datetime = OLD, decision: Decision | None = None, owner: str | None = None) -> Past:
    return Past(at, decision, owner)


def accepted(at: datetime = OLD + timedelta(hours=2)) -> Decision:
    return Decision(Outcome.ACCEPTED, "U0REP", at, Door.IMPORT)


def rejected(at: datetime = OLD + timedelta(hours=2), reason: str = "no_need") -> Decision:
    return Decision(Outcome.REJECTED, "import", at, Door.IMPORT, reason, "Not now")


def deal(*, won: bool) -> tuple[Step, ...]:
    lost = Step(Verb.LOSE, OLD + timedelta(days=60), "lost_at", Because("other_lose", "Too dear"))
    end = Step(Verb.WIN, OLD + timedelta(days=60), "won_at") if won else lost
    return Step(Verb.ADVANCE, OLD + timedelta(days=20), "sql_at"), end


def did(line: int = 2, id: str = "s1", email: str = "jane@acme.example", **ago: float) -> SignalRow:
    at = NOW - timedelta(**(ago or {"days": 1}))
    signal = Signal(id, "import", SignalKind.FORM, at, None, {"form": "demo"})
    return SignalRow(line, Identity(email), signal)


class TestLeads:
    def test_a_row_becomes_a_lead_that_is_scored_and_nobody_is_told(self, archive: Archive) -> None:
        taken = archive.leads(row(name="Jane", created_at=OLD))

        lead = archive.lead()
        assert taken.tally.created == 1
        assert (lead.profile.name, lead.stage, lead.score) == ("Jane", Stage.NEW, 0.0)
        assert lead.created_at == OLD
        assert archive.verbs() == [Verb.CAPTURE]
        assert archive.promised() == []
        assert archive.log_holds()

    def test_rows_of_one_person_become_one_lead_in_the_order_of_the_file(
        self, archive: Archive
    ) -> None:
        taken = archive.leads(
            row(2, name="Jane", company="Acme"),
            row(3, "JANE@acme.example", name="Jane Doe"),
            row(4, "bob@acme.example"),
        )

        profile = archive.lead().profile
        assert (profile.name, profile.company) == ("Jane Doe", "Acme")
        assert (taken.tally.created, taken.tally.updated) == (2, 1)

    def test_who_is_known_already_is_found_by_whatever_they_are_known_by(
        self, archive: Archive
    ) -> None:
        draft = Draft(Identity(phone="03-1234"), Profile(company="Acme"))
        capture(archive.desk, TEAM, draft, sender=Sender("api", Door.API))

        said = Draft(Identity("jane@acme.example", "03-1234"), Profile(name="Jane"))
        taken = archive.leads(LeadRow(2, said))

        assert (taken.tally.created, taken.tally.updated) == (0, 1)
        assert archive.lead().profile.company == "Acme"

    def test_a_bad_row_stays_out_and_the_others_come_in(self, archive: Archive) -> None:
        taken = archive.leads(row(2), row(3, "nobody"), row(4, "bob@acme.example"))

        [fault] = taken.faults
        assert (fault.line, fault.field) == (3, "email")
        assert (taken.tally.created, taken.tally.refused) == (2, 1)

    def test_the_same_rows_again_change_nothing(self, archive: Archive) -> None:
        rows = [row(2, past=offered(decision=accepted())), row(3, "bob@acme.example", name="Bob")]
        archive.leads(*rows)
        before = archive.kept()

        archive.clock.forward(days=3)
        taken = archive.leads(*rows)

        assert taken.tally.there == 2
        assert archive.kept() == before

    def test_a_dry_run_says_the_same_and_keeps_nothing(self, archive: Archive) -> None:
        rows = [row(2, past=offered(decision=accepted())), row(3, "nobody")]

        foreseen = archive.leads(*rows, dry=True)

        assert archive.kept() == []
        assert archive.leads(*rows) == foreseen

    def test_a_lead_that_qualifies_is_offered_only_if_so_wished(self, archive: Archive) -> None:
        archive.signals(did(), create=True)
        assert archive.lead().stage is Stage.NEW
        assert archive.promised() == []

        taken = archive.leads(row(name="Jane"), qualify=True)

        assert taken.tally.offered == 1
        assert archive.lead().stage is Stage.MQL
        assert [kind for kind, _ in archive.promised()] == [IntentKind.CARD]


class TestPast:
    def test_an_accepted_handoff_comes_in_as_it_was_and_tells_nobody(
        self, archive: Archive
    ) -> None:
        archive.leads(row(past=offered(decision=accepted(), owner="U0REP")))

        lead = archive.lead()
        with archive.store.read(TEAM) as view:
            handoff = view.handoff(lead.handoff_id or "")
            records = view.records(lead.id)
        assert handoff is not None
        assert handoff.decision == accepted()
        assert (lead.stage, lead.owner) == (Stage.SAL, "U0REP")
        assert (handoff.opened_at, handoff.definition) == (OLD, IMPORTED)
        assert handoff.explanation.imported
        assert [record.entry.occurred_at for record in records] == [
            OLD,
            OLD,
            OLD + timedelta(hours=2),
        ]
        assert {record.entry.door for record in records} == {Door.IMPORT}
        assert {record.recorded_at for record in records} == {NOW}
        assert archive.promised() == []
        assert archive.store.next_timer() is None
        assert archive.log_holds()

    def test_a_life_of_several_handoffs_comes_in_at_once(self, archive: Archive) -> None:
        second = OLD + timedelta(days=90)
        archive.leads(
            row(2, past=offered(decision=rejected())),
            row(3, past=offered(second, accepted(second + timedelta(hours=1)))),
        )

        lead = archive.lead()
        with archive.store.read(TEAM) as view:
            first, last = view.handoffs_back_from([lead.handoff_id or ""])
        assert last.previous_id == first.id
        assert archive.verbs() == [
            Verb.CAPTURE,
            Verb.QUALIFY,
            Verb.REJECT,
            Verb.QUALIFY,
            Verb.ACCEPT,
        ]
        assert archive.log_holds()

    def test_a_decision_that_comes_in_later_ends_the_handoff_that_was_open(
        self, archive: Archive
    ) -> None:
        archive.leads(row(past=offered()))
        assert archive.lead().stage is Stage.MQL

        archive.leads(row(past=offered(decision=accepted())))

        assert archive.verbs() == [Verb.CAPTURE, Verb.QUALIFY, Verb.ACCEPT]
        assert archive.lead().stage is Stage.SAL

    def test_a_deal_comes_in_step_by_step_and_only_once(self, archive: Archive) -> None:
        sold = replace(offered(decision=accepted(), owner="U0REP"), steps=deal(won=True))
        archive.leads(row(past=replace(sold, steps=sold.steps[:1])))
        assert archive.lead().stage is Stage.SQL

        archive.leads(row(past=sold))
        assert archive.leads(row(past=sold)).tally.there == 1

        lead = archive.lead()
        assert (lead.stage, lead.owner) == (Stage.CUSTOMER, "U0REP")
        assert archive.verbs()[2:] == [Verb.ACCEPT, Verb.ADVANCE, Verb.WIN]
        assert archive.store.next_timer() is None
        assert archive.promised() == []
        assert archive.log_holds()

    def test_a_lost_deal_keeps_its_reason(self, archive: Archive) -> None:
        archive.leads(row(past=replace(offered(decision=accepted()), steps=deal(won=False))))
        with archive.store.read(TEAM) as view:
            last = view.records(archive.lead().id)[-1].entry
        assert (last.verb, last.reason, last.comment) == (Verb.LOSE, "other_lose", "Too dear")

    def test_a_win_before_its_lead_was_accepted_is_refused(self, archive: Archive) -> None:
        early = Step(Verb.ADVANCE, OLD, "sql_at")
        past = replace(offered(decision=accepted()), steps=(early,))
        [fault] = archive.leads(row(past=past)).faults
        assert (fault.field, fault.problem) == ("sql_at", "lies before accepted_at")

    def test_a_handoff_that_is_open_gets_its_card_only_if_so_wished(self, archive: Archive) -> None:
        archive.leads(row(2, past=offered()))
        assert archive.promised() == []
        archive.leads(row(3, "bob@acme.example", past=offered()), open_cards=True)
        assert archive.promised() == [
            (IntentKind.CARD, archive.lead("bob@acme.example").handoff_id)
        ]

    def test_and_as_soon_as_its_lead_does_something_new(self, archive: Archive) -> None:
        archive.leads(row(past=offered()))
        archive.signals(did())
        assert archive.promised() == []  # old behaviour is no news

        news = Draft(Identity("jane@acme.example"), Profile(title="CTO"))
        capture(archive.desk, TEAM, news, sender=Sender("api", Door.API))

        assert archive.promised() == [(IntentKind.CARD, archive.lead().handoff_id)]

    def test_a_date_that_a_rep_asked_for_still_rings(self, archive: Archive) -> None:
        wakes = replace(rejected(reason="bad_timing"), wake_on=date(2026, 4, 1))
        archive.leads(row(past=offered(decision=wakes)))

        due = archive.store.next_timer()
        assert due is not None
        assert due.date() == date(2026, 4, 1)
        with archive.store.write(TEAM) as unit:
            timer = unit.take_due_timer(due)
        assert timer is not None
        assert timer.kind is TimerKind.WAKE

    def test_it_is_explained_by_what_was_known_then(self, archive: Archive) -> None:
        archive.signals(did(hours=(NOW - OLD).total_seconds() / 3600 + 1), create=True)
        archive.leads(row(past=offered()))

        with archive.store.read(TEAM) as view:
            handoff = view.handoff(archive.lead().handoff_id or "")
        assert handoff is not None
        assert not handoff.explanation.imported
        assert handoff.explanation.hot
        assert handoff.explanation.as_of == OLD

    @pytest.mark.parametrize(
        ("past", "field", "problem"),
        [
            (offered(NOW + timedelta(days=1)), "mql_at", "future"),
            (offered(OLD, accepted(OLD - timedelta(hours=1))), "accepted_at", "before mql_at"),
            (offered(OLD, rejected(NOW + timedelta(days=1))), "rejected_at", "future"),
            (offered(OLD, replace(rejected(), comment="x" * 2001)), "comment", "2000"),
        ],
    )
    def test_what_cannot_have_been_stays_out(
        self, archive: Archive, past: Past, field: str, problem: str
    ) -> None:
        [fault] = archive.leads(row(past=past)).faults
        assert fault.field == field
        assert problem in fault.problem
        assert archive.kept() == []

    @pytest.mark.parametrize(
        ("first", "then", "problem"),
        [
            (offered(decision=rejected()), offered(OLD - timedelta(days=9)), "oldest first"),
            (offered(), offered(OLD + timedelta(days=9)), "waits for an answer"),
            (
                offered(decision=rejected(OLD + timedelta(days=5))),
                offered(OLD + timedelta(days=2)),
                "before the decision",
            ),
            (offered(decision=accepted()), offered(OLD + timedelta(days=9)), "became SAL"),
            (offered(decision=accepted()), offered(decision=rejected()), "decided otherwise"),
        ],
    )
    def test_what_contradicts_the_record_stays_out_whole(
        self, archive: Archive, first: Past, then: Past, problem: str
    ) -> None:
        archive.leads(row(2, past=first))
        before = archive.kept()

        [fault] = archive.leads(row(3, past=then, name="Changed")).faults

        assert problem in fault.problem
        assert archive.kept() == before
        assert archive.log_holds()


class TestSignals:
    def test_behaviour_scores_its_lead_and_counts_once(self, archive: Archive) -> None:
        archive.leads(row())
        taken = archive.signals(did(2, "s1"), did(3, "s1"), did(4, "s2", days=3))
        again = archive.signals(did(2, "s1"), did(4, "s2", days=3))

        assert (taken.tally.signals, taken.tally.there) == (2, 1)
        assert (again.tally.signals, again.tally.there) == (0, 2)
        with archive.store.read(TEAM) as view:
            signals = view.signals(archive.lead().id)
        assert [signal.received_at for signal in signals] == [s.occurred_at for s in signals]

    def test_who_is_unknown_is_told_or_made(self, archive: Archive) -> None:
        [fault] = archive.signals(did()).faults
        assert "--create" in fault.problem
        assert archive.signals(did(), create=True).tally.created == 1

    def test_old_behaviour_offers_nobody_unless_so_wished(self, archive: Archive) -> None:
        archive.leads(row())
        archive.signals(did(2, "s1"))
        assert archive.lead().stage is Stage.NEW

        archive.signals(did(3, "s2"), qualify=True)

        assert archive.lead().stage is Stage.MQL
        assert archive.promised() == [(IntentKind.CARD, archive.lead().handoff_id)]


def test_thousands_of_leads_in_batches_leave_a_log_that_holds(archive: Archive) -> None:
    people = [f"p{number}@acme.example" for number in range(120)]
    rows = [row(n, who, past=offered(decision=accepted())) for n, who in enumerate(people, 2)]
    for start in range(0, len(rows), 50):
        archive.leads(*rows[start : start + 50])

    assert len(archive.kept()) == 120
    assert {lead.stage for lead in archive.kept()} == {Stage.SAL}
    assert archive.log_holds()
