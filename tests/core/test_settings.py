"""Settings: what may be changed, what is wrong with a value, and a log that shows every change."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from core.domain.chain import GENESIS, End, seal
from core.domain.lead import Temperature
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.roles import Role
from core.domain.settings import (
    Change,
    Flaw,
    Problem,
    Setting,
    change,
    stands,
    text_of,
    written,
)
from core.domain.settings_log import SettingAct, SettingRecord, settings_faults
from core.domain.worktime import Hours
from tests.builders import NOW, a_policy
from tests.core.test_worktime import MONDAYS_OFF

FULL = a_policy(
    people={Role.REP: frozenset({"U0BOB", "S0REPS"}), Role.ADMIN: frozenset({"U0ADA"})},
    groups={"S0REPS": frozenset({"U0RIN"})},
    hours=Hours(time(8, 30), time(17), frozenset({0, 1, 5}), ("JP", "DE-BY")),
    timezone="Asia/Tokyo",
)
MONDAYS: dict[str, object] = {
    "id": "weekly",
    "channel": "C0DIGEST",
    "cadence": "weekly",
    "weekday": 0,
    "day": 1,
    "time": "09:00",
    "skips_when_empty": False,
}
HOLIDAY: dict[str, object] = {
    "id": "on_holiday",
    "verb": "reject",
    "group": "timing",
    "then": "wake",
    "needs_comment": False,
    "labels": {"en": "On holiday"},
    "retired": False,
}
TURNS: dict[str, object] = {
    "mode": "weighted",
    "seats": [["U0BOB", 2, 5], ["U0RIN", 1, None]],
}
OTHER: dict[Setting, object] = {
    Setting.SALES_CHANNEL: "C0NEW",
    Setting.MARKETING_CHANNEL: "G0SECRET",
    Setting.REPS: ["S0REPS", "U0RIN"],
    Setting.INSIDE_SALES: ["U0IDA"],
    Setting.MARKETERS: ["U0MIA", "W0MAY"],
    Setting.MANAGERS: ["U0MAX"],
    Setting.ADMINS: [],
    Setting.GROUPS: {"S0REPS": ["U0KEN", "U0RIN"]},
    Setting.RESPOND_WITHIN: {"hot": 1800, "warm": 7200, "cold": 32400},
    Setting.TOUCH_WITHIN: {"hot": 3600, "warm": 7200, "cold": 64800},
    Setting.UNDO_WITHIN: 300,
    Setting.TIMEZONE: "Europe/Berlin",
    Setting.HOURS: {"start": "09:15", "end": "18:00", "days": [0, 1, 2, 3, 4]},
    Setting.HOLIDAYS: ["FR"],
    Setting.WEEK_STARTS_ON: 6,
    Setting.DIGESTS: [
        {**MONDAYS, "time": "16:45", "weekday": 4},
        {
            **MONDAYS,
            "id": "daily",
            "channel": "G0SECRET",
            "cadence": "daily",
            "timezone": "Asia/Tokyo",
            "locale": "ja",
            "only": {"sources": ["web"], "temperatures": ["hot", "warm"], "people": ["U0BOB"]},
            "skips_when_empty": True,
        },
    ],
    Setting.REASONS: [{**HOLIDAY, "labels": {"en": "On holiday", "ja": "休暇中"}}],
    Setting.ANYONE_MAY_PURSUE: True,
    Setting.SHOWS_PEOPLE: True,
    Setting.ROUTING: {
        "rules": [{"id": "DACH", "when": [["country", "in", ["DE", "AT"]]], "plan": TURNS}],
        "otherwise": {"mode": "pool", "seats": []},
    },
    Setting.REOFFERS_LATE: True,
    Setting.RETURNS_UNTOUCHED_AFTER: None,
    Setting.LOCALE: "ja",
    Setting.GUESTS_MAY_DECIDE: True,
    Setting.CONFIRMS_BY_CALL: True,
}


def changed(policy: Policy, **wanted: object) -> Change:
    outcome = change(policy, {Setting(name): value for name, value in wanted.items()})
    assert isinstance(outcome, Change), outcome
    return outcome


def wrong(policy: Policy, **wanted: object) -> list[Problem]:
    outcome = change(policy, {Setting(name): value for name, value in wanted.items()})
    assert not isinstance(outcome, Change)
    return list(outcome)


@pytest.mark.parametrize("setting", Setting)
def test_every_setting_can_be_written_back_as_it_was(setting: Setting) -> None:
    outcome = change(FULL, {setting: written(FULL, setting)})
    assert outcome == Change(FULL, ())


@pytest.mark.parametrize("setting", Setting)
def test_every_setting_can_be_changed_and_changed_back(setting: Setting) -> None:
    there = changed(FULL, **{setting: OTHER[setting]})
    assert written(there.policy, setting) == OTHER[setting]
    assert [each.setting for each in there.amended] == [setting]
    assert there.amended[0].before == text_of(FULL, setting)
    assert there.amended[0].after == text_of(there.policy, setting)
    assert changed(there.policy, **{setting: written(FULL, setting)}).policy == FULL


def test_many_are_changed_at_once_and_only_what_differs_is_named() -> None:
    outcome = changed(FULL, **OTHER)
    assert {each.setting for each in outcome.amended} == set(Setting)
    assert changed(outcome.policy, **OTHER).amended == ()


def test_a_part_of_a_setting_leaves_the_rest() -> None:
    policy = changed(FULL, respond_within={"hot": 60}).policy
    assert policy.respond_within[Temperature.HOT] == timedelta(minutes=1)
    assert policy.respond_within[Temperature.COLD] == FULL.respond_within[Temperature.COLD]


def test_members_of_a_group_without_a_role_are_not_kept() -> None:
    outcome = changed(FULL, reps=["U0BOB"])
    assert outcome.policy.groups == {}
    assert {each.setting for each in outcome.amended} == {Setting.REPS, Setting.GROUPS}
    assert changed(FULL, groups={"S0STRANGE": ["U0EVE"]}).policy.groups == FULL.groups


@pytest.mark.parametrize(
    ("setting", "value", "flaw", "part"),
    [
        ("sales_channel", "#leads", Flaw.NO_CHANNEL, ""),
        ("sales_channel", "D0DIRECT", Flaw.NO_CHANNEL, ""),
        ("sales_channel", None, Flaw.NO_CHANNEL, ""),
        ("reps", ["bob"], Flaw.NOBODY, ""),
        ("reps", "U0BOB", Flaw.GARBLED, ""),
        ("groups", {"U0BOB": ["U0BOB"]}, Flaw.GARBLED, ""),
        ("respond_within", {"hot": 0}, Flaw.TOO_SHORT, "hot"),
        ("respond_within", {"hot": -60}, Flaw.TOO_SHORT, "hot"),
        ("respond_within", {"warm": 1e9}, Flaw.TOO_LONG, "warm"),
        ("respond_within", {"warm": float("nan")}, Flaw.GARBLED, "warm"),
        ("respond_within", {"tepid": 60}, Flaw.GARBLED, ""),
        ("touch_within", {"cold": "1h"}, Flaw.GARBLED, "cold"),
        ("undo_within", 90_000, Flaw.TOO_LONG, ""),
        ("undo_within", True, Flaw.GARBLED, ""),
        ("timezone", "Mars/Olympus", Flaw.NO_ZONE, ""),
        ("timezone", "../etc/passwd", Flaw.NO_ZONE, ""),
        ("timezone", "", Flaw.NO_ZONE, ""),
        ("hours", {"start": "18:00", "end": "09:00", "days": [0]}, Flaw.NO_WORK, "end"),
        ("hours", {"days": []}, Flaw.NO_WORK, "days"),
        ("hours", {"start": "25:00"}, Flaw.GARBLED, "start"),
        ("hours", {"days": [7]}, Flaw.GARBLED, "days"),
        ("holidays", ["XX"], Flaw.NO_CALENDAR, ""),
        ("holidays", ["DE-XX"], Flaw.NO_CALENDAR, ""),
        ("week_starts_on", 7, Flaw.GARBLED, ""),
        ("digests", [{**MONDAYS, "time": "9"}], Flaw.GARBLED, "weekly.time"),
        ("digests", [{**MONDAYS, "channel": "#x"}], Flaw.NO_CHANNEL, "weekly.channel"),
        ("digests", [{**MONDAYS, "timezone": "x"}], Flaw.NO_ZONE, "weekly.timezone"),
        ("digests", [{**MONDAYS, "day": 32}], Flaw.GARBLED, "weekly.day"),
        ("digests", [MONDAYS, MONDAYS], Flaw.GARBLED, ""),
        ("digests", "weekly", Flaw.GARBLED, ""),
        ("routing", {"rules": []}, Flaw.GARBLED, ""),
        (
            "routing",
            {"rules": [], "otherwise": {"mode": "round_robin", "seats": []}},
            Flaw.UNFIT_ROUTE,
            "routing.otherwise",
        ),
        (
            "routing",
            {"rules": [], "otherwise": {"mode": "round_robin", "seats": [["bob", 1, None]]}},
            Flaw.NOBODY,
            "",
        ),
        ("returns_untouched_after", "later", Flaw.GARBLED, ""),
        ("reasons", [HOLIDAY], Flaw.UNFIT, "label.ja:required"),
        ("reasons", [{**HOLIDAY, "group": "odd"}], Flaw.GARBLED, "on_holiday"),
        ("locale", "fr", Flaw.NO_LANGUAGE, ""),
        ("confirms_by_call", "yes", Flaw.GARBLED, ""),
    ],
)
def test_what_cannot_be_is_named(setting: str, value: object, flaw: Flaw, part: str) -> None:
    [problem] = wrong(FULL, **{setting: value})
    assert (problem.setting, problem.flaw, problem.part) == (Setting(setting), flaw, part)


def test_holidays_that_leave_nobody_any_work_are_named() -> None:
    mondays = replace(FULL, hours=Hours(days=frozenset({0})))
    assert [each.flaw for each in wrong(mondays, holidays=[*MONDAYS_OFF])] == [Flaw.NO_WORK]


def test_where_one_is_wrong_all_that_is_wrong_is_named_and_nothing_changed() -> None:
    problems = wrong(FULL, timezone="Nowhere", locale="fr", sales_channel="C0NEW")
    assert [each.setting for each in problems] == [Setting.TIMEZONE, Setting.LOCALE]


# The log


def logged(*acts: tuple[str, str, str]) -> list[SettingRecord]:
    records: list[SettingRecord] = []
    previous = GENESIS
    for seq, (setting, before, after) in enumerate(acts, 1):
        act = SettingAct(setting, before, after, "U0ADA", Door.MODAL, NOW)
        records.append(seal(act, seq=seq, recorded_at=NOW, remark=None, previous=previous))
        previous = records[-1].digest
    return records


def test_a_log_that_leads_to_the_settings_holds() -> None:
    policy = changed(FULL, locale="ja", undo_within=120).policy
    log = logged(("locale", '"en"', '"ja"'), ("undo_within", "600", "120"))
    end = End(2, log[-1].digest)
    assert list(settings_faults(log, stands(policy), end=end)) == []


def test_a_setting_that_is_not_as_it_was_last_set_is_found() -> None:
    [fault] = settings_faults(logged(("locale", '"en"', '"ja"')), stands(FULL))
    assert fault.problem == "locale is not as it was last set"


def test_a_change_that_does_not_begin_where_the_last_one_ended_is_found() -> None:
    log = logged(("locale", '"en"', '"ja"'), ("locale", '"en"', '"ja"'))
    [fault] = settings_faults(log, {"locale": '"ja"'})
    assert (fault.seq, fault.problem) == (2, "locale was something else before")


def test_a_changed_a_missing_and_a_last_row_are_found() -> None:
    log = logged(("locale", '"en"', '"ja"'), ("locale", '"ja"', '"en"'), ("undo_within", "1", "2"))
    forged = replace(log[1], entry=replace(log[1].entry, actor="U0EVE"))
    assert [each.seq for each in settings_faults([log[0], forged, log[2]], {})] == [2]
    assert {each.seq for each in settings_faults([log[0], log[2]], {})} == {3}
    assert [each.seq for each in settings_faults(log[:2], {}, end=End(3, log[2].digest))] == [2]


def test_settings_that_there_are_no_more_are_history() -> None:
    assert list(settings_faults(logged(("of_old", "1", "2")), stands(FULL))) == []


def test_the_members_of_a_group_that_has_a_seat_in_a_plan_are_kept() -> None:
    seat = {"mode": "round_robin", "seats": [["S0TEAM", 1, None]]}
    asked = changed(
        FULL, routing={"rules": [], "otherwise": seat}, groups={"S0TEAM": ["U0KEN"]}
    ).policy
    assert asked.groups_named == {"S0REPS", "S0TEAM"}
    assert asked.groups["S0TEAM"] == {"U0KEN"}
