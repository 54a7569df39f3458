"""The app asks Slack for what the code uses, and for nothing else."""

import re
from pathlib import Path

import pytest

from bot.manifest import EVENTS, SCOPES, link, manifest
from handlers.slack.events import HANDLED

ROOT = Path(__file__).parents[2]

# What Slack's reference asks for each method that we call.
NEEDS = {
    "auth_test": set[str](),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "files_upload_v2": {"files:write"},
    "reactions_add": {"reactions:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set[str](),
    "views_push": set[str](),
    "views_publish": set[str](),
}


def called() -> set[str]:
    sources = [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").glob("*.py")]
    code = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    kinds = "auth|chat|conversations|reactions|usergroups|users|views|files"
    return set(re.findall(rf"client\.((?:{kinds})_\w+)", code))


def test_every_scope_is_used_and_every_method_has_its_scope() -> None:
    assert called() == NEEDS.keys()
    asked = set.union(*NEEDS.values()) | {"commands"}
    assert asked == SCOPES.keys()


def test_every_event_that_is_asked_for_is_handled() -> None:
    assert set(EVENTS) == set(HANDLED)


@pytest.mark.parametrize("socket", [True, False])
def test_the_manifest_names_an_address_only_where_slack_must_reach_us(socket: bool) -> None:
    content = manifest(url="https://baton.example", socket=socket)
    [command] = content["features"]["slash_commands"]
    settings = content["settings"]
    address = None if socket else "https://baton.example/slack/events"
    assert command.get("url") == address
    assert settings["interactivity"].get("request_url") == address
    assert settings["event_subscriptions"].get("request_url") == address
    assert settings["socket_mode_enabled"] is socket
    assert link(content).startswith("https://api.slack.com/apps?new_app=1&manifest_json=%7B")
