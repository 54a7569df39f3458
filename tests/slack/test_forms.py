"""The reject form: sent once, checked again when it is sent, and corrected beside its fields."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any

import pytest

from core.domain.handoff import COMMENT_LIMIT, Outcome
from core.domain.log import Door
from handlers.slack.payload import remembered
from handlers.slack.views import ids
from tests.builders import NOW
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, RIN, Office

TOMORROW = (NOW + timedelta(days=1)).date().isoformat()


@pytest.fixture
def form(office: Office) -> dict[str, Any]:
    """The form, opened by Bob on the card of an offered lead."""
    office.click(office.card(), ids.REJECT)
    return office.view()


def errors(answer: Any) -> dict[str, str]:
    said = answer.json()
    assert said["response_action"] == "errors"
    return dict(said["errors"])


def test_a_complete_form_sends_the_lead_back(office: Office, form: dict[str, Any]) -> None:
    answer = office.send(form, reason="bad_timing", comment=" after the fair ", wake_on=TOMORROW)
    assert (answer.status_code, answer.text) == (200, "")
    decision = office.handoff().decision
    assert decision
    assert (decision.outcome, decision.by, decision.door) == (Outcome.REJECTED, BOB, Door.MODAL)
    assert (decision.reason, decision.comment) == ("bad_timing", "after the fair")
    assert decision.wake_on == date.fromisoformat(TOMORROW)


def test_marketing_hears_of_it(office: Office, form: dict[str, Any]) -> None:
    office.send(form, reason="no_need")
    office.drain()
    [told] = office.cards(MARKETING)
    assert f"<@{BOB}>" in told["text"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, ids.REASON),
        ({"reason": "no_such_reason"}, ids.REASON),
        ({"reason": "other"}, ids.COMMENT),
        ({"reason": "other", "comment": "   "}, ids.COMMENT),
        ({"reason": "other", "comment": "x" * (COMMENT_LIMIT + 1)}, ids.COMMENT),
        ({"reason": "bad_timing"}, ids.WAKE_ON),
        ({"reason": "bad_timing", "wake_on": NOW.date().isoformat()}, ids.WAKE_ON),
        ({"reason": "bad_timing", "wake_on": "soon"}, ids.WAKE_ON),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    office: Office, form: dict[str, Any], answers: dict[str, Any], field: str
) -> None:
    [(named, problem)] = errors(office.send(form, **answers)).items()
    assert named == field
    assert problem
    assert office.handoff().decision is None


def test_a_corrected_form_can_be_sent_again(office: Office, form: dict[str, Any]) -> None:
    office.send(form, reason="other")
    assert office.send(form, reason="other", comment="asked for a refund").text == ""
    assert office.handoff().decision


def test_a_form_that_arrives_twice_is_one(office: Office, form: dict[str, Any]) -> None:
    first, again = (office.send(form, reason="no_need") for _ in range(2))
    assert (first.text, again.text) == ("", "")


def test_whoever_is_too_late_reads_it_in_the_form(office: Office, form: dict[str, Any]) -> None:
    office.click(office.cards()[0], ids.ACCEPT, by=RIN)
    answer = office.send(form, reason="no_need").json()
    assert answer["response_action"] == "update"
    assert faults(answer["view"]) == []
    assert f"<@{RIN}>" in str(answer["view"]["blocks"])
    assert office.handoff().decision.by == RIN  # type: ignore[union-attr]


def test_a_locked_database_keeps_the_form_open(
    office: Office, form: dict[str, Any], sqlite_url: str
) -> None:
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert "Nothing has changed" in errors(office.send(form, reason="no_need"))[ids.REASON]
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert office.handoff().decision is None
    assert office.send(form, reason="no_need").text == ""


@pytest.mark.parametrize("home", ["T0ELSE", ""])
def test_strangers_send_nothing_back(office: Office, form: dict[str, Any], home: str) -> None:
    stranger = {"user": {"id": "U0STRANGER", "team_id": home}}
    answer = office.send(form, **stranger, reason="no_need")
    assert errors(answer)[ids.REASON]
    assert office.handoff().decision is None


@pytest.mark.parametrize("metadata", ["", "null", "[]", "{}", '{"handoff": 5}', "{", "ho_1"])
def test_a_form_about_nothing_changes_nothing(
    office: Office, form: dict[str, Any], metadata: str
) -> None:
    answer = office.send({**form, "private_metadata": metadata}, reason="no_need")
    assert errors(answer)
    assert office.handoff().decision is None


def test_a_form_of_another_version_says_so(office: Office, form: dict[str, Any]) -> None:
    answer = office.send({**form, "callback_id": "snooze_form"}, reason="no_need").json()
    assert answer["response_action"] == "update"
    assert faults(answer["view"]) == []
    assert "/lead" in str(answer["view"]["blocks"])
    assert office.handoff().decision is None


def test_what_a_form_carries_along_is_read_with_care() -> None:
    assert remembered('{"handoff": "ho_1", "channel": 5}') == {
        "handoff": "ho_1",
        "channel": "",
        "thread": "",
        "message": "",
        "stacked": "",
    }
