"""What every store promises of whom a lead is offered to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.domain.handoff import Handoff
from core.domain.routing import Considered, Mode, Receipt, Skip
from core.ports import Store
from tests.builders import NOW, TEAM, an_offer

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
