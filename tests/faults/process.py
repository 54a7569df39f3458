"""Section A: the process dies, freezes, is told to end, or runs many times at once."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import func, select

from bot.wiring import now
from core.domain.intents import Intent, IntentKind
from core.domain.timers import Timer, TimerKind
from core.ports import Unit
from storage import tables
from storage.schema import head
from tests.builders import TEAM
from tests.faults.crowd import crowded, restarted
from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.invariants import buttons, cards, check
from tests.faults.launch import Moment, Strategy
from tests.faults.program import Program, program
from tests.faults.stage import Stage
from tests.slack.behaviours import slow

_EACH = 10  # leads in one round
_WAKES = 0.5  # seconds for somebody who was frozen to do what it was about to do


def struck_at(*moments: Moment, strategy: Strategy = Strategy.OURS) -> Scenario:
    """kill -9 at each of these moments while leads are on their way; then it starts again."""

    def play(stage: Stage) -> Tally:
        took = 0.0
        for number, moment in enumerate(_rounds(stage, moments, strategy)):
            leads = range(number * _EACH, (number + 1) * _EACH)
            # Promises are claimed several at a time; the naive way may do less than was asked.
            few = moment is Moment.AFTER_CLAIM or strategy is not Strategy.OURS
            nth = stage.random.randint(1, 2 if few else _EACH)
            with program(stage, "run", moment, nth=nth, strategy=strategy) as first:
                first.await_ready()
                unheard = _sent(first, leads)
                first.await_struck()
            took = max(took, _recovered(stage, unheard, strategy))
        return replace(check(stage), recovery=took)

    return play


def _rounds(stage: Stage, moments: tuple[Moment, ...], strategy: Strategy) -> Iterable[Moment]:
    """Our way is tried often; of the naive one it is enough to see that it does harm."""
    if stage.quick or strategy is not Strategy.OURS:
        return moments
    return moments * max(1, 6 // len(moments))


def _sent(program: Program, leads: Iterable[int]) -> list[int]:
    """Send these leads; those that were not answered 2xx."""
    return [number for number in leads if not 200 <= program.send(number) < 300]


def _recovered(stage: Stage, unheard: list[int], strategy: Strategy) -> float:
    """Start again, and send again whatever was not answered; the seconds until all is told."""
    began = time.monotonic()
    with program(stage, "run", strategy=strategy) as second:
        second.await_ready()
        assert not _sent(second, unheard)
        stage.await_calm()
        return time.monotonic() - began


def clicked_at(*moments: Moment, strategy: Strategy = Strategy.OURS) -> Scenario:
    """kill -9 at each of these moments while reps click; whoever got no answer clicks again."""

    def play(stage: Stage) -> Tally:
        took = 0.0
        for number, moment in enumerate(_rounds(stage, moments, strategy)):
            _offered(stage, range(number * _EACH, (number + 1) * _EACH))
            nth = stage.random.randint(1, _EACH)
            with program(stage, "run", moment, nth=nth, strategy=strategy) as first:
                first.await_ready()
                _clicked(first, stage)
                first.await_struck()
            began = time.monotonic()
            with program(stage, "run", strategy=strategy) as second:
                second.await_ready()
                _clicked(second, stage)
                stage.await_calm()
            took = max(took, time.monotonic() - began)
        return replace(check(stage), recovery=took)

    return play


def _offered(stage: Stage, leads: Iterable[int]) -> None:
    """These leads have their cards in the channel."""
    desk = stage.desk()
    for number in leads:
        stage.capture(desk, number)
    with program(stage, "work"):
        stage.await_calm()


def _clicked(program: Program, stage: Stage) -> None:
    """Accept on every card of which no click was answered yet."""
    for id, [message, *_] in cards(stage).items():
        if id not in stage.clicked and "accept" in buttons(message):
            program.click(message, "accept")


def told_to_end(strategy: Strategy = Strategy.OURS) -> Scenario:
    """SIGTERM while fifty leads are being taken in and told; the naive way is killed instead."""

    def play(stage: Stage) -> Tally:
        leads = range(50)
        stage.slack.always("chat.postMessage", slow(0.1))
        with program(stage, "run", strategy=strategy) as first, ThreadPoolExecutor(50) as senders:
            first.await_ready()
            answers = [senders.submit(first.send, number) for number in leads]
            time.sleep(0.3)
            first.tell(signal.SIGTERM if strategy is Strategy.OURS else signal.SIGKILL)
            unheard = [n for n, said in zip(leads, answers, strict=True) if said.result() != 201]
            code = first.await_end(15)
        assert strategy is not Strategy.OURS or code == 0, f"it ended with {code}:\n{first.said}"
        took = _recovered(stage, unheard, strategy)
        return replace(check(stage), recovery=took)

    return play


def during_timer(strategy: Strategy = Strategy.OURS) -> Scenario:
    """kill -9 between taking a due timer and the end of what it does: each fires just once."""

    def play(stage: Stage) -> Tally:
        _offered(stage, range(_EACH))
        before = _cards_promised(stage)
        stage.desk().change(TEAM, lambda unit, _: _all_are_due(stage, unit))
        nth = stage.random.randint(1, _EACH)
        with program(stage, "work", Moment.DURING_TIMER, nth=nth, strategy=strategy) as first:
            first.await_struck()
        began = time.monotonic()
        with program(stage, "work", strategy=strategy):
            _await_fired(stage)
            stage.await_calm()
        took = time.monotonic() - began
        fired = _cards_promised(stage) - before
        wrong = Tally(0, lost=max(0, _EACH - fired), doubled=max(0, fired - _EACH))
        return replace(check(stage), recovery=took) + wrong

    return play


def _cards_promised(stage: Stage) -> int:
    """How often it was promised to tell of a card: what a timer does, and keeps with itself."""
    box = tables.outbox.c
    with stage.engine.connect() as connection:
        promised = select(func.sum(box.revision)).where(box.kind == IntentKind.CARD)
        return int(connection.execute(promised).scalar_one())


def _all_are_due(stage: Stage, unit: Unit) -> None:
    due = now() - timedelta(seconds=1)
    unit.set_timers([Timer(TimerKind.DUE, id, due) for id in cards(stage)])


def _await_fired(stage: Stage) -> None:
    deadline = time.monotonic() + 20
    while (due := stage.store.next_timer()) and due < now():
        assert time.monotonic() < deadline, "the timers have not fired"
        time.sleep(0.1)


def frozen_at(*moments: Moment, strategy: Strategy = Strategy.OURS) -> Scenario:
    """SIGSTOP until the lease is over and somebody else has done the work; then SIGCONT."""

    def play(stage: Stage) -> Tally:
        numbers = count()
        took = 0.0
        for moment in moments:
            while (slept := _slept_through(stage, next(numbers), moment, strategy)) is None:
                pass
            took = max(took, slept)
        if strategy is Strategy.OURS:
            _woken_between(stage, next(numbers))
        return replace(check(stage), recovery=took)

    return play


def _woken_between(stage: Stage, number: int) -> None:
    """Who froze with a claim wakes after another has posted, and before that one has kept where."""
    claimed, posted = Moment.AFTER_CLAIM, Moment.BEFORE_SETTLE
    with program(stage, "work", claimed, blow=signal.SIGSTOP) as sleeper:
        stage.capture(stage.desk(), number)
        sleeper.await_frozen()
        if not _is_locked(stage):
            with program(stage, "work", posted, blow=signal.SIGSTOP) as other:
                other.await_frozen()
                sleeper.tell(signal.SIGCONT)
                time.sleep(_WAKES)
                other.tell(signal.SIGCONT)
                stage.await_calm()
        sleeper.tell(signal.SIGCONT)
        stage.await_calm()


def _slept_through(stage: Stage, number: int, moment: Moment, strategy: Strategy) -> float | None:
    """How long it took the others to tell a lead whose worker froze at that moment.

    None where another thread of it froze in the middle of a write: a locked file waits for it.
    """
    with program(stage, "work", moment, blow=signal.SIGSTOP, strategy=strategy) as sleeper:
        stage.capture(stage.desk(), number)
        sleeper.await_frozen()
        locked = _is_locked(stage)
        began = time.monotonic()
        if not locked:
            with program(stage, "work", strategy=strategy):
                stage.await_calm()
        took = time.monotonic() - began
        sleeper.tell(signal.SIGCONT)
        time.sleep(_WAKES)
        stage.await_calm()
    return None if locked else took


def _is_locked(stage: Stage) -> bool:
    """Whether somebody keeps the file of this stage for longer than a write takes."""
    if stage.database != "sqlite":
        return False
    with closing(sqlite3.connect(str(stage.engine.url.database), timeout=1)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.rollback()
    return False


def a_renamed_kind(strategy: Strategy = Strategy.OURS) -> Scenario:
    """An intent that nobody here understands is set aside with its reason; others pass it by."""

    def play(stage: Stage) -> Tally:
        desk = stage.desk()
        stage.capture(desk, 1)
        _rename(stage, IntentKind.CARD, "carte", lane="another")
        stage.capture(desk, 2)
        with program(stage, "work", strategy=strategy):
            stage.await_calm()
        with stage.engine.begin() as connection:
            named = select(tables.outbox).where(tables.outbox.c.kind == "carte")
            row = connection.execute(named).first()
        kept = row is not None and row.state == "parked" and "carte" in row.problem
        _rename(stage, "carte", IntentKind.CARD, state="queued")
        with program(stage, "work", strategy=strategy):
            stage.await_calm()
        return check(stage) + Tally(0, lost=not kept)

    return play


def _rename(stage: Stage, kind: str, into: str, **values: str) -> None:
    box = tables.outbox
    with stage.engine.begin() as connection:
        connection.execute(box.update().where(box.c.kind == kind).values(kind=into, **values))


def migrated_under_traffic(stage: Stage) -> Tally:
    """`baton migrate` while leads come in; then the schema is newer than the program."""
    leads = range(60 if not stage.quick else 20)
    with program(stage, "run") as busy, ThreadPoolExecutor(4) as senders:
        busy.await_ready()
        answers = [senders.submit(busy.send, number) for number in leads]
        for _ in range(3):
            with program(stage, "migrate") as migration:
                assert migration.await_end() == 0, migration.said
        unheard = [n for n, said in zip(leads, answers, strict=True) if said.result() != 201]
        assert not _sent(busy, unheard)
        stage.await_calm()
        tally = check(stage)
        with _newer(stage):
            assert busy.http("GET", "/readyz").status_code == 503
    return tally + _outdated(stage, "run", "serve", "work", "migrate")


def _outdated(stage: Stage, *commands: str) -> Tally:
    """An old program is started while a newer one has moved what the database holds."""
    with _newer(stage), _moved(stage):
        for command in commands:
            with program(stage, command) as old:
                assert old.await_end() == 1, f"{command} must refuse to start:\n{old.said}"
                assert "newer version of Baton" in old.said
    return replace(check(stage), runs=0, note="an old program refuses a newer schema")


def started_all_the_same(stage: Stage) -> Tally:
    """The naive way: an old program works on a newer schema, as far as it understands it."""
    _offered(stage, range(_EACH))
    with _newer(stage), _moved(stage):
        stage.desk().change(TEAM, _all_have_news(stage))
        with program(stage, "work", strategy=Strategy.UNGUARDED):
            stage.await_calm()
    return check(stage)


def _all_have_news(stage: Stage) -> Callable[[Unit, datetime], None]:
    news = [Intent(IntentKind.CARD, id, id) for id in cards(stage)]
    return lambda unit, at: unit.enqueue(news, at=at)


@contextmanager
def _newer(stage: Stage) -> Iterator[None]:
    """For a while the schema is one that only a newer program knows."""
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    yield
    with stage.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{head()}'")


@contextmanager
def _moved(stage: Stage) -> Iterator[None]:
    """The newer program keeps in a table of its own where messages hang; the old one is empty."""
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE placement AS SELECT * FROM posting")
        connection.exec_driver_sql("DELETE FROM posting")
    yield
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM posting")
        connection.exec_driver_sql("INSERT INTO posting SELECT * FROM placement")
        connection.exec_driver_sql("DROP TABLE placement")


FAULTS: tuple[Fault, ...] = (
    Fault(
        "A1",
        "kill -9 between commit and post",
        struck_at(Moment.AFTER_COMMIT, Moment.AFTER_CLAIM, Moment.BEFORE_POST),
        struck_at(Moment.BEFORE_POST, strategy=Strategy.MARK_FIRST),
        together=True,
    ),
    Fault(
        "A2",
        "kill -9 after the post, before its place is kept",
        struck_at(Moment.AFTER_POST, Moment.BEFORE_SETTLE),
        struck_at(Moment.AFTER_POST, strategy=Strategy.RETRY),
        quick=True,
        together=True,
    ),
    Fault(
        "A3",
        "kill -9 before the commit, before and after the answer to a lead",
        struck_at(Moment.BEFORE_COMMIT, Moment.BEFORE_ANSWER, Moment.AFTER_ANSWER),
        struck_at(Moment.BEFORE_COMMIT, strategy=Strategy.ANSWER_FIRST),
        together=True,
    ),
    Fault(
        "A4",
        "kill -9 before the commit, before and after the answer to a click",
        clicked_at(Moment.BEFORE_COMMIT, Moment.BEFORE_ANSWER, Moment.AFTER_ANSWER),
        clicked_at(Moment.BEFORE_COMMIT, strategy=Strategy.ANSWER_FIRST),
        together=True,
    ),
    Fault(
        "A5",
        "SIGTERM with 50 leads in flight (naive: ended at once)",
        told_to_end(),
        told_to_end(Strategy.MARK_FIRST),
        together=True,
    ),
    Fault(
        "A6",
        "kill -9 while a timer fires",
        during_timer(),
        during_timer(Strategy.MARK_FIRST),
        together=True,
    ),
    Fault(
        "A7",
        "200 times killed and started again, within a second",
        restarted(),
        restarted(Strategy.RETRY),
        together=True,
    ),
    Fault(
        "A8",
        "SIGSTOP past the lease, then SIGCONT",
        frozen_at(Moment.AFTER_CLAIM, Moment.BEFORE_POST, Moment.AFTER_POST, Moment.BEFORE_SETTLE),
        frozen_at(Moment.BEFORE_SETTLE, strategy=Strategy.RETRY),
        together=True,
    ),
    Fault(
        "A9",
        "two web processes and two workers, killed at random, while Slack fails",
        crowded(),
        crowded(Strategy.RETRY),
        together=True,
    ),
    Fault(
        "A10",
        "a kind of promise that nobody understands any more (naive: dropped)",
        a_renamed_kind(),
        a_renamed_kind(Strategy.DROP_UNKNOWN),
        quick=True,
        together=True,
    ),
    Fault(
        "A11",
        "migration under traffic; an old program (naive: starts all the same)",
        migrated_under_traffic,
        started_all_the_same,
        together=True,
    ),
)
