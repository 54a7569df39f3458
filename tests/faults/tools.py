"""B, tools: a marketing tool that fails in every way hears of each step once, and in order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.wiring import new_id, now
from core.desk import Desk
from core.domain.handoff import Change
from core.domain.intents import IntentKind
from core.domain.log import Door
from core.ports import Delivered, Errand, Pool, Sent, Unit, Unknown
from core.services import delivery, handoff, webhooks
from core.services.handoff import Rejection, Stimulus
from handlers.webhooks.messenger import Post, WebhookMessenger, posted
from handlers.webhooks.post import Answered, Unanswered
from tests.builders import TEAM, StoppedClock, a_lead, an_offer
from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.stage import BOB, Stage
from tests.webhooks.receiver import Receiver, receiving

_WAYS: tuple[tuple[int, dict[str, str]] | str, ...] = (
    "cut",
    (500, {}),
    (503, {"Retry-After": "20"}),
    (429, {"Retry-After": "1"}),
    (400, {}),
    (302, {"Location": "/elsewhere"}),
)
_LONGEST = timedelta(days=4)


def _anew(url: str, headers: dict[str, str], body: bytes, at: datetime) -> Answered | Unanswered:
    """The naive way: each try is a message of its own."""
    return posted(url, {**headers, "webhook-id": new_id("evt")}, body, at)


class _Slack:
    """Takes everything."""

    def deliver(self, errand: Errand) -> Delivered:
        return Sent()


class _Forgetful:
    """Now and then the worker dies after it has posted: nobody knows what was answered."""

    def __init__(self, messenger: WebhookMessenger, luck: random.Random) -> None:
        self._messenger = messenger
        self._luck = luck

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self._messenger.deliver(errand)
        return Unknown("died") if self._luck.random() < 0.1 else delivered


def tool(way: Post = posted) -> Scenario:
    """Leads are offered, rejected and taken back while the tool fails two times out of five."""

    def run(stage: Stage) -> Tally:
        clock, luck = StoppedClock(now()), stage.random
        desk = stage.desk(clock)
        with receiving() as receiver, _failing(receiver, luck):
            hook = webhooks.add(desk, TEAM, receiver.url)
            leads = 8 if stage.quick else 40
            began = clock.now
            _live(desk, leads)
            messenger = _Forgetful(WebhookMessenger(desk, way), luck)
            delivery.drain(desk, _Slack())
            while (due := desk.store.outbox.next_due()) and due - began < _LONGEST:
                clock.now = max(clock.now, due)
                delivery.drain(desk, messenger, pool=Pool.WEBHOOKS)
            assert not webhooks.found(desk, TEAM, hook.id).ended
            tally, aside = _judged(receiver, leads), _aside(desk)
        note = f"{len(receiver.received)} posts"
        return replace(tally, lost=tally.lost + aside, note=note)

    return run


@contextmanager
def _failing(receiver: Receiver, luck: random.Random) -> Iterator[None]:
    receiver.answers = [
        luck.choice(_WAYS) if luck.random() < 0.4 else (204, {}) for _ in range(20_000)
    ]
    yield


def _live(desk: Desk, leads: int) -> None:
    for number in range(leads):
        change = an_offer(a_lead(f"ld_t{number}"), handoff_id=f"ho_t{number}", at=desk.now())
        desk.change(TEAM, partial(_recorded, change))
        by = Stimulus(TEAM, f"ho_t{number}", BOB, Door.API)
        handoff.reject(desk, by, Rejection("no_need"))
        if number % 3 == 0:
            handoff.undo(desk, by)
    webhooks.announce(desk)


def _recorded(change: Change, unit: Unit, at: datetime) -> bool:
    return unit.record(change, at=at)


def _aside(desk: Desk) -> int:
    """What was given up, or is still not told."""
    rows = desk.store.outbox.waiting(limit=100_000)
    return sum(row.kind == IntentKind.WEBHOOK.value for row in rows)


def _judged(receiver: Receiver, leads: int) -> Tally:
    """What a receiver that goes by the ids would have lost, done twice, or in another order."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    order: dict[str, list[str]] = defaultdict(list)
    for one in receiver.received:
        told = one.event
        lead, type = told["data"]["lead"]["id"], told["type"]
        ids[lead, type].add(one.id)
        if type not in order[lead]:
            order[lead].append(type)
    steps = ["lead.qualified", "lead.returned", "lead.undone"]
    expected = {f"ld_t{n}": steps[: 3 if n % 3 == 0 else 2] for n in range(leads)}
    lost = sum(len(wanted) - len(order[lead]) for lead, wanted in expected.items())
    disordered = sum(order[lead] != wanted for lead, wanted in expected.items())
    doubled = sum(len(each) - 1 for each in ids.values())
    return Tally(sum(map(len, expected.values())), lost + disordered, doubled)


FAULTS = (
    Fault(
        "B20",
        "a marketing tool fails at every turn, and workers die after they posted to it",
        tool(),
        tool(_anew),
        quick=True,
    ),
)
