"""Sent back as a duplicate: what the form asks, and who reads to which lead it belongs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.gestures import words
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.slack.office import BOB, MARKETING, RIN, Office, a_person
from tests.slack.test_reminders import directs, pass_time

GATHERED = timedelta(minutes=5)


def sent_back(office: Office, card: dict[str, Any], said: str, **more: str) -> dict[str, Any]:
    office.click(card, ids.REJECT, by=BOB)
    answers = {ids.REASON: "duplicate", ids.BELONGS_TO: said, **more}
    answer = office.send(office.view(), user={"id": BOB, "team_id": TEAM}, **answers)
    office.drain()
    return dict(answer.json()) if answer.text else {}


def two(office: Office) -> dict[str, Any]:
    """Rin follows one lead; the card of another, which nobody has answered."""
    office.click(office.card(a_person(1)), ids.ACCEPT, by=RIN)
    office.drain()
    return office.card(a_person(2))


@pytest.mark.parametrize("said", ["ld_1", "address"])
def test_card_marketing_and_owner_read_to_whom_it_belongs(office: Office, said: str) -> None:
    card = two(office)
    known = a_person(1).identity.email or ""
    assert sent_back(office, card, known if said == "address" else said) == {}
    repainted = office.cards()[-1]
    assert "Belongs to" in words(repainted)
    assert f"<@{RIN}>" in words(repainted)
    assert "belongs to another record" in words(office.cards(MARKETING)[-1])
    pass_time(office, timedelta(0))
    assert "Belongs to" in words(office.ask("status ld_2", by=BOB))
    [told] = directs(office, RIN)
    assert "紐づくリード" in words(told)
    office.click(told, ids.DETAILS, by=RIN)
    assert "紐づけ先" in words(office.view())


def test_the_other_leads_log_and_thread_name_it(office: Office) -> None:
    card = two(office)
    sent_back(office, card, "ld_1")
    assert "another lead attached" in words(office.ask("log ld_1", by=BOB))
    threads = [m for m in office.slack.messages("C0SALES") if "thread_ts" in m]
    assert any("another lead attached" in words(message) for message in threads)


@pytest.mark.parametrize("said", ["nobody@acme.example", "ld_404", "ld_2"])
def test_a_slip_is_shown_beside_its_field(office: Office, said: str) -> None:
    answer = sent_back(office, two(office), said)
    assert list(answer["errors"]) == [ids.BELONGS_TO]


def test_undone_in_time_it_is_told_to_nobody(office: Office) -> None:
    card = two(office)
    sent_back(office, card, "ld_1")
    office.click(office.cards()[-1], "undo:rule_out", by=BOB)
    office.drain()
    assert "Belongs to" not in words(office.cards()[-1])
    pass_time(office, GATHERED)
    assert directs(office, RIN) == []
    assert "lead detached" in words(office.ask("log ld_1", by=BOB))


def test_news_that_was_put_off_comes_again(office: Office) -> None:
    card = two(office)
    sent_back(office, card, "ld_1")
    pass_time(office, timedelta(0))
    [told] = directs(office, RIN)
    office.click(told, "snooze:hour", by=RIN)
    office.drain()
    pass_time(office, timedelta(hours=1))
    assert [("紐づくリード" in words(message)) for message in directs(office, RIN)] == [False, True]
