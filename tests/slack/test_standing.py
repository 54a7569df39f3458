"""Nobody decides on a lead, or reads of one, who may not: looked at when they click."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.domain.policy import Policy
from core.domain.stages import Verb
from core.domain.standing import Standing
from handlers.slack.people import described
from handlers.slack.views import ids
from tests.builders import NOW, TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.office import BOB, RIN, Office
from tests.slack.team import Person

OUTSIDERS: dict[str, dict[str, Any]] = {
    "guest": {"restricted": True},
    "single-channel guest": {"ultra_restricted": True},
    "stranger": {"stranger": True},
    "stranger of another team": {"team": "T0ELSE"},
    "bot": {"bot": True},
    "deactivated": {"deleted": True},
}
X = "U0X"

Act = Callable[[Office], object]


def _accept(office: Office) -> None:
    office.click(office.cards()[0], ids.ACCEPT, by=X)


def _reject(office: Office) -> None:
    office.click(office.cards()[0], ids.REJECT, by=X)


def _details(office: Office) -> None:
    office.click(office.cards()[0], ids.DETAILS, by=X)


def _undo(office: Office) -> None:
    office.click(office.cards()[0], ids.ACCEPT, by=BOB)
    office.drain()
    office.click(office.cards()[0], ids.step(Verb.UNDO, Verb.ACCEPT), by=X)


def _send(office: Office) -> str:
    office.click(office.cards()[0], ids.REJECT, by=BOB)
    user = {"id": X, "team_id": TEAM}
    return office.send(office.view(), user=user, reason="no_need").text


def _ask(office: Office) -> str:
    return str(office.ask("status ld_1", by=X))


def _run(office: Office) -> None:
    asked = office.ask("stauts ld_1", by=BOB)
    message = {"channel": "C0SALES", "ts": "1.0", "user": "U0BATON", "blocks": asked["blocks"]}
    office.click(message, ids.run(0), by=X)


CLICKS = {"accept": _accept, "reject": _reject, "undo": _undo, "details": _details, "run": _run}
DOORS: dict[str, Act] = {**CLICKS, "form": _send, "command": _ask}


def told(office: Office) -> str:
    """What X was told by a whisper, which comes after the answer to the click."""
    deadline = time.monotonic() + 5
    while not (said := [w["text"] for w in office.whispers() if w["ephemeral_to"] == X]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return str(said[0])


def tried(office: Office, door: str) -> str:
    """What they hear at a door; it is gone then, as if they had read it."""
    answer = DOORS[door](office)
    said = told(office) if door in CLICKS else str(answer)
    for whisper in office.whispers():
        office.slack.team.delete(whisper["channel"], whisper["ts"])
    return said


@pytest.fixture
def card(office: Office) -> Any:
    return office.card()


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.usefixtures("card")
def test_every_door_is_closed_to_whoever_may_not(
    office: Office, caplog: pytest.LogCaptureFixture, who: str, door: str
) -> None:
    office.slack.team.people[X] = Person(X, "x", "Xavier Unknown", **OUTSIDERS[who])
    said = tried(office, door)
    while "turned away" in caplog.text:  # the machine was busy, and they were asked to try again
        caplog.clear()
        said = tried(office, door)
    assert "Nothing has changed" in said
    assert "Hana" not in said
    decision = office.handoff().decision
    assert decision is None or decision.by == BOB
    assert not any(call.args["trigger_id"] == X for call in office.slack.calls_of("views.open"))
    refusals = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused:")]
    assert len(refusals) == 1
    assert f"by={X}" in refusals[0]
    assert "Xavier" not in caplog.text


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "silence",
    [b.hangs(3, posted=False), b.broken(posted=False), b.limited("30")],
    ids=["hang", "5xx", "limited"],
)
@pytest.mark.usefixtures("card")
def test_who_is_not_known_yet_may_try_again_when_slack_is_silent(
    office: Office, door: str, silence: b.Behaviour
) -> None:
    office.slack.team.people[X] = Person(X)
    for known in (BOB, RIN):
        office.ask("help", by=known)
    office.slack.always("users.info", silence)
    begun = time.monotonic()
    answer = DOORS[door](office)
    assert time.monotonic() - begun < 3
    assert "try again" in (told(office) if door in CLICKS else str(answer))
    decision = office.handoff().decision
    assert decision is None or decision.by == BOB
    office.slack.always("users.info", b.OK)
    if door == "accept":
        _accept(office)
        assert office.handoff().decision


def test_slack_is_asked_once_about_each_person(office: Office) -> None:
    card = office.card()
    office.click(card, ids.DETAILS)
    office.click(card, ids.ACCEPT)
    office.click(card, ids.ACCEPT, by=RIN)
    assert [call.args["user"] for call in office.slack.calls_of("users.info")] == [BOB, RIN]


def test_who_was_seen_long_ago_decides_at_once_and_is_looked_up_after(office: Office) -> None:
    office.ask("help")
    office.clock.forward(hours=25)
    office.click(office.card(), ids.ACCEPT)
    assert office.handoff().decision
    assert len(office.slack.calls_of("users.info")) == 1
    office.drain()
    assert len(office.slack.calls_of("users.info")) == 2


def test_a_guest_who_becomes_a_member_is_let_in_soon(office: Office) -> None:
    card = office.card()
    office.slack.team.people[X] = Person(X, restricted=True)
    office.click(card, ids.ACCEPT, by=X)
    office.slack.team.people[X] = Person(X)
    office.click(card, ids.ACCEPT, by=X)
    assert office.handoff().decision is None
    office.clock.forward(minutes=5)
    office.click(card, ids.ACCEPT, by=X)
    assert office.handoff().decision
    assert len(office.slack.calls_of("users.info")) == 2


def test_a_team_may_let_its_guests_decide(office: Office) -> None:
    guest: Policy = replace(a_policy(), guests_may_decide=True)
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(guest))
    office.slack.team.people[X] = Person(X, restricted=True)
    office.click(office.card(), ids.ACCEPT, by=X)
    assert office.handoff().decision


def test_each_decision_is_one_line_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.click(card, ids.ACCEPT, by=RIN)
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("decision:")]
    about = "decision: handoff=ho_1 lead=ld_1 verb=accept"
    assert lines == [
        f"{about} by={BOB} door=button outcome=done",
        f"{about} by={RIN} door=button outcome=already_taken",
    ]


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"team_id": TEAM}, Standing.MEMBER),
        ({"team_id": "T0ELSE"}, Standing.STRANGER),
        ({"team_id": "T0ELSE", "enterprise_user": {"teams": [TEAM]}}, Standing.MEMBER),
        ({"team_id": TEAM, "is_stranger": True}, Standing.STRANGER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"is_bot": True, "is_restricted": True}, Standing.BOT),
        ({"deleted": True, "is_bot": True}, Standing.DEACTIVATED),
    ],
)
def test_what_slack_says_of_somebody(said: dict[str, Any], standing: Standing) -> None:
    assert described(said, TEAM, X, at=NOW).standing is standing
