"""The real program at DEBUG, with everything going wrong: nothing private comes out of it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.gestures import filled
from tests.builders import TEAM
from tests.faults.program import KEY, Program, program
from tests.faults.stage import BOB, SALES, Stage, a_stage
from tests.slack.behaviours import broken, cut, fails, html, limited, resets
from tests.slack.fake import TOKEN, FakeSlack
from tests.slack.office import SECRET, sign

JSON = dict[str, Any]

PERSONAL = {
    "email": "canary.mail@birdcage.example",
    "phone": "+49 30 5550 1234",
    "name": "Canary Nameson",
    "company": "Birdcage Industries",
    "title": "Keeper of Canaries",
    "attributes": {"hobby": "canarykeeping"},
}
WRITE_KEY = "write-key-canary-0123"
COMMENT, QUESTION, WRONG_KEY, FORGED = (
    "cmt-canary",
    "ask-canary",
    "key-canary-0123456",
    "sig-canary",
)
BODY = "body-canary"
CANARIES = (
    *(TOKEN, SECRET, KEY, WRITE_KEY, WRONG_KEY, FORGED, COMMENT, QUESTION, BODY),
    *("canary.mail", "birdcage", "5550 1234", "55501234", "nameson", "canarykeeping"),
)


def hits(output: str) -> set[str]:
    """The canaries that got out."""
    return {canary for canary in CANARIES if canary.lower() in output.lower()}


def test_nothing_private_gets_into_a_log_whatever_goes_wrong(tmp_path: Path) -> None:
    with (
        a_stage("sqlite", seed=1, quick=True, folder=tmp_path / "stage", postgres=None) as stage,
        program(stage, "run", BATON_LOG_LEVEL="DEBUG", BATON_WRITE_KEY=WRITE_KEY) as baton,
    ):
        baton.await_ready()
        _leads_come_in(baton)
        _sites_send(baton)
        _slack_fails(stage, baton)
        _people_click(stage, baton)
        _strangers_knock(baton)
        _the_database_fails(stage, baton)
        assert baton.stop() == 0
        said = baton.said
    assert hits(said) == set()
    proofs = ("decision: handoff=ho_", "verb=accept", "verb=reject", "delivery", "event refused")
    for proof in proofs:
        assert proof in said


def _leads_come_in(baton: Program) -> None:
    assert _lead(baton, PERSONAL) == 201
    assert _lead(baton, PERSONAL) == 200
    assert _lead(baton, PERSONAL, key=WRONG_KEY) == 401
    assert _lead(baton, {**PERSONAL, "signals": BODY}) == 422
    assert _lead(baton, {**PERSONAL, "email": f"{BODY} @ nowhere"}) == 422
    assert _lead(baton, {**PERSONAL, "name": BODY * 200_000}) == 413
    assert _lead(baton, {**PERSONAL, "name": f"{BODY}\x00"}) in (200, 422)
    for text in (f'{{"email": "{BODY}', f"[{json.dumps(BODY)}]", "NaN"):
        assert _lead(baton, text) == 422
    path = f"/v1/leads/{PERSONAL['email']}"
    assert baton.http("GET", path, headers=_key(KEY)).status_code == 200
    assert baton.http("GET", path + "/nowhere", headers=_key(KEY)).status_code == 404


def _sites_send(baton: Program) -> None:
    """Somebody on a site, and messages that nobody can use."""
    known = {"userId": "canarykeeping-7", "anonymousId": "canarykeeping-browser"}
    batch = [
        {"type": "page", **known, "properties": {"url": f"https://birdcage.example/?{BODY}"}},
        {"type": "identify", **known, "traits": {**PERSONAL, "phone": BODY}},
        {"type": "identify", **known, "messageId": PERSONAL["email"], "traits": {"email": BODY}},
        {"type": BODY, "messageId": "no-canary"},
        {"type": "track", **known, "event": BODY, "timestamp": BODY},
    ]
    for key, status in ((WRITE_KEY, 200), (WRONG_KEY, 401)):
        answer = baton.http("POST", "/v1/batch", json={"batch": batch}, auth=(key, ""))
        assert answer.status_code == status
    for said in (BODY, {"batch": BODY, "writeKey": WRITE_KEY}, {"batch": [], "writeKey": BODY}):
        assert baton.http("POST", "/v1/batch", json=said).status_code in (401, 422)


def _slack_fails(stage: Stage, baton: Program) -> None:
    stage.slack.script(
        "chat.postMessage",
        *(limited("1"), broken(posted=True), html(posted=False), resets(posted=True)),
        *(cut(), fails("invalid_blocks"), fails("no_such_error_name")),
    )
    for number in range(8):
        again = {**PERSONAL, "email": f"canary.mail{number}@birdcage.example", "phone": None}
        assert _lead(baton, {**again, "signals": [_demo(number)]}) == 201
    _await(lambda: len(stage.slack.calls_of("chat.postMessage")) >= 9)


def _people_click(stage: Stage, baton: Program) -> None:
    first, second = _cards(stage)[:2]
    assert baton.click(first, "accept") == 200
    assert baton.click(first, "accept", by="U0RIN") == 200
    stage.slack.script("views.open", fails("expired_trigger_id"))
    assert baton.click(second, "reject") == 200
    assert baton.click(second, "reject") == 200
    view = list(stage.slack.team.views.values())[-1]
    answers = {"reason": "no_need", "comment": COMMENT}
    state = {"values": filled(view, answers)}
    form = {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": BOB, "team_id": TEAM, "name": "Canary Nameson"},
        "view": {**view, "state": state},
    }
    assert _slack(baton, {"payload": json.dumps(form)}) == 200
    asked = {
        "command": "/lead",
        "text": f"status {QUESTION}",
        "team_id": TEAM,
        "user_id": BOB,
        "user_name": "nameson",
        "channel_id": SALES,
        "response_url": stage.slack.response_url(SALES, BOB),
        "trigger_id": "1",
    }
    assert _slack(baton, asked) == 200
    unknown = {"type": "block_actions", "team": {"id": TEAM}, "actions": [{"value": BODY}]}
    assert _slack(baton, {"payload": json.dumps(unknown)}) in (200, 400)
    assert _slack(baton, {"payload": json.dumps({"type": BODY, "actions": BODY})}) == 400


def _strangers_knock(baton: Program) -> None:
    body = urlencode({"payload": json.dumps({"type": BODY})}).encode()
    signed = sign(body, time.time())
    for wrong in (
        {},
        {**signed, "X-Slack-Signature": FORGED},
        {**signed, "X-Slack-Request-Timestamp": FORGED},
    ):
        assert baton.http("POST", "/slack/events", content=body, headers=wrong).status_code == 401
    garbage = BODY.encode() + b"\xff\x00{"
    signed = sign(garbage, time.time())
    answer = baton.http("POST", "/slack/events", content=garbage, headers=signed)
    assert answer.status_code == 400


def _the_database_fails(stage: Stage, baton: Program) -> None:
    """Locked for longer than anybody waits; then a table is missing."""
    file = stage.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert _lead(baton, PERSONAL) == 503
        assert baton.click(_cards(stage)[2], "accept") == 200
        other.execute("ROLLBACK")
        other.execute("ALTER TABLE signal RENAME TO gone")
        lost = {**PERSONAL, "signals": [_demo(99)]}
        assert _lead(baton, lost) in (500, 503)
        other.execute("ALTER TABLE gone RENAME TO signal")
    assert _lead(baton, lost) == 200


def _demo(number: int) -> JSON:
    return {"id": f"d-{number}", "kind": "form", "form": "demo"}


def _key(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _lead(baton: Program, said: object, *, key: str = KEY) -> int:
    content = said if isinstance(said, str) else json.dumps(said)
    return baton.http("POST", "/v1/leads", content=content, headers=_key(key)).status_code


def _slack(baton: Program, form: JSON) -> int:
    body = urlencode(form).encode()
    headers = {**sign(body, time.time()), "Content-Type": "application/x-www-form-urlencoded"}
    return baton.http("POST", "/slack/events", content=body, headers=headers).status_code


def _cards(stage: Stage) -> list[JSON]:
    _await(lambda: len(_hanging(stage)) >= 3)
    return _hanging(stage)


def _hanging(stage: Stage) -> list[JSON]:
    said = stage.slack.messages(SALES)
    return [m for m in said if m.get("blocks") and "thread_ts" not in m and "subtype" not in m]


def _await(done: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


NAIVE = """
import logging, sys
from slack_sdk import WebClient
logging.basicConfig(level="DEBUG")
WebClient(sys.argv[1], base_url=sys.argv[2]).chat_postMessage(channel="C0SALES", text=sys.argv[3])
"""


def test_the_same_look_finds_what_a_plain_log_lets_out() -> None:
    with FakeSlack() as slack:
        done = subprocess.run(
            [sys.executable, "-c", NAIVE, TOKEN, slack.url, str(PERSONAL["name"])],
            capture_output=True,
            text=True,
            check=True,
        )
    assert hits(done.stderr)
