"""The listeners: one for each sort of payload, handing it to the room that answers it."""

from __future__ import annotations

import logging
import re
from threading import Semaphore
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from core.desk import Desk
from core.errors import BatonError
from handlers.slack import actions, commands, events, forms, payload, shortcuts

log = logging.getLogger(__name__)

_ANY = re.compile("")
_WINDOWS = 8


def register(app: App, desk: Desk, client: WebClient) -> None:
    """Let Bolt hand everything that Slack sends to our own tables: its own list is slow to walk.

    `client` is for the one call that has to be made before Slack is answered, so it is short of
    patience; Bolt would make a new one for every click.
    Half of the web process's threads may wait for a window; the others are for decisions.
    Give the app `raise_error_for_unhandled_request`, so that what nobody listens to gets 200 too.
    """

    windows = Semaphore(_WINDOWS)

    @app.block_action({"action_id": _ANY})
    def clicked(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        click = payload.click(body, workspace=_workspace(context))
        actions.clicked(desk, client, click, windows)
        ack()

    @app.view_submission(_ANY)
    def submitted(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        form = payload.submission(body, workspace=_workspace(context))
        ack(**forms.submitted(desk, client, form))

    @app.command(_ANY)
    def asked(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        question = payload.question(body, workspace=_workspace(context))
        ack(commands.asked(desk, client, question, windows) or "")

    @app.shortcut(_ANY)
    def summoned(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        shortcut = payload.shortcut(body, workspace=_workspace(context))
        shortcuts.summoned(desk, client, shortcut, windows)
        ack()

    @app.event(_ANY)
    def happened(body: dict[str, Any], context: BoltContext) -> None:
        events.happened(desk, payload.event(body), workspace=_workspace(context))

    app.error(unheard)


def unheard(error: Exception) -> BoltResponse:
    """Answer 200 to what nobody listens to, and 503 to what Slack shall send again."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200)
    if isinstance(error, BatonError):
        log.warning("an event could not be taken in: %s", error.code)
        return BoltResponse(status=503)
    log.error("a listener failed: %s", type(error).__name__)
    return BoltResponse(status=500)


def _workspace(context: BoltContext) -> str:
    """The workspace in which the app was installed, whoever clicks in a shared channel."""
    installed = context.authorize_result
    return (installed.team_id if installed else None) or context.team_id or ""
