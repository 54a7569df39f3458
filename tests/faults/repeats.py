"""C, repeats: a click arrives again, or only its repeat; it counts once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.types import ASGIApp

from core.domain.stages import Verb
from core.services import delivery
from handlers.slack.views import ids
from tests.faults.bureau import (
    Around,
    an_office_on,
    cards_of,
    decided_once,
    judged,
    recovered,
    whispered,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.invariants import cards, check
from tests.faults.letters import a_letter, at, hung, sent
from tests.faults.naive import Forgetful, dropping_retries
from tests.faults.program import program
from tests.faults.stage import SALES, Stage
from tests.slack.office import Office, slack_door


def four_times(stage: Stage) -> Tally:
    """One click arrives four times: in turn, at once, at two processes, after a restart."""
    many = 4 if stage.quick else 40
    desk = stage.desk()
    for number in range(many):
        stage.capture(desk, number)
    messenger = stage.messenger(desk)
    delivery.drain(desk, messenger)
    with program(stage, "serve") as first, program(stage, "serve") as second:
        for each in (first, second):
            each.await_ready()
        letters = [
            (handoff, a_letter(card, ids.ACCEPT, number, time.time()))
            for number, (handoff, [card]) in enumerate(cards(stage).items())
        ]
        with ThreadPoolExecutor(4) as hands, at(first) as one, at(second) as other:
            for number, (_, letter) in enumerate(letters):
                if number % 2:
                    statuses = list(hands.map(sent, (one, other, one, other), [letter] * 4))
                else:
                    statuses = [sent(one, letter) for _ in range(2)]
                assert set(statuses) == {200}, statuses
        stage.clicked |= {handoff for handoff, _ in letters}
        second.kill()
    with program(stage, "serve") as third:
        third.await_ready()
        with at(third) as door:
            again = {sent(door, letter) for _, letter in letters for _ in range(2)}
    assert again == {200}, again
    delivery.drain(desk, messenger)
    whispers = [m for m in stage.slack.messages(SALES) if m.get("subtype") == "ephemeral"]
    # Where it is crowded somebody may hear that nothing was done; that is no second effect.
    noise = sum("click again" not in whisper["text"] for whisper in whispers)
    tally = check(stage)
    return Tally(many, tally.lost, tally.doubled + noise, note=tally.note)


def four_times_forgotten(stage: Stage) -> Tally:
    """The control: nobody remembers which clicks were here before."""
    stage.store = Forgetful(stage.engine)
    with an_office_on(stage) as office:
        handoffs = hung(office, 4)
        for number, handoff_id in enumerate(handoffs):
            [card] = cards_of(office, handoff_id)
            letter = a_letter(card, ids.ACCEPT, number, office.clock.now.timestamp())
            for _ in range(4):
                sent(office.http, letter)
        recovered(office)
        tally = decided_once(office, handoffs)
        return Tally(tally.runs, tally.lost, tally.doubled + whispered(office))


def only_the_retry(around: Around | None = None) -> Scenario:
    """The first try never arrived; only the one that says it is a retry does."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office:
            handoffs = hung(office, 4 if stage.quick else 20)
            for number, handoff_id in enumerate(handoffs):
                [card] = cards_of(office, handoff_id)
                letter = a_letter(card, ids.ACCEPT, number, office.clock.now.timestamp())
                retry = {"X_Slack_Retry_Num": "1", "X_Slack_Retry_Reason": "http_timeout"}
                assert sent(office.http, letter, **retry) == 200
            recovered(office)
            return decided_once(office, handoffs)

    return run


def replayed(store: Callable[[Stage], Any] | None = None) -> Scenario:
    """A click was taken back; four minutes later its very bytes arrive again."""

    def run(stage: Stage) -> Tally:
        if store:
            stage.store = store(stage)
        with an_office_on(stage) as office:
            handoffs = hung(office, 3 if stage.quick else 20)
            letters = []
            for number, handoff_id in enumerate(handoffs):
                [card] = cards_of(office, handoff_id)
                letters.append(a_letter(card, ids.ACCEPT, number, office.clock.now.timestamp()))
                assert sent(office.http, letters[-1]) == 200
            recovered(office)
            for handoff_id in handoffs:
                [card] = cards_of(office, handoff_id)
                assert office.click(card, ids.step(Verb.UNDO, Verb.ACCEPT)).status_code == 200
            sent_at = min(int(headers["X-Slack-Request-Timestamp"]) for _, headers in letters)
            office.clock.forward(seconds=sent_at + 240 - office.clock.now.timestamp())
            for letter in letters:
                assert sent(office.http, letter) == 200
            recovered(office)
            once, shown = decided_once(office, handoffs), judged(office, handoffs)
            return Tally(once.runs, once.lost + shown.lost, once.doubled + shown.doubled)

    return run


def drops(office: Office) -> ASGIApp:
    return dropping_retries(slack_door(office.desk, office.client, office.clock))


def forgetful(stage: Stage) -> Forgetful:
    return Forgetful(stage.engine)
