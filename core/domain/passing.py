"""Passing on: a lead that one of sales will not take goes to another; the buyer's clock runs on."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.handoff import Decision, Handoff, Outcome
from core.domain.lead import Lead
from core.domain.reasons import Consequence, Reason, reason_named

_WANTED_BACK = (Consequence.WAKE, Consequence.RESUBMIT)


def had_it(chain: Iterable[Handoff], reasons: Iterable[Reason]) -> frozenset[str]:
    """Who refused a lead in its handoffs, let it lapse or made no contact: nobody asks them again.

    Whoever put it off to a date, or wants it mended, is waiting for it.
    """
    people: set[str] = set()
    for handoff in chain:
        match handoff.decision:
            case Decision(outcome=Outcome.REJECTED) as decision if not _wants_it(decision, reasons):
                people.add(decision.by)
            case Decision(outcome=Outcome.EXPIRED) if handoff.asked:
                people.add(handoff.asked)
            case Decision(outcome=Outcome.ACCEPTED, by=by) if handoff.touched_at is None:
                people.add(by)
    return frozenset(people)


def wishes_it(lead: Lead, last: Handoff | None, reasons: Iterable[Reason]) -> str | None:
    """Who should be asked first: whoever wanted it back, or followed it already."""
    if last and last.decision and _wants_it(last.decision, reasons):
        return last.decision.by
    return lead.owner


def _wants_it(decision: Decision, reasons: Iterable[Reason]) -> bool:
    reason = reason_named(decision.reason or "", reasons)
    return reason is not None and reason.then in _WANTED_BACK
