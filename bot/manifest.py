"""The manifest: what the Slack app may do, for pasting into Slack or following a link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from handlers.slack.views.ids import ADD_SHORTCUT, MESSAGE_SHORTCUT

# Each scope and event is asked for by code: a test goes through this list.
SCOPES: Mapping[str, str] = {
    "chat:write": "post and update cards",
    "files:write": "put the picture of a digest into its thread",
    "commands": "answer /lead and offer shortcuts",
    "reactions:write": "mark a message that became a lead",
    "im:write": "remind people of what waits for them",
    "im:history": "look whether a reminder was posted before posting it again",
    "users:read": "know a person's language, and who may decide",
    "usergroups:read": "know who is in a user group that has a role",
    "channels:history": "look whether a card was posted before posting it again",
    "groups:history": "the same in private channels",
}
EVENTS = (
    "app_uninstalled",
    "tokens_revoked",
    "user_change",
    "team_join",
    "app_home_opened",
    "subteam_members_changed",
    "subteam_updated",
)
ENDPOINT = "/slack/events"


def manifest(*, url: str | None, socket: bool) -> dict[str, Any]:
    """The manifest for a server at `url` (no trailing slash), or for Socket Mode."""
    here = {} if socket else {"url": f"{url}{ENDPOINT}"}
    there = {} if socket else {"request_url": f"{url}{ENDPOINT}"}
    return {
        "display_information": {
            "name": "Baton",
            "description": "Passes leads from marketing to sales",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Baton", "always_online": True},
            "shortcuts": [
                {
                    "name": "Add lead",
                    "type": "global",
                    "callback_id": ADD_SHORTCUT,
                    "description": "Bring in a lead by hand",
                },
                {
                    "name": "Make a lead of this message",
                    "type": "message",
                    "callback_id": MESSAGE_SHORTCUT,
                    "description": "Bring in the person whom a message tells of",
                },
            ],
            "slash_commands": [
                {
                    "command": "/lead",
                    "description": "Ask where a lead stands",
                    "usage_hint": "status jane@acme.com",
                    "should_escape": True,  # so that a colleague is named by their id
                    **here,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **there},
            "interactivity": {"is_enabled": True, **there},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def link(content: Mapping[str, Any]) -> str:
    """The address that opens Slack's "create an app" page with the manifest filled in."""
    compact = json.dumps(content, separators=(",", ":"))
    return f"https://api.slack.com/apps?new_app=1&manifest_json={quote(compact, safe='')}"
