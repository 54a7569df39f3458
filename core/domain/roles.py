"""Roles: who does what in the two teams, as the workspace's policy names them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Team(StrEnum):
    """One of the two teams that share the definition."""

    MARKETING = "marketing"
    SALES = "sales"


class Role(StrEnum):
    """What somebody does."""

    REP = "rep"
    INSIDE_SALES = "inside_sales"
    MARKETER = "marketer"
    MANAGER = "manager"
    ADMIN = "admin"


People = Mapping[Role, frozenset[str]]
"""Who has which role: Slack user ids, or ids of user groups."""

Groups = Mapping[str, frozenset[str]]
"""Who was in which user group when Slack last told us, by the id of the group."""

_TEAMS: Mapping[Role, Team] = MappingProxyType(
    {
        Role.REP: Team.SALES,
        Role.INSIDE_SALES: Team.SALES,
        Role.MANAGER: Team.SALES,
        Role.MARKETER: Team.MARKETING,
    }
)


def staffed_by(people: People, groups: Groups) -> People:
    """Who has which role, with the members of groups.

    The groups stay among them: a team whose group is empty, or was never told, has people.
    """
    if not groups:
        return people
    return {
        role: ids.union(*(groups[id] for id in ids if id in groups)) for role, ids in people.items()
    }


def groups_in(people: People) -> frozenset[str]:
    """The user groups that have a role."""
    return frozenset(id for ids in people.values() for id in ids if is_group(id))


def roles_of(person: str, people: People) -> frozenset[Role]:
    """The roles that somebody was given."""
    return frozenset(role for role, members in people.items() if person in members)


def teams_of(person: str, people: People) -> frozenset[Team]:
    """The teams for which somebody speaks by their roles; an admin speaks for none."""
    return frozenset(_TEAMS[role] for role in roles_of(person, people) if role in _TEAMS)


def is_group(id: str) -> bool:
    """Whether this is a user group rather than a person."""
    return id.startswith("S")


def is_staffed(team: Team, people: People) -> bool:
    """Whether anybody was given a role in that team."""
    return any(members for role, members in people.items() if _TEAMS.get(role) is team)
