"""What is reckoned in bulk is what the scoring function says, whatever the definition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decay import HalfLife
from core.domain.definition import Definition, Limit, Mail, Range, default, load
from core.domain.history import Description, LeadHistory
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


@pytest.mark.parametrize(("seed", "visits"), [(0, False), (1, True)])
def test_what_a_database_holds_is_reckoned_in_bulk(
    database_url: str, seed: int, visits: bool
) -> None:
    engine = make_engine(database_url)
    company = Company(SqlStore(engine))
    company.live(seed, moments=90)
    definitions = [load(default()), load(RULES), *([load(_VISITS)] if visits else [])]
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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), definitions(), st.lists(pasts(), min_size=1, max_size=3))
def test_definitions_with_much_in_common_are_each_reckoned_as_if_alone(
    data: st.DataObject, one: Definition, cases: list[Case]
) -> None:
    others = [data.draw(altered(one)) for _ in range(2)]
    agree([renamed(case, number) for number, case in enumerate(cases)], one, *others)


@st.composite
def altered(draw: st.DrawFn, definition: Definition) -> Definition:
    """A definition that is like another one but for a rule, or the group or the mail of all."""
    rules = list(definition.rules)
    place = draw(st.integers(0, len(rules) - 1))
    rule = rules[place]
    match draw(st.sampled_from(("points", "limit", "share", "range", "gone", "decay", "mail"))):
        case "points":
            rules[place] = replace(rule, points=rule.points + 7.5)
        case "limit":
            rules[place] = replace(rule, limit=None if rule.limit else Limit(1, timedelta(days=3)))
        case "share":
            rules[place] = replace(rule, share=not rule.share)
        case "range":
            rules[place] = replace(rule, range=Range(0, 8))
        case "gone":
            rules.pop(place)
        case "decay":
            groups = [
                replace(each, decay=HalfLife(timedelta(days=2))) for each in definition.groups
            ]
            return replace(definition, groups=tuple(groups))
        case _:
            return replace(definition, mail=Mail(machine_within=timedelta(hours=9)))
    return replace(definition, rules=tuple(rules))


def test_true_is_not_one() -> None:
    at = END - timedelta(days=3)
    told = [Description(at, {"paid": True})]
    cases = [(Past("ld_0", "A"), LeadHistory("ld_0", told, []))]
    agree(cases, *(load(_PAID.replace("VALUE", value)) for value in ("1", "true")))


_VISITS = RULES.replace(
    'when = { signal = "page" }',
    'when = { any = [{ count = { signal = "any" }, gte = 3, distinct = "session" }] }',
)
_PAID = """
schema = 1
name = "Paid"
[bands]
hot = 10
warm = 5
[groups.fit]
kind = "fit"
[[rules]]
id = "paid"
group = "fit"
points = 10
why = "paid"
when = { attr = "paid", eq = VALUE }
[qualify]
when = { band = "hot" }
"""
