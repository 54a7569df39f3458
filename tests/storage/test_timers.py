"""What every store promises about timers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.domain.handoff import Change
from core.domain.timers import Timer, TimerKind
from core.errors import NotFound
from core.ports import Store
from tests.builders import NOW, TEAM, a_capture, a_lead
from tests.storage.keeping import LATER, OTHER, SOON, record


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
