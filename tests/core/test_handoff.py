"""The handoff: every decision on every state, and what each of them changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest

from core.domain.handoff import (
    COMMENT_LIMIT,
    AlreadyTaken,
    Case,
    Change,
    Decision,
    Handoff,
    Incomplete,
    NothingToUndo,
    Outcome,
    TooLate,
    accept,
    captured,
    may_be_offered,
    offer,
    reject,
    rests_until,
    undo_ends,
    wake_at,
)
from core.domain.intents import IntentKind
from core.domain.lead import Lead, Temperature
from core.domain.log import Door, Entry
from core.domain.policy import Policy
from core.domain.reasons import Reason, reasons_for
from core.domain.stages import Stage, Verb
from core.domain.timers import Timer, TimerKind
from core.domain.undoing import undo as undo_of
from core.domain.worktime import Hours
from tests.builders import LABEL, NOW, a_lead, a_policy, an_explanation

LATER = NOW + timedelta(minutes=3)
GRACE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
TICK = timedelta.resolution
REP, OTHER = "U0REP", "U0OTHER"
TOMORROW = date(2026, 3, 5)
Decide = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Told(Case):
    """A case with the log that led to it."""

    entries: tuple[Entry, ...] = ()


def undo(case: Told, **how: Any) -> Any:
    return undo_of(case, case.entries, **how)


def an_open_case(policy: Policy | None = None, *, lead: Lead | None = None) -> Told:
    """A lead that was offered to sales just now."""
    policy = policy or a_policy()
    change = offered(lead or a_lead(), policy=policy)
    assert change.handoff is not None
    return Told(change.lead, change.handoff, policy, change.entries)


def offered(lead: Lead, *, id: str = "ho_1", last: Handoff | None = None, **parts: Any) -> Change:
    asked = {"policy": a_policy(), "actor": "api", "at": NOW, "door": Door.API, **parts}
    return offer(lead, an_explanation(), handoff_id=id, definition=LABEL, last=last, **asked)


def after_all(case: Told, change: Change) -> Told:
    assert change.handoff is not None
    return Told(change.lead, change.handoff, case.policy, (*case.entries, *change.entries))


def accepting(case: Case, *, at: datetime = LATER) -> Change:
    change = accept(case, by=REP, at=at, door=Door.BUTTON)
    assert isinstance(change, Change)
    return change


def accepted(case: Told, *, at: datetime = LATER) -> Told:
    return after_all(case, accepting(case, at=at))


def rejecting(case: Case, *, at: datetime = LATER, **parts: Any) -> Change:
    asked: dict[str, Any] = {"reason": "no_need", **parts}
    change = reject(case, by=REP, at=at, door=Door.MODAL, **asked)
    assert isinstance(change, Change)
    return change


def rejected(case: Told, *, at: datetime = LATER, **parts: Any) -> Told:
    return after_all(case, rejecting(case, at=at, **parts))


def undone(case: Told, *, at: datetime) -> Change:
    change = undo(case, by=REP, at=at, door=Door.BUTTON)
    assert isinstance(change, Change)
    return change


def kinds(change: Change) -> list[IntentKind]:
    return [intent.kind for intent in change.intents]


# Offer


def test_an_offer_makes_an_mql_with_an_open_handoff_due_by_the_sla() -> None:
    change = offered(a_lead())
    handoff = change.handoff
    assert handoff is not None
    assert (change.lead.stage, change.lead.handoff_id) == (Stage.MQL, "ho_1")
    assert change.lead.entered_stage_at == handoff.opened_at == NOW
    assert (handoff.state, handoff.decision, handoff.version) == ("open", None, 0)
    assert handoff.due_at == a_policy().due(NOW, Temperature.HOT)
    assert (handoff.definition, handoff.explanation) == (LABEL, an_explanation())
    assert change.timers == (
        Timer(TimerKind.WARN, "ho_1", NOW + timedelta(minutes=45)),
        Timer(TimerKind.DUE, "ho_1", handoff.due_at),
        Timer(TimerKind.WAKE, "ld_1", None),
    )
    assert kinds(change) == [IntentKind.CARD]


def test_an_offer_is_written_into_the_log() -> None:
    (entry,) = offered(a_lead()).entries
    assert entry == Entry(
        "ld_1", "ho_1", Stage.NEW, Stage.MQL, Verb.QUALIFY, "api", Door.API, NOW, definition=LABEL
    )


def test_a_second_offer_remembers_the_first_and_has_no_owner() -> None:
    back = rejected(an_open_case())
    change = offered(back.lead, id="ho_2", last=back.handoff, at=LATER + GRACE)
    assert change.handoff is not None
    assert change.handoff.previous_id == "ho_1"
    assert (change.lead.owner, change.lead.handoff_id) == (None, "ho_2")


@pytest.mark.parametrize("at", [LATER + GRACE - TICK, LATER + GRACE, LATER + 10 * GRACE])
def test_a_second_offer_takes_off_the_first_card_where_the_lead_stood(at: datetime) -> None:
    back = rejected(an_open_case())
    change = offered(back.lead, id="ho_2", last=back.handoff, at=at)
    assert told(change) == [("card", "ho_2"), ("card", "ho_1"), ("returned", "ho_1")]


def test_a_second_offer_hangs_no_card_for_a_first_one_that_is_history() -> None:
    back = rejected(an_open_case())
    past = replace(back.handoff, explanation=replace(back.handoff.explanation, imported=True))
    change = offered(back.lead, id="ho_2", last=past, at=LATER + GRACE)
    assert ("card", "ho_1") not in told(change)


def told(change: Change) -> list[tuple[str, str]]:
    """What is to be told anew, and of which handoff."""
    return [(intent.kind.value, intent.subject) for intent in change.intents]


@pytest.mark.parametrize("stage", [Stage.MQL, Stage.SAL, Stage.DISQUALIFIED])
def test_whoever_cannot_qualify_cannot_be_offered(stage: Stage) -> None:
    with pytest.raises(AssertionError):
        offered(a_lead(stage=stage))


def test_the_log_of_a_lead_begins_when_it_was_first_heard_of() -> None:
    lead = a_lead(created_at=NOW - timedelta(days=9))
    assert captured(lead, actor="api", door=Door.API) == Entry(
        "ld_1", None, None, Stage.NEW, Verb.CAPTURE, "api", Door.API, lead.created_at
    )


# Accept


def test_accepting_makes_the_rep_answer_for_the_lead() -> None:
    case = an_open_case()
    change = accept(case, by=REP, at=LATER, door=Door.BUTTON)
    assert isinstance(change, Change)
    assert change.lead == replace(case.lead, stage=Stage.SAL, owner=REP, entered_stage_at=LATER)
    decision = Decision(Outcome.ACCEPTED, REP, LATER, Door.BUTTON)
    promised = a_policy().touch_due(LATER, Temperature.HOT)
    assert change.handoff == replace(case.handoff, decision=decision, touch_due_at=promised)
    assert change.handoff.state == "accepted"
    assert change.entries == (
        Entry(
            "ld_1",
            "ho_1",
            Stage.MQL,
            Stage.SAL,
            Verb.ACCEPT,
            REP,
            Door.BUTTON,
            LATER,
            definition=LABEL,
            due_at=promised,
        ),
    )
    assert change.timers == (
        Timer(TimerKind.DUE, "ho_1", None),
        Timer(TimerKind.UNDO_ENDS, "ho_1", LATER + GRACE),
        Timer(TimerKind.TOUCH, "ho_1", promised),
        Timer(TimerKind.WARN, "ho_1", LATER + timedelta(hours=3)),
    )
    assert kinds(change) == [IntentKind.CARD, IntentKind.BRIEFING]


def test_a_late_acceptance_is_an_acceptance() -> None:
    case = an_open_case()
    assert accepted(case, at=case.handoff.due_at + timedelta(days=30)).lead.stage is Stage.SAL


# Reject


@pytest.mark.parametrize("reason", reasons_for(Verb.REJECT), ids=lambda reason: reason.id)
def test_rejecting_sends_the_lead_back_or_out_as_the_reason_says(reason: Reason) -> None:
    case = an_open_case()
    wake_on = TOMORROW if reason.needs_wake_date else None
    change = reject(
        case,
        by=REP,
        at=LATER,
        door=Door.MODAL,
        reason=reason.id,
        comment=" not  ours ",
        wake_on=wake_on,
    )
    assert isinstance(change, Change)
    out = reason.leaves_the_funnel
    stage = Stage.DISQUALIFIED if out else Stage.NURTURING
    assert (change.lead.stage, change.lead.owner) == (stage, None)
    assert change.handoff is not None
    assert change.handoff.state == "rejected"
    assert change.handoff.decision == Decision(
        Outcome.REJECTED, REP, LATER, Door.MODAL, reason.id, "not  ours", wake_on
    )
    (entry,) = change.entries
    assert entry.verb is (Verb.RULE_OUT if out else Verb.REJECT)
    assert (entry.reason, entry.comment) == (reason.id, "not  ours")
    assert kinds(change) == [IntentKind.CARD, IntentKind.RETURNED]


def test_only_bad_timing_sets_an_alarm() -> None:
    waking = reject(
        an_open_case(),
        by=REP,
        at=LATER,
        door=Door.MODAL,
        reason="bad_timing",
        wake_on=TOMORROW,
    )
    other = reject(
        an_open_case(), by=REP, at=LATER, door=Door.MODAL, reason="no_need", wake_on=TOMORROW
    )
    assert isinstance(waking, Change)
    assert isinstance(other, Change)
    alarm = Timer(TimerKind.WAKE, "ld_1", datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert alarm in waking.timers
    assert TimerKind.WAKE not in [timer.kind for timer in other.timers]
    assert other.handoff is not None
    assert other.handoff.decision is not None
    assert other.handoff.decision.wake_on is None


INCOMPLETE = [
    ({"reason": "no_such_reason"}, Incomplete("reason", "unknown")),
    ({"reason": ""}, Incomplete("reason", "unknown")),
    ({"reason": "other"}, Incomplete("comment", "required")),
    ({"reason": "other", "comment": " \n\t "}, Incomplete("comment", "required")),
    ({"reason": "other", "comment": "\u200b\u202e"}, Incomplete("comment", "required")),
    ({"reason": "bad_timing"}, Incomplete("wake_on", "required")),
    ({"reason": "bad_timing", "wake_on": date(2026, 3, 4)}, Incomplete("wake_on", "past")),
    ({"reason": "bad_timing", "wake_on": date(2020, 1, 1)}, Incomplete("wake_on", "past")),
]


@pytest.mark.parametrize(("asked", "lacking"), INCOMPLETE)
def test_a_rejection_that_lacks_something_is_not_taken(
    asked: dict[str, Any], lacking: Incomplete
) -> None:
    assert reject(an_open_case(), by=REP, at=LATER, door=Door.MODAL, **asked) == lacking


@pytest.mark.parametrize("reason", reasons_for(Verb.REJECT), ids=lambda reason: reason.id)
def test_whatever_the_reason_a_comment_has_an_end(reason: Reason) -> None:
    most, more = "x" * COMMENT_LIMIT, "x" * (COMMENT_LIMIT + 1)
    asked: dict[str, Any] = {"reason": reason.id, "wake_on": TOMORROW}
    assert rejected(an_open_case(), comment=f" {most} ", **asked).handoff.decision is not None
    refused = reject(an_open_case(), by=REP, at=LATER, door=Door.MODAL, comment=more, **asked)
    assert refused == Incomplete("comment", "too_long")


def test_a_comment_keeps_its_lines_and_loses_what_cannot_be_kept() -> None:
    case = rejected(an_open_case(), comment="one\r\ntwo\x00\n\n\ud800three\u202e\n")
    assert case.handoff.decision is not None
    assert case.handoff.decision.comment == "one\ntwo \n\nthree"


@pytest.mark.parametrize(
    ("zone", "today"),
    [("Pacific/Auckland", date(2026, 3, 5)), ("Pacific/Pago_Pago", date(2026, 3, 3))],
)
def test_tomorrow_is_tomorrow_where_the_team_is(zone: str, today: date) -> None:
    at = datetime(2026, 3, 4, 12 if zone == "Pacific/Auckland" else 9, tzinfo=UTC)
    case = an_open_case(a_policy(timezone=zone))
    asked: dict[str, Any] = {"by": REP, "at": at, "door": Door.MODAL, "reason": "bad_timing"}
    assert reject(case, wake_on=today, **asked) == Incomplete("wake_on", "past")
    assert isinstance(reject(case, wake_on=today + timedelta(days=1), **asked), Change)


@pytest.mark.parametrize(
    ("zone", "day", "start", "wakes"),
    [
        ("Asia/Tokyo", date(2026, 4, 1), time(9), datetime(2026, 4, 1, 0, tzinfo=UTC)),
        (
            "America/New_York",
            date(2026, 4, 1),
            time(8, 30),
            datetime(2026, 4, 1, 12, 30, tzinfo=UTC),
        ),
        (
            "America/New_York",
            date(2026, 12, 1),
            time(8, 30),
            datetime(2026, 12, 1, 13, 30, tzinfo=UTC),
        ),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 4, 1), time(9), datetime(2026, 3, 31, 19, tzinfo=UTC)),
    ],
)
def test_a_lead_wakes_when_work_begins_on_that_day_where_the_team_is(
    zone: str, day: date, start: time, wakes: datetime
) -> None:
    policy = a_policy(timezone=zone, hours=Hours(start=start))
    case = rejected(an_open_case(policy), reason="bad_timing", wake_on=day)
    assert case.handoff.decision is not None
    assert wake_at(case.handoff.decision.wake_on, policy) == wakes
    assert rests_until(case.lead, policy, timedelta(days=30)) == wakes


# Somebody was first


DECISIONS: list[Decide] = [
    lambda case: accept(case, by=OTHER, at=LATER + MINUTE, door=Door.BUTTON),
    lambda case: reject(case, by=OTHER, at=LATER + MINUTE, door=Door.MODAL, reason="spam"),
    lambda case: reject(case, by=OTHER, at=LATER + MINUTE, door=Door.MODAL, reason="?"),
]


@pytest.mark.parametrize("decide", DECISIONS)
@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        (accepted, Outcome.ACCEPTED),
        (rejected, Outcome.REJECTED),
        (lambda case: rejected(case, reason="spam"), Outcome.REJECTED),
    ],
)
def test_whoever_comes_second_is_told_who_was_first(
    decide: Decide, first: Callable[[Told], Told], outcome: Outcome
) -> None:
    assert decide(first(an_open_case())) == AlreadyTaken(REP, LATER, outcome)


def test_whoever_comes_second_to_themselves_is_told_so_too() -> None:
    case = accepted(an_open_case())
    again = accept(case, by=REP, at=LATER, door=Door.BUTTON)
    assert again == AlreadyTaken(REP, LATER, Outcome.ACCEPTED)


# Undo

FIRST: list[Callable[[Case], Change]] = [
    accepting,
    rejecting,
    lambda case: rejecting(case, reason="spam"),
    lambda case: rejecting(case, reason="bad_timing", wake_on=TOMORROW),
]


def timers_after(*changes: Change) -> dict[tuple[TimerKind, str], datetime]:
    """What runs once these changes were kept, one after the other."""
    running: dict[tuple[TimerKind, str], datetime] = {}
    for timer in (timer for change in changes for timer in change.timers):
        running.pop((timer.kind, timer.subject), None)
        if timer.due_at is not None:
            running[timer.kind, timer.subject] = timer.due_at
    return running


@pytest.mark.parametrize("decide", FIRST)
def test_undo_puts_back_stage_owner_clock_and_timers_exactly(
    decide: Callable[[Case], Change],
) -> None:
    opened = offered(a_lead())
    assert opened.handoff is not None
    case = Told(opened.lead, opened.handoff, a_policy(), opened.entries)
    decision = decide(case)
    change = undone(after_all(case, decision), at=LATER + MINUTE)
    assert (change.lead, change.handoff) == (case.lead, case.handoff)
    assert timers_after(opened, decision) != timers_after(opened)
    assert timers_after(opened, decision, change) == timers_after(opened)


@pytest.mark.parametrize("decide", FIRST)
def test_undo_is_written_into_the_log_and_told_to_whoever_was_told(
    decide: Callable[[Case], Change],
) -> None:
    case = an_open_case()
    decided = after_all(case, decide(case))
    change = undo(decided, by=OTHER, at=LATER + MINUTE, door=Door.BUTTON)
    assert isinstance(change, Change)
    (entry,) = change.entries
    assert (entry.from_stage, entry.to_stage) == (decided.lead.stage, Stage.MQL)
    assert (entry.verb, entry.actor, entry.occurred_at) == (Verb.UNDO, OTHER, LATER + MINUTE)
    assert decided.handoff.decision is not None
    told = [IntentKind.CARD]
    if decided.handoff.decision.outcome is Outcome.REJECTED:
        told.append(IntentKind.RETURNED)
    assert kinds(change) == told


def test_a_handoff_that_fell_due_meanwhile_is_overdue_after_undo_and_rings_no_more() -> None:
    case = an_open_case()
    due_at = case.handoff.due_at
    decided = accepted(case, at=due_at - MINUTE)
    still_running = undone(decided, at=due_at - TICK)
    just_over = undone(decided, at=due_at)
    assert Timer(TimerKind.DUE, "ho_1", due_at) in still_running.timers
    assert TimerKind.DUE not in [timer.kind for timer in just_over.timers]
    assert just_over.handoff == case.handoff


@pytest.mark.parametrize("decide", FIRST)
def test_undo_is_possible_until_the_grace_ends_and_not_at_its_end(
    decide: Callable[[Case], Change],
) -> None:
    case = an_open_case()
    decided = after_all(case, decide(case))
    ends = LATER + GRACE
    assert undo_ends(decided.handoff, decided.policy) == ends
    assert isinstance(undo(decided, by=REP, at=ends - TICK, door=Door.BUTTON), Change)
    assert undo(decided, by=REP, at=ends, door=Door.BUTTON) == TooLate(ends)
    assert undo(decided, by=REP, at=ends + GRACE, door=Door.BUTTON) == TooLate(ends)


def test_an_open_handoff_has_nothing_to_undo() -> None:
    case = an_open_case()
    assert undo_ends(case.handoff, case.policy) is None
    assert undo(case, by=REP, at=LATER, door=Door.BUTTON) == NothingToUndo()


def test_undo_twice_finds_nothing_the_second_time() -> None:
    case = accepted(an_open_case())
    again = after_all(case, undone(case, at=LATER + MINUTE))
    assert undo(again, by=REP, at=LATER + MINUTE, door=Door.BUTTON) == NothingToUndo()


def test_after_undo_anybody_may_decide_anew() -> None:
    case = accepted(an_open_case())
    again = after_all(case, undone(case, at=LATER + MINUTE))
    assert rejected(again, at=LATER + 2 * MINUTE).lead.stage is Stage.NURTURING


@pytest.mark.parametrize("newest", ["open", "accepted", "rejected"])
def test_a_decision_cannot_be_undone_once_the_lead_was_offered_anew(newest: str) -> None:
    back = rejected(an_open_case())
    change = offered(back.lead, id="ho_2", last=back.handoff, at=LATER + MINUTE)
    second = after_all(back, change)
    if newest == "accepted":
        second = accepted(second, at=LATER + 2 * MINUTE)
    if newest == "rejected":
        second = rejected(second, at=LATER + 2 * MINUTE)
    first = Told(second.lead, back.handoff, back.policy, second.entries)
    assert undo(first, by=REP, at=LATER + 3 * MINUTE, door=Door.BUTTON) == NothingToUndo()


def test_a_policy_without_grace_leaves_no_undo() -> None:
    case = accepted(an_open_case(a_policy(undo_within=timedelta(0))))
    assert undo(case, by=REP, at=LATER, door=Door.BUTTON) == TooLate(LATER)


# Every decision on every state: nothing is ever raised, and what is changed obeys the table.


STATES: dict[str, Callable[[], Told]] = {
    "open": an_open_case,
    "accepted": lambda: accepted(an_open_case()),
    "rejected": lambda: rejected(an_open_case()),
    "ruled out": lambda: rejected(an_open_case(), reason="spam"),
    "undone": lambda: after_all(
        accepted(an_open_case()), undone(accepted(an_open_case()), at=LATER)
    ),
}
ASKED: dict[str, Decide] = {
    "accept": lambda case: accept(case, by=OTHER, at=LATER + MINUTE, door=Door.COMMAND),
    "reject": lambda case: reject(
        case, by=OTHER, at=LATER + MINUTE, door=Door.MODAL, reason="no_need"
    ),
    "rule out": lambda case: reject(
        case, by=OTHER, at=LATER + MINUTE, door=Door.MODAL, reason="vendor"
    ),
    "undo": lambda case: undo(case, by=OTHER, at=LATER + MINUTE, door=Door.BUTTON),
}
ANSWERS = {
    **{
        (state, asked): (AlreadyTaken if asked != "undo" else Change)
        for state in ("accepted", "rejected", "ruled out")
        for asked in ASKED
    },
    **{
        (state, asked): (Change if asked != "undo" else NothingToUndo)
        for state in ("open", "undone")
        for asked in ASKED
    },
}


@pytest.mark.parametrize(("state", "asked"), list(product(STATES, ASKED)))
def test_every_decision_on_every_state_has_its_answer(state: str, asked: str) -> None:
    case = STATES[state]()
    outcome = ASKED[asked](case)
    assert isinstance(outcome, ANSWERS[state, asked])
    if isinstance(outcome, Change):
        (entry,) = outcome.entries
        assert entry.from_stage is case.lead.stage
        assert entry.to_stage is outcome.lead.stage
        assert outcome.lead.version == case.lead.version
        assert outcome.lead.identity == case.lead.identity


# May it be offered?

COOL = timedelta(days=30)


def may(case: Case, *, at: datetime, news: datetime | None = None, qualified: bool = True) -> bool:
    return may_be_offered(
        case.lead,
        an_explanation(qualified=qualified),
        rests_until=rests_until(case.lead, case.policy, COOL),
        newest_signal_at=news,
        at=at,
    )


@pytest.mark.parametrize(("stage", "qualified"), list(product(Stage, [True, False])))
def test_who_was_never_offered_may_be_when_the_definition_is_met(
    stage: Stage, qualified: bool
) -> None:
    offered_now = may_be_offered(
        a_lead(stage=stage),
        an_explanation(qualified=qualified),
        rests_until=None,
        newest_signal_at=None,
        at=NOW,
    )
    assert offered_now is (qualified and stage in (Stage.NEW, Stage.NURTURING))


@pytest.mark.parametrize(
    ("qualified", "rested", "news"),
    list(product([True, False], [True, False], [True, False, None])),
)
def test_who_was_sent_back_needs_rest_and_news(
    qualified: bool, rested: bool, news: bool | None
) -> None:
    at = LATER + COOL - (timedelta(0) if rested else TICK)
    newest = None if news is None else LATER + (TICK if news else timedelta(0))
    answer = may(rejected(an_open_case()), at=at, news=newest, qualified=qualified)
    assert answer is (qualified and rested and news is True)


@pytest.mark.parametrize(
    ("qualified", "woken", "news"),
    list(product([True, False], [True, False], [True, False])),
)
def test_who_was_told_to_come_back_on_a_date_needs_no_news_then_and_has_no_way_before(
    qualified: bool, woken: bool, news: bool
) -> None:
    case = rejected(an_open_case(), reason="bad_timing", wake_on=TOMORROW)
    wakes = datetime(2026, 3, 5, 9, tzinfo=UTC)
    newest = LATER + TICK if news else NOW
    at = wakes if woken else wakes - TICK
    assert may(case, at=at, news=newest, qualified=qualified) is (qualified and woken)


@pytest.mark.parametrize("state", ["open", "accepted", "ruled out", "undone"])
def test_who_is_with_sales_or_out_is_not_offered_however_long_ago(state: str) -> None:
    case = STATES[state]()
    assert not may(case, at=LATER + 10 * COOL, news=LATER + COOL)


def test_who_is_not_in_nurturing_has_no_rest() -> None:
    assert rests_until(a_lead(), a_policy(), COOL) is None
    assert rests_until(an_open_case().lead, a_policy(), COOL) is None
