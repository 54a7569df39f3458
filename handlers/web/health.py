"""Health: whether the process lives, and whether it is fit to serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Response
from pydantic import BaseModel

from core.desk import Desk
from core.errors import BatonError, Busy, Unready
from handlers.web.problems import documented, problem

LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at: `look` says what it saw, and raises Unready or Busy."""

    name: str
    look: Callable[[], str]


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Finding(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


class Ready(BaseModel):
    """The process can do its work."""

    status: str = "ready"
    checks: Sequence[Finding]


def health_routes(desk: Desk, checks: Sequence[Check] = ()) -> APIRouter:
    """`/healthz` and `/readyz`: the database, the queue, and whatever else is to be checked."""
    routes = APIRouter(tags=["Health"])
    everything = (*_checks_of(desk), *checks)

    # Not in a thread: it has to answer while every thread waits for the database.
    @routes.get("/healthz", summary="Does the process live?")
    async def healthz() -> Alive:
        return Alive()

    @routes.get(
        "/readyz",
        summary="Can the process do its work?",
        response_model=Ready,
        responses=documented(Unready, Busy),
    )
    def readyz() -> Response:
        findings = [_finding(check) for check in everything]
        red = "; ".join(f"{each.name}: {each.detail}" for each in findings if not each.ok)
        if red:
            return problem(Unready(red), checks=[each.model_dump() for each in findings])
        return Response(Ready(checks=findings).model_dump_json(), media_type="application/json")

    return routes


def _finding(check: Check) -> Finding:
    try:
        return Finding(name=check.name, ok=True, detail=check.look())
    except BatonError as fault:
        return Finding(name=check.name, ok=False, detail=fault.detail)


def _checks_of(desk: Desk) -> tuple[Check, ...]:
    return (
        Check("database", lambda: _writable(desk)),
        Check("queue", lambda: _moving(desk)),
        Check("parked", lambda: _parked(desk)),
    )


def _writable(desk: Desk) -> str:
    desk.store.ready()
    return "can be written to"


def _moving(desk: Desk) -> str:
    """A message that may be told and is not: nobody works, or nobody keeps up.

    One that waits because Slack asked for it, or because a try has failed, is not due yet.
    """
    outbox, now = desk.store.outbox, desk.now()
    due = outbox.next_due()
    late = max(now - due, timedelta()) if due else timedelta()
    if late > LONGEST_WAIT:
        raise Unready(f"a message has waited for a worker for {late.total_seconds():.0f} s")
    queue = outbox.state()
    if queue.oldest_queued_at is None:
        return "empty"
    age = (now - queue.oldest_queued_at).total_seconds()
    return f"{queue.counts.get('queued', 0)} wait, the oldest for {age:.0f} s"


def _parked(desk: Desk) -> str:
    """Shown, never red: only a person can mend it, and leads and clicks are taken meanwhile."""
    outbox = desk.store.outbox
    counts = outbox.state().counts
    aside = [f"{counts[state]} {state}" for state in ("parked", "dead") if state in counts]
    shut = [f"{name} is shut: {why}" for name, why in sorted(outbox.shut_workspaces().items())]
    return ", ".join([*aside, *shut]) or "none"
