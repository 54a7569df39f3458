"""Notices: what one person, or marketing, hears because of a click."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from core.domain.handoff import AlreadyTaken, Outcome, TooLate
from core.domain.reasons import reason_named
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import actions, button, context, facts, header, told
from handlers.slack.views.message import Message
from handlers.slack.views.story import decided, handoff_of, origin, quoted, why
from handlers.slack.views.text import day, escape, when

KNOWN_ERRORS = (
    "error",
    "invalid",
    "definition-invalid",
    "not-found",
    "no-version",
    "refused",
    "not-sales",
    "not-marketing",
    "not-proposer",
    "unacquainted",
    "stranger",
    "guest",
    "bot",
    "deactivated",
    "forged",
    "key-reused",
    "busy",
    "unready",
)


def returned(story: Story, say: Say, *, now: datetime) -> Message:
    """Marketing hears that sales sent a lead back, or that this was taken back since."""
    handoff, person = handoff_of(story), escape(names.who(story.lead, say))
    decision = handoff.decision
    if decision is None or decision.outcome is not Outcome.REJECTED:
        return _sentence(say("returned-undone", who=person))
    because = escape(names.reason(decision.reason, say))
    text = say("returned", who=person, by=names.actor(decision.by, say), reason=because)
    details = button(
        say("button-details"),
        ids.DETAILS,
        handoff.id,
        hears=say("hears-details", who=names.called(story.lead, say)),
    )
    blocks = [
        header(say("returned-title", who=names.who(story.lead, say))),
        told(decided(decision, story.policy, say)),
        *quoted(decision, say),
        *facts(_facts(story, say)),
        context(_next(story, say), names.definition(handoff.definition, say)),
        actions("returned", [details]),
    ]
    return Message(text, blocks)


def _facts(story: Story, say: Say) -> list[tuple[str, str]]:
    explanation = handoff_of(story).explanation
    known = (
        (say("label-offered-because"), why(explanation, say)),
        (say("label-source"), origin(story.lead)),
    )
    return [(label, value) for label, value in known if value]


def _next(story: Story, say: Say) -> str:
    decision = handoff_of(story).decision
    reason = reason_named(decision.reason or "") if decision else None
    if reason and reason.leaves_the_funnel:
        return say("returned-out")
    if decision and decision.wake_on:
        return say("returned-wakes", day=day(decision.wake_on, say=say))
    return say("returned-nurturing")


def taken_by(say: Say, taken: AlreadyTaken, *, zone: tzinfo) -> str:
    """Who was first, in marked text."""
    values = {"who": names.actor(taken.by, say), "when": when(taken.at, zone=zone, say=say)}
    if taken.outcome is Outcome.ACCEPTED:
        return say("already-accepted", **values)
    return say("already-rejected", **values)


def already_taken(say: Say, taken: AlreadyTaken, *, zone: tzinfo) -> Message:
    """Somebody decided first; nothing else happened."""
    return _sentence(taken_by(say, taken, zone=zone))


def too_late(say: Say, late: TooLate, *, zone: tzinfo) -> Message:
    """The time for undoing is over."""
    return _sentence(say("too-late", when=when(late.ended_at, zone=zone, say=say)))


def nothing_to_undo(say: Say) -> Message:
    """The handoff is open, or the lead has moved on."""
    return _sentence(say("nothing-to-undo"))


def form_lost(say: Say) -> Message:
    """The form or the details could not be opened."""
    return _sentence(say("form-lost"))


def unknown_button(say: Say) -> Message:
    """A button of an older version of Baton."""
    return _sentence(say("unknown-button", command=ids.COMMAND))


def sorry(say: Say, code: str, reference: str | None = None) -> Message:
    """What went wrong by its error code, whether anything was lost and what to do next."""
    text = say(f"error-{code if code in KNOWN_ERRORS else 'error'}")
    message = _sentence(text)
    if reference is None:
        return message
    told_to_us = say("reference", reference=escape(reference, 40))
    return replace(message, blocks=[*message.blocks, context(told_to_us)])


def possibly_repeated(message: Message, say: Say) -> Message:
    """The message with a label: no answer came the first time, so it may stand here twice."""
    return replace(message, blocks=[*message.blocks, context(say("possibly-repeated"))])


def copied(story: Story, say: Say) -> Message:
    """What stands in place of a card that hangs twice."""
    return _sentence(say("card-copied", who=escape(names.who(story.lead, say))))


def alarm(say: Say, channel: str, problem: str) -> Message:
    """A channel needs mending: what is wrong, what became of the message, what to do."""
    what = _REMEDIES.get(problem, "message" if problem in _CONTENT else "channel")
    name = escape(channel)
    place = f"<@{name}>" if name.startswith(("U", "W")) else f"<#{name}>"
    return _sentence(say(f"alarm-{what}", channel=place, problem=escape(problem)))


_REMEDIES = {
    "channel_not_found": "uninvited",
    "not_in_channel": "uninvited",
    "is_archived": "archived",
    "is_inactive": "archived",
}
_CONTENT = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")


def _sentence(text: str) -> Message:
    return Message(text, [told(text)])
