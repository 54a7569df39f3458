"""Start and stop: a process that serves the web, works, or does both, until it is told to end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from time import sleep
from typing import Any

import uvicorn

from bot.socket import listening
from bot.web import make_web
from bot.wiring import Baton
from bot.worker import Worker
from handlers.web.health import Check

log = logging.getLogger(__name__)

GRACE = 10.0  # seconds for what is in flight: requests first, then deliveries
_WEB_GRACE = 4  # seconds; Slack waits for three
_WORK_GRACE = 5.0


def run(baton: Baton, *, web: bool, work: bool) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in flight and return."""
    ended = _ended()
    with ExitStack() as stack:
        worker = _started(baton, stack) if work else None
        if web and baton.settings.socket_mode:
            stack.enter_context(listening(baton))
        if web:
            make_server(baton, checks=worker.checks() if worker else ()).run()
        else:
            ended.wait()
        _end_in_time(GRACE - (_WEB_GRACE if web else 0))


def _started(baton: Baton, stack: ExitStack) -> Worker:
    worker = baton.worker()
    worker.start()
    stack.callback(worker.stop, _WORK_GRACE)
    return worker


def _end_in_time(seconds: float) -> None:
    """Leave whatever does not end: it is fenced off by its claim, as after a `kill -9`."""

    def leave() -> None:
        sleep(seconds)
        log.warning("something is still in flight; it is left to be looked into by others")
        sys.stderr.flush()
        os._exit(0)

    threading.Thread(target=leave, name="deadline", daemon=True).start()


def make_server(
    baton: Baton,
    *,
    checks: Sequence[Check] = (),
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
            timeout_graceful_shutdown=_WEB_GRACE,
        )
    )


def _ended() -> threading.Event:
    """Set once the process is told to end; uvicorn hands such a signal on when it has finished."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended
