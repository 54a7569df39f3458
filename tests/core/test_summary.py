"""A definition in short: what is told of it, as values that any language can say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.clause import Clause
from core.domain.condition import condition
from core.domain.definition import default, load
from core.domain.phrase import Phrase, PhraseKind, phrase
from core.domain.summary import summary
from tests.core.rulebooks import rule, rulebook

SHIPPED = load(default())
GRADED = {
    "groups": {"who": {"kind": "fit"}, "all": {"kind": "engagement"}},
    "matrix": {"fit": {"A": 40, "B": 0}, "engagement": {"1": 30, "2": 0}},
}


def said(**written: object) -> Phrase:
    return phrase(condition(Clause("when", written)))


def test_what_is_hot_is_the_band_and_every_criterion_in_its_own_words() -> None:
    points, *criteria = summary(SHIPPED).hot
    assert points == Phrase(PhraseKind.POINTS, number=70)
    assert [one.why["en"] for one in criteria] == [
        "pricing page 3 times in 7 days",
        "asked for a demo",
        "downloaded the price list or buyer's guide",
    ]


def test_warm_cold_mql_and_the_cool_off_are_told() -> None:
    short = summary(SHIPPED)
    assert short.warm == (Phrase(PhraseKind.POINTS, number=40),)
    assert short.cold == (Phrase(PhraseKind.BELOW, number=40),)
    assert short.stays_hot_from == 60
    assert short.cools_off == timedelta(days=30)
    either = Phrase(
        PhraseKind.ANY, parts=(Phrase(PhraseKind.BAND, name="hot"), Phrase(PhraseKind.HOT))
    )
    reachable = Phrase(PhraseKind.REACHABLE)
    assert short.mql == Phrase(PhraseKind.ALL, parts=(either, reachable))
    assert [one.name for one in short.left_out] == ["do-not-contact", "throw-away-address"]
    assert [phase.id for phase in short.journey] == ["awareness", "consideration", "decision"]


def test_each_track_of_nurturing_tells_for_whom_it_is_and_what_it_sends() -> None:
    first, *_, last = summary(SHIPPED).tracks
    assert (first.id, first.reasons, first.phases) == ("not-yet", ("timing",), ())
    assert first.offers[0]["en"] == "A customer story from their industry"
    assert (last.id, last.reasons, last.phases) == ("everybody", (), ())


def test_each_group_shows_its_strongest_rules_and_how_many_more_there_are() -> None:
    engagement, fit = summary(SHIPPED, strongest=3).groups
    assert [(one.id, one.points, one.each) for one in engagement.strongest] == [
        ("engagement.demo", 40, True),
        ("engagement.attended", 25, True),
        ("engagement.form", 20, True),
    ]
    assert engagement.strongest[0].limit == Phrase(
        PhraseKind.LIMIT, number=1, span=timedelta(days=7)
    )
    assert engagement.forgets == Phrase(PhraseKind.HALF_LIFE, span=timedelta(days=14))
    assert [one.points for one in fit.strongest] == [-30, 25, 25]
    assert (engagement.others, fit.others) == (5, 4)


def test_grades_lead_to_bands_in_the_order_of_the_matrix() -> None:
    bands = {"hot_grades": ["B1", "A1"], "warm_grades": "A2", "warm": 50}
    short = summary(rulebook(bands=bands, **GRADED))
    assert short.hot == (Phrase(PhraseKind.GRADE, texts=("A1", "B1")),)
    assert short.warm == (
        Phrase(PhraseKind.POINTS, number=50),
        Phrase(PhraseKind.GRADE, texts=("A2",)),
    )
    assert short.cold == (Phrase(PhraseKind.REST),)


def test_a_reset_is_told_with_the_groups_that_it_sets_back() -> None:
    reset = {"id": "left", "why": "left the company", "group": "all", "attr": "left_at"}
    (told,) = summary(rulebook(reset=[reset])).resets
    assert (told.why, [part.name for part in told.parts]) == ({"": "left the company"}, ["all"])


@pytest.mark.parametrize(
    ("written", "kind", "inner"),
    [
        ({"attr": "a", "eq": True}, "attribute", [("is", ("true",), None)]),
        ({"attr": "a", "not_in": ["x", 2]}, "attribute", [("is_not", ("x", "2"), None)]),
        ({"attr": "a", "gte": 1, "lt": 5}, "attribute", [("gte", (), 1), ("lt", (), 5)]),
        ({"attr": "a", "gt": 1, "lte": 5}, "attribute", [("gt", (), 1), ("lte", (), 5)]),
        ({"attr": "a", "exists": True}, "attribute", [("exists", (), None)]),
        ({"attr": "a", "missing": True}, "attribute", [("missing", (), None)]),
        ({"attr": "a", "contains": "x"}, "attribute", [("contains", ("x",), None)]),
        ({"attr": "a", "domain_in": "x.example"}, "attribute", [("domain", ("x.example",), None)]),
        ({"attr": "a", "since": "30d"}, "attribute", [("within", (), None)]),
        ({"attr": "a", "since": "2025-04-01"}, "attribute",
         [("since", ("2025-04-01T00:00:00+00:00",), None)]),
        ({"signal": "page", "path_glob": "/p*"}, "seen", [("property", (), None)]),
        ({"no_signal": "any", "within": "30d"}, "silence", []),
        ({"not": {"reachable": False}}, "not", [("unreachable", (), None)]),
    ],
)  # fmt: skip
def test_every_condition_can_be_said(
    written: dict[str, object], kind: str, inner: list[tuple[str, tuple[str, ...], float | None]]
) -> None:
    found = said(**written)
    assert found.kind == kind
    assert [(part.kind, part.texts, part.number) for part in found.parts] == inner


def test_a_count_says_how_often_of_what_and_within_which_time() -> None:
    found = said(
        count={"signal": "page", "path": "/pricing"}, gte=3, within="7d", distinct="session"
    )
    assert (found.kind, found.name, found.number) == ("count", "page", 3)
    assert (found.span, found.unit) == (timedelta(days=7), "session")
    (path,) = found.parts
    assert (path.name, path.parts[0].texts) == ("path", ("/pricing",))


def test_a_rule_that_counts_once_says_so() -> None:
    once = rule("often", 9, {"count": {"signal": "page"}, "gte": 3})
    each = rule("vip", 8, {"all": [{"attr": "vip", "eq": True}, {"signal": "form"}]})
    (group,) = summary(rulebook(once, each)).groups
    assert [(one.id, one.each) for one in group.strongest] == [("often", False), ("vip", True)]
