"""Passing on, as pure decisions: who had a lead before, and by when whoever comes next answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.chain import GENESIS
from core.domain.handoff import Addressee, Case, Change, Decision, Handoff, Outcome
from core.domain.log import Door, faults, seal
from core.domain.passing import (
    assign,
    give_back,
    had_it,
    is_passed_on,
    lapse,
    onward_anew,
    onward_on_the_same_clock,
    reroute,
    wishes_it,
)
from core.domain.reasons import REASONS
from core.domain.stages import Stage
from core.domain.timers import TimerKind
from tests.builders import NOW, a_handoff, a_lead, a_policy, an_offer


def decided(outcome: Outcome, by: str, **parts: Any) -> Handoff:
    why = {name: parts.pop(name) for name in ("reason", "wake_on") if name in parts}
    decision = replace(Decision(outcome, by, NOW, Door.BUTTON), **why)
    return replace(a_handoff(), decision=decision, **parts)


@pytest.mark.parametrize(
    ("handoff", "who"),
    [
        (a_handoff(asked="U1"), set()),
        (decided(Outcome.REJECTED, "U1", reason="no_need"), {"U1"}),
        (decided(Outcome.REJECTED, "U1", reason="wrong_territory"), {"U1"}),
        (decided(Outcome.REJECTED, "U1", reason="bad_timing", wake_on=date(2026, 4, 1)), set()),
        (decided(Outcome.REJECTED, "U1", reason="contact_data"), set()),
        (decided(Outcome.REJECTED, "U1", reason="a reason of long ago"), {"U1"}),
        (decided(Outcome.EXPIRED, "baton", asked="U2"), {"U2"}),
        (decided(Outcome.EXPIRED, "baton"), set()),
        (decided(Outcome.WITHDRAWN, "U9", asked="U2"), set()),
        (decided(Outcome.ACCEPTED, "U1", touch_due_at=NOW), {"U1"}),
        (decided(Outcome.ACCEPTED, "U1", touch_due_at=NOW, touched_at=NOW), set()),
        (decided(Outcome.ACCEPTED, "U1"), set()),  # before Baton kept the record
    ],
)
def test_who_had_a_lead_and_would_not_have_it(handoff: Handoff, who: set[str]) -> None:
    assert had_it([handoff], REASONS) == who


def test_who_waits_for_a_lead_or_followed_it_is_asked_first() -> None:
    put_off = decided(Outcome.REJECTED, "U1", reason="bad_timing")
    assert wishes_it(a_lead(), put_off, REASONS) == "U1"
    assert wishes_it(a_lead(owner="U2"), None, REASONS) == "U2"
    assert wishes_it(a_lead(), decided(Outcome.REJECTED, "U1", reason="spam"), REASONS) is None


def an_open_case() -> Case:
    change = an_offer(policy=a_policy())
    assert change.handoff is not None
    return Case(change.lead, replace(change.handoff, asked="U1"), a_policy())


def follow(case: Case, how: str, number: int, minutes: int) -> tuple[Case, Change]:
    """The case after one more step of passing on."""
    at = case.handoff.opened_at + timedelta(minutes=minutes)
    name, to = f"ho_{number}", Addressee(f"U{number}")
    if how == "reroute":
        decision = Decision(Outcome.REJECTED, "U1", at, Door.MODAL, "wrong_territory")
        change = reroute(case, decision, onward_on_the_same_clock(case, name, to, at=at))
    elif how == "lapse":
        change = lapse(case, onward_anew(case, name, to, at=at), at=at)
    else:
        taken = Decision(Outcome.ACCEPTED, "U1", at, Door.BUTTON)
        promised = replace(case.handoff, decision=taken, touch_due_at=at)
        accepted = replace(case, lead=replace(case.lead, stage=Stage.SAL), handoff=promised)
        change = give_back(accepted, onward_anew(accepted, name, to, at=at), at=at)
    assert change.handoff is not None
    return Case(change.lead, change.handoff, case.policy), change


@given(
    st.lists(
        st.tuples(st.sampled_from(["reroute", "lapse", "give_back"]), st.integers(1, 5000)),
        min_size=1,
        max_size=6,
    )
)
def test_the_buyers_clock_runs_on_however_often_a_lead_is_passed_on(
    steps: list[tuple[str, int]],
) -> None:
    case = an_open_case()
    for number, (how, minutes) in enumerate(steps, start=2):
        before = case
        case, change = follow(before, how, number, minutes)
        now = case.handoff
        assert now.waiting_since == NOW
        assert now.decision is None
        assert case.lead.stage is Stage.MQL
        assert (case.lead.handoff_id, case.lead.owner) == (now.id, None)
        assert is_passed_on(before.handoff, now)
        assert now.due_at == before.handoff.due_at or now.due_at > now.opened_at
        assert [each.id for each in change.earlier] == [before.handoff.id]
        assert all(each.decision for each in change.earlier)
        due = [t.due_at for t in change.timers if (t.kind, t.subject) == (TimerKind.DUE, now.id)]
        assert due == [now.due_at]
        stopped = {t.kind for t in change.timers if t.subject == before.handoff.id}
        assert stopped >= {TimerKind.DUE, TimerKind.WARN, TimerKind.TOUCH}


def test_a_lead_that_is_given_keeps_its_clocks() -> None:
    case = an_open_case()
    given_to = assign(case, "U2", by="U1", at=NOW, door=Door.COMMAND)
    assert isinstance(given_to, Change)
    assert given_to.handoff == replace(case.handoff, asked="U2")
    assert {timer.kind for timer in given_to.timers} == {TimerKind.UNDO_ENDS}


def test_what_is_passed_on_is_a_log_that_holds() -> None:
    change = an_offer(policy=a_policy())
    case = an_open_case()
    entries = list(change.entries)
    for number, how in enumerate(("reroute", "lapse"), start=2):
        case, passed = follow(case, how, number, 90)
        entries += passed.entries
    records, previous = [], GENESIS
    for seq, entry in enumerate(entries, start=1):
        record = seal(entry, seq=seq, recorded_at=NOW, remark=None, previous=previous)
        records.append(record)
        previous = record.digest
    assert list(faults(records, {"ld_1": Stage.MQL})) == []
