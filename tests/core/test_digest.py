"""The digest: against a naive count, and what may and may not change afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.digest import Digest, Share, Weeks, digest, from_json, to_json
from core.domain.handoff import Decision, Handoff, Outcome
from core.domain.localtime import WEEK, Window
from core.domain.log import Door
from core.domain.reasons import REASONS, Reason, ReasonClass
from tests.builders import a_handoff

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
THIS = Window(MONDAY, MONDAY + WEEK)
END = THIS.end + 12 * HOUR
TICK = timedelta.resolution


def hour(number: float) -> datetime:
    """So many hours into the week."""
    return MONDAY + HOUR * number


def opened(at: float, due: float, *, decision: Decision | None = None, id: str = "ho_1") -> Handoff:
    return a_handoff(id, opened_at=hour(at), due_at=hour(due), decision=decision)


def accepted(at: float) -> Decision:
    return Decision(Outcome.ACCEPTED, "U0REP", hour(at), Door.BUTTON)


def rejected(at: float, reason: str | None = "no_need") -> Decision:
    return Decision(Outcome.REJECTED, "U0REP", hour(at), Door.MODAL, reason)


@st.composite
def decisions(draw: st.DrawFn, after: int) -> Decision:
    at = draw(st.integers(after, 24 * 15))
    if draw(st.booleans()):
        return accepted(at)
    return rejected(at, draw(st.sampled_from([*(reason.id for reason in REASONS), None])))


@st.composite
def handoffs(draw: st.DrawFn) -> list[Handoff]:
    """A fortnight's handoffs, before, in and after the week, on whole hours so that they meet."""
    some = []
    for number in range(draw(st.integers(0, 8))):
        at = draw(st.integers(-24 * 7, 24 * 9))
        due = at + draw(st.integers(0, 60))
        decision = draw(st.one_of(st.none(), decisions(at)))
        some.append(opened(at, due, decision=decision, id=f"ho_{number}"))
    return some


def hours() -> st.SearchStrategy[datetime]:
    return st.integers(-24 * 7, 24 * 15).map(hour)


def naive(some: Sequence[Handoff], window: Window, as_of: datetime) -> dict[str, object]:
    """Every figure by going through all handoffs once more, one by one."""
    count: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    waiting: list[datetime] = []
    labels: set[str] = set()
    for each in some:
        if each.opened_at > as_of:
            continue
        if window.start <= each.opened_at < window.end:
            count["offered"] += 1
            labels.add(each.definition)
        decision = each.decision
        if decision is None or decision.at > as_of:
            waiting.append(each.opened_at)
            if each.due_at < as_of:
                count["overdue"] += 1
                count["missed"] += window.start <= each.due_at < window.end
        elif window.start <= decision.at < window.end:
            count["decided"] += 1
            count["late"] += decision.at > each.due_at
            count[decision.outcome] += 1
            if decision.outcome is Outcome.REJECTED:
                reason = next((r for r in REASONS if r.id == decision.reason), None)
                count["procedural"] += bool(reason and reason.group is ReasonClass.PROCEDURAL)
                reasons[decision.reason or "other"] += 1
    rejections = sorted(reasons.items(), key=lambda pair: pair[0])
    rejections.sort(key=lambda pair: pair[1], reverse=True)
    return {
        "offered": count["offered"],
        "decided": count["decided"],
        "acceptance": Share(count["accepted"], count["decided"]),
        "quality_acceptance": Share(count["accepted"], count["decided"] - count["procedural"]),
        "in_time": Share(count["decided"] - count["late"], count["decided"] + count["missed"]),
        "rejections": tuple(rejections),
        "open": len(waiting),
        "overdue": count["overdue"],
        "oldest_open_at": min(waiting, default=None),
        "definitions": tuple(sorted(labels)),
    }


@given(handoffs(), hours(), hours(), hours())
def test_it_agrees_with_a_naive_count(
    some: list[Handoff], one: datetime, other: datetime, as_of: datetime
) -> None:
    window = Window(min(one, other), max(one, other))
    counted = digest(some, window=window, as_of=as_of)
    figures = {part.name: getattr(counted, part.name) for part in fields(Digest)}
    assert figures == {"window": window, "as_of": as_of, **naive(some, window, as_of)}


@given(handoffs(), hours(), hours())
def test_splitting_a_period_never_changes_its_sums(
    some: list[Handoff], cut: datetime, as_of: datetime
) -> None:
    whole = Window(hour(-24 * 7), hour(24 * 15))
    parts = (Window(whole.start, cut), Window(cut, whole.end))
    total = digest(some, window=whole, as_of=as_of)
    first, second = (digest(some, window=part, as_of=as_of) for part in parts)

    def sums(*digests: Digest) -> list[object]:
        shares = ("acceptance", "quality_acceptance", "in_time")
        return [
            sum(each.offered for each in digests),
            sum(each.decided for each in digests),
            *(sum(getattr(each, name).part for each in digests) for name in shares),
            *(sum(getattr(each, name).whole for each in digests) for name in shares),
            sum((Counter(dict(each.rejections)) for each in digests), Counter()),
            {label for each in digests for label in each.definitions},
        ]

    assert sums(first, second) == sums(total)
    assert first.open == second.open == total.open
    assert first.overdue == second.overdue == total.overdue


@given(handoffs(), hours(), st.data())
def test_what_is_decided_later_does_not_change_what_was_known_then(
    some: list[Handoff], as_of: datetime, data: st.DataObject
) -> None:
    known = [
        replace(each, decision=None) if each.decision and each.decision.at > as_of else each
        for each in some
        if each.opened_at <= as_of
    ]
    window = Window(hour(0), hour(data.draw(st.integers(0, 24 * 15))))
    then = digest(known, window=window, as_of=as_of)
    assert digest(some, window=window, as_of=as_of) == then


