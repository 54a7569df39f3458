"""What every store promises about the stage log."""

from __future__ import annotations

from core.domain.log import GENESIS, Door, End, faults
from core.domain.stages import Verb
from core.ports import Store
from tests.builders import LABEL, NOW, TEAM, a_capture, a_lead, a_workspace, an_offer
from tests.storage.keeping import OTHER, SOON, log_of, record, rejected


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
