"""Forget what has served its purpose: the database grows with the business, not its traffic."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from core.desk import Desk

KEYS_KEPT = timedelta(days=7)  # Slack stops repeating itself after an hour or so
ANSWERS_KEPT = timedelta(days=7)
SENT_KEPT = timedelta(days=30)
STRAYS_KEPT = timedelta(days=30)  # what visitors did who have not said who they are
REMINDERS_KEPT = timedelta(days=90)  # after they were told; nobody puts off one that old
_BATCH = 500  # rows of one transaction, so that nobody waits long for their turn
_BATCHES = 20  # of one round; what is left has time until the next


class _Forget(Protocol):
    def __call__(self, *, before: datetime, limit: int) -> int: ...


def sweep(desk: Desk) -> int:
    """Forget what is old enough; returns how many rows that were. Never the stage log."""
    store, now = desk.store, desk.now()
    return (
        _in_batches(store.forget_keys, now - KEYS_KEPT)
        + _in_batches(store.forget_answers, now - ANSWERS_KEPT)
        + _in_batches(store.outbox.forget_sent, now - SENT_KEPT)
        + _in_batches(store.forget_strays, now - STRAYS_KEPT)
        + _in_batches(store.forget_visitors, now - STRAYS_KEPT)
        + _in_batches(store.forget_reminders, now - REMINDERS_KEPT)
    )


def _in_batches(forget: _Forget, before: datetime) -> int:
    forgotten = 0
    for _ in range(_BATCHES):
        batch = forget(before=before, limit=_BATCH)
        forgotten += batch
        if batch < _BATCH:
            break
    return forgotten
