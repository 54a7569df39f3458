"""Events: what Slack tells us of by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from core.desk import Desk
from core.domain.intents import IntentKind
from core.domain.standing import MEMBERS
from core.errors import NotFound
from core.ports import Unit
from core.services.home import to_paint
from core.services.people import inquiries, learn
from core.services.settings import look_up_groups
from handlers.slack.payload import Event, text
from handlers.slack.people import described

log = logging.getLogger(__name__)


def happened(desk: Desk, event: Event, *, workspace: str) -> None:
    """Take note of an event, once; most are no concern of ours. Raises Busy."""
    hear = HANDLED.get(event.kind)
    if hear is None or event.team != workspace:
        return

    def once(unit: Unit, at: datetime) -> None:
        if event.key is None or unit.first_time(event.key, at=at):
            unit.workspace()
            hear(unit, event, at)

    try:
        desk.change(workspace, once)
    except NotFound:
        log.info("an event of a workspace that is none of ours: %s", event.kind)


def _uninstalled(unit: Unit, event: Event, _: datetime) -> None:
    log.warning("the app was uninstalled from workspace %s", event.team)
    unit.shut(event.kind)


def _revoked(unit: Unit, event: Event, _: datetime) -> None:
    """Tokens of single persons are revoked, too; only the bot's are ours."""
    tokens = event.content.get("tokens")
    if isinstance(tokens, Mapping) and tokens.get("bot"):
        log.warning("the bot's token of workspace %s was revoked", event.team)
        unit.shut(event.kind)


def _changed(unit: Unit, event: Event, at: datetime) -> None:
    """An event shuts somebody out at once. It may be an old one: only an answer lets them in."""
    said = event.content.get("user")
    user = text(said, "id")
    known = unit.person(user) if user else None
    if known is None or not isinstance(said, Mapping):
        return
    standing = described(said, event.team, user, at=at).standing
    if standing not in MEMBERS:
        learn(unit, replace(known, standing=standing, seen_at=at), at=at)
        if unit.posting(IntentKind.HOME, user):
            unit.enqueue([to_paint(user)], at=at)  # what hangs there is no longer for them
    unit.enqueue(inquiries(None, user, at=at), at=at)


def _joined(unit: Unit, event: Event, at: datetime) -> None:
    """Somebody new is looked up before their first click."""
    user = text(event.content, "user", "id")
    if user:
        unit.enqueue(inquiries(None, user, at=at), at=at)


def _opened(unit: Unit, event: Event, at: datetime) -> None:
    """Somebody looks at our Home: it is painted as things stand. The other tab is none of ours."""
    user = text(event.content, "user")
    if user and text(event.content, "tab") == "home":
        unit.enqueue([to_paint(user)], at=at)


def _regrouped(unit: Unit, event: Event, at: datetime) -> None:
    """Who is in a user group has changed: Slack is asked, because events may come out of order."""
    group = text(event.content, "subteam_id") or text(event.content, "subteam", "id")
    if group in unit.workspace().policy.groups_named:
        look_up_groups(unit, at=at)


HANDLED: Mapping[str, Callable[[Unit, Event, datetime], None]] = {
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
    "user_change": _changed,
    "team_join": _joined,
    "app_home_opened": _opened,
    "subteam_members_changed": _regrouped,
    "subteam_updated": _regrouped,
}
