"""The timetable: what is looked at how often. Nothing is remembered here; timers are rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.desk import Desk
from core.ports import Doorbell
from core.services import delivery, retention, watch, webhooks


@dataclass(frozen=True, slots=True)
class Round:
    """Something to look at again and again."""

    name: str
    every: timedelta
    look: Callable[[], object]


def timetable(desk: Desk, doorbell: Doorbell) -> tuple[Round, ...]:
    """Every round of a worker."""
    return (
        Round("timers", timedelta(seconds=5), lambda: watch.fire_due(desk)),
        Round("webhooks", timedelta(seconds=1), lambda: webhooks.announce(desk)),
        Round("doorbell", timedelta(minutes=1), lambda: delivery.reopen(desk, doorbell)),
        Round("sweep", timedelta(minutes=5), lambda: retention.sweep(desk)),
    )
