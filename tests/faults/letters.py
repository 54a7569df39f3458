"""C, letters: the very bytes that Slack sends, to be sent as often as one likes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.gestures import pressed
from tests.builders import TEAM
from tests.faults.bureau import (
    recovered,
)
from tests.faults.program import Program
from tests.faults.stage import BOB
from tests.slack.office import Office, a_person, sign

JSON = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
SLACK_WAITS = 3.0  # seconds


def a_letter(message: JSON, action: str, number: int, at: float) -> tuple[bytes, dict[str, str]]:
    """The very bytes of one click, and their headers."""
    button = pressed(message["blocks"], action, None)
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": BOB, "team_id": TEAM},
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
        },
        "channel": {"id": message["channel"], "name": "sales"},
        "message": message,
        "trigger_id": f"trigger-{action}-{number}",
        "response_url": "",
        "actions": [{**button, "action_ts": f"{at:.0f}.{number:06d}"}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return body, {**sign(body, at), "Content-Type": FORM}


def sent(http: httpx.Client, letter: tuple[bytes, dict[str, str]], **more: str) -> int:
    body, headers = letter
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return http.post("/slack/events", content=body, headers={**headers, **named}).status_code


@contextmanager
def at(running: Program) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{running.port}"
    with httpx.Client(base_url=url, trust_env=False, verify=False, timeout=20) as http:
        yield http


def hung(office: Office, many: int) -> list[str]:
    """So many cards in the sales channel."""
    handoffs = [office.offer(a_person(number)) for number in range(1, many + 1)]
    recovered(office)
    return handoffs
