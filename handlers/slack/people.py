"""People: in which language to speak to somebody, and when to ask Slack about them again."""

from __future__ import annotations

import logging
from datetime import timedelta

from core.desk import Desk
from core.domain.intents import Intent, IntentKind
from core.errors import Busy
from core.ports import View
from core.services import delivery
from handlers.i18n import Say, speak
from handlers.slack.payload import Place

log = logging.getLogger(__name__)

_FRESH = timedelta(days=1)


def say_to(view: View, user: str) -> Say:
    """The voice for one person: their own language where it is known, else the workspace's."""
    person = view.person(user)
    return speak(person.locale if person and person.locale else view.workspace().policy.locale)


def voice_for(desk: Desk, place: Place) -> Say:
    """The voice for whoever is at that place."""
    with desk.read(place.workspace) as view:
        return say_to(view, place.user)


def get_to_know(desk: Desk, place: Place) -> None:
    """Have whoever is new to us, or was not asked about for long, looked up for the next time."""
    with desk.read(place.workspace) as view:
        person = view.person(place.user)
    if person is not None and desk.now() - person.seen_at < _FRESH:
        return
    try:
        intent = Intent(IntentKind.PERSON, place.user, lane=place.user)
        delivery.promise(desk, place.workspace, intent)
    except Busy:
        log.info("busy: a person is looked up another time")
