"""Health: whether the process lives, and whether it is fit to serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from core.desk import Desk
from core.errors import Busy, Unready
from handlers.web.problems import documented


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """The process can do its work; `outbox` counts what is to be told to Slack, by state."""

    status: str = "ready"
    outbox: Mapping[str, int]
    oldest_queued_at: datetime | None


def health_routes(desk: Desk, checks: Sequence[Callable[[], None]]) -> APIRouter:
    """`/healthz` and `/readyz`; a check raises Unready where the process is not fit to serve."""
    routes = APIRouter(tags=["Health"])

    # Not in a thread: it has to answer while every thread waits for the database.
    @routes.get("/healthz", summary="Does the process live?")
    async def healthz() -> Alive:
        return Alive()

    @routes.get(
        "/readyz",
        summary="Can the process do its work?",
        responses=documented(Unready, Busy),
    )
    def readyz() -> Ready:
        for check in checks:
            check()
        queue = desk.store.outbox.state()
        return Ready(outbox=queue.counts, oldest_queued_at=queue.oldest_queued_at)

    return routes
