"""What every store promises about visitors without a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.draft import Draft
from core.domain.event import Event
from core.domain.lead import Identity, Profile
from core.domain.visitor import Tie
from core.ports import Store
from tests.builders import NOW, TEAM, a_capture, a_lead, a_signal
from tests.storage.keeping import LATER, OTHER, SOON, record


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
