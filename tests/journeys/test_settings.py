"""Settings changed in Slack, at a real screen, in both languages, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.company import ADMIN, DIGEST, MARKETING, SALES
from bot.demo import Show, opened
from bot.gestures import words
from core.domain.choice import Quiet
from core.domain.lead import Temperature
from core.domain.policy import Policy
from core.services import reporting
from handlers.i18n import Say, speak
from handlers.slack.views import ids
from tests.browser import Browser, browsing
from tests.local_slack import program

JSON = dict[str, Any]
BOB = "U01"


@pytest.fixture(scope="module", params=["en", "ja"])
def show(request: pytest.FixtureRequest) -> Iterator[Show]:
    with opened(request.param, program=str(program())) as show:
        yield show
        assert not reporting.verify(show.baton.desk, show.cast.workspace.id)


@pytest.fixture
def say(show: Show) -> Say:
    return speak(policy(show).locale)


@pytest.fixture
def browser(show: Show, say: Say) -> Iterator[Browser]:
    people = {person.id: person.real_name for person in show.cast.workspace.people}
    with browsing(show.slack.url, locale=say.locale, timezone=show.cast.timezone) as browser:
        browser.open_channel(SALES)
        browser.as_user(people[ADMIN])
        yield browser


def policy(show: Show) -> Policy:
    with show.baton.desk.read(show.cast.workspace.id) as view:
        return view.workspace().policy


def modal(show: Show) -> JSON:
    view = show.slack.modal()
    assert view
    return view


def part(show: Show, name: str) -> None:
    """The admin types the command and goes on to a part of the settings."""
    show.slack.command(SALES, "settings", user=ADMIN)
    assert modal(show)["callback_id"] == ids.SETTINGS_FORM
    assert show.slack.submit_view({ids.SECTION: name}, user=ADMIN) == {}
    assert modal(show)["callback_id"] == ids.section_form(name)


def saved(show: Show, **answers: str) -> str:
    """What the admin reads when it is kept."""
    assert show.slack.submit_view(answers, user=ADMIN) == {}
    return words(modal(show))


def close_all(browser: Browser) -> None:
    """This Slack has one stack of forms for everybody, and it stays open."""
    while browser.modal.count():
        browser.page.locator(".modal-foot button").first.click()
        browser.page.wait_for_timeout(300)


def test_times_are_changed_and_a_slip_is_named(show: Show, say: Say, browser: Browser) -> None:
    part(show, "times")
    browser.screenshot(f"settings-times-{say.locale}", browser.modal)
    wrong = show.slack.submit_view({"respond_within.hot": "soon"}, user=ADMIN)
    assert wrong == {"respond_within.hot": say("flaw-span")}
    said = saved(show, **{"respond_within.hot": "30 min"})
    assert say("settings-note-open") in said
    browser.screenshot(f"settings-kept-{say.locale}", browser.modal)
    assert policy(show).respond_within[Temperature.HOT] == timedelta(minutes=30)


@pytest.mark.parametrize("name", ["channels", "roles", "hours", "general", "routing", "reasons"])
def test_every_part_opens(show: Show, say: Say, browser: Browser, name: str) -> None:
    part(show, name)
    browser.screenshot(f"settings-{name}-{say.locale}", browser.modal)
    if name not in ("routing", "reasons"):
        assert say("settings-nothing-changed") in saved(show)


def test_where_cards_go_is_tried_first(show: Show, say: Say) -> None:
    part(show, "channels")
    refused = show.slack.submit_view({"sales_channel": "C0NOWHERE"}, user=ADMIN)
    assert refused == {"sales_channel": say("settings-channel-uninvited")}
    saved(show, sales_channel=DIGEST)
    assert show.capture(show.cast.prospects[13])["stage"] == "mql"
    named = show.cast.prospects[13].name
    show.slack.await_message(DIGEST, lambda m: named in words(m))
    part(show, "channels")
    saved(show, sales_channel=SALES)


def test_people_are_asked_in_turn(show: Show, say: Say, browser: Browser) -> None:
    part(show, "routing")
    show.slack.submit_view({ids.WHICH: "otherwise"}, user=ADMIN)
    browser.screenshot(f"settings-route-{say.locale}", browser.modal)
    said = saved(show, mode="round_robin", seats=BOB)
    assert say("routing-round_robin") in said
    lead = show.cast.prospects[14]
    assert show.capture(lead)["stage"] == "mql"
    card = show.slack.await_message(SALES, lambda m: lead.name in words(m))
    assert f"<@{BOB}>" in words(card)


def test_who_may_not_is_told_so(show: Show, say: Say) -> None:
    show.slack.command(MARKETING, "settings", user=BOB)
    refused = say("error-for-admins")
    show.slack.await_message(MARKETING, lambda m: refused in words(m) or refused in m["text"])


def test_home_leads_to_the_settings_and_to_ones_own(show: Show, say: Say, browser: Browser) -> None:
    show.slack.open_home(ADMIN)
    close_all(browser)
    browser.open_home()
    browser.page.get_by_role("button", name=say("button-settings"), exact=True).wait_for()
    browser.screenshot(f"home-admin-{say.locale}")
    show.slack.click_home(f"{ids.RUN}:settings", user=ADMIN)
    browser.modal.wait_for()
    browser.screenshot(f"settings-menu-{say.locale}", browser.modal)
    show.slack.click_home(f"{ids.RUN}:preferences", user=ADMIN)
    assert modal(show)["callback_id"] == ids.OWN_FORM
    browser.page.wait_for_timeout(500)
    browser.screenshot(f"settings-own-{say.locale}", browser.modal)
    assert show.slack.submit_view({ids.QUIET: "all"}, user=ADMIN) == {}
    assert policy(show).choice_of(ADMIN).quiet is Quiet.ALL
