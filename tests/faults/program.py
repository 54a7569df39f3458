"""A program under trial: the real one, in a process of its own that can be killed and frozen."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.gestures import pressed
from bot.local_slack import free_port
from tests.builders import TEAM
from tests.faults.launch import Moment, Plan, Strategy, launch
from tests.faults.stage import BOB, DIGEST, MARKETING, SALES, Stage, address
from tests.slack.fake import TOKEN
from tests.slack.office import SECRET, sign

JSON = dict[str, Any]

KEY = "a-key-of-sixteen-characters"
LEASE, SETTLE, PACE = 2.0, 1.0, 0.0  # seconds, instead of 60, 5 and 1
UNANSWERED = 0  # the status of a request to which no answer came

# Starting from a process that has imported everything takes hundredths of a second, not one.
_START = multiprocessing.get_context("forkserver")
_numbers = count(1)


@dataclass
class Program:
    """A running program and how to talk to it."""

    stage: Stage
    process: ForkServerProcess
    port: int
    folder: Path

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    @property
    def exit(self) -> int | None:
        """The exit code; minus the signal that killed it; None while it runs."""
        return self.process.exitcode

    @property
    def said(self) -> str:
        """Everything that it wrote to its standard output and error."""
        file = self.folder / "program.log"
        return file.read_text(errors="replace") if file.exists() else ""

    # What is done to it

    def tell(self, number: int) -> None:
        """Send it a signal."""
        if self.process.is_alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.tell(signal.SIGKILL)
        self.process.join(10)

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM; the exit code. Fails where it takes longer."""
        self.tell(signal.SIGTERM)
        return self.await_end(seconds)

    def await_end(self, seconds: float = 20) -> int:
        """Wait until it ends by itself, or by its trap; the exit code."""
        self.process.join(seconds)
        if self.exit is None:
            raise TimeoutError(f"it still runs after {seconds:g} s:\n{self.said}")
        return self.exit

    def await_struck(self, seconds: float = 20) -> None:
        """Wait until its trap has killed it."""
        code = self.await_end(seconds)
        assert code == -signal.SIGKILL, f"it ended with {code} instead:\n{self.said}"

    def await_frozen(self, seconds: float = 20) -> None:
        """Wait until its trap has stopped it."""
        _until(self._frozen, seconds, "it was not frozen")

    def _frozen(self) -> bool:
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def await_ready(self, seconds: float = 20) -> None:
        """Wait until it says that it is fit to serve."""
        _until(self._ready, seconds, "it did not come up")

    def _ready(self) -> bool:
        if not self.alive:
            raise AssertionError(f"it ended with {self.exit}:\n{self.said}")
        try:
            return self.http("GET", "/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    # What is asked of it

    def http(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request on a connection of its own. Raises httpx.TransportError."""
        url = f"http://127.0.0.1:{self.port}{path}"
        more = {"timeout": 10, "trust_env": False, "verify": False, **more}
        return httpx.request(method, url, **more)

    def send(self, number: int) -> int:
        """Lead `number` asks for a demo; the status, noted where it is 2xx."""
        lead = {
            "email": address(number),
            "name": f"Lead {number}",
            "signals": [{"id": f"demo-{number}", "kind": "form", "form": "demo"}],
        }
        try:
            headers = {"Authorization": f"Bearer {KEY}"}
            status = self.http("POST", "/v1/leads", json=lead, headers=headers).status_code
        except httpx.TransportError:
            return UNANSWERED
        if status < 300:
            self.stage.acknowledged.add(address(number))
        return status

    def click(self, message: JSON, action: str, /, by: str = BOB, **changes: Any) -> int:
        """Somebody presses a button of a message; the status, noted where accept is answered."""
        button = pressed(message["blocks"], action, None)
        number = next(_numbers)
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "acme"},
            "user": {"id": by, "team_id": TEAM},
            "container": {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": message["channel"],
            },
            "channel": {"id": message["channel"], "name": "sales"},
            "message": message,
            "trigger_id": f"trigger-{number}",
            "response_url": self.stage.slack.response_url(message["channel"], by, message["ts"]),
            "actions": [{**button, "action_ts": f"{time.time():.0f}.{number:06d}"}],
            **changes,
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        headers = {
            **sign(body, time.time()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            status = self.http("POST", "/slack/events", content=body, headers=headers).status_code
        except httpx.TransportError:
            return UNANSWERED
        if status == httpx.codes.OK and action == "accept":
            self.stage.clicked.add(button["value"])
        return status


@contextmanager
def program(
    stage: Stage,
    command: str,
    kill_at: str | None = None,
    *,
    nth: int = 1,
    blow: int = signal.SIGKILL,
    strategy: str = Strategy.OURS,
    port: int | None = None,
    lease: float = LEASE,
    settle: float = SETTLE,
    pace: float = PACE,
    **environment: str,
) -> Iterator[Program]:
    """`baton COMMAND` on this stage, started and not yet ready; killed at the end.

    It is struck by the signal `blow` when the moment `kill_at` comes for the nth time.
    """
    port = port or free_port()
    folder = stage.folder / f"program-{next(_numbers)}"
    folder.mkdir()
    plan = Plan(
        command,
        folder,
        {**_settings(stage, port), **environment},
        Moment(kill_at) if kill_at else None,
        nth,
        blow,
        Strategy(strategy),
        lease,
        settle,
        pace,
    )
    _START.set_forkserver_preload(["tests.faults.launch"])
    process = _START.Process(target=launch, args=(plan,), daemon=True)
    process.start()
    started = Program(stage, process, port, folder)
    try:
        yield started
    finally:
        started.kill()


def _settings(stage: Stage, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": stage.url,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": stage.slack.url,
        "BATON_API_KEY": KEY,
        "BATON_SALES_CHANNEL": SALES,
        "BATON_MARKETING_CHANNEL": MARKETING,
        "BATON_DIGEST_CHANNEL": DIGEST,
        "PORT": str(port),
    }


def _until(done: Any, seconds: float, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{complaint} within {seconds:g} s")
        time.sleep(0.02)
