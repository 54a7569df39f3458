"""While the database is locked for four seconds, every click is done in time or may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from sqlalchemy import text

from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM
from tests.slack.office import BOB, Office, a_person, an_office
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


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)
