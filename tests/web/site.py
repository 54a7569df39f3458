"""The API on a real server, on loopback, over a database of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from core.desk import Desk
from core.domain.definition import default
from core.ports import Store
from core.services.setup import open_workspace
from handlers.web.cors import Origins
from handlers.web.digests import digest_routes
from handlers.web.guard import BodyLimit
from handlers.web.health import Check, health_routes
from handlers.web.leads import lead_routes
from handlers.web.metrics import Metrics, Stopwatch, metrics_routes
from handlers.web.pictures import picture_routes
from handlers.web.problems import install_problems
from handlers.web.segment import PATHS, segment_routes
from tests.builders import TEAM, Names, StoppedClock, a_policy

KEY = "k-5ecret"
WRITE_KEY, OTHER_WRITE_KEY = "w-0123456789abcdef", "w-fedcba9876543210"
SHOP = "https://shop.acme.example"


@dataclass(frozen=True, slots=True)
class Site:
    """A running site, and how to talk to it: `http` shows the key, `stranger` does not."""

    desk: Desk
    clock: StoppedClock
    http: httpx.Client
    stranger: httpx.Client
    port: int

    def post(self, path: str, said: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, json=said, headers=named)


def make_site(
    desk: Desk,
    *,
    key: str | None = KEY,
    checks: Sequence[Check] = (),
    **limits: Any,
) -> FastAPI:
    """The ASGI app of the API alone."""
    app = FastAPI()
    metrics = Metrics()
    metrics.watch(desk)
    app.add_middleware(BodyLimit, **limits)
    app.add_middleware(Stopwatch, metrics=metrics)
    app.add_middleware(Origins, origins=[SHOP], paths=PATHS)
    install_problems(app)
    app.include_router(health_routes(desk, checks))
    app.include_router(metrics_routes(metrics))
    app.include_router(lead_routes(desk, lambda: TEAM, key))
    app.include_router(picture_routes(desk, lambda: TEAM))
    app.include_router(digest_routes(desk, lambda: TEAM, key))
    keys = {WRITE_KEY: "segment", OTHER_WRITE_KEY: "shop"}
    app.include_router(segment_routes(desk, lambda: TEAM, keys, metrics.tracked))
    return app


def make_desk(store: Store, *, locale: str = "en") -> tuple[Desk, StoppedClock]:
    """A desk over a store in which one workspace has been opened."""
    clock = StoppedClock()
    desk = Desk(store, clock, Names(), lambda: None)
    open_workspace(
        desk, team=TEAM, bot_user="U0", policy=a_policy(locale=locale), definition=default()
    )
    return desk, clock


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an app on a free port of loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


class Door:
    """One server for many apps, one after the other: starting one takes longer than most tests."""

    def __init__(self) -> None:
        self.app: ASGIApp = FastAPI()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def a_site(store: Store, *, locale: str = "en", **parts: Any) -> Iterator[Site]:
    """A site over this store, with a server of its own."""
    desk, clock = make_desk(store, locale=locale)
    with served(make_site(desk, **parts)) as port, _visited(desk, clock, port) as site:
        yield site


@contextmanager
def site_behind(door: Door, port: int, store: Store) -> Iterator[Site]:
    """A site over this store, behind a server that runs already."""
    desk, clock = make_desk(store)
    door.app = make_site(desk)
    with _visited(desk, clock, port) as site:
        yield site


@contextmanager
def _visited(desk: Desk, clock: StoppedClock, port: int) -> Iterator[Site]:
    shown = {"Authorization": f"Bearer {KEY}"}
    with _client(port, shown) as http, _client(port, {}) as stranger:
        yield Site(desk, clock, http, stranger, port)


def _client(port: int, headers: dict[str, str]) -> httpx.Client:
    url = f"http://127.0.0.1:{port}"
    return httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False, timeout=20)
