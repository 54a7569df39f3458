"""What is said of a definition before anybody signs it: every slip, by line, and what is odd."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.definition import default
from core.domain.linting import Finding, Observed, Severity, lint
from core.domain.mending import errors

LARGE = Path(__file__).parent / "definitions" / "large_company.toml"
BASE = """schema = 1
name = "test"
[bands]
hot = 70
warm = 40
[groups.fit]
kind = "fit"
[groups.doing]
kind = "engagement"
[qualify]
when = { band = "hot" }
[[rules]]
id = "size"
group = "fit"
points = 80
why = "large"
when = { attr = "employees", gte = 200 }
"""
FORM = """
[[rules]]
id = "form"
group = "doing"
points = 10
why = "sent a form"
when = { signal = "form" }
"""
SOUND = BASE + FORM


def rule(id: str, when: str, *, group: str = "doing", points: int = 5, more: str = "") -> str:
    return (
        f'[[rules]]\nid = "{id}"\ngroup = "{group}"\npoints = {points}\nwhy = "{id}"\n'
        f"{more}\nwhen = {when}\n"
    )


def said(text: str, observed: Observed | None = None) -> list[tuple[str, str]]:
    return [(one.severity, one.problem) for one in lint(text, observed=observed)]


def only(text: str, observed: Observed | None = None) -> Finding:
    (found,) = lint(text, observed=observed)
    return found


@pytest.mark.parametrize("text", [SOUND, default(), LARGE.read_text()])
def test_nothing_is_said_of_what_is_sound(text: str) -> None:
    assert lint(text) == ()


def test_what_is_no_toml_is_told_with_its_line() -> None:
    found = only("schema = 1\nname = small\n")
    assert (found.line, found.severity) == (2, Severity.ERROR)
    assert "column" in found.problem
    assert "quotes" in found.advice


def test_every_slip_is_told_with_its_line_and_the_nearest_name() -> None:
    text = (
        SOUND.replace("warm = 40", "warm = 90")
        .replace('group = "fit"', 'gruop = "fit"')
        .replace("gte = 200", "gte = 200, foldd = true")
        .replace('signal = "form"', 'signal = "fomr", within = "soon"')
        .replace('kind = "engagement"', 'kind = "engagment"')
        + '[hysteresis]\nrequalify = "3d"\n[sccore]\nmax = 1\n'
    )
    assert [(one.line, one.place) for one in lint(text)] == [
        (5, "bands.warm"),
        (9, "groups.doing.kind"),
        (14, "rules[0].gruop"),
        (17, "rules[0].when.foldd"),
        (24, "rules[1].when.within"),
        (24, "rules[1].when.signal"),
        (26, "hysteresis.requalify"),
        (27, "sccore"),
    ]
    assert {severity for severity, _ in said(text)} == {"error"}
    assert 'did you mean "group"?' in lint(text)[2].problem


def test_missing_parts_are_told_once_each_and_hide_nothing_else() -> None:
    text = SOUND.replace('[groups.fit]\nkind = "fit"\n', "").replace("points = 10\n", "")
    assert said(text) == [
        ("error", 'unknown name "fit" (known: doing)'),
        ("error", '"points" is missing'),
    ]
    assert {problem for _, problem in said("schema = 1\n")} == {
        f'"{part}" is missing' for part in ("bands", "groups", "name", "qualify")
    }


def test_what_sales_writes_is_refused() -> None:
    found = only(BASE.replace('"employees"', '"status"') + FORM)
    assert (found.line, found.severity) == (17, "error")
    assert "written by sales" in found.problem


@pytest.mark.parametrize(
    ("text", "line", "severity", "problem"),
    [
        (BASE, 8, "warning", "no rule gives points in this group"),
        (SOUND + rule("idle", '{ attr = "a", eq = 1 }', points=0), 28, "warning", "0 points"),
        (SOUND + rule("demo", '{ signal = "form", form = "demo" }'), 31, "warning",
         '"demo" never counts: "form" takes every such signal first'),
        (SOUND + rule("demo", '{ signal = "form", within = "7d" }'), 31, "warning", "never counts"),
        (SOUND + rule("vip", '{ all = [{ attr = "v", eq = 1 }, { signal = "form" }] }'), 31,
         "warning", "never counts"),
        (SOUND + rule("big", '{ attr = "employees", gte = 200 }', group="fit"), 31, "hint",
         'asks the same as "size"'),
        (SOUND + rule("once", '{ attr = "a", eq = 1 }', more="limit = { times = 1 }"), 30, "hint",
         "once anyway"),
        (SOUND.replace('kind = "engagement"', 'kind = "engagement"\nmax = 5'), 23, "hint",
         "but its group at most 5"),
        (SOUND.replace('why = "large"', 'why = { en = "large", ja = "大" }')
         + rule("x", '{ attr = "a", eq = 1 }').replace('why = "x"', 'why = { en = "x" }'), 29,
         "hint", "is not said in ja"),
        (SOUND + rule("a", '{ attr = "company", eq = "Google" }')
         + rule("b", '{ attr = "company", eq = "google " }'), 37, "warning",
         '"google" and "Google" of the attribute "company" are not the same'),
        (SOUND.replace('band = "hot"', 'hot = true'), 10, "error", "nobody can ever qualify"),
    ],
)  # fmt: skip
def test_what_is_most_likely_a_mistake_is_told(
    text: str, line: int, severity: str, problem: str
) -> None:
    found = only(text)
    assert (found.severity, problem in found.problem) == (severity, True), found
    assert found.advice
    assert found.line in (line, line + 1)


@pytest.mark.parametrize(
    "more",
    [
        rule("demo", '{ signal = "form", form = "demo" }', more="share = true"),
        rule("page", '{ signal = "page" }'),
        rule("fit", '{ signal = "form", form = "demo" }', group="fit"),
        rule("both", '{ attr = "a", in = ["Google", "google"] }'),
        rule("fold", '{ attr = "a", in = ["Google", "google"], fold = true }'),
    ],
)
def test_what_only_looks_alike_is_left_alone(more: str) -> None:
    assert lint(SOUND + more) == ()


def test_what_cannot_be_reached_is_told() -> None:
    low = SOUND.replace('[groups.fit]', "[groups.fit]\nmax = 30").replace(
        '[groups.doing]', "[groups.doing]\nmax = 30"
    ).replace("points = 80", "points = 30")  # fmt: skip
    problems = [problem for severity, problem in said(low) if severity != "hint"]
    assert problems == [
        "nobody is ever hot by score: no lead can come to more than 60 points",
        "nobody can ever qualify: what it asks for cannot be met together",
    ]


def test_a_grade_that_nobody_gets_is_told() -> None:
    graded = LARGE.read_text().replace("A = 60", "A = 95")
    assert [problem for _, problem in said(graded)] == [
        f"nobody can ever get the grade {grade}" for grade in ("A1", "A2", "A3")
    ]


def test_what_never_fired_and_what_is_spelt_otherwise_in_the_data_is_told() -> None:
    text = SOUND + rule("us", '{ attr = "country", in = ["USA"] }') + rule(
        "demo", '{ signal = "page", path = "/demo" }', group="fit"
    )  # fmt: skip
    observed = Observed(
        leads=1200,
        attributes={
            "country": {"USA": 3, "usa": 40, "U.S.A.": 2, "France": 9},
            "employes": {"10": 1},
        },
        properties={("page", "path"): {"/demo": 2, "/Demo": 5}},
        fired={"size": 3, "form": 10, "us": 3},
    )
    assert [(one.line, one.severity, one.problem) for one in lint(text, observed=observed)] == [
        (17, "hint", 'no lead has the attribute "employees", did you mean "employes"?'),
        (31, "warning", '"usa" stands in the attribute "country" 40 times and is not "USA"'),
        (31, "warning", '"U.S.A." stands in the attribute "country" 2 times and is not "USA"'),
        (32, "warning", '"demo" never fired for any of 1,200 leads'),
        (38, "warning", '"/Demo" stands in "path" of page signals 5 times and is not "/demo"'),
    ]
    folded = text.replace('in = ["USA"]', 'in = ["USA", "u.s.a."], fold = true')
    assert "usa" not in str([one for one in lint(folded, observed=observed) if one.line == 31])


def test_of_a_database_without_leads_nothing_is_told() -> None:
    assert lint(SOUND, observed=Observed(leads=0)) == ()


SLOTS: st.SearchStrategy[Any] = st.sampled_from(
    [None, 3, "x", [], {}, True, -1.5, {"a": 1}, [1], [{}]]
)


@settings(max_examples=60, database=None)
@given(st.randoms(use_true_random=False), st.lists(SLOTS, min_size=1, max_size=6))
def test_whatever_is_broken_all_of_it_is_told_and_nothing_breaks(
    dice: random.Random, values: list[Any]
) -> None:
    tree = tomllib.loads(LARGE.read_text())
    for value in values:
        table, key = dice.choice(list(slots(tree)))
        table[key] = deepcopy(value)  # else the next slip could change what is drawn from
    found, definition = errors(tree)
    assert bool(found) is (definition is None)
    assert len({(one.place, one.problem) for one in found}) == len(found)


def slots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree that may hold something else."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner if isinstance(value, dict | list) else ():
        yield value, key
        if isinstance(each, dict | list):
            yield from slots(each)


NURTURED = (
    SOUND
    + """
