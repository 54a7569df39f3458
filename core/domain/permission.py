"""Permission: the one place that says who may do what."""

from __future__ import annotations

from enum import StrEnum

from core.domain.policy import Policy
from core.domain.roles import Role, Team, is_staffed, roles_of, teams_of


class Permission(StrEnum):
    """What not everybody may do; each is refused under its own code."""

    SIGN_FOR_SALES = "not-sales"
    SIGN_FOR_MARKETING = "not-marketing"
    WITHDRAW_FOR_OTHERS = "not-proposer"


_SIGNS = {Permission.SIGN_FOR_SALES: Team.SALES, Permission.SIGN_FOR_MARKETING: Team.MARKETING}


def signing_for(team: Team) -> Permission:
    """The permission that it takes to sign for a team."""
    return next(permission for permission, of in _SIGNS.items() if of is team)


def may(person: str, permission: Permission, policy: Policy, *, channel: str | None = None) -> bool:
    """Whether somebody may, who acts in that channel.

    For a team speaks who has a role in it. While nobody was given one, whoever acts in the team's
    own channel does, unless a role makes them one of the other team.
    """
    team = _SIGNS.get(permission)
    if team is None:
        return Role.ADMIN in roles_of(person, policy.people)
    teams = teams_of(person, policy.people)
    if teams or is_staffed(team, policy.people):
        return team in teams
    return channel is not None and channel == policy.channel_of(team)
