"""The settings log in every store, and many who change settings at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.desk import Desk
from core.domain.chain import End
from core.domain.log import Door
from core.domain.settings import Setting, stands
from core.domain.settings_log import SettingAct, settings_faults
from core.ports import Store
from core.services import settings
from core.services.settings import Amending, ChangedMeanwhile, Kept
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_policy, a_workspace
from tests.storage.keeping import OTHER
from tests.storage.test_races import at_once, retried

SOMEBODY, WHY = "U0ADA", "the office moves"
ACT = SettingAct("locale", '"en"', '"ja"', SOMEBODY, Door.MODAL, NOW, WHY)


class TestSettings:
    def test_a_change_is_kept_with_its_log(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            assert unit.change_policy(a_policy(locale="ja"), [ACT, ACT], revision=0, at=NOW)
        with store.read(TEAM) as view:
            assert view.workspace().policy.locale == "ja"
            assert view.workspace().revision == 1
            records, end = view.setting_acts(), view.setting_chain_end()
            assert view.setting_acts(behind=1) == records[1:]
        assert [(record.seq, record.entry) for record in records] == [(1, ACT), (2, ACT)]
        assert end == End(2, records[1].digest)
        faults = list(settings_faults(records, {"locale": '"ja"'}, end=end))
        assert [fault.problem for fault in faults] == ["locale was something else before"]

    def test_who_read_an_older_revision_loses_and_keeps_nothing(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.keep_policy(a_policy(locale="ja"))
        with store.write(TEAM) as unit:
            assert not unit.change_policy(a_policy(), [ACT], revision=0, at=NOW)
            assert unit.lost
        with store.read(TEAM) as view:
            assert view.workspace().policy.locale == "ja"
            assert view.setting_acts() == []

    def test_each_workspace_has_a_log_of_its_own(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.found(a_workspace(OTHER))
        with store.write(OTHER) as unit:
            unit.change_policy(a_policy(locale="ja"), [ACT], revision=0, at=NOW)
        with store.read(TEAM) as view:
            assert view.setting_acts() == []
            assert view.setting_chain_end() == End()
            assert view.workspace().policy.locale == "en"


@pytest.fixture
def desk(sql_store: SqlStore) -> Desk:
    with sql_store.write(TEAM) as unit:
        unit.found(a_workspace())
    return Desk(sql_store, now=lambda: NOW, new_id=Names(), wake=lambda: None)


def amended(desk: Desk, setting: Setting, value: object, seen: int | None = None) -> object:
    return settings.amend(desk, Amending(TEAM, SOMEBODY, Door.MODAL, {setting: value}, seen))


def must_hold(desk: Desk, *, changes: int) -> None:
    with desk.read(TEAM) as view:
        records, policy = view.setting_acts(), view.workspace().policy
        end = view.setting_chain_end()
    assert list(settings_faults(records, stands(policy), end=end)) == []
    assert len(records) == changes


def test_of_many_who_change_one_setting_at_once_one_does_and_the_others_are_told(
    desk: Desk,
) -> None:
    outcomes = retried(8, lambda n: amended(desk, Setting.UNDO_WITHIN, 60 + n, seen=0))
    assert [isinstance(outcome, Kept) for outcome in outcomes].count(True) == 1
    told = [each for each in outcomes if isinstance(each, ChangedMeanwhile)]
    assert len(told) == 7
    assert len({record.entry.after for each in told for record in each.records}) == 1
    must_hold(desk, changes=1)


def test_many_who_change_different_settings_at_once_all_do(desk: Desk) -> None:
    wanted = [
        (Setting.LOCALE, "ja"),
        (Setting.UNDO_WITHIN, 120),
        (Setting.TIMEZONE, "Asia/Tokyo"),
        (Setting.CONFIRMS_BY_CALL, True),
        (Setting.REPS, ["U0BOB"]),
        (Setting.SALES_CHANNEL, "C0NEW"),
    ]
    outcomes = retried(len(wanted), lambda n: amended(desk, *wanted[n], seen=0))
    assert all(isinstance(outcome, Kept) for outcome in outcomes)
    with desk.read(TEAM) as view:
        policy = view.workspace().policy
    assert (policy.locale, policy.timezone, policy.sales_channel) == ("ja", "Asia/Tokyo", "C0NEW")
    must_hold(desk, changes=len(wanted))


def test_without_looking_at_the_revision_changes_are_lost(desk: Desk) -> None:
    """The negative control: what compare-and-swap is for."""
    lost = 0
    for round in range(20):

        def write(which: int, round: int = round) -> None:
            with desk.read(TEAM) as view:
                policy = view.workspace().policy
            field = ("undo_within", "timezone")[which]
            before = getattr(policy, field)
            values = {"timezone": f"Etc/GMT+{round % 12}", "undo_within": before * 2}
            changed = replace(policy, **{field: values[field]})
            desk.change(TEAM, lambda unit, _: unit.keep_policy(changed))

        with desk.read(TEAM) as view:
            undo = view.workspace().policy.undo_within
        at_once(2, write)
        with desk.read(TEAM) as view:
            policy = view.workspace().policy
        lost += policy.undo_within != undo * 2 or policy.timezone != f"Etc/GMT+{round % 12}"
    assert lost
