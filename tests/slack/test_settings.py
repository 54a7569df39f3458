"""Settings in Slack: who may open them, what a form changes, and where we may post."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import count
from typing import Any

import pytest

from bot.gestures import filled, words
from core.domain.choice import Choice, Quiet
from core.domain.intents import IntentKind
from core.domain.lead import Temperature
from core.domain.policy import Policy
from core.domain.reasons import Consequence, reason_named
from core.domain.roles import Role
from core.domain.schedule import schedule_named
from core.services import delivery, home, reporting
from handlers.slack.conditions import shown, typed
from handlers.slack.spans import seconds
from handlers.slack.views import ids
from tests.builders import TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, DIGEST, MARKETING, MIA, RIN, SALES, Office
from tests.slack.team import Person, Room

JSON = dict[str, Any]
PEOPLE = {
    Role.REP: frozenset({BOB}),
    Role.INSIDE_SALES: frozenset({"U0IDA"}),
    Role.MARKETER: frozenset({MIA}),
    Role.MANAGER: frozenset({"U0MAX"}),
    Role.ADMIN: frozenset({RIN}),
}
NUMBERS = count(1)


@pytest.fixture
def led(office: Office) -> Office:
    """An office in which Rin, who reads Japanese, is admin; she is asked in English here."""
    policy = a_policy(people=PEOPLE, choices={RIN: Choice(locale="en")})
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(policy))
    office.slack.team.rooms["C0NEW"] = Room("C0NEW", "new")
    office.slack.team.people |= {id: Person(id) for id in ("U0IDA", "U0MAX")}
    return office


def policy(office: Office) -> Policy:
    with office.desk.read(TEAM) as view:
        return view.workspace().policy


def opened(office: Office, by: str = RIN, verb: str = "settings") -> JSON:
    assert office.ask(verb, by) == {}
    return office.view()


def sent(office: Office, view: JSON, by: str = RIN, **answers: str) -> JSON:
    """A form as real Slack sends it: what was not touched is as it was shown."""
    number = next(NUMBERS)
    named = {"id": f"V{number}", "hash": f"{number}", **view}
    named = {**named, "state": {"values": filled(view, answers)}}
    answer = office.interact(
        {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "acme"},
            "user": {"id": by, "team_id": TEAM},
            "view": named,
        }
    )
    assert answer.status_code == 200
    reply = dict(answer.json()) if answer.text else {}
    if "view" in reply:
        assert faults(reply["view"]) == []
    return reply


def section(office: Office, name: str, by: str = RIN) -> JSON:
    reply = sent(office, opened(office, by), by, section=name)
    assert reply["response_action"] == "push"
    return dict(reply["view"])


def kept(office: Office, view: JSON, **answers: str) -> str:
    """What the person reads when it is kept."""
    reply = sent(office, view, **answers)
    assert reply.get("response_action") == "update", reply
    assert list(reporting.verify(office.desk, TEAM)) == []
    return words(reply["view"])


# Who may


@pytest.mark.parametrize("role", Role)
def test_only_admins_open_the_settings(led: Office, role: Role) -> None:
    [person] = PEOPLE[role]
    answer = led.ask("settings", person)
    if role is Role.ADMIN:
        assert answer == {}
        assert led.view()["callback_id"] == ids.SETTINGS_FORM
    else:
        assert "Settings are for admins" in answer["text"]
        assert led.slack.calls_of("views.open") == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
@pytest.mark.parametrize(
    "part", ["channels", "roles", "times", "hours", "general", "digests", "reasons"]
)
def test_a_form_that_somebody_else_sends_changes_nothing(
    led: Office, role: Role, part: str
) -> None:
    view, before = section(led, part), policy(led)
    [person] = PEOPLE[role]
    said = sent(led, view, person)
    assert "Settings are for admins" in words(said["view"])
    assert policy(led) == before
    assert led.slack.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("form", [ids.DIGEST_FORM, ids.REASON_FORM, ids.SETTINGS_FORM])
def test_nor_do_the_forms_behind_them(led: Office, form: str) -> None:
    before = policy(led)
    said = sent(led, {**opened(led), "callback_id": form}, BOB, section="times")
    assert "Settings are for admins" in words(said["view"])
    assert policy(led) == before


def test_the_home_of_an_admin_leads_there_and_that_of_others_does_not(led: Office) -> None:
    for person in (RIN, BOB):
        delivery.promise(led.desk, TEAM, home.to_paint(person))
    led.drain()
    homes = led.slack.team.homes
    assert "Settings…" in words(homes[RIN])
    assert "Settings…" not in words(homes[BOB])
    assert "My settings…" in words(homes[BOB])
    button = {
        "type": "button",
        "action_id": f"{ids.RUN}:settings",
        "value": "settings",
        "action_ts": "1.1",
    }
    led.interact(
        {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "acme"},
            "user": {"id": RIN, "team_id": TEAM},
            "container": {"type": "view", "view_id": homes[RIN]["id"]},
            "view": homes[RIN],
            "trigger_id": "trigger-home",
            "actions": [button],
        }
    )
    assert led.view()["callback_id"] == ids.SETTINGS_FORM


# Each part


def test_nothing_changes_where_nothing_was_touched(led: Office) -> None:
    before = policy(led)
    for name in ("channels", "roles", "times", "hours", "general"):
        assert "Nothing has changed" in kept(led, section(led, name))
    assert policy(led) == before
    assert led.slack.calls_of("chat.postMessage") == []


def test_times_are_typed_as_people_write_them(led: Office) -> None:
    answers = {"respond_within.hot": "30 min", "touch_within.cold": "1 h 30 min"}
    said = kept(led, section(led, "times"), **answers, undo_within="5分")
    now = policy(led)
    assert now.respond_within[Temperature.HOT] == timedelta(minutes=30)
    assert now.touch_within[Temperature.COLD] == timedelta(minutes=90)
    assert now.undo_within == timedelta(minutes=5)
    assert "keep the time by which they are due" in said


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("soon", "length of time"),
        ("4", "length of time"),
        ("0 h", "a minute"),
        ("2000 h", "1000 h"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(led: Office, typed: str, complaint: str) -> None:
    before = policy(led)
    answers = {"respond_within.warm": typed}
    reply = sent(led, section(led, "times"), **answers)
    assert list(reply["errors"]) == ["respond_within.warm"]
    assert complaint in reply["errors"]["respond_within.warm"]
    assert policy(led) == before


def test_working_time(led: Office) -> None:
    said = kept(
        led,
        section(led, "hours"),
        **{"hours.start": "08:30", "hours.end": "17:00", "hours.days": "0,1,2,6"},
        holidays="jp、DE-BY",
        timezone="Asia/Tokyo",
        week_starts_on="6",
    )
    now = policy(led)
    assert (now.hours.start, now.hours.end) == (time(8, 30), time(17))
    assert now.hours.days == {0, 1, 2, 6}
    assert now.hours.holidays == ("JP", "DE-BY")
    assert (now.timezone, now.week_starts_on) == ("Asia/Tokyo", 6)
    assert "08:30–17:00, Monday, Tuesday, Wednesday, Sunday" in said


@pytest.mark.parametrize(
    ("answers", "field", "complaint"),
    [
        ({"timezone": "Europe/Berln"}, "timezone", "Europe/Berlin"),
        ({"timezone": "tokyo"}, "timezone", "Asia/Tokyo"),
        ({"timezone": "xyz"}, "timezone", "no time zone"),
        ({"holidays": "Bavaria"}, "holidays", "BAVARIA"),
        ({"hours.start": "19:00"}, "hours.end", "Nobody would ever work"),
        ({"hours.days": ""}, "hours.days", "Nobody would ever work"),
    ],
)
def test_working_time_that_cannot_be(
    led: Office, answers: dict[str, str], field: str, complaint: str
) -> None:
    reply = sent(led, section(led, "hours"), **answers)
    assert list(reply["errors"]) == [field]
    assert complaint in reply["errors"][field]


def test_language_and_rules(led: Office) -> None:
    kept(led, section(led, "general"), locale="ja", confirms_by_call="yes", guests_may_decide="yes")
    now = policy(led)
    assert (now.locale, now.confirms_by_call, now.guests_may_decide) == ("ja", True, True)
    assert not now.anyone_may_pursue


def test_roles_of_people_and_groups(led: Office) -> None:
    led.slack.team.groups |= {"S0REPS": [BOB, MIA], "S0ALL": [BOB, MIA, RIN]}
    said = kept(
        led, section(led, "roles"), **{"reps.groups": "S0REPS", "reps": "", "managers": "U0MAX"}
    )
    now = policy(led)
    assert now.people[Role.REP] == {"S0REPS"}
    assert now.staff[Role.REP] == {"S0REPS", BOB, MIA}
    assert now.people[Role.ADMIN] == {RIN}
    assert "holds from the next click" in said


def test_a_group_that_slack_does_not_tell_is_not_taken(led: Office) -> None:
    led.slack.team.groups["S0REPS"] = [BOB]
    view, before = section(led, "roles"), policy(led)
    led.slack.always("usergroups.users.list", b.fails("missing_scope"))
    reply = sent(led, view, **{"reps.groups": "S0REPS"})
    assert list(reply["errors"]) == ["reps.groups"]
    assert policy(led) == before


def test_where_slack_tells_no_groups_those_that_have_a_role_keep_it(led: Office) -> None:
    led.slack.team.groups["S0REPS"] = [BOB]
    kept(led, section(led, "roles"), **{"reps.groups": "S0REPS"})
    led.slack.always("usergroups.list", b.fails("missing_scope"))
    view = section(led, "roles")
    assert "usergroups:read" in words(view)
    kept(led, view, marketers=f"{MIA},{BOB}")
    assert "S0REPS" in policy(led).people[Role.REP]
    assert policy(led).people[Role.MARKETER] == {MIA, BOB}


# Where we may post


def test_a_channel_is_kept_once_something_could_be_posted_there(led: Office) -> None:
    kept(led, section(led, "channels"), sales_channel="C0NEW")
    assert policy(led).sales_channel == "C0NEW"
    [line] = led.slack.messages("C0NEW")
    assert "Baton tells you here" in line["text"]
    assert led.posting(IntentKind.CARD, led.offer()) is None
    led.drain()
    hangs = led.posting(IntentKind.CARD)
    assert hangs
    assert hangs.channel == "C0NEW"


@pytest.mark.parametrize(
    ("room", "complaint"),
    [
        (Room("C0NEW", "new", member=False), "/invite @Baton"),
        (Room("C0NEW", "new", archived=True), "archived"),
        (None, "/invite @Baton"),
    ],
)
def test_a_channel_in_which_nothing_can_be_posted_is_not_kept(
    led: Office, room: Room | None, complaint: str
) -> None:
    if room:
        led.slack.team.rooms["C0NEW"] = room
    else:
        del led.slack.team.rooms["C0NEW"]
    view = section(led, "channels")
    led.slack.team.rooms["C0GOOD"] = Room("C0GOOD", "good")
    reply = sent(led, view, sales_channel="C0GOOD", marketing_channel="C0NEW")
    assert list(reply["errors"]) == ["marketing_channel"]
    assert complaint in reply["errors"]["marketing_channel"]
    assert policy(led).sales_channel == SALES
    assert led.slack.messages("C0GOOD") == []


@pytest.mark.parametrize("behaviour", [b.broken(posted=False), b.limited("2")])
def test_where_slack_does_not_answer_nothing_is_kept(led: Office, behaviour: Any) -> None:
    view = section(led, "channels")
    led.slack.always("chat.postMessage", behaviour)
    reply = sent(led, view, sales_channel="C0NEW")
    assert "did not answer" in reply["errors"]["sales_channel"]
    assert policy(led).sales_channel == SALES


# Two at once


def test_the_second_of_two_is_told_what_the_first_one_did(led: Office) -> None:
    mine, theirs = section(led, "times"), section(led, "times")
    kept(led, theirs, undo_within="2 min")
    said = words(sent(led, mine, undo_within="3 min")["view"])
    assert "Nothing was saved" in said
    assert "10 min → 2 min" in said
    assert policy(led).undo_within == timedelta(minutes=2)
    assert "Last changed by" in words(opened(led))


def test_a_line_that_was_posted_in_vain_is_taken_down(led: Office) -> None:
    mine, theirs = section(led, "channels"), section(led, "channels")
    kept(led, theirs, sales_channel=MARKETING)
    assert "Nothing was saved" in words(sent(led, mine, sales_channel="C0NEW")["view"])
    assert led.slack.messages("C0NEW") == []
    assert policy(led).sales_channel == MARKETING


def test_the_same_form_twice_has_one_effect(led: Office) -> None:
    view = {**section(led, "times"), "id": "V9", "hash": "9"}
    sent(led, view, undo_within="2 min")
    sent(led, view, undo_within="2 min")
    with led.desk.read(TEAM) as looking:
        assert len(looking.setting_acts()) == 1


# Digests and reasons


def picked(office: Office, part: str, which: str) -> JSON:
    reply = sent(office, section(office, part), which=which)
    assert reply["response_action"] == "push"
    return dict(reply["view"])


def test_a_digest_is_changed_added_and_stopped(led: Office) -> None:
    kept(led, picked(led, "digests", "weekly"), weekday="4", time="16:45")
    weekly = schedule_named(policy(led).digests, "weekly")
    assert weekly
    assert (weekly.weekday, weekly.wall, weekly.channel) == (4, time(16, 45), DIGEST)
    kept(led, picked(led, "digests", "new"), cadence="daily", channel="C0NEW", language="ja")
    assert [each.id for each in policy(led).digests] == ["weekly", "daily"]
    assert led.slack.messages("C0NEW")
    kept(led, picked(led, "digests", "weekly"), keep="no")
    assert [each.id for each in policy(led).digests] == ["daily"]


def test_a_digest_in_a_zone_that_there_is_not_is_refused(led: Office) -> None:
    reply = sent(led, picked(led, "digests", "weekly"), timezone="Asia/Tokio")
    assert "Asia/Tokyo" in reply["errors"]["timezone"]


def test_a_reason_is_worded_added_and_dropped(led: Office) -> None:
    answers = {"label.en": "On holiday", "label.ja": "休暇中", "class": "timing", "then": "wake"}
    kept(led, picked(led, "reasons", "new"), **answers, verb="reject")
    added = reason_named("on_holiday", policy(led).reasons)
    assert added
    assert added.then is Consequence.WAKE
    kept(led, picked(led, "reasons", "bad_timing"), **{"label.en": "Not now"}, keep="no")
    known = reason_named("bad_timing", policy(led).reasons)
    assert known
    assert known.retired
    assert known.labels == {"en": "Not now"}


@pytest.mark.parametrize(
    ("answers", "field", "complaint"),
    [
        ({"label.en": "Odd"}, "label.ja", "both languages"),
        (
            {"label.en": "Odd", "label.ja": "変", "then": "leave", "verb": "recycle"},
            "then",
            "follow",
        ),
    ],
)
def test_a_reason_that_cannot_be_says_why_beside_its_field(
    led: Office, answers: dict[str, str], field: str, complaint: str
) -> None:
    usual = {"class": "timing", "then": "wake", "verb": "reject"}
    reply = sent(led, picked(led, "reasons", "new"), **{**usual, **answers})
    assert list(reply["errors"]) == [field]
    assert complaint in reply["errors"][field]


# One's own


def test_what_somebody_sets_for_themselves(led: Office) -> None:
    view = opened(led, BOB, "preferences")
    sent(led, view, BOB, quiet="overdue", back_on="2026-12-24", language="ja")
    assert policy(led).choice_of(BOB) == Choice(Quiet.OVERDUE, date(2026, 12, 24), "ja")
    assert "営業" in words(led.ask("whoami", BOB))
    again = opened(led, BOB, "個人設定")
    assert sent(led, again, BOB, language="-") == {}
    assert policy(led).choice_of(BOB) == Choice(Quiet.OVERDUE, date(2026, 12, 24))


def test_who_reads_japanese_finds_everything_in_japanese(led: Office) -> None:
    led.desk.change(TEAM, lambda unit, _: unit.keep_policy(a_policy(people=PEOPLE)))
    assert "どの設定を変更しますか" in words(opened(led))
    assert "回答までの時間" in words(section(led, "times"))
    reply = sent(led, section(led, "hours"), timezone="xyz")
    assert "タイムゾーンはありません" in reply["errors"]["timezone"]


# Lengths of time


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30 min", 1800),
        ("4h", 14_400),
        ("1.5 h", 5400),
        ("1,5 hours", 5400),
        ("1 h 30 min", 5400),
        ("1時間30分", 5400),
        ("９０分", 5400),
        ("2 Hours, 5 minutes", 7500),
        ("", None),
        ("4", None),
        ("h", None),
        ("4 hats", None),
        ("-4 h", None),
        ("4 h and", None),
    ],
)
def test_a_length_of_time(typed: str, meant: int | None) -> None:
    assert seconds(typed) == meant


# Who is asked


def test_people_are_asked_in_turn_once_somebody_says_so(led: Office) -> None:
    answers = {"mode": "round_robin", "seats": f"{BOB},{MIA}", "capacity": "５"}
    said = kept(led, picked(led, "routing", "otherwise"), **answers)
    assert "In turn" in said
    plan = policy(led).routing.otherwise
    assert [(seat.person, seat.capacity) for seat in plan.seats] == [(BOB, 5), (MIA, 5)]
    led.offer()
    led.drain()


def test_a_rule_is_added_changed_and_dropped(led: Office) -> None:
    led.slack.team.groups["S0DACH"] = [BOB]
    when = "country in DE、AT\nemployees >= 200\nwebsite exists"
    answers = {"name": "DACH", "when": when, "mode": "weighted", "seats.groups": "S0DACH"}
    kept(led, picked(led, "routing", "new"), **answers)
    [rule] = policy(led).routing.rules
    assert [(each.attribute, each.operator, each.value) for each in rule.when] == [
        ("country", "in", ("DE", "AT")),
        ("employees", "gte", 200),
        ("website", "exists", True),
    ]
    assert policy(led).groups == {"S0DACH": {BOB}}
    shown = picked(led, "routing", "rule:DACH")
    assert "Weights are set at a command line" in words(shown)
    assert "Nothing has changed" in kept(led, shown)
    kept(led, picked(led, "routing", "rule:DACH"), keep="no")
    assert policy(led).routing.rules == ()


@pytest.mark.parametrize(
    ("answers", "field", "complaint"),
    [
        ({"when": "country is Germany"}, "when", "country is Germany"),
        ({"when": "size = 4, 5"}, "when", "size = 4, 5"),
        ({"capacity": "0"}, "capacity", "whole number"),
        ({"seats": ""}, "mode", "must be named"),
    ],
)
def test_a_rule_that_cannot_be_says_why(
    led: Office, answers: dict[str, str], field: str, complaint: str
) -> None:
    usual = {"name": "DACH", "when": "country = DE", "mode": "round_robin", "seats": BOB}
    reply = sent(led, picked(led, "routing", "new"), **{**usual, **answers})
    assert complaint in reply["errors"][field]
    assert policy(led).routing.rules == ()


@pytest.mark.parametrize(
    "text",
    [
        "country in DE, AT",
        "country not in US",
        "employees >= 200\nemployees < 1000",
        "source = webinar",
        "vip = yes",
        "score > 1.5",
        "website missing",
        "title contains chief",
        "email domain_in acme.example, other.example",
    ],
)
def test_a_condition_reads_as_it_is_typed(text: str) -> None:
    tests = typed(text)
    assert not isinstance(tests, str)
    again = shown([(str(a), str(op), value) for a, op, value in tests])
    assert typed(again) == tests


def test_what_marketing_gets_back_and_who_is_next(led: Office) -> None:
    kept(led, section(led, "times"), returns_untouched_after="", reoffers_late="yes")
    assert policy(led).reoffers_late
    kept(led, section(led, "times"), returns_untouched_after="9 h")
    assert policy(led).returns_untouched_after == timedelta(hours=9)
