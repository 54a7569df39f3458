"""The real program, started so that it dies or freezes at an exact moment.

The program knows nothing of this: what it is put together from is wrapped from outside, in a
process of its own. A strategy other than `ours` replaces how promises are kept by a naive way.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlalchemy import Connection, Engine

from bot import cli, serving, wiring
from bot.settings import Settings
from bot.slack import make_client
from bot.web import make_web
from core.desk import Desk
from core.domain.intents import IntentKind, Posting
from core.domain.timers import Timer
from core.ports import Errand, Pool, Unit
from core.services import delivery
from handlers.slack.messenger import SlackMessenger
from storage import timers
from storage.engine import Database
from storage.store import SqlOutbox, SqlStore
from storage.tables import outbox
from storage.unit import writing

_FLUSHED = 0.02  # seconds until an answer has left the process


class Moment(StrEnum):
    """Where a program can be struck."""

    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    AFTER_CLAIM = "after_claim"
    BEFORE_POST = "before_post"
    AFTER_POST = "after_post"
    BEFORE_SETTLE = "before_settle"
    AFTER_SETTLE = "after_settle"
    BEFORE_ANSWER = "before_answer"
    AFTER_ANSWER = "after_answer"
    DURING_TIMER = "during_timer"


class Strategy(StrEnum):
    """How promises are kept: our way, and the naive ones that the controls use."""

    OURS = "ours"
    RETRY = "retry"  # post again whenever no answer came
    MARK_FIRST = "mark_first"  # mark as sent, then post; put a timer away, then do what it says
    ANSWER_FIRST = "answer_first"  # answer, then commit
    DROP_UNKNOWN = "drop_unknown"  # what is not understood is done with
    UNGUARDED = "unguarded"  # start on whatever schema there is


@dataclass(frozen=True, slots=True)
class Plan:
    """How to start a program. `blow` is a signal's number, `nth` which time it strikes.

    `lease` and `settle` are the patience of delivery and `pace` the time between two messages to
    a channel, in seconds, shortened for trials.
    """

    command: str
    folder: Path
    environment: Mapping[str, str]
    kill_at: Moment | None = None
    nth: int = 1
    blow: int = signal.SIGKILL
    strategy: Strategy = Strategy.OURS
    lease: float = 60.0
    settle: float = 5.0
    pace: float = 1.0


def launch(plan: Plan) -> None:
    """Become the program, until it ends or is struck."""
    os.chdir(plan.folder)
    os.environ.update(plan.environment)
    _say_into(plan.folder / "program.log")
    _rig(plan)
    cli.main([plan.command])


def _say_into(file: Path) -> None:
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


class Trap:
    """Strikes its own process when a moment comes for the nth time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left = plan.nth
        self._lock = threading.Lock()

    def __call__(self, moment: Moment) -> None:
        if moment is self._plan.kill_at:
            with self._lock:
                self._left -= 1
                if self._left == 0:
                    os.kill(os.getpid(), self._plan.blow)


def _rig(plan: Plan) -> None:
    trap = Trap(plan)
    _swap(delivery, "LEASE", timedelta(seconds=plan.lease))
    _swap(delivery, "SETTLE", timedelta(seconds=plan.settle))
    if plan.strategy is Strategy.RETRY:
        _swap(delivery, "_is_old", lambda *_: False)
    _swap(wiring, "SqlStore", lambda engine: _Store(engine, trap, plan.strategy))
    _swap(wiring, "make_client", _speaking(trap))
    _swap(
        wiring,
        "SlackMessenger",
        _paced(timedelta(seconds=plan.pace if plan.strategy is Strategy.OURS else 0)),
    )
    if plan.strategy is Strategy.UNGUARDED:
        _swap(wiring, "check_schema", lambda _: None)
    _swap(serving, "make_web", _answering(trap, make_web, plan.strategy))
    _swap(timers, "take_due", _firing(trap, timers.take_due, plan.strategy))


def _swap(module: object, name: str, rigged: object) -> None:
    getattr(module, name)  # what is no longer there must not go unnoticed
    setattr(module, name, rigged)


