"""The stage log: whatever is done to it afterwards is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.chain import Link
from core.domain.log import (
    GENESIS,
    Door,
    End,
    Entry,
    Fault,
    Record,
    faults,
    remark_of,
    seal,
)
from core.domain.stages import Stage, Verb, after, verbs_from
from tests.builders import LABEL, NOW

Log = list[Record]
SALT = "5a17"


def an_entry(lead_id: str, verb: Verb, stands: Stage | None, **parts: Any) -> Entry:
    to_stage = Stage.MQL if verb is Verb.UNDO else after(stands, verb)
    assert to_stage is not None
    handoff_id = None if verb is Verb.CAPTURE else f"ho_{lead_id}"
    entry = Entry(lead_id, handoff_id, stands, to_stage, verb, "U0REP", Door.BUTTON, NOW)
    return replace(entry, definition=LABEL, **parts)


def chained(entries: list[Entry]) -> Log:
    log: Log = []
    for seq, entry in enumerate(entries, start=1):
        log.append(
            seal(
                entry,
                seq=seq,
                recorded_at=NOW + timedelta(seconds=seq),
                remark=remark_of(entry.comment, SALT) if entry.comment else None,
                previous=log[-1].digest if log else GENESIS,
                salt=SALT if entry.comment else None,
            )
        )
    return log


def stages_of(log: Log) -> Mapping[str, Stage]:
    return {record.entry.lead_id: record.entry.to_stage for record in log}


def end_of(log: Log) -> End:
    return End(log[-1].seq, log[-1].digest) if log else End()


def a_log() -> Log:
    """Two leads: one sent back with a comment, taken back and accepted; one still waiting."""
    return chained(
        [
            an_entry("ld_1", Verb.CAPTURE, None),
            an_entry("ld_2", Verb.CAPTURE, None),
            an_entry("ld_1", Verb.QUALIFY, Stage.NEW),
            an_entry("ld_1", Verb.REJECT, Stage.MQL, reason="other", comment="Not now"),
            an_entry("ld_2", Verb.QUALIFY, Stage.NEW),
            an_entry("ld_1", Verb.UNDO, Stage.NURTURING),
            an_entry("ld_1", Verb.ACCEPT, Stage.MQL),
        ]
    )


WHOLE = a_log()
PLACES = range(len(WHOLE))


def found(log: Log) -> list[Fault]:
    """What the check finds in `log`, given where the leads stand and where it should end."""
    return list(faults(log, stages_of(WHOLE), end=end_of(WHOLE)))


def replaced(place: int, record: Record) -> Log:
    return [*WHOLE[:place], record, *WHOLE[place + 1 :]]


def test_a_log_as_it_was_written_holds() -> None:
    assert found(WHOLE) == []


def test_an_empty_log_of_nobody_holds() -> None:
    assert list(faults([], {}, end=End())) == []


def test_a_lead_without_a_log_is_found() -> None:
    assert [fault.problem for fault in faults([], {"ld_1": Stage.NEW})] == [
        "lead ld_1: the log ends in None, it is in new"
    ]


# Every single field edited

OTHER: dict[str, Callable[[Any], Any]] = {
    "lead_id": lambda known: "ld_2" if known == "ld_1" else "ld_1",
    "handoff_id": lambda known: f"{known}x",
    "from_stage": lambda known: Stage.SAL if known is not Stage.SAL else Stage.MQL,
    "to_stage": lambda known: Stage.SAL if known is not Stage.SAL else Stage.MQL,
    "verb": lambda known: Verb.ACCEPT if known is not Verb.ACCEPT else Verb.REJECT,
    "actor": lambda known: "U0ELSE",
    "door": lambda known: Door.API,
    "occurred_at": lambda known: known + timedelta.resolution,
    "reason": lambda known: "spam" if known else "no_need",
    "comment": lambda known: f"{known}!",
    "definition": lambda known: None,
    "due_at": lambda known: NOW,
    "seq": lambda known: known + 1,
    "recorded_at": lambda known: known - timedelta.resolution,
    "remark": lambda known: remark_of("Very good", SALT),
    "previous": lambda known: known[::-1] if known != GENESIS else "f" * 64,
    "digest": lambda known: known[::-1],
}


def test_every_field_is_edited_below() -> None:
    every = {part.name for kind in (Entry, Link) for part in fields(kind)}
    assert every - {"entry", "salt"} == OTHER.keys()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", OTHER)
def test_an_edited_field_is_found(name: str, place: int) -> None:
    record = WHOLE[place]
    if name in {part.name for part in fields(Entry)}:
        new = OTHER[name](getattr(record.entry, name))
        edited = replace(record, entry=replace(record.entry, **{name: new}))
    else:
        edited = replace(record, **{name: OTHER[name](getattr(record, name))})
    assert edited != record
    assert found(replaced(place, edited))


@pytest.mark.parametrize("place", PLACES)
def test_an_edited_row_that_was_sealed_anew_is_found(place: int) -> None:
    record = WHOLE[place]
    forged = seal(
        replace(record.entry, actor="U0ELSE"),
        seq=record.seq,
        recorded_at=record.recorded_at,
        remark=record.remark,
        previous=record.previous,
        salt=record.salt,
    )
    assert found(replaced(place, forged))


def test_a_chain_that_was_forged_to_its_end_does_not_reach_the_end_that_was_remembered() -> None:
    entries = [record.entry for record in WHOLE]
    forged = chained([replace(entries[0], actor="U0ELSE"), *entries[1:]])
    assert list(faults(forged, stages_of(forged))) == []
    assert [fault.seq for fault in found(forged)] == [len(WHOLE)]


# Rows removed, doubled, swapped, inserted


@pytest.mark.parametrize("place", PLACES)
def test_a_removed_row_is_found(place: int) -> None:
    assert found([*WHOLE[:place], *WHOLE[place + 1 :]])


@pytest.mark.parametrize("left", range(len(WHOLE)))
def test_missing_last_rows_are_found(left: int) -> None:
    assert found(WHOLE[:left])


def test_even_last_rows_that_lead_back_to_where_the_lead_stood_are_missed() -> None:
    entries = [record.entry for record in WHOLE]
    log = chained([*entries, an_entry("ld_1", Verb.UNDO, Stage.SAL)])
    shorter = log[:-2]  # the acceptance and its undo
    assert list(faults(shorter, stages_of(log))) == []
    assert list(faults(shorter, stages_of(log), end=end_of(log)))


@pytest.mark.parametrize("place", PLACES)
def test_a_missing_row_in_numbers_that_were_mended_is_found(place: int) -> None:
    rest = [*WHOLE[:place], *WHOLE[place + 1 :]]
    assert found([replace(record, seq=seq) for seq, record in enumerate(rest, start=1)])


@pytest.mark.parametrize("place", PLACES)
def test_a_doubled_row_is_found(place: int) -> None:
    assert found([*WHOLE[: place + 1], WHOLE[place], *WHOLE[place + 1 :]])


@pytest.mark.parametrize("one", PLACES)
@pytest.mark.parametrize("other", PLACES)
def test_swapped_rows_are_found(one: int, other: int) -> None:
    log = list(WHOLE)
    log[one], log[other] = log[other], log[one]
    assert bool(found(log)) is (one != other)


@pytest.mark.parametrize("place", [*PLACES, len(WHOLE)])
def test_an_inserted_row_is_found(place: int) -> None:
    previous = WHOLE[place - 1].digest if place else GENESIS
    entry = an_entry("ld_3", Verb.CAPTURE, None)
    new = seal(entry, seq=place + 1, recorded_at=NOW, remark=None, previous=previous)
    assert found([*WHOLE[:place], new, *WHOLE[place:]])


# Comments


def test_a_comment_can_be_forgotten_and_the_log_still_holds() -> None:
    (place,) = (n for n in PLACES if WHOLE[n].entry.comment)
    record = WHOLE[place]
    forgotten = replace(record, entry=replace(record.entry, comment=None), salt=None)
    assert found(replaced(place, forgotten)) == []


def test_a_comment_without_its_salt_cannot_be_believed() -> None:
    (place,) = (n for n in PLACES if WHOLE[n].entry.comment)
    log = replaced(place, replace(WHOLE[place], salt=None))
    assert found(log) == [Fault(place + 1, "its comment was changed")]


def test_a_comment_that_nobody_wrote_is_found() -> None:
    record = WHOLE[0]
    added = replace(record, entry=replace(record.entry, comment="Ha"), salt=SALT)
    assert found(replaced(0, added)) == [Fault(1, "its comment was changed")]


def test_equal_comments_cannot_be_told_from_their_remarks() -> None:
    assert remark_of("Not now", "a") != remark_of("Not now", "b")
    assert remark_of("お断り", SALT) == remark_of("お断り", SALT)


# What it means


def test_a_lead_that_stands_elsewhere_than_its_log_says_is_found() -> None:
    moved = {**stages_of(WHOLE), "ld_2": Stage.SAL}
    assert list(faults(WHOLE, moved, end=end_of(WHOLE))) == [
        Fault(len(WHOLE), "lead ld_2: the log ends in mql, it is in sal")
    ]


def test_a_move_that_the_table_does_not_have_is_found_although_it_was_sealed() -> None:
    leap = Entry("ld_1", None, None, Stage.SAL, Verb.CAPTURE, "api", Door.API, NOW)
    log = chained([leap])
    assert [fault.problem for fault in faults(log, stages_of(log))] == [
        "capture does not lead to sal"
    ]


def test_a_move_from_elsewhere_than_the_lead_stood_is_found_although_it_was_sealed() -> None:
    log = chained([an_entry("ld_1", Verb.ACCEPT, Stage.MQL)])
    assert [fault.problem for fault in faults(log, stages_of(log))] == [
        "says it comes from mql, the lead was in None"
    ]


def test_the_same_instant_in_another_zone_is_the_same_content() -> None:
    tokyo = timezone(timedelta(hours=9))
    entry = an_entry("ld_1", Verb.CAPTURE, None)
    there = replace(entry, occurred_at=entry.occurred_at.astimezone(tokyo))
    sealed = [
        seal(each, seq=1, recorded_at=NOW, remark=None, previous=GENESIS) for each in (entry, there)
    ]
    assert sealed[0].digest == sealed[1].digest


def test_fields_cannot_run_into_each_other() -> None:
    entry = an_entry("ld_1", Verb.CAPTURE, None)
    pairs = [("a", "b\n"), ("a\n", "b"), ('a","', "b"), ("a", '","b')]
    digests = {
        seal(
            replace(entry, lead_id=lead_id, actor=actor),
            seq=1,
            recorded_at=NOW,
            remark=None,
            previous=GENESIS,
        ).digest
        for lead_id, actor in pairs
    }
    assert len(digests) == len(pairs)


def test_the_digest_of_a_record_stays_what_it_was_in_earlier_versions() -> None:
    """Changing this breaks the log of everybody who has one."""
    entry = Entry(
        "ld_1",
        "ho_1",
        Stage.MQL,
        Stage.NURTURING,
        Verb.REJECT,
        "U1",
        Door.MODAL,
        datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        "other",
        "いいえ",
        "v1 a1b2c3d",
    )
    remark = remark_of("いいえ", "salt")
    record = seal(entry, seq=2, recorded_at=NOW, remark=remark, previous=GENESIS)
    assert record.digest == "44a5382ef769fc8751eaf671019a69e2c3f6a7bd2f3d77c81c45791c125d0737"


# Any story


@st.composite
def stories(draw: st.DrawFn) -> Log:
    """Some leads, each moved by what the table allows, in any order."""
    stands: dict[str, Stage] = {}
    entries: list[Entry] = []
    for _ in range(draw(st.integers(1, 15))):
        lead_id = draw(st.sampled_from(["ld_1", "ld_2", "ld_3"]))
        stage = stands.get(lead_id)
        verbs = verbs_from(stage) if stage else (Verb.CAPTURE,)
        if not verbs:  # it is another lead now
            continue
        comment = draw(st.one_of(st.none(), st.text(min_size=1, max_size=5)))
        entry = an_entry(lead_id, draw(st.sampled_from(verbs)), stage, comment=comment)
        stands[lead_id] = entry.to_stage
        entries.append(entry)
    return chained(entries)


@settings(max_examples=50)
@given(stories(), st.data())
def test_any_story_holds_and_any_missing_stretch_of_it_is_found(
    log: Log, data: st.DataObject
) -> None:
    assert list(faults(log, stages_of(log), end=end_of(log))) == []
    begin = data.draw(st.integers(0, len(log) - 1))
    until = data.draw(st.integers(begin + 1, len(log)))
    assert list(faults([*log[:begin], *log[until:]], stages_of(log), end=end_of(log)))
