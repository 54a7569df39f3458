"""Which line a part of a definition stands on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.domain.definition import default
from core.domain.lines import lines

TEXT = '''# a comment with [brackets] and key = "value"
schema = 1
name = """
several
lines"""
[groups.fit]      # who
kind = 'fit'

[[rules]]
id = "a # no comment"
when = { any = [
  { attr = "x", eq = 1 },
  # between
  { attr = "y", in = ["[", "{",
     "z"] },
] }

[[rules]]
"id" = "b"
[rules.when]
count.signal = "page"
gte = 3
[[hot]]
id = "h"
'''
LARGE = Path(__file__).parent / "definitions" / "large_company.toml"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("schema", 2),
        ("name", 3),
        ("groups.fit", 6),
        ("groups.fit.kind", 7),
        ("rules", 9),
        ("rules[0].id", 10),
        ("rules[0].when.any[0].eq", 12),
        ("rules[0].when.any[1].in[2]", 15),
        ("rules[1]", 18),
        ("rules[1].id", 19),
        ("rules[1].when", 20),
        ("rules[1].when.count.signal", 21),
        ("rules[1].when.gte", 22),
        ("hot[0].id", 24),
        # what is not written stands where the part around it does
        ("rules[1].points", 18),
        ("rules[1].when.count.fold", 21),
        ("groups.fot.kind", 6),
        ("definition", None),
    ],
)
def test_each_part_has_its_line(place: str, line: int | None) -> None:
    assert lines(TEXT).of(place) == line


@pytest.mark.parametrize("text", [TEXT, default(), LARGE.read_text()])
def test_nothing_that_is_written_is_missed(text: str) -> None:
    known = lines(text).known
    assert [place for place in places("", tomllib.loads(text)) if place not in known] == []


@pytest.mark.parametrize("text", ["", "[", "[[", "a", "a = [", "a = {", '"', "=", "[a]]", "a = [}"])
def test_what_is_no_toml_is_no_trouble(text: str) -> None:
    assert lines(text).of("nowhere") is None


def places(place: str, value: Any) -> Iterator[str]:
    """Every place in a tree."""
    if place:
        yield place
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from places(f"{place}.{key}" if place else key, each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(f"{place}[{number}]", each)
