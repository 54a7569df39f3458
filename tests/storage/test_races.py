"""Many at once: one winner, everything kept once, and naive ways that fail the same trial."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import TypeVar

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from core.desk import Desk
from core.domain.agreement import Proposal, adopt
from core.domain.definition import default, load
from core.domain.draft import Draft
from core.domain.event import Event
from core.domain.handoff import AlreadyTaken, Change, Decision, Outcome
from core.domain.intents import Intent, IntentKind, about
from core.domain.lead import Identity, Lead, Profile
from core.domain.log import Door, faults
from core.domain.timers import Timer, TimerKind
from core.domain.visitor import Tie
from core.errors import Busy
from core.ports import Errand, Retry, Unit, View
from core.services import handoff as decisions
from core.services.handoff import Rejection, Stimulus
from core.services.intake import Sender
from core.services.tracking import track
from storage import tables
from storage.engine import database, make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_capture, a_lead, a_signal, a_workspace, an_offer

REPS = 24
ROUNDS = 10
LEASE = timedelta(seconds=30)
Result = TypeVar("Result")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    store = SqlStore(engine)
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
    return store


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store, now=lambda: NOW, new_id=Names(), wake=lambda: None)


def at_once(number: int, act: Callable[[int], Result]) -> list[Result]:
    """What each of so many threads brought back that started in the same moment."""
    start = threading.Barrier(number)

    def wait_and_act(which: int) -> Result:
        start.wait()
        return act(which)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(wait_and_act, range(number)))


def retried(number: int, act: Callable[[int], Result]) -> list[Result]:
    """At once, and again for whoever was told that it is busy, as any caller would."""

    def until_done(which: int) -> Result:
        while True:
            try:
                return act(which)
            except Busy:
                continue

    return at_once(number, until_done)


def offered(store: SqlStore, round: int | str) -> str:
    with store.write(TEAM) as unit:
        assert unit.record(an_offer(a_lead(f"ld_{round}")), at=NOW)
    return f"ho_{round}"


def must_hold(store: SqlStore) -> None:
    with store.read(TEAM) as view:
        assert list(faults(view.chain(), view.stages())) == []


class TestDecisions:
    def test_of_many_who_accept_one_wins(self, desk: Desk, store: SqlStore) -> None:
        for round in range(ROUNDS):
            handoff_id = offered(store, round)

            def click(rep: int, handoff_id: str = handoff_id) -> object:
                return decisions.accept(
                    desk, Stimulus(TEAM, handoff_id, f"U{rep}", Door.BUTTON, f"{handoff_id}-{rep}")
                )

            results = at_once(REPS, click)
            [winner] = [result for result in results if isinstance(result, Change)]
            late = [result for result in results if isinstance(result, AlreadyTaken)]
            assert len(late) == REPS - 1
            assert {taken.by for taken in late} == {winner.lead.owner}
        must_hold(store)
        with store.read(TEAM) as view:
            assert sum(record.entry.verb == "accept" for record in view.chain()) == ROUNDS

    def test_of_two_programs_on_one_database_one_wins(
        self, database_url: str, desk: Desk, store: SqlStore
    ) -> None:
        engine = make_engine(database_url)
        desks = (desk, replace(desk, store=SqlStore(engine)))
        for round in range(ROUNDS):
            handoff_id = offered(store, round)

            def click(rep: int, handoff_id: str = handoff_id) -> object:
                stimulus = Stimulus(TEAM, handoff_id, f"U{rep}", Door.BUTTON)
                return decisions.accept(desks[rep % 2], stimulus)

            outcomes = Counter(type(result) for result in at_once(8, click))
            assert outcomes == {Change: 1, AlreadyTaken: 7}
        must_hold(store)
        engine.dispose()

    def test_of_accept_against_reject_one_wins(self, desk: Desk, store: SqlStore) -> None:
        for round in range(ROUNDS):
            handoff_id = offered(store, round)

            def click(rep: int, handoff_id: str = handoff_id) -> object:
                stimulus = Stimulus(TEAM, handoff_id, f"U{rep}", Door.BUTTON)
                if rep % 2:
                    return decisions.accept(desk, stimulus)
                return decisions.reject(desk, stimulus, Rejection("no_need"))

            outcomes = Counter(type(result) for result in at_once(REPS, click))
            assert outcomes == {Change: 1, AlreadyTaken: REPS - 1}
        must_hold(store)

    def test_the_same_click_many_times_has_one_effect(self, desk: Desk, store: SqlStore) -> None:
        handoff_id = offered(store, 1)
        stimulus = Stimulus(TEAM, handoff_id, "U1", Door.BUTTON, "the same")
        results = at_once(REPS, lambda _: decisions.accept(desk, stimulus))
        assert sum(isinstance(result, Change) for result in results) == 1
        must_hold(store)

    def test_two_who_read_first_and_write_later_accept_twice(
        self, engine: Engine, store: SqlStore
    ) -> None:
        """The control: without compare-and-swap the same trial ends with several winners."""

        def click(rep: int, handoff_id: str, all_have_read: threading.Barrier) -> bool:
            with engine.connect() as connection:
                outcome = connection.execute(
                    select(tables.handoff.c.outcome).where(tables.handoff.c.id == handoff_id)
                ).scalar_one()
            all_have_read.wait()
            return outcome is None and naively_accepted(engine, handoff_id, f"U{rep}")

        handoff_id = offered(store, 1)
        all_have_read = threading.Barrier(4)
        assert sum(at_once(4, lambda rep: click(rep, handoff_id, all_have_read))) > 1


def naively_accepted(engine: Engine, handoff_id: str, by: str) -> bool:
    values = Decision(Outcome.ACCEPTED, by, NOW, Door.BUTTON)
    try:
        with engine.begin() as connection:
            connection.execute(
                tables.handoff.update()
                .where(tables.handoff.c.id == handoff_id)
                .values(outcome=values.outcome, decided_by=by, decided_at=NOW, door=values.door)
            )
    except OperationalError:
        return False
    return True


class TestCaptures:
    def test_one_person_sent_many_times_is_one_lead(self, desk: Desk, store: SqlStore) -> None:
        def capture(number: int) -> str:
            def work(unit: Unit, _: object) -> str:
                identity = Identity("same@acme.example")
                known = unit.lead_known_by(identity)
                lead = known or a_lead(f"ld_{number}", identity=identity)
                unit.record(Change(lead) if known else a_capture(lead), at=NOW)
                return lead.id

            return desk.change(TEAM, work)

        ids = retried(8, capture)
        assert len(set(ids)) == 1
        must_hold(store)

    def test_many_leads_at_once_make_one_unbroken_chain(self, desk: Desk, store: SqlStore) -> None:
        def capture(number: int) -> bool:
            change = an_offer(a_lead(f"ld_{number}"))
            return desk.change(TEAM, lambda unit, at: unit.record(change, at=at))

        assert all(at_once(REPS, capture))
        must_hold(store)
        with store.read(TEAM) as view:
            assert [record.seq for record in view.chain()] == list(range(1, 2 * REPS + 1))


class TestVisitors:
    """Somebody says who they are while their browser still sends what they do."""

    def test_what_a_visitor_does_meanwhile_is_neither_lost_nor_doubled(
        self, desk: Desk, store: SqlStore
    ) -> None:
        def send(which: int, round: int) -> None:
            if which % 4 == 0:
                events = [an_event(round, f"i{which}", email=f"j{round}@acme.example")]
            else:
                events = [an_event(round, f"p{number}") for number in (which, which // 2, 99)]
            track(desk, TEAM, events, sender=SITE)

        adopted(desk)
        for round in range(ROUNDS):
            retried(8, partial(send, round=round))
            pages = (0, 1, 2, 3, 5, 6, 7, 99)
            assert sorted(seen(store, round)) == [f"{round}-p{number}" for number in pages]
        must_hold(store)

    def test_the_last_page_before_somebody_says_who_they_are_is_theirs(
        self, desk: Desk, store: SqlStore
    ) -> None:
        def send(which: int, round: int) -> None:
            who, page = an_event(round, "i", email=f"j{round}@acme.example"), an_event(round, "p")
            track(desk, TEAM, [page if which else who], sender=SITE)

        adopted(desk)
        for round in range(4 * ROUNDS):
            retried(2, partial(send, round=round))
            assert seen(store, round) == [f"{round}-p"]

    def test_who_looks_first_and_keeps_later_loses_some(self, desk: Desk, store: SqlStore) -> None:
        """The control: without holding the visitor the same trial loses what was seen."""
        both_have_looked = threading.Barrier(2)

        def look(event: Event) -> tuple[Sequence[Tie], Sequence[Event]]:
            with store.read(TEAM) as view:
                looked = view.ties(event.names), view.strays(event.names)
            both_have_looked.wait()
            return looked

        def visit(event: Event) -> None:
            ties, _ = look(event)
            with store.write(TEAM) as unit:
                if not ties:
                    unit.keep_strays([event], most=9, at=NOW)

        def identify(event: Event) -> None:
            _, strays = look(event)
            lead = a_lead(identity=event.identity)
            with store.write(TEAM) as unit:
                signals = (signal for stray in strays for signal in stray.draft.signals)
                unit.record(a_capture(lead, signals=tuple(signals)), at=NOW)
                unit.tie([Tie("B0", lead.id, NOW, NOW)])

        who, page = an_event(0, "i", email="j0@acme.example"), an_event(0, "p")
        at_once(2, lambda which: visit(page) if which else identify(who))
        assert seen(store, 0) == []


SITE = Sender("segment", Door.API)


def adopted(desk: Desk) -> None:
    """The definition that Baton comes with is in force."""
    first = Proposal(default(), load(default()).digest)
    desk.change(
        TEAM,
        lambda unit, at: unit.amend(adopt(first, unit.book(), at=at, door=Door.TERMINAL), at=at),
    )


def an_event(round: int, id: str, *, email: str | None = None) -> Event:
    """A page that somebody saw in the browser of this round, or who they are."""
    id = f"{round}-{id}"
    signals = () if email else (a_signal(id, source="segment", occurred_at=NOW),)
    draft = Draft(Identity(email), Profile(), signals)
    return Event(id, "segment", NOW, None, f"B{round}", None, draft)


def seen(store: SqlStore, round: int) -> list[str]:
    """The pages that whoever identified in this round has seen."""
    with store.read(TEAM) as view:
        lead = view.lead_known_by(Identity(f"j{round}@acme.example"))
        assert lead is not None
        return [signal.id for signal in view.signals(lead.id)]


class TestTimers:
    def test_each_fires_once_however_many_look(self, store: SqlStore) -> None:
        subjects = [f"ho_{number}" for number in range(60)]
        with store.write(TEAM) as unit:
            unit.set_timers([Timer(TimerKind.DUE, subject, NOW) for subject in subjects])

        def fire(_: int) -> list[str]:
            fired = []
            while store.next_timer() is not None:
                with store.write(TEAM) as unit:
                    if timer := unit.take_due_timer(NOW):
                        fired.append(timer.subject)
            return fired

        assert sorted(chain.from_iterable(at_once(6, fire))) == sorted(subjects)

    def test_a_wake_up_against_a_click_never_waits_in_a_circle(
        self, desk: Desk, store: SqlStore
    ) -> None:
        for round in range(ROUNDS):
            handoff_id = offered(store, round)
            with store.write(TEAM) as unit:
                unit.set_timers([Timer(TimerKind.WAKE, f"ld_{round}", NOW)])

            def wake(unit: Unit, _: object, round: int = round) -> bool:
                timer = unit.take_due_timer(NOW)
                lead = unit.lead(f"ld_{round}")
                assert lead is not None
                return timer is not None and unit.record(Change(lead), at=NOW)

            def act(which: int, handoff_id: str = handoff_id) -> object:
                if which == 0:
                    return desk.change(TEAM, wake)
                return decisions.reject(
                    desk, Stimulus(TEAM, handoff_id, "U1", Door.BUTTON), Rejection("no_need")
                )

            _, decided = at_once(2, act)
            assert isinstance(decided, Change)
        must_hold(store)


class TestOutbox:
    def enqueue(self, store: SqlStore, number: int) -> None:
        with store.write(TEAM) as unit:
            unit.enqueue(
                [
                    Intent(IntentKind.CARD, f"ho_{each}", lane=f"lane {each % 50}")
                    for each in range(number)
                ],
                at=NOW,
            )

    def test_nobody_delivers_twice_and_every_lane_keeps_its_order(self, store: SqlStore) -> None:
        self.enqueue(store, 400)
        told: list[tuple[str, int]] = []
        telling = threading.Lock()
        under_way: Counter[str] = Counter()

        def tell(errand: Errand) -> None:
            lane = errand.intent.lane
            with telling:
                under_way[lane] += 1
                assert under_way[lane] == 1
                told.append((lane, errand.id))
            with telling:
                under_way[lane] -= 1

        def work(_: int) -> None:
            while store.outbox.next_due() == NOW:
                for errand in store.outbox.claim(now=NOW, lease=LEASE, limit=10):
                    tell(errand)
                    assert store.outbox.settle(errand, posting=None, at=NOW)

        at_once(6, work)
        while store.outbox.next_due() is not None:
            work(0)
        assert len(told) == len(set(told)) == 400
        for lane in {lane for lane, _ in told}:
            ids = [id for its_lane, id in told if its_lane == lane]
            assert ids == sorted(ids)

    def test_a_channel_is_taken_by_one_of_many(self, store: SqlStore) -> None:
        moments = [NOW + timedelta(seconds=number) for number in range(20)]

        def work(_: int) -> list[datetime]:
            take = store.outbox.take_turn
            second = timedelta(seconds=1)
            return [
                at for at in moments if take(TEAM, "C0SALES", errand=1, now=at, until=at + second)
            ]

        taken = list(chain.from_iterable(at_once(6, work)))
        assert len(taken) == len(set(taken))
        assert taken

    def test_who_selects_first_and_marks_later_delivers_twice(
        self, engine: Engine, store: SqlStore
    ) -> None:
        """The control: claiming in two steps fails the same trial."""
        self.enqueue(store, 400)
        both_have_read = threading.Barrier(2)

        def work(_: int) -> list[int]:
            with engine.connect() as connection:
                ids = list(connection.execute(text("SELECT id FROM outbox")).scalars())
            both_have_read.wait()
            with database(engine).writer.begin() as connection:
                connection.execute(text("UPDATE outbox SET state = 'sending'"))
            return ids

        told = list(chain.from_iterable(at_once(2, work)))
        assert len(told) > len(set(told))

    def test_a_change_kept_while_its_card_is_being_claimed_is_told(
        self, desk: Desk, store: SqlStore
    ) -> None:
        """Whoever renders before a change is kept finds a promise to render again."""
        told: list[Lead] = []
        finished = threading.Event()
        offered(store, 1)

        def change(number: int) -> None:
            def work(unit: Unit, at: datetime) -> bool:
                renamed = replace(lead_of(unit), owner=f"U{number}")
                return unit.record(Change(renamed, intents=about("ho_1", IntentKind.CARD)), at=at)

            desk.change(TEAM, work)

        def change_often() -> None:
            try:
                for number in range(50):
                    change(number)
            finally:
                finished.set()

        def deliver() -> None:
            while not finished.is_set() or store.outbox.next_due() is not None:
                for errand in store.outbox.claim(now=NOW, lease=LEASE, limit=1):
                    with store.read(TEAM) as view:
                        told.append(lead_of(view))
                    if errand.attempts or errand.id % 3:
                        store.outbox.settle(errand, posting=None, at=NOW)
                    else:
                        failed = Retry(NOW, attempts=1, unsure=False, problem="500")
                        store.outbox.put_back(errand, failed)

        at_once(2, lambda which: (change_often, deliver)[which]())
        assert told[-1].owner == "U49"
        assert store.outbox.state().counts == {}


def lead_of(view: View) -> Lead:
    lead = view.lead("ld_1")
    assert lead is not None
    return lead
