"""What Slack tells us of by itself has its effect once, and only in the workspace that it names."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from core.domain.intents import IntentKind
from core.domain.roles import Role
from core.domain.standing import Standing
from handlers.slack.views import ids
from tests.builders import TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.office import BOB, MARKETING, MIA, RIN, Office
from tests.slack.team import Person

UNINSTALLED: dict[str, Any] = {"type": "app_uninstalled"}
REVOKED: dict[str, Any] = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BATON"]}}


def event(content: dict[str, Any], id: str = "Ev1", team: str = TEAM) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": team, "event_id": id, "event": content}


def shut(office: Office) -> list[str]:
    return list(office.desk.store.outbox.shut_workspaces())


def standing(office: Office, user: str) -> Standing | None:
    with office.desk.read(TEAM) as view:
        person = view.person(user)
    return person.standing if person else None


@pytest.mark.parametrize("content", [UNINSTALLED, REVOKED], ids=["uninstalled", "revoked"])
def test_nothing_is_delivered_to_a_workspace_that_threw_us_out(
    office: Office, content: dict[str, Any]
) -> None:
    assert office.tell(event(content)).status_code == 200
    assert shut(office) == [TEAM]
    office.offer()
    office.drain()
    assert office.slack.calls == []
    assert office.queue() == {"parked": 1}


def test_late_events_and_clicks_after_that_do_no_harm(office: Office) -> None:
    card = office.card()
    office.click(card, ids.DETAILS)
    office.tell(event(UNINSTALLED))
    for number, content in enumerate([REVOKED, UNINSTALLED, {"type": "app_home_opened"}]):
        assert office.tell(event(content, f"Ev9{number}")).status_code == 200
    assert office.click(card, ids.ACCEPT).status_code == 200
    assert office.handoff().decision
    assert shut(office) == [TEAM]


def test_an_event_that_comes_again_after_we_were_let_in_again_has_no_second_effect(
    office: Office,
) -> None:
    office.tell(event(UNINSTALLED))
    office.desk.store.outbox.resume(TEAM)
    for _ in range(3):
        assert office.tell(event(UNINSTALLED)).status_code == 200
    assert shut(office) == []


def test_one_event_four_times_at_once_is_one(office: Office) -> None:
    office.ask("help")
    told = event({"type": "team_join", "user": {"id": RIN}})
    with ThreadPoolExecutor(4) as lines:
        answers = list(lines.map(office.tell, [told] * 4))
    assert [answer.status_code for answer in answers] == [200] * 4
    office.drain()
    assert office.tell(told).status_code == 200
    office.drain()
    asked = [call.args["user"] for call in office.slack.calls_of("users.info")]
    assert asked == [BOB, RIN]


@pytest.mark.parametrize(
    "told",
    [
        event(UNINSTALLED, team="T0ELSE"),
        event({"type": "tokens_revoked"}),
        event({"type": "tokens_revoked", "tokens": {"oauth": ["U0BOB"], "bot": []}}),
        event({"type": "tokens_revoked", "tokens": ["bot"]}),
        event({"type": "user_change"}),
        event({"type": "user_change", "user": RIN}),
        event({"type": "user_change", "user": {"id": RIN, "deleted": True}}),
        event({"type": "team_join", "user": {"id": 5}}),
        {**event(UNINSTALLED), "team_id": None},
    ],
)
def test_what_is_none_of_our_business_changes_nothing(office: Office, told: dict[str, Any]) -> None:
    assert office.tell(told).status_code == 200
    assert shut(office) == []
    assert office.queue() == {}
    assert standing(office, RIN) is None


def test_who_is_deactivated_is_refused_from_then_on(office: Office) -> None:
    card = office.card()
    office.click(card, ids.DETAILS)
    gone = {"type": "user_change", "user": {"id": BOB, "team_id": TEAM, "deleted": True}}
    office.tell(event(gone))
    office.click(card, ids.ACCEPT)
    assert office.handoff().decision is None
    assert standing(office, BOB) is Standing.DEACTIVATED


def test_an_old_event_lets_nobody_in(office: Office) -> None:
    office.slack.team.people[BOB] = Person(BOB, restricted=True)
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.tell(event({"type": "user_change", "user": {"id": BOB, "team_id": TEAM}}))
    office.click(card, ids.ACCEPT)
    assert office.handoff().decision is None
    office.slack.team.people[BOB] = Person(BOB)
    office.drain()
    office.click(card, ids.ACCEPT)
    assert office.handoff().decision


def test_an_event_that_cannot_be_kept_is_sent_again(office: Office, sqlite_url: str) -> None:
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert office.tell(event(UNINSTALLED)).status_code == 503
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert shut(office) == []
    assert office.tell(event(UNINSTALLED)).status_code == 200
    assert shut(office) == [TEAM]


def test_the_promise_to_look_somebody_up_is_kept_in_order(office: Office) -> None:
    office.tell(event({"type": "team_join", "user": {"id": RIN}}))
    assert office.drain() == 1
    assert standing(office, RIN) is Standing.MEMBER
    assert office.posting(IntentKind.PERSON, RIN) is None


# User groups

REPS = "S0REPS"


@pytest.fixture
def grouped(office: Office) -> Office:
    """An office whose reps are a user group of Slack's."""
    people = a_policy(people={Role.REP: frozenset({REPS}), Role.ADMIN: frozenset({MIA})})
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(people))
    office.slack.team.groups[REPS] = [BOB]
    return office


