"""User groups: who is in them, as Slack says, and what to do where it does not."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from slack_sdk import WebClient

from core.desk import Desk
from core.ports import Errand, Parked
from core.services.settings import keep_groups
from handlers.slack import alarms
from handlers.slack.calls import Trouble, ask
from handlers.slack.payload import text

log = logging.getLogger(__name__)


def members(client: WebClient, group: str) -> list[str]:
    """Who is in a user group. Raises Trouble."""
    return _texts(ask(client.usergroups_users_list, usergroup=group).get("users"))


def named(client: WebClient) -> Mapping[str, str]:
    """The names of the user groups that there are, by their ids. Raises Trouble."""
    listed = ask(client.usergroups_list).get("usergroups")
    groups = listed if isinstance(listed, list) else []
    return {text(each, "id"): text(each, "name") for each in groups if text(each, "id")}


def learn(desk: Desk, client: WebClient, errand: Errand) -> None:
    """Keep who is in the groups that have a role. Raises Trouble where to ask again helps.

    Of a group that Slack does not tell, the members that we know stay, and somebody is told.
    """
    with desk.read(errand.workspace) as view:
        wanted = view.workspace().policy.groups_named
    found: dict[str, list[str]] = {}
    for group in sorted(wanted):
        try:
            found[group] = members(client, group)
        except Trouble as trouble:
            if not isinstance(trouble.means, Parked):
                raise
            log.warning("nobody says who is in %s: %s", group, trouble.error)
            alarms.raise_alarm(desk, errand, channel=group, problem=trouble.error)
    if found:
        keep_groups(desk, errand.workspace, found)


def _texts(values: Any) -> list[str]:
    each: Iterable[Any] = values if isinstance(values, list) else ()
    return [value for value in each if isinstance(value, str)]
