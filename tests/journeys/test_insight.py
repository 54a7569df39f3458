"""Somebody looks behind a digest at a real screen, in both languages; the log agrees with it."""

from __future__ import annotations

from time import sleep

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.company import DIGEST, MARKETING
from bot.demo import opened
from bot.gestures import JSON, words
from bot.local_slack import LocalSlack
from handlers.i18n import speak
from handlers.slack.views import ids
from tests.browser import browsing
from tests.local_slack import program

MARKETER = "U04"
ASKED = {"en": "digest last week by source", "ja": "ダイジェスト 先週 流入元別"}


def private(message: JSON) -> bool:
    return message.get("subtype") == "ephemeral"


def menu(message: JSON) -> list[JSON]:
    """The choices of the menu of figures; none where there is no such menu."""
    menus = [block for block in message.get("blocks", []) if block.get("block_id") == "behind"]
    return list(menus[0]["elements"][0]["options"]) if menus else []


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_behind_a_digest_stand_its_leads_and_the_log_says_the_same(locale: str) -> None:
    say = speak(locale)
    with (
        opened(locale, program=str(program())) as show,
        browsing(show.slack.url, locale=locale, timezone=show.cast.timezone) as browser,
    ):
        names = {person.id: person.real_name for person in show.cast.workspace.people}
        posted = show.slack.await_message(DIGEST, lambda m: bool(menu(m)))
        [choice] = [c for c in menu(posted) if c["value"].endswith("leads accepted")]
        count = int(choice["text"]["text"].rpartition("(")[2].rstrip(")"))
        browser.open_channel(DIGEST)
        browser.as_user(names[MARKETER])
        show.slack.click(DIGEST, posted["ts"], ids.ASIDE, user=MARKETER, option=choice["value"])
        told = show.slack.await_message(DIGEST, private)
        assert len([block for block in told["blocks"] if "accessory" in block]) == min(count, 10)
        browser.ephemeral(say("figure-accepted")).wait_for()
        browser.screenshot(f"behind.{locale}")

        browser.open_channel(MARKETING)
        browser.type(f"/lead {ASKED[locale]}")
        answer = show.slack.await_message(MARKETING, private)
        browser.ephemeral(say("dimension-source") if locale == "ja" else "By source").wait_for()
        browser.screenshot(f"by-source.{locale}", browser.ephemeral())
        show.slack.click(MARKETING, answer["ts"], ids.SHARE, user=MARKETER)
        shared = show.slack.await_message(
            MARKETING, lambda m: not private(m) and f"<@{MARKETER}>" in str(m["blocks"][-1:])
        )
        assert words(shared).splitlines()[0] == words(answer).splitlines()[0]
        assert menu(shared) == []
        show.slack.click(MARKETING, answer["ts"], ids.TABLE, user=MARKETER)
        [file] = _file(show.slack)
        assert file["name"].endswith(".csv")

        url = show.baton.settings.database_url
        for words_typed in ([], ["--recompute"]):
            printed = CliRunner().invoke(main, ["digest", *words_typed], env={"DATABASE_URL": url})
            assert printed.exit_code == 0, printed.output
        assert "the log says the same as of then" in printed.output


def _file(slack: LocalSlack) -> list[JSON]:
    for _ in range(100):
        if files := [f for m in slack.direct_messages(MARKETER) for f in m.get("files", [])]:
            return files
        sleep(0.1)
    raise AssertionError("no file came")
