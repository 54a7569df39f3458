"""A visitor: one of the names by which a site calls somebody, and whose name it has been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tie:
    """What says that a name is a lead's: it was at `since` and at `until`, both aware UTC."""

    name: str
    lead_id: str
    since: datetime
    until: datetime

    def spans(self, at: datetime) -> bool:
        """Whether `at` lies between two moments at which the name was this lead's."""
        return self.since <= at <= self.until


def owner(ties: Sequence[Tie], at: datetime) -> str | None:
    """The lead whose name it was at `at`; None where it has never been anybody's.

    Two people may share a browser: it belongs to whoever was seen with it last, and before
    anybody was, to the first of them. The order in which ties became known plays no part.
    """
    if not ties:
        return None
    around = [tie for tie in ties if tie.spans(at)]
    if around:
        return max(around, key=lambda tie: (tie.since, tie.lead_id)).lead_id
    before = [tie for tie in ties if tie.since <= at]
    if before:
        return max(before, key=lambda tie: (tie.until, tie.lead_id)).lead_id
    return min(ties, key=lambda tie: (tie.since, tie.lead_id)).lead_id


def tied(ties: Sequence[Tie], new: Tie) -> tuple[Tie, ...]:
    """The ties of one name with one more; what a lead is tied by twice becomes one."""
    others = [tie for tie in ties if tie.lead_id != new.lead_id]
    for tie in ties:
        if tie.lead_id == new.lead_id:
            new = replace(new, since=min(tie.since, new.since), until=max(tie.until, new.until))
    return (*others, new)
