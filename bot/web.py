"""The web process: Slack's requests, the HTTP API and the health checks in one ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from bot.wiring import Baton
from handlers.web.cors import Origins
from handlers.web.digests import digest_routes
from handlers.web.guard import BodyLimit
from handlers.web.health import Check, health_routes
from handlers.web.leads import lead_routes
from handlers.web.metrics import Stopwatch, metrics_routes
from handlers.web.pictures import picture_routes
from handlers.web.problems import install_problems
from handlers.web.segment import PATHS, segment_routes
from handlers.web.slack import slack_routes

_ABOUT = """
Baton passes leads from marketing to sales inside Slack. Send leads and what they did here; a
qualified one appears as a card in your sales channel. Errors are problem documents (RFC 9457).
"""


# More threads than this only get into each other's way: under a rush of clicks, 40 of them answer
# a third fewer, and the last one waits twice as long. Some wait for Slack to open a form meanwhile.
_THREADS = 16


@asynccontextmanager
async def _few_threads(_: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = _THREADS
    yield


def make_web(baton: Baton, *, checks: Sequence[Check] = ()) -> FastAPI:
    """The ASGI app. `checks` are what this process looks at besides database and queue."""
    settings = baton.settings
    api = FastAPI(
        title="Baton",
        version=version("baton"),
        description=_ABOUT,
        redoc_url=None,
        lifespan=_few_threads,
    )
    api.add_middleware(BodyLimit)
    api.add_middleware(Stopwatch, metrics=baton.metrics)
    api.add_middleware(Origins, origins=settings.allowed_origins(), paths=PATHS)
    install_problems(api)
    # First, because routes are tried in this order and Slack's people wait.
    if settings.slack_signing_secret is not None:
        secret = settings.slack_signing_secret.get_secret_value()
        api.include_router(slack_routes(baton.bolt, secret, baton.desk.now))
    api.include_router(health_routes(baton.desk, checks))
    api.include_router(metrics_routes(baton.metrics))
    key = settings.api_key.get_secret_value() if settings.api_key else None
    workspace = cache(lambda: baton.workspace().id)
    api.include_router(lead_routes(baton.desk, workspace, key))
    api.include_router(digest_routes(baton.desk, workspace, key))
    api.include_router(picture_routes(baton.desk, workspace))
    api.include_router(
        segment_routes(baton.desk, workspace, settings.write_keys(), baton.metrics.tracked)
    )
    return api
