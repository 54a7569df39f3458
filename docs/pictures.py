"""Take the screenshots that the documents show, from a demo in a real browser."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.company import ADMIN, DIGEST, MARKETING, SALES
from bot.demo import Show, opened
from bot.gestures import pressed, words
from core.domain.policy import Policy
from core.domain.roles import Role
from core.domain.stages import Verb
from core.ports import Unit
from handlers.i18n import speak
from handlers.slack.views import ids
from tests.browser import Browser, browsing

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Take every picture in both languages."""
    PICTURES.mkdir(exist_ok=True)
    for locale in sys.argv[1:] or ["en", "ja"]:
        for cool_off, act in (("30d", agree), ("1s", take), ("30d", go_in)):
            with (
                opened(locale, cool_off=cool_off) as show,
                browsing(show.slack.url, locale=locale, timezone=show.cast.timezone) as browser,
            ):
                act(show, browser, locale)


def take(show: Show, browser: Browser, locale: str) -> None:
    """The open card, the form, the accepted card with its thread, the digest."""
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
    *_, newest = (
        m["ts"] for m in show.slack.messages(DIGEST) if m.get("thread_ts") in (None, m["ts"])
    )
    browser.page.wait_for_timeout(1000)
    _keep(browser, f"digest.{locale}", newest)
    browser.page.set_viewport_size({"width": 1280, "height": 1700})
    browser.card(newest).locator(".thread-summary").click()
    browser.page.wait_for_timeout(700)
    _save(browser, f"evidence.{locale}")


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


ROLES = {
    Role.REP: frozenset({"U01", "U02"}),
    Role.INSIDE_SALES: frozenset({"U03"}),
    Role.MARKETER: frozenset({"U04"}),
    Role.MANAGER: frozenset({"U05"}),
    Role.ADMIN: frozenset({"U06"}),
}


def go_in(show: Show, browser: Browser, locale: str) -> None:
    """The ways in: by hand, the thread, the details, a reminder, and the Home of each role."""
    names = {person.id: person.real_name for person in show.cast.workspace.people}
    workspace = show.cast.workspace.id
    show.baton.desk.change(workspace, lambda unit, _: unit.keep_policy(_staffed(unit)))
    browser.open_channel(SALES)
    browser.as_user(names["U01"])
    say = speak(locale)
    browser.type("/lead add mia.berg@northwind.example Mia Berg")
    browser.modal.wait_for()
    browser.fill_modal({say("adding-comment"): _MET[locale], say("adding-source"): _FAIR[locale]})
    _save(browser, f"add.{locale}", browser.modal)
    answers = {
        ids.EMAIL: "mia.berg@northwind.example",
        ids.NAME: "Mia Berg",
        ids.SOURCE: _FAIR[locale],
        ids.COMMENT: _MET[locale],
    }
    show.slack.submit_view(answers, user="U01")
    browser.modal.get_by_text("Mia Berg").first.wait_for()
    _save(browser, f"added.{locale}", browser.modal)
    browser.modal.get_by_role("button", name=say("details-close")).last.click()

    jane, victor, other = (show.cast.prospects[n] for n in (13, 14, 15))
    for prospect in (jane, victor, other):
        show.capture(prospect)
    card = _card(show, jane.name)
    show.slack.click(SALES, card, ids.ACCEPT, user="U01")
    thread = show.slack.await_message(SALES, lambda m: m.get("thread_ts") == card)
    show.slack.click(SALES, thread["ts"], ids.step(Verb.TOUCH), user="U01")
    _await_undo(show, card, Verb.TOUCH)
    browser.card(card).locator(".thread-summary").click()
    browser.page.wait_for_timeout(700)
    _save(browser, f"thread.{locale}")
    show.slack.click(SALES, card, ids.DETAILS, user="U01")
    browser.modal.wait_for()
    _save(browser, f"steps.{locale}", browser.modal)
    browser.modal.get_by_role("button", name=say("details-close")).last.click()
    rejected = _card(show, victor.name)
    show.slack.click(SALES, rejected, ids.REJECT, user="U03")
    show.slack.submit_view({ids.REASON: "no_need"}, user="U03")
    show.slack.await_message(MARKETING, lambda m: victor.name in words(m))

    [room] = {message["channel"] for message in show.slack.direct_messages("U01")}
    browser.open_channel(room)
    _keep(browser, f"reminder.{locale}", show.slack.messages(room)[-1]["ts"])
    browser.page.set_viewport_size({"width": 1280, "height": 1150})
    _set(show, browser, locale)
    for role in (Role.REP, Role.MARKETER, Role.MANAGER):
        browser.as_user(names[min(ROLES[role])])
        browser.open_home()
        browser.page.wait_for_timeout(1500)
        _save(browser, f"home-{role.value}.{locale}")


def _set(show: Show, browser: Browser, locale: str) -> None:
    """Two parts of the settings: how soon, and when people work."""
    for part in ("times", "hours"):
        show.slack.command(SALES, "settings", user=ADMIN)
        show.slack.submit_view({ids.SECTION: part}, user=ADMIN)
        browser.modal.wait_for()
        browser.page.wait_for_timeout(300)
        _save(browser, f"settings-{part}.{locale}", browser.modal)
        while browser.modal.count():
            browser.page.locator(".modal-foot button").first.click()
            browser.page.wait_for_timeout(300)


_MET = {
    "en": "Met at our stand, wants a quote by Friday",
    "ja": "展示会で名刺交換。金曜までに見積希望",
}
_FAIR = {"en": "Trade fair", "ja": "展示会"}


def _staffed(unit: Unit) -> Policy:
    return replace(unit.workspace().policy, people=ROLES, confirms_by_call=True)


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
