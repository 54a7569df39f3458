"""Standing: what somebody is to the team, and whether that lets them deal with its leads."""

from __future__ import annotations

from enum import StrEnum

from core.domain.policy import Policy


class Standing(StrEnum):
    """What somebody is; each but members may be refused under this very code."""

    MEMBER = "member"
    HEAD = "head"  # a member who owns or administers the Slack workspace
    GUEST = "guest"  # of the team, in some of its channels
    STRANGER = "stranger"  # of another team, in a channel that both share
    BOT = "bot"
    DEACTIVATED = "deactivated"


MEMBERS = frozenset({Standing.MEMBER, Standing.HEAD})


def refusal(standing: Standing, policy: Policy) -> Standing | None:
    """Why somebody of this standing may not decide on leads or read of them; None: they may."""
    welcome = set(MEMBERS)
    if policy.guests_may_decide:
        welcome.add(Standing.GUEST)
    return None if standing in welcome else standing
