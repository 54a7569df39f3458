"""/lead wake and the form behind it: the date is set by whoever may, kept, and told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.domain.intents import IntentKind
from core.domain.lead import Lead
from core.domain.stages import Stage, Verb
from core.services import reporting, watch
from handlers.slack.views import ids
from tests.builders import NOW, TEAM
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, MIA, RIN, SALES, Office, a_person

JSON = dict[str, Any]
TODAY = NOW.date()
IN_TWO_WEEKS = TODAY + timedelta(days=14)


@pytest.fixture
def resting(office: Office) -> Office:
    """A lead that Bob sent back."""
    office.click(office.card(), ids.REJECT)
    office.send(office.view(), reason="no_need")
    office.drain()
    return office


def lead(office: Office, id: str = "ld_1") -> Lead:
    with office.desk.read(TEAM) as view:
        found = view.lead(id)
    assert found
    return found


def dates(office: Office) -> list[str | None]:
    with office.desk.read(TEAM) as view:
        entries = [record.entry for record in view.records("ld_1")]
    return [entry.comment for entry in entries if entry.verb is Verb.WAKE]


def commands(answer: JSON) -> list[str]:
    return [
        control["value"]
        for block in answer["blocks"]
        for control in [*block.get("elements", []), block.get("accessory") or {}]
        if control.get("type") == "button"
    ]


def picked(form: JSON) -> str | None:
    [field] = [block for block in form["blocks"] if block["type"] == "input"]
    day: str | None = field["element"].get("initial_date")
    return day


@pytest.mark.parametrize(
    "typed",
    [
        "wake ld_1 in 2 weeks",
        "wake ld_1@acme.example 2 weeks",
        "wake Hana Sato in 2 weeks",
        "再開日 ld_1 2週間後",
        f"wake hana {IN_TWO_WEEKS.isoformat()}",
    ],
)
def test_a_date_is_set_and_told(resting: Office, typed: str) -> None:
    answer = resting.ask(typed)
    assert "rests until" in answer["text"]
    assert faults(answer["blocks"]) == []
    assert lead(resting).wake_on == IN_TWO_WEEKS
    assert lead(resting).stage is Stage.NURTURING
    assert dates(resting) == [IN_TWO_WEEKS.isoformat()]
    assert reporting.verify(resting.desk, TEAM) == []


def test_the_log_tells_who_set_it_in_words(resting: Office) -> None:
    resting.ask("wake ld_1 2026-12-24", by=MIA)
    said = str(resting.ask("log ld_1")["blocks"])
    assert f"set the date to look again by <@{MIA}>" in said
    assert "December 24, 2026" in said
    assert "2026年12月24日" in str(resting.ask("履歴 ld_1", by=RIN)["blocks"])


def test_a_date_can_be_moved_and_the_same_one_is_kept_once(resting: Office) -> None:
    for day in ("2026-12-24", "2026-12-24", "2026-12-01"):
        resting.ask(f"wake ld_1 {day}")
    assert dates(resting) == ["2026-12-24", "2026-12-01"]
    assert lead(resting).wake_on == date(2026, 12, 1)


def test_the_lead_is_looked_at_on_that_date(resting: Office) -> None:
    resting.ask("wake ld_1 tomorrow")
    before = lead(resting)
    watch.fire_due(resting.desk)
    assert lead(resting) == before
    resting.clock.forward(days=1, hours=1)
    watch.fire_due(resting.desk)
    assert lead(resting).version == before.version + 1


def test_undoing_the_rejection_passes_the_date_by(resting: Office) -> None:
    resting.ask("wake ld_1 tomorrow")
    resting.click(resting.cards()[0], ids.step(Verb.UNDO, Verb.REJECT))
    assert lead(resting).stage is Stage.MQL
    assert lead(resting).wake_on is None
    assert reporting.verify(resting.desk, TEAM) == []


def test_what_hangs_is_told_anew_and_nothing_else_is(resting: Office) -> None:
    posted = len(resting.slack.calls_of("chat.postMessage"))
    resting.ask("wake ld_1 tomorrow")
    resting.drain()
    assert len(resting.slack.calls_of("chat.postMessage")) == posted
    assert resting.posting(IntentKind.RETURNED)
    assert resting.posting(IntentKind.BRIEFING) is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (f"wake ld_1 {TODAY.isoformat()}", "after today"),
        ("wake ld_1 2020-01-01", "after today"),
        ("wake ld_1 2090-01-01", "three years"),
        ("wake ld_2 tomorrow", "stands in MQL"),
        ("wake nobody@acme.example tomorrow", "Nobody found"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(resting: Office, typed: str, told: str) -> None:
    resting.offer(a_person(2))
    before = lead(resting)
    answer = resting.ask(typed)
    assert told in answer["text"]
    assert faults(answer["blocks"]) == []
    assert lead(resting) == before


# The form


@pytest.mark.parametrize("typed", ["wake ld_1", "wake ld_1@acme.example someday"])
def test_without_a_date_a_form_asks_for_it(resting: Office, typed: str) -> None:
    assert resting.ask(typed) == {}
    form = resting.view()
    assert faults(form) == []
    assert picked(form) is None
    answer = resting.send(form, wake_on=IN_TWO_WEEKS.isoformat()).json()
    assert answer["response_action"] == "update"
    assert faults(answer["view"]) == []
    assert "rests until" in str(answer["view"]["blocks"])
    assert dates(resting) == [IN_TWO_WEEKS.isoformat()]


def test_the_form_shows_the_date_that_holds_and_a_repeat_changes_nothing(resting: Office) -> None:
    resting.ask("wake ld_1 in 2 weeks")
    resting.ask("wake ld_1")
    form = resting.view()
    assert picked(form) == IN_TWO_WEEKS.isoformat()
    for _ in range(2):
        resting.send(form, wake_on="2026-12-24")
    assert dates(resting) == [IN_TWO_WEEKS.isoformat(), "2026-12-24"]


@pytest.mark.parametrize("day", [None, TODAY.isoformat(), "2090-01-01"])
def test_what_is_wrong_is_said_beside_the_date(resting: Office, day: str | None) -> None:
    resting.ask("wake ld_1")
    answer = resting.send(resting.view(), wake_on=day).json()
    assert list(answer["errors"]) == [ids.WAKE_ON]
    assert dates(resting) == []


def test_a_form_that_was_overtaken_says_where_the_lead_stands(resting: Office) -> None:
    resting.ask("wake ld_1")
    form = resting.view()
    resting.click(resting.cards()[0], ids.step(Verb.UNDO, Verb.REJECT))
    answer = resting.send(form, wake_on="2026-12-24").json()
    assert "stands in MQL" in str(answer["view"]["blocks"])
    assert dates(resting) == []


def test_several_leads_are_a_choice_that_opens_the_form(office: Office) -> None:
    for number in (1, 2):
        office.card(a_person(number))
        office.click(office.cards()[-1], ids.REJECT)
        office.send(office.view(), reason="no_need")
    answer = office.ask("wake hana in 2 weeks")
    day = IN_TWO_WEEKS.isoformat()
    assert set(commands(answer)) == {f"wake ld_1 {day}", f"wake ld_2 {day}"}
    office.click({**answer, "ts": "1.1", "channel": SALES}, ids.run(0))
    assert picked(office.view()) == day
    assert lead(office).wake_on is lead(office, "ld_2").wake_on is None


def test_status_offers_it_to_whoever_may(resting: Office) -> None:
    answer = resting.ask("status ld_1")
    assert "wake ld_1" in commands(answer)
    resting.click({**answer, "ts": "1.1", "channel": SALES}, f"{ids.RUN}:wake")
    assert resting.view()["callback_id"] == ids.WAKE_FORM


def test_status_does_not_offer_it_elsewhere(office: Office) -> None:
    office.offer()
    assert "wake ld_1" not in commands(office.ask("status ld_1"))


def test_in_japanese(resting: Office) -> None:
    assert "再アプローチ日" in resting.ask("再アプローチ ld_1 来月", by=RIN)["text"]
    assert resting.ask("再開日 ld_1", by=RIN) == {}
    assert resting.view()["title"]["text"] == "再アプローチ日の設定"


def test_marketing_reads_the_date(resting: Office) -> None:
    resting.ask("wake ld_1 2026-12-24", by=MIA)
    resting.drain()
    assert len(resting.cards(MARKETING)) == 1


def test_whoever_sent_the_lead_back_may(resting: Office) -> None:
    assert "rests until" in resting.ask("wake ld_1 tomorrow", by=BOB)["text"]
