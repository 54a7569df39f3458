"""Attached to one another in the same moment: nobody waits for ever, and each log has it once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from core.desk import Desk
from core.domain.handoff import Change
from core.domain.log import Door, faults
from core.domain.stages import Verb
from core.services import handoff
from core.services.handoff import Rejection, Stimulus
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_workspace
from tests.storage.test_races import offered, retried

ROUNDS = 6


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


def verbs(store: SqlStore, lead: str) -> list[Verb]:
    with store.read(TEAM) as view:
        assert list(faults(view.chain(), view.stages())) == []
        return [record.entry.verb for record in view.records(lead)]


def duplicate(desk: Desk, handoff_id: str, of: str) -> object:
    stimulus = Stimulus(TEAM, handoff_id, "U1", Door.MODAL)
    return handoff.reject(desk, stimulus, Rejection("duplicate", belongs_to=of))


def test_two_leads_that_are_each_said_to_be_the_other(desk: Desk, store: SqlStore) -> None:
    for round in range(ROUNDS):
        pair = [f"a{round}", f"b{round}"]
        handoffs = [offered(store, name) for name in pair]

        def act(which: int, pair: list[str] = pair, handoffs: list[str] = handoffs) -> object:
            return duplicate(desk, handoffs[which], f"ld_{pair[1 - which]}")

        outcomes = retried(2, act)
        assert all(isinstance(outcome, Change) for outcome in outcomes)
        for name in pair:
            assert sorted(verbs(store, f"ld_{name}")[2:]) == [Verb.ATTACH, Verb.RULE_OUT]


def test_many_that_belong_to_one_which_somebody_accepts(desk: Desk, store: SqlStore) -> None:
    many = 6
    one = offered(store, "one")
    handoffs = [offered(store, f"m{number}") for number in range(many)]

    def act(which: int) -> object:
        if which == many:
            return handoff.accept(desk, Stimulus(TEAM, one, "U2", Door.BUTTON))
        return duplicate(desk, handoffs[which], "ld_one")

    outcomes = retried(many + 1, act)
    assert all(isinstance(outcome, Change) for outcome in outcomes)
    said = verbs(store, "ld_one")
    assert (said.count(Verb.ATTACH), said.count(Verb.ACCEPT)) == (many, 1)
