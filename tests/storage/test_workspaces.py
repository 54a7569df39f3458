"""What every store promises about workspaces: memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from core.domain.lead import Temperature
from core.domain.periods import Cadence
from core.domain.reasons import REASONS, Consequence, Reason, ReasonClass, with_changed
from core.domain.roles import Role
from core.domain.schedule import Filter, Schedule
from core.domain.stages import Verb
from core.domain.worktime import Hours
from core.errors import NotFound, Unready
from core.ports import KeptDefinition, Store
from tests.builders import TEAM, a_policy, a_workspace, put_in_force
from tests.storage.keeping import OTHER

DIGESTS = (
    Schedule("weekly", "C3", weekday=4, wall=time(16, 45)),
    Schedule(
        "tokyo",
        "C4",
        cadence=Cadence.MONTHLY,
        day=31,
        timezone="Asia/Tokyo",
        locale="ja",
        only=Filter(
            frozenset({"webinar", "Google"}),
            frozenset({"spring"}),
            frozenset({Temperature.HOT}),
            frozenset({"U1"}),
        ),
        skips_when_empty=True,
    ),
)
OWN = Reason(
    "partner",
    ReasonClass.PROCEDURAL,
    Consequence.LEAVE,
    needs_comment=True,
    verb=Verb.DISQUALIFY,
    labels={"en": "Partner handles it", "ja": "パートナー案件"},
)


class TestWorkspaces:
    def test_one_is_found_only_once(self, store: Store) -> None:
        usurper = a_workspace(secret="another")
        with store.write(TEAM) as unit:
            assert not unit.found(usurper)
        assert store.workspaces() == [a_workspace()]

    def test_several_stand_side_by_side(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            assert unit.found(a_workspace(OTHER))
        assert [workspace.id for workspace in store.workspaces()] == [TEAM, OTHER]
        with store.read(OTHER) as view:
            assert view.workspace() == a_workspace(OTHER)

    def test_an_unknown_one_is_not_found(self, store: Store) -> None:
        with store.read("T99") as view, pytest.raises(NotFound):
            view.workspace()

    def test_every_setting_of_a_policy_is_kept(self, store: Store) -> None:
        policy = a_policy(
            sales_channel="C1",
            marketing_channel="C2",
            digests=DIGESTS,
            timezone="Asia/Tokyo",
            locale="ja",
            hours=Hours(time(8, 30), time(17, 15), frozenset({0, 5}), ("JP", "DE-BY")),
            respond_within={each: timedelta(minutes=7.5) for each in Temperature},
            undo_within=timedelta(seconds=90),
            week_starts_on=6,
            guests_may_decide=True,
            shows_people=True,
            anyone_may_pursue=True,
            reasons=with_changed((OWN, replace(REASONS[0], retired=True))),
            people={Role.REP: frozenset({"U1", "U2"}), Role.ADMIN: frozenset()},
            traits={"Arbeitgeber": "company"},
            events={"Angebot angefordert": "form:quote"},
        )
        with store.write(TEAM) as unit:
            unit.keep_policy(policy)
        with store.read(TEAM) as view:
            assert view.workspace().policy == policy

    def test_the_definition_in_force_is_the_one_that_scores(self, store: Store) -> None:
        with store.read(TEAM) as view, pytest.raises(Unready):
            view.definition()
        with store.write(TEAM) as unit:
            put_in_force(unit, "one", digest="a" * 64)
            put_in_force(unit, "two", digest="b" * 64)
        with store.read(TEAM) as view:
            assert view.definition() == KeptDefinition(2, "v2 bbbbbbb", "two")
