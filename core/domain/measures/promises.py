"""What became of what sales promised: an answer by the due time, a first contact after it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from core.domain.handoff import Outcome
from core.domain.measures.fact import Fact
from core.domain.measures.happenings import JUDGED
from core.domain.past import IMPORTED


class Fate(StrEnum):
    """What became of a promise, by the names that the figures have for it."""

    KEPT = "kept"
    LATE = "late"
    MISSED = "missed"
    WAITING = "waiting"
    LEFT_OUT = "left_out"


def answer_of(fact: Fact, as_of: datetime) -> Fate:
    """What became of the answer that was promised by a handoff's due time.

    In time / (in time + late + undecided past due). Undecided before due is left out, and so is
    what was imported or taken back in time. Whatever ended past due without sales was missed.
    """
    if fact.definition == IMPORTED:
        return Fate.LEFT_OUT
    if fact.outcome in JUDGED and fact.decided_at is not None:
        return Fate.KEPT if fact.decided_at <= fact.due_at else Fate.LATE
    if fact.decided_at is None:
        return Fate.MISSED if fact.due_at < as_of else Fate.WAITING
    was_taken_back = fact.outcome is Outcome.WITHDRAWN and fact.decided_at <= fact.due_at
    return Fate.LEFT_OUT if was_taken_back else Fate.MISSED


def contact_of(fact: Fact, as_of: datetime) -> Fate | None:
    """What became of the first contact that was promised; None where nothing was.

    Touched within the promise / accepted whose promise is due.
    """
    due, touched, returned = fact.touch_due_at, fact.touched_at, fact.returned_at
    if fact.outcome is not Outcome.ACCEPTED or due is None:
        return None
    if touched is not None:
        return Fate.KEPT if touched <= due else Fate.LATE
    if returned is not None and returned <= due:
        return Fate.LEFT_OUT
    return Fate.MISSED if due < as_of else Fate.WAITING
