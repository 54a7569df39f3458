"""What two definitions say otherwise: each part named once, the weightiest first."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from core.domain.definition import default, load, parse
from core.domain.difference import Change, Difference, Subject, diff
from core.domain.phrase import Phrase, PhraseKind
from tests.core.rulebooks import rule, written

PAGE = {"signal": "page"}
BASE = written(
    rule("page", 5, PAGE),
    rule("form", 20, {"signal": "form"}, limit={"times": 1, "per": "7d"}),
    groups={"all": {"kind": "engagement", "max": 60, "decay": {"half_life": "14d"}}},
    hot=[{"id": "demo", "why": "asked for a demo", "when": {"signal": "form", "form": "demo"}}],
    exclude=[{"id": "staff", "when": {"attr": "email", "domain_in": "us.example"}}],
    hysteresis={"leave_hot_below": 60, "requalify_after": "30d"},
    matrix={"fit": {"A": 40, "B": 0}, "engagement": {"1": 30, "2": 0}},
    reset=[{"id": "left", "attr": "left_at"}],
    journey=[
        {"phase": "awareness", "when": {"signal": "any"}, "offer": "a talk"},
        {"phase": "decision", "when": {"signal": "form"}},
    ],
    nurturing={
        "offers": [{"id": "book", "name": "a book"}, {"id": "talk", "name": "a talk"}],
        "tracks": [
            {"id": "late", "name": "later", "reasons": "timing", "offers": ["book", "talk"]},
            {"id": "all", "name": "everybody", "offers": "talk"},
        ],
    },
)


def changed(place: str, value: object) -> dict[str, Any]:
    tree = copy.deepcopy(BASE)
    at: Any = tree
    *way, last = (int(step) if step.isdigit() else step for step in place.split("."))
    for step in way:
        at = at[step]
    at[last] = value
    return tree


def between(old: dict[str, Any], new: dict[str, Any]) -> tuple[Difference, ...]:
    return diff(parse(old), parse(new))


@pytest.mark.parametrize(
    ("at", "value", "place", "before", "after"),
    [
        ("rules.0.points", 8, "rules.page.points", 5, 8),
        ("rules.0.why", "a page", "rules.page.why", Phrase(PhraseKind.SAID, why={"": "page"}),
         Phrase(PhraseKind.SAID, why={"": "a page"})),
        ("rules.0.max", 9, "rules.page.max", None, 9),
        ("rules.0.share", True, "rules.page.share", "off", "on"),
        ("rules.1.limit", {"times": 2}, "rules.form.limit",
         Phrase(PhraseKind.LIMIT, number=1, span=timedelta(days=7)),
         Phrase(PhraseKind.LIMIT, number=2)),
        ("bands.hot", 75, "bands.hot", 70, 75),
        ("bands.hot_grades", ["A2", "A1"], "bands.hot_grades", None,
         Phrase(PhraseKind.NAMED, texts=("A1", "A2"))),
        ("matrix.fit.A", 45, "matrix.fit.A", 40, 45),
        ("hysteresis.requalify_after", "60d", "hysteresis.requalify_after",
         timedelta(days=30), timedelta(days=60)),
        ("hysteresis.leave_hot_below", 50, "hysteresis.leave_hot_below", 60, 50),
        ("groups.all.max", 50, "groups.all.max", 60, 50),
        ("groups.all.decay", {"linear": "50%/30d", "quiet": "30d"}, "groups.all.decay",
         Phrase(PhraseKind.HALF_LIFE, span=timedelta(days=14)),
         Phrase(PhraseKind.LINEAR, number=50, span=timedelta(days=30), quiet=timedelta(days=30))),
        ("score.max", 200, "score.max", 1000, 200),
        ("mail", {"opens": True}, "mail.opens", "off", "on"),
        ("qualify.when", {"hot": True}, "qualify.when",
         Phrase(PhraseKind.BAND, name="hot"), Phrase(PhraseKind.HOT)),
        ("journey.0.offer", "a book", "journey.awareness.offer",
         Phrase(PhraseKind.SAID, why={"": "a talk"}), Phrase(PhraseKind.SAID, why={"": "a book"})),
        ("reset.0.group", "all", "reset.left.group", None,
         Phrase(PhraseKind.NAMED, texts=("all",))),
        ("nurturing.tracks.0.offers", ["talk", "book"], "tracks.late.sends",
         Phrase(PhraseKind.NAMED, texts=("book", "talk")),
         Phrase(PhraseKind.NAMED, texts=("talk", "book"))),
        ("nurturing.tracks.0.phases", "decision", "tracks.late.phases", None,
         Phrase(PhraseKind.NAMED, texts=("decision",))),
        ("nurturing.offers.0.link", "https://x.example/", "offers.book.link", None,
         "https://x.example/"),
        ("nurturing.offers.1.name", "the talk", "offers.talk.title",
         Phrase(PhraseKind.SAID, why={"": "a talk"}),
         Phrase(PhraseKind.SAID, why={"": "the talk"})),
        ("name", "new", "name", "test", "new"),
    ],
)  # fmt: skip
def test_each_change_is_named_once_with_before_and_after(
    at: str, value: object, place: str, before: object, after: object
) -> None:
    (found,) = between(BASE, changed(at, value))
    assert (found.change, found.place) == (Change.CHANGED, place)
    assert (found.before, found.after) == (before, after)
    (back,) = between(changed(at, value), BASE)
    assert (back.before, back.after) == (after, before)


def test_a_changed_condition_is_told_as_phrases_and_by_its_reason() -> None:
    (found,) = between(BASE, changed("hot.0.when.form", "trial"))
    assert (found.subject, found.aspect, found.why) == ("hot", "when", {"": "asked for a demo"})
    assert isinstance(found.before, Phrase)
    assert found.before.parts[0].parts[0].texts == ("demo",)


def test_a_condition_that_looks_alike_but_folds_case_is_a_change() -> None:
    (found,) = between(BASE, changed("hot.0.when.fold", True))
    assert found.place == "hot.demo.when"
    assert found.before != found.after


def test_parts_that_come_and_go_are_told_with_what_speaks_for_them() -> None:
    new = changed("rules", [*BASE["rules"][:1], rule("download", 15, {"signal": "download"})])
    gone, come = sorted(between(BASE, new), key=lambda one: one.change, reverse=True)
    assert (gone.change, gone.id, gone.before, gone.after) == ("removed", "form", 20, None)
    assert (come.change, come.id, come.before, come.after) == ("added", "download", None, 15)
    assert come.why == {"": "download"}


def test_another_order_of_rules_is_a_change_because_the_first_takes_a_signal() -> None:
    (found,) = between(BASE, changed("rules", BASE["rules"][::-1]))
    assert found.place == "groups.all.order"
    assert found.after == Phrase(PhraseKind.NAMED, texts=("form", "page"))


def test_the_weightiest_comes_first_and_mere_words_come_last() -> None:
    new = changed("rules.0.why", "a page") | {"bands": {"hot": 75, "warm": 40}}
    new["rules"] = [new["rules"][0] | {"points": 6}, BASE["rules"][1] | {"points": 40}]
    places = [one.place for one in between(BASE, new)]
    assert places == ["bands.hot", "rules.form.points", "rules.page.points", "rules.page.why"]


def test_what_is_only_written_otherwise_is_no_difference() -> None:
    limit = {"times": 1, "per": "ever"}
    assert between(changed("rules.0.limit", limit), changed("rules.0.limit", {"times": 1})) == ()
    shipped = load(default())
    assert diff(shipped, shipped) == ()


def test_from_nothing_in_common_everything_is_told() -> None:
    found = diff(parse(BASE), load(default()))
    assert {one.subject for one in found} >= {Subject.RULE, Subject.HOT, Subject.GROUP}
    assert len({one.place for one in found}) == len(found)
