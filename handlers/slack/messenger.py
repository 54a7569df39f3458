"""The messenger: keeps each promise by telling Slack how things stand at this moment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.handoff import Case, Outcome
from core.domain.intents import IntentKind, Posting, about, copied, subject_of, version_told
from core.domain.reminder import Step, step_still
from core.domain.roles import Team
from core.domain.standing import refusal
from core.domain.versions import State
from core.ports import Delivered, Errand, Later, Parked, Person, Sent, View, Workspace
from core.services import delivery
from core.services import home as homes
from core.services.agreement import dossier_of
from core.services.people import learn
from core.services.reporting import Story, story_of
from handlers.i18n import Say, speak
from handlers.slack import alarms, digests, groups, notes, sharing
from handlers.slack.calls import Trouble, ask, respond
from handlers.slack.commands import Asker, answer, site_of
from handlers.slack.direct import direct
from handlers.slack.grammar import parse
from handlers.slack.hanging import Hook, found, hang, retire, take_down_copies
from handlers.slack.pace import Pace
from handlers.slack.payload import Place, text
from handlers.slack.people import looked_up, say_to, voice_for
from handlers.slack.trip import Trip
from handlers.slack.views import card, home, notices, proposal, reminders
from handlers.slack.views.message import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackMessenger:
    """Renders and delivers. `client_for` gives the client of a workspace, without retries.

    Where Slack asked to wait, nothing of that kind is tried before, whatever else is queued.
    `every` is the time between two messages to one channel; Slack fetches pictures from us where
    it reaches us under a `public_url`.
    """

    desk: Desk
    client_for: Callable[[str], WebClient]
    every: timedelta = timedelta(0)
    public_url: str | None = None
    _closed: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    _resting: dict[tuple[str, IntentKind], datetime] = field(default_factory=dict)

    def deliver(self, errand: Errand) -> Delivered:
        """Tell Slack, and say what became of it."""
        lane, now = (errand.workspace, errand.intent.kind), self.desk.now()
        until = self._resting.get(lane, now)
        if now < until:
            return Later("waiting as Slack asked", wait=until - now)
        pace = Pace(self.desk, self.every, errand, self._closed)
        trip = Trip(self.desk, self.client_for(errand.workspace), errand, pace, self.public_url)
        try:
            return _KINDS[errand.intent.kind](trip)
        except Trouble as trouble:
            means = trouble.means
            if isinstance(means, Later) and means.wait and means.channel is None:
                self._resting[lane] = self.desk.now() + means.wait
            return means

    def opens(self, workspace: str) -> bool:
        """Whether Slack takes our token again."""
        try:
            ask(self.client_for(workspace).auth_test)
        except Trouble:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the database says at this moment of what is to be told."""

    workspace: Workspace
    known: Posting | None
    story: Story
    briefing: Posting | None = None

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


def _scene(trip: Trip) -> _Scene | None:
    intent = trip.errand.intent
    with trip.desk.read(trip.errand.workspace) as view:
        case = view.case(intent.subject)
        if case is None:
            return None
        return _Scene(
            view.workspace(),
            view.posting(intent.kind, intent.subject),
            story_of(view, case.lead, handoff_id=intent.subject, at=trip.desk.now()),
            view.posting(IntentKind.BRIEFING, intent.subject),
        )


_GONE = Parked("there is no such handoff")


