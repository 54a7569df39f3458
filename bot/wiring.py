"""The composition root: puts the pieces together, once, from the settings."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slack_bolt import App
from slack_sdk import WebClient

from bot.settings import Settings
from bot.slack import make_bolt, make_client
from bot.worker import Worker
from core.desk import Desk
from core.domain.definition import default
from core.errors import Unready
from core.ports import Reckoner, Workspace
from core.services import delivery, setup
from handlers.clock import timetable
from handlers.slack.messenger import SlackMessenger
from handlers.web.metrics import CountingMessenger, Metrics
from handlers.webhooks.messenger import WebhookMessenger
from storage.columnar.reckoner import SqlReckoner
from storage.engine import make_engine
from storage.schema import check_schema
from storage.store import SqlStore


@dataclass(frozen=True, slots=True)
class Baton:
    """The program, put together."""

    settings: Settings
    desk: Desk
    woken: threading.Event
    client: WebClient
    bolt: App
    metrics: Metrics

    def worker(self) -> Worker:
        """A worker of this program, not started."""
        slack = self.messenger()
        return Worker(
            self.desk,
            CountingMessenger(slack, self.metrics),
            self.woken,
            rounds=timetable(self.desk, slack),
            webhooks=CountingMessenger(WebhookMessenger(self.desk), self.metrics),
        )

    def messenger(self) -> SlackMessenger:
        """What tells Slack."""
        every = timedelta(seconds=self.settings.pace)
        url = self.settings.public_url
        return SlackMessenger(self.desk, lambda _: self.client, every, url)

    def workspace(self) -> Workspace:
        """The workspace that this program serves. Raises Unready before the first start."""
        return only_workspace(self.desk)


def only_workspace(desk: Desk) -> Workspace:
    """The one workspace there is. Raises Unready where there is none."""
    match desk.store.workspaces():
        case [workspace]:
            return workspace
        case []:
            raise Unready("no workspace yet: start `baton run` once, connected to Slack")
        case _:
            raise Unready("this database holds several workspaces")


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """An id nobody had before, such as `ld_5f1e…`: 80 random bits."""
    return f"{prefix}_{secrets.token_hex(10)}"


def make_desk(settings: Settings, woken: threading.Event | None = None) -> Desk:
    """The desk over the database of the settings. Raises Unready where its schema does not fit."""
    engine = make_engine(settings.database_url)
    check_schema(engine)
    return Desk(SqlStore(engine), now, new_id, (woken or threading.Event()).set)


@contextmanager
def borrowed_reckoner(settings: Settings) -> Iterator[Reckoner]:
    """What answers a question over every lead; its connections are closed afterwards."""
    engine = make_engine(settings.database_url)
    try:
        yield SqlReckoner(engine)
    finally:
        engine.dispose()


@contextmanager
def borrowed_desk(settings: Settings) -> Iterator[Desk]:
    """A desk for one piece of work; its connections are closed afterwards."""
    engine = make_engine(settings.database_url)
    try:
        check_schema(engine)
        yield Desk(SqlStore(engine), now, new_id, threading.Event().set)
    finally:
        engine.dispose()


def put_together(settings: Settings, *, speaks: type[WebClient] = WebClient) -> Baton:
    """Everything that talks with Slack; nothing is started and nothing is called yet."""
    woken, metrics = threading.Event(), Metrics()
    desk = replace(make_desk(settings, woken), decided=metrics.decided)
    metrics.watch(desk)
    client = make_client(settings, speaks)
    return Baton(settings, desk, woken, client, make_bolt(desk, client), metrics)


def introduce(baton: Baton, *, definition: Path | None = None) -> Workspace:
    """Learn from Slack which workspace this is, and open it at the first start.

    Raises Unready where Slack refuses the token or cannot be reached and nothing is known yet.
    """
    from slack_sdk.errors import SlackApiError

    try:
        me = baton.client.auth_test()
    except SlackApiError as refused:
        raise Unready(f"SLACK_BOT_TOKEN: Slack says {refused.response['error']}") from None
    except OSError as unreachable:
        try:
            return baton.workspace()
        except Unready:
            raise Unready(f"Slack cannot be reached: {type(unreachable).__name__}") from None
    team, bot_user = str(me["team_id"]), str(me["user_id"])
    if all(known.id != team for known in baton.desk.store.workspaces()):
        setup.open_workspace(
            baton.desk,
            team=team,
            bot_user=bot_user,
            policy=baton.settings.first_policy(),
            definition=definition.read_text() if definition else default(),
        )
    delivery.resume(baton.desk, team)
    return baton.workspace()
