"""Slack's door: only what Slack signed comes in, and nothing that is sent breaks it."""

from __future__ import annotations

import json
import logging
import random
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.slack.views import ids
from handlers.web.slack import read, signed, unquoted
from tests.builders import NOW, TEAM
from tests.slack.fake import TOKEN
from tests.slack.office import BOB, SECRET, Office, sign

FORM = "application/x-www-form-urlencoded"
NAMES = [
    *("type", "team", "user", "id", "event", "view", "actions", "action_id", "state", "values"),
    *("callback_id", "channel", "container", "message", "authorizations"),
]
KINDS = [
    *("block_actions", "view_submission", "view_closed", "event_callback", "shortcut"),
    *("block_suggestion", "interactive_message", "dialog_submission", "message_action", "other"),
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_what_slack_signed_comes_in(office: Office) -> None:
    answer = office.tell({"type": "url_verification", "challenge": "3eZbrw1a"})
    assert (answer.status_code, answer.text) == (200, "3eZbrw1a")


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Slack_Signature": ""},
        {"X_Slack_Signature": "v0=" + "0" * 64},
        {"X_Slack_Signature": "v0=" + "0" * 100_00},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Request_Timestamp": "abc"},
        {"X_Slack_Request_Timestamp": "-1"},
        {"X_Slack_Request_Timestamp": "9" * 5000},
        {"X_Slack_Request_Timestamp": "1e9"},
    ],
)
def test_what_nobody_signed_stays_out(office: Office, headers: dict[str, str]) -> None:
    assert office.post(b"{}", "application/json", **headers).status_code == 401


def test_a_request_without_headers_stays_out(office: Office) -> None:
    assert office.http.post("/slack/events", content=b"{}").status_code == 401


def test_a_signature_of_other_letters_stays_out(office: Office) -> None:
    headers = sign(b"{}", NOW.timestamp())
    sent = [(b"X-Slack-Signature", "v0=é署名".encode()), (b"X-Slack-Request-Timestamp", b"1")]
    assert office.http.post("/slack/events", content=b"{}", headers=sent).status_code == 401
    changed = headers | {"X-Slack-Signature": headers["X-Slack-Signature"].upper()}
    assert office.http.post("/slack/events", content=b"{}", headers=changed).status_code == 401


@pytest.mark.parametrize(
    ("age", "welcome"), [(0, True), (300, True), (301, False), (-60, True), (-61, False)]
)
def test_a_signature_holds_for_five_minutes(age: int, welcome: bool) -> None:
    headers = {k.lower(): v for k, v in sign(b"x", NOW.timestamp() - age).items()}
    assert signed(b"x", headers, secret=SECRET.encode(), now=NOW) is welcome


def test_a_signature_covers_every_byte() -> None:
    body, rng = b"payload=%7B%7D", random.Random(7)
    headers = {k.lower(): v for k, v in sign(body, NOW.timestamp()).items()}
    assert signed(body, headers, secret=SECRET.encode(), now=NOW)
    for _ in range(2000):
        changed = bytearray(body)
        changed[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        assert not signed(bytes(changed), headers, secret=SECRET.encode(), now=NOW)


def test_other_methods_are_refused(office: Office) -> None:
    assert office.http.get("/slack/events").status_code == 405


def test_too_much_is_refused(office: Office) -> None:
    assert office.post(b"x" * 1_000_001).status_code == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"payload=", FORM),
        (b"payload=null", FORM),
        (b"payload=%FF%FE", FORM),
        (b"payload=%7B", FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"payload=5&payload=6", FORM),
        (b"text=%FF", FORM),
        (b"\xff=\xff", FORM),
        (b"&".join(b"a=1" for _ in range(500)), FORM),
        (b'{"event": 5}', "application/json"),
        (b'{"type": "event_callback", "event": {}}', "application/json"),
        (b'{"type": "block_actions", "actions": []}', "application/json"),
        (b'{"type": "block_actions", "actions": [5]}', "application/json"),
        (b'{"type": "block_actions", "actions": [{"action_id": []}]}', "application/json"),
        (b'{"type": "view_submission", "view": 5}', "application/json"),
        (b'{"type": "interactive_message", "callback_id": "x"}', "application/json"),
        (b'{"type": "view_submission", "view": {"callback_id": "x"}}', "application/json"),
        (b'{"team": 5}', "application/json"),
        (b'{"type": "shortcut", "callback_id": false}', "application/json"),
        (b'{"type": "message_action", "callback_id": []}', "application/json"),
    ],
)
def test_signed_nonsense_is_refused(office: Office, body: bytes, kind: str) -> None:
    assert office.post(body, kind).status_code == 400


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(KINDS), payload=st.dictionaries(st.text(max_size=5), ANYTHING) | ANYTHING
)
def test_signed_nonsense_never_breaks_the_door(office: Office, kind: str, payload: Any) -> None:
    shaped = {**payload, "type": kind} if isinstance(payload, dict) else payload
    assert office.interact(shaped).status_code in (200, 400)
    assert office.tell(shaped).status_code in (200, 400)


