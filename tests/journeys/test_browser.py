"""Two people at a real screen: one accepts a card, another sends one back."""

from bot.company import MARKETING, SALES
from bot.demo import opened
from bot.gestures import words
from handlers.i18n import speak
from handlers.slack.views import ids
from tests.browser import browsing
from tests.local_slack import program

COMMENT = "Their budget year starts in April"


def test_two_people_click_through_a_handoff() -> None:
    say = speak("en")
    with (
        opened("en", program=str(program())) as show,
        browsing(show.slack.url, timezone=show.cast.timezone) as browser,
    ):
        jane, victor = show.cast.prospects[13], show.cast.prospects[14]
        show.capture(jane)
        show.capture(victor)
        seen = [
            show.slack.await_message(SALES, lambda m, name=name: name in words(m))["ts"]  # type: ignore[misc]
            for name in (jane.name, victor.name)
        ]

        browser.open_channel(SALES)
        browser.as_user("Bob Brown")
        browser.click(browser.card(seen[0]), "Accept")
        accepted = browser.card(seen[0])
        accepted.get_by_role("button", name="Undo", exact=True).wait_for()
        assert accepted.get_by_role("button", name="Accept", exact=True).count() == 0
        assert "@Bob Brown" in accepted.inner_text()
        browser.screenshot("accepted", accepted)

        browser.as_user("Dev Desai")
        browser.click(browser.card(seen[1]), "Reject")
        browser.modal.wait_for()
        browser.fill_modal({say("form-reason"): say("reason-other")})
        browser.submit()
        assert any(error.startswith(ids.COMMENT) for error in browser.errors())
        browser.fill_modal({say("form-reason"): say("reason-other"), say("form-comment"): COMMENT})
        browser.screenshot("reject-form", browser.modal)
        browser.submit()
        browser.modal.wait_for(state="hidden")
        rejected = browser.card(seen[1])
        rejected.get_by_text(COMMENT).first.wait_for()
        assert "@Dev Desai" in rejected.inner_text()
        browser.screenshot("rejected", rejected)

        browser.open_channel(MARKETING)
        browser.message(COMMENT).wait_for()
        browser.screenshot("returned", browser.message(COMMENT))
        assert show.send(f"/v1/leads/{jane.email}")["owner"] == "U01"
        assert show.send(f"/v1/leads/{victor.email}")["stage"] == "nurturing"
