"""An office under fault: the product between a click and a card, and the naive ways beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.types import ASGIApp

from bot.wiring import now
from core.domain.intents import IntentKind
from core.ports import Delivered, Errand, Later, Messenger, Parked, Person, Sent, Unit, Unknown
from core.services import delivery
from core.services.reporting import handoff_story, story_of
from handlers.i18n import speak
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import card
from tests.builders import TEAM, StoppedClock
from tests.faults.fault import Tally
from tests.faults.stage import BOB, MIA, RIN, Stage
from tests.slack.fake import TOKEN
from tests.slack.office import Office, slack_door
from tests.web.site import Door, served

JSON = dict[str, Any]
Around = Callable[[Office], ASGIApp]
_ROUNDS = 40_000
PACE = timedelta(seconds=1)


@dataclass
class Bureau(Office):
    """An office whose worker knows since when it works."""

    began: datetime = field(default_factory=now)

    def drain(self) -> int:
        """Keep every promise that is due."""
        return delivery.drain(self.desk, self.messenger, began=self.began)


@contextmanager
def an_office_on(
    stage: Stage, around: Callable[[Office], ASGIApp] | None = None
) -> Iterator[Office]:
    """An office over the database and the Slack of a stage, with a clock that all of them share.

    `around` makes another door than ours.
    """
    clock = StoppedClock(now())
    desk = stage.desk(clock)
    stage.slack.team._clock = lambda: clock().timestamp()
    desk.change(TEAM, _know_everybody)
    client = WebClient(TOKEN, base_url=stage.slack.url, timeout=1, retry_handlers=[])
    messenger = SlackMessenger(desk, lambda _: client, every=PACE)
    door = Door()
    with served(door) as port, _hands(port) as http:
        office = Bureau(desk, clock, stage.slack, client, messenger, http)
        door.app = around(office) if around else slack_door(desk, client, clock)
        yield office


def _know_everybody(unit: Unit, at: datetime) -> None:
    for person in (BOB, RIN, MIA):
        unit.keep_person(Person(person, person, "en", at))


def _hands(port: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False, timeout=20
    )


def recovered(office: Office) -> float:
    """Let time pass until nothing is left to deliver; how many seconds of it were needed."""
    start = office.clock.now
    for _ in range(_ROUNDS):
        office.slack.settle()
        due = office.desk.store.outbox.next_due()
        if due is None:
            break
        office.clock.now = max(office.clock.now, due)
        office.drain()
    return (office.clock.now - start).total_seconds()


def cards_of(office: Office, handoff: str) -> list[JSON]:
    """Every card of a handoff that hangs anywhere in Slack."""
    return [message for message in _cards(office) if _about(message) == handoff]


def judged(office: Office, handoffs: Sequence[str], recovery: float | None = None) -> Tally:
    """How many handoffs have no card that says what the database says, and how many have two."""
    hanging: dict[str, list[JSON]] = {handoff: [] for handoff in handoffs}
    for message in _cards(office):
        hanging.get(_about(message), []).append(message)
    lost = sum(not any(_true(office, h, m) for m in hung) for h, hung in hanging.items())
    doubled = sum(max(0, len(hung) - 1) for hung in hanging.values())
    return Tally(len(handoffs), lost, doubled, recovery)


def whispered(office: Office, user: str = BOB) -> int:
    """How many private words a person has been told in the sales channel."""
    whispers = office.whispers()
    return sum(whisper["ephemeral_to"] == user for whisper in whispers)


def decided_once(office: Office, handoffs: Sequence[str]) -> Tally:
    """How many handoffs lack the decision that was clicked, and how many logged it twice."""
    lost = doubled = 0
    for handoff in handoffs:
        story = handoff_story(office.desk, TEAM, handoff)
        assert story
        verbs = [record.entry.verb for record in story.records if record.entry.verb == "accept"]
        lost += not verbs
        doubled += max(0, len(verbs) - 1)
    return Tally(len(handoffs), lost, doubled, None)


def says_truth(office: Office, handoff: str, message: JSON) -> bool:
    """Whether a card says what the database says."""
    return _true(office, handoff, message)


def _true(office: Office, handoff: str, message: JSON) -> bool:
    with office.desk.read(TEAM) as view:
        case = view.case(handoff)
        assert case
        story = story_of(view, case.lead, handoff_id=handoff)
    now = office.clock.now
    shown = message["blocks"]
    # A card may still offer what time has taken away since: it is then asked for in vain.
    rendered = (
        card.card(story, speak(story.policy.locale), now=at).payload()["blocks"]
        for at in (now, now - timedelta(days=1))
    )
    return any(json.loads(json.dumps(blocks)) == shown for blocks in rendered)


def _cards(office: Office) -> list[JSON]:
    team = office.slack.team
    with team.lock:
        channels = list(team.rooms)
    return [
        message
        for channel in channels
        for message in team.messages(channel)
        if (message.get("metadata") or {}).get("event_type") == f"baton_{IntentKind.CARD.value}"
    ]


def _about(message: JSON) -> str:
    return str(message["metadata"]["event_payload"]["id"])


# The naive ways, each of which has to fail where the product does not


@dataclass
class Retrying:
    """Takes every unclear answer for a failure and posts again."""

    messenger: Messenger

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self.messenger.deliver(errand)
        return Later(delivered.problem) if isinstance(delivered, Unknown) else delivered


@dataclass
class MarkingFirst:
    """Has written down that it was sent before it was: what fails then is never sent."""

    messenger: Messenger

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self.messenger.deliver(errand)
        return delivered if isinstance(delivered, Sent) else Sent()


@dataclass
class Hopeful:
    """Changes a card where it was hung once, and takes a refusal for the end of the matter."""

    messenger: Messenger
    office: Office

    def deliver(self, errand: Errand) -> Delivered:
        known = self.office.posting(errand.intent.kind, errand.intent.subject)
        if known is None:
            return self.messenger.deliver(errand)
        with suppress(SlackApiError, OSError, HTTPException):
            self.office.client.chat_update(channel=known.channel, ts=known.ts, text="changed")
        return Sent(known)


@dataclass
class Knocking:
    """Takes a closed door for one that opens at the next knock."""

    messenger: Messenger

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self.messenger.deliver(errand)
        return Later(delivered.problem) if isinstance(delivered, Parked) else delivered


Way = Callable[[Office], Messenger]


def baton(office: Office) -> Messenger:
    """Our own way."""
    return office.messenger


def retrying(office: Office) -> Messenger:
    return Retrying(office.messenger)


def marking_first(office: Office) -> Messenger:
    return MarkingFirst(office.messenger)


def hopeful(office: Office) -> Messenger:
    return Hopeful(office.messenger, office)


def knocking(office: Office) -> Messenger:
    return Knocking(office.messenger)
