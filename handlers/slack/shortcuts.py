"""Shortcuts: what Slack's own menus offer of ours, wherever somebody is."""

from __future__ import annotations

from threading import Semaphore

from slack_sdk import WebClient

from core.desk import Desk
from handlers.slack import adding, notes
from handlers.slack.clues import clues
from handlers.slack.commands import message_link, site_of
from handlers.slack.mishaps import Mishap, attempt, tell
from handlers.slack.opening import is_opened, one_of
from handlers.slack.payload import Shortcut
from handlers.slack.people import at_home, let_in, look_again
from handlers.slack.views import ids

_KNOWN = (ids.ADD_SHORTCUT, ids.MESSAGE_SHORTCUT)


def summoned(desk: Desk, client: WebClient, shortcut: Shortcut, windows: Semaphore) -> None:
    """Open what the shortcut is for; whatever stands in the way, the person hears of it."""
    mishap = attempt(
        desk, shortcut.place, shortcut.name, lambda: _opened(desk, client, shortcut, windows)
    )
    if isinstance(mishap, Mishap):
        tell(desk, client, shortcut.place, mishap)


def _opened(desk: Desk, client: WebClient, shortcut: Shortcut, windows: Semaphore) -> None:
    place = shortcut.place
    at_home(place, shortcut.home)
    if shortcut.name not in _KNOWN:
        notes.leave(desk, place, notes.UNKNOWN_BUTTON)
        return
    with one_of(windows):
        person = let_in(desk, client, place)
        form = adding.form_for(
            desk,
            place,
            clues(shortcut.text),
            link=_link(client, shortcut),
            message=shortcut.message,
        )
        if not is_opened(client, shortcut.trigger, form):
            notes.leave(desk, place, notes.FORM_LOST)
    look_again(desk, place, person)


def _link(client: WebClient, shortcut: Shortcut) -> str:
    """Where the message stands, for whoever wants to read it again."""
    if not shortcut.message:
        return ""
    site = site_of(client.base_url, shortcut.team_domain)
    return message_link(site, shortcut.place.channel, shortcut.ts, thread=shortcut.place.thread)
