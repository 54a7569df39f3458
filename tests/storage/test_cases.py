"""What every store promises about the lists of handoffs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.domain.handoff import Change, Outcome
from core.domain.localtime import Window
from core.domain.stages import Stage
from core.ports import CaseQuery, Load, Order, Store, Tally
from tests.builders import NOW, TEAM, a_capture, a_lead, a_policy, a_workspace, an_offer
from tests.storage.keeping import LATER, OTHER, accepted, record, rejected


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

    def test_they_are_found_by_who_may_answer(self, five: Store) -> None:
        with five.read(TEAM) as view:
            case = view.case("ho_2")
        assert case is not None
        record(five, Change(case.lead, replace(case.handoff, asked="U1")))
        assert self.ids(five, self.query(Stage.MQL, open_to="U1", open_at=NOW)) == ["ld_2", "ld_1"]
        assert self.ids(five, self.query(Stage.MQL, open_to="U2")) == ["ld_1"]
        due = case.handoff.due_at
        before = self.query(Stage.MQL, open_to="U2", open_at=due - timedelta(seconds=1))
        assert self.ids(five, before) == ["ld_1"]
        assert self.ids(five, self.query(Stage.MQL, open_to="U2", open_at=due)) == ["ld_2", "ld_1"]

    def test_they_are_found_by_how_long_they_have_stood(self, five: Store) -> None:
        everywhere = (Stage.MQL, Stage.SAL)
        hour = self.query(*everywhere, entered_since=NOW - timedelta(hours=1))
        assert self.ids(five, hour) == ["ld_4", "ld_1"]
        assert self.ids(five, self.query(Stage.SAL, entered_since=NOW - timedelta(days=3))) == [
            "ld_3",
            "ld_4",
        ]
        assert self.ids(five, self.query(Stage.SAL, entered_since=NOW)) == []

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
