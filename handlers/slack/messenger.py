"""The messenger: keeps each promise by telling Slack how things stand at this moment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.digest import from_json
from core.domain.handoff import Outcome
from core.domain.intents import IntentKind, Posting
from core.ports import Delivered, Errand, Later, Parked, Sent, Workspace
from core.services.reporting import Story, story_of
from handlers.i18n import Say, speak
from handlers.slack import notes
from handlers.slack.calls import Trouble, respond
from handlers.slack.commands import Asker, answer, site_of
from handlers.slack.grammar import parse
from handlers.slack.hanging import CannotTell, Hook, found, hang
from handlers.slack.payload import Place
from handlers.slack.people import looked_up, voice_for
from handlers.slack.views import card, digest, notices
from handlers.slack.views.message import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackMessenger:
    """Renders and delivers. `client_for` gives the client of a workspace, without retries.

    Where Slack asked to wait, nothing of that kind is tried before, whatever else is queued.
    """

    desk: Desk
    client_for: Callable[[str], WebClient]
    _resting: dict[tuple[str, IntentKind], datetime] = field(default_factory=dict)

    def deliver(self, errand: Errand) -> Delivered:
        """Tell Slack, and say what became of it."""
        lane, now = (errand.workspace, errand.intent.kind), self.desk.now()
        until = self._resting.get(lane, now)
        if now < until:
            return Later("waiting as Slack asked", wait=until - now)
        trip = _Trip(self.desk, self.client_for(errand.workspace), errand)
        try:
            return _KINDS[errand.intent.kind](trip)
        except Trouble as trouble:
            if isinstance(trouble.means, Later) and trouble.means.wait:
                self._resting[lane] = self.desk.now() + trouble.means.wait
            return trouble.means


@dataclass(frozen=True, slots=True)
class _Trip:
    """One errand on its way."""

    desk: Desk
    client: WebClient
    errand: Errand

    @property
    def subject(self) -> str:
        return self.errand.intent.subject

    @property
    def details(self) -> Mapping[str, str]:
        return self.errand.intent.details

    def hook(
        self,
        scene: _Scene,
        channel: str,
        *,
        since: datetime,
        thread: str | None = None,
    ) -> Hook:
        intent, unsure = self.errand.intent, self.errand.unsure
        return Hook(
            self.client, scene.workspace, intent, channel, since, scene.known, unsure, thread
        )


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the database says at this moment of what is to be told."""

    workspace: Workspace
    known: Posting | None
    story: Story

    @property
    def say(self) -> Say:
        return speak(self.workspace.policy.locale)

    @property
    def outcome(self) -> Outcome | None:
        decision = self.story.handoff.decision if self.story.handoff else None
        return decision.outcome if decision else None

    @property
    def opened_at(self) -> datetime:
        handoff = self.story.handoff
        return handoff.opened_at if handoff else self.story.lead.created_at


def _scene(trip: _Trip) -> _Scene | None:
    intent = trip.errand.intent
    with trip.desk.read(trip.errand.workspace) as view:
        case = view.case(intent.subject)
        if case is None:
            return None
        return _Scene(
            view.workspace(),
            view.posting(intent.kind, intent.subject),
            story_of(view, case.lead, handoff_id=intent.subject),
        )


_GONE = Parked("there is no such handoff")


def _card(trip: _Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    message = card.card(scene.story, scene.say, now=trip.desk.now())
    channel = scene.workspace.policy.sales_channel
    return hang(trip.hook(scene, channel, since=scene.opened_at), message, scene.say)


def _briefing(trip: _Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    if scene.known is None and scene.outcome is not Outcome.ACCEPTED:
        return Sent()  # undone before anything was told
    above = scene.story.card
    if above is None:
        return Later("the card does not hang yet")
    message = card.briefing(scene.story, scene.say, now=trip.desk.now())
    hook = trip.hook(scene, above.channel, since=scene.opened_at, thread=above.ts)
    return hang(hook, message, scene.say)


def _returned(trip: _Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    channel = scene.workspace.policy.marketing_channel
    hook = trip.hook(scene, channel, since=scene.opened_at)
    if scene.known is None and scene.outcome is not Outcome.REJECTED and not _told_before(hook):
        return Sent()  # undone before anybody heard of it
    return hang(hook, notices.returned(scene.story, scene.say, now=trip.desk.now()), scene.say)


def _told_before(hook: Hook) -> bool:
    try:
        return hook.unsure and found(hook) is not None
    except CannotTell:
        return False


def _digest(trip: _Trip) -> Delivered:
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, kept = view.workspace(), view.digest(trip.subject)
        known = view.posting(IntentKind.DIGEST, trip.subject)
    if kept is None:
        return Parked("there is no such digest")
    policy, errand = workspace.policy, trip.errand
    say = speak(policy.locale)
    hook = Hook(
        trip.client,
        workspace,
        errand.intent,
        policy.digest_channel,
        kept.as_of,
        known,
        errand.unsure,
    )
    message = digest.weekly(from_json(kept.numbers), say, policy=policy, channel=True)
    return hang(hook, message, say)


def _answer(trip: _Trip) -> Delivered:
    details, desk = trip.details, trip.desk
    place = notes.place_of(trip.errand.workspace, details)
    asker = Asker(place, site_of(trip.client.base_url, details.get("team_domain", "")))
    message = answer(desk, parse(details["command"]), asker, voice_for(desk, place))
    try:
        respond(details.get("response_url", ""), _replacing(message))
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        return _whispered(trip, place, message)  # that address has expired
    return Sent()


def _replacing(message: Message) -> dict[str, object]:
    return {"replace_original": True, "response_type": "ephemeral", **message.payload()}


def _notice(trip: _Trip) -> Delivered:
    place = notes.place_of(trip.errand.workspace, trip.details)
    with trip.desk.read(place.workspace) as view:
        zone = view.workspace().policy.zone
    message = notes.worded(trip.details, voice_for(trip.desk, place), zone=zone)
    return _whispered(trip, place, message)


def _whispered(trip: _Trip, place: Place, message: Message) -> Sent:
    """Told, or not to be told at all: nobody can mend that, and tomorrow it is of no use."""
    try:
        notes.whisper(trip.client, place, message)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.warning("%s could not be told: %s", trip.errand.intent.kind, trouble.error)
    return Sent()


def _person(trip: _Trip) -> Delivered:
    workspace = trip.errand.workspace
    try:
        person = looked_up(trip.client, workspace, trip.subject, at=trip.desk.now())
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        # Not worth a stop of all else: they are asked about again at their next click.
        log.warning("nobody can be looked up: %s", trouble.error)
        return Sent()
    trip.desk.change(workspace, lambda unit, _: unit.keep_person(person))
    return Sent()


_KINDS: Mapping[IntentKind, Callable[[_Trip], Delivered]] = {
    IntentKind.CARD: _card,
    IntentKind.BRIEFING: _briefing,
    IntentKind.RETURNED: _returned,
    IntentKind.DIGEST: _digest,
    IntentKind.ANSWER: _answer,
    IntentKind.NOTICE: _notice,
    IntentKind.PERSON: _person,
}
