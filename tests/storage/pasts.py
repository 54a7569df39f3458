"""Pasts and definitions by chance, with everything in them that the language can speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from core.domain.definition import Definition, parse
from core.domain.history import Description, LeadHistory
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.reckoning import Passed, Past

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=60)
HOUR = timedelta(hours=1)
Tree = dict[str, Any]

# Few values, so that conditions are met, and some that are met only by chance.
_PATHS = ("/pricing", "/pricing/eu", "/careers", "/")
_SAID: dict[SignalKind, tuple[Mapping[str, Scalar], ...]] = {
    SignalKind.PAGE: tuple({"path": path, "title": "T"} for path in _PATHS),
    SignalKind.FORM: ({"form": "demo"}, {"form": "Demo "}, {"form": "contact"}, {}),
    SignalKind.DOWNLOAD: ({"document": "guide", "pages": 3}, {"document": "guide", "pages": "12"}),
    SignalKind.EMAIL_CLICK: (
        {"campaign": "a"},
        {"campaign": "a", "seconds_after_delivery": 2},
        {"campaign": "b", "delivered_at": (BEGIN + 30 * HOUR).isoformat()},
        {"campaign": "b", "delivered_at": (BEGIN + 30 * HOUR - HOUR / 1000).isoformat()},
    ),
    SignalKind.CUSTOM: ({"name": "Email Opened"}, {"name": "trial"}, {"name": "trial", "n": True}),
}
_DURATIONS = ("1h", "12h", "1d", "7d", "14d", "30d")
_MOMENTS = ("2026-01-20", "2026-02-01T12:00:00+09:00", "2027-01-01", "soon")

moments = st.integers(0, 59 * 24).map(lambda hours: BEGIN + hours * HOUR)
_durations = st.sampled_from(_DURATIONS)


@st.composite
def _signals(draw: st.DrawFn) -> tuple[Signal, ...]:
    found = []
    for number in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(tuple(_SAID)))
        happened = draw(moments)
        late = draw(st.sampled_from((0, 0, 0, 0, 1, 30, 500)))
        found.append(
            Signal(
                str(number),
                draw(st.sampled_from(("web", "app"))),
                kind,
                happened,
                draw(st.sampled_from((None, None, "s1", "s2"))),
                draw(st.sampled_from(_SAID[kind])),
                happened + late * HOUR,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.occurred_at, one.source, one.id)))


_facts = st.fixed_dictionaries(
    {},
    optional={
        "employees": st.sampled_from((10, 200, "250", 3.5, None, True)),
        "title": st.sampled_from(("CEO", "ceo ", "Intern", "", None)),
        "email": st.sampled_from(("a@acme.example", "b@mail.test", None)),
        "phone": st.sampled_from(("0312345678", None)),
        "trial": st.sampled_from(_MOMENTS),
    },
)


@st.composite
def pasts(draw: st.DrawFn, number: int = 0) -> tuple[Past, LeadHistory]:
    """A lead with its handoffs and its history."""
    told = draw(st.lists(st.tuples(moments, _facts), min_size=0, max_size=3))
    descriptions = [Description(at, facts) for at, facts in told]
    signals = draw(_signals())
    history = LeadHistory(f"ld_{number}", descriptions, signals)
    news = history.arrivals()
    opened = draw(st.lists(st.sampled_from(news) if news else moments, max_size=2, unique=True))
    opened += draw(st.lists(moments, max_size=1))
    handoffs = [Passed(at, at + HOUR) for at in sorted(opened) if at <= END]
    return Past(history.lead_id, f"Lead {number}", handoffs), history


_filters: st.SearchStrategy[Tree] = st.sampled_from(
    (
        {"signal": "page"},
        {"signal": "page", "path_glob": "/pricing*"},
        {"signal": "page", "path_glob": ["/pricing", "/careers"]},
        {"signal": "form", "form": {"in": ["demo"], "fold": True}},
        {"signal": "form", "form": "demo"},
        {"signal": "download"},
        {"signal": "download", "where": {"pages": {"gte": 10}}},
        {"signal": "email_click"},
        {"signal": "custom", "name": "trial"},
        {"signal": "any"},
        {"signal": "any", "where": {"source": "app"}},
    )
)
_attributes: st.SearchStrategy[Tree] = st.sampled_from(
    (
        {"attr": "employees", "gte": 200},
        {"attr": "employees", "lt": 100},
        {"attr": "employees", "eq": True},
        {"attr": "title", "eq": "ceo", "fold": True},
        {"attr": "title", "missing": True},
        {"attr": "title", "not_in": ["Intern"]},
        {"attr": "email", "domain_in": ["acme.example"]},
        {"attr": "trial", "since": "14d"},
        {"attr": "trial", "since": "2026-01-25"},
        {"reachable": True},
        {"reachable": False},
    )
)


@st.composite
def _counts(draw: st.DrawFn) -> Tree:
    tree: Tree = {"count": draw(_filters), "gte": draw(st.integers(1, 3))}
    if draw(st.booleans()):
        tree["within"] = draw(_durations)
    tree["distinct"] = draw(st.sampled_from(("event", "day", "session", "path", "pages")))
    return tree


@st.composite
def _seen(draw: st.DrawFn) -> Tree:
    within = {"within": draw(_durations)} if draw(st.integers(0, 3)) == 0 else {}
    return {**draw(_filters), **within}


@st.composite
def _silences(draw: st.DrawFn) -> Tree:
    return {"no_signal": draw(_filters), "within": draw(_durations)}


def _joined(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda all: {"all": all}),
        several.map(lambda any: {"any": any}),
        parts.map(lambda part: {"not": part}),
    )


_leaves = st.one_of(_seen(), _seen(), _seen(), _attributes, _attributes, _counts(), _silences())
_conditions = st.one_of(_leaves, st.recursive(_leaves, _joined, max_leaves=4))
_outcomes: st.SearchStrategy[Tree] = st.sampled_from(
    (
        {"band": "hot"},
        {"hot": True},
        {"group": "doing", "gte": 20},
        {"group": "doing", "gt": 0, "lte": 30},
        {"any": [{"band": "hot"}, {"band": "warm"}], "and": {"reachable": True}},
        {"any": [{"band": "hot"}, {"hot": True}], "and": {"group": "who", "gte": 0}},
    )
)
_DECAYS: tuple[Tree, ...] = (
    {},
    {},
    {"decay": {"half_life": "7d"}},
    {"decay": {"linear": "50%/10d"}},
    {"decay": {"linear": "100%/20d"}},
    {"decay": {"half_life": "3d", "quiet": "7d"}},
)
_BOUNDS: tuple[Tree, ...] = ({}, {}, {"max": 30}, {"min": -10, "max": 12.5}, {"min": 0})


@st.composite
def _rules(draw: st.DrawFn, number: int) -> Tree:
    rule: Tree = {
        "id": f"r{number}",
        "group": draw(st.sampled_from(("who", "doing", "doing"))),
        "points": draw(st.sampled_from((5, 10, 15, 25, 12.5, 0.1, 2.675, -10))),
        "why": "so",
        "when": draw(_conditions),
        **draw(st.sampled_from(_BOUNDS)),
    }
    if draw(st.booleans()):
        rule["share"] = True
    limit: Any = draw(st.sampled_from((None, None, {"times": 1}, {"times": 2}, "per", "per")))
    if limit == "per":
        limit = {"times": draw(st.integers(1, 3)), "per": draw(_durations)}
    return {**rule, "limit": limit} if limit else rule


@st.composite
def _resets(draw: st.DrawFn) -> list[Tree]:
    if draw(st.integers(0, 3)):
        return []
    found: Tree = {"id": "reset"}
    if draw(st.booleans()):
        found["group"] = ["doing"]
    if draw(st.booleans()):
        return [{**found, "attr": "trial"}]
    return [{**found, "when": draw(_conditions)}]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A definition with any of what can be written."""
    matrix = draw(st.integers(0, 3)) == 0
    tree: Tree = {
        "schema": 1,
        "name": "Chance",
        "score": draw(st.sampled_from(({"min": 0, "max": 100}, {"min": -20, "max": 55.5}, {}))),
        "bands": {"hot": 30, "warm": 12},
        "hysteresis": draw(st.sampled_from(({}, {"leave_hot_below": 20}))),
        "mail": draw(st.sampled_from(({}, {"opens": True, "machine_within": "1m"}))),
        "groups": {
            "who": {"kind": "fit", **draw(st.sampled_from(_BOUNDS))},
            "doing": {
                "kind": "engagement",
                **draw(st.sampled_from(_BOUNDS)),
                **draw(st.sampled_from(_DECAYS)),
            },
        },
        "rules": [draw(_rules(number)) for number in range(draw(st.integers(1, 5)))],
        "reset": draw(_resets()),
        "exclude": _named(draw(st.lists(_conditions, max_size=draw(st.integers(0, 1)))), "x"),
        "hot": _named(draw(st.lists(_conditions, max_size=2)), "h"),
        "qualify": {"when": draw(st.one_of(_outcomes, _conditions))},
    }
    if matrix:
        tree["matrix"] = {"fit": {"A": 10, "B": 0}, "engagement": {"1": 20, "2": 5.5}}
        tree["bands"]["hot_grades"] = ["A1"]
        tree["bands"]["warm_grades"] = ["B1", "A2"]
        if draw(st.booleans()):
            tree["qualify"] = {"when": {"grade": ["A1", "B1"]}}
    return parse({key: part for key, part in tree.items() if part != []})


def _named(conditions: list[Tree], letter: str) -> list[Tree]:
    return [{"id": f"{letter}{n}", "when": when} for n, when in enumerate(conditions)]


def renamed(case: tuple[Past, LeadHistory], number: int) -> tuple[Past, LeadHistory]:
    """The same past of somebody else."""
    past, history = case
    return replace(past, lead_id=f"ld_{number}"), replace(history, lead_id=f"ld_{number}")
