"""Sharing: what one person asked about a digest goes to a whole channel, or to them as a file."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.intents import Intent, IntentKind
from core.errors import BatonError, Refused
from core.ports import Delivered, Parked, Sent, Unit, View
from core.services import looking
from core.services.looking import PERSONAL
from handlers.i18n import speak
from handlers.slack import alarms, insight, notes, uploads
from handlers.slack.calls import Trouble
from handlers.slack.digests import telling_of
from handlers.slack.direct import direct
from handlers.slack.grammar import parse
from handlers.slack.hanging import hang
from handlers.slack.numbers import Numbers
from handlers.slack.payload import Click
from handlers.slack.people import voice_for
from handlers.slack.trip import Trip
from handlers.slack.uploads import File
from handlers.slack.views import insight as views
from handlers.slack.views.insight import Scene
from handlers.table import figures

log = logging.getLogger(__name__)


def share(desk: Desk, _: WebClient, click: Click) -> None:
    """Promise to tell the channel. Raises Refused where it is not for everybody."""
    asked = _asked(click.value)
    with desk.read(click.place.workspace) as view:
        if asked is None or not insight.may_be_shared(view, asked) or not click.place.channel:
            raise Refused(code=PERSONAL)
    _promise(desk, click, IntentKind.SHARED, "sh")


def make_table(desk: Desk, _: WebClient, click: Click) -> None:
    """Promise a file."""
    _promise(desk, click, IntentKind.TABLE, "tb")


def _promise(desk: Desk, click: Click, kind: IntentKind, prefix: str) -> None:
    name = desk.new_id(prefix)
    intent = Intent(kind, name, name, {**notes.whom(click.place), "command": click.value})

    def once(unit: Unit, at: datetime) -> None:
        if click.key is None or unit.first_time(click.key, at=at):
            unit.enqueue([intent], at=at)

    desk.change(click.place.workspace, once)


def _asked(command: str) -> Numbers | None:
    found = parse(command)
    return found if isinstance(found, Numbers) else None


def tell_all(trip: Trip) -> Delivered:
    """The answer, in the channel in which it was asked for, in the channel's language."""
    place = notes.place_of(trip.errand.workspace, trip.details)
    asked = _asked(trip.details["command"])
    with trip.desk.read(place.workspace) as view:
        workspace, known = view.workspace(), view.posting(IntentKind.SHARED, trip.subject)
        if asked is None or not insight.may_be_shared(view, asked):
            return Sent()  # the policy is another by now
    say = speak(workspace.policy.locale)
    answered = insight.answer(trip.desk, asked, place, say, shares=False)
    since = trip.errand.enqueued_at or trip.desk.now()
    hook = trip.hook(workspace, place.channel, since=since, known=known)
    try:
        message = views.shared(answered, place.user, say)
        return hang(replace(hook, complain=alarms.keep_quiet), message, say)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        return _whispered(trip, "insight-not-shared")


def send_table(trip: Trip) -> Delivered:
    """The same as a file, in the conversation that Baton has with whoever asked."""
    place = notes.place_of(trip.errand.workspace, trip.details)
    asked, say = _asked(trip.details["command"]), voice_for(trip.desk, place)
    if asked is None:
        return Sent()
    with trip.desk.read(place.workspace) as view:
        workspace = view.workspace()
        try:
            content = _table(trip.desk, view, asked, place.user)
        except BatonError as refused:
            log.warning("no table of %s: %s", asked.text, refused.code)
            return Sent()
    named = asked.text.replace(" ", "-").replace(":", "-").replace("~", "-")
    file = File(f"{named}-{trip.subject[-6:]}.csv", say("insight-table"), content)
    try:
        channel = direct(trip.client, place.user)
        since = trip.errand.enqueued_at or trip.desk.now()
        hook = trip.hook(workspace, channel, since=since, known=None)
        hung = uploads.share(replace(hook, complain=alarms.keep_quiet), file)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        hung = False
    return Sent() if hung else _whispered(trip, "insight-no-table")


def _table(desk: Desk, view: View, asked: Numbers, reader: str) -> bytes:
    measures, schedule, question = insight.figures_asked(view, desk, asked)
    if asked.figure:
        found = looking.counted(view, question, asked.figure, reader=reader)
        return figures.leads([(fact, view.lead(fact.lead_id)) for fact in found])
    if asked.by:
        scene = Scene(asked, telling_of(view, measures, schedule))
        return figures.groups(insight.grouped(view, scene, reader).groups)
    return figures.period(measures)


def _whispered(trip: Trip, key: str) -> Sent:
    place = notes.place_of(trip.errand.workspace, trip.details)
    try:
        notes.whisper(trip.client, place, views.sentence(voice_for(trip.desk, place), key))
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked) or trouble.means.whole_workspace:
            raise
        log.warning("%s could not be told: %s", trip.errand.intent.kind, trouble.error)
    return Sent()