def test_what_is_null_is_as_good_as_absent(office: Office) -> None:
    assert office.interact({"type": "view_submission", "view": None}).status_code == 200


def test_the_word_payload_in_a_command_is_only_a_word(office: Office) -> None:
    assert "payload" in office.ask("payload status")["text"]


@pytest.mark.parametrize("text", ["a&b=c", "50% + 1", "佐藤 花", "x=payload={}", "🙂"])
def test_forms_are_read_as_they_were_meant(text: str) -> None:
    payload = {"type": "block_actions", "value": text}
    body = f"payload={quote_plus(json.dumps(payload, ensure_ascii=False))}".encode()
    assert read(body, json_body=False) == payload
    assert read(body + b"&x=1", json_body=False) == payload
    command = {"command": "/lead", "text": text}
    assert read(urlencode(command).encode(), json_body=False) == command


@given(st.text(st.sampled_from('%25 2aA"{:+\\漢')), st.booleans())
def test_a_payload_is_unquoted_as_the_standard_library_does(text: str, quoted: bool) -> None:
    sent = (quote_plus(text) if quoted else text).encode()
    assert unquoted(sent) == unquote_to_bytes(sent.replace(b"+", b" "))


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_closed", "view": {"type": "modal", "callback_id": "reject_form"}},
        {"type": "shortcut", "callback_id": "x"},
        {"type": "message_action", "callback_id": "x"},
        {"type": "block_suggestion", "action_id": "x", "value": ""},
        {"type": "something_new"},
    ],
)
def test_what_nobody_listens_to_is_answered_anyway(office: Office, payload: Any) -> None:
    sent = {**payload, "team": {"id": TEAM}, "user": {"id": BOB, "team_id": TEAM}}
    assert office.interact(sent).status_code == 200


@pytest.mark.parametrize("team", [{}, [], 5, {"id": []}])
def test_a_team_that_is_no_text_breaks_nothing(office: Office, team: Any) -> None:
    sent = {"type": "block_actions", "team": team, "user": {"id": BOB}, "actions": [{}]}
    assert office.interact(sent).status_code < 500


@pytest.mark.parametrize(
    "kind", ["app_uninstalled", "tokens_revoked", "app_home_opened", "message", "brand_new"]
)
def test_every_event_is_answered(office: Office, kind: str) -> None:
    event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": {"type": kind}}
    assert office.tell(event).status_code == 200


def test_nobody_asks_slack_who_we_are(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.ask("help")
    assert office.slack.calls_of("auth.test") == []


def test_no_token_and_no_body_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    card = office.card()
    office.click(card, ids.REJECT)
    office.ask("status ld_1@acme.example")
    office.post(b'{"token": "canary@acme.example"', "application/json")
    logged = "\n".join(record.getMessage() for record in caplog.records)
    for secret in ("xoxb-", SECRET, "ld_1@acme", "canary", "Hana"):
        assert secret not in logged


def test_the_environment_does_not_turn_on_oauth(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A Bolt app left to itself would read these, throw our token away and keep files at home."""
    theirs = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "s",
        "SLACK_BOT_TOKEN": "xoxb-theirs",
    }
    home = tmp_path / "home"
    home.mkdir()
    for name, value in {**theirs, "HOME": str(home)}.items():
        monkeypatch.setenv(name, value)
    office: Office = request.getfixturevalue("office")
    office.click(office.card(), ids.REJECT)
    assert [call.token for call in office.slack.calls_of("views.open")] == [TOKEN]
    assert list(home.iterdir()) == []
