"""What every store promises of whom a lead is offered to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.domain.handoff import Handoff
from core.domain.routing import Considered, Mode, Receipt, Skip
from core.ports import Person, Store
from tests.builders import NOW, TEAM, a_lead, an_offer

RECEIPT = Receipt("japan", Mode.ROUND_ROBIN, (Considered("U1", Skip.AWAY), Considered("U2", None)))


def kept(store: Store, **parts: Any) -> Handoff:
    change = an_offer()
    assert change.handoff is not None
    with store.write(TEAM) as unit:
        assert unit.record(replace(change, handoff=replace(change.handoff, **parts)), at=NOW)
    with store.read(TEAM) as view:
        handoff = view.handoff("ho_1")
    assert handoff is not None
    return handoff


def test_a_handoff_is_offered_to_whoever_is_first(store: Store) -> None:
    handoff = kept(store)
    assert (handoff.asked, handoff.receipt, handoff.waiting_since) == (None, None, NOW)


def test_whom_it_is_offered_to_and_how_it_came_to_them_is_kept(store: Store) -> None:
    earlier = NOW - timedelta(hours=3)
    handoff = kept(store, asked="U2", receipt=RECEIPT, waiting_since=earlier)
    assert (handoff.asked, handoff.receipt) == ("U2", RECEIPT)
    assert (handoff.waiting_since, handoff.opened_at) == (earlier, NOW)


def test_somebody_else_may_be_asked_and_the_receipt_stays(store: Store) -> None:
    handoff = kept(store, asked="U2", receipt=RECEIPT)
    with store.write(TEAM) as unit:
        lead = unit.lead("ld_1")
        assert lead is not None
        passed_on = replace(an_offer(), lead=lead, handoff=replace(handoff, asked="U3"))
        assert unit.record(replace(passed_on, entries=(), intents=()), at=NOW)
    with store.read(TEAM) as view:
        assert view.handoff("ho_1") == replace(handoff, asked="U3", version=2)


def test_whose_turn_it_is_is_kept(store: Store) -> None:
    with store.read(TEAM) as view:
        assert view.turns() == {}
    for turns in ({"": {"U1": 1}}, {"": {"U1": 1, "U2": 1}, "japan": {"U3": 7}}):
        with store.write(TEAM) as unit:
            unit.hold_turns([])
            unit.keep_turns(turns)
        with store.read(TEAM) as view:
            assert view.turns() == turns


def test_a_turn_that_was_given_in_vain_is_not_kept(store: Store) -> None:
    with suppress(ZeroDivisionError), store.write(TEAM) as unit:
        unit.hold_turns([])
        unit.keep_turns({"": {"U1": 1}})
        raise ZeroDivisionError
    with store.read(TEAM) as view:
        assert view.turns() == {}


def test_how_many_leads_each_was_asked_to_take_is_counted(store: Store) -> None:
    for number, (asked, ago) in enumerate([("U1", 0), ("U1", 1), ("U1", 5), ("U2", 1)]):
        change = an_offer(a_lead(f"ld_{number}"), at=NOW - timedelta(hours=ago))
        assert change.handoff is not None
        with store.write(TEAM) as unit:
            named = replace(change, handoff=replace(change.handoff, asked=asked))
            assert unit.record(named, at=NOW)
    since = NOW - timedelta(hours=2)
    with store.read(TEAM) as view:
        assert view.asked_since({"U1": since, "U2": NOW, "U3": since}) == {"U1": 2}
        assert view.asked_since({}) == {}


def test_of_several_people_those_are_told_whom_slack_told_of(store: Store) -> None:
    ann, ben = (Person(id, id, "ja", NOW, timezone="Asia/Tokyo") for id in ("U1", "U2"))
    with store.write(TEAM) as unit:
        unit.keep_person(ann)
        unit.keep_person(ben)
    with store.read(TEAM) as view:
        assert view.people({"U1", "U2", "U3"}) == {"U1": ann, "U2": ben}
        assert view.people(()) == {}
