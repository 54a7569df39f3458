"""A reason is a transition: what follows from each one, at a real screen, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from bot.company import MARKETING, SALES, Prospect
from bot.demo import Show, opened
from bot.gestures import words
from core.domain.reckoning import Passed
from core.domain.stages import Verb
from core.services import reporting
from handlers.i18n import Say, speak
from handlers.slack.views import ids
from tests.browser import Browser, browsing
from tests.local_slack import program

JSON = dict[str, Any]
BOB, RIN, MIA = "U01", "U02", "U04"  # two of sales, one of marketing

_NUMBERS = count(1)


@pytest.fixture(scope="module", params=["en", "ja"])
def show(request: pytest.FixtureRequest) -> Iterator[Show]:
    with opened(request.param, program=str(program()), cool_off="1s") as show:
        yield show
        assert not reporting.verify(show.baton.desk, show.cast.workspace.id)


@pytest.fixture
def say(show: Show) -> Say:
    with show.baton.desk.read(show.cast.workspace.id) as view:
        return speak(view.workspace().policy.locale)


def prospect(show: Show) -> Prospect:
    """Somebody who asks for a demo, and whom nobody knows yet."""
    number = next(_NUMBERS)
    some = show.cast.prospects[13]
    return replace(some, name=f"{some.name} {number}", email=f"p{number}@new.example")


def card(show: Show, lead: Prospect, action: str = ids.ACCEPT) -> JSON:
    """The newest card of a lead, as soon as it has that button."""

    def is_it(message: JSON) -> bool:
        rows = [row for row in message.get("blocks", []) if row["type"] == "actions"]
        names = [element["action_id"] for row in rows for element in row["elements"]]
        return lead.name in words(message) and action in names

    return show.slack.await_message(SALES, is_it)


def offered(show: Show, lead: Prospect) -> JSON:
    assert show.capture(lead)["stage"] == "mql"
    return card(show, lead)


def sent_back(show: Show, message: JSON, reason: str, **more: str) -> dict[str, str]:
    show.slack.click(SALES, message["ts"], ids.REJECT, user=BOB)
    return show.slack.submit_view({ids.REASON: reason, **more}, user=BOB)


def heard(show: Show, lead: Prospect, text: str = "") -> JSON:
    """What the channel of marketing reads of it."""
    return show.slack.await_message(MARKETING, lambda m: lead.name in words(m) and text in words(m))


def stage(show: Show, lead: Prospect) -> str:
    return str(show.send(f"/v1/leads/{lead.email}")["stage"])


def seen(show: Show, browser: Browser, channel: str, message: JSON, user: str) -> Any:
    people = {person.id: person.real_name for person in show.cast.workspace.people}
    browser.as_user(people[user])
    browser.open_channel(channel)
    return browser.card(message["ts"])


@pytest.fixture
def browser(show: Show, say: Say) -> Iterator[Browser]:
    with browsing(show.slack.url, locale=say.locale, timezone=show.cast.timezone) as browser:
        browser.open_channel(SALES)
        yield browser


def test_a_duplicate_belongs_to_the_other_lead(show: Show, say: Say, browser: Browser) -> None:
    known, double = prospect(show), prospect(show)
    show.slack.click(SALES, offered(show, known)["ts"], ids.ACCEPT, user=RIN)
    message = offered(show, double)
    unknown = sent_back(show, message, "duplicate", belongs_to="nobody@new.example")
    assert unknown == {ids.BELONGS_TO: say("form-belongs-unknown")}
    assert (
        show.slack.submit_view({ids.REASON: "duplicate", ids.BELONGS_TO: known.email}, user=BOB)
        == {}
    )
    assert stage(show, double) == "disqualified"
    notice = heard(show, double, say("returned-attached"))
    assert f"<@{RIN}>" in words(notice)
    repainted = card(show, double, "undo:rule_out")
    assert known.name in words(repainted)
    browser.screenshot(f"attached-{say.locale}", seen(show, browser, SALES, repainted, BOB))
    show.slack.command(SALES, f"log {known.email}", user=RIN)
    show.slack.await_message(SALES, lambda m: say("verb-attach") in words(m))
    workspace = show.cast.workspace.id
    with show.baton.desk.read(workspace) as view:
        assert any(told.step == "attached" for told in view.reminders_of(RIN))
    show.slack.click(SALES, repainted["ts"], "undo:rule_out", user=BOB)
    assert known.name not in words(card(show, double))
    assert stage(show, double) == "mql"


def test_what_sales_missed_is_mended_and_offered_again(
    show: Show, say: Say, browser: Browser
) -> None:
    lead = prospect(show)
    message = offered(show, lead)
    assert sent_back(show, message, "contact_data", comment="bounces") == {}
    notice = heard(show, lead, "bounces")
    hanging = seen(show, browser, MARKETING, notice, MIA)
    browser.screenshot(f"to-mend-{say.locale}", hanging)
    browser.click(hanging, say("button-resubmit"))
    browser.modal.wait_for()
    browser.screenshot(f"mending-{say.locale}", browser.modal)
    browser.fill_modal({say("adding-email"): "not an address"})
    browser.submit()
    assert browser.errors() == [f"email: {say('adding-email-wrong')}"]
    mended = replace(lead, email=f"mended-{lead.email}")
    browser.fill_modal({say("adding-email"): mended.email})
    browser.submit()
    browser.modal.wait_for(state="detached")
    anew = card(show, mended)
    assert anew["ts"] != message["ts"]
    assert say("label-email") in words(anew)
    assert f"<@{MIA}>" in words(anew)
    assert f"<@{BOB}>" in words(anew)
    browser.screenshot(f"mended-{say.locale}", seen(show, browser, SALES, anew, BOB))
    assert stage(show, mended) == "mql"


def test_bad_timing_wakes_on_its_date(show: Show, say: Say) -> None:
    lead = prospect(show)
    message = offered(show, lead)
    assert sent_back(show, message, "bad_timing") == {ids.WAKE_ON: say("form-wake-required")}
    wakes = (datetime.now(UTC) + timedelta(days=30)).date()
    answers = {ids.REASON: "bad_timing", ids.WAKE_ON: wakes.isoformat()}
    assert show.slack.submit_view(answers, user=BOB) == {}
    assert stage(show, lead) == "nurturing"
    assert heard(show, lead)
    show.come_back(lead)
    assert stage(show, lead) == "nurturing", "nothing wakes it before"


@pytest.mark.parametrize("reason", ["spam", "vendor"])
def test_what_is_not_for_sales_leaves_the_funnel(show: Show, say: Say, reason: str) -> None:
    lead = prospect(show)
    assert sent_back(show, offered(show, lead), reason) == {}
    assert heard(show, lead, say("returned-out"))
    show.come_back(lead)
    assert stage(show, lead) == "disqualified", "it is never offered again"


def test_outside_the_target_counts_against_the_definition(show: Show, say: Say) -> None:
    lead = prospect(show)
    message = offered(show, lead)
    assert sent_back(show, message, "outside_target") == {}
    assert heard(show, lead, say("returned-nurturing"))
    assert stage(show, lead) == "nurturing"
    assert _speaks_against(show, lead)
    other = prospect(show)
    assert sent_back(show, offered(show, other), "contact_data") == {}
    assert not _speaks_against(show, other), "a slip in the data says nothing of the definition"


def _speaks_against(show: Show, lead: Prospect) -> bool:
    """Whether a backtest of the definition takes the lead for a miss."""
    id = show.send(f"/v1/leads/{lead.email}")["id"]
    with show.baton.desk.read(show.cast.workspace.id) as view:
        passed: list[Passed] = next(
            list(past.handoffs) for past, _ in view.pasts() if past.lead_id == id
        )
    return passed[-1].label() is False


def test_somebody_elses_territory_goes_on_with_the_buyers_clock(
    show: Show, say: Say, browser: Browser
) -> None:
    lead = prospect(show)
    message = offered(show, lead)
    due = show.send(f"/v1/leads/{lead.email}")["handoff"]["due_at"]
    assert sent_back(show, message, "wrong_territory", comment="they are in Osaka") == {}
    show.slack.await_message(
        SALES, lambda m: m["ts"] == message["ts"] and ids.ACCEPT not in str(m["blocks"])
    )
    anew = show.slack.await_message(
        SALES, lambda m: m["ts"] != message["ts"] and "Osaka" in words(m) and lead.name in words(m)
    )
    assert ids.ACCEPT in str(anew["blocks"])
    now = show.send(f"/v1/leads/{lead.email}")
    assert (now["stage"], now["handoff"]["due_at"]) == ("mql", due)
    browser.screenshot(f"sent-on-{say.locale}", seen(show, browser, SALES, message, BOB))
    browser.screenshot(f"passed-on-{say.locale}", seen(show, browser, SALES, anew, BOB))


def test_whatever_follows_each_reason_is_offered_in_the_form(show: Show, say: Say) -> None:
    lead = prospect(show)
    message = offered(show, lead)
    show.slack.click(SALES, message["ts"], ids.REJECT, user=BOB)
    form = words(show.slack.modal())
    for reason in ("duplicate", "contact_data", "wrong_territory", "bad_timing", "spam"):
        assert say(f"reason-{reason}") in form
    show.slack.click(SALES, message["ts"], ids.step(Verb.ACCEPT), user=RIN)
