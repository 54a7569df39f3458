"""While the database is locked or Slack is slow, every click is done in time or may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM
from tests.slack import behaviours as b
from tests.slack.office import BOB, RIN, Office, a_person, an_office
from tests.web.site import Door

LOCKED = 4.0  # seconds
IN_TIME = 3.0
LOCKS = {
    "sqlite": "UPDATE workspace SET id = id",
    "postgresql": "LOCK TABLE lead, handoff, inbox, stage_log IN EXCLUSIVE MODE",
}
CLICKS = 12


@pytest.fixture
def office(entrance: tuple[Door, int], database_url: str) -> Iterator[Office]:
    engine = make_engine(database_url)
    with an_office(entrance, SqlStore(engine)) as office:
        yield office
    engine.dispose()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else writes for four seconds; what runs meanwhile is not waited for."""
    held, engine = Event(), make_engine(url)

    def hold() -> None:
        with engine.connect() as connection:
            connection.execute(text(LOCKS[engine.dialect.name]))
            held.set()
            time.sleep(LOCKED)

    holder = Thread(target=hold)
    holder.start()
    assert held.wait(5)
    try:
        yield
    finally:
        holder.join()
        engine.dispose()


def test_clicks_are_done_in_time_or_may_be_repeated(office: Office, database_url: str) -> None:
    cards = [office.card(a_person(number)) for number in range(CLICKS)]
    office.ask("help", by=BOB)
    office.drain()

    def click(number: int) -> float:
        time.sleep(number * LOCKED / CLICKS)
        begun = time.monotonic()
        assert office.click(cards[number], ids.ACCEPT, by=BOB).status_code == 200
        return time.monotonic() - begun

    with locked(database_url), ThreadPoolExecutor(CLICKS) as hands:
        waited = list(hands.map(click, range(CLICKS)))
    assert max(waited) < IN_TIME
    done = sum(office.handoff(f"ho_{number}").decision is not None for number in range(CLICKS))
    _until(lambda: len(office.whispers()) == CLICKS - done)
    assert 0 < done < CLICKS
    assert all("Please click again" in whisper["text"] for whisper in office.whispers())
    for number, card in enumerate(cards):
        if office.handoff(f"ho_{number}").decision is None:
            office.click(card, ids.ACCEPT)
        decision = office.handoff(f"ho_{number}").decision
        assert decision
        with office.desk.read(TEAM) as view:
            verbs = [record.entry.verb.value for record in view.records(f"ld_{number}")]
        assert verbs.count("accept") == 1


def test_a_stranger_to_us_is_answered_in_time_while_slack_is_slow_too(
    office: Office, database_url: str
) -> None:
    """The first click of a person costs a call to Slack besides the waiting for the database."""
    [card] = [office.card()]
    office.slack.always("users.info", b.slow(0.7))
    with locked(database_url):
        begun = time.monotonic()
        assert office.click(card, ids.ACCEPT, by=BOB).status_code == 200
        waited = time.monotonic() - begun
    assert waited < IN_TIME
    _until(lambda: len(office.whispers()) == 1)
    assert office.handoff().decision is None
    office.slack.always("users.info", b.OK)
    office.click(card, ids.ACCEPT, by=BOB)
    decision = office.handoff().decision
    assert decision
    assert decision.by == BOB


def test_who_was_looked_up_too_slowly_is_known_at_the_next_click(office: Office) -> None:
    card = office.card()
    office.slack.script("users.info", b.slow(0.9))
    office.click(card, ids.ACCEPT, by=RIN)
    assert office.handoff().decision is None
    _until(lambda: len(office.whispers()) == 1)
    office.click(card, ids.ACCEPT, by=RIN)
    assert office.handoff().decision
    assert len(office.slack.calls_of("users.info")) == 1


def test_slow_windows_leave_room_for_decisions(office: Office) -> None:
    cards = [office.card(a_person(number)) for number in range(24)]
    office.ask("help", by=BOB)
    office.drain()
    office.slack.always("views.open", b.slow(1.5))
    waited: list[float] = []

    def decide(card: dict[str, Any]) -> None:
        begun = time.monotonic()
        assert office.click(card, ids.ACCEPT, by=BOB).status_code == 200
        waited.append(time.monotonic() - begun)

    with ThreadPoolExecutor(24) as hands:
        looking = [hands.submit(office.click, card, ids.DETAILS) for card in cards]
        time.sleep(0.3)
        for card in cards[:8]:
            decide(card)
        assert {each.result().status_code for each in looking} == {200}
    assert max(waited) < 1.5  # nobody waited for a window to open
    opened = len(office.slack.calls_of("views.open"))
    assert 0 < opened < 24
    _until(lambda: len(office.whispers()) == 24 - opened)
    assert all("click again" in whisper["text"] for whisper in office.whispers())


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)
