"""A Slack that fails on command: our own Web API on loopback, over real HTTP."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
import urllib.parse
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.slack.behaviours import OK, Answer, Behaviour
from tests.slack.team import SlackError, Team

JSON = dict[str, Any]

TOKEN = "xoxb-test"
RESPONSE_URL = "response_url"
_STRUCTURED = ("blocks", "view", "metadata", "attachments", "files")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached Slack; `at` is monotonic seconds."""

    method: str
    args: JSON
    token: str
    at: float
    behaviour: Behaviour


class FakeSlack:
    """Slack's Web API for one team or several, known by their tokens. A context manager."""

    def __init__(self, teams: Mapping[str, Team] | None = None) -> None:
        self.teams = dict(teams) if teams is not None else {TOKEN: Team()}
        self.calls: list[Call] = []
        self.director: Callable[[str, JSON], Behaviour] | None = None
        self._scripts: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._always: dict[str, Behaviour] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._late: list[threading.Thread] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> FakeSlack:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.settle()

    @property
    def url(self) -> str:
        """The base URL of the Web API, with its trailing slash."""
        return f"http://127.0.0.1:{self._server.server_port}/api/"

    @property
    def team(self) -> Team:
        """The first team, mostly the only one."""
        return next(iter(self.teams.values()))

    # What tests say and look at

    def script(self, method: str, *behaviours: Behaviour) -> None:
        """The next calls of `method` go like this, in order; after them all goes well again."""
        with self._lock:
            self._scripts[method].extend(behaviours)

    def always(self, method: str, behaviour: Behaviour) -> None:
        """From now on `method` goes like this when no script is left; OK ends it."""
        with self._lock:
            self._always[method] = behaviour

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method, oldest first."""
        with self._lock:
            return [call for call in self.calls if call.method == method]

    def messages(self, channel: str) -> list[JSON]:
        """Everything in a channel of the first team, oldest first."""
        return self.team.messages(channel)

    def response_url(self, channel: str, user: str, ts: str | None = None) -> str:
        """A fresh response_url, as Slack sends it along with a command or a click."""
        path = self.team.response_path(channel, user, ts)
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def settle(self) -> None:
        """Wait until everything that lands late has landed."""
        for thread in self._late:
            thread.join()

    # How a request is answered

    def enact(self, method: str, args: JSON, token: str, effect: Callable[[], JSON]) -> Reply:
        """Pick the behaviour for this call, let it take effect or not, and phrase the answer."""
        behaviour = self._next(method, args)
        with self._lock:
            self.calls.append(Call(method, args, token, time.monotonic(), behaviour))
        answer: JSON = {"ok": False, "error": behaviour.error or "fatal_error"}
        if behaviour.posted and behaviour.after:
            self._later(behaviour.after, effect)
        elif behaviour.posted:
            answer = effect()
        self._closing.wait(behaviour.hold)
        return Reply(behaviour, answer)

    def effect(self, method: str, args: JSON, token: str) -> JSON:
        """What Slack does when nothing goes wrong on the way."""
        team = self.teams.get(token)
        if team is None:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        try:
            answer = team.call(method, args)
            if path := answer.get("upload_url"):
                answer["upload_url"] = f"http://127.0.0.1:{self._server.server_port}{path}"
            return answer
        except SlackError as error:
            said = {"response_metadata": {"messages": error.details}} if error.details else {}
            return {"ok": False, "error": error.name, **said}

    def respond(self, name: str, body: JSON) -> JSON:
        """What a post to a response_url does."""
        team = next((t for t in self.teams.values() if name.startswith(f"{t.id}-")), self.team)
        try:
            team.respond(name, body)
        except SlackError as error:
            return {"ok": False, "error": error.name}
        return {"ok": True}

    def _next(self, method: str, args: JSON) -> Behaviour:
        with self._lock:
            if script := self._scripts[method]:
                return script.popleft()
            always = self._always.get(method)
        if always is None and self.director is not None:
            return self.director(method, args)
        return always or OK

    def _later(self, seconds: float, effect: Callable[[], JSON]) -> None:
        def land() -> None:
            if not self._closing.wait(seconds):
                effect()

        thread = threading.Thread(target=land)
        self._late.append(thread)
        thread.start()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire, and how."""

    behaviour: Behaviour
    content: JSON


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        slack = self.server.slack
        path, _, query = self.path.partition("?")
        kind, _, name = path.strip("/").partition("/")
        if kind == "upload":
            self._take(name)
            return
        args = self._args(query)
        if kind == "response":
            reply = slack.enact(RESPONSE_URL, args, "", lambda: slack.respond(name, args))
        else:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            token = token or str(args.pop("token", ""))
            reply = slack.enact(name, args, token, lambda: slack.effect(name, args, token))
        try:
            self._send(reply)
        except ConnectionError:
            # The caller has gone: that is what a hang is for.
            self.close_connection = True

    def _take(self, file: str) -> None:
        """The bytes of a file, at the address that Slack gave for them."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for team in self.server.slack.teams.values():
            if file in team.files:
                team.files[file]["content"] = content
        self._write(200, f"OK - {len(content)}".encode(), kind="text/plain")

    def _args(self, query: str) -> JSON:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        args: JSON = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if "json" in self.headers.get("Content-Type", ""):
            args.update(json.loads(body or "{}"))
            return args
        args |= dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        for name in _STRUCTURED:
            if isinstance(args.get(name), str):
                args[name] = json.loads(args[name])
        return args

    def _send(self, reply: Reply) -> None:
        behaviour = reply.behaviour
        body = json.dumps(reply.content).encode()
        match behaviour.answer:
            case Answer.silence:
                self.close_connection = True
            case Answer.reset:
                self._reset()
            case Answer.cut:
                self._write(200, body[: len(body) // 2], length=len(body))
            case Answer.html:
                self._write(200, b"<html><h1>Bad gateway</h1></html>", kind="text/html")
            case Answer.empty:
                self._write(200, b"")
            case Answer.status:
                self._write(behaviour.status, b"upstream error", kind="text/plain")
            case Answer.limited:
                limit = {"ok": False, "error": "ratelimited"}
                self._write(429, json.dumps(limit).encode(), retry_after=behaviour.retry_after)
            case Answer.ok | Answer.error:
                self._write(self._status(reply), body)

    def _status(self, reply: Reply) -> int:
        refused = self.path.startswith("/response/") and not reply.content["ok"]
        return 404 if refused else 200

    def _write(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = "application/json; charset=utf-8",
        length: int | None = None,
        retry_after: str | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _reset(self) -> None:
        # Lingering for no time makes the kernel answer with RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the calls are kept in `FakeSlack.calls`."""
