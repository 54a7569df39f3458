"""A marketing tool's server: keeps what it was sent, and answers as it is told to."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from standardwebhooks import Webhook

JSON = dict[str, Any]


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> JSON:
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """`answers` are used up one by one; then all is well.

    An answer is a status with headers, or what goes wrong: "cut" closes the connection after the
    request has come in, "drip" answers a byte every tenth of a second, "hold" waits for `released`.
    """

    url: str = ""
    answers: list[tuple[int, dict[str, str]] | str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    def types(self) -> list[str]:
        return [one.event["type"] for one in self.received]


def verified(one: Received, secret: str) -> JSON:
    """What the request says, after the library has looked at signature and time."""
    return dict(Webhook(secret).verify(one.body, one.headers))


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            answer = receiver.answers.pop(0) if receiver.answers else (204, {})
            if isinstance(answer, str):
                _go_wrong(receiver, self, answer)
                return
            status, extra = answer
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks?key=1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _go_wrong(receiver: Receiver, handler: BaseHTTPRequestHandler, how: str) -> None:
    handler.close_connection = True
    match how:
        case "hold":
            receiver.released.wait(30)
        case "drip":
            with suppress(OSError):
                for byte in b"HTTP/1.1 204 No Content\r\nX-Slow: " + b"z" * 600:
                    handler.wfile.write(bytes([byte]))
                    time.sleep(0.1)
        case "cut":
            handler.connection.shutdown(socket.SHUT_RDWR)
