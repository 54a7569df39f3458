"""The digest: how the handoff is going, in numbers that say what they count."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from babel.dates import format_interval
from slack_sdk.models.blocks import Block, DividerBlock

from core.domain.digest import Digest, Share, Weeks
from core.domain.localtime import Window
from core.domain.measures import Measures
from core.domain.policy import Policy
from core.domain.reasons import Reason
from core.domain.schedule import Schedule
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import context, facts, header, told
from handlers.slack.views.message import Message
from handlers.slack.views.text import day, escape, lines, tidy, when

Reasons = tuple[Reason, ...]
FEW = 20
VERSIONS_SHOWN = 5


def posted(measures: Measures, say: Say, *, schedule: Schedule, policy: Policy) -> Message:
    """What a channel reads of a period.

    Where nothing happened and the schedule wants to pass that by, one line says so.
    """
    zone, digest = policy.zone_of(schedule.timezone), _digest_of(measures)
    if schedule.skips_when_empty and not digest.offered and not digest.decided:
        return _nothing(digest, say, zone)
    name = say(f"digest-last-{schedule.cadence.value}")
    title, text = _titles(digest, say, zone)
    blocks = _week(digest, name, say, zone, policy.reasons)
    return Message(text, [header(title), *blocks, DividerBlock(), *_now(digest, say, zone)])


def _digest_of(measures: Measures) -> Digest:
    period, backlog = measures.period, measures.backlog
    in_time = period.in_time.share
    return Digest(
        window=measures.window,
        as_of=measures.as_of,
        offered=period.offered,
        decided=period.decided,
        acceptance=Share(period.acceptance.part, period.acceptance.whole),
        quality_acceptance=Share(period.quality.part, period.quality.whole),
        in_time=Share(in_time.part, in_time.whole),
        rejections=tuple((each.reason, each.share.part) for each in measures.refusals.by_reason),
        open=backlog.open,
        overdue=backlog.overdue,
        oldest_open_at=backlog.oldest_at,
        definitions=measures.definitions,
    )


def weekly(weeks: Weeks, say: Say, *, policy: Policy) -> Message:
    """Both weeks, as one person asks for them: the one so far comes first."""
    zone = policy.zone
    last = _week(weeks.last_full, say("digest-last-weekly"), say, zone, policy.reasons)
    this = _week(weeks.so_far, say("digest-this-weekly"), say, zone, policy.reasons)
    title, text = _titles(weeks.so_far, say, zone)
    now = _now(weeks.so_far, say, zone)
    return Message(text, [header(title), *this, DividerBlock(), *last, DividerBlock(), *now])


def _titles(digest: Digest, say: Say, zone: tzinfo) -> tuple[str, str]:
    period = _period(digest.window, zone, say)
    acceptance = _share(digest.acceptance, say)
    text = say("digest-text", period=period, offered=digest.offered, acceptance=acceptance)
    return say("digest-title", period=period), text


def _nothing(digest: Digest, say: Say, zone: tzinfo) -> Message:
    period = _period(digest.window, zone, say)
    text = say("digest-skipped", period=period, open=digest.open, overdue=digest.overdue)
    return Message(text, [told(text)])


def _week(digest: Digest, name: str, say: Say, zone: tzinfo, reasons: Reasons) -> list[Block]:
    period = _period(digest.window, zone, say)
    title = say("heading", text=say("digest-week", week=name, period=period))
    if not digest.offered and not digest.decided:
        return [told(title), told(say("digest-nothing"))]
    counted = [
        (say("digest-offered"), say("count", count=digest.offered)),
        (say("digest-decided"), say("count", count=digest.decided)),
        (say("digest-acceptance"), _share(digest.acceptance, say)),
        (say("digest-quality"), _share(digest.quality_acceptance, say)),
        (say("digest-in-time"), _share(digest.in_time, say)),
    ]
    versions = "、" if say.locale == "ja" else ", "
    shown = versions.join(escape(label) for label in digest.definitions[:VERSIONS_SHOWN])
    by = [context(say("definition", label=shown))] if shown else []
    return [told(title), *facts(counted), *_rejections(digest, say, reasons), *by]


def _rejections(digest: Digest, say: Say, reasons: Reasons) -> list[Block]:
    if not digest.rejections:
        return []
    labelled = (
        (escape(names.reason(reason, say, reasons)), count) for reason, count in digest.rejections
    )
    counted = [say("digest-rejection", reason=label, count=count) for label, count in labelled]
    title = say("heading", text=say("digest-rejections"))
    return [told(lines([title, *counted], say))]


def _now(digest: Digest, say: Say, zone: tzinfo) -> list[Block]:
    as_of = when(digest.as_of, zone=zone, say=say)
    waiting = [say("digest-waiting", open=digest.open, overdue=digest.overdue)]
    if digest.oldest_open_at:
        oldest = when(digest.oldest_open_at, zone=zone, say=say)
        waiting.append(say("digest-oldest", when=oldest))
    return [
        told(say("heading", text=say("digest-now"))),
        told(lines(waiting, say)),
        context(say("digest-as-of", when=as_of), say("digest-left-out")),
    ]


def _share(share: Share, say: Say) -> str:
    if share.rate is None:
        return say("share-none")
    values = {"rate": share.rate, "part": share.part, "whole": share.whole}
    return say("share-few", **values) if share.whole < FEW else say("share", **values)


def _period(window: Window, zone: tzinfo, say: Say) -> str:
    """The local days of a window, the last one included."""
    first = window.start.astimezone(zone).date()
    last = max(first, (window.end.astimezone(zone) - timedelta(hours=12)).date())
    return (
        day(first, say=say)
        if first == last
        else tidy(format_interval(first, last, "MMMd", locale=say.locale))
    )
