"""F, PostgreSQL: the server is struck down, its answers are lost, the network falls silent."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import psycopg

from storage.schema import migrate
from tests.faults.fault import Tally
from tests.faults.invariants import buttons, check
from tests.faults.launch import Strategy
from tests.faults.program import Program, program
from tests.faults.stage import SALES, Stage
from tests.faults.wire import a_wire
from tests.postgres import Postgres, running

_PATIENCE = 180  # seconds; each lost answer costs a lease


# Struck down under load


def struck_down(stage: Stage) -> Tally:
    """Immediate restarts while leads come in: what was acknowledged is there."""
    return _struck(stage, "on", 3 if stage.quick else 20)


def struck_down_hasty(stage: Stage) -> Tally:
    """The control: a server that answers a COMMIT before it is on the disk."""
    return _struck(stage, "off", 3)


def _struck(stage: Stage, synchronous_commit: str, times: int) -> Tally:
    with _own_server(stage, synchronous_commit) as (server, own):
        try:
            with program(own, "run") as baton, _load(baton) as sent:
                baton.await_ready()
                recovery = max(_one_strike(server, sent) for _ in range(times))
            with program(own, "run") as baton:
                baton.await_ready()
                own.await_calm()
            return replace(check(own), recovery=recovery)
        finally:
            own.engine.dispose()


def _one_strike(server: Postgres, sent: _Sent) -> float:
    sent.await_more()
    time.sleep(0.3)
    began = time.monotonic()
    server.strike()
    sent.await_more()
    return time.monotonic() - began


class _Sent:
    """Leads that are sent again and again, one new after the other, by several senders."""

    def __init__(self, baton: Program) -> None:
        self._baton = baton
        self._numbers = count(1)
        self._kept = threading.Semaphore(0)
        self._ended = threading.Event()

    def send(self) -> None:
        while not self._ended.is_set():
            if self._baton.alive and 200 <= self._baton.send(next(self._numbers)) < 300:
                self._kept.release()
            else:
                time.sleep(0.02)

    def end(self) -> None:
        self._ended.set()

    def await_more(self, number: int = 1) -> None:
        """Wait until so many leads have been kept from now on."""
        while self._kept.acquire(blocking=False):
            pass
        for _ in range(number):
            if not self._kept.acquire(timeout=30):
                raise TimeoutError(f"nothing is kept any more: {self._baton.said[-500:]}")


@contextmanager
def _load(baton: Program) -> Iterator[_Sent]:
    sent = _Sent(baton)
    with ThreadPoolExecutor(2) as senders:
        for _ in range(2):
            senders.submit(sent.send)
        try:
            yield sent
        finally:
            sent.end()


@contextmanager
def _own_server(stage: Stage, synchronous_commit: str) -> Iterator[tuple[Postgres, Stage]]:
    """A durable server for this stage alone, that may be struck."""
    with running(durable=True) as server:
        url = server.fresh_database(migrate)
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute(
                f"ALTER DATABASE {name} SET synchronous_commit = {synchronous_commit}".encode()
            )
        yield server, replace(stage, url=url, acknowledged=set(), clicked=set())


# The answer to COMMIT is lost


def commits_unanswered(stage: Stage) -> Tally:
    """A tenth of all COMMITs is done without an answer: asked again, it is done once."""
    dice = random.Random(stage.seed)
    leads = range(1, 5 if stage.quick else 21)
    with a_wire(stage.url, loses=lambda: dice.random() < 0.1) as wire:
        with program(stage, "run", DATABASE_URL=wire.url) as baton:
            baton.await_ready()
            for number in leads:
                _persist(baton, number)
            _accept_all(stage, baton)
            stage.await_calm(_PATIENCE)
        return replace(check(stage), note=f"{wire.lost} answers lost")


def _persist(baton: Program, number: int) -> None:
    for _ in range(20):
        if 200 <= baton.send(number) < 300:
            return
    raise AssertionError(f"lead {number} was refused twenty times: {baton.said[-500:]}")


def _accept_all(stage: Stage, baton: Program) -> None:
    """A rep clicks on every card, and again where it still has its button."""
    for _ in range(20):
        stage.await_calm(_PATIENCE)
        cards = [m for m in stage.slack.messages(SALES) if "accept" in buttons(m)]
        if not cards:
            return
        for card in cards:
            baton.click(card, "accept")
    raise AssertionError(f"{len(cards)} cards cannot be accepted: {baton.said[-500:]}")


def inserts_unanswered(stage: Stage) -> Tally:
    """The control: write again until an answer comes."""
    dice = random.Random(stage.seed)
    with psycopg.connect(stage.url) as server:
        server.execute("CREATE TABLE naive (number int)")
    with a_wire(stage.url, loses=lambda: dice.random() < 0.1) as wire:
        for number in range(60):
            _written_until_answered(wire.url, number)
    with psycopg.connect(stage.url) as server:
        row = server.execute("SELECT count(*), count(DISTINCT number) FROM naive").fetchone()
    assert row
    return Tally(60, 60 - row[1], row[0] - row[1])


def _written_until_answered(url: str, number: int) -> None:
    while True:
        try:
            with psycopg.connect(url) as server:
                server.execute("INSERT INTO naive VALUES (%s)", [number])
            return
        except psycopg.OperationalError:
            continue


# A network that falls silent


def silent_network(stage: Stage) -> Tally:
    """Nothing arrives and nobody is told, then every connection breaks: it heals by itself.

    Whatever is sent is acknowledged on the way: of a cut cable TCP itself tells after ten seconds.
    """
    tally = _silenced(stage, 3 if stage.quick else 60, Strategy.OURS)
    return replace(tally, note="worse than a cut cable: every byte is acknowledged on the way")


def silent_network_hasty(stage: Stage) -> Tally:
    """The control: answer first, then see whether anybody hears."""
    return _silenced(stage, 3, Strategy.ANSWER_FIRST)


def _silenced(stage: Stage, seconds: float, strategy: Strategy) -> Tally:
    with (
        a_wire(stage.url) as wire,
        program(stage, "run", strategy=strategy, DATABASE_URL=wire.url) as baton,
    ):
        baton.await_ready()
        with _load(baton) as sent:
            sent.await_more(30)
            wire.silence()
            time.sleep(seconds)
            wire.mend()
            began = time.monotonic()
            sent.await_more()
            recovery = time.monotonic() - began
            sent.await_more(30)
        stage.await_calm()
        return replace(check(stage), recovery=recovery)


# Transactions that the server gives up


def given_up_by_the_server(stage: Stage) -> Tally:
    """Every seventh change of a lead fails to serialize: asked again, it is done once."""
    return _given_up(stage, Strategy.OURS)


def given_up_for_good(stage: Stage) -> Tally:
    """The control: answer first, then see whether it can be written."""
    return _given_up(stage, Strategy.ANSWER_FIRST)


def _given_up(stage: Stage, strategy: Strategy) -> Tally:
    with psycopg.connect(stage.url) as server:
        server.execute(_EVERY_SEVENTH)
    with program(stage, "run", strategy=strategy) as baton:
        baton.await_ready()
        for number in range(1, 11 if stage.quick else 101):
            _persist(baton, number)
        _accept_all(stage, baton)
        stage.await_calm()
    return check(stage)


_EVERY_SEVENTH = """
CREATE SEQUENCE fault_count;
CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('fault_count') % 7 = 0 THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON lead FOR EACH ROW EXECUTE FUNCTION fault();
"""