def test_what_is_decided_later_changes_only_what_is_said_to_be_of_now() -> None:
    """The week is over: a decision of the next week is the next week's."""
    waiting = opened(10, 20)
    late = replace(waiting, decision=accepted(24 * 7 + 9))
    before = digest([waiting], window=THIS, as_of=END)
    after = digest([late], window=THIS, as_of=END)
    assert (before.open, before.overdue, before.oldest_open_at) == (1, 1, hour(10))
    assert before.in_time == Share(0, 1)
    assert after == replace(before, open=0, overdue=0, oldest_open_at=None, in_time=Share(0, 0))
    following = digest([late], window=Window(THIS.end, THIS.end + WEEK), as_of=END)
    assert following.in_time == Share(0, 1)


@given(handoffs(), hours())
def test_the_order_in_which_handoffs_come_does_not_matter(
    some: list[Handoff], as_of: datetime
) -> None:
    assert digest(reversed(some), window=THIS, as_of=as_of) == digest(
        some, window=THIS, as_of=as_of
    )


@given(handoffs(), handoffs(), hours())
def test_a_digest_is_read_as_it_was_kept(
    some: list[Handoff], others: list[Handoff], as_of: datetime
) -> None:
    weeks = Weeks(digest(some, window=THIS, as_of=as_of), digest(others, window=THIS, as_of=as_of))
    text = to_json(weeks)
    assert from_json(text) == weeks
    assert to_json(from_json(text)) == text


def test_a_share_of_nothing_is_no_number() -> None:
    empty = digest([], window=THIS, as_of=END)
    assert empty.acceptance.rate is None
    assert empty.quality_acceptance.rate is None
    assert empty.in_time.rate is None
    assert Share(0, 4).rate == 0
    assert Share(3, 4).rate == 0.75


def test_procedural_rejections_say_nothing_of_the_lead() -> None:
    some = [
        opened(1, 9, decision=accepted(2)),
        opened(1, 9, decision=rejected(3, "duplicate")),
        opened(1, 9, decision=rejected(4, "no_need")),
    ]
    counted = digest(some, window=THIS, as_of=END)
    assert counted.acceptance == Share(1, 3)
    assert counted.quality_acceptance == Share(1, 2)


def test_a_period_holds_its_first_moment_and_not_its_last() -> None:
    edges = [
        opened(0, 1, decision=accepted(24 * 7), id="ho_1"),
        opened(24 * 7, 24 * 7 + 1, id="ho_2"),
        a_handoff("ho_3", opened_at=THIS.start - TICK, due_at=hour(0), decision=accepted(0)),
    ]
    counted = digest(edges, window=THIS, as_of=END)
    assert (counted.offered, counted.decided) == (1, 1)


@pytest.mark.parametrize(
    ("decided", "kept"), [(hour(9), Share(1, 1)), (hour(9) + TICK, Share(0, 1))]
)
def test_a_decision_at_the_very_deadline_is_in_time(decided: datetime, kept: Share) -> None:
    decision = Decision(Outcome.ACCEPTED, "U0REP", decided, Door.BUTTON)
    counted = digest([opened(1, 9, decision=decision)], window=THIS, as_of=END)
    assert counted.in_time == kept


@pytest.mark.parametrize(
    ("as_of", "overdue", "missed"), [(hour(9), 0, Share(0, 0)), (hour(9) + TICK, 1, Share(0, 1))]
)
def test_an_open_handoff_is_overdue_after_its_deadline_and_left_out_before(
    as_of: datetime, overdue: int, missed: Share
) -> None:
    counted = digest([opened(1, 9)], window=THIS, as_of=as_of)
    assert (counted.open, counted.overdue, counted.in_time) == (1, overdue, missed)


def test_reasons_come_by_frequency_then_by_name() -> None:
    reasons = ["spam", "no_need", "vendor", "spam", None, "vendor"]
    some = [opened(1, 9, decision=rejected(2, reason)) for reason in reasons]
    assert digest(some, window=THIS, as_of=END).rejections == (
        ("spam", 2),
        ("vendor", 2),
        ("no_need", 1),
        ("other", 1),
    )


def test_a_lead_offered_twice_counts_twice() -> None:
    some = [
        opened(1, 9, decision=rejected(2), id="ho_1"),
        replace(opened(40, 50, decision=accepted(41), id="ho_2"), previous_id="ho_1"),
    ]
    counted = digest(some, window=THIS, as_of=END)
    assert (counted.offered, counted.acceptance) == (2, Share(1, 2))


def test_what_was_opened_after_the_count_is_not_counted() -> None:
    counted = digest([opened(10, 12)], window=THIS, as_of=hour(9))
    assert (counted.offered, counted.open, counted.definitions) == (0, 0, ())


def test_a_reason_of_a_workspaces_own_counts_by_its_class() -> None:
    own = Reason("partner", ReasonClass.PROCEDURAL, labels={"en": "Partner", "ja": "パートナー"})
    some = [
        opened(1, 9, decision=rejected(2, "partner")),
        opened(1, 9, decision=accepted(2), id="ho_2"),
    ]
    counted = digest(some, window=THIS, as_of=END, reasons=(*REASONS, own))
    assert counted.quality_acceptance == Share(1, 1)
    assert digest(some, window=THIS, as_of=END).quality_acceptance == Share(1, 2)
