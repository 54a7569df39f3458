"""What holds of every reckoning, whatever the definition, the lead and what it did."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.definition import Definition, canonical, default, load, parse
from core.domain.lead import Scalar, Signal, SignalKind, Temperature
from core.domain.scoring import from_json, score, to_json
from tests.core.rulebooks import rule, rulebook

NOW = datetime(2025, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LARGE = (Path(__file__).parent / "definitions" / "large_company.toml").read_text()
TEXTS = {"shipped": default(), "large": LARGE}
DEFINITIONS = st.sampled_from([load(text) for text in TEXTS.values()])

WORDS = st.sampled_from(["CTO", "", "Student", "a@gmail.com", "Director", "JP"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 9000), WORDS)
NAMES = ["employees", "title", "email", "vip", "country", "bounced", "company"]
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(NAMES, SCALARS),
        "lost_at": st.sampled_from(["2025-03-01", "2025-04-25", "2025-06-01", "never"]),
    },
)
PROPERTIES = st.fixed_dictionaries(
    {
        "path": st.sampled_from(["/pricing", "/pricing/eu", "/careers", "/jobs", "/product/a"]),
        "form": st.sampled_from(["demo", "contact", "newsletter", "quote"]),
        "document": st.sampled_from(["price-list.pdf", "whitepaper", "Report"]),
        "name": st.sampled_from(["unsubscribed", "trial", "calculator", "Email Opened"]),
    }
)
SIGNALS = st.lists(
    st.builds(
        Signal,
        id=st.integers(0, 30).map(str),
        source=st.sampled_from(["web", "app"]),
        kind=st.sampled_from(SignalKind),
        occurred_at=st.integers(0, 120 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
        session=st.sampled_from([None, "s1", "s2"]),
        properties=PROPERTIES,
    ),
    max_size=25,
)
PREVIOUS = st.sampled_from([None, *Temperature])
WITHOUT_HURRY = settings(deadline=None, max_examples=60, database=None)
Attributes = dict[str, Scalar]


@WITHOUT_HURRY
@given(DEFINITIONS, ATTRIBUTES, SIGNALS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    definition: Definition, attributes: Attributes, signals: list[Signal], dice: random.Random
) -> None:
    shuffled = signals.copy()
    dice.shuffle(shuffled)
    assert score(definition, attributes, shuffled, as_of=NOW) == score(
        definition, attributes, signals, as_of=NOW
    )


@WITHOUT_HURRY
@given(DEFINITIONS, ATTRIBUTES, SIGNALS, st.data())
def test_a_duplicate_changes_nothing(
    definition: Definition, attributes: Attributes, signals: list[Signal], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(signals), max_size=5)) if signals else []
    assert score(definition, attributes, signals + again, as_of=NOW) == score(
        definition, attributes, signals, as_of=NOW
    )


@WITHOUT_HURRY
@given(DEFINITIONS, ATTRIBUTES, SIGNALS, SIGNALS, st.integers(0, 60), PREVIOUS)
def test_what_came_later_does_not_change_what_was_true_then(
    definition: Definition,
    attributes: Attributes,
    signals: list[Signal],
    others: list[Signal],
    days: int,
    previous: Temperature | None,
) -> None:
    then = NOW - days * DAY
    known = [signal for signal in signals if signal.occurred_at <= then]
    # Other ids: a copy that differs may replace the signal it is a copy of.
    later = [replace(one, id=f"later {one.id}") for one in others if one.occurred_at > then]
    assert score(definition, attributes, known + later, as_of=then, previous=previous) == score(
        definition, attributes, known, as_of=then, previous=previous
    )


@WITHOUT_HURRY
@given(DEFINITIONS, ATTRIBUTES, SIGNALS, PREVIOUS)
def test_the_parts_add_up_within_their_bounds(
    definition: Definition,
    attributes: Attributes,
    signals: list[Signal],
    previous: Temperature | None,
) -> None:
    found = score(definition, attributes, signals, as_of=NOW, previous=previous)
    assert definition.range.clamp(found.total) == found.total
    bounds = {group.id: group.range for group in definition.groups}
    for group in found.groups:
        parts = sum(rule.given for rule in found.rules if rule.group == group.id)
        assert group.raw == pytest.approx(parts)
        assert group.clamped == bounds[group.id].clamp(group.raw)
    if found.excluded is None:
        whole = sum(group.clamped for group in found.groups)
        assert found.total == pytest.approx(definition.range.clamp(whole), abs=0.005)


@WITHOUT_HURRY
@given(DEFINITIONS, ATTRIBUTES, SIGNALS)
def test_every_explanation_survives_being_stored(
    definition: Definition, attributes: Attributes, signals: list[Signal]
) -> None:
    found = score(definition, attributes, signals, as_of=NOW)
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


DECAYS = st.sampled_from(
    [
        {"half_life": "14d"},
        {"half_life": "2d", "quiet": "10d"},
        {"linear": "50%/30d"},
        {"linear": "25%/7d", "quiet": "30d"},
    ]
)


@WITHOUT_HURRY
@given(DECAYS, SIGNALS, st.lists(st.integers(0, 200), min_size=2, max_size=6))
def test_without_news_what_was_done_only_ever_fades(
    decay: dict[str, str], signals: list[Signal], days: list[int]
) -> None:
    definition = rulebook(
        rule("page", 10, {"signal": "page"}, limit={"times": 2, "per": "7d"}),
        rule("all", 3, {"signal": "any"}),
        rule("often", 20, {"count": {"signal": "any"}, "gte": 4}, share=True),
        groups={"all": {"kind": "engagement", "decay": decay}},
    )
    totals = [score(definition, {}, signals, as_of=NOW + day * DAY).total for day in sorted(days)]
    assert totals == sorted(totals, reverse=True)


@WITHOUT_HURRY
@given(st.floats(-500, 500), st.floats(0, 500), st.lists(st.floats(-300, 300), max_size=6))
def test_no_clamp_is_ever_left(least: float, width: float, points: list[float]) -> None:
    bounds = {"min": least, "max": least + width}
    rules = [
        rule(str(n), each, {"attr": "a", "exists": True}, **bounds) for n, each in enumerate(points)
    ]
    groups = {"all": {"kind": "fit", **bounds}}
    found = score(rulebook(*rules, groups=groups, score=bounds), {"a": 1}, (), as_of=NOW)
    slack = 0.005  # points are rounded to two decimals
    for given_points in (*(one.given for one in found.rules), found.groups[0].clamped, found.total):
        assert least - slack <= given_points <= least + width + slack


@pytest.mark.parametrize("name", TEXTS)
def test_from_toml_to_json_and_back_the_digest_stays(name: str) -> None:
    read = load(TEXTS[name])
    as_json = json.loads(canonical(read))
    assert parse(as_json) == read
    again = load("\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in as_json.items()))
    assert again.digest == read.digest
    assert tomllib.loads(TEXTS[name]).keys() == as_json.keys()


def _toml(value: Any) -> str:
    """A value of JSON on one line of TOML."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
