"""What every store promises about signals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.domain.handoff import Change
from core.domain.lead import SignalKind
from core.ports import Store
from tests.builders import NOW, TEAM, a_capture, a_lead, a_signal
from tests.storage.keeping import record


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
