"""A person at the screen of the local Slack: a real Chromium that looks, clicks and types."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

ARTEFACTS = Path(__file__).parent / "artefacts"

_PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 10_000


class Browser:
    """One screen; who sits at it changes with `as_user`."""

    def __init__(self, page: Page, slack_url: str) -> None:
        self.page = page
        self._slack = slack_url
        self._acting: str | None = None

    def open_channel(self, channel: str) -> None:
        """Go to a channel by its id, as the same person as before."""
        self.page.goto(f"{self._slack}/archives/{channel}")
        self.page.get_by_text("ui live").wait_for()
        if self._acting:
            self.as_user(self._acting)

    def open_home(self, app: str = "baton") -> Locator:
        """Go to the app's Home tab."""
        self.page.locator("button.sidebar-item", has_text=app).click()
        home = self.page.locator(".home .blocks")
        home.wait_for()
        return home

    def as_user(self, real_name: str) -> None:
        """Somebody else sits down at the screen."""
        self._acting = real_name
        self.page.get_by_label("Act as").select_option(label=real_name)

    def card(self, ts: str) -> Locator:
        """The message that Slack knows by `ts`."""
        return self.page.locator(f'.messages .msg[data-ts="{ts}"]')

    def message(self, text: str) -> Locator:
        """The newest message in the channel that contains `text`."""
        return self.page.locator(".messages .msg", has_text=text).last

    def ephemeral(self, text: str = "") -> Locator:
        """The newest message that only one person sees."""
        mark = self.page.locator(".badge-eph")
        return self.page.locator(".messages .msg", has=mark, has_text=text).last

    def click(self, card: Locator, label: str) -> None:
        """Press the button of this name on a message."""
        card.get_by_role("button", name=label, exact=True).click()

    def open_thread(self, card: Locator) -> None:
        """Open the thread under a message."""
        card.locator(".thread-summary").click()

    def type(self, text: str) -> None:
        """Write in the channel; a slash command when it begins with a slash."""
        composer = self.page.locator("main textarea.composer-input")
        composer.fill(text)
        composer.press("Enter")

    @property
    def modal(self) -> Locator:
        """The open modal."""
        return self.page.locator(".modal")

    def fill_modal(self, values: Mapping[str, str]) -> None:
        """Answer the modal's questions by their labels: text, an option's label, an ISO date."""
        for label, value in values.items():
            named = self.page.locator(".bk-label", has_text=re.compile(f"^{re.escape(label)}$"))
            field = self.modal.locator(".bk-input").filter(has=named)
            if field.locator("select").count():
                field.locator("select").select_option(label=value)
            elif field.locator("[type=radio], [type=checkbox]").count():
                field.get_by_label(value, exact=True).check()
            else:
                field.locator("input").fill(value)

    def submit(self) -> None:
        """Send the modal."""
        self.modal.locator(".modal-foot .primary").click()

    def errors(self) -> list[str]:
        """What the modal complains about, as `block_id: sentence`."""
        complaints = self.modal.locator(".modal-error")
        complaints.first.wait_for()
        return complaints.all_inner_texts()

    def screenshot(self, name: str, of: Locator | None = None) -> Path:
        """Keep a picture of the screen, or of a part, among the artefacts."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        (of or self.page).screenshot(path=path)
        return path


@contextmanager
def browsing(
    slack_url: str, *, locale: str = "en-US", timezone: str = "Europe/Berlin"
) -> Iterator[Browser]:
    """Open a browser on a local Slack, and close it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=_FLAGS)
        try:
            page = chromium.new_page(
                viewport={"width": 1280, "height": 900}, locale=locale, timezone_id=timezone
            )
            page.set_default_timeout(_PATIENCE_MS)
            yield Browser(page, slack_url)
        finally:
            chromium.close()


def _chromium() -> str:
    if given := os.environ.get("CHROMIUM"):
        return given
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("No Chromium: run `make test`, which installs it where it may.")
