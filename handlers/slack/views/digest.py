"""The digest: what matters first, in words; then the figures, and what waits now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from slack_sdk.models.blocks import Block, ButtonElement, ImageBlock

from core.domain.definition import Definition, worded
from core.domain.findings import Topic, findings
from core.domain.handoff import Case
from core.domain.measures import Measures, Restated, Share
from core.domain.periods import Cadence
from core.domain.reasons import REASONS, Reason
from handlers.i18n import Say
from handlers.slack.views import figures, ids, names
from handlers.slack.views.blocks import actions, button, context, facts, header, told
from handlers.slack.views.findings import Called, finding
from handlers.slack.views.message import Message
from handlers.slack.views.text import escape, lines, plain, when

_OPENING = 2  # findings, beside what has gone wrong with us
_OPENED = 3  # leads that can be opened from the message
_ALT_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Telling:
    """What a digest tells, and where: its figures, the leads that wait longest, the definition.

    `reasons` are those that the workspace gives, in its own words. `picture` is the address under
    which Slack finds the picture, if it can fetch it.
    """

    measures: Measures
    cadence: Cadence
    zone: tzinfo
    waiting: Sequence[Case] = ()
    definition: Definition | None = None
    reasons: Sequence[Reason] = REASONS
    picture: str | None = None

    def rule(self, id: str, say: Say) -> str:
        """What a rule is called, or its id where the definition has no such rule any more."""
        known = self.definition.rules if self.definition else ()
        why = next((rule.why for rule in known if rule.id == id), None)
        return (worded(why, say.locale) if why else "") or id


def digest(telling: Telling, say: Say) -> Message:
    """The message that hangs in the channel: no more than a screen of a phone."""
    title = say(f"digest-title-{telling.cadence.value}", period=_period(telling, say))
    opening = opened_with(telling, say)
    text = say("digest-text", title=title, finding=escape(opening[0], 500))
    opened = [
        header(title),
        told(lines([say("finding-line", text=escape(each, 500)) for each in opening], say)),
    ]
    rest = [
        *facts(_figures(telling.measures, say)),
        told(_funnel(telling.measures, say)),
        *_waiting(telling, say),
        context(*_honestly(telling, say)),
    ]
    if telling.picture is None:
        return Message(text, [*opened, *rest])
    image = ImageBlock(image_url=telling.picture, alt_text=alt_text(telling, say))
    return Message(text, [*opened, image, *rest], spare=[*opened, *rest])


def skipped(telling: Telling, say: Say) -> Message:
    """One line for a period in which nothing happened."""
    backlog = telling.measures.backlog
    values = {"open": backlog.open, "overdue": backlog.overdue}
    text = say("digest-skipped", period=_period(telling, say), **values)
    return Message(text, [told(text)])


def opened_with(telling: Telling, say: Say) -> list[str]:
    """The sentences that a digest opens with, plain text; never none."""
    found = findings(telling.measures)
    most = _OPENING + sum(each.topic is Topic.UNSEEN for each in found[:1])
    called = Called(
        lambda id: telling.rule(id, say), lambda id: names.reason(id, say, telling.reasons)
    )
    return [finding(each, say, called) for each in found[:most]]


def alt_text(telling: Telling, say: Say) -> str:
    """What the picture shows, for whoever does not see it: its finding, then its numbers."""
    measures = telling.measures
    funnel = _funnel(measures, say)
    trend = say("digest-trend-alt", rate=figures.share(measures.period.acceptance, say))
    return plain(" ".join([*opened_with(telling, say)[:1], funnel, trend]), _ALT_LIMIT)


def _period(telling: Telling, say: Say) -> str:
    return figures.period(telling.measures.window, telling.zone, say)


def _figures(measures: Measures, say: Say) -> list[tuple[str, str]]:
    now, before = measures.period, measures.before
    return [
        (say("digest-offered"), say("digest-counted", count=now.offered, before=before.offered)),
        (say("digest-acceptance"), _with_change(now.acceptance, before.acceptance, say)),
        (say("digest-quality"), figures.share(now.quality, say)),
        (say("digest-in-time"), _with_change(now.in_time.share, before.in_time.share, say)),
        (say("digest-honoured"), _with_change(now.honoured.share, before.honoured.share, say)),
        (say("digest-decide"), figures.spread(now.decide.working, say)),
    ]


def _funnel(measures: Measures, say: Say) -> str:
    came = measures.period.arrivals
    values = {"mql": came.mql, "sal": came.sal, "sql": came.sql, "customer": came.customer}
    return say("digest-funnel", **values)


def _with_change(now: Share, before: Share, say: Say) -> str:
    changed = figures.change(now, before, say)
    said = figures.share(now, say)
    return say("with-trend", line=said, note=changed) if changed else said


def _waiting(telling: Telling, say: Say) -> Iterator[Block]:
    """What waits at the moment of the digest, and the oldest of it to be opened from here."""
    backlog = telling.measures.backlog
    said = say("digest-waiting", open=backlog.open, overdue=backlog.overdue)
    if backlog.oldest_at:
        oldest = when(backlog.oldest_at, zone=telling.zone, say=say)
        said = f"{said} {say('digest-oldest', when=oldest)}"
    yield told(said)
    buttons = [_open(case, say, place) for place, case in enumerate(telling.waiting[:_OPENED])]
    if buttons:
        yield actions("waiting", buttons)


def _open(case: Case, say: Say, place: int) -> ButtonElement:
    who = names.called(case.lead, say)
    return button(
        plain(say("button-open", who=who), 30),
        ids.details(place),
        case.handoff.id,
        hears=say("hears-details", who=who),
    )


def _honestly(telling: Telling, say: Say) -> Iterator[str]:
    """What is restated, whether all is well, as of when, and what is left out."""
    measures = telling.measures
    if restated := _restated(measures, say):
        yield restated
    yield health(measures, say)
    yield say("digest-as-of", when=when(measures.as_of, zone=telling.zone, say=say))
    yield say("digest-left-out")


def _restated(measures: Measures, say: Say) -> str:
    again = measures.restatement
    changed = [each for each in again.figures if each.said != each.now] if again else []
    if again is None or not changed:
        return ""
    first: Restated = changed[0]
    return say(
        "digest-restated",
        figure=say(f"figure-{first.figure}"),
        said=figures.rate(first.said, say),
        now=figures.rate(first.now, say),
        late=max(0, again.decided_since),
    )


def health(measures: Measures, say: Say) -> str:
    """One line: all is well, or what somebody has to look at."""
    state = measures.health
    if not state.is_red(measures.as_of):
        return say("digest-healthy")
    troubles = [
        *([say("health-unseen", count=state.unseen)] if state.unseen else []),
        *([say("health-parked", count=state.parked)] if state.parked else []),
        *([say("health-queue", count=state.waiting)] if state.waiting else []),
        *([say("health-silent", sources=_sources(state.silent, say))] if state.silent else []),
    ]
    return say("digest-unwell", troubles=say("list-separator").join(troubles))


def _sources(silent: Sequence[str], say: Say) -> str:
    shown = [escape(source, 40) for source in silent[:3]]
    rest = len(silent) - len(shown)
    return ", ".join([*shown, *([say("more-short", count=rest)] if rest else [])])
