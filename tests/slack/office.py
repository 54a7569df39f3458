"""An office at work: the real door, Bolt and messenger, and a Slack that can fail."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from slack_sdk import WebClient

from bot.gestures import pressed
from bot.slack import make_bolt
from core.desk import Desk
from core.domain.definition import default
from core.domain.handoff import Handoff
from core.domain.intents import Intent, IntentKind, Posting
from core.domain.lead import Lead
from core.domain.policy import Policy
from core.ports import Messenger, Store
from core.services import delivery
from core.services.setup import open_workspace
from handlers.slack.messenger import SlackMessenger
from handlers.web.guard import BodyLimit
from handlers.web.problems import install_problems
from handlers.web.slack import slack_routes
from tests.builders import TEAM, Names, StoppedClock, a_lead, a_policy, an_offer
from tests.slack.fake import TOKEN, FakeSlack
from tests.slack.team import Person, Team
from tests.web.site import Door

JSON = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SALES, MARKETING, DIGEST = "C0SALES", "C0MARKETING", "C0DIGEST"
BOB, RIN, MIA = "U0BOB", "U0RIN", "U0MIA"
PATIENCE = 1  # seconds that a call to Slack may take here


@dataclass
class Office:
    """Everything between a click and a card, with hands to click with."""

    desk: Desk
    clock: StoppedClock
    slack: FakeSlack
    client: WebClient
    messenger: Messenger
    http: httpx.Client
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # What happens in the business

    def offer(self, lead: Lead | None = None) -> str:
        """A lead is offered to sales; the id of its handoff."""
        change = an_offer(lead, at=self.clock.now)
        self.desk.change(TEAM, lambda unit, at: unit.record(change, at=at))
        assert change.handoff
        return change.handoff.id

    def card(self, lead: Lead | None = None) -> JSON:
        """A lead is offered and its card posted: the message."""
        self.offer(lead)
        self.drain()
        return self.slack.messages(SALES)[-1]

    def promise(self, kind: IntentKind, subject: str, **details: str) -> None:
        delivery.promise(self.desk, TEAM, Intent(kind, subject, subject, details))

    def drain(self) -> int:
        """Keep every promise that is due."""
        return delivery.drain(self.desk, self.messenger)

    def wait(self, seconds: float = 60) -> None:
        """Let time pass, and keep the promises that are due then."""
        self.clock.forward(seconds=seconds)
        self.drain()

    # What is there to see

    def handoff(self, id: str = "ho_1") -> Handoff:
        with self.desk.read(TEAM) as view:
            found = view.handoff(id)
        assert found
        return found

    def posting(self, kind: IntentKind, subject: str = "ho_1") -> Posting | None:
        with self.desk.read(TEAM) as view:
            return view.posting(kind, subject)

    def whispers(self, channel: str = SALES) -> list[JSON]:
        """What single persons were told in a channel."""
        return [m for m in self.slack.messages(channel) if m.get("subtype") == "ephemeral"]

    def cards(self, channel: str = SALES) -> list[JSON]:
        """What everybody in a channel sees, without the threads."""
        said = self.slack.messages(channel)
        return [m for m in said if "subtype" not in m and "thread_ts" not in m]

    def queue(self) -> Mapping[str, int]:
        return self.desk.store.outbox.state().counts

    # What hands do

    def click(
        self,
        message: JSON,
        action_id: str,
        /,
        by: str = BOB,
        option: Any = None,
        **changes: Any,
    ) -> httpx.Response:
        """Somebody presses a button of a message that was posted, or picks an option there."""
        action = {
            **pressed(message["blocks"], action_id, option),
            "action_ts": f"{self.clock.now.timestamp():.0f}.{next(self._numbers):06d}",
        }
        return self.interact(
            {
                "type": "block_actions",
                "team": {"id": TEAM, "domain": "acme"},
                "user": {"id": by, "team_id": TEAM},
                "container": {
                    "type": "message",
                    "message_ts": message["ts"],
                    "channel_id": message["channel"],
                },
                "channel": {"id": message["channel"], "name": "sales"},
                "message": message,
                "trigger_id": f"trigger-{next(self._numbers)}",
                "response_url": self.slack.response_url(message["channel"], by, message["ts"]),
                "actions": [action],
                **changes,
            }
        )

    def send(self, view: JSON, /, *, user: JSON | None = None, **answers: Any) -> httpx.Response:
        """Bob, or another user, sends a form; `answers` by the name of the block."""
        return self.interact(
            {
                "type": "view_submission",
                "team": {"id": TEAM, "domain": "acme"},
                "user": user or {"id": BOB, "team_id": TEAM},
                "view": {**view, "state": {"values": _state(view, answers)}},
            }
        )

    def ask(self, text: str, by: str = BOB, **changes: str) -> JSON:
        """Somebody types /lead; the answer that they read."""
        form = {
            "command": "/lead",
            "text": text,
            "team_id": TEAM,
            "team_domain": "acme",
            "user_id": by,
            "channel_id": SALES,
            "response_url": self.slack.response_url(SALES, by),
            "trigger_id": f"trigger-{next(self._numbers)}",
            **changes,
        }
        answer = self.post(urlencode(form).encode())
        assert answer.status_code == 200, answer.text
        return dict(answer.json()) if answer.text else {}

    def summon(
        self, shortcut: str, message: JSON | None = None, *, by: str = BOB, **changes: Any
    ) -> httpx.Response:
        """Somebody picks one of our shortcuts, on a message or in Slack's own menu."""
        where = {}
        if message is not None:
            where = {
                "channel": {"id": message["channel"], "name": "sales"},
                "message": message,
                "message_ts": message["ts"],
                "response_url": self.slack.response_url(message["channel"], by, message["ts"]),
            }
        return self.interact(
            {
                "type": "shortcut" if message is None else "message_action",
                "callback_id": shortcut,
                "team": {"id": TEAM, "domain": "acme"},
                "user": {"id": by, "team_id": TEAM},
                "trigger_id": f"trigger-{next(self._numbers)}",
                "action_ts": f"{self.clock.now.timestamp():.0f}.{next(self._numbers):06d}",
                **where,
                **changes,
            }
        )

    def view(self) -> JSON:
        """The view that was opened last."""
        return list(self.slack.team.views.values())[-1]

    def interact(self, payload: JSON) -> httpx.Response:
        return self.post(urlencode({"payload": json.dumps(payload)}).encode())

    def tell(self, payload: JSON) -> httpx.Response:
        """Slack sends an event."""
        return self.post(json.dumps(payload).encode(), kind="application/json")

    def post(
        self, body: bytes, kind: str = "application/x-www-form-urlencoded", **headers: str
    ) -> httpx.Response:
        """Send these bytes as Slack does, signed unless `headers` say otherwise."""
        signed = sign(body, self.clock.now.timestamp()) | {"Content-Type": kind}
        sent = signed | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/slack/events", content=body, headers=sent)


