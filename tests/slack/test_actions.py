"""A click does what the button says, once; whoever cannot be served hears why."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from core.domain.handoff import Outcome
from core.domain.intents import IntentKind
from core.domain.log import Door
from core.domain.stages import Verb
from handlers.slack.views import ids
from tests.builders import TEAM, a_workspace
from tests.slack import behaviours as b
from tests.slack.office import BOB, MARKETING, RIN, SALES, Office, a_person
from tests.slack.team import Person

UNDO = ids.step(Verb.UNDO, Verb.ACCEPT)
ACCEPTED = ["touch", "advance", UNDO, ids.DETAILS, ids.MORE]


def buttons(message: dict[str, object]) -> list[str]:
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    return [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_accept_is_committed_when_it_is_answered(office: Office) -> None:
    card = office.card()
    answer = office.click(card, ids.ACCEPT)
    assert (answer.status_code, answer.text) == (200, "")
    decision = office.handoff().decision
    assert decision
    assert (decision.outcome, decision.by, decision.door) == (Outcome.ACCEPTED, BOB, Door.BUTTON)


def test_the_card_changes_in_place_and_its_thread_gets_a_briefing(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.drain()
    [after] = office.cards()
    assert after["ts"] == card["ts"]
    assert buttons(card) == [ids.ACCEPT, ids.REJECT, ids.DETAILS]
    assert buttons(after) == ACCEPTED
    [briefing] = [m for m in office.slack.messages(SALES) if m.get("thread_ts") == card["ts"]]
    assert "ld_1@acme.example" in str(briefing["blocks"])


def test_whoever_comes_second_is_told_who_was_first(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT, by=BOB)
    assert office.click(card, ids.ACCEPT, by=RIN).status_code == 200
    office.drain()
    [whisper] = office.whispers()
    assert whisper["ephemeral_to"] == RIN
    assert f"<@{BOB}>" in whisper["text"]
    assert office.handoff().decision.by == BOB  # type: ignore[union-attr]


def test_a_replayed_click_does_nothing_twice(office: Office) -> None:
    card = office.card()
    clicked: dict[str, Any] = {"actions": [{**_action(card, ids.ACCEPT), "action_ts": "1.000001"}]}
    office.click(card, ids.ACCEPT, **clicked)
    undo: dict[str, Any] = {
        "actions": [{**_action(card, ids.ACCEPT), "action_id": UNDO, "action_ts": "2.0"}]
    }
    office.drain()
    office.click(office.cards()[0], UNDO, **undo)
    office.click(card, ids.ACCEPT, **clicked)
    assert office.handoff().decision is None
    office.drain()
    assert office.whispers() == []


def _action(card: dict[str, object], name: str) -> dict[str, object]:
    blocks = card["blocks"]
    assert isinstance(blocks, list)
    [action] = [e for b in blocks for e in b.get("elements", []) if e.get("action_id") == name]
    return dict(action)


def test_of_many_reps_at_once_one_gets_the_lead(office: Office) -> None:
    card = office.card()
    reps = [f"U0REP{n}" for n in range(8)]
    office.slack.team.people |= {rep: Person(rep) for rep in reps}
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda rep: office.click(card, ids.ACCEPT, by=rep), reps))
    assert {answer.status_code for answer in answers} == {200}
    winner = office.handoff().decision.by  # type: ignore[union-attr]
    office.drain()
    told = {call.args["user"] for call in office.slack.calls_of("chat.postEphemeral")}
    assert told == set(reps) - {winner}


def test_undo_puts_the_card_back(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.drain()
    office.click(office.cards()[0], UNDO)
    office.drain()
    assert buttons(office.cards()[0]) == [ids.ACCEPT, ids.REJECT, ids.DETAILS]


def test_undo_too_late_is_told(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.drain()
    [stale] = office.cards()
    office.clock.forward(minutes=11)
    office.click(stale, UNDO)
    office.drain()
    [whisper] = office.whispers()
    assert "undone until" in whisper["text"]


def test_undo_of_nothing_is_told(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.drain()
    [stale] = office.cards()
    office.click(stale, UNDO)
    office.click(stale, UNDO, by=RIN)
    office.drain()
    [whisper] = office.whispers()
    assert whisper["ephemeral_to"] == RIN


def test_reject_opens_a_form_before_the_answer(office: Office) -> None:
    office.click(office.card(), ids.REJECT)
    assert office.view()["callback_id"] == ids.REJECT_FORM
    assert office.handoff().decision is None


def test_reject_of_a_lead_that_is_taken_opens_nothing(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.click(card, ids.REJECT, by=RIN)
    office.drain()
    assert office.slack.calls_of("views.open") == []
    assert [whisper["ephemeral_to"] for whisper in office.whispers()] == [RIN]


def test_details_open_in_the_language_of_the_person(office: Office) -> None:
    card = office.card()
    office.click(card, ids.DETAILS, by=BOB)
    english = office.view()["title"]["text"]
    office.click(card, ids.DETAILS, by=RIN)
    assert office.view()["title"]["text"] != english


@pytest.mark.parametrize(
    "failure",
    [
        b.fails("expired_trigger_id"),
        b.fails("internal_error"),
        b.broken(posted=False),
        b.hangs(3, posted=False),
    ],
    ids=["expired", "internal", "5xx", "hang"],
)
def test_a_form_that_cannot_be_opened_is_excused(office: Office, failure: b.Behaviour) -> None:
    card = office.card()
    office.slack.script("views.open", failure)
    assert office.click(card, ids.REJECT).status_code == 200
    office.drain()
    [whisper] = office.whispers()
    assert "could not open" in whisper["text"]


def test_slack_being_away_while_somebody_clicks_loses_nothing(office: Office) -> None:
    card = office.card()
    office.slack.always("chat.update", b.broken(503, posted=False))
    office.slack.always("chat.postMessage", b.broken(503, posted=False))
    assert office.click(card, ids.ACCEPT).status_code == 200
    office.drain()
    for method in ("chat.update", "chat.postMessage"):
        office.slack.always(method, b.OK)
    office.wait(60)
    assert buttons(office.cards()[0]) == ACCEPTED


@pytest.mark.parametrize("home", ["T0ELSE", "", None])
def test_strangers_decide_nothing(office: Office, home: str | None) -> None:
    card = office.card()
    stranger = {"id": "U0STRANGER", **({} if home is None else {"team_id": home})}
    answer = office.click(card, ids.ACCEPT, user=stranger, team={"id": home or "T0ELSE"})
    assert answer.status_code == 200
    assert office.handoff().decision is None
    until(lambda: bool(office.slack.calls_of("chat.postEphemeral")))
    assert "team" in office.slack.calls_of("chat.postEphemeral")[0].args["text"]


def test_a_button_of_another_version_is_explained(office: Office) -> None:
    card = office.card()
    old = {"type": "button", "action_id": "snooze", "value": "ho_1", "action_ts": "1.0"}
    office.click(card, ids.ACCEPT, actions=[old])
    office.drain()
    assert "/lead" in office.whispers()[0]["text"]


@pytest.mark.parametrize("value", ["ho_999", "", "'; --", "ld_1"])
def test_a_stale_or_copied_value_decides_nothing(office: Office, value: str) -> None:
    card = office.card()
    forged = {**_action(card, ids.ACCEPT), "value": value, "action_ts": "1.0"}
    assert office.click(card, ids.ACCEPT, actions=[forged]).status_code == 200
    assert office.handoff().decision is None
    until(lambda: len(office.whispers()) == 1)


@pytest.mark.parametrize("button", [ids.ACCEPT, ids.REJECT, ids.DETAILS])
def test_a_value_that_was_copied_from_another_card_does_nothing(
    office: Office, caplog: pytest.LogCaptureFixture, button: str
) -> None:
    first, second = office.card(a_person(1)), office.card(a_person(2))
    office.ask("help")
    copied = {**_action(second, button), "action_ts": "1.0"}
    assert office.click(first, button, actions=[copied]).status_code == 200
    until(lambda: len(office.whispers()) == 1)
    assert "does not belong" in office.whispers()[0]["text"]
    assert office.handoff("ho_2").decision is None
    assert office.slack.calls_of("views.open") == []
    assert "because=forged" in caplog.text


def test_who_still_sees_a_button_that_is_gone_is_told_who_was_first(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.drain()
    late = {**_action(card, ids.ACCEPT), "action_ts": "1.0"}
    office.click(office.cards()[0], UNDO, by=RIN, actions=[late])
    office.drain()
    assert f"<@{BOB}>" in office.whispers()[0]["text"]


@pytest.mark.parametrize("button", [ids.ACCEPT, UNDO])
def test_a_decision_without_the_message_that_offers_it_is_refused(
    office: Office, button: str
) -> None:
    card = office.card()
    pressed = {"type": "button", "action_id": button, "value": "ho_1", "action_ts": "1.0"}
    office.click(card, ids.ACCEPT, actions=[pressed], message=None)
    until(lambda: len(office.whispers()) == 1)
    assert office.handoff().decision is None


def test_a_card_of_another_workspace_decides_nothing_here(office: Office) -> None:
    office.desk.change("T0ELSE", lambda unit, _: unit.found(a_workspace("T0ELSE")))
    card = office.card()
    theirs: dict[str, Any] = {"team": {"id": "T0ELSE"}, "user": {"id": BOB, "team_id": "T0ELSE"}}
    office.slack.team.people[BOB] = Person(BOB, team="T0ELSE")
    office.click(card, ids.ACCEPT, **theirs)
    until(lambda: len(office.whispers()) == 1)
    assert office.handoff().decision is None


def test_a_locked_database_asks_to_try_again_and_does_nothing(
    office: Office, sqlite_url: str
) -> None:
    card = office.card()
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        begun = time.monotonic()
        answer = office.click(card, ids.ACCEPT)
        assert answer.status_code == 200
        assert time.monotonic() - begun < 3
        until(lambda: len(office.whispers()) == 1)
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert "Please click again" in office.whispers()[0]["text"]
    assert office.handoff().decision is None
    assert office.click(card, ids.ACCEPT).status_code == 200
    assert office.handoff().decision is not None


def test_a_bug_is_told_with_a_reference(
    office: Office, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = office.card()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file, file:
        file.execute("UPDATE handoff SET explanation = '{}'")
    assert office.click(card, ids.DETAILS).status_code == 200
    until(lambda: len(office.whispers()) == 1)
    [mishap] = [r.getMessage() for r in caplog.records if "mishap" in r.getMessage()]
    reference = mishap.split()[1].rstrip(":")
    assert reference in str(office.whispers()[0]["blocks"])


def test_a_run_button_replaces_the_answer_that_it_stands_in(office: Office) -> None:
    office.offer()
    office.drain()
    asked = office.ask("stauts ld_1")
    message = {"channel": SALES, "ts": "1.0", "user": "U0BATON", "blocks": asked["blocks"]}
    team = office.slack.team
    with team.lock:
        team.rooms[SALES].messages.append(dict(message))
    office.click(message, ids.run(0))
    office.drain()
    assert len(office.slack.calls_of("response_url")) == 1
    [replaced] = [m for m in office.slack.messages(SALES) if m["ts"] == "1.0"]
    assert replaced["blocks"] != message["blocks"]


def test_a_run_button_is_answered_where_the_address_has_expired(office: Office) -> None:
    asked = office.ask("hlep")
    message = {"channel": SALES, "ts": "1.0", "user": "U0BATON", "blocks": asked["blocks"]}
    expired = office.slack.url.replace("/api/", "/response/T01-expired")
    for address in (expired, ""):
        office.click(message, ids.run(0), response_url=address)
    office.drain()
    assert [w["ephemeral_to"] for w in office.whispers()] == [BOB, BOB]


def test_a_click_outside_of_channels_is_answered_in_private(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    home = {
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home", "blocks": card["blocks"]},
        "channel": None,
        "message": None,
    }
    office.click(card, ids.ACCEPT, by=RIN, **home)
    office.drain()
    assert f"<@{BOB}>" in office.slack.team.direct_messages(RIN)[0]["text"]


def test_another_lead_is_left_alone(office: Office) -> None:
    first, second = office.card(a_person(1)), office.card(a_person(2))
    office.click(first, ids.ACCEPT)
    office.drain()
    assert buttons(office.cards()[1]) == buttons(second)
    assert office.posting(IntentKind.BRIEFING, "ho_2") is None
    assert office.slack.messages(MARKETING) == []
    assert office.handoff("ho_2").workspace == TEAM
