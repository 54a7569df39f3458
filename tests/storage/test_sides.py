"""What every store promises to workspaces and readers side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain.agreement import Book
from core.domain.localtime import Window
from core.domain.log import End
from core.errors import Unready
from core.ports import KeptAnswer, KeptDigest, LeadQuery, Person, Store
from tests.builders import (
    NOW,
    TEAM,
    a_capture,
    a_lead,
    a_signal,
    a_workspace,
    an_offer,
    put_in_force,
)
from tests.storage.keeping import OTHER, lead_in, record


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
