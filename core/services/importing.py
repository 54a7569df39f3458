"""Bring in many leads, their past and their behaviour at once, batch by batch.

The same rows again change nothing, so whatever was interrupted is simply done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.desk import Desk
from core.domain.draft import clean_identity, clean_signal, cleaned
from core.domain.handoff import Change
from core.domain.past import clean_past
from core.errors import Invalid
from core.ports import Unit, View
from core.services.batch import Batch, Fault, LeadRow, Manner, Row, SignalRow, Tally
from core.services.reminding import announce

__all__ = ["Fault", "LeadRow", "Manner", "SignalRow", "Taken", "Tally", "bring_in"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch after it was brought in; a row with a fault stayed out."""

    tally: Tally
    faults: tuple[Fault, ...]


def bring_in(
    desk: Desk, workspace: str, rows: Sequence[Row], *, manner: Manner, dry: bool = False
) -> Taken:
    """Bring in a batch in one transaction, each lead scored once, at its end.

    A `dry` run keeps nothing and says what would have become of the batch. Raises Busy, and then
    nothing was kept.
    """
    good, refused = _clean(rows, desk.now())

    def heard(view: View, at: datetime) -> Batch:
        batch = Batch(view, workspace, manner, desk.new_id, at)
        batch.take(good)
        return batch

    def taken(batch: Batch) -> tuple[Taken, Sequence[Change]]:
        changes = batch.changes()
        faults = sorted((*refused, *batch.faults), key=lambda fault: fault.line)
        tally = replace(batch.tally, rows=len(rows), refused=len(faults))
        return Taken(tally, tuple(faults)), changes

    def work(unit: Unit, at: datetime) -> Taken:
        batch = heard(unit, at)
        if batch.asks_by_name:
            unit.hold_turns(batch.known)
        outcome, changes = taken(batch)
        batch.asking.keep(unit)
        if changes:
            unit.record_all(changes, at=at)
        for change in changes:
            announce(unit, change, at=at)
        return outcome

    if not dry:
        return desk.change(workspace, work)
    with desk.read(workspace) as view:
        outcome, _ = taken(heard(view, desk.now()))
        return outcome


def _clean(rows: Iterable[Row], at: datetime) -> tuple[list[Row], list[Fault]]:
    """The rows in the form that we keep, and what is wrong with the others."""
    good: list[Row] = []
    refused: list[Fault] = []
    for row in rows:
        try:
            good.append(_cleaned(row, at))
        except Invalid as fault:
            refused.append(Fault(row.line, fault.field.removeprefix("."), fault.detail))
    return good, refused


def _cleaned(row: Row, at: datetime) -> Row:
    match row:
        case LeadRow(line, draft, past):
            return LeadRow(line, cleaned(draft, at=at), past and clean_past(past, at=at))
        case SignalRow(line, identity, signal):
            kept = clean_signal("", signal, at=at)
            known_at_once = replace(kept, received_at=kept.occurred_at)
            return SignalRow(line, clean_identity(identity), known_at_once)
