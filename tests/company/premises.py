"""The premises of two companies: one store and worker, a Slack and a door for each, one clock.

All of it is the program itself, but for the hours of the clock and for Slack. A local Slack goes
by the time of its machine, so the week is played on the fake one, over HTTP all the same: signed
payloads come in at a real server, and the Web API is called at another.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.gestures import filled, pressed
from bot.slack import make_bolt
from core.desk import Desk
from core.domain.policy import Policy
from core.ports import Delivered, Errand, Messenger
from core.services import delivery, retention, watch
from core.services.setup import open_workspace
from handlers.slack.messenger import SlackMessenger
from handlers.web.guard import BodyLimit
from handlers.web.leads import lead_routes
from handlers.web.problems import install_problems
from handlers.web.slack import slack_routes
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import Names, StoppedClock
from tests.company.cast import Worker
from tests.slack.behaviours import OK, Behaviour, broken, hangs, limited, resets
from tests.slack.fake import FakeSlack
from tests.slack.office import SECRET, sign
from tests.slack.team import Person, Team
from tests.web.site import Door, served

JSON = dict[str, Any]

SALES, MARKETING, DIGEST = "C0SALES", "C0MARKETING", "C0DIGEST"
API_KEY = "k-of-the-week-5ecret"
_PATIENCE = 1  # seconds
_TICK = timedelta(seconds=5)  # as often as a worker looks at the clock
_JUST = timedelta(milliseconds=3)  # nobody looks in the very moment in which something is due
_PACE = timedelta(seconds=1)
_MOODY = ("chat.postMessage", "chat.update", "conversations.history", "views.publish")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


Wrap = Callable[[Messenger], Messenger]


class Killed(BaseException):
    """The worker is gone in the middle of something, as after `kill -9`."""


@dataclass
class Mortal:
    """A messenger whose process dies once Slack has heard, before anybody notes it down."""

    messenger: Messenger
    doomed: bool = False

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self.messenger.deliver(errand)
        if self.doomed:
            self.doomed = False
            raise Killed
        return delivered

    def opens(self, workspace: str) -> bool:
        return bool(getattr(self.messenger, "opens")(workspace))  # noqa: B009


@dataclass
class Moods:
    """How Slack feels: mostly well, in some hours not."""

    seed: str
    clock: StoppedClock
    share: float
    odds: float = 0.15
    calm: bool = False
    hangs_left: int = 2
    suffered: int = 0

    def behave(self, method: str, args: JSON) -> Behaviour:
        """How this call goes."""
        hour = random.Random(f"{self.seed}:{self.clock.now:%Y%m%d%H}").random()
        what = (method, args.get("channel"), args.get("ts"), args.get("user_id"))
        dice = random.Random(f"{self.seed}:{self.clock.now}:{what}")
        if self.calm or method not in _MOODY or hour > self.share or dice.random() > self.odds:
            return OK
        self.suffered += 1
        return self._bad_luck(dice)

    def _bad_luck(self, dice: random.Random) -> Behaviour:
        roll = dice.random()
        if roll < 0.02 and self.hangs_left:
            self.hangs_left -= 1
            return hangs(_PATIENCE + 0.3, posted=True)
        if roll < 0.4:
            return limited(dice.choice(("1", "30", None)))
        if roll < 0.6:
            return broken(posted=False)
        if roll < 0.8:
            return broken(posted=True)
        return resets(posted=True)


@dataclass
class Firm:
    """One company as its people see it: a Slack, and what hands can do there."""

    id: str
    team: Team
    token: str
    workers: tuple[Worker, ...]
    policy: Policy
    clock: StoppedClock
    slack: FakeSlack
    http: httpx.Client
    door: Door
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    answers: list[tuple[str, int]] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    accepted: set[tuple[str, str]] = field(default_factory=set)

    # What there is to see

    def channel(self, id: str, most: int = 400) -> list[JSON]:
        """The latest messages of a channel, newest first. They are looked at, not touched."""
        with self.team.lock:
            room = self.team.rooms.get(id)
            return room.messages[: -most - 1 : -1] if room else []

    def home(self, user: str) -> JSON | None:
        """What somebody's Home shows."""
        return self.team.homes.get(user)

    # What hands do

    def click(
        self, by: str, message: JSON, action: str, option: str | None = None, *, at: str = ""
    ) -> JSON | None:
        """Press what stands in a message; the form that opens, if one does.

        `at` is Slack's own number of a click: the same one twice is the same click.
        """
        trigger = f"trigger-{next(self.numbers)}"
        control = pressed(message["blocks"], action, option)
        if control.get("action_id") == "accept":
            self.accepted.add((by, str(control["value"])))
        payload = {
            **self._clicked(by, control, trigger, at),
            "container": {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": message["channel"],
            },
            "channel": {"id": message["channel"], "name": "room"},
            "response_url": self.slack.response_url(message["channel"], by, message["ts"]),
            "message": message,
        }
        self._sent(f"click {action}", {"payload": json.dumps(payload)})
        return self.team.opened_by(trigger)

    def click_answer(self, by: str, answer: JSON, action: str) -> JSON | None:
        """Press what stands in an answer that one person alone reads: Slack tells less of it."""
        trigger = f"trigger-{next(self.numbers)}"
        payload = {
            **self._clicked(by, pressed(answer["blocks"], action, None), trigger, ""),
            "container": {
                "type": "message",
                "message_ts": f"{self.clock.now.timestamp():.6f}",
                "channel_id": SALES,
                "is_ephemeral": True,
            },
            "channel": {"id": SALES, "name": "room"},
            "response_url": self.slack.response_url(SALES, by),
        }
        self._sent(f"click {action}", {"payload": json.dumps(payload)})
        return self.team.opened_by(trigger)

    def click_home(self, by: str, view: JSON, action: str, value: str) -> JSON | None:
        """Press a button of the Home, the one with that value."""
        trigger = f"trigger-{next(self.numbers)}"
        rows = [b for b in view["blocks"] if value in {e.get("value") for e in _elements(b)}]
        blocks = [
            {**b, "elements": [e for e in _elements(b) if e.get("value") == value]} for b in rows
        ]
        control = pressed(blocks, action, None)
        if action == "accept":
            self.accepted.add((by, value))
        payload = {
            **self._clicked(by, control, trigger, ""),
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
        }
        self._sent(f"home {action}", {"payload": json.dumps(payload)})
        return self.team.opened_by(trigger)

    def _clicked(self, by: str, control: JSON, trigger: str, at: str) -> JSON:
        return {
            "type": "block_actions",
            "team": {"id": self.id, "domain": self.id.lower()},
            "user": {"id": by, "team_id": self.id},
            "trigger_id": trigger,
            "actions": [{**control, "action_ts": at or self.moment()}],
        }

    def moment(self) -> str:
        """A fresh number for a click."""
        return f"{self.clock.now.timestamp():.0f}.{next(self.numbers):06d}"

    def submit(self, by: str, view: JSON, answers: Mapping[str, str]) -> JSON:
        """Send a form; what Slack is told to do with it, nothing if it may close."""
        payload = {
            "type": "view_submission",
            "team": {"id": self.id, "domain": self.id.lower()},
            "user": {"id": by, "team_id": self.id},
            "view": {**view, "state": {"values": filled(view, answers)}},
        }
        answer = self._sent(f"form {view['callback_id']}", {"payload": json.dumps(payload)})
        return dict(answer.json()) if answer.text else {}

    def ask(self, by: str, text: str) -> JSON:
        """Type a slash command; the answer that only they read."""
        form = {
            "command": "/lead",
            "text": text,
            "team_id": self.id,
            "team_domain": self.id.lower(),
            "user_id": by,
            "channel_id": SALES,
            "response_url": self.slack.response_url(SALES, by),
            "trigger_id": f"trigger-{next(self.numbers)}",
        }
        answer = self._sent(f"/lead {text.partition(' ')[0]}", form)
        return dict(answer.json()) if answer.text else {}

    def open_home(self, by: str) -> None:
        """Look at the Home."""
        self._happens({"type": "app_home_opened", "user": by, "tab": "home"})

    def join(self, by: str) -> None:
        """Come into the team."""
        self._happens({"type": "team_join", "user": {"id": by}})

    def _happens(self, event: JSON) -> None:
        said = {
            "type": "event_callback",
            "team_id": self.id,
            "event_id": f"Ev{next(self.numbers)}",
            "event": event,
        }
        self._post(event["type"], json.dumps(said).encode(), "application/json")

    def tell(self, path: str, said: JSON, key: str | None = None) -> httpx.Response:
        """The web site, or another machine, tells the API something."""
        headers = {
            "Authorization": f"Bearer {API_KEY}",
            **({"Idempotency-Key": key} if key else {}),
        }
        answer = self.http.post(path, json=said, headers=headers)
        self.answers.append((path, answer.status_code))
        return answer

    def _sent(self, what: str, form: Mapping[str, str]) -> httpx.Response:
        return self._post(what, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def _post(self, what: str, body: bytes, kind: str) -> httpx.Response:
        headers = sign(body, self.clock.now.timestamp()) | {"Content-Type": kind}
        answer = self.http.post("/slack/events", content=body, headers=headers)
        self.answers.append((what, answer.status_code))
        return answer


def _elements(block: JSON) -> list[JSON]:
    return [each for each in block.get("elements", []) if isinstance(each, dict)]


@dataclass
class Premises:
    """Two companies and the program that serves them, and what time it is."""

    url: str
    clock: StoppedClock
    slack: FakeSlack
    firms: tuple[Firm, ...]
    moods: Moods
    names: Names
    wrap: Wrap | None = None
    engine: Engine = field(init=False)
    desk: Desk = field(init=False)
    mortal: Mortal = field(init=False)
    began: datetime = field(init=False)
    rounds: int = 0
    deaths: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """The program starts: a worker, and behind each door a web process."""
        engine = make_engine(self.url)
        self.desk = Desk(SqlStore(engine), self.clock, self.names, lambda: None)
        self.engine, self.began = engine, self.clock.now
        clients = {firm.id: self._client(firm) for firm in self.firms}
        told = SlackMessenger(self.desk, lambda workspace: clients[workspace], every=_PACE)
        self.mortal = Mortal(self.wrap(told) if self.wrap else told)
        for firm in self.firms:
            firm.door.app = _behind(self.desk, firm, clients[firm.id])

    def _client(self, firm: Firm) -> WebClient:
        return WebClient(firm.token, base_url=self.slack.url, timeout=_PATIENCE, retry_handlers=[])

    def restart(self, *, killed: bool = False) -> None:
        """The program ends, in the middle of its work if it is `killed`, and starts again."""
        self.mortal.doomed = killed
        if not killed:
            self.stop()
            self.start()

    def stop(self) -> None:
        """The program ends."""
        self.engine.dispose()

    # Time

    def until(self, moment: datetime) -> None:
        """Let time pass, and the worker do whatever comes due meanwhile."""
        self._work()
        while (due := self._next()) is not None and due <= moment:
            self.clock.now = max(due, self.clock.now + timedelta(milliseconds=200))
            self._work()
        self.clock.now = max(self.clock.now, moment)

    def _next(self) -> datetime | None:
        store = self.desk.store
        timer, errand = store.next_timer(), store.outbox.next_due()
        looked = _EPOCH + -((_EPOCH - timer) // _TICK) * _TICK + _JUST if timer else None
        return min(filter(None, (looked, errand)), default=None)

    def _work(self) -> None:
        self.rounds += 1
        try:
            watch.fire_due(self.desk)
            delivery.drain(self.desk, self.mortal, began=self.began)
        except Killed:
            self.deaths += 1
            self.stop()
            self.start()

    def sweep(self) -> None:
        """Throw away what nobody needs any more."""
        retention.sweep(self.desk)


def _behind(desk: Desk, firm: Firm, client: WebClient) -> FastAPI:
    """The web process of one company."""
    web = FastAPI()
    web.add_middleware(BodyLimit)
    install_problems(web)
    web.include_router(slack_routes(make_bolt(desk, client), SECRET, desk.now))
    web.include_router(lead_routes(desk, lambda: firm.id, API_KEY))
    return web


@dataclass(frozen=True, slots=True)
class Founding:
    """What a company begins with."""

    id: str
    workers: tuple[Worker, ...]
    policy: Policy
    definition: str


@contextmanager
def opened(
    url: str, moods: Moods, foundings: tuple[Founding, ...], *, wrap: Wrap | None = None
) -> Iterator[Premises]:
    """Two companies that have just installed Baton; `wrap` puts something around the messenger."""
    clock = moods.clock
    teams = {f"xoxb-{each.id}-5ecret": _team(each, clock) for each in foundings}
    with ExitStack() as stack:
        slack = stack.enter_context(FakeSlack(teams))
        firms = tuple(
            _firm(each, token, teams[token], clock, slack, stack)
            for token, each in zip(teams, foundings, strict=True)
        )
        premises = Premises(url, clock, slack, firms, moods, Names(), wrap)
        stack.callback(premises.stop)
        for each in foundings:
            open_workspace(
                premises.desk,
                team=each.id,
                bot_user="U0BATON",
                policy=each.policy,
                definition=each.definition,
            )
        slack.director = moods.behave
        yield premises


def _team(of: Founding, clock: StoppedClock) -> Team:
    people = [Person(w.id, w.name, w.name, tz=w.zone, locale=w.locale) for w in of.workers]
    return Team(of.id, people=people, clock=lambda: clock.now.timestamp())


def _firm(
    of: Founding, token: str, team: Team, clock: StoppedClock, slack: FakeSlack, stack: ExitStack
) -> Firm:
    door = Door()
    port = stack.enter_context(served(door))
    hands = stack.enter_context(
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False, timeout=20)
    )
    return Firm(of.id, team, token, of.workers, of.policy, clock, slack, hands, door)