def reps(office: Office) -> set[str]:
    with office.desk.read(TEAM) as view:
        return set(view.workspace().policy.staff[Role.REP]) - {REPS}


@pytest.mark.parametrize(
    "content",
    [
        {"type": "subteam_members_changed", "subteam_id": REPS, "added_users": [BOB]},
        {"type": "subteam_updated", "subteam": {"id": REPS, "users": [BOB]}},
    ],
)
def test_who_is_in_a_group_is_asked_when_slack_says_that_it_changed(
    grouped: Office, content: dict[str, Any]
) -> None:
    grouped.tell(event(content))
    grouped.drain()
    assert reps(grouped) == {BOB}
    assert grouped.slack.calls_of("usergroups.users.list")


def test_a_group_that_has_no_role_is_none_of_our_business(grouped: Office) -> None:
    grouped.tell(event({"type": "subteam_members_changed", "subteam_id": "S0OTHERS"}))
    grouped.drain()
    assert grouped.slack.calls_of("usergroups.users.list") == []


@pytest.mark.parametrize("error", ["missing_scope", "no_such_subteam"])
def test_of_a_group_that_slack_does_not_tell_the_last_members_stay(
    grouped: Office, error: str
) -> None:
    changed = {"type": "subteam_members_changed", "subteam_id": REPS}
    grouped.tell(event(changed))
    grouped.drain()
    grouped.slack.team.groups[REPS] = [RIN]
    grouped.slack.always("usergroups.users.list", b.fails(error))
    for id in ("Ev2", "Ev3"):
        grouped.tell(event(changed, id))
        grouped.drain()
    assert reps(grouped) == {BOB}
    assert shut(grouped) == []
    [alarm] = [each for each in grouped.slack.messages(MARKETING) if REPS in each["text"]]
    assert ("usergroups:read" in alarm["text"]) == (error == "missing_scope")
    card = grouped.card()
    grouped.click(card, ids.ACCEPT)
    decision = grouped.handoff().decision
    assert decision
    assert decision.by == BOB


def test_where_slack_is_away_it_is_asked_again(grouped: Office) -> None:
    grouped.slack.script("usergroups.users.list", b.broken(posted=False))
    grouped.tell(event({"type": "subteam_members_changed", "subteam_id": REPS}))
    grouped.drain()
    assert reps(grouped) == set()
    grouped.clock.now += timedelta(minutes=1)
    grouped.drain()
    assert reps(grouped) == {BOB}


def test_slack_says_who_heads_the_workspace(office: Office) -> None:
    office.slack.team.people[RIN].admin = True
    office.click(office.card(), ids.ACCEPT, by=RIN)
    assert standing(office, RIN) is Standing.HEAD
    with office.desk.read(TEAM) as view:
        assert view.workspace().policy.heads == {RIN}
