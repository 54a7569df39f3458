"""What a lead in nurturing is sent: its track by reason and phase, what it has left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.domain.course import Course, course, send
from core.domain.definition import Definition, default, load
from core.domain.handoff import Change, OutOfPlace
from core.domain.lead import Signal, SignalKind
from core.domain.log import Door, Entry
from core.domain.nurturing import Offer
from core.domain.reasons import REASONS, Consequence
from core.domain.stages import Stage, Verb
from tests.builders import NOW, a_lead, a_signal
from tests.core.rulebooks import rulebook

DAY = timedelta(days=1)
LEAD = a_lead(stage=Stage.NURTURING, handoff_id="ho_1")
RULES = rulebook(
    exclude=[{"id": "no", "when": {"attr": "do_not_contact", "eq": True}}],
    journey=[
        {"phase": "early", "when": {"signal": "any"}},
        {"phase": "late", "when": {"signal": "form"}},
    ],
    nurturing={
        "offers": [
            {"id": "book", "name": "a book", "document": "Book.pdf"},
            {"id": "talk", "name": "a talk", "taken": {"signal": "attended", "within": "30d"}},
            {"id": "trial", "name": "a trial"},
        ],
        "tracks": [
            {"id": "late", "name": "late", "phases": ["late"], "offers": ["trial"]},
            {"id": "timing", "name": "timing", "reasons": "timing", "offers": ["book", "talk"]},
            {"id": "one", "name": "one", "reasons": ["no_need"], "offers": ["talk", "book"]},
            {"id": "rest", "name": "rest", "offers": ["trial", "book"]},
        ],
    },
)


def moved(verb: Verb, stage: Stage, to: Stage, reason: str | None = None) -> Entry:
    return Entry("ld_1", "ho_1", stage, to, verb, "U1", Door.BUTTON, NOW - DAY, reason)


def rejected(reason: str | None) -> list[Entry]:
    return [moved(Verb.REJECT, Stage.MQL, Stage.NURTURING, reason)]


def sent(offer: str) -> Entry:
    return moved(Verb.SEND, Stage.NURTURING, Stage.NURTURING, offer)


def did(kind: SignalKind, id: str = "s", *, ago: timedelta = DAY, **properties: Any) -> Signal:
    return a_signal(id, kind=kind, occurred_at=NOW - ago, properties=properties)


def of(
    entries: list[Entry], *signals: Signal, definition: Definition = RULES, **lead: Any
) -> Course | None:
    who = a_lead(stage=Stage.NURTURING, handoff_id="ho_1", **lead)
    return course(who, entries, signals, definition, at=NOW)


def found(entries: list[Entry], *signals: Signal) -> tuple[str, str | None]:
    there = of(entries, *signals)
    assert there is not None
    return there.track.id, there.next.id if there.next else None


@pytest.mark.parametrize(
    ("reason", "track"),
    [("bad_timing", "timing"), ("not_now", "timing"), ("no_need", "one"), ("too_early", "rest"),
     ("other", "rest"), (None, "rest"), ("long_gone", "rest")],
)  # fmt: skip
def test_the_track_follows_from_the_reason_or_its_class(reason: str | None, track: str) -> None:
    assert found(rejected(reason))[0] == track


def test_the_phase_comes_before_where_its_track_does() -> None:
    assert found(rejected("bad_timing"), did(SignalKind.FORM, form="x")) == ("late", "trial")
    assert found(rejected("bad_timing"), did(SignalKind.PAGE, path="/"))[0] == "timing"


def test_what_was_downloaded_or_attended_is_not_sent_again() -> None:
    timing = rejected("bad_timing")
    assert found(timing) == ("timing", "book")
    assert found(timing, did(SignalKind.DOWNLOAD, document=" book.PDF ")) == ("timing", "talk")
    both = did(SignalKind.DOWNLOAD, document="Book.pdf"), did(SignalKind.ATTENDED, "t", name="a")
    assert found(timing, *both) == ("timing", None)
    long_ago = did(SignalKind.ATTENDED, "t", ago=31 * DAY, name="a")
    assert found(timing, both[0], long_ago) == ("timing", "talk")


def test_what_was_sent_is_not_sent_again_whatever_became_of_the_lead_since() -> None:
    assert found([*rejected("bad_timing"), sent("book")]) == ("timing", "talk")
    again = [*rejected("no_need"), sent("talk"), *rejected("bad_timing"), sent("book")]
    assert found(again) == ("timing", None)


def test_what_happens_later_than_it_is_asked_about_does_not_count() -> None:
    later = did(SignalKind.DOWNLOAD, ago=-DAY, document="book.pdf")
    assert found(rejected("bad_timing"), later) == ("timing", "book")


def test_the_last_return_counts_and_one_that_was_undone_does_not() -> None:
    undone = [
        *rejected("bad_timing"),
        moved(Verb.UNDO, Stage.NURTURING, Stage.MQL),
        *rejected("no_need"),
    ]
    assert found(undone)[0] == "one"
    assert of([moved(Verb.ACCEPT, Stage.MQL, Stage.SAL)]) is None


def test_who_does_not_want_to_be_contacted_is_sent_nothing() -> None:
    profile = a_lead().profile
    wants_peace = type(profile)(attributes={"do_not_contact": True})
    assert of(rejected("bad_timing"), profile=wants_peace) is None


def test_without_tracks_there_is_no_course() -> None:
    assert of(rejected("bad_timing"), definition=rulebook()) is None


@pytest.mark.parametrize(
    "reason",
    [one.id for one in REASONS if one.then is not Consequence.LEAVE and one.verb is Verb.REJECT],
)
def test_the_shipped_definition_has_something_for_every_reason(reason: str) -> None:
    there = of(rejected(reason), definition=load(default()))
    assert there is not None
    assert there.next is not None
    assert {"en", "ja"} <= set(there.next.name)


def test_sending_is_kept_in_the_log_and_moves_nothing() -> None:
    offer = Offer("book", {"": "a book"})
    change = send(LEAD, offer, called="a book", by="U1", at=NOW, door=Door.BUTTON)
    assert isinstance(change, Change)
    (entry,) = change.entries
    assert (entry.verb, entry.reason, entry.comment) == (Verb.SEND, "book", "a book")
    assert change.lead == LEAD


@pytest.mark.parametrize("stage", [one for one in Stage if one is not Stage.NURTURING])
def test_only_who_is_in_nurturing_is_sent_anything(stage: Stage) -> None:
    refused = send(
        a_lead(stage=stage), Offer("b", {}), called="b", by="U1", at=NOW, door=Door.BUTTON
    )
    assert refused == OutOfPlace(stage)
