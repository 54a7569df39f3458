"""The fake Slack keeps Slack's limits and fails exactly as it was told."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import behaviours as b
from tests.slack.fake import RESPONSE_URL, TOKEN, FakeSlack
from tests.slack.limits import faults
from tests.slack.team import Person, Team

SALES = "C0SALES"
UNKNOWN_FATE = (OSError, http.client.HTTPException, SlackApiError, ValueError)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack({TOKEN: Team(people=[Person("U01", email="bob@acme.example")])}) as fake:
        yield fake


@pytest.fixture
def client(slack: FakeSlack) -> WebClient:
    return WebClient(TOKEN, base_url=slack.url, retry_handlers=[], timeout=2)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**changes: object) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("Accept"), **changes}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def section(**content: object) -> dict[str, Any]:
    return {"type": "section", **content}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(f"Option {n}"), "value": str(n)} for n in range(count)]


def modal(*blocks: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain("Reject"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **changes,
    }


def asks(**element: object) -> dict[str, Any]:
    return {"type": "input", "label": plain("Reason"), "element": {"action_id": "x", **element}}


WELL = [
    [section(text=plain("x" * 3000)), actions(button(value="v" * 2000))],
    [section(fields=[plain("y" * 2000)] * 2), {"type": "divider"}],
    modal(asks(type="static_select", options=options(100))),
    modal(asks(type="plain_text_input", multiline=True)),
    {"type": "home", "blocks": [{"type": "header", "text": plain("h" * 150)}]},
]

BROKEN: list[tuple[str, Any]] = [
    ("51, more than 50", [{"type": "divider"}] * 51),
    ("more than 12000 in one message", [section(text=plain("x" * 3000))] * 5),
    ("more than 3000", [section(text=plain("x" * 3001))]),
    ("more than 2000", [section(fields=[plain("x" * 2001)])]),
    ("more than 150", [{"type": "header", "text": plain("x" * 151)}]),
    ("must be plain_text", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
    ("empty", [section(text=plain(""))]),
    ("neither text nor fields", [section()]),
    ("more than 75", [actions(button(text=plain("x" * 76)))]),
    ("more than 2000", [actions(button(value="x" * 2001))]),
    ("more than 255", [actions(button(action_id="x" * 256))]),
    ("action_id 'a' stands there twice", [actions(button(), button())]),
    ("block_id 'row' stands there twice", [actions(button())] * 2),
    ("not allowed here", [actions({"type": "plain_text_input"})]),
    ("no block", [{"type": "sparkles"}]),
    ("more than 24", modal(title=plain("x" * 25))),
    ("more than 3000", modal(private_metadata="x" * 3001)),
    ("asks for input", {"type": "modal", "title": plain("t"), "blocks": [asks(type="datepicker")]}),
    ("101, not 1 to 100", modal(asks(type="static_select", options=options(101)))),
    ("either options", modal(asks(type="static_select"))),
    ("not on offer", modal(asks(type="radio_buttons", options=options(2), initial_option={}))),
    ("more than 100", {"type": "home", "blocks": [{"type": "divider"}] * 101}),
]


@pytest.mark.parametrize("thing", WELL)
def test_what_slack_takes_has_no_faults(thing: Any) -> None:
    assert faults(thing) == []


@pytest.mark.parametrize(("complaint", "thing"), BROKEN)
def test_what_slack_refuses_is_named(complaint: str, thing: Any) -> None:
    assert [fault for fault in faults(thing) if complaint in fault]


def test_broken_blocks_are_refused_with_the_reason(slack: FakeSlack, client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.chat_postMessage(channel=SALES, text="x", blocks=[section()])
    assert slack.messages(SALES) == []


def test_metadata_is_found_again_in_the_history(slack: FakeSlack, client: WebClient) -> None:
    key = {"event_type": "card", "event_payload": {"key": "k1"}}
    ts = client.chat_postMessage(channel=SALES, text="first", metadata=key)["ts"]
    client.chat_postMessage(channel=SALES, text="reply", thread_ts=ts)
    client.chat_postEphemeral(channel=SALES, text="psst", user="U01")
    client.chat_update(channel=SALES, ts=ts, text="second")

    found = client.conversations_history(channel=SALES, include_all_metadata=True)["messages"]
    assert [(m["text"], m["metadata"]) for m in found] == [("second", key)]
    hidden = client.conversations_history(channel=SALES)["messages"]
    assert "metadata" not in hidden[0]
    assert [m["text"] for m in slack.messages(SALES)] == ["second", "reply", "psst"]


POSTED = [
    (b.OK, True),
    (b.fails("is_archived"), False),
    (b.limited("30"), False),
    (b.broken(500, posted=False), False),
    (b.broken(503, posted=True), True),
    (b.hangs(0.05, posted=False), False),
    (b.hangs(0.05, posted=True), True),
    (b.resets(posted=False), False),
    (b.resets(posted=True), True),
    (b.cut(), True),
    (b.html(posted=True), True),
    (b.empty(posted=False), False),
]


@pytest.mark.parametrize(("behaviour", "posted"), POSTED)
def test_a_behaviour_posts_or_not_and_lasts_one_call(
    slack: FakeSlack, client: WebClient, behaviour: b.Behaviour, posted: bool
) -> None:
    slack.script("chat.postMessage", behaviour)
    if behaviour is b.OK:
        client.chat_postMessage(channel=SALES, text="card")
    else:
        with pytest.raises(UNKNOWN_FATE):
            client.chat_postMessage(channel=SALES, text="card")
    assert len(slack.messages(SALES)) == posted
    client.chat_postMessage(channel=SALES, text="again")
    assert len(slack.messages(SALES)) == posted + 1
    assert [call.args["text"] for call in slack.calls] == ["card", "again"]


def test_a_429_says_how_long_to_wait(slack: FakeSlack, client: WebClient) -> None:
    slack.script("chat.update", b.limited("30"))
    with pytest.raises(SlackApiError) as refused:
        client.chat_update(channel=SALES, ts="1.1", text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "30"


def test_a_reset_is_a_reset(slack: FakeSlack, client: WebClient) -> None:
    slack.script("chat.postMessage", b.resets(posted=False))
    with pytest.raises((ConnectionResetError, urllib.error.URLError)) as broken:
        client.chat_postMessage(channel=SALES, text="card")
    assert "reset" in str(broken.value)


def test_a_late_message_lands_after_its_call_was_lost(slack: FakeSlack, client: WebClient) -> None:
    slack.script("chat.postMessage", b.lands_late(0.1))
    with pytest.raises(UNKNOWN_FATE):
        client.chat_postMessage(channel=SALES, text="card")
    assert slack.messages(SALES) == []
    slack.settle()
    assert len(slack.messages(SALES)) == 1


def test_always_holds_until_it_is_lifted(slack: FakeSlack, client: WebClient) -> None:
    slack.always("chat.postMessage", b.fails("token_revoked"))
    for _ in range(3):
        with pytest.raises(SlackApiError, match="token_revoked"):
            client.chat_postMessage(channel=SALES, text="x")
    slack.always("chat.postMessage", b.OK)
    client.chat_postMessage(channel=SALES, text="x")


def test_a_token_opens_only_its_own_team() -> None:
    other = Team("T02OTHER", channels=["C9OTHER"])
    with FakeSlack({TOKEN: Team(), "xoxb-other": other}) as slack:
        client = WebClient("xoxb-other", base_url=slack.url, retry_handlers=[])
        assert client.auth_test()["team_id"] == "T02OTHER"
        with pytest.raises(SlackApiError, match="channel_not_found"):
            client.chat_postMessage(channel=SALES, text="x")
        client.token = "xoxb-nobody"
        with pytest.raises(SlackApiError, match="invalid_auth"):
            client.auth_test()


def test_a_trigger_opens_one_modal(slack: FakeSlack, client: WebClient) -> None:
    client.views_open(trigger_id="t1", view=modal(asks(type="datepicker")))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_open(trigger_id="t1", view=modal(asks(type="datepicker")))
    client.views_publish(user_id="U01", view={"type": "home", "blocks": []})
    assert slack.team.homes["U01"]["type"] == "home"


def test_a_response_url_answers_five_times(slack: FakeSlack) -> None:
    url = slack.response_url(SALES, "U01")
    for _ in range(5):
        assert post(url, {"text": "only you"}) == 200
    assert post(url, {"text": "once too often"}) == 404
    slack.script(RESPONSE_URL, b.broken(500, posted=False))
    assert post(slack.response_url(SALES, "U01"), {"text": "lost"}) == 500
    assert {m["ephemeral_to"] for m in slack.messages(SALES)} == {"U01"}
    assert len(slack.messages(SALES)) == 5


def post(url: str, body: dict[str, str]) -> int:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            status: int = answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            status = refused.code
    return status
