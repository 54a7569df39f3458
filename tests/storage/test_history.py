"""What every store promises about the past of a lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.domain.handoff import Addressee, Change, Outcome
from core.domain.history import Description, LeadHistory
from core.domain.lead import Profile
from core.domain.passing import Onward, lapse
from core.domain.reckoning import Passed, Past
from core.ports import Store
from tests.builders import NOW, TEAM, a_capture, a_lead, a_signal, an_offer
from tests.storage.keeping import LATER, OTHER, SOON, accepted, record


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

    def test_a_handoff_that_was_passed_on_goes_by_as_one(self, store: Store) -> None:
        record(store, an_offer())
        with store.read(TEAM) as view:
            case = view.case("ho_1")
        assert case is not None
        onward = Onward("ho_2", Addressee("U2"), LATER, None)
        record(store, lapse(case, onward, at=LATER), at=LATER)
        record(store, accepted(store, "ho_2"), at=LATER)
        with store.read(TEAM) as view:
            [(past, _)] = view.pasts()
        assert past.handoffs == [Passed(NOW, LATER, Outcome.ACCEPTED, NOW)]

    def test_many_leads_go_by_once_each(self, store: Store) -> None:
        ids = [f"ld_{number:03}" for number in range(120)]
        record(store, *(a_capture(a_lead(id), signals=[a_signal(id)]) for id in ids))
        with store.read(TEAM) as view:
            seen = [(past.lead_id, len(history.signals)) for past, history in view.pasts()]
        assert seen == [(id, 1) for id in ids]
