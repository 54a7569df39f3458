"""The conversation that Baton has with one person alone."""

from __future__ import annotations

from slack_sdk import WebClient

from handlers.slack.calls import Trouble, ask
from handlers.slack.payload import text


def direct(client: WebClient, person: str) -> str:
    """The channel in which we talk with one person alone. Raises Trouble."""
    try:
        opened = ask(client.conversations_open, users=person)
    except Trouble as trouble:
        if trouble.error != "missing_scope":
            raise
        return person  # an app of before reminders: Slack finds the way by itself
    return text(opened, "channel", "id") or person
