"""The control of what comes in: a Slack app as the tutorials write it, with no guard of ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from slack_bolt import App
from slack_bolt.adapter.fastapi import SlackRequestHandler
from slack_sdk import WebClient
from starlette.types import ASGIApp, Receive, Scope, Send

from core.domain.log import Door
from core.services import handoff
from core.services.handoff import Stimulus
from handlers.slack.views import ids
from storage.store import SqlStore
from storage.unit import SqlUnit, writing
from tests.builders import TEAM
from tests.slack.fake import TOKEN
from tests.slack.office import SECRET, Office

JSON = dict[str, Any]


def bolt_app(office: Office) -> ASGIApp:
    """Bolt and its own adapter; the listeners call Slack first and keep what happened then."""
    app = App(
        client=WebClient(TOKEN, base_url=office.slack.url, timeout=1),
        signing_secret=SECRET,
        process_before_response=True,
        token_verification_enabled=False,
    )

    @app.action(ids.ACCEPT)
    def accept(ack: Any, body: JSON, client: WebClient) -> None:
        where = body["container"]
        client.chat_update(channel=where["channel_id"], ts=where["message_ts"], text="accepted")
        stimulus = Stimulus(TEAM, body["actions"][0]["value"], body["user"]["id"], Door.BUTTON)
        handoff.accept(office.desk, stimulus)
        ack()

    @app.action(ids.DETAILS)
    def show(ack: Any, body: JSON, client: WebClient) -> None:
        title = {"type": "plain_text", "text": "Lead"}
        view = {"type": "modal", "title": title, "blocks": []}
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    return _mounted(SlackRequestHandler(app))


def _mounted(handler: SlackRequestHandler) -> FastAPI:
    web = FastAPI()

    @web.post("/slack/events")
    async def receive(request: Request) -> Response:
        return await handler.handle(request)

    return web


@contextmanager
def silenced() -> Iterator[None]:
    """What the naive app logs of its failures is of no interest, and would be long."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


class Forgetful(SqlStore):
    """Keeps everything but which clicks were here before."""

    @contextmanager
    def write(self, workspace: str) -> Iterator[SqlUnit]:
        with writing(self._database) as connection:
            unit = _ForgetfulUnit(connection, workspace)
            yield unit
            unit.finish()


class _ForgetfulUnit(SqlUnit):
    def first_time(self, key: str, *, at: object) -> bool:
        return True


def dropping_retries(app: ASGIApp) -> ASGIApp:
    """Drops whatever says that it was sent before: the first one will have arrived."""

    async def drop(scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == b"x-slack-retry-num" for name, _ in scope.get("headers", ())):
            await Response()(scope, receive, send)
        else:
            await app(scope, receive, send)

    return drop
