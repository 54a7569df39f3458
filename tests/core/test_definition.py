"""The written definition: what is understood, what is refused and how it is named."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import timedelta
from typing import Any

import pytest

from core.domain.decay import HalfLife, Linear
from core.domain.definition import (
    Definition,
    Limit,
    canonical,
    default,
    load,
    parse,
    worded,
)
from core.errors import DefinitionInvalid

SMALL: dict[str, Any] = {
    "schema": 1,
    "name": "small",
    "bands": {"hot": 70, "warm": 40},
    "groups": {"fit": {"kind": "fit"}},
    "rules": [
        {
            "id": "size",
            "group": "fit",
            "points": 20,
            "why": "large",
            "when": {"attr": "employees", "gte": 200},
        }
    ],
    "qualify": {"when": {"band": "hot"}},
}

WHOLE = """
schema = 1
name = "Inbound"
score = { min = 0, max = 100 }
bands = { hot = 70, warm = 40 }
hysteresis = { leave_hot_below = 60, requalify_after = "30d" }

[groups.fit]
kind = "fit"
min = -50
max = 50
[groups.engagement]
kind = "engagement"
decay = { linear = "50%/30d" }

[[exclude]]
id = "own-staff"
when = { attr = "email", domain_in = ["baton.example"] }

[[rules]]
id = "eng.pricing"
group = "engagement"
points = 25
limit = { times = 1, per = "7d" }
why = "pricing page"
when = { signal = "page", path_glob = "/pricing*" }

[[hot]]
id = "price"
why = { en = "price read often", ja = "料金を何度も閲覧" }
[hot.when]
count = { signal = "page", path_glob = "/pricing*" }
gte = 3
within = "7d"
distinct = "session"

[qualify]
when = { any = [ { band = "hot" }, { hot = true } ], and = { group = "engagement", gt = 0 } }

