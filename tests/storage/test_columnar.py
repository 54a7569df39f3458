"""What is reckoned in bulk is what the scoring function says, whatever the definition."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.definition import Definition, default, load
from core.domain.history import LeadHistory
from core.domain.reckoning import Past, reckon
from core.services.backtest import OneByOne
from storage.columnar.columns import Columns, Words, every, microseconds
from storage.columnar.reckoner import SqlReckoner, in_bulk
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM
from tests.services.company import Company
from tests.services.office import RULES
from tests.storage.pasts import END, definitions, pasts, renamed

Case = tuple[Past, LeadHistory]


def columns_of(cases: Sequence[Case]) -> Columns:
    """Pasts as they come out of a database."""
    words = Words()
    signals = [(lead, one) for lead, (_, history) in enumerate(cases) for one in history.signals]
    told = [(lead, one) for lead, (_, history) in enumerate(cases) for one in history.descriptions]
    told.sort(key=lambda each: (each[0], each[1].known_from))
    numbers = [
        (
            of,
            microseconds(one.occurred_at),
            microseconds(one.received_at or one.occurred_at),
            words.said[f"{one.kind}\x1f{one.source}\x1f{json.dumps(dict(one.properties))}"],
            words.sessions[one.session or ""],
        )
        for of, one in signals
    ]
    numbers.sort(key=lambda each: each[:3])
    lead, happened, known, said, session = np.array(numbers, dtype=np.int64).reshape(-1, 5).T
    return Columns(
        [past for past, _ in cases],
        lead,
        happened,
        known,
        said,
        session,
        np.array([lead for lead, _ in told], dtype=np.int64),
        np.array([microseconds(one.known_from) for _, one in told], dtype=np.int64),
        [dict(one.facts) for _, one in told],
        words,
    )


def agree(cases: Sequence[Case], *asked: Definition) -> None:
    expected = [
        (past, tuple(reckon(each, past, history, until=END) for each in asked))
        for past, history in cases
    ]
    assert list(in_bulk(columns_of(cases), asked, until=END)) == expected


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(definitions(), st.lists(pasts(), min_size=1, max_size=4))
def test_bulk_says_what_the_scoring_function_says(
    definition: Definition, cases: list[Case]
) -> None:
    agree([renamed(case, number) for number, case in enumerate(cases)], definition)


@pytest.mark.parametrize("seed", range(2))
def test_what_a_database_holds_is_reckoned_in_bulk(database_url: str, seed: int) -> None:
    engine = make_engine(database_url)
    company = Company(SqlStore(engine))
    company.live(seed, moments=90)
    definitions = [load(default()), load(RULES)]
    asked = {"until": company.clock.now}
    expected = list(OneByOne(company.desk.store).reckoned(TEAM, definitions, **asked))
    assert len(expected) > 10
    assert sum(len(past.handoffs) for past, _ in expected) > 5
    in_bulk = SqlReckoner(engine).reckoned(TEAM, definitions, **asked)
    assert [(past, list(told)) for past, told in in_bulk] == expected
    engine.dispose()


def test_leads_are_read_a_portion_at_a_time(database_url: str) -> None:
    engine = make_engine(database_url)
    company = Company(SqlStore(engine))
    company.live(5, moments=40)
    with engine.connect() as connection:
        portions = list(every(connection, TEAM, at_once=4))
    assert len(portions) > 3
    names = [past.lead_id for columns in portions for past in columns.pasts]
    assert names == sorted(set(names))
    engine.dispose()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(definitions(), definitions(), pasts())
def test_two_definitions_do_not_disturb_each_other(
    one: Definition, other: Definition, case: Case
) -> None:
    agree([case], one, other)