def _card(trip: Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    message = card.card(scene.story, scene.say, now=trip.desk.now())
    policy = scene.workspace.policy
    hook = trip.hook(
        scene.workspace,
        policy.sales_channel,
        scene.story.lead.owner,
        policy.marketing_channel,
        since=scene.opened_at,
        known=scene.known,
    )
    sent = hang(hook, message, scene.say)
    clicked = trip.details.get("message", "")
    ours = {_place(posting) for posting in (sent.posting, scene.briefing) if posting}
    if sent.posting and clicked and clicked not in ours:
        retire(trip.client, clicked, notices.copied(scene.story, scene.say))
    if scene.briefing:
        delivery.promise(trip.desk, trip.errand.workspace, *about(trip.subject, _BRIEFING))
    homes.changed(trip.desk, trip.errand.workspace, _concerned(scene.story))
    return sent


_BRIEFING = IntentKind.BRIEFING


def _place(posting: Posting) -> str:
    return f"{posting.channel}:{posting.ts}"


def _concerned(story: Story) -> set[str]:
    """Whoever follows the lead or is asked to, and whoever had a hand in this handoff."""
    handoff = story.handoff
    offered = handoff.id if handoff else None
    hands = (record.entry.actor for record in story.records if record.entry.handoff_id == offered)
    return {*hands, *filter(None, (story.lead.owner, handoff.asked if handoff else None))}


def _briefing(trip: Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    if scene.known is None and scene.outcome is not Outcome.ACCEPTED:
        return Sent()  # undone before anything was told
    above = scene.story.card
    if above is None:
        return Later("the card does not hang yet")
    message = card.briefing(scene.story, scene.say, now=trip.desk.now())
    hook = trip.hook(
        scene.workspace,
        above.channel,
        scene.story.lead.owner,
        since=scene.opened_at,
        known=scene.known,
        thread=above.ts,
    )
    return hang(hook, message, scene.say)


def _nudge(trip: Trip) -> Delivered:
    """What waits for everybody, unless it was done by now."""
    handoff_id, name = trip.subject.split(":")[:2]
    step = Step(name)
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, case = view.workspace(), view.case(handoff_id)
        known = view.posting(IntentKind.NUDGE, trip.subject)
        if case is None or step_still(case, step, at=trip.desk.now()) is not step:
            return Sent(known)
        story = story_of(view, case.lead, handoff_id=handoff_id)
    if story.card is None:
        return Later("the card does not hang yet")
    say, channel = speak(workspace.policy.locale), story.card.channel
    since = trip.errand.enqueued_at or case.handoff.opened_at
    hook = trip.hook(workspace, channel, since=since, known=known, thread=story.card.ts)
    return hang(hook, reminders.nudge(story, step, say), say)


def _reminder(trip: Trip) -> Delivered:
    """What waits for one person, unless it was done by now."""
    person, now = trip.details["person"], trip.desk.now()
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, known = view.workspace(), view.posting(IntentKind.REMINDER, trip.subject)
        waiting, say = _waiting(view, trip.subject, at=now), say_to(view, person)
    if until := trip.details.get("until"):
        zone = workspace.policy.zone
        message = reminders.put_off(datetime.fromisoformat(until), say, zone=zone)
    else:
        message = reminders.reminder(waiting, say, to=person, id=trip.subject)
    if not waiting and not (until and known):
        return Sent(known)
    try:
        channel = known.channel if known else direct(trip.client, person)
        since = trip.errand.enqueued_at or now
        hook = trip.hook(workspace, channel, since=since, known=known)
        return hang(replace(hook, complain=alarms.keep_quiet), message, say)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.warning("%s cannot be reminded: %s", person, trouble.error)
        return Sent()


def _waiting(view: View, message: str, *, at: datetime) -> list[tuple[Story, Step]]:
    """What is told in one message and still waits, as it stands now: what was soon may be late."""
    steps: dict[str, tuple[Case, Step]] = {}
    for told in view.reminders_in(message):
        case = view.case(told.handoff_id)
        step = step_still(case, told.step, at=at, person=told.person) if case else None
        if case and step:
            steps[told.handoff_id] = case, step
    return [
        (story_of(view, case.lead, handoff_id=case.handoff.id), step)
        for case, step in steps.values()
    ]


def _returned(trip: Trip) -> Delivered:
    scene = _scene(trip)
    if scene is None:
        return _GONE
    policy = scene.workspace.policy
    hook = trip.hook(
        scene.workspace,
        policy.marketing_channel,
        policy.sales_channel,
        since=scene.opened_at,
        known=scene.known,
    )
    if scene.known is None and not notices.is_returned(scene.story) and not _told_before(hook):
        return Sent()  # undone before anybody heard of it
    if scene.known is None and scene.story.lead.handoff_id != trip.subject:
        return Sent()  # it is with sales again, and nobody had heard
    return hang(hook, notices.returned(scene.story, scene.say, now=trip.desk.now()), scene.say)


def _told_before(hook: Hook) -> bool:
    return hook.unsure and found(hook).posting is not None


def _proposal(trip: Trip) -> Delivered:
    number, team = version_told(trip.subject)
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, dossier = view.workspace(), dossier_of(view, number)
        hanging = {of: view.posting(IntentKind.PROPOSAL, subject_of(number, of)) for of in Team}
    if dossier is None:
        return Parked("there is no such version")
    policy, known = workspace.policy, hanging[team]
    say, shared = speak(policy.locale), policy.sales_channel == policy.marketing_channel
    if shared and known is None and team is not Team.SALES:
        return Sent()  # one message in the channel that both share
    since = dossier.version.proposed_at
    hook = trip.hook(workspace, policy.channel_of(team), since=since, known=known)
    if known is None and dossier.version.state in _OVER_UNTOLD and not _told_before(hook):
        return Sent()  # over before anybody heard of it
    teams = tuple(Team) if shared else (team,)
    sent = hang(hook, proposal.proposal(dossier, say, teams=teams), say)
    _retire_copy(trip, {*filter(None, (*hanging.values(), sent.posting))}, say)
    return sent


def _retire_copy(trip: Trip, hanging: set[Posting], say: Say) -> None:
    """Whoever clicked did so in a message that should not hang there any more."""
    clicked = trip.details.get("message", "")
    if clicked and clicked not in {f"{posting.channel}:{posting.ts}" for posting in hanging}:
        retire(trip.client, clicked, notices.unknown_button(say))


_OVER_UNTOLD = (State.WITHDRAWN, State.SUPERSEDED)


def _answer(trip: Trip) -> Delivered:
    details, desk = trip.details, trip.desk
    place = notes.place_of(trip.errand.workspace, details)
    asker = Asker(place, site_of(trip.client.base_url, details.get("team_domain", "")))
    message = answer(desk, parse(details["command"]), asker, voice_for(desk, place))
    try:
        respond(details.get("response_url", ""), _answering(message, aside="aside" in details))
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        return _whispered(trip, place, message)  # that address has expired
    return Sent()


def _answering(message: Message, *, aside: bool) -> dict[str, object]:
    return {
        "replace_original": not aside,
        "response_type": "ephemeral",
        **message.payload(),
    }


def _notice(trip: Trip) -> Delivered:
    place = notes.place_of(trip.errand.workspace, trip.details)
    with trip.desk.read(place.workspace) as view:
        zone = view.workspace().policy.zone
    message = notes.worded(trip.details, voice_for(trip.desk, place), zone=zone)
    return _whispered(trip, place, message)


def _whispered(trip: Trip, place: Place, message: Message) -> Sent:
    """Told, or not to be told at all: nobody can mend that, and tomorrow it is of no use."""
    try:
        notes.whisper(trip.client, place, message)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.warning("%s could not be told: %s", trip.errand.intent.kind, trouble.error)
    return Sent()


def _alarm(trip: Trip) -> Delivered:
    """Tell whoever can mend it, in a channel that works; where none does, the log has it."""
    with trip.desk.read(trip.errand.workspace) as view:
        workspace = view.workspace()
    policy, details = workspace.policy, trip.details
    channels = (policy.marketing_channel, policy.sales_channel, *policy.digest_channels)
    others = [channel for channel in channels if channel != details["channel"]]
    if not others:
        return Sent()
    since = trip.errand.enqueued_at or trip.desk.now()
    hook = replace(
        trip.hook(workspace, *others, since=since, known=None), complain=alarms.keep_quiet
    )
    say = speak(policy.locale)
    try:
        return hang(hook, notices.alarm(say, details["channel"], details["problem"]), say)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.error("nobody can be told of %s in %s", details["problem"], details["channel"])
        return Sent()


def _copies(trip: Trip) -> Delivered:
    """Take down what turned up a second time; the one that the database knows of stays."""
    original = copied(trip.subject)
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, kept = view.workspace(), view.posting(original.kind, original.subject)
    if kept is None:
        return Sent()  # whoever posts it looks again
    posted_at = datetime.fromtimestamp(float(kept.ts), UTC)
    hook = trip.hook(workspace, kept.channel, since=posted_at, known=kept, thread=kept.thread)
    take_down_copies(replace(hook, intent=original), kept)
    return Sent()


def _mark(trip: Trip) -> Delivered:
    """Put a sign on a message, where we may: whoever picked it has been told already."""
    channel, _, ts = trip.subject.partition(":")
    try:
        ask(trip.client.reactions_add, channel=channel, timestamp=ts, name=_SIGN)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        if trouble.means.whole_workspace and trouble.error != "missing_scope":
            raise  # an app of before signs lacks but that scope
        log.info("a message is left unmarked: %s", trouble.error)
    return Sent()


_SIGN = "white_check_mark"


def _home(trip: Trip) -> Delivered:
    """Paint somebody's Home. Where it cannot be done they see the old one, or open it again."""
    try:
        answer = ask(trip.client.views_publish, user_id=trip.subject, view=_painted(trip))
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.warning("the Home of %s could not be painted: %s", trip.subject, trouble.error)
        return Sent()
    return Sent(Posting(IntentKind.HOME, trip.subject, trip.subject, text(answer, "view", "id")))


def _painted(trip: Trip) -> dict[str, Any]:
    user, workspace, now = trip.subject, trip.errand.workspace, trip.desk.now()
    person = _met(trip)
    with trip.desk.read(workspace) as view:
        say = say_to(view, user)
        because = refusal(person.standing, view.workspace().policy)
        if because is not None:
            return home.closed(say, because.value).to_dict()
        shown = homes.home_of(view, user, at=now, pages=homes.pages_of(trip.details))
    return home.home(shown, say, now=now).to_dict()


def _met(trip: Trip) -> Person:
    """Whoever the errand is about; Slack is asked where nobody knows them yet. Raises Trouble."""
    workspace, now = trip.errand.workspace, trip.desk.now()
    with trip.desk.read(workspace) as view:
        known = view.person(trip.subject)
    if known is not None:
        return known
    person = looked_up(trip.client, workspace, trip.subject, at=now)
    trip.desk.change(workspace, lambda unit, at: learn(unit, person, at=at))
    return person


def _person(trip: Trip) -> Delivered:
    workspace = trip.errand.workspace
    try:
        person = looked_up(trip.client, workspace, trip.subject, at=trip.desk.now())
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        # Not worth a stop of all else: they are asked about again at their next click.
        log.warning("nobody can be looked up: %s", trouble.error)
        return Sent()
    trip.desk.change(workspace, lambda unit, at: learn(unit, person, at=at))
    return Sent()


def _groups(trip: Trip) -> Delivered:
    groups.learn(trip.desk, trip.client, trip.errand)
    return Sent()


_KINDS: Mapping[IntentKind, Callable[[Trip], Delivered]] = {
    IntentKind.CARD: _card,
    IntentKind.BRIEFING: _briefing,
    IntentKind.NUDGE: _nudge,
    IntentKind.REMINDER: _reminder,
    IntentKind.RETURNED: _returned,
    IntentKind.DIGEST: digests.post,
    IntentKind.EVIDENCE: digests.add_evidence,
    IntentKind.PICTURE: digests.add_picture,
    IntentKind.ANSWER: _answer,
    IntentKind.SHARED: sharing.tell_all,
    IntentKind.TABLE: sharing.send_table,
    IntentKind.NOTICE: _notice,
    IntentKind.PERSON: _person,
    IntentKind.PROPOSAL: _proposal,
    IntentKind.HOME: _home,
    IntentKind.ALARM: _alarm,
    IntentKind.MARK: _mark,
    IntentKind.COPIES: _copies,
    IntentKind.GROUPS: _groups,
}
