"""What every store promises of many changes at once, as an import makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.domain.handoff import Decision, Outcome
from core.domain.lead import Identity
from core.domain.log import Door, faults
from core.domain.stages import Stage
from core.ports import LeadQuery, Store
from tests.builders import NOW, TEAM, a_capture, a_handoff, a_lead, a_signal, an_offer
from tests.storage.keeping import LATER, OTHER, claim, record


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
