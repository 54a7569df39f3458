"""Whatever is thrown at Slack's door and at the API, signed or not, is refused: it breaks nothing.

The seed is printed with a failure; the app is called in this process, so ten thousand are quick.
"""

from __future__ import annotations

import asyncio
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from slack_sdk import WebClient
from starlette.types import ASGIApp, Message

from core.desk import Desk
from core.domain.definition import default
from core.services.setup import open_workspace
from tests.builders import NOW, TEAM, Names, StoppedClock, a_policy
from tests.memory import MemoryStore
from tests.slack.office import sign, slack_door
from tests.web.site import make_site

SEED = 20_261_123
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AT = NOW.timestamp()
Request = tuple[str, list[tuple[bytes, bytes]], list[bytes]]

BODIES = [
    b"",
    b"{}",
    b"null",
    b"payload=%7B%7D",
    b'{"type": "url_verification", "challenge": "\\ud800"}',
    b'{"command": "/lead", "text": "\\ud800"}',
    b'{"type": "block_actions", "actions": [{"action_id": "accept", "value": "ho_1"}]}',
    b'{"type": "view_submission", "view": {"type": "modal", "callback_id": "reject_form"}}',
    b'{"type": "event_callback", "event": {"type": "user_change", "user": {"id": "U1"}}}',
    b'{"type": "event_callback", "event": {"type": "tokens_revoked", "tokens": {"bot": 1}}}',
    b'{"a": ' * 3000 + b"1" + b"}" * 3000,
    b"1" * 5000,
    b'{"x": NaN, "y": 1e999, "z": -0}',
    b"\xff\xfe\x00\x00",
    b"&" * 300,
    b"payload=" + b"%" * 300,
]
MOMENTS = [b"", b"abc", b"-1", b"0", b"1e9", b"9" * 40, b"\xd9\xa1\xd9\xa2", b"NaN", b" 1", b"1 "]
SIGNATURES = [b"", b"v0=", b"v1=", b"v0=" + b"0" * 64, b"\xff" * 67, b"v0=" + b"f" * 9000]
KEYS = [b"", b"Bearer", b"Bearer ", b"Bearer \xff\xfe", b"Basic eDp5", b"Bearer " + b"k" * 9000]


@pytest.fixture
def desk() -> Desk:
    desk = Desk(MemoryStore(), StoppedClock(), Names(), lambda: None)
    open_workspace(desk, team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default())
    return desk


@pytest.fixture
def door(desk: Desk) -> FastAPI:
    nowhere = WebClient("xoxb-test", base_url="http://127.0.0.1:9/", timeout=1, retry_handlers=[])
    return slack_door(desk, nowhere, StoppedClock())


def mutated(rng: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.randrange(4) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def pieces(rng: random.Random, body: bytes) -> list[bytes]:
    cut = rng.randrange(len(body) + 1)
    return [body] if rng.random() < 0.7 else [body[:cut], b"", body[cut:]]


def forged(rng: random.Random) -> Request:
    """Something that Slack did not sign, or not at this time, or not like this."""
    body = mutated(rng, rng.choice(BODIES))
    right = sign(body, AT)
    moment = right["X-Slack-Request-Timestamp"].encode()
    signature = right["X-Slack-Signature"].encode()
    match rng.randrange(4):
        case 0:
            moment = rng.choice([*MOMENTS, rng.randbytes(10)])
        case 1:
            signature = rng.choice([*SIGNATURES, mutated(rng, signature) + b"0", rng.randbytes(67)])
        case 2:
            old = sign(body, AT + rng.choice([-1, 1]) * rng.randrange(301, 10**6))
            moment, signature = (value.encode() for value in old.values())
        case _:
            body += b" "
    headers = [(b"x-slack-request-timestamp", moment), (b"x-slack-signature", signature)]
    kept = headers if rng.random() < 0.9 else headers[: rng.randrange(2)]
    return "/slack/events", [*kept, (b"content-type", _kind(rng))], pieces(rng, body)


def broken(rng: random.Random) -> Request:
    """Something that was signed and cannot be meant."""
    body = mutated(rng, rng.choice(BODIES))
    signed = [(name.lower().encode(), value.encode()) for name, value in sign(body, AT).items()]
    return "/slack/events", [*signed, (b"content-type", _kind(rng))], pieces(rng, body)


def guessed(rng: random.Random) -> Request:
    """Something that comes to the API without its key."""
    key = rng.choice([*KEYS, b"Bearer " + rng.randbytes(20)])
    body = mutated(rng, rng.choice(BODIES))
    path = rng.choice(["/v1/leads", "/v1/signals", "/v1/leads/%00", "/v1/leads/x/log"])
    return path, [(b"authorization", key), (b"content-type", _kind(rng))], pieces(rng, body)


def _kind(rng: random.Random) -> bytes:
    return rng.choice([FORM.encode(), JSON.encode(), b"", b"\xff/\xff", rng.randbytes(5)])


def answered(app: ASGIApp, requests: Iterator[Request]) -> Counter[int]:
    """How each request was answered."""

    async def all_of_them() -> Counter[int]:
        return Counter([await _answer(app, request) for request in requests])

    return asyncio.run(all_of_them())


async def _answer(app: ASGIApp, request: Request) -> int:
    path, headers, parts = request
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    waiting = parts
    said: list[int] = []

    async def receive() -> Message:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    await app(scope, receive, send)
    return said[0]


def many(make: Callable[[random.Random], Request], count: int) -> Iterator[Request]:
    rng = random.Random(SEED)
    return (make(rng) for _ in range(count))


def test_ten_thousand_forged_requests_stay_outside(door: FastAPI) -> None:
    assert answered(door, many(forged, 10_000)).keys() == {401}, SEED


def test_signed_nonsense_is_answered_or_refused(door: FastAPI) -> None:
    said = answered(door, many(broken, 2_000))
    assert said.keys() <= {200, 400}, (SEED, said)


def test_who_has_no_key_stays_outside(desk: Desk) -> None:
    said = answered(make_site(desk), many(guessed, 2_000))
    assert said.keys() <= {401, 405, 429}, (SEED, said)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" + b"[]," * 333_000 + b"[]]",
        b'{"event":' + json.dumps({str(n): {} for n in range(60_000)}).encode() + b"}",
    ],
    ids=["open", "deep", "wide", "many names"],
)
def test_a_body_as_large_as_may_be_costs_bounded_memory(door: FastAPI, body: bytes) -> None:
    body = body[:1_000_000]
    headers = [(name.lower().encode(), value.encode()) for name, value in sign(body, AT).items()]
    tracemalloc.start()
    try:
        request: Any = ("/slack/events", [*headers, (b"content-type", b"application/json")], [body])
        assert answered(door, iter([request])).keys() == {400}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000_000


def test_fifty_megabytes_are_never_taken_in(door: FastAPI) -> None:
    part, count = b"x" * 65_536, 800
    taken = 0

    class Parts(list[bytes]):
        def pop(self, _: Any = 0) -> bytes:
            nonlocal taken
            taken += len(part)
            return part

    request: Request = ("/slack/events", [(b"content-type", FORM.encode())], Parts([part] * count))
    assert answered(door, iter([request])).keys() == {413}
    assert taken < 2_000_000
