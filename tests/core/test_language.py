"""The JSON Schema says what the reader understands, and the published copy is the current one."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from core.domain.definition import default, parse
from core.domain.language import schema
from core.errors import DefinitionInvalid
from tests.core.rulebooks import rule, written

ROOT = Path(__file__).parents[2]
LARGE = Path(__file__).parent / "definitions" / "large_company.toml"
VALIDATOR = Draft7Validator(schema())


def test_the_schema_is_one_and_the_published_copy_is_current() -> None:
    Draft7Validator.check_schema(schema())
    published = (ROOT / "docs" / "definition.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema(), (
        "run `baton definition schema > docs/definition.schema.json`"
    )


@pytest.mark.parametrize("text", [default(), LARGE.read_text()])
def test_whole_definitions_fit(text: str) -> None:
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) == []


SOUND = written(rule("page", 5, {"signal": "page"}, limit={"times": 1, "per": "7d"}))


def changed(place: str, value: object) -> dict[str, Any]:
    tree = copy.deepcopy(SOUND)
    at: Any = tree
    *way, last = (int(step) if step.isdigit() else step for step in place.split("."))
    for step in way:
        at = at[step]
    at[last] = value
    return tree


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("ruels", []),
        ("schema", 2),
        ("name", " "),
        ("bands", {"hot": 70}),
        ("bands.hot", "70"),
        ("hysteresis", {"requalify": "30d"}),
        ("groups.all.kind", "fitness"),
        ("groups.all.decay", {"linear": "50/30d"}),
        ("groups.all.decay", {"half_life": "1d", "linear": "50%/30d"}),
        ("matrix", {"fit": {"A": 1}}),
        ("reset", [{"id": "x"}]),
        ("reset", [{"id": "x", "attr": "status"}]),
        ("rules.0.point", 3),
        ("rules.0.points", "3"),
        ("rules.0.why", {}),
        ("rules.0.limit", {"times": 0}),
        ("rules.0.limit", {"times": 1, "per": "7"}),
        ("rules.0.when", {}),
        ("rules.0.when", {"attr": "a", "gret": 1}),
        ("rules.0.when", {"attr": "a", "gte": "many"}),
        ("rules.0.when", {"attr": "tags", "eq": "x"}),
        ("rules.0.when", {"attr": "a", "in": []}),
        ("rules.0.when", {"signal": "pge"}),
        ("rules.0.when", {"signal": "page", "pth": "/x"}),
        ("rules.0.when", {"signal": "page", "form": "demo"}),
        ("rules.0.when", {"count": {"signal": "page"}, "within": "7d"}),
        ("rules.0.when", {"no_signal": "page"}),
        ("rules.0.when", {"band": "hot"}),
        ("rules.0.when", {"any": []}),
        ("rules.0.when", {"any": [{"attr": "a", "eqq": 1}]}),
        ("qualify.when", {"band": "tepid"}),
    ],
)
def test_slips_do_not_fit_as_the_reader_does_not_take_them(place: str, value: object) -> None:
    tree = changed(place, value)
    with pytest.raises(DefinitionInvalid):
        parse(tree)
    assert not VALIDATOR.is_valid(tree)


@pytest.mark.parametrize(
    "when",
    [
        {"attr": "a", "in": ["x", 2, True], "fold": True, "and": {"attr": "b", "missing": True}},
        {"signal": "any", "within": "2w"},
        {"signal": "custom", "name": "trial", "where": {"plan": "team", "seats": {"gte": 5}}},
        {"count": {"signal": "page", "title": "Prices"}, "gte": 2, "distinct": "day"},
        {"no_signal": {"signal": "page", "path_glob": "/docs*"}, "within": "30d"},
        {"all": [{"attr": "a", "eq": 1}, {"not": {"attr": "b", "exists": True}}]},
        {"any": [{"signal": "page"}, {"reachable": False}], "and": [{"attr": "a", "lt": 1}]},
    ],
)
def test_what_the_reader_takes_fits(when: dict[str, Any]) -> None:
    for tree in (changed("rules.0.when", when), changed("qualify.when", when)):
        parse(tree)
        assert list(VALIDATOR.iter_errors(tree)) == []
