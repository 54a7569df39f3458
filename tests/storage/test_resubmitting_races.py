"""Mended twice, or mended while the lead qualifies by itself: one handoff, whoever is faster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from core.desk import Desk
from core.domain.definition import default
from core.domain.handoff import Change, OutOfPlace
from core.domain.lead import Identity, Lead
from core.domain.log import Door, faults
from core.domain.resubmission import Mending
from core.domain.stages import Stage, Verb
from core.services import handoff
from core.services.handoff import Rejection, Stimulus
from storage import tables
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_lead, a_workspace, an_offer, put_in_force
from tests.storage.test_races import retried

ROUNDS, MARKETERS = 5, 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    store = SqlStore(engine)
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
        put_in_force(unit, default())
    return Desk(store, now=lambda: NOW + timedelta(hours=1), new_id=Names(), wake=lambda: None)


def came_back(desk: Desk, round: int) -> str:
    desk.change(TEAM, lambda unit, at: unit.record(an_offer(a_lead(f"ld_r{round}")), at=NOW))
    stimulus = Stimulus(TEAM, f"ho_r{round}", "U1", Door.MODAL)
    assert isinstance(handoff.reject(desk, stimulus, Rejection("contact_data")), Change)
    return f"ho_r{round}"


def mended(desk: Desk, id: str, which: int, email: str) -> object:
    stimulus = Stimulus(TEAM, id, f"U{which}", Door.MODAL, f"{id}-{which}")
    return handoff.resubmit(desk, stimulus, Mending(email=email))


def lead(desk: Desk, round: int) -> Lead:
    with desk.read(TEAM) as view:
        found = view.lead(f"ld_r{round}")
    assert found
    return found


def handoffs_of(engine: Engine, round: int) -> int:
    of_lead = tables.handoff.c.lead_id == f"ld_r{round}"
    with engine.connect() as connection:
        return len(connection.execute(select(tables.handoff.c.id).where(of_lead)).all())


def must_hold(desk: Desk) -> None:
    with desk.read(TEAM) as view:
        assert list(faults(view.chain(), view.stages())) == []


def test_of_many_who_mend_a_lead_one_offers_it(desk: Desk, engine: Engine) -> None:
    for round in range(ROUNDS):
        first = came_back(desk, round)

        def mend(which: int, first: str = first, round: int = round) -> object:
            return mended(desk, first, which, f"{round}-{which}@acme.example")

        outcomes = retried(MARKETERS, mend)
        (winner,) = [each for each in outcomes if isinstance(each, Change)]
        assert outcomes.count(OutOfPlace(Stage.MQL)) == MARKETERS - 1
        assert lead(desk, round).identity == winner.lead.identity
        assert handoffs_of(engine, round) == 2
    must_hold(desk)


def test_mended_or_qualified_by_itself_it_is_offered_once(desk: Desk, engine: Engine) -> None:
    for round in range(ROUNDS):
        first = came_back(desk, round)

        def act(which: int, first: str = first, round: int = round) -> object:
            if which % 2:
                return mended(desk, first, which, f"{round}-{which}@acme.example")
            with desk.read(TEAM) as view:
                last, known = view.handoff(first), view.lead(f"ld_r{round}")
            assert last is not None
            assert known is not None
            if known.stage is not Stage.NURTURING:
                return None
            again = an_offer(known, handoff_id=f"ho_r{round}_{which}", last=last)
            with desk.store.write(TEAM) as unit:
                return unit.record(again, at=NOW + timedelta(hours=1))

        outcomes = retried(4, act)
        won = [each for each in outcomes if each is True or isinstance(each, Change)]
        assert len(won) == 1
        assert handoffs_of(engine, round) == 2
        with desk.read(TEAM) as view:
            verbs = [record.entry.verb for record in view.records(f"ld_r{round}")]
        assert sum(verb in (Verb.QUALIFY, Verb.RESUBMIT) for verb in verbs) == 2
    must_hold(desk)


def test_two_leads_mended_into_one_person_at_once_stay_two(desk: Desk) -> None:
    for round in range(0, 2 * ROUNDS, 2):
        ids = came_back(desk, round), came_back(desk, round + 1)

        def mend(which: int, ids: tuple[str, str] = ids, round: int = round) -> object:
            return mended(desk, ids[which], which, f"same-{round}@acme.example")

        outcomes = retried(2, mend)
        assert sum(isinstance(each, Change) for each in outcomes) == 1
        with desk.read(TEAM) as view:
            assert view.lead_known_by(Identity(email=f"same-{round}@acme.example"))
        assert {lead(desk, each).stage for each in (round, round + 1)} == {
            Stage.MQL,
            Stage.NURTURING,
        }
    must_hold(desk)