class _Store(SqlStore):
    def __init__(self, engine: Engine, trap: Trap, strategy: Strategy) -> None:
        super().__init__(engine)
        self._trap = trap
        self.outbox = _Outbox(self._database, trap, strategy)

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        with super().write(workspace) as unit:
            yield unit
            self._trap(Moment.BEFORE_COMMIT)
        self._trap(Moment.AFTER_COMMIT)


class _Outbox(SqlOutbox):
    def __init__(self, database: Database, trap: Trap, strategy: Strategy) -> None:
        super().__init__(database)
        self._trap = trap
        self._strategy = strategy

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, pool: Pool = Pool.SLACK
    ) -> Sequence[Errand]:
        if self._strategy is Strategy.DROP_UNKNOWN:
            with writing(self._database) as connection:
                connection.execute(outbox.delete().where(outbox.c.kind.not_in(list(IntentKind))))
        errands = super().claim(now=now, lease=lease, limit=limit, pool=pool)
        if errands:
            self._trap(Moment.AFTER_CLAIM)
        match self._strategy:
            case Strategy.RETRY:
                return [replace(errand, unsure=False) for errand in errands]
            case Strategy.MARK_FIRST:
                for errand in errands:
                    super().settle(errand, posting=None, at=now)
        return errands

    def holds(self, errand: Errand, *, now: datetime) -> bool:
        return self._strategy is not Strategy.OURS or super().holds(errand, now=now)

    def settle(self, errand: Errand, *, posting: Posting | None, at: datetime) -> bool:
        self._trap(Moment.BEFORE_SETTLE)
        settled = super().settle(errand, posting=posting, at=at)
        self._trap(Moment.AFTER_SETTLE)
        return settled


def _speaking(trap: Trap) -> Callable[..., WebClient]:
    class Speaking(WebClient):
        def api_call(self, api_method: str, **more: Any) -> SlackResponse:
            if api_method != "chat.postMessage":
                return super().api_call(api_method, **more)
            trap(Moment.BEFORE_POST)
            answer = super().api_call(api_method, **more)
            trap(Moment.AFTER_POST)
            return answer

    def make(settings: Settings, *_: object) -> WebClient:
        return make_client(settings, Speaking)

    return make


def _paced(every: timedelta) -> Callable[..., SlackMessenger]:
    def make(
        desk: Desk, client_for: Callable[[str], WebClient], *_: object, **__: object
    ) -> SlackMessenger:
        return SlackMessenger(desk, client_for, every=every)

    return make


def _answering(trap: Trap, make_web: Callable[..., Any], strategy: Strategy) -> Callable[..., Any]:
    """The web app, in which the answers to leads and clicks are moments."""

    def make(*args: Any, **more: Any) -> Any:
        app = make_web(*args, **more)

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
            elif strategy is Strategy.ANSWER_FIRST:
                await _answered_first(app, scope, receive, send)
            else:
                await app(scope, receive, _watched(trap, send))

        return answer

    return make


def _watched(trap: Trap, send: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def watched(event: Any) -> None:
        if event["type"] == "http.response.start":
            trap(Moment.BEFORE_ANSWER)
        await send(event)
        if event["type"] == "http.response.body" and not event.get("more_body"):
            await asyncio.sleep(_FLUSHED)
            trap(Moment.AFTER_ANSWER)

    return watched


async def _answered_first(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """Say that all is well, and only then begin."""
    event = await receive()
    events = [event]
    while event.get("more_body"):
        event = await receive()
        events.append(event)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})
    await asyncio.sleep(_FLUSHED)

    async def again() -> Any:
        return events.pop(0) if events else await receive()

    async def silence(_: Any) -> None: ...

    await app(scope, again, silence)


Take = Callable[[Connection, str, datetime], Timer | None]


def _firing(trap: Trap, take_due: Take, strategy: Strategy) -> Take:
    def take(connection: Connection, workspace: str, now: datetime) -> Timer | None:
        timer = take_due(connection, workspace, now)
        if timer is not None:
            if strategy is Strategy.MARK_FIRST:
                connection.commit()
            trap(Moment.DURING_TIMER)
        return timer

    return take
