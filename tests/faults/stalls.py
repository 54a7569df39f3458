"""C, stalls: the database or Slack does not answer while reps click; they hear of it in time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg

from core.domain.log import Door
from core.errors import Busy
from core.services import delivery, handoff
from core.services.handoff import Stimulus
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from storage.engine import database_file
from tests.builders import TEAM
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
from tests.faults.letters import SLACK_WAITS, hung
from tests.faults.naive import silenced
from tests.faults.program import Program, program
from tests.faults.stage import BOB, SALES, Stage
from tests.slack import behaviours as b
from tests.slack.office import Office, a_person

JSON = dict[str, Any]


def locked(stage: Stage) -> Tally:
    """Somebody holds the write lock for four seconds while reps click."""
    many, rounds = (4, 1) if stage.quick else (12, 3)
    desk = stage.desk()
    for number in range(many * rounds):
        stage.capture(desk, number)
    delivery.drain(desk, stage.messenger(desk))
    hanging = [card for [card] in cards(stage).values()]
    slowest, silent, wrong = 0.0, 0, 0
    with program(stage, "run") as running:
        running.await_ready()
        running.click(hanging[0], ids.DETAILS)  # from here on Bob is known
        for turn in range(rounds):
            clicked = hanging[turn * many : (turn + 1) * many]
            told = len(_whispers(stage))
            with _write_locked(stage, 4.0), ThreadPoolExecutor(many) as hands:
                answers = list(hands.map(lambda card: _timed(running, card), clicked))
            slowest = max(slowest, *(seconds for _, seconds in answers))
            wrong += sum(status != 200 for status, _ in answers)
            undecided = [card for card in clicked if not _is_decided(stage, card)]
            silent += len(undecided) - _told_within(stage, told, len(undecided))
            wrong += sum(running.click(card, ids.ACCEPT) != 200 for card in undecided)
        recovery = stage.await_calm()
    wrong += sum(not _is_decided(stage, card) for card in hanging) + (slowest > SLACK_WAITS)
    tally = check(stage)
    note = f"slowest answer {slowest:.1f} s; {tally.note}".removesuffix("; ")
    return Tally(len(hanging), tally.lost + wrong + silent, tally.doubled, recovery, note)


def _timed(running: Program, card: JSON) -> tuple[int, float]:
    began = time.monotonic()
    return running.click(card, ids.ACCEPT), time.monotonic() - began


def _is_decided(stage: Stage, card: JSON) -> bool:
    with stage.store.read(TEAM) as view:
        found = view.handoff(card["metadata"]["event_payload"]["id"])
    return bool(found and found.decision)


def _whispers(stage: Stage) -> list[JSON]:
    return [m for m in stage.slack.messages(SALES) if m.get("subtype") == "ephemeral"]


def _told_within(stage: Stage, before: int, wanted: int, *, seconds: float = 3) -> int:
    """How many of so many people were told to try again."""
    deadline = time.monotonic() + seconds
    while len(_whispers(stage)) - before < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return min(wanted, len(_whispers(stage)) - before)


@contextmanager
def _write_locked(stage: Stage, seconds: float) -> Iterator[None]:
    """Nobody else can write for so long; who only reads is not held up."""
    held = threading.Event()

    def hold() -> None:
        with _lock(stage):
            held.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        yield
    finally:
        thread.join()


@contextmanager
def _lock(stage: Stage) -> Iterator[None]:
    file = database_file(stage.url)
    if file is None:
        with psycopg.connect(stage.url) as connection:
            connection.execute("LOCK TABLE lead, handoff, outbox, inbox IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("ROLLBACK")


def answered_first(stage: Stage) -> Tally:
    """The control: the click is answered at once, and kept afterwards, if that is possible."""
    with an_office_on(stage) as office:
        handoffs = hung(office, 4)
        with _write_locked(stage, 4.0):
            for number, handoff_id in enumerate(handoffs[:1]):
                stimulus = Stimulus(TEAM, handoff_id, BOB, Door.BUTTON, str(number))
                with suppress(Busy):
                    handoff.accept(office.desk, stimulus)
        return decided_once(office, handoffs[:1])


def old_buttons(around: Around | None = None) -> Scenario:
    """Buttons that no longer exist, or of handoffs that never did: a polite answer, no effect."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = hung(office, 1)
            [card] = cards_of(office, handoff_id)
            clicks = [("snooze", handoff_id), ("accept:v0", "ho_gone"), (ids.ACCEPT, "ho_gone")]
            clicks += [(ids.UNDO, ""), (ids.DETAILS, "lead_5"), ("", handoff_id)]
            rude = 0
            for action, value in clicks:
                told = whispered(office)
                button = {"type": "button", "action_id": action, "value": value}
                shown = {**card, "blocks": [_row({**button, "text": {"text": "x"}})]}
                answered = office.click(shown, action).status_code == 200
                recovered(office)
                rude += not answered or not _heard(office, told)
            decided = office.handoff(handoff_id).decision is not None
            return Tally(len(clicks), lost=rude, doubled=int(decided))

    return run


