"""People: who somebody is, in which language to speak to them, and whether to let them in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.standing import Standing
from core.errors import Busy, Refused, Unacquainted
from core.ports import Person, Unknown, View
from core.services import delivery
from core.services.people import admitted, inquiries, learn
from handlers.i18n import LANGUAGES, Say, speak
from handlers.slack.calls import Trouble, ask
from handlers.slack.payload import Place, text

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_LAST_STEP = 0.8  # seconds after a click; a step begun then ends before Slack hangs up
_NOBODY_HERE = {"user_not_found", "user_not_visible"}


def say_to(view: View, user: str) -> Say:
    """The voice for one person: their own language where it is known, else the workspace's."""
    person, policy = view.person(user), view.workspace().policy
    theirs = policy.choice_of(user).locale or (person.locale if person else None)
    return speak(theirs or policy.locale)


def voice_for(desk: Desk, place: Place) -> Say:
    """The voice for whoever is at that place."""
    with desk.read(place.workspace) as view:
        return say_to(view, place.user)


def let_in(desk: Desk, client: WebClient, place: Place) -> Person:
    """Let in whoever may read of leads. Raises Refused, Busy."""

    def look() -> Person:
        with desk.read(place.workspace) as view:
            return admitted(view, place.user, view.workspace().policy, at=desk.now())

    return acquainted(desk, client, place, look)


def look_again(desk: Desk, place: Place, person: Person) -> None:
    """Have somebody looked up for the next time, if that was long ago."""
    try:
        for inquiry in inquiries(person, place.user, at=desk.now()):
            delivery.promise(desk, place.workspace, inquiry)
    except Busy:
        log.info("busy: a person is looked up another time")


def at_home(place: Place, home: str) -> None:
    """Raises Refused where Slack names another team: the channel may be shared with it."""
    if home != place.workspace:
        raise Refused(code=Standing.STRANGER.value)


def acquainted(desk: Desk, client: WebClient, place: Place, work: Callable[[], Answer]) -> Answer:
    """Do the work; where it stops because nobody knows the person, ask Slack and do it again.

    That is one call, at the very first click of each person. Raises Unacquainted where Slack
    does not answer, and Busy where there is no time left for the next step: each may take two
    seconds, and Slack waits for three.
    """
    began = monotonic()
    try:
        return work()
    except Unacquainted:
        _hurry(began)
        try:
            person = looked_up(client, place.workspace, place.user, at=desk.now())
        except Trouble as trouble:
            log.warning("nobody knows who clicked: %s", trouble.error)
            raise Unacquainted from trouble
    keep = partial(desk.change, place.workspace, lambda unit, at: learn(unit, person, at=at))
    if _is_late(began):
        # The next click is a quick one: by then they are known.
        Thread(target=_kept, args=(keep,), name="acquaintance", daemon=True).start()
    _hurry(began)
    keep()
    _hurry(began)
    return work()


def _is_late(began: float) -> bool:
    return monotonic() - began > _LAST_STEP


def _hurry(began: float) -> None:
    if _is_late(began):
        raise Busy("there is no time left to do it before Slack gives up")


def _kept(keep: Callable[[], object]) -> None:
    try:
        keep()
    except Busy:
        log.info("busy: a person is learned of another time")


def looked_up(client: WebClient, workspace: str, user: str, *, at: datetime) -> Person:
    """What Slack says of somebody at this moment. Raises Trouble."""
    try:
        said = ask(client.users_info, user=user, include_locale=True).get("user")
    except Trouble as trouble:
        if trouble.error not in _NOBODY_HERE:
            raise
        return Person(user, user, None, at, Standing.STRANGER)
    if not isinstance(said, Mapping):
        raise Trouble("garbled", Unknown("Slack's answer could not be read"))
    return described(said, workspace, user, at=at)


def described(said: Mapping[str, Any], workspace: str, user: str, *, at: datetime) -> Person:
    """A person from the user that Slack describes, in an answer or in an event."""
    name = text(said, "real_name") or text(said, "name") or user
    language = text(said, "locale").partition("-")[0].lower()
    return Person(
        user,
        name,
        language if language in LANGUAGES else None,
        at,
        _standing(said, workspace),
        text(said, "tz") or None,
    )


def _standing(said: Mapping[str, Any], workspace: str) -> Standing:
    if said.get("deleted"):
        return Standing.DEACTIVATED
    if said.get("is_bot"):
        return Standing.BOT
    if said.get("is_stranger") or workspace not in _teams(said, workspace):
        return Standing.STRANGER
    if said.get("is_restricted") or said.get("is_ultra_restricted"):
        return Standing.GUEST
    if said.get("is_admin") or said.get("is_owner"):
        return Standing.HEAD
    return Standing.MEMBER


def _teams(said: Mapping[str, Any], otherwise: str) -> list[str]:
    """Where somebody belongs; in an organisation people may belong to several teams."""
    organisation = said.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, Mapping) else None
    return [text(said, "team_id") or otherwise, *(teams if isinstance(teams, list) else [])]
