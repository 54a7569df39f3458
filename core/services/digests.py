"""Keep digests: each period of a schedule once, to be told to its channel."""

from __future__ import annotations

from core.domain.policy import Policy
from core.domain.schedule import Schedule, schedule_named
from core.ports import KeptDigest


def schedule_of(kept: KeptDigest, policy: Policy) -> Schedule:
    """Where and how to tell: as it is wanted now, else as it was when the digest was computed."""
    then = kept.policy.digests if kept.policy else ()
    found = schedule_named(policy.digests, kept.schedule) or schedule_named(then, kept.schedule)
    return found or Schedule(kept.schedule, policy.marketing_channel)
