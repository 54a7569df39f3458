"""B, queues: one failure after another; order is kept, and nobody is pressed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import event

from core.ports import Unit
from core.services import delivery
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from tests.builders import TEAM, an_offer
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    cards_of,
    judged,
    recovered,
)
from tests.faults.calls import CUT_OFF, GARBLED, NOT_POSTED, POSTED
from tests.faults.fault import Scenario, Tally
from tests.faults.invariants import buttons
from tests.faults.stage import Stage
from tests.slack import behaviours as b
from tests.slack.office import Office, a_person

JSON = dict[str, Any]
POST, UPDATE = "chat.postMessage", "chat.update"


def storm(way: Way = baton, *, most: int = 5000) -> Scenario:
    """A long queue meets one 429 after another: order is kept, and nobody is pressed."""

    def run(stage: Stage) -> Tally:
        most_here = min(most, 200) if stage.database == "postgres" else most
        _without_fear(stage)
        with an_office_on(stage) as office:
            office.messenger = way(office)
            watch = _Watch(office, random.Random(stage.seed))
            office.slack.director = watch.direct
            handoffs = _offered_together(office, 200 if stage.quick else most_here)
            recovery = recovered(office)
            told = [_number(card["metadata"]["event_payload"]["id"]) for card in office.cards()]
        missing = len(set(handoffs)) - len(set(told))
        tally = Tally(len(handoffs), missing, len(told) - len(set(told)), recovery)
        disordered = sum(a > b for a, b in pairwise(told))
        note = f"{disordered} out of order, {watch.hurried} too fast, {watch.pressed} too early"
        return replace(
            tally, lost=tally.lost + disordered + watch.hurried + watch.pressed, note=note
        )

    return run


def _without_fear(stage: Stage) -> None:
    """This trial is about the pace: nobody pulls the plug, so the disk is not waited for."""
    if stage.database == "sqlite":
        event.listen(stage.engine, "connect", _not_waiting)
        stage.engine.dispose()


def _not_waiting(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class _Watch:
    """Refuses each fifth post for a while, and sees whether anybody is in a hurry."""

    def __init__(self, office: Office, luck: random.Random) -> None:
        self._office = office
        self._luck = luck
        self._rests_until = office.clock.now
        self._posted: list[datetime] = []
        self.pressed = 0

    def direct(self, method: str, _: JSON) -> b.Behaviour:
        if method != POST:
            return b.OK
        now = self._office.clock.now
        self.pressed += now < self._rests_until
        if self._luck.random() < 0.2:
            seconds = self._luck.choice((1, 2, 30))
            self._rests_until = now + timedelta(seconds=seconds)
            return b.limited(str(seconds))
        self._posted.append(now)
        return b.OK

    @property
    def hurried(self) -> int:
        """How many posts came although ten others had come in the eight seconds before."""
        posted, window = self._posted, timedelta(seconds=8)
        return sum(posted[n] - posted[n - 10] < window for n in range(10, len(posted)))


def _offered_together(office: Office, many: int) -> list[str]:
    def work(unit: Unit, at: datetime) -> None:
        for number in range(1, many + 1):
            unit.record(an_offer(a_person(number), at=at), at=at)

    office.desk.change(TEAM, work)
    return [f"ho_{number}" for number in range(1, many + 1)]


def _number(handoff: str) -> int:
    return int(handoff.removeprefix("ho_"))


_ANY_POST = [*POSTED, *NOT_POSTED, *CUT_OFF, *GARBLED, b.lands_late(0.02), b.limited("2")]
_ANY_READ = [*NOT_POSTED, b.resets(posted=False), b.cut(), b.html(posted=False), b.limited("2")]


def everything(way: Way = baton, *, most: int = 250) -> Scenario:
    """Two calls of five fail, in any way, while leads come in and reps accept them."""

    def run(stage: Stage) -> Tally:
        luck = random.Random(stage.seed)

        def direct(method: str, _: JSON) -> b.Behaviour:
            if luck.random() > 0.4:
                return b.OK
            return luck.choice(_ANY_POST if method.startswith("chat.") else _ANY_READ)

        with an_office_on(stage) as office:
            office.messenger = way(office)
            office.slack.director = direct
            handoffs, worst = [], 0.0
            for number in range(1, (25 if stage.quick else most) + 1):
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                if luck.random() < 0.3:
                    worst = max(worst, recovered(office))
                    _accepted(office, luck.choice(handoffs))
            return judged(office, handoffs, max(worst, recovered(office)))

    return run


def _accepted(office: Office, handoff: str) -> None:
    for message in cards_of(office, handoff):
        if ids.ACCEPT in buttons(message):
            office.click(message, ids.ACCEPT)


def revoked(way: Way = baton) -> Scenario:
    """The token is revoked in the middle of a queue: one call notices, and all resumes later."""

    def run(stage: Stage) -> Tally:
        names = ("token_revoked", "account_inactive", "invalid_auth", "token_expired")
        with an_office_on(stage) as office:
            doorbell = office.messenger
            assert isinstance(doorbell, SlackMessenger)
            office.messenger = way(office)
            handoffs, knocks, worst = [], 0, 0.0
            for turn, name in enumerate(names[: 1 if stage.quick else 4]):
                handoffs += [office.offer(a_person(10 * turn + n)) for n in range(10)]
                for _ in range(4):
                    office.wait(1)
                office.slack.director = lambda *_, name=name: b.fails(name)
                calls = len(office.slack.calls)
                for _ in range(20):
                    office.wait(30)
                knocks += max(0, len(office.slack.calls) - calls - 1)
                delivery.reopen(office.desk, doorbell)  # in vain
                office.slack.director = None
                delivery.reopen(office.desk, doorbell)
                worst = max(worst, recovered(office))
            tally = judged(office, handoffs, worst)
        note = f"{knocks} calls more than one"
        return replace(tally, doubled=tally.doubled + knocks, note=note)

    return run


def restless(way: Way = baton) -> Scenario:
    """200 changes of one card in five seconds, some updates fail: it ends as the database says."""

    def run(stage: Stage) -> Tally:
        luck = random.Random(stage.seed)
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, before = [], 0.0, 0
            for number in range(1, 2 if stage.quick else 6):
                handoffs.append(office.offer(a_person(number)))
                worst = max(worst, recovered(office))
                before = len(office.slack.calls_of(UPDATE))
                _changed_often(office, handoffs[-1], luck)
                worst = max(worst, recovered(office))
            updates = len(office.slack.calls_of(UPDATE)) - before
            return replace(judged(office, handoffs, worst), note=f"{updates} updates for 201")

    return run


def _changed_often(office: Office, handoff: str, luck: random.Random) -> None:
    """Accepted and taken back a hundred times, and accepted in the end."""
    [card] = cards_of(office, handoff)
    for turn in range(201):
        action = ids.UNDO if turn % 2 else ids.ACCEPT
        button = {"type": "button", "action_id": action, "value": handoff, "text": {"text": "x"}}
        shown = {**card, "blocks": [{"type": "actions", "elements": [button]}]}
        assert office.click(shown, action).status_code == 200
        office.clock.forward(milliseconds=25)
        if luck.random() < 0.2:
            office.slack.director = lambda *_: luck.choice([b.OK, *_ANY_READ])
            office.drain()
    office.slack.director = None
