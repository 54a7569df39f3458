"""Digests on their way to Slack: told in their channel, with their picture and their evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.domain.intents import IntentKind, Posting
from core.domain.measures import Measures
from core.domain.periods import Cadence
from core.domain.schedule import Schedule
from core.ports import Delivered, KeptDigest, KeptPicture, Later, Parked, Sent, View, Workspace
from core.services import intake, reporting
from core.services.digests import schedule_of
from handlers import pictures
from handlers.charts import drawn
from handlers.i18n import Say, speak
from handlers.slack import uploads
from handlers.slack.hanging import hang
from handlers.slack.trip import Trip
from handlers.slack.uploads import File
from handlers.slack.views import digest
from handlers.slack.views.digest import Telling, alt_text
from handlers.slack.views.evidence import evidence
from handlers.slack.views.insight import behind_figures
from handlers.slack.views.message import Message
from handlers.slack.views.picture import chart

_TREND = 7  # earlier digests, whose rates the picture shows beside its own


@dataclass(frozen=True, slots=True)
class _Scene:
    """A digest with all that it takes to tell it, and where it hangs."""

    workspace: Workspace
    schedule: Schedule
    kept: KeptDigest
    telling: Telling
    earlier: Sequence[Measures]
    digest: Posting | None
    known: Posting | None

    @property
    def say(self) -> Say:
        return speak(self.schedule.locale or self.workspace.policy.locale)

    @property
    def is_skipped(self) -> bool:
        """Whether nothing happened, and the schedule wants that passed by."""
        period = self.telling.measures.period
        return self.schedule.skips_when_empty and not (period.offered or period.decided)


def post(trip: Trip) -> Delivered:
    """The message in the channel."""
    scene = _scene(trip)
    if scene is None:
        return _GONE
    say, policy = scene.say, scene.workspace.policy
    hook = trip.hook(
        scene.workspace,
        scene.schedule.channel,
        policy.marketing_channel,
        policy.sales_channel,
        since=scene.kept.as_of,
        known=scene.known,
    )
    if scene.is_skipped:
        message = digest.skipped(scene.telling, say)
    else:
        message = _with_leads(digest.digest(_illustrated(trip, scene), say), scene)
    if scene.known is None:
        _keep_said(trip, message)
    return hang(hook, message, say)


def _with_leads(message: Message, scene: _Scene) -> Message:
    """With a menu of its figures, that shows to whoever chooses one the leads behind it."""
    menu = behind_figures(scene.kept.id, scene.telling, scene.say, aside=True)
    if menu is None:
        return message
    spare = [*message.spare, menu] if message.spare else ()
    return replace(message, blocks=[*message.blocks, menu], spare=spare)


def add_evidence(trip: Trip) -> Delivered:
    """Every figure behind it, in its thread."""
    scene = _scene(trip)
    if scene is None:
        return _GONE
    if scene.is_skipped:
        return Sent()
    if scene.digest is None:
        return _NOT_YET
    hook = trip.hook(
        scene.workspace,
        scene.digest.channel,
        since=scene.kept.as_of,
        known=scene.known,
        thread=scene.digest.ts,
    )
    return hang(hook, evidence(scene.telling, scene.say), scene.say)


def add_picture(trip: Trip) -> Delivered:
    """Its picture, uploaded into its thread where Slack cannot fetch it from us."""
    scene = _scene(trip)
    if scene is None:
        return _GONE
    if trip.public_url or scene.is_skipped:
        return Sent()
    if scene.digest is None:
        return _NOT_YET
    hook = trip.hook(
        scene.workspace,
        scene.digest.channel,
        since=scene.kept.as_of,
        known=None,
        thread=scene.digest.ts,
    )
    picture = _drawn(scene)
    title = scene.say("picture-title")
    uploads.share(hook, File(f"{picture.digest_id}.png", title, picture.content, picture.alt))
    return Sent()


_GONE = Parked("there is no such digest")
_NOT_YET = Later("the digest does not hang yet")


def _scene(trip: Trip) -> _Scene | None:
    with trip.desk.read(trip.errand.workspace) as view:
        workspace, kept = view.workspace(), view.digest(trip.subject)
        if kept is None:
            return None
        measures = reporting.measures_of(kept)
        if measures is None:
            return None  # of before Baton measured all this; it was posted then
        schedule = schedule_of(kept, workspace.policy)
        return _Scene(
            workspace,
            schedule,
            kept,
            telling_of(view, measures, schedule),
            _earlier(view, kept),
            view.posting(IntentKind.DIGEST, kept.id),
            view.posting(trip.errand.intent.kind, kept.id),
        )


def telling_of(view: View, measures: Measures, schedule: Schedule | None = None) -> Telling:
    """Figures with what it takes to tell them, of a week unless a schedule says otherwise."""
    policy = view.workspace().policy
    cases = [view.case(id) for id in measures.backlog.oldest]
    return Telling(
        measures,
        schedule.cadence if schedule else Cadence.WEEKLY,
        policy.zone_of(schedule.timezone if schedule else None),
        [case for case in cases if case and case.handoff.decision is None],
        intake.parsed(view.definition().text),
        policy.reasons,
    )


def _earlier(view: View, kept: KeptDigest) -> list[Measures]:
    """What was told before of the same schedule, oldest first."""
    told = view.digests(schedule=kept.schedule, offset=0, limit=_TREND + 1)
    before = [each for each in told if each.window.end <= kept.window.start]
    measured = [reporting.measures_of(each) for each in reversed(before)]
    return [each for each in measured if each is not None][-_TREND:]


def _illustrated(trip: Trip, scene: _Scene) -> Telling:
    """With the address of its picture, which is kept before Slack hears of it."""
    if trip.public_url is None:
        return scene.telling
    with trip.desk.read(scene.workspace.id) as view:
        kept = view.picture(scene.kept.id)
    if kept is None:
        picture = _drawn(scene)
        trip.desk.change(scene.workspace.id, lambda unit, _: unit.keep_picture(picture))
    at = pictures.address(trip.public_url, scene.kept.id, scene.workspace)
    return replace(scene.telling, picture=at)


def _drawn(scene: _Scene) -> KeptPicture:
    content = drawn(chart(scene.telling, scene.earlier, scene.say))
    return KeptPicture(scene.kept.id, content, alt_text(scene.telling, scene.say))


def _keep_said(trip: Trip, message: Message) -> None:
    said = json.dumps(message.payload(), ensure_ascii=False)
    trip.desk.change(trip.errand.workspace, lambda unit, _: unit.keep_said(trip.subject, said))
