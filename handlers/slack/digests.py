"""Digests on their way to Slack: told in their channel, in its language, once."""

from __future__ import annotations

import json

from core.domain.intents import IntentKind
from core.ports import Delivered, Parked
from core.services import reporting
from core.services.digests import schedule_of
from handlers.i18n import speak
from handlers.slack.hanging import hang
from handlers.slack.trip import Trip
from handlers.slack.views import digest
from handlers.slack.views.message import Message


def post(trip: Trip) -> Delivered:
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, kept = view.workspace(), view.digest(trip.subject)
        known = view.posting(IntentKind.DIGEST, trip.subject)
    measures = reporting.measures_of(kept) if kept else None
    if kept is None or measures is None:
        return Parked("there is no such digest")
    policy = kept.policy or workspace.policy
    schedule = schedule_of(kept, workspace.policy)
    say = speak(schedule.locale or workspace.policy.locale)
    hook = trip.hook(
        workspace,
        schedule.channel,
        workspace.policy.marketing_channel,
        workspace.policy.sales_channel,
        since=kept.as_of,
        known=known,
    )
    message = digest.posted(measures, say, schedule=schedule, policy=policy)
    if known is None:
        _keep_said(trip, message)
    return hang(hook, message, say)


def _keep_said(trip: Trip, message: Message) -> None:
    said = json.dumps(message.payload(), ensure_ascii=False)
    trip.desk.change(trip.errand.workspace, lambda unit, _: unit.keep_said(trip.subject, said))
