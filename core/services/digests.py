"""Keep digests: each period of a schedule once, to be told to its channel."""

from __future__ import annotations

from datetime import datetime

from core.domain.localtime import Window
from core.domain.measures import Measures
from core.domain.periods import Cadence
from core.domain.policy import Policy
from core.domain.schedule import EVERYTHING, WEEKLY, Filter, Schedule, schedule_named
from core.ports import KeptDigest, View
from core.services.reporting import measured


def schedule_of(kept: KeptDigest, policy: Policy) -> Schedule:
    """Where and how to tell: as it is wanted now, else as it was when the digest was computed."""
    then = kept.policy.digests if kept.policy else ()
    found = schedule_named(policy.digests, kept.schedule) or schedule_named(then, kept.schedule)
    return found or Schedule(kept.schedule, policy.marketing_channel)


def found(view: View, schedule: str | None, cadence: Cadence, window: Window) -> KeptDigest | None:
    """The digest that told of a period: of that schedule, or of the first that did."""
    policy = view.workspace().policy
    wanted = [each for each in policy.digests if each.cadence is cadence]
    ids = [schedule] if schedule else [WEEKLY, *(each.id for each in wanted)]
    told = (view.digest_of(id, window) for id in dict.fromkeys(ids))
    return next((kept for kept in told if kept), None)


def counted_now(
    view: View, cadence: Cadence, window: Window, *, only: Filter = EVERYTHING, at: datetime
) -> Measures:
    """Every figure of a period as it stands at `at`; not kept."""
    channel = view.workspace().policy.marketing_channel
    schedule = Schedule("asked", channel, cadence=cadence, only=only)
    return measured(view, schedule, at=at, window=window)
