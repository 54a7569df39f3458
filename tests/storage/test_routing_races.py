"""Many leads at once: everybody still gets their turn, and a naive way fails the same trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from core.desk import Desk
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, SignalKind
from core.domain.roles import Role
from core.domain.routing import Mode, Plan, Routing, Seat
from core.services.asking import Asking
from core.services.intake import capture
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import (
    NOW,
    TEAM,
    Names,
    a_lead,
    a_policy,
    a_signal,
    a_workspace,
    an_explanation,
    put_in_force,
)
from tests.services.office import API, RULES
from tests.storage.test_races import must_hold, retried

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
