"""C, nonsense: what was forged, malformed or too much is refused, and costs us nothing."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from handlers.slack.views import ids
from tests.faults.bureau import (
    Around,
    an_office_on,
    cards_of,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.letters import FORM, a_letter, at, hung
from tests.faults.naive import silenced
from tests.faults.program import KEY, program
from tests.faults.stage import Stage
from tests.slack.office import sign

JSON = dict[str, Any]


def fuzzed(around: Around | None = None, *, most: int = 10_000) -> Scenario:
    """Signatures, timestamps and bodies at random: 2xx or 4xx, never a failure of ours."""

    def run(stage: Stage) -> Tally:
        luck, runs = random.Random(stage.seed), min(most, 400 if stage.quick else most)
        if stage.database == "postgres":
            runs = min(runs, 2000)  # few of them get as far as the database
        failed: list[int] = []
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = hung(office, 1)
            [card] = cards_of(office, handoff_id)
            for number in range(runs):
                body, headers = _nonsense(luck, card, number, office.clock.now.timestamp())
                status = _said(office.http, body, headers)
                if not 200 <= status < 500:
                    failed.append(status)
        return Tally(runs, lost=len(failed), note=", ".join(map(str, sorted(set(failed)))))

    return run


def _said(http: httpx.Client, body: bytes, headers: dict[bytes, bytes]) -> int:
    try:
        answer = http.post("/slack/events", content=body, headers=list(headers.items()))
    except httpx.TransportError:
        return 0
    return answer.status_code


def _nonsense(
    luck: random.Random, card: JSON, number: int, at: float
) -> tuple[bytes, dict[bytes, bytes]]:
    body, honest = a_letter(card, ids.DETAILS, number, at)
    kind = luck.choice((FORM, "application/json", "text/plain", ""))
    match luck.randrange(5):
        case 0:  # the body is honest, who signed it is not
            headers = {**_bytes(honest), **_forged_headers(luck, at)}
            return body, {**headers, b"Content-Type": kind.encode()}
        case 1:
            body = bytes(luck.choices(range(256), k=luck.randrange(300)))
        case 2:
            body = luck.choice(_HARD)
        case 3:
            cut = luck.randrange(len(body))
            body = body[:cut] + bytes([luck.randrange(256)]) + body[cut + luck.randrange(3) :]
        case _:
            body = _twisted(luck, card, number, at)
    return body, {**_bytes(sign(body, at)), b"Content-Type": kind.encode()}


def _forged_headers(luck: random.Random, at: float) -> dict[bytes, bytes]:
    moment = luck.choice(
        (b"", b"abc", b"-1", b"1e9", b"9" * 4000, b"\xe9", b"NaN", b"%d" % (at - 10_000))
    )
    digest = b"v0=" + bytes(luck.choices(b"0123456789abcdef\xe9\xff", k=luck.choice((0, 64, 900))))
    forged = {b"X-Slack-Request-Timestamp": moment, b"X-Slack-Signature": digest}
    kept = luck.choice(([b"X-Slack-Request-Timestamp"], [b"X-Slack-Signature"], list(forged)))
    return {name: forged[name] for name in kept}


def _bytes(headers: dict[str, str]) -> dict[bytes, bytes]:
    wanted = {name: value for name, value in headers.items() if name != "Content-Type"}
    return {name.encode(): value.encode() for name, value in wanted.items()}


_HARD = (
    *(b"", b"null", b"[]", b"{", b"\xff\xfe", b"5", b'"payload"', b"payload=", b"payload=null"),
    *(b"[" * 50_000, b"payload=" + b"[" * 50_000, b"payload=%FF", b"&" * 500, b"=" * 500),
    *(b'{"type": "event_callback", "event": null}', b"command=%2Flead&text=payload"),
    *(b'{"type": "block_actions", "actions": [5], "team": 7}', b"ssl_check=1&token=x"),
    *(b'{"a": 1e999999}', b'{"a": ' + b"9" * 5000 + b"}", b'{"type": "url_verification"}'),
)
_SCRAPS: tuple[Any, ...] = (None, 0, -1.5, "", "x" * 3000, [], {}, [None], {"id": None}, "\ud800")


def _twisted(luck: random.Random, card: JSON, number: int, at: float) -> bytes:
    """A click of which some parts are missing, or something else."""
    honest, _ = a_letter(card, ids.DETAILS, number, at)
    payload = json.loads(httpx.QueryParams(honest.decode())["payload"])
    payload["type"] = luck.choice(
        ("block_actions", "view_submission", "view_closed", "shortcut", "event_callback", "else")
    )
    for _ in range(luck.randint(1, 4)):
        _twist(luck, payload)
    if luck.random() < 0.5:
        return json.dumps(payload).encode()
    return urlencode({"payload": json.dumps(payload)}).encode()


def _twist(luck: random.Random, tree: Any) -> None:
    while True:
        names = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not names:
            return
        name = luck.choice(names)
        if luck.random() < 0.4 or not isinstance(tree[name], dict | list):
            tree[name] = deepcopy(luck.choice(_SCRAPS))
            return
        tree = tree[name]


def too_much(stage: Stage) -> Tally:
    """50 MB with and without a length, slow senders and deep JSON, while leads come in."""
    bounded = 48 * 1024  # kB that the process may grow by
    with program(stage, "serve") as running:
        running.await_ready()
        assert running.send(0) == 201
        before, wrong = _peak(running.pid), 0
        with at(running) as http, _dawdlers(running.port, 20):
            for content in (b"x" * 50_000_000, _pieces()):
                wrong += _refused(http, content) != 413
            deep = b"[" * 900_000
            headers = {**sign(deep, time.time()), "Content-Type": "application/json"}
            wrong += http.post("/slack/events", content=deep, headers=headers).status_code != 400
            deep_lead = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
            status = http.post("/v1/leads", content=deep, headers=deep_lead).status_code
            wrong += status not in (400, 413, 422)
            began = time.monotonic()
            statuses = [running.send(number) for number in range(1, 11)]
            took = (time.monotonic() - began) / 10
        grown = _peak(running.pid) - before
    wrong += statuses.count(201) != 10
    note = f"{grown / 1024:.0f} MB more memory"
    return Tally(14, lost=wrong + (grown > bounded), recovery=took, note=note)


def _refused(http: httpx.Client, content: Any) -> int:
    try:
        return http.post("/slack/events", content=content).status_code
    except httpx.TransportError:
        return 413  # it hung up before it had read all


def _pieces() -> Iterator[bytes]:
    for _ in range(5000):
        yield b"x" * 10_000


def _peak(pid: int) -> int:
    """The most memory that a process ever had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


@contextmanager
def _dawdlers(port: int, many: int) -> Iterator[None]:
    """So many who send a byte now and then."""
    ended = threading.Event()

    def dribble() -> Iterator[bytes]:
        while not ended.wait(0.2):
            yield b"x"

    def dawdle() -> None:
        try:
            httpx.post(
                f"http://127.0.0.1:{port}/slack/events",
                content=dribble(),
                trust_env=False,
                verify=False,
                timeout=10,
            )
        except httpx.TransportError:
            return

    threads = [threading.Thread(target=dawdle) for _ in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
