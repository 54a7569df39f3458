"""A definition proposed at the command line, and signed by two people at a real screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.company import MARKETING, SALES
from bot.demo import Show, opened
from bot.gestures import words
from core.domain.definition import default
from handlers.i18n import speak
from handlers.slack.views import ids
from tests.browser import browsing
from tests.local_slack import ROOT, program

STRICTER = default().replace("hot = 70", "hot = 80")
WHO_AND_WHY = ("--by", "U05", "--comment", "Too warm")
SEEN = {"en": "80 points or more", "ja": "80点以上"}


def baton(show: Show, room: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`baton WORDS` on the database of the demo, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *words],
        cwd=room,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
            "DATABASE_URL": show.baton.settings.database_url,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_a_proposal_goes_from_the_command_line_to_two_signatures(
    locale: str, tmp_path: Path
) -> None:
    say = speak(locale)
    file = tmp_path / "stricter.toml"
    file.write_text(STRICTER, encoding="utf-8")
    with (
        opened(locale, program=str(program())) as show,
        browsing(show.slack.url, locale=locale, timezone=show.cast.timezone) as browser,
    ):
        people = {person.id: person.real_name for person in show.cast.workspace.people}
        told = baton(show, tmp_path, "definition", "propose", str(file), *WHO_AND_WHY)
        assert told.returncode == 0, told.stderr
        assert "v3 " in told.stdout
        asked = {
            channel: show.slack.await_message(channel, lambda m: "Too warm" in words(m))["ts"]
            for channel in (SALES, MARKETING)
        }
        approve, decline = say("button-approve"), say("button-decline")
        for channel, user in ((SALES, "U01"), (MARKETING, "U04")):
            browser.open_channel(channel)
            browser.as_user(people[user])
            message = browser.card(asked[channel])
            browser.click(message, approve)
            message.get_by_role("button", name=approve, exact=True).wait_for(state="detached")
            browser.screenshot(f"signed-for-{channel}-{locale}", message)
        message.get_by_role("button", name=decline, exact=True).wait_for(state="detached")
        show.slack.await_message(SALES, lambda m: m["ts"] == asked[SALES] and _is_over(m))
        browser.type("/lead definition")
        browser.ephemeral().get_by_text(SEEN[locale]).first.wait_for()
        browser.screenshot(f"definition-{locale}", browser.ephemeral())

        history = baton(show, tmp_path, "definition", "history").stdout
        assert "v3 " in history
        assert "superseded" in history, "the demo's own proposal gives way"
        assert f"signed for sales by {people['U01']} (U01)" in history
        steps = baton(show, tmp_path, "definition", "history", "v3").stdout
        assert "Too warm" in steps
        again = baton(show, tmp_path, "definition", "propose", str(file))
        assert again.returncode == 1
        assert "is in force already" in again.stderr
        late = baton(show, tmp_path, "definition", "withdraw", "v3")
        assert late.returncode == 1
        assert "waits for nobody" in late.stderr
        assert baton(show, tmp_path, "verify").stdout == "The logs hold.\n"


def _is_over(message: dict[str, object]) -> bool:
    return ids.DECLINE not in str(message["blocks"])
