"""Findings: what both teams should read first in a digest, the gravest of it ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.domain.measures import Change, Group, Measures, Promise, Share, compared

_MOST = 0.5  # of what went wrong has to come from one place for it to be named
_WORTH_NAMING = 3  # of fewer that came from one place, nothing follows
_OFTEN = Share(2, 5)  # of all rejections, for their reason to be a finding
_SELDOM = Share(1, 10)  # of all, below which a lapse is not what matters most
_REFUSED = 5  # rejections, before one reason for them is more than chance


class Topic(StrEnum):
    """What a finding is about, the gravest first; each is a sentence of the catalogue."""

    UNSEEN = "unseen"  # handoffs that nobody was ever shown
    NOTHING = "nothing"  # neither offered nor decided
    UNDECIDED = "undecided"  # offered, and nothing decided
    ACCEPTANCE = "acceptance"  # the rate, and whether it has really changed
    LATE = "late"  # answers that sales owed and gave late, or not at all
    UNTOUCHED = "untouched"  # accepted, and not contacted as promised
    CRITICISM = "criticism"  # a rule whose leads sales does not want
    OVERDUE = "overdue"  # what waits past its due time now
    REASON = "reason"  # one reason behind most rejections


@dataclass(frozen=True, slots=True)
class Finding:
    """`share` is what it is about, `before` the same of the period before.

    `name` is the source, rule or reason it is about, if any, and `most` how much of it.
    """

    topic: Topic
    share: Share
    before: Share | None = None
    change: Change | None = None
    name: str | None = None
    most: int = 0


def findings(measures: Measures) -> tuple[Finding, ...]:
    """Everything that is worth a sentence. What opens a digest are the first two."""
    return tuple(sorted(_found(measures), key=_place))


def _place(finding: Finding) -> tuple[bool, int]:
    """What seldom happened comes after everything else."""
    return _is_seldom(finding), list(Topic).index(finding.topic)


def _is_seldom(finding: Finding) -> bool:
    share = finding.share
    return finding.topic in _COUNTED and share.part * _SELDOM.whole < share.whole * _SELDOM.part


_COUNTED = (Topic.LATE, Topic.UNTOUCHED)


def _found(measures: Measures) -> Iterator[Finding]:
    period, backlog = measures.period, measures.backlog
    if measures.health.unseen:
        yield Finding(Topic.UNSEEN, Share(measures.health.unseen, period.offered))
    if not period.offered and not period.decided:
        yield Finding(Topic.NOTHING, Share(0, 0))
    elif not period.acceptance.whole:
        yield Finding(Topic.UNDECIDED, Share(0, period.offered))
    else:
        yield _acceptance(measures)
    if late := _failed(period.in_time):
        name, most = _mostly_from(measures.by_source, late)
        yield Finding(Topic.LATE, Share(late, period.in_time.share.whole), name=name, most=most)
    if untouched := _failed(period.honoured):
        yield Finding(Topic.UNTOUCHED, Share(untouched, period.honoured.share.whole))
    for each in measures.criticism:
        if each.is_real:
            yield Finding(Topic.CRITICISM, each.refused, each.elsewhere, name=each.rule)
            break
    if backlog.overdue:
        yield Finding(Topic.OVERDUE, Share(backlog.overdue, backlog.open))
    for reason in measures.refusals.by_reason[:1]:
        if reason.share.part >= _REFUSED and _is_often(reason.share):
            yield Finding(Topic.REASON, reason.share, name=reason.reason)


def _acceptance(measures: Measures) -> Finding:
    now, before = measures.period.acceptance, measures.before.acceptance
    return Finding(Topic.ACCEPTANCE, now, before, compared(now, before))


def _failed(promise: Promise) -> int:
    return promise.late + promise.missed


def _is_often(share: Share) -> bool:
    return share.part * _OFTEN.whole >= share.whole * _OFTEN.part


def _mostly_from(groups: tuple[Group, ...], failed: int) -> tuple[str | None, int]:
    """The one source behind most of what came late, if there is one."""
    named = [group for group in groups if group.key is not None and not group.others]
    worst = max(named, key=lambda group: _failed(group.in_time), default=None)
    most = _failed(worst.in_time) if worst else 0
    if worst is None or len(groups) < 2 or most < _WORTH_NAMING or most < failed * _MOST:
        return None, 0
    return worst.key, most
