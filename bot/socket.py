"""Socket Mode: the same app, connected to Slack from inside, so that nobody needs an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.wiring import Baton
from core.errors import Unready


@contextmanager
def listening(baton: Baton) -> Iterator[SocketModeHandler]:
    """Stay connected while the context lasts; a lost connection is made again.

    Raises Unready where there is no app token, or Slack refuses it.
    """
    token = baton.settings.slack_app_token
    if token is None:
        raise Unready("SLACK_APP_TOKEN is not set")
    handler = SocketModeHandler(baton.bolt, token.get_secret_value(), web_client=baton.client)
    try:
        _connect(handler)
        yield handler
    finally:
        handler.close()  # type: ignore[no-untyped-call]


def _connect(handler: SocketModeHandler) -> None:
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except SlackApiError as refused:
        raise Unready(f"SLACK_APP_TOKEN: Slack says {refused.response['error']}") from None
    except OSError as unreachable:
        raise Unready(f"Slack cannot be reached: {type(unreachable).__name__}") from None