def _row(button: JSON) -> JSON:
    return {"type": "actions", "elements": [button]}


def _heard(office: Office, before: int) -> bool:
    """Whether the person is told something more within a second."""
    deadline = time.monotonic() + 1
    while whispered(office) <= before and time.monotonic() < deadline:
        time.sleep(0.02)
    return whispered(office) > before


def too_late_for_a_view(around: Around | None = None) -> Scenario:
    """What opens a view has expired, or Slack does not open it: the person hears of it."""

    def run(stage: Stage) -> Tally:
        failures = [
            *(b.fails("expired_trigger_id"), b.fails("exchanged_trigger_id"), b.limited("30")),
            *(b.broken(posted=False), b.resets(posted=False), b.hangs(2.4, posted=False)),
        ]
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = hung(office, 1)
            [card] = cards_of(office, handoff_id)
            silent, slowest = 0, 0.0
            for failure in failures:
                told = whispered(office)
                office.slack.script("views.open", failure)
                began = time.monotonic()
                status = office.click(card, ids.DETAILS).status_code
                slowest = max(slowest, time.monotonic() - began)
                recovered(office)
                silent += status != 200 or not _heard(office, told)
        note = f"slowest answer {slowest:.1f} s"
        return Tally(len(failures), silent + (slowest > SLACK_WAITS), note=note)

    return run


def slack_down(around: Around | None = None) -> Scenario:
    """No call to Slack comes through while reps click: decided and answered all the same."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office, silenced():
            handoffs = hung(office, 2 if stage.quick else 20)
            hanging = [card for h in handoffs for card in cards_of(office, h)]
            office.slack.director = lambda *_: b.resets(posted=False)
            slowest, wrong = 0.0, 0
            for card in hanging:
                began = time.monotonic()
                wrong += office.click(card, ids.ACCEPT).status_code != 200
                slowest = max(slowest, time.monotonic() - began)
                office.drain()
            office.slack.director = None
            once = decided_once(office, handoffs)
            shown = judged(office, handoffs, recovered(office))
        harm = wrong + once.lost + shown.lost + (slowest > SLACK_WAITS)
        note = f"slowest answer {slowest * 1000:.0f} ms"
        return Tally(len(handoffs), harm, once.doubled + shown.doubled, shown.recovery, note)

    return run


def uninstalled(store: Callable[[Stage], Any] | None = None) -> Scenario:
    """The app is uninstalled with cards on their way; late events and clicks; installed again."""

    def run(stage: Stage) -> Tally:
        if store:
            stage.store = store(stage)
        with an_office_on(stage) as office:
            [first] = handoffs = hung(office, 1)
            [hanging] = cards_of(office, first)
            handoffs += [office.offer(a_person(number)) for number in range(2, 8)]
            office.slack.director = lambda *_: b.fails("account_inactive")
            calls = len(office.slack.calls)
            wrong = _events(office, *["app_uninstalled"] * 4, "message", "app_home_opened")
            for _ in range(5):
                office.wait(60)
            knocks = len(office.slack.calls) - calls
            wrong += office.click(hanging, ids.ACCEPT).status_code != 200
            office.slack.director = None
            assert isinstance(office.messenger, SlackMessenger)
            delivery.reopen(office.desk, office.messenger)
            worst = recovered(office)
            wrong += _events(office, "app_uninstalled")  # Slack sends it once more
            handoffs.append(office.offer(a_person(8)))
            tally = judged(office, handoffs, max(worst, recovered(office)))
        note = f"{knocks} calls while it was uninstalled"
        return Tally(tally.runs, tally.lost + wrong + knocks, tally.doubled, tally.recovery, note)

    return run


def _events(office: Office, *kinds: str) -> int:
    """Slack tells of this, all under the id of its kind; how often it was not answered 200."""
    return sum(
        office.tell(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "event_id": f"Ev0{kind}",
                "event": {"type": kind, "user": BOB},
            }
        ).status_code
        != 200
        for kind in kinds
    )
