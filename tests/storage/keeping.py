"""Steps that the trials of a store share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.domain.handoff import Change, accept, reject
from core.domain.intents import Intent, IntentKind
from core.domain.lead import Lead
from core.domain.log import Door, Record
from core.ports import Errand, Store
from tests.builders import NOW, TEAM

LEASE = timedelta(seconds=30)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
OTHER = "T02"


def record(store: Store, *changes: Change, at: datetime = NOW, workspace: str = TEAM) -> None:
    with store.write(workspace) as unit:
        for change in changes:
            assert unit.record(change, at=at)


def enqueue(store: Store, *intents: Intent, at: datetime = NOW) -> None:
    with store.write(TEAM) as unit:
        unit.enqueue(intents, at=at)


def card(subject: str = "ho_1", *, lane: str | None = None) -> Intent:
    return Intent(IntentKind.CARD, subject, lane or subject)


def claim(store: Store, *, at: datetime = NOW, limit: int = 10) -> Sequence[Errand]:
    return store.outbox.claim(now=at, lease=LEASE, limit=limit)


def claim_one(store: Store, *, at: datetime = NOW) -> Errand:
    [errand] = claim(store, at=at)
    return errand


def accepted(
    store: Store, handoff_id: str = "ho_1", *, by: str = "U1", at: datetime = NOW
) -> Change:
    with store.read(TEAM) as view:
        case = view.case(handoff_id)
    assert case is not None
    change = accept(case, by=by, at=at, door=Door.BUTTON)
    assert isinstance(change, Change)
    return change


def rejected(store: Store, handoff_id: str = "ho_1", **why: Any) -> Change:
    with store.read(TEAM) as view:
        case = view.case(handoff_id)
    assert case is not None
    reasons = {"reason": "no_need", **why}
    change = reject(case, by="U1", at=NOW, door=Door.MODAL, **reasons)
    assert isinstance(change, Change)
    return change


def lead_in(store: Store, id: str = "ld_1", workspace: str = TEAM) -> Lead | None:
    with store.read(workspace) as view:
        return view.lead(id)


def log_of(store: Store, lead_id: str = "ld_1") -> Sequence[Record]:
    with store.read(TEAM) as view:
        return view.records(lead_id)
