"""Start and stop: a process that serves the web, works, or does both, until it is told to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import uvicorn

from bot.socket import listening
from bot.web import make_web
from bot.wiring import Baton
from bot.worker import Worker

GRACE = 10.0  # seconds for what is in flight


def run(baton: Baton, *, web: bool, work: bool) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in flight and return."""
    ended = _ended()
    with ExitStack() as stack:
        worker = _started(baton, stack) if work else None
        if web and baton.settings.socket_mode:
            stack.enter_context(listening(baton))
        if web:
            make_server(baton, checks=[worker.check] if worker else []).run()
        else:
            ended.wait()


def _started(baton: Baton, stack: ExitStack) -> Worker:
    worker = baton.worker()
    worker.start()
    stack.callback(worker.stop, GRACE)
    return worker


def make_server(
    baton: Baton,
    *,
    checks: list[Callable[[], None]],
    around: Callable[[Any], Any] = lambda app: app,
) -> uvicorn.Server:
    """A server for one process, not started; `around` wraps the whole ASGI app."""
    settings = baton.settings
    return uvicorn.Server(
        uvicorn.Config(
            around(make_web(baton, checks=checks)),
            host=settings.host,
            port=settings.port,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=int(GRACE),
        )
    )


def _ended() -> threading.Event:
    """Set once the process is told to end; uvicorn hands such a signal on when it has finished."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended
