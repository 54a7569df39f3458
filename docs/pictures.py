"""Take the screenshots that the documents show, from a demo in a real browser."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.company import DIGEST, MARKETING, SALES
from bot.demo import Show, opened
from bot.gestures import pressed, words
from core.domain.stages import Verb
from handlers.i18n import speak
from handlers.slack.views import ids
from tests.browser import Browser, browsing

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Take every picture in both languages."""
    PICTURES.mkdir(exist_ok=True)
    for locale in sys.argv[1:] or ["en", "ja"]:
        for cool_off, act in (("30d", agree), ("1s", take)):
            with (
                opened(locale, cool_off=cool_off) as show,
                browsing(show.slack.url, locale=locale, timezone=show.cast.timezone) as browser,
            ):
                act(show, browser, locale)


def take(show: Show, browser: Browser, locale: str) -> None:
    """The open card, the form, the accepted card with its thread, the Home, the digest."""
    names = {person.id: person.real_name for person in show.cast.workspace.people}
    jane, victor = show.cast.prospects[13], show.cast.prospects[14]
    show.capture(jane)
    card = _card(show, jane.name)
    browser.open_channel(SALES)
    browser.as_user(names["U01"])
    _keep(browser, f"card.{locale}", card)

    show.capture(victor)
    other = _card(show, victor.name)
    show.slack.click(SALES, other, ids.DETAILS, user="U03")
    browser.modal.wait_for()
    _save(browser, f"details.{locale}", browser.modal)
    browser.page.keyboard.press("Escape")
    show.slack.click(SALES, other, ids.REJECT, user="U03")
    browser.modal.wait_for()
    _save(browser, f"reject.{locale}", browser.modal)
    comment = {"en": "Starts a new budget year in April", "ja": "予算編成が四月からのため"}[locale]
    show.slack.submit_view({ids.REASON: "too_early", ids.COMMENT: comment}, user="U03")
    returned = show.slack.await_message(MARKETING, lambda m: comment in words(m))

    show.slack.click(SALES, card, ids.ACCEPT, user="U01")
    show.slack.await_message(SALES, lambda m: m.get("thread_ts") == card)
    browser.open_channel(SALES)
    browser.card(card).locator(".thread-summary").click()
    browser.page.wait_for_timeout(500)
    _save(browser, f"channel.{locale}")

    browser.open_home()
    browser.page.wait_for_timeout(1500)
    _save(browser, f"home.{locale}")

    show.come_back(victor)
    again = _card(show, victor.name, besides=other)
    browser.open_channel(SALES)
    _keep(browser, f"again.{locale}", again)

    browser.open_channel(MARKETING)
    _keep(browser, f"returned.{locale}", returned["ts"])
    for name, text in (("status", f"status {jane.email}"), ("list", "list mql"), ("help", "help")):
        browser.as_user(names["U04"])
        browser.type(f"/lead {text}")
        browser.page.wait_for_timeout(800)
        _save(browser, f"{name}.{locale}", browser.ephemeral())

    _follow(show, browser, card, locale)

    browser.open_channel(DIGEST)
    newest = show.slack.messages(DIGEST)[-1]["ts"]
    _keep(browser, f"digest.{locale}", newest)


def agree(show: Show, browser: Browser, locale: str) -> None:
    """The proposal, all that stands behind it, what became of it, and the definition by then."""
    names = {person.id: person.real_name for person in show.cast.workspace.people}
    sales, marketing = (
        show.slack.await_message(channel, lambda m: ids.CHANGES in str(m.get("blocks")))["ts"]
        for channel in (SALES, MARKETING)
    )
    browser.open_channel(SALES)
    browser.as_user(names["U02"])
    _keep(browser, f"proposal.{locale}", sales)
    show.slack.click(SALES, sales, ids.CHANGES, user="U02")
    browser.modal.wait_for()
    _save(browser, f"changes.{locale}", browser.modal)
    browser.modal.get_by_role("button", name=speak(locale)("details-close")).last.click()
    show.slack.click(SALES, sales, ids.approve("sales"), user="U02")
    show.slack.click(MARKETING, marketing, ids.approve("marketing"), user="U05")
    show.slack.await_message(SALES, lambda m: m["ts"] == sales and ids.DECLINE not in str(m))
    browser.open_channel(SALES)
    _keep(browser, f"signed.{locale}", sales)
    browser.type("/lead definition")
    browser.page.wait_for_timeout(800)
    _save(browser, f"definition.{locale}", browser.ephemeral())


def _follow(show: Show, browser: Browser, card: str, locale: str) -> None:
    """What sales does after it accepted: contact, opportunity, and back for a better day."""
    browser.open_channel(SALES)
    for verb in (Verb.TOUCH, Verb.ADVANCE):
        show.slack.click(SALES, card, ids.step(verb), user="U01")
        _await_undo(show, card, verb)
    _keep(browser, f"advanced.{locale}", card)
    offered = show.slack.await_message(SALES, lambda m: m["ts"] == card)
    handoff = pressed(offered["blocks"], ids.DETAILS, None)["value"]
    choice = ids.choice(Verb.RECYCLE, handoff)
    show.slack.click(SALES, card, ids.MORE, user="U01", option=choice)
    browser.modal.wait_for()
    _save(browser, f"recycle.{locale}", browser.modal)
    comment = {"en": "They move offices first", "ja": "先にオフィス移転があるため"}[locale]
    in_a_month = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    answers = {ids.REASON: "not_now", ids.COMMENT: comment, ids.WAKE_ON: in_a_month}
    show.slack.submit_view(answers, user="U01")
    _await_undo(show, card, Verb.RECYCLE)
    browser.page.wait_for_timeout(300)
    _keep(browser, f"recycled.{locale}", card)


def _await_undo(show: Show, card: str, verb: Verb) -> None:
    undo = ids.step(Verb.UNDO, verb)
    show.slack.await_message(SALES, lambda m: m["ts"] == card and undo in str(m["blocks"]))


def _card(show: Show, name: str, besides: str = "") -> str:
    message = show.slack.await_message(
        SALES, lambda m: name in words(m) and m["ts"] != besides and "thread_ts" not in m
    )
    return str(message["ts"])


def _keep(browser: Browser, name: str, ts: str) -> None:
    browser.card(ts).wait_for()
    _save(browser, name, browser.card(ts))


def _save(browser: Browser, name: str, of: object = None) -> None:
    taken = browser.screenshot(name, of)  # type: ignore[arg-type]  # a Locator or nothing
    shutil.copy(taken, PICTURES / taken.name)


if __name__ == "__main__":
    main()
