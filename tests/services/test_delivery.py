"""Delivery: every promise is kept in its order, once, whatever Slack answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.domain.intents import Intent, IntentKind, Posting
from core.ports import Delivered, Errand, Later, Parked, Sent, Unknown
from core.services import delivery
from core.services.delivery import ATTEMPTS, LEASE, SETTLE, backoff
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import Office

CARD, BRIEFING, NOTICE = IntentKind.CARD, IntentKind.BRIEFING, IntentKind.NOTICE
TICK = timedelta.resolution
POSTED = Posting(CARD, "ho_1", "C0SALES", "1.000")
Answer = Delivered | Exception | Callable[[], Delivered]


@dataclass
class Messenger:
    """Answers what it was told to, in turn, and then that all went well."""

    answers: list[Answer] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)

    def deliver(self, errand: Errand) -> Delivered:
        self.errands.append(errand)
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    @property
    def told(self) -> list[tuple[IntentKind, str]]:
        return [(errand.intent.kind, errand.intent.subject) for errand in self.errands]


@pytest.fixture
def slack() -> Messenger:
    """A Slack that says yes to everything, unless told otherwise."""
    return Messenger()


def promise(office: Office, *subjects: str, kind: IntentKind = CARD) -> None:
    for subject in subjects:
        delivery.promise(office.desk, TEAM, Intent(kind, subject, lane=subject))


def states(office: Office) -> dict[str, int]:
    return dict(office.store.outbox.state().counts)


def test_a_promise_is_told_once_and_its_posting_kept(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Sent(POSTED)]
    assert delivery.drain(office.desk, slack) == 1
    assert slack.told == [(CARD, "ho_1")]
    assert states(office) == {}
    with office.store.read(TEAM) as view:
        assert view.posting(CARD, "ho_1") == POSTED
    assert delivery.drain(office.desk, slack) == 0


def test_a_promise_wakes_whoever_waits(office: Office) -> None:
    promise(office, "ho_1")
    assert office.woken == 1


def test_everything_that_is_due_is_told_oldest_first(office: Office, slack: Messenger) -> None:
    subjects = [f"ho_{number}" for number in range(23)]
    promise(office, *subjects)
    assert delivery.drain(office.desk, slack) == 23
    assert [subject for _, subject in slack.told] == subjects


def test_many_changes_of_one_thing_are_told_once(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1", "ho_1", "ho_1")
    assert delivery.drain(office.desk, slack) == 1


def test_what_is_promised_while_it_is_told_is_told_again(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")

    def meanwhile() -> Delivered:
        promise(office, "ho_1")
        return Sent()

    slack.answers = [meanwhile]
    assert delivery.drain(office.desk, slack) == 2


# Not now


def test_what_slack_puts_off_comes_when_slack_said_and_costs_no_attempt(
    office: Office, slack: Messenger
) -> None:
    promise(office, "ho_1")
    wait = timedelta(seconds=30)
    slack.answers = [Later("ratelimited", wait) for _ in range(2 * ATTEMPTS)]
    for _ in range(2 * ATTEMPTS):
        assert delivery.drain(office.desk, slack) == 1
        office.clock.now += wait - TICK
        assert delivery.drain(office.desk, slack) == 0
        office.clock.now += TICK
    assert delivery.drain(office.desk, slack) == 1
    assert {errand.attempts for errand in slack.errands} == {0}
    assert states(office) == {}


def test_a_wait_of_no_time_is_still_no_attempt(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Later("ratelimited", timedelta(0))]
    assert delivery.drain(office.desk, slack) == 2
    assert slack.errands[-1].attempts == 0


def test_a_failure_is_tried_again_ever_later(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Later("500") for _ in range(8)]
    waits = []
    for number in range(8):
        assert delivery.drain(office.desk, slack) == 1
        assert slack.errands[-1].attempts == number
        assert not slack.errands[-1].unsure
        due = office.store.outbox.next_due()
        assert due is not None
        waits.append((due - office.clock.now).total_seconds())
        office.clock.now = due - TICK
        assert delivery.drain(office.desk, slack) == 0
        office.clock.now = due
    assert all(2**number / 2 <= wait <= 2**number for number, wait in enumerate(waits))
    assert delivery.drain(office.desk, slack) == 1
    assert states(office) == {}


def test_a_failure_holds_up_its_own_lane_and_no_other(office: Office, slack: Messenger) -> None:
    intents = [Intent(kind, "ho_1", lane="ho_1") for kind in (CARD, BRIEFING)]
    delivery.promise(office.desk, TEAM, *intents)
    promise(office, "ho_2")
    slack.answers = [Later("500")]
    delivery.drain(office.desk, slack)
    assert slack.told == [(CARD, "ho_1"), (CARD, "ho_2")]
    office.clock.forward(minutes=1)
    delivery.drain(office.desk, slack)
    assert slack.told[2:] == [(CARD, "ho_1"), (BRIEFING, "ho_1")]


# Perhaps


def test_an_answer_of_unknown_fate_is_looked_into_after_it_has_settled(
    office: Office, slack: Messenger
) -> None:
    promise(office, "ho_1")
    slack.answers = [Unknown("timeout")]
    delivery.drain(office.desk, slack)
    office.clock.now = NOW + SETTLE - TICK
    assert delivery.drain(office.desk, slack) == 0
    office.clock.now = NOW + SETTLE
    assert delivery.drain(office.desk, slack) == 1
    assert [errand.unsure for errand in slack.errands] == [False, True]
    assert slack.errands[-1].attempts == 1


def test_what_was_unsure_once_stays_unsure_until_it_is_done(
    office: Office, slack: Messenger
) -> None:
    promise(office, "ho_1")
    slack.answers = [Unknown("timeout"), Later("500"), Later("ratelimited", SETTLE)]
    for _ in range(4):
        delivery.drain(office.desk, slack)
        office.clock.forward(minutes=1)
    assert [errand.unsure for errand in slack.errands] == [False, True, True, True]
    promise(office, "ho_1")
    delivery.drain(office.desk, slack)
    assert not slack.errands[-1].unsure


def test_unknown_fates_come_ever_later_too(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Unknown("timeout") for _ in range(9)]
    for _ in range(9):
        assert delivery.drain(office.desk, slack) == 1
        due = office.store.outbox.next_due()
        assert due is not None
        wait, office.clock.now = due - office.clock.now, due
    assert wait >= timedelta(minutes=2)


def test_a_worker_that_died_leaves_its_errand_unsure_to_the_next(
    office: Office, slack: Messenger
) -> None:
    promise(office, "ho_1")
    office.store.outbox.claim(now=office.clock.now, lease=LEASE, limit=1)
    assert delivery.drain(office.desk, slack) == 0
    office.clock.now += LEASE
    assert delivery.drain(office.desk, slack) == 1
    assert (slack.errands[0].unsure, slack.errands[0].attempts) == (True, 0)


def test_what_waited_long_is_looked_for_first_as_the_database_may_be_a_backup(
    office: Office, slack: Messenger
) -> None:
    promise(office, "ho_1")
    office.clock.now += timedelta(hours=1, seconds=1)
    assert delivery.drain(office.desk, slack) == 1
    assert slack.errands[0].unsure


def test_whoever_was_too_slow_settles_nothing(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    other = Messenger([Sent(POSTED)])

    def slow() -> Delivered:
        office.clock.now += LEASE
        assert delivery.drain(office.desk, other) == 1
        return Later("too slow")

    slack.answers = [slow]
    assert delivery.drain(office.desk, slack) == 1
    assert states(office) == {}
    with office.store.read(TEAM) as view:
        assert view.posting(CARD, "ho_1") == POSTED


# Never


def test_what_needs_a_person_is_set_aside_alone(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1", "ho_2")
    slack.answers = [Parked("channel_not_found")]
    delivery.drain(office.desk, slack)
    assert states(office) == {"parked": 1}
    office.clock.forward(days=9)
    assert delivery.drain(office.desk, slack) == 0


def test_where_nothing_can_be_told_everything_of_that_workspace_waits(
    office: Office, slack: Messenger
) -> None:
    promise(office, *(f"ho_{number}" for number in range(9)))
    office.open(a_policy(), team="T02")
    delivery.promise(office.desk, "T02", Intent(CARD, "ho_x", lane="ho_x"))

    def answer() -> Delivered:
        mine = slack.errands[-1].workspace == TEAM
        return Parked("token_revoked", whole_workspace=True) if mine else Sent()

    slack.answers = [answer for _ in range(20)]
    delivery.drain(office.desk, slack)
    assert states(office) == {"parked": 9}
    assert [errand.workspace for errand in slack.errands].count(TEAM) == 1


@dataclass
class Doorbell:
    """Says whether Slack lets us in, and counts how often it was asked."""

    welcome: bool = False
    rung: int = 0

    def opens(self, workspace: str) -> bool:
        self.rung += 1
        return self.welcome


def test_a_shut_workspace_goes_on_once_slack_lets_us_in(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1", "ho_2")
    slack.answers = [Parked("token_revoked", whole_workspace=True)]
    delivery.drain(office.desk, slack)
    promise(office, "ho_2", "ho_3")  # decisions go on meanwhile
    doorbell = Doorbell()
    delivery.reopen(office.desk, doorbell)
    assert delivery.drain(office.desk, slack) == 0
    assert states(office) == {"parked": 3}
    doorbell.welcome = True
    woken = office.woken
    delivery.reopen(office.desk, doorbell)
    assert office.woken == woken + 1
    assert delivery.drain(office.desk, slack) == 3
    assert [subject for _, subject in slack.told] == ["ho_1", "ho_1", "ho_2", "ho_3"]
    assert states(office) == {}
    delivery.reopen(office.desk, doorbell)
    assert doorbell.rung == 2  # nobody rings where the door is open


def test_each_delivery_leaves_one_line_without_personal_data(
    office: Office, slack: Messenger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    promise(office, "ho_1")
    slack.answers = [Later("ratelimited", timedelta(seconds=3)), Unknown("timeout"), Sent()]
    for _ in range(3):
        delivery.drain(office.desk, slack)
        office.clock.forward(seconds=10)
    assert [record.getMessage() for record in caplog.records] == [
        "delivery 1 in T01: card of ho_1 put off after 0.0 s (ratelimited)",
        "delivery 1 in T01: card of ho_1 unknown after 10.0 s (timeout)",
        "delivery 1 in T01: card of ho_1 sent after 20.0 s",
    ]


def test_attempts_have_an_end(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Later("500") for _ in range(ATTEMPTS)]
    for _ in range(ATTEMPTS):
        assert delivery.drain(office.desk, slack) == 1
        office.clock.forward(minutes=5)
    assert delivery.drain(office.desk, slack) == 0
    assert states(office) == {"dead": 1}


def test_patience_outlasts_twelve_hours_without_slack(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [Unknown("timeout") for _ in range(ATTEMPTS)]
    while office.clock.now < NOW + timedelta(hours=12):
        delivery.drain(office.desk, slack)
        office.clock.now = office.store.outbox.next_due() or office.clock.now
        assert states(office) == {"queued": 1}
    slack.answers = []
    delivery.drain(office.desk, slack)
    assert states(office) == {}


# Bugs


def test_a_bug_in_one_message_does_not_stop_the_others(
    office: Office, slack: Messenger, caplog: pytest.LogCaptureFixture
) -> None:
    promise(office, "ho_1", "ho_2", "ho_3")
    slack.answers = [Sent(), ZeroDivisionError("jane@acme.example"), Sent()]
    assert delivery.drain(office.desk, slack) == 3
    assert states(office) == {"queued": 1}
    assert "ZeroDivisionError" in caplog.text
    assert "jane@acme.example" not in caplog.text


def test_a_bug_may_have_struck_after_slack_had_posted(office: Office, slack: Messenger) -> None:
    promise(office, "ho_1")
    slack.answers = [KeyError("ts")]
    delivery.drain(office.desk, slack)
    office.clock.now += SETTLE
    delivery.drain(office.desk, slack)
    assert [errand.unsure for errand in slack.errands] == [False, True]


# Waiting


@pytest.mark.parametrize("attempts", [1, 2, 5, 9, 10, 100, ATTEMPTS])
def test_a_wait_doubles_up_to_five_minutes_and_is_never_quite_the_same(attempts: int) -> None:
    longest = min(2 ** (attempts - 1), 300)
    waits = {backoff(attempts).total_seconds() for _ in range(50)}
    assert all(longest / 2 <= wait <= longest for wait in waits)
    assert len(waits) > 1