[[journey]]
phase = "early"
when = { signal = "any" }
[[nurturing.offers]]
id = "book"
name = "a book"
[[nurturing.offers]]
id = "talk"
name = "a talk"
taken = { signal = "attended" }
"""
)


def track(id: str, more: str, *, offers: str = '["book", "talk"]') -> str:
    return f'[[nurturing.tracks]]\nid = "{id}"\nname = "{id}"\noffers = {offers}\n{more}\n'


@pytest.mark.parametrize(
    ("tracks", "severity", "problem"),
    [
        (track("all", "") + track("late", 'reasons = ["timing"]'), "warning",
         '"late" is for nobody: "all" takes all such leads first'),
        (track("class", 'reasons = ["timing"]') + track("one", 'reasons = ["bad_timing"]')
         + track("all", ""), "warning", '"one" is for nobody: "class" takes all such leads first'),
        (track("a", 'reasons = ["timming"]') + track("all", ""), "warning",
         'no reason is called "timming", did you mean "timing"?'),
        (track("early", 'phases = ["early"]'), "hint",
         "leads for which no track is written get nothing"),
        (track("all", "", offers='["book"]'), "warning", 'no track sends "talk"'),
        (track("all", "", offers='["book", "talk", "bok"]'), "error",
         'unknown name "bok", did you mean "book"?'),
        (track("all", 'phases = ["erly"]'), "error", 'unknown name "erly", did you mean "early"?'),
        (track("all", "") + track("all", 'reasons = ["timing"]'), "error",
         '"all" is already the id of nurturing.tracks[0]'),
        (track("all", "", offers='["book", "talk", "book"]'), "error", "names an offer twice"),
        (track("all", "") + '[[nurturing.offers]]\nid = "film"\nname = "f"\nlink = "http://a.b"',
         "error", "must be an address that begins with https://"),
    ],
)  # fmt: skip
def test_what_is_wrong_or_odd_about_nurturing_is_told_with_its_line(
    tracks: str, severity: str, problem: str
) -> None:
    found = only(NURTURED + tracks)
    assert (found.severity, found.problem) == (severity, problem)
    assert found.line is not None
    assert found.line > NURTURED.count("\n") or problem.startswith(("no track", "leads for"))


def test_a_track_after_one_for_another_phase_is_for_somebody() -> None:
    tracks = track("early", 'phases = ["early"]\nreasons = ["timing"]') + track("all", "")
    assert said(NURTURED + tracks) == []


def test_every_slip_of_nurturing_is_told_at_once() -> None:
    tracks = track("a", 'reason = ["timing"]') + track("b", "", offers='["tlak"]')
    problems = [problem for _, problem in said(NURTURED.replace('"a book"', "1") + tracks)]
    assert len(problems) == 3, problems
