"""What every store promises about handoffs."""

from __future__ import annotations

from datetime import date

from core.domain.handoff import Change, Decision, Outcome
from core.domain.log import Door
from core.domain.undoing import undo
from core.ports import Store
from tests.builders import NOW, TEAM, a_handoff, a_policy, an_explanation, an_offer
from tests.storage.keeping import lead_in, record, rejected


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
        assert case.handoff.decision.belongs_to is None
        with store.read("T01") as view:
            entries = [record.entry for record in view.records(case.lead.id)]
        undone = undo(case, entries, by="U1", at=NOW, door=Door.BUTTON)
        assert isinstance(undone, Change)
        record(store, undone)
        with store.read(TEAM) as view:
            assert view.handoff("ho_1") == a_handoff(version=3)

    def test_to_what_a_lead_belongs_is_kept_with_the_decision(self, store: Store) -> None:
        record(store, an_offer())
        record(store, rejected(store, reason="duplicate", belongs_to="ld_9"))
        with store.read(TEAM) as view:
            case, handoff = view.case("ho_1"), view.handoff("ho_1")
        assert case is not None
        assert case.handoff.decision is not None
        assert case.handoff.decision.belongs_to == "ld_9"
        assert case.handoff == handoff

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
