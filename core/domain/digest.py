"""The digest: one period of the handoff in numbers, from the handoffs alone.

The unit of counting is the handoff. A period is half-open and local to the workspace. Where a
share has nothing to be a share of, it is None and never 0.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.domain.handoff import Decision, Handoff, Outcome
from core.domain.localtime import Window
from core.domain.reasons import REASONS, Reason, ReasonClass, reason_named


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, both counts of handoffs."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Digest:
    """The numbers of one period as they were known at `as_of`.

    - offered: handoffs opened in the period
    - decided: decisions made in the period, whenever their handoff was opened
    - acceptance: accepted / (accepted + rejected), of the decided
    - quality_acceptance: the same without procedural rejections, which say nothing of the lead
    - in_time: SLA attainment of the handoffs that fell due, or were decided, in the period:
      decided in time / (decided in time + decided late + undecided past due); undecided before
      due is left out
    - rejections: count by reason id, most frequent first
    - open, overdue: of all handoffs, at `as_of`
    - definitions: the versions under which the offered leads qualified
    """

    window: Window
    as_of: datetime
    offered: int
    decided: int
    acceptance: Share
    quality_acceptance: Share
    in_time: Share
    rejections: tuple[tuple[str, int], ...]
    open: int
    overdue: int
    oldest_open_at: datetime | None
    definitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weeks:
    """What a weekly digest says: the week so far and the last full week."""

    so_far: Digest
    last_full: Digest


def digest(
    handoffs: Iterable[Handoff],
    *,
    window: Window,
    as_of: datetime,
    reasons: Sequence[Reason] = REASONS,
) -> Digest:
    """Count one period. `handoffs` are all that were opened in it, decided in it, or are open.

    `reasons` are those of the workspace, by their class.
    """
    known = [handoff for handoff in handoffs if handoff.opened_at <= as_of]
    offered = [handoff for handoff in known if handoff.opened_at in window]
    pairs = [
        (handoff, handoff.decision)
        for handoff in known
        if handoff.decision and handoff.decision.at in window and handoff.decision.at <= as_of
    ]
    decisions = [decision for _, decision in pairs]
    accepted = sum(decision.outcome is Outcome.ACCEPTED for decision in decisions)
    rejected = [decision for decision in decisions if decision.outcome is Outcome.REJECTED]
    procedural = sum(_is_procedural(decision, reasons) for decision in rejected)
    waiting = [
        handoff for handoff in known if handoff.decision is None or handoff.decision.at > as_of
    ]
    return Digest(
        window=window,
        as_of=as_of,
        offered=len(offered),
        decided=len(decisions),
        acceptance=Share(accepted, accepted + len(rejected)),
        quality_acceptance=Share(accepted, accepted + len(rejected) - procedural),
        in_time=_in_time(pairs, waiting, window, as_of),
        rejections=_by_frequency(decision.reason or "other" for decision in rejected),
        open=len(waiting),
        overdue=sum(handoff.due_at < as_of for handoff in waiting),
        oldest_open_at=min((handoff.opened_at for handoff in waiting), default=None),
        definitions=tuple(sorted({handoff.definition for handoff in offered})),
    )


def _is_procedural(decision: Decision, reasons: Iterable[Reason]) -> bool:
    reason = reason_named(decision.reason or "", reasons)
    return reason is not None and reason.group is ReasonClass.PROCEDURAL


def _in_time(
    pairs: list[tuple[Handoff, Decision]],
    waiting: list[Handoff],
    window: Window,
    as_of: datetime,
) -> Share:
    kept = sum(decision.at <= handoff.due_at for handoff, decision in pairs)
    missed = sum(handoff.due_at < as_of and handoff.due_at in window for handoff in waiting)
    return Share(kept, len(pairs) + missed)


def _by_frequency(reasons: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(reasons)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def to_json(weeks: Weeks) -> str:
    """The numbers as JSON text, to be kept for ever."""
    return json.dumps(asdict(weeks), default=datetime.isoformat, sort_keys=True)


def from_json(text: str) -> Weeks:
    """The numbers that `to_json` kept."""
    halves = json.loads(text)
    return Weeks(_from_tree(halves["so_far"]), _from_tree(halves["last_full"]))


def _from_tree(tree: dict[str, Any]) -> Digest:
    oldest = tree["oldest_open_at"]
    return Digest(
        window=Window(*(datetime.fromisoformat(tree["window"][end]) for end in ("start", "end"))),
        as_of=datetime.fromisoformat(tree["as_of"]),
        offered=tree["offered"],
        decided=tree["decided"],
        acceptance=Share(**tree["acceptance"]),
        quality_acceptance=Share(**tree["quality_acceptance"]),
        in_time=Share(**tree["in_time"]),
        rejections=tuple((reason, count) for reason, count in tree["rejections"]),
        open=tree["open"],
        overdue=tree["overdue"],
        oldest_open_at=datetime.fromisoformat(oldest) if oldest else None,
        definitions=tuple(tree["definitions"]),
    )