def sign(body: bytes, at: float, secret: str = SECRET) -> dict[str, str]:
    """The headers by which Slack proves that it sent a body."""
    moment = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{moment}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def _state(view: JSON, answers: Mapping[str, str | None]) -> JSON:
    """What Slack makes of the answers; whatever was not touched arrives as null."""
    state = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            answer = answers.get(block["block_id"])
            element = block["element"]
            state[block["block_id"]] = {element["action_id"]: _entered(element["type"], answer)}
    return state


def _entered(kind: str, answer: str | None) -> JSON:
    match kind:
        case "static_select":
            return {"type": kind, "selected_option": {"value": answer} if answer else None}
        case "users_select":
            return {"type": kind, "selected_user": answer}
        case "datepicker":
            return {"type": kind, "selected_date": answer}
        case _:
            return {"type": kind, "value": answer}


@contextmanager
def an_office(
    entrance: tuple[Door, int],
    store: Store,
    *,
    policy: Policy | None = None,
    patience: int = PATIENCE,
) -> Iterator[Office]:
    """An office over this store, in which nothing has happened yet, behind a running server."""
    clock = StoppedClock()
    desk = Desk(store, clock, Names(), lambda: None)
    open_workspace(
        desk, team=TEAM, bot_user="U0BATON", policy=policy or a_policy(), definition=default()
    )
    people = [Person(BOB, "bob"), Person(RIN, "rin", locale="ja-JP"), Person(MIA, "mia")]
    with FakeSlack({TOKEN: Team(TEAM, people=people)}) as slack:
        client = WebClient(TOKEN, base_url=slack.url, timeout=patience, retry_handlers=[])
        messenger = SlackMessenger(desk, lambda _: client)
        door, port = entrance
        door.app = slack_door(desk, client, clock)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False, timeout=20
        ) as http:
            yield Office(desk, clock, slack, client, messenger, http)


def slack_door(desk: Desk, client: WebClient, clock: StoppedClock) -> FastAPI:
    """The web process with Slack's door only."""
    web = FastAPI()
    web.add_middleware(BodyLimit)
    install_problems(web)
    web.include_router(slack_routes(make_bolt(desk, client), SECRET, clock))
    return web


def a_person(number: int) -> Lead:
    """One of many leads."""
    return a_lead(f"ld_{number}")
