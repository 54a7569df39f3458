"""Many leads at once: everybody still gets their turn, and a naive way fails the same trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core.desk import Desk
from core.domain.draft import Draft
from core.domain.event import Event
from core.domain.handoff import AlreadyTaken, Change, Handoff
from core.domain.lead import Identity, Lead, Profile, SignalKind, Temperature
from core.domain.log import Door
from core.domain.roles import Role
from core.domain.routing import Mode, Plan, Routing, Seat
from core.domain.stages import Stage
from core.errors import Busy
from core.services import handoff
from core.services.asking import Asking
from core.services.handoff import Rejection, Stimulus
from core.services.intake import capture
from core.services.tracking import track
from core.services.watch import fire_due
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import (
    NOW,
    TEAM,
    Names,
    StoppedClock,
    a_lead,
    a_policy,
    a_signal,
    a_workspace,
    an_explanation,
    put_in_force,
)
from tests.services.office import API, RULES
from tests.storage.test_races import must_hold, retried

HOUR = timedelta(hours=1)
REPS = ("U1", "U2", "U3")
LEADS = 24
POLICY = a_policy(
    people={Role.REP: frozenset(REPS)},
    routing=Routing(
        otherwise=Plan(Mode.ROUND_ROBIN, (Seat("U1"), Seat("U2"), Seat("U3", capacity=8)))
    ),
)


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    engine = make_engine(database_url)
    store = SqlStore(engine)
    with store.write(TEAM) as unit:
        unit.found(a_workspace(policy=POLICY))
        put_in_force(unit, RULES)
    yield store
    engine.dispose()


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store, now=lambda: NOW, new_id=Names(), wake=lambda: None)


def brings(desk: Desk, number: int) -> str | None:
    """A lead asks for a demo: whom it is offered to."""
    demo = a_signal(f"sg_{number}", kind=SignalKind.FORM, properties={"form": "demo"})
    draft = Draft(Identity(email=f"{number}@acme.example"), Profile(), (demo,))
    offered = capture(desk, TEAM, draft, sender=API).handoff
    assert offered is not None
    return offered.asked


def test_of_many_leads_at_once_everybody_gets_as_many(desk: Desk, store: SqlStore) -> None:
    asked = retried(LEADS, lambda number: brings(desk, number))
    assert Counter(asked) == dict.fromkeys(REPS, LEADS // len(REPS))
    with store.read(TEAM) as view:
        assert view.turns() == {"": dict.fromkeys(REPS, LEADS // len(REPS))}
    must_hold(store)


def test_nobody_gets_more_than_they_can_take(desk: Desk) -> None:
    asked = retried(LEADS + 8, lambda number: brings(desk, number))
    counted = Counter(asked)
    assert counted["U3"] == 8
    assert abs(counted["U1"] - counted["U2"]) <= 1


def test_known_leads_that_qualify_at_once_do_not_wait_for_each_other(desk: Desk) -> None:
    for number in range(LEADS):
        draft = Draft(Identity(email=f"{number}@acme.example"), Profile())
        capture(desk, TEAM, draft, sender=API)
    asked = retried(LEADS, lambda number: brings(desk, number))
    assert Counter(asked) == dict.fromkeys(REPS, LEADS // len(REPS))


def test_of_the_same_lead_told_many_times_one_turn_is_spent(desk: Desk, store: SqlStore) -> None:
    asked = retried(LEADS, lambda _: brings(desk, 1))
    assert set(asked) == {"U1"}
    with store.read(TEAM) as view:
        assert view.turns() == {"": {"U1": 1, "U2": 0, "U3": 0}}


def test_naively_read_turns_are_given_twice(desk: Desk) -> None:
    def naive(number: int) -> str | None:
        with desk.read(TEAM) as view:
            asking = Asking(view, POLICY, at=NOW)
            asked = asking.ask(a_lead(f"ld_{number}"), an_explanation()).asked
        desk.change(TEAM, lambda unit, _: asking.keep(unit))
        return asked

    rounds = [Counter(retried(LEADS, naive)) for _ in range(3)]
    assert any(counted != dict.fromkeys(REPS, LEADS // len(REPS)) for counted in rounds)


# Passed on in the same moment

ROUNDS = 6
LATE = replace(POLICY, reoffers_late=True, respond_within=dict.fromkeys(Temperature, HOUR))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def late(store: SqlStore, clock: StoppedClock) -> Desk:
    """A desk at which what is not answered in time goes on to the next."""
    desk = Desk(store, now=clock, new_id=Names(), wake=lambda: None)
    desk.change(TEAM, lambda unit, _: unit.keep_policy(LATE))
    return desk


def latest(store: SqlStore, number: int) -> tuple[Lead, Handoff]:
    with store.read(TEAM) as view:
        lead = view.lead_known_by(Identity(email=f"{number}@acme.example"))
        assert lead is not None
        handoff = view.handoff(lead.handoff_id or "")
        assert handoff is not None
        return lead, handoff


def test_of_accepting_and_letting_it_lapse_one_happens(
    late: Desk, store: SqlStore, clock: StoppedClock
) -> None:
    for number in range(ROUNDS):
        asked = brings(late, number)
        _, first = latest(store, number)
        clock.now = first.due_at

        def act(which: int, first: Handoff = first, asked: str | None = asked) -> object:
            if which % 2:
                return fire_due(late)
            click = Stimulus(TEAM, first.id, asked or "", Door.BUTTON, f"{first.id}-{which}")
            return handoff.accept(late, click)

        results = retried(8, act)
        lead, now = latest(store, number)
        won = [each for each in results if isinstance(each, Change)]
        if won:
            assert (now.id, lead.stage, lead.owner) == (first.id, Stage.SAL, asked)
        else:
            assert (now.previous_id, lead.stage, now.waiting_since) == (
                first.id,
                Stage.MQL,
                first.opened_at,
            )
        assert len(won) <= 1
    must_hold(store)


def test_of_many_who_send_a_lead_on_one_does_and_one_handoff_follows(
    desk: Desk, store: SqlStore
) -> None:
    for number in range(ROUNDS):
        brings(desk, number)
        _, first = latest(store, number)

        def send_on(which: int, first: Handoff = first) -> object:
            click = Stimulus(TEAM, first.id, f"U{which}", Door.BUTTON, f"{first.id}-{which}")
            return handoff.reject(desk, click, Rejection("wrong_territory"))

        outcomes = Counter(type(result) for result in retried(8, send_on))
        assert outcomes == {Change: 1, AlreadyTaken: 7}
        _, second = latest(store, number)
        assert second.previous_id == first.id
        with store.read(TEAM) as view:
            chain = view.handoffs_back_from([second.id])
        assert [each.id for each in chain] == [first.id, second.id]
    must_hold(store)


def test_everybody_sends_everything_on_and_no_lead_is_dropped(desk: Desk, store: SqlStore) -> None:
    retried(LEADS, lambda number: brings(desk, number))

    def send_on(which: int) -> None:
        _, now = latest(store, which)
        while now.asked:
            click = Stimulus(TEAM, now.id, now.asked, Door.BUTTON)
            handoff.reject(desk, click, Rejection("wrong_territory"))
            _, now = latest(store, which)

    retried(LEADS, send_on)
    for number in range(LEADS):
        lead, last = latest(store, number)
        assert (lead.stage, last.asked, last.decision) == (Stage.MQL, None, None)
        with store.read(TEAM) as view:
            chain = view.handoffs_back_from([last.id])
        refused = [each.decision.by for each in chain if each.decision]
        assert len(set(refused)) == len(refused)
    must_hold(store)


def test_of_giving_a_lead_away_and_accepting_it_the_log_tells_both(
    desk: Desk, store: SqlStore
) -> None:
    for number in range(ROUNDS):
        asked = brings(desk, number) or ""
        _, first = latest(store, number)

        def act(which: int, first: Handoff = first, asked: str = asked) -> object:
            click = Stimulus(TEAM, first.id, asked, Door.BUTTON, f"{first.id}-{which}")
            if which % 2:
                return handoff.assign(desk, click, "U1" if asked != "U1" else "U2")
            return handoff.accept(desk, click)

        results = retried(6, act)
        accepted, given = results[::2], results[1::2]
        assert sum(isinstance(each, Change) for each in accepted) == 1
        assert any(isinstance(each, Change) for each in given)
        lead, _ = latest(store, number)
        assert lead.stage is Stage.SAL
    must_hold(store)


def test_who_is_told_of_together_does_not_wait_for_who_is_told_of_alone(desk: Desk) -> None:
    pairs = [(f"a{number}@acme.example", f"b{number}@acme.example") for number in range(8)]
    for pair in pairs:
        for email in pair:
            capture(desk, TEAM, Draft(Identity(email=email), Profile()), sender=API)

    complaints: list[str] = []

    def act(which: int) -> None:
        try:
            tell(which)
        except Busy as busy:
            complaints.append(str(busy))
            raise

    def tell(which: int) -> None:
        first, second = pairs[which // 3]
        if which % 3 == 2:  # both at once, because a name is shared by both
            track(desk, TEAM, [told(first, which), told(second, which)], sender=API)
        else:
            demo = a_signal(f"sg_{which}", kind=SignalKind.FORM, properties={"form": "demo"})
            email = first if which % 3 else second
            capture(desk, TEAM, Draft(Identity(email=email), Profile(), (demo,)), sender=API)

    retried(len(pairs) * 3, act)
    assert not [each for each in complaints if "deadlock" in each]


def told(email: str, which: int) -> Event:
    demo = a_signal(f"ev_{which}_{email}", kind=SignalKind.FORM, properties={"form": "demo"})
    draft = Draft(Identity(email=email), Profile(), (demo,))
    return Event(f"ev_{which}_{email}", "api", NOW, None, f"device {which}", None, draft)
