"""Slack, put together: the client that calls it and the Bolt app that listens to it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.settings import Settings
from core.desk import Desk
from handlers.slack.calls import TIMEOUT
from handlers.slack.listeners import register

_VIEW_TIMEOUT = 2  # seconds, of the three that Slack gives us to answer a click


def make_client(settings: Settings, kind: type[WebClient] = WebClient) -> WebClient:
    """The client for everything that we tell Slack. It never repeats a call by itself."""
    token = settings.slack_bot_token
    return kind(
        token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=TIMEOUT,
        retry_handlers=[],
        logger=_quiet("slack_sdk"),
    )


def make_bolt(desk: Desk, client: WebClient) -> App:
    """The Bolt app with all our listeners. It reads no environment and calls nobody by itself."""
    quick = type(client)(
        client.token,
        base_url=client.base_url,
        timeout=_VIEW_TIMEOUT,
        retry_handlers=[],
        logger=_quiet("slack_sdk"),
    )
    app = App(
        name="slack_bolt.baton",
        logger=_quiet("slack_bolt"),
        client=WebClient(base_url=client.base_url, logger=quick.logger),  # Bolt's own, never used
        signing_secret="",  # our own door has looked at the signature
        authorize=_installations(desk, client),
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    register(app, desk, quick)
    return app


def _installations(desk: Desk, client: WebClient) -> Callable[..., AuthorizeResult]:
    """Which workspace a payload belongs to, without a call to Slack and mostly from memory."""
    known: set[str] = set()

    def authorize(team_id: object) -> AuthorizeResult:
        # In a shared channel the team may be a stranger's: ours stays ours.
        team = team_id if isinstance(team_id, str) else None
        if team not in known:
            known.update(workspace.id for workspace in desk.store.workspaces())
        installed = team if team in known else min(known, default=team)
        return AuthorizeResult(enterprise_id=None, team_id=installed, bot_token=client.token)

    return authorize


def _quiet(name: str) -> logging.Logger:
    """A library's logger that never gets to the level where it prints tokens and bodies."""
    logger = logging.getLogger(name)
    logger.setLevel(max(logging.INFO, logger.getEffectiveLevel()))
    return logger
