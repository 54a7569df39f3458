"""Keep the promises in the outbox: claim, tell, settle."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.desk import Desk
from core.domain.intents import Intent
from core.errors import NotFound
from core.ports import (
    Delivered,
    Doorbell,
    Errand,
    Later,
    Messenger,
    Parked,
    Pool,
    Retry,
    Sent,
    Unknown,
)

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
SETTLE = timedelta(seconds=5)
ATTEMPTS = (
    300  # most of a day: what is given up waits for a person, and Slack may be away for hours
)
_PAGE = 500
_IN_ORDER = ("sent", "put off")
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=5)
_OLD = timedelta(hours=1)
_BATCH = 5  # each may take as long as a time-out: together less than the lease


def promise(desk: Desk, workspace: str, *intents: Intent) -> None:
    """Enqueue what is no part of a change, such as the answer to one person."""
    desk.change(workspace, lambda unit, at: unit.enqueue(intents, at=at))


def _never() -> bool:
    return False


def drain(
    desk: Desk,
    messenger: Messenger,
    *,
    ended: Callable[[], bool] = _never,
    began: datetime | None = None,
    pool: Pool = Pool.SLACK,
) -> int:
    """Deliver everything of a pool that is due now; returns how many errands were run.

    Once it is `ended` nothing more is claimed, but what has been claimed is still delivered.
    What was long promised when this worker `began` (now, unless said) is looked for first.
    A workspace that turns out to be closed to us is not asked again for the rest of the batch.
    """
    run = 0
    while not ended() and (errands := _claimed(desk, began, pool)):
        closed: dict[str, Parked] = {}
        for errand in errands:
            delivered = closed.get(errand.workspace) or _deliver(messenger, errand)
            _settle(desk, errand, delivered)
            if isinstance(delivered, Parked) and delivered.whole_workspace:
                closed[errand.workspace] = delivered
        run += len(errands)
    return run


def _claimed(desk: Desk, began: datetime | None, pool: Pool) -> Sequence[Errand]:
    now = desk.now()
    errands = desk.store.outbox.claim(now=now, lease=LEASE, limit=_BATCH, pool=pool)
    since = began or now
    return [replace(errand, unsure=errand.unsure or _is_old(errand, since)) for errand in errands]


def _is_old(errand: Errand, since: datetime) -> bool:
    """Whether it had waited so long by then that this may be a backup, and the message be there."""
    return errand.enqueued_at is not None and since - errand.enqueued_at > _OLD


def reopen(desk: Desk, doorbell: Doorbell) -> None:
    """Look whether Slack lets us in again where it did not, and go on there."""
    for workspace in desk.store.outbox.shut_workspaces():
        if doorbell.opens(workspace):
            resume(desk, workspace)


def resume(desk: Desk, workspace: str) -> None:
    """Go on with everything that waits in a workspace, where it was shut."""
    if desk.store.outbox.resume(workspace):
        log.info("workspace %s is open again: what waited is delivered", workspace)
        desk.wake()


def retry(desk: Desk, id: int | None) -> int:
    """Try again what is set aside: one by its id, or all, and shut workspaces too.

    Returns how many are tried again. Raises NotFound where that id is not set aside.
    """
    outbox = desk.store.outbox
    if id is not None:
        if not outbox.retry(id, at=desk.now()):
            raise NotFound(f"nothing that is set aside has the id {id}")
        return 1
    for workspace in outbox.shut_workspaces():
        resume(desk, workspace)
    again = 0
    while tried := sum(
        outbox.retry(row.id, at=desk.now())
        for row in outbox.waiting(limit=_PAGE)
        if row.state in ("parked", "dead")
    ):
        again += tried
    return again


def _settle(desk: Desk, errand: Errand, delivered: Delivered) -> None:
    outbox = desk.store.outbox
    match delivered:
        case Sent(posting):
            kept = outbox.settle(errand, posting=posting, at=desk.now())
            _report(desk, errand, "sent" if kept else "somebody else's by now")
        case Parked(problem, whole_workspace=True):
            _shut(desk, errand, problem)
        case Parked(problem):
            outbox.park(errand, problem=problem)
            _report(desk, errand, "parked", problem)
        case Later() | Unknown():
            _again(desk, errand, delivered)


def _shut(desk: Desk, errand: Errand, problem: str) -> None:
    """Ask nothing more of this workspace; the errand waits with everything else of it."""
    outbox = desk.store.outbox
    outbox.shut(errand.workspace, problem=problem)
    outbox.put_back(errand, Retry(desk.now(), errand.attempts, errand.unsure, problem))
    log.error("workspace %s is closed to us: %s", errand.workspace, problem)


def _report(desk: Desk, errand: Errand, outcome: str, problem: str = "") -> None:
    """One line for each delivery: ids only."""
    now = desk.now()
    waited = (now - (errand.enqueued_at or now)).total_seconds()
    line = "delivery %s in %s: %s of %s %s after %.1f s%s"
    intent, why = errand.intent, f" ({problem})" if problem else ""
    log.log(
        logging.INFO if outcome in _IN_ORDER else logging.WARNING,
        line,
        errand.id,
        errand.workspace,
        intent.kind,
        intent.subject,
        outcome,
        waited,
        why,
    )


def _deliver(messenger: Messenger, errand: Errand) -> Delivered:
    try:
        return messenger.deliver(errand)
    except Exception as bug:  # noqa: BLE001 - one broken message must not stop the others
        log.error(
            "delivery failed: %s of %s: %s", errand.intent.kind, errand.id, type(bug).__name__
        )
        return Unknown(f"bug: {type(bug).__name__}")  # it may have struck after Slack had posted


def _again(desk: Desk, errand: Errand, failure: Later | Unknown) -> None:
    asked = failure.wait if isinstance(failure, Later) else None
    tried = asked is None or (isinstance(failure, Later) and failure.tried)
    attempts = errand.attempts + (1 if tried else 0)
    if attempts >= ATTEMPTS:
        desk.store.outbox.park(errand, problem=failure.problem, dead=True)
        _report(desk, errand, "dead", failure.problem)
        return
    unsure = isinstance(failure, Unknown)
    wait = backoff(attempts) if asked is None else asked
    retry = Retry(
        at=desk.now() + (max(SETTLE, wait) if unsure else wait),
        attempts=attempts,
        unsure=errand.unsure or unsure,
        problem=failure.problem,
        channel=failure.channel if isinstance(failure, Later) else None,
    )
    desk.store.outbox.put_back(errand, retry)
    if retry.channel is None:
        _report(desk, errand, "unknown" if unsure else "put off", failure.problem)


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: doubling, capped, with jitter.

    Jitter keeps many workers that failed together from coming back together.
    """
    longest = min(_FIRST_WAIT * 2 ** min(attempts - 1, 16), _LONGEST_WAIT)
    return timedelta(seconds=longest.total_seconds() * random.uniform(0.5, 1.0))