[[journey]]
phase = "consideration"
when = { count = { signal = "download" }, gte = 1, within = "60d" }
offer = "ROI calculator"
"""


def changed(place: str, value: object) -> dict[str, Any]:
    """The small definition with `value` at a dotted place; numbers are places in a list."""
    tree = copy.deepcopy(SMALL)
    at: Any = tree
    *way, last = (int(step) if step.isdigit() else step for step in place.split("."))
    for step in way:
        at = at[step]
    at[last] = value
    return tree


def graded(place: str, value: object) -> dict[str, Any]:
    """The same with a matrix of A and B against 1 and 2."""
    matrix = {"fit": {"A": 40, "B": 0}, "engagement": {"1": 30, "2": 0}}
    return changed(place, value) | {"matrix": matrix}


def refusal(tree: dict[str, Any]) -> DefinitionInvalid:
    with pytest.raises(DefinitionInvalid) as caught:
        parse(tree)
    return caught.value


def when(**condition: object) -> dict[str, Any]:
    return changed("rules.0.when", condition)


def test_everything_that_the_language_has_is_understood() -> None:
    definition = load(WHOLE)
    assert definition.leave_hot_below == 60
    assert definition.requalify_after == timedelta(days=30)
    assert definition.groups[0].decay == Linear(0.5, timedelta(days=30))
    assert definition.rules[0].limit == Limit(1, timedelta(days=7))
    assert definition.exclusions[0].why == {"": "own-staff"}
    assert [phase.id for phase in definition.journey] == ["consideration"]


@pytest.mark.parametrize(
    "condition",
    [
        {"attr": "a", "eq": 1},
        {"attr": "a", "in": ["x", 2, True], "fold": True},
        {"attr": "a", "not_in": ["x"]},
        {"attr": "a", "gte": 1, "lt": 5.5},
        {"attr": "a", "gt": 1, "lte": 5},
        {"attr": "a", "exists": True},
        {"attr": "a", "missing": True},
        {"attr": "a", "contains": ["x", "y"]},
        {"attr": "a", "domain_in": "x.example"},
        {"attr": "a", "path_glob": ["/a*", "/b"]},
        {"attr": "a", "since": "30d"},
        {"attr": "a", "since": "2025-04-01"},
        {"signal": "any", "within": "2w"},
        {"signal": "form", "form": {"in": ["demo", "trial"]}},
        {"signal": "custom", "name": "trial", "where": {"plan": "team", "seats": {"gte": 5}}},
        {"count": {"signal": "page", "title": "Prices"}, "gte": 2, "distinct": "day"},
        {"no_signal": "any", "within": "30d"},
        {"no_signal": {"signal": "page", "path_glob": "/docs*"}, "within": "30d"},
        {"reachable": True},
        {"all": [{"attr": "a", "eq": 1}, {"not": {"attr": "b", "exists": True}}]},
        {"any": [{"signal": "page"}, {"signal": "form"}], "and": [{"attr": "a", "exists": True}]},
    ],
)
def test_every_predicate_can_be_written(condition: dict[str, object]) -> None:
    assert parse(when(**condition)).rules


@pytest.mark.parametrize(
    ("tree", "place", "says"),
    [
        (changed("ruels", []), "ruels", 'did you mean "rules"?'),
        (changed("schema", 2), "schema", "schema 1"),
        (changed("rules.0.group", "fti"), "rules[0].group", 'did you mean "fit"?'),
        (changed("rules.0.point", 3), "rules[0].point", 'did you mean "points"?'),
        (changed("rules.0.points", "3"), "rules[0].points", "must be a number"),
        (changed("rules.0.points", True), "rules[0].points", "must be a number"),
        (changed("rules.0.points", float("nan")), "rules[0].points", "not a number of points"),
        (changed("rules.0.points", 10**400), "rules[0].points", "not a number of points"),
        (changed("rules.0.why", {}), "rules[0].why", "at least one language"),
        (changed("rules.0.why", "  "), "rules[0].why", "must be a text"),
        (changed("rules.0.limit", {"times": 0}), "rules[0].limit.times", "from 1"),
        (changed("rules.0.limit", {"times": 1, "per": "7"}), "rules[0].limit.per", "span of time"),
        (changed("rules.0.min", 2) | {"rules": "x"}, "rules", "must be a list"),
        (changed("bands.warm", 80), "bands.warm", "below hot"),
        (changed("hysteresis", {"leave_hot_below": 71}), "hysteresis.leave_hot_below", "hot band"),
        (changed("score", {"min": 9, "max": 1}), "score.min", "above max"),
        (changed("groups.fit.kind", "fitness"), "groups.fit.kind", 'did you mean "fit"?'),
        (changed("groups.fit.decay", {"linear": "50/30d"}), "groups.fit.decay.linear", "share"),
        (changed("groups.fit.decay", {}), "groups.fit.decay", "takes one of"),
        (changed("groups.fit.decay", {"quiet": "3d"}), "groups.fit.decay", "takes one of"),
        (changed("matrix", {"fit": {"A": 1}, "engagement": {}}), "matrix.engagement", "needs"),
        (
            changed("matrix", {"fit": {"A": 1, "AB": 2}, "engagement": {"BC": 1, "C": 2}}),
            "matrix",
            "same grade",
        ),
        (
            changed("matrix", {"fit": {"A": 1, "B": 1}, "engagement": {"1": 1}}),
            "matrix.fit",
            "same points",
        ),
        (changed("bands.hot_grades", ["A1"]), "bands.hot_grades", "unknown key"),
        (graded("bands.hot_grades", ["A3"]), "bands.hot_grades", 'unknown name "A3"'),
        (graded("qualify.when", {"grade": "Z9"}), "qualify.when.grade", "known: A1, A2"),
        (changed("qualify.when", {"grade": "A1"}), "qualify.when.grade", "unknown name"),
        (when(grade="A1"), "rules[0].when.grade", "only in [qualify]"),
        (changed("reset", [{"id": "a"}]), "reset[0]", "takes one of"),
        (changed("reset", [{"id": "a", "attr": "tags"}]), "reset[0].attr", "written by sales"),
        (changed("reset", [{"id": "a", "attr": "x", "group": "fot"}]), "reset[0].group", '"fit"'),
        (changed("rules.0.when", {}), "rules[0].when", "says nothing"),
        (changed("rules.0.when", "x"), "rules[0].when", "must be a table"),
        (when(atr="a", eq=1), "rules[0].when", 'did you mean "attr"?'),
        (when(attr="a", gret=1), "rules[0].when.gret", 'did you mean "gt"?'),
        (when(attr="a"), "rules[0].when", "does not say what"),
        (when(attr="a", gte="many"), "rules[0].when.gte", "must be a number"),
        (when(attr="a", since="soon"), "rules[0].when.since", "or a date"),
        (when(attr="a", **{"in": []}), "rules[0].when.in", "must not be empty"),
        (when(attr="a", **{"in": [{}]}), "rules[0].when.in[0]", "must be a text, a number"),
        (when(attr="status", eq="won"), "rules[0].when.attr", "written by sales"),
        (when(attr="a", eq=1, signal="page"), "rules[0].when", "at once"),
        (when(signal="pge"), "rules[0].when.signal", 'did you mean "page"?'),
        (when(signal="page", pth="/x"), "rules[0].when.pth", 'did you mean "path"?'),
        (when(signal="page", path={"glob": "/x"}), "rules[0].when.path.glob", "path_glob"),
        (when(count={"signal": "page"}, within="7d"), "rules[0].when", '"gte" is missing'),
        (when(no_signal="page"), "rules[0].when", '"within" is missing'),
        (when(band="hot"), "rules[0].when.band", "only in [qualify]"),
        (when(any=[]), "rules[0].when.any", "must not be empty"),
        (when(any=[{"attr": "a", "eqq": 1}]), "rules[0].when.any[0].eqq", 'did you mean "eq"?'),
        (changed("qualify.when", {"group": "fot", "gt": 0}), "qualify.when.group", '"fit"'),
        (changed("qualify.when", {"band": "tepid"}), "qualify.when.band", "unknown name"),
        (changed("rules", [SMALL["rules"][0]] * 2), "rules[1].id", "already the id of rules[0]"),
    ],
)
def test_a_slip_is_refused_with_its_place_and_the_nearest_name(
    tree: dict[str, Any], place: str, says: str
) -> None:
    error = refusal(tree)
    assert error.place == place
    assert says in error.problem


def test_a_missing_part_is_named() -> None:
    tree = copy.deepcopy(SMALL)
    del tree["bands"]
    assert refusal(tree).problem == '"bands" is missing'


def test_without_a_word_about_it_nothing_cools_off() -> None:
    assert parse(SMALL).requalify_after == timedelta()


def test_conditions_nested_without_end_are_refused() -> None:
    deep: dict[str, Any] = {"attr": "a", "eq": 1}
    for _ in range(100):
        deep = {"not": deep}
    assert "too deeply" in refusal(changed("rules.0.when", deep)).problem


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(DefinitionInvalid, match="line 2"):
        load("schema = 1\nname = small\n")


def test_the_digest_does_not_depend_on_how_it_is_written_down() -> None:
    toml = load(WHOLE)
    backwards = dict(reversed(tomllib.loads(WHOLE.replace("max = 100", "max = 100.0")).items()))
    assert parse(backwards).digest == toml.digest
    assert parse(json.loads(canonical(toml))) == toml


def test_the_digest_changes_with_any_rule() -> None:
    assert parse(changed("rules.0.points", 21)).digest != parse(SMALL).digest


def test_a_version_is_shown_with_the_beginning_of_its_digest() -> None:
    definition = parse(SMALL)
    assert definition.label(7) == f"v7 {definition.digest[:7]}"
    assert len(definition.digest) == 64


@pytest.mark.parametrize(
    ("why", "locale", "words"),
    [
        ({"": "large"}, "ja", "large"),
        ({"en": "large", "ja": "大企業"}, "ja", "大企業"),
        ({"en": "large", "ja": "大企業"}, "ja-JP", "大企業"),
        ({"en": "large", "ja": "大企業"}, "de", "large"),
        ({"ja": "大企業"}, "en", "大企業"),
        ({}, "en", ""),
    ],
)
def test_a_sentence_falls_back_to_another_language(
    why: dict[str, str], locale: str, words: str
) -> None:
    assert worded(why, locale) == words


def test_decay_leaves_half_after_its_half_life_and_nothing_after_the_last_of_a_line() -> None:
    fortnight = timedelta(days=14)
    assert HalfLife(fortnight).factor(2 * fortnight) == 0.25
    assert Linear(0.5, fortnight).factor(fortnight) == 0.5
    assert Linear(0.5, fortnight).factor(3 * fortnight) == 0


class TestDefault:
    def definition(self) -> Definition:
        return load(default())

    def test_it_is_valid_and_forgets_engagement_in_14_days(self) -> None:
        groups = {group.id: group for group in self.definition().groups}
        assert groups["engagement"].decay == HalfLife(timedelta(days=14))
        assert groups["fit"].decay is None

    def test_it_cools_off_for_30_days(self) -> None:
        assert self.definition().requalify_after == timedelta(days=30)

    def test_every_sentence_is_there_in_both_languages(self) -> None:
        definition = self.definition()
        rules = [rule.why for rule in definition.rules]
        named = [criterion.why for criterion in (*definition.hot, *definition.exclusions)]
        assert all({"en", "ja"} <= set(why) for why in rules + named)
        assert all({"en", "ja"} <= set(phase.offer) for phase in definition.journey)
