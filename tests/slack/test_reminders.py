"""Reminders in Slack: one direct message to a person, one line in the thread of the card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.domain.intents import IntentKind
from core.domain.log import Door
from core.domain.reminder import Snooze
from core.domain.stages import Verb
from core.services import handoff, watch
from core.services.handoff import Stimulus
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.slack import behaviours as b
from tests.slack.office import BOB, RIN, SALES, Office, a_person

GATHERED = timedelta(minutes=5)
SOON, LATE = timedelta(hours=3), timedelta(hours=4)  # a hot lead, accepted now


def pass_time(office: Office, by: timedelta) -> None:
    for part in (by, GATHERED):
        office.clock.now += part
        watch.fire_due(office.desk)
    office.drain()


def accepted(office: Office, *, by: str = BOB, lead: int = 1) -> None:
    card = office.card(a_person(lead))
    office.click(card, ids.ACCEPT, by=by)
    office.drain()


def directs(office: Office, person: str = BOB) -> list[dict[str, Any]]:
    return office.slack.messages(f"D{person}") if f"D{person}" in office.slack.team.rooms else []


def in_thread(office: Office) -> list[str]:
    return [m["text"] for m in office.slack.messages(SALES) if "thread_ts" in m]


def test_one_message_tells_a_person_all_that_waits(office: Office) -> None:
    accepted(office, lead=1)
    accepted(office, lead=2)
    pass_time(office, SOON)
    (message,) = directs(office)
    assert message["text"] == "2 leads are waiting for you"
    assert office.slack.calls_of("conversations.open")


def test_it_speaks_the_language_of_whom_it_reminds(office: Office) -> None:
    accepted(office, by=RIN)
    pass_time(office, SOON)
    assert "リード" in directs(office, RIN)[0]["text"]


def test_a_reminder_of_what_was_done_meanwhile_says_nothing(office: Office) -> None:
    accepted(office)
    for part in (SOON, GATHERED):
        office.clock.now += part
        watch.fire_due(office.desk)
    handoff.pursue(office.desk, Stimulus(TEAM, "ho_1", BOB, Door.BUTTON), Verb.TOUCH)
    office.drain()
    assert directs(office) == []
    assert office.queue().get("queued", 0) == 0


@pytest.mark.parametrize("snooze", Snooze)
def test_it_can_be_put_off_and_comes_again(office: Office, snooze: Snooze) -> None:
    accepted(office)
    pass_time(office, LATE)
    (message,) = directs(office)
    assert office.click(message, ids.snooze(snooze)).status_code == 200
    office.drain()
    (message,) = directs(office)
    assert "Put off" in message["text"]
    pass_time(office, timedelta(days=1))
    assert [m["text"] for m in directs(office)][1:] == ["One lead is waiting for you"]


def test_nobody_puts_off_what_another_one_is_to_hear(office: Office) -> None:
    accepted(office)
    pass_time(office, LATE)
    (message,) = directs(office)
    office.click(message, ids.snooze(Snooze.HOUR), by=RIN)
    office.drain()
    assert directs(office)[0]["text"] == "One lead is waiting for you"


@pytest.mark.parametrize(
    ("error", "posted"), [("missing_scope", 1), ("user_not_found", 0), ("cannot_dm_bot", 0)]
)
def test_who_cannot_be_reached_stops_nobody(office: Office, error: str, posted: int) -> None:
    accepted(office)
    office.slack.script("conversations.open", b.fails(error))
    pass_time(office, SOON)
    assert len(directs(office)) == posted
    assert office.queue() == {}


def test_a_reminder_that_slack_did_not_confirm_is_found_again(office: Office) -> None:
    accepted(office)
    for part in (SOON, GATHERED):
        office.clock.now += part
        watch.fire_due(office.desk)
    office.slack.script("chat.postMessage", b.broken(posted=True))
    office.drain()
    office.wait()
    assert len(directs(office)) == 1


def test_the_thread_asks_who_takes_a_lead_and_then_says_that_it_is_late(office: Office) -> None:
    office.card()
    pass_time(office, timedelta(minutes=45))
    assert [said[:9] for said in in_thread(office)] == ["⏳ Who tak"]
    pass_time(office, timedelta(minutes=10))
    assert [said[:9] for said in in_thread(office)] == ["⏳ Who tak", "⏰ Nobody "]


def test_nobody_is_asked_for_a_lead_that_was_taken_meanwhile(office: Office) -> None:
    card = office.card()
    office.clock.now += timedelta(minutes=45)
    watch.fire_due(office.desk)
    office.click(card, ids.ACCEPT)
    office.drain()
    assert not any(said.startswith("⏳") for said in in_thread(office))
    assert office.posting(IntentKind.NUDGE, "ho_1:answer_soon") is None
