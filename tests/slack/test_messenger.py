"""Every promise is kept once, however Slack and the network fail on the way."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient

from core.domain.intents import IntentKind
from core.domain.schedule import WEEKLY, Schedule
from core.domain.stages import Verb
from core.ports import Delivered, Errand, Later, Parked, Sent, Unit, Unknown
from core.services import delivery, reporting, watch
from handlers.slack import calls
from handlers.slack.calls import means
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from tests.builders import TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.fake import RESPONSE_URL, TOKEN, Call
from tests.slack.limits import faults
from tests.slack.office import BOB, DIGEST, MARKETING, RIN, SALES, Office, a_person

POSTED_BUT = {
    "5xx": b.broken(posted=True),
    "hang": b.hangs(1.5, posted=True),
    "reset": b.resets(posted=True),
    "cut": b.cut(),
    "html": b.html(posted=True),
    "empty": b.empty(posted=True),
    "landing late": b.lands_late(0.5),
}
NOT_POSTED = {
    "5xx": b.broken(posted=False),
    "hang": b.hangs(1.5, posted=False),
    "reset": b.resets(posted=False),
    "cut": b.cut(posted=False),
    "html": b.html(posted=False),
    "empty": b.empty(posted=False),
    "fatal_error": b.fails("fatal_error"),
    "internal_error": b.fails("internal_error"),
    "429": b.limited("2"),
}


@dataclass
class Naive:
    """The control: takes every unclear answer for a failure and posts again."""

    messenger: SlackMessenger

    def deliver(self, errand: Errand) -> Delivered:
        delivered = self.messenger.deliver(errand)
        return Later(delivered.problem) if isinstance(delivered, Unknown) else delivered


def refuse(office: Office, *channels: str, error: str) -> None:
    """Slack takes nothing in these channels."""

    def direct(method: str, args: Mapping[str, Any]) -> b.Behaviour:
        posts = method in ("chat.postMessage", "chat.update")
        return b.fails(error) if posts and args.get("channel") in channels else b.OK

    office.slack.director = direct


def posts_to(office: Office, channel: str) -> list[Call]:
    calls = office.slack.calls_of("chat.postMessage")
    return [call for call in calls if call.args["channel"] == channel]


def settle(office: Office, rounds: int = 3) -> None:
    office.slack.settle()
    for _ in range(rounds):
        office.wait(60)


@pytest.mark.parametrize("failure", POSTED_BUT.values(), ids=POSTED_BUT)
def test_a_card_of_unknown_fate_is_found_and_adopted(office: Office, failure: b.Behaviour) -> None:
    office.slack.script("chat.postMessage", failure)
    office.offer()
    office.drain()
    assert office.posting(IntentKind.CARD) is None
    settle(office)
    [card] = office.cards()
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.ts == card["ts"]
    assert office.queue() == {}


@pytest.mark.parametrize("failure", NOT_POSTED.values(), ids=NOT_POSTED)
def test_a_card_that_was_not_posted_is_posted_once(office: Office, failure: b.Behaviour) -> None:
    office.slack.script("chat.postMessage", failure)
    office.offer()
    office.drain()
    assert office.cards() == []
    settle(office)
    assert len(office.cards()) == 1
    assert office.queue() == {}


@pytest.mark.parametrize("name", ["5xx", "reset", "cut", "html"])
def test_the_naive_way_doubles_cards(office: Office, name: str) -> None:
    office.slack.script("chat.postMessage", POSTED_BUT[name])
    office.offer()
    assert isinstance(office.messenger, SlackMessenger)
    office.messenger = Naive(office.messenger)
    office.drain()
    settle(office)
    assert len(office.cards()) == 2


def test_forged_marks_adopt_nothing(office: Office) -> None:
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.offer()
    office.drain()
    with office.slack.team.lock:
        [copied] = office.slack.team.rooms[SALES].messages
        copied["user"] = "U0MALLORY"
    settle(office)
    assert len(office.cards()) == 2
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.ts == office.cards()[1]["ts"]


def test_a_mark_with_a_wrong_seal_adopts_nothing(office: Office) -> None:
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.offer()
    office.drain()
    with office.slack.team.lock:
        [copied] = office.slack.team.rooms[SALES].messages
        copied["metadata"]["event_payload"]["seal"] = "0" * 32
    settle(office)
    assert len(office.cards()) == 2


def test_the_mark_says_nothing_about_the_person(office: Office) -> None:
    metadata = str(office.card()["metadata"])
    assert "ho_1" in metadata
    for personal in ("Hana", "Sato", "acme"):
        assert personal not in metadata


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "no_permission"])
def test_where_we_may_not_look_a_repeat_is_labelled(office: Office, error: str) -> None:
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.slack.always("conversations.history", b.fails(error))
    office.offer()
    office.drain()
    settle(office)
    first, second = office.cards()
    assert "repeat" in str(second["blocks"])
    assert "repeat" not in str(first["blocks"])
    assert office.queue() == {}


@pytest.fixture
def twice(office: Office) -> Office:
    """The office with a card that hangs twice, because we may not look."""
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.slack.always("conversations.history", b.fails("missing_scope"))
    office.offer()
    office.drain()
    settle(office)
    assert len(office.cards()) == 2
    return office


@pytest.mark.parametrize("clicked", [0, 1], ids=["the first", "the repeat"])
def test_whichever_copy_is_clicked_decides_and_no_button_is_left_on_the_other(
    twice: Office, clicked: int
) -> None:
    twice.click(twice.cards()[clicked], ids.ACCEPT)
    twice.drain()
    first, repeat = twice.cards()
    assert f"<@{BOB}>" in str(repeat["blocks"])
    if clicked == 1:  # nobody knows yet where the first one hangs
        twice.click(first, ids.ACCEPT, by=RIN)
        twice.drain()
        assert [w["ephemeral_to"] for w in twice.whispers()] == [RIN]
        first, repeat = twice.cards()
    assert ids.ACCEPT not in str(first["blocks"])
    assert "Hana Sato" in first["text"]
    assert first["metadata"]["event_type"] == "baton_copy"
    assert f"<@{BOB}>" in str(repeat["blocks"])
    decision = twice.handoff().decision
    assert decision
    assert decision.by == BOB


def test_a_copy_that_was_rejected_from_is_taken_out_of_use(twice: Office) -> None:
    twice.click(twice.cards()[0], ids.REJECT)
    twice.send(twice.view(), reason="no_need")
    twice.drain()
    first, _ = twice.cards()
    assert first["metadata"]["event_type"] == "baton_copy"


def test_a_busy_channel_is_searched_page_by_page(office: Office) -> None:
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.offer()
    office.drain()
    for number in range(350):
        office.client.chat_postMessage(channel=SALES, text=f"chat {number}")
    settle(office)
    assert len([m for m in office.cards() if m["blocks"]]) == 1
    assert len(office.slack.calls_of("conversations.history")) == 2


def test_a_429_is_obeyed_to_the_second_and_costs_no_attempt(office: Office) -> None:
    office.slack.script("chat.postMessage", *[b.limited("7")] * 12)
    office.offer()
    office.drain()
    for _ in range(11):
        office.wait(6.5)
        office.wait(0.5)
    assert len(office.slack.calls_of("chat.postMessage")) == 12
    office.wait(7)
    assert len(office.cards()) == 1


def test_a_long_queue_waits_as_slack_asked_and_keeps_its_order(office: Office) -> None:
    for number in range(1, 61):
        office.offer(a_person(number))
    office.slack.script("chat.postMessage", *[b.limited("5")] * 3)
    for _ in range(3):
        office.drain()
        office.wait(4)
        office.wait(1)
    assert len(office.slack.calls_of("chat.postMessage")) == 63
    told = [card["metadata"]["event_payload"]["id"] for card in office.cards()]
    assert told == [f"ho_{number}" for number in range(1, 61)]


def test_nobody_to_tell_is_no_fault_to_mend(office: Office) -> None:
    office.promise(IntentKind.NOTICE, "nt_1", channel="C0ELSE", user="U0NOBODY", note="busy")
    office.drain()
    assert office.queue() == {}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("1", 1), ("30", 30), (None, 30), ("", 30), ("soon", 30), ("-5", 30), ("0", 1)),
        *(("Wed, 21 Oct 2026 07:28:00 GMT", 30), ("9" * 30, 30), ("99999", 3600)),
    ],
)
def test_retry_after_is_read_with_care(office: Office, header: str | None, seconds: int) -> None:
    office.slack.script("chat.postMessage", b.limited(header))
    office.offer()
    [errand] = office.desk.store.outbox.claim(
        now=office.clock.now, lease=timedelta(minutes=1), limit=1
    )
    asked = Later("ratelimited", wait=timedelta(seconds=seconds), channel=SALES)
    assert office.messenger.deliver(errand) == asked


def test_nobody_there_is_later_and_costs_no_attempt(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = WebClient(TOKEN, base_url=f"http://127.0.0.1:{port}/", retry_handlers=[], timeout=1)
    away = SlackMessenger(office.desk, lambda _: nobody)
    office.offer()
    for _ in range(20):
        delivery.drain(office.desk, away)
        office.clock.forward(seconds=10)
    office.drain()
    assert len(office.cards()) == 1


def test_an_update_is_repeated_until_it_is_clear(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.slack.script("chat.update", b.broken(posted=False), b.resets(posted=False), b.cut())
    office.drain()
    settle(office)
    [after] = office.cards()
    assert f"<@{BOB}>" in str(after["blocks"])


@pytest.mark.parametrize(
    "error", ["message_not_found", "cant_update_message", "edit_window_closed"]
)
def test_a_card_that_cannot_be_changed_is_posted_anew(office: Office, error: str) -> None:
    dead = office.card()
    office.slack.always("chat.update", b.fails(error))
    office.click(dead, ids.ACCEPT)
    office.drain()
    fresh = office.cards()[-1]
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.ts == fresh["ts"] != dead["ts"]


def test_a_card_deleted_by_hand_comes_back_once(office: Office) -> None:
    card = office.card()
    office.slack.team.delete(SALES, card["ts"])
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.click(card, ids.ACCEPT)
    office.drain()
    settle(office)
    [fresh] = office.cards()
    assert f"<@{BOB}>" in str(fresh["blocks"])
    assert office.queue() == {}


NOWHERE = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"]


@pytest.mark.parametrize("error", NOWHERE)
def test_what_cannot_be_said_there_is_said_elsewhere_and_complained_of_once(
    office: Office, error: str
) -> None:
    refuse(office, SALES, error=error)
    for number in (1, 2, 3):
        office.offer(a_person(number))
    office.drain()
    first, *others, alarm = office.cards(MARKETING)
    assert len(others) == 2
    assert f"<#{SALES}>" in alarm["text"]
    assert error in alarm["text"]
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert (posting.channel, posting.ts) == (MARKETING, first["ts"])
    assert len(posts_to(office, SALES)) == 1
    assert office.queue() == {}
    office.click(first, ids.ACCEPT)
    office.drain()
    [changed, *_] = office.cards(MARKETING)
    assert f"<@{BOB}>" in str(changed["blocks"])
    [briefing] = [m for m in office.slack.messages(MARKETING) if m.get("thread_ts")]
    assert briefing["thread_ts"] == first["ts"]


def test_a_problem_that_stays_is_complained_of_every_day(office: Office) -> None:
    refuse(office, SALES, error="is_archived")
    for day in range(3):
        for hour in range(2):
            office.offer(a_person(10 * day + hour + 1))
            office.drain()
            office.clock.forward(hours=1)
        office.clock.forward(hours=22)
    alarms = [m for m in office.cards(MARKETING) if "is_archived" in m["text"]]
    assert len(alarms) == 3


def test_a_channel_that_works_again_is_used_again(office: Office) -> None:
    refuse(office, SALES, error="not_in_channel")
    office.offer(a_person(1))
    office.drain()
    office.slack.director = None
    office.wait(60)
    office.offer(a_person(2))
    office.drain()
    assert len(office.cards(SALES)) == 1


def test_what_fits_nowhere_is_parked_alone(office: Office) -> None:
    refuse(office, SALES, MARKETING, DIGEST, error="not_in_channel")
    office.offer(a_person(1))
    office.drain()
    assert office.queue() == {"parked": 1}  # both alarms were given up
    office.slack.director = None
    office.wait(60)
    office.offer(a_person(2))
    office.drain()
    assert office.queue() == {"parked": 1}
    [row] = office.desk.store.outbox.waiting(limit=9)
    assert (row.subject, row.problem) == ("ho_1", "not_in_channel")
    assert office.desk.store.outbox.retry(row.id, at=office.clock.now)
    office.drain()
    assert len(office.cards(SALES)) == 2


def test_a_card_of_its_owner_goes_to_them(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.slack.team.delete(SALES, card["ts"])
    refuse(office, SALES, error="is_archived")
    office.drain()
    told = office.slack.team.direct_messages(BOB)
    assert [m["metadata"]["event_type"] for m in told] == ["baton_card", "baton_briefing"]
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.channel == f"D{BOB}"


def test_a_digest_goes_to_marketing_where_its_channel_is_gone(office: Office) -> None:
    refuse(office, DIGEST, error="channel_not_found")
    office.desk.change(
        TEAM, lambda unit, at: reporting.publish_digest(office.desk, unit, WEEKLY, at=at)
    )
    office.drain()
    digest, alarm = office.cards(MARKETING)
    assert digest["metadata"]["event_type"] == "baton_digest"
    assert alarm["metadata"]["event_type"] == "baton_alarm"


@pytest.mark.parametrize("posted", [True, False])
def test_after_an_unclear_answer_elsewhere_we_look_there_too(office: Office, posted: bool) -> None:
    refuse(office, SALES, error="is_archived")
    office.offer()
    office.slack.script("chat.postMessage", b.fails("is_archived"), b.broken(posted=posted))
    office.drain()
    settle(office)
    told = [m["metadata"]["event_type"] for m in office.cards(MARKETING)]
    assert sorted(told) == ["baton_alarm", "baton_card"]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
def test_what_slack_does_not_take_as_it_is_goes_as_plain_text(office: Office, error: str) -> None:
    office.slack.script("chat.postMessage", b.fails(error))
    office.offer()
    office.drain()
    [plain] = office.cards()
    [alarm] = office.cards(MARKETING)
    assert "Hana Sato" in plain["text"]
    assert plain["blocks"] == []
    assert error in alarm["text"]
    assert office.queue() == {}


def test_a_revoked_token_shuts_the_workspace_after_one_call(office: Office) -> None:
    office.slack.always("chat.postMessage", b.fails("token_revoked"))
    office.slack.always("auth.test", b.fails("token_revoked"))
    for number in range(1, 21):
        office.offer(a_person(number))
    office.drain()
    settle(office)
    office.offer(a_person(21))  # business goes on
    settle(office)
    assert isinstance(office.messenger, SlackMessenger)
    delivery.reopen(office.desk, office.messenger)
    settle(office)
    assert len(office.slack.calls_of("chat.postMessage")) == 1
    assert office.queue() == {"parked": 21}
    office.slack.always("chat.postMessage", b.OK)
    office.slack.always("auth.test", b.OK)
    delivery.reopen(office.desk, office.messenger)
    office.drain()
    told = [card["metadata"]["event_payload"]["id"] for card in office.cards()]
    assert told == [f"ho_{number}" for number in range(1, 22)]
    assert office.queue() == {}


def test_a_token_revoked_while_we_look_is_not_tried_on_another_call(office: Office) -> None:
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.slack.always("conversations.history", b.fails("token_revoked"))
    office.offer()
    office.drain()
    settle(office)
    assert len(office.slack.calls_of("chat.postMessage")) == 1
    assert office.desk.store.outbox.shut_workspaces() == {TEAM: "token_revoked"}


@pytest.fixture
def paced(office: Office) -> Office:
    """The office with the manners that Slack asks for."""
    office.messenger = SlackMessenger(office.desk, lambda _: office.client, timedelta(seconds=1))
    return office


def test_a_burst_becomes_a_queue_of_one_a_second_in_order(paced: Office) -> None:
    for number in range(1, 41):
        paced.offer(a_person(number))
    paced.drain()
    for seconds in range(1, 40):
        assert len(paced.cards()) == seconds
        paced.wait(0.5)
        assert len(paced.cards()) == seconds
        paced.wait(0.5)
    told = [card["metadata"]["event_payload"]["id"] for card in paced.cards()]
    assert told == [f"ho_{number}" for number in range(1, 41)]
    assert paced.queue() == {}


def test_who_waits_for_a_turn_is_not_asked_again_before_it_comes(paced: Office) -> None:
    for number in range(1, 21):
        paced.offer(a_person(number))
    assert paced.drain() < 20  # the first few find the queue, for the others too
    for _ in range(19):
        paced.clock.forward(seconds=1)
        assert paced.drain() == 1
    assert paced.queue() == {}


def test_two_processes_keep_one_pace(paced: Office) -> None:
    other = SlackMessenger(paced.desk, lambda _: paced.client, timedelta(seconds=1))
    for number in range(1, 11):
        paced.offer(a_person(number))
    for seconds in range(1, 11):
        paced.drain()
        delivery.drain(paced.desk, other)
        assert len(paced.cards()) == seconds
        paced.clock.forward(seconds=1)


def test_without_a_pace_a_burst_is_a_storm(office: Office) -> None:
    """The control."""
    for number in range(1, 11):
        office.offer(a_person(number))
    office.drain()
    assert len(office.cards()) == 10


def test_a_queue_holds_up_neither_changes_nor_answers(paced: Office) -> None:
    card = paced.card()
    for number in range(2, 31):
        paced.offer(a_person(number))
    paced.click(card, ids.ACCEPT)
    paced.click(card, ids.ACCEPT, by=RIN)
    paced.drain()
    [first] = paced.cards()
    assert f"<@{BOB}>" in str(first["blocks"])
    assert [w["ephemeral_to"] for w in paced.whispers()] == [RIN]


def test_an_hour_without_a_worker_is_no_burst_afterwards(paced: Office) -> None:
    for number in range(1, 21):
        paced.offer(a_person(number))
    paced.drain()
    paced.wait(3600)
    assert len(paced.cards()) == 2


def test_a_storm_of_429_is_waited_out_by_one_call_at_a_time(paced: Office) -> None:
    for number in range(1, 101):
        paced.offer(a_person(number))
    paced.slack.script("chat.postMessage", *[b.limited("30")] * 4)
    for _ in range(4):
        paced.drain()
        paced.wait(30)
    assert len(paced.slack.calls_of("chat.postMessage")) == 5
    for _ in range(99):
        paced.wait(1)
    told = [card["metadata"]["event_payload"]["id"] for card in paced.cards()]
    assert told == [f"ho_{number}" for number in range(1, 101)]
    assert {row.attempts for row in paced.desk.store.outbox.waiting(limit=999)} == set()


@pytest.mark.parametrize(
    ("error", "sorted_as"),
    [
        ("ratelimited", Later),
        ("rate_limited", Later),
        ("service_unavailable", Later),
        ("fatal_error", Unknown),
        ("internal_error", Unknown),
        ("", Unknown),
        ("Received a response in a non-JSON format: <html>", Unknown),
        ("channel_not_found", Parked),
        ("invalid_blocks", Parked),
        ("restricted_action", Parked),
        ("token_revoked", Parked),
        ("account_inactive", Parked),
        ("missing_scope", Parked),
        ("some_new_error", Parked),
    ],
)
def test_every_error_has_its_place(error: str, sorted_as: type[Delivered]) -> None:
    meant = means(error)
    assert isinstance(meant, sorted_as)
    if isinstance(meant, Parked):
        assert meant.whole_workspace == (error in calls._WORKSPACE)
        assert meant.problem.startswith("bug") == (error == "some_new_error")


def test_a_message_never_unfurls_or_calls_anybody(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    office.drain()
    posts = office.slack.calls_of("chat.postMessage")
    assert all(call.args["unfurl_links"] is False for call in posts)
    assert all(call.args["unfurl_media"] is False for call in posts)
    [update] = office.slack.calls_of("chat.update")
    assert (update.args["parse"], update.args["link_names"]) == ("none", False)


def test_a_briefing_is_told_once_though_its_answer_was_lost(office: Office) -> None:
    card = office.card()
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.click(card, ids.ACCEPT)
    office.drain()
    settle(office)
    [briefing] = [m for m in office.slack.messages(SALES) if m.get("thread_ts")]
    assert briefing["thread_ts"] == card["ts"]


def test_a_briefing_waits_for_its_card(office: Office) -> None:
    office.slack.script("chat.postMessage", b.fails("no_text"))
    office.offer()
    office.drain()
    office.promise(IntentKind.BRIEFING, "ho_1")
    office.drain()
    assert office.slack.messages(SALES) == []


def test_a_rejection_undone_before_anybody_heard_of_it_is_not_told(office: Office) -> None:
    card = office.card()
    office.click(card, ids.REJECT)
    office.slack.script("chat.postMessage", b.limited("30"))
    office.send(office.view(), reason="no_need")
    office.drain()
    [decided] = office.cards()
    office.click(decided, ids.step(Verb.UNDO, Verb.REJECT))
    office.drain()
    settle(office)
    assert office.cards(MARKETING) == []
    assert office.queue() == {}


def test_a_rejection_undone_after_it_was_told_is_corrected(office: Office) -> None:
    card = office.card()
    office.click(card, ids.REJECT)
    office.send(office.view(), reason="no_need")
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.drain()
    [told] = office.cards(MARKETING)
    office.click(office.cards()[0], ids.step(Verb.UNDO, Verb.REJECT))
    office.drain()
    settle(office)
    [corrected] = office.cards(MARKETING)
    assert corrected["ts"] == told["ts"]
    assert corrected["text"] != told["text"]


def test_a_digest_speaks_the_language_of_its_channel_and_is_kept_as_it_was_posted(
    office: Office,
) -> None:
    tokyo = Schedule("tokyo", SALES, locale="ja", timezone="Asia/Tokyo", skips_when_empty=True)
    policy = a_policy(digests=(tokyo, Schedule(WEEKLY, DIGEST)))

    def publish(unit: Unit, at: datetime) -> None:
        for schedule in policy.digests:
            reporting.publish_digest(office.desk, unit, schedule.id, at=at)

    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(policy))
    office.desk.change(TEAM, publish)
    office.drain()
    [japanese], [english] = office.cards(SALES), office.cards(DIGEST)
    assert "引き渡しダイジェスト" in japanese["text"]
    assert len(japanese["blocks"]) == 1
    assert "Handoff digest" in english["text"]
    with office.desk.read(TEAM) as view:
        kept = view.digests(schedule=WEEKLY, offset=0, limit=9)
        [said] = [json.loads(each.said or "") for each in kept]
    assert (said["text"], said["blocks"]) == (english["text"], english["blocks"])


def test_the_digest_is_posted_once(office: Office) -> None:
    office.card()
    office.desk.change(
        TEAM, lambda unit, at: reporting.publish_digest(office.desk, unit, WEEKLY, at=at)
    )
    office.slack.script("chat.postMessage", b.resets(posted=True))
    office.drain()
    settle(office)
    [digest] = office.cards(DIGEST)
    assert faults(digest["blocks"]) == []


def test_a_notice_reaches_whoever_is_not_in_the_channel(office: Office) -> None:
    office.slack.script("chat.postEphemeral", b.fails("user_not_in_channel"))
    office.promise(IntentKind.NOTICE, "nt_1", channel=SALES, user=RIN, note="busy")
    office.drain()
    assert len(office.slack.team.direct_messages(RIN)) == 1


def test_an_unknown_note_of_another_version_still_says_sorry(office: Office) -> None:
    office.promise(IntentKind.NOTICE, "nt_1", channel=SALES, user=RIN, note="brand-new")
    office.drain()
    assert office.whispers()[0]["text"]


@pytest.mark.parametrize(
    "failure", [b.broken(posted=False), b.limited("3"), b.resets(posted=False)]
)
def test_an_answer_is_repeated_where_it_did_not_arrive(
    office: Office, failure: b.Behaviour
) -> None:
    office.slack.script(RESPONSE_URL, failure)
    where = {"response_url": office.slack.response_url(SALES, BOB)}
    office.promise(IntentKind.ANSWER, "an_1", channel=SALES, user=BOB, command="help", **where)
    office.drain()
    settle(office)
    assert [w["ephemeral_to"] for w in office.whispers()] == [BOB]


@pytest.mark.parametrize(
    "kind", [IntentKind.CARD, IntentKind.BRIEFING, IntentKind.RETURNED, IntentKind.DIGEST]
)
def test_a_promise_about_nothing_is_parked_with_its_reason(
    office: Office, kind: IntentKind
) -> None:
    office.promise(kind, "no_such_thing")
    office.drain()
    assert office.queue() == {"parked": 1}


@pytest.mark.parametrize("forgetful", [False, True], ids=["looking first", "posting again"])
def test_a_crash_between_post_and_settling_leaves_one_card(office: Office, forgetful: bool) -> None:
    office.offer()
    lease = timedelta(minutes=1)
    claim: Callable[[], Errand] = lambda: office.desk.store.outbox.claim(  # noqa: E731
        now=office.clock.now, lease=lease, limit=1
    )[0]
    assert isinstance(office.messenger.deliver(claim()), Sent)  # and here the process dies
    office.clock.forward(minutes=2)
    errand = claim()
    assert errand.unsure
    if forgetful:
        errand = Errand(errand.id, TEAM, errand.intent, errand.attempts, False, errand.claim)
    office.messenger.deliver(errand)
    assert len(office.cards()) == (2 if forgetful else 1)


def lands_after_the_look(office: Office) -> None:
    """A card that nobody found is posted again, and then the first one turns up all the same."""
    office.slack.script("chat.postMessage", b.resets(posted=False))
    office.offer()
    office.drain()
    late = office.slack.calls_of("chat.postMessage")[-1].args
    office.wait(6)
    office.client.chat_postMessage(**late)
    assert len(office.cards()) == 2


def look_once_more(office: Office) -> None:
    office.clock.forward(minutes=2)
    watch.fire_due(office.desk)
    office.drain()


def test_a_card_that_turns_up_after_it_was_posted_again_is_taken_down(office: Office) -> None:
    lands_after_the_look(office)
    look_once_more(office)
    [card] = office.cards()
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.ts == card["ts"]
    assert office.queue() == {}
    office.click(card, ids.ACCEPT)
    office.drain()
    assert f"<@{BOB}>" in str(office.cards()[0]["blocks"])


def test_what_cannot_be_taken_down_now_is_taken_down_later(office: Office) -> None:
    lands_after_the_look(office)
    office.slack.script("chat.delete", b.broken(posted=False))
    look_once_more(office)
    assert len(office.cards()) == 2
    settle(office)
    assert len(office.cards()) == 1


def test_what_slack_will_not_delete_stays_and_holds_nothing_up(office: Office) -> None:
    lands_after_the_look(office)
    office.slack.script("chat.delete", b.fails("compliance_exports_prevent_deletion"))
    look_once_more(office)
    assert len(office.cards()) == 2
    assert office.queue() == {}


def test_a_forged_copy_is_left_alone(office: Office) -> None:
    lands_after_the_look(office)
    with office.slack.team.lock:
        office.slack.team.rooms[SALES].messages[-1]["user"] = "U0MALLORY"
    look_once_more(office)
    assert len(office.cards()) == 2


def test_nobody_looks_again_where_nothing_was_unclear(office: Office) -> None:
    office.card()
    look_once_more(office)
    assert office.slack.calls_of("conversations.history") == []


def _claimed(office: Office) -> Errand:
    outbox = office.desk.store.outbox
    [errand] = outbox.claim(now=office.clock.now, lease=timedelta(minutes=1), limit=1)
    return errand


def test_who_was_held_up_before_posting_leaves_it_to_whoever_has_it_now(office: Office) -> None:
    office.offer()
    slow = _claimed(office)
    office.clock.forward(minutes=2)
    quick = _claimed(office)
    assert isinstance(office.messenger.deliver(quick), Sent)  # posted, and not settled yet
    assert isinstance(office.messenger.deliver(slow), Later)
    assert len(posts_to(office, SALES)) == 1


def test_nobody_posts_once_its_claim_is_over(office: Office) -> None:
    office.offer()
    slow = _claimed(office)
    office.clock.forward(minutes=2)
    assert isinstance(office.messenger.deliver(slow), Later)
    assert not posts_to(office, SALES)
    office.drain()
    assert len(office.cards()) == 1


def test_who_was_held_up_takes_back_a_card_that_another_worker_has_posted(office: Office) -> None:
    held_up = iter([True])

    def direct(method: str, _: Mapping[str, Any]) -> b.Behaviour:
        if method == "chat.postMessage" and next(held_up, False):
            office.wait(120)  # the claim is over, and another worker tells it
        return b.OK

    office.slack.director = direct
    office.offer()
    office.drain()
    [card] = office.cards()
    posting = office.posting(IntentKind.CARD)
    assert posting
    assert posting.ts == card["ts"]
    assert len(posts_to(office, SALES)) == 2
    assert office.queue() == {}
