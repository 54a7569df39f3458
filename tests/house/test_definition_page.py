"""docs/definition.md explains the language by examples, and every one of them is understood."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from core.domain.condition import PROPERTIES
from core.domain.definition import parse
from core.domain.language import schema
from core.domain.predicate import OPERATORS
from tests.core.rulebooks import rule, written

PAGE = (Path(__file__).parents[2] / "docs" / "definition.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```toml ?(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FRAME = tomllib.loads(SNIPPETS[0][1])
VALIDATOR = Draft7Validator(schema())


def lines(kind: str) -> list[str]:
    """The snippets of one line each."""
    return [line for name, text in SNIPPETS if name == kind for line in text.splitlines()]


def understood(tree: dict[str, Any]) -> None:
    parse(tree)
    assert list(VALIDATOR.iter_errors(tree)) == []


@pytest.mark.parametrize("text", [text for name, text in SNIPPETS if not name])
def test_a_part_is_understood_within_the_frame(text: str) -> None:
    understood({**FRAME, **tomllib.loads(text)})


@pytest.mark.parametrize("line", lines("when"))
def test_a_condition_is_understood(line: str) -> None:
    understood(written(rule("r", 1, tomllib.loads(f"when = {line}")["when"])))


@pytest.mark.parametrize("line", lines("decay"))
def test_a_decay_is_understood(line: str) -> None:
    decay = tomllib.loads(f"decay = {line}")["decay"]
    understood(written(groups={"all": {"kind": "engagement", "decay": decay}}))


def test_every_construct_is_shown() -> None:
    named = [name for names in PROPERTIES.values() for name in names if name != "title"]
    parts = ["all", "any", "not", "and", "count", "no_signal", "within", "distinct", "where"]
    tops = [top for top in schema()["properties"] if top != "name"]
    words = [*OPERATORS, *named, *parts, *tops, *map(str, PROPERTIES)]
    assert [word for word in words if not re.search(rf"\b{word}\b", PAGE)] == []
