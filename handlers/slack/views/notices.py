"""Notices: what one person, or marketing, hears because of a click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from core.domain.handoff import AlreadyTaken, NothingToUndo, Outcome, OutOfPlace, TooLate
from core.domain.log import Entry
from core.domain.permission import NOT_ASKED, NOT_OWNER, Right
from core.domain.reasons import reason_named
from core.domain.resubmission import awaits_mending
from core.domain.stages import Stage, Verb
from core.services.looking import PERSONAL
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.belonging import belonging
from handlers.slack.views.blocks import actions, context, facts, header, told
from handlers.slack.views.course import sent_buttons, track_lines
from handlers.slack.views.message import Message
from handlers.slack.views.steps import details_button, mend_buttons, wake_button
from handlers.slack.views.story import (
    case_of,
    decided,
    handoff_of,
    last_move,
    origin,
    pursued,
    remark,
    why,
)
from handlers.slack.views.text import day, escape, lines, when

KNOWN_ERRORS = (
    "error",
    "invalid",
    "definition-invalid",
    "not-found",
    "no-version",
    "refused",
    *(right.value for right in Right),
    NOT_OWNER,
    NOT_ASKED,
    PERSONAL,
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


def is_returned(story: Story) -> bool:
    """Whether the lead is back with marketing, before contact or after it."""
    return _returning(story) is not None


def returned(story: Story, say: Say, *, now: datetime) -> Message:
    """Marketing hears that sales sent a lead back, or that this was taken back since."""
    handoff, person = handoff_of(story), escape(names.who(story.lead, say))
    back, move = _returning(story), last_move(story)
    if move and move.verb is Verb.REOPEN:
        return _reopened(story, move, say)
    if back is None:
        return _sentence(say("returned-undone", who=person))
    who, course = names.actor(back.by, say), track_lines(story.course, say)
    because = escape(names.reason(back.reason, say, story.policy.reasons))
    text = say(f"returned-{back.verb.value}", who=person, by=who, reason=because)
    buttons = [
        *mend_buttons(story, say),
        *sent_buttons(story, say),
        *([wake_button(story.lead, say)] if _is_there(story) else []),
        details_button(story, say),
    ]
    blocks = [
        header(say(f"returned-title-{back.verb.value}", who=names.who(story.lead, say))),
        told(_how(story, say)),
        *remark(back.comment, say),
        *belonging(story, say),
        *facts(_facts(story, say)),
        *([told(lines(course, say))] if course else []),
        context(_next(back, story, say), names.definition(handoff.definition, say)),
        actions("returned", buttons),
    ]
    return Message(text, blocks)


def _reopened(story: Story, move: Entry, say: Say) -> Message:
    """What was out of the funnel is back with marketing."""
    who, by = escape(names.who(story.lead, say)), names.actor(move.actor, say)
    text, course = say("returned-reopened", who=who, by=by), track_lines(story.course, say)
    wakes = [wake_button(story.lead, say)] if _is_there(story) else []
    buttons = [*sent_buttons(story, say), *wakes, details_button(story, say)]
    track = [told(lines(course, say))] if course else []
    return Message(text, [told(text), *track, actions("returned", buttons)])


@dataclass(frozen=True, slots=True)
class _Returning:
    """Who sent a lead back, by which verb and why."""

    verb: Verb
    by: str
    reason: str | None
    comment: str | None
    wake_on: date | None


def _returning(story: Story) -> _Returning | None:
    decision, move = handoff_of(story).decision, last_move(story)
    if decision and decision.outcome is Outcome.REJECTED:
        return _Returning(
            Verb.REJECT, decision.by, decision.reason, decision.comment, decision.wake_on
        )
    if move and move.verb in (Verb.RECYCLE, Verb.DISQUALIFY):
        return _Returning(move.verb, move.actor, move.reason, move.comment, story.lead.wake_on)
    return None


def _how(story: Story, say: Say) -> str:
    decision, move = handoff_of(story).decision, last_move(story)
    if move and move.verb in (Verb.RECYCLE, Verb.DISQUALIFY):
        return pursued(move, story, say)
    return decided(decision, story.policy, say) if decision else ""


def _facts(story: Story, say: Say) -> list[tuple[str, str]]:
    explanation = handoff_of(story).explanation
    known = (
        (say("label-offered-because"), why(explanation, say)),
        (say("label-source"), origin(story.lead)),
    )
    return [(label, value) for label, value in known if value]


def _next(back: _Returning, story: Story, say: Say) -> str:
    reason = reason_named(back.reason or "", story.policy.reasons)
    if reason and reason.attaches:
        return say("returned-attached")
    if reason and reason.leaves_the_funnel:
        return say("returned-out")
    if awaits_mending(case_of(story)):
        return say("returned-to-mend")
    wakes = story.lead.wake_on if _is_there(story) else back.wake_on
    return say("returned-wakes", day=day(wakes, say=say)) if wakes else say("returned-nurturing")


def _is_there(story: Story) -> bool:
    """Whether the lead still rests where this handoff left it."""
    lead = story.lead
    return lead.stage is Stage.NURTURING and lead.handoff_id == handoff_of(story).id


def taken_by(say: Say, taken: AlreadyTaken, *, zone: tzinfo) -> str:
    """Who was first, in marked text."""
    values = {"who": names.actor(taken.by, say), "when": when(taken.at, zone=zone, say=say)}
    return say(f"already-{taken.outcome.value}", **values)


def already_taken(say: Say, taken: AlreadyTaken, *, zone: tzinfo) -> Message:
    """Somebody decided first; nothing else happened."""
    return _sentence(taken_by(say, taken, zone=zone))


def too_late(say: Say, late: TooLate, *, zone: tzinfo) -> Message:
    """The time for undoing is over."""
    return _sentence(say("too-late", when=when(late.ended_at, zone=zone, say=say)))


def moved_on(say: Say, stage: Stage) -> Message:
    """The lead stands where this step cannot be taken any more."""
    return _sentence(say("moved-on", stage=names.stage(stage, say)))


def nothing_to_undo(say: Say) -> Message:
    """The handoff is open, or the lead has moved on."""
    return _sentence(say("nothing-to-undo"))


def nothing_done(
    say: Say, outcome: AlreadyTaken | TooLate | NothingToUndo | OutOfPlace, *, zone: tzinfo
) -> Message:
    """Why a step changed nothing."""
    match outcome:
        case AlreadyTaken():
            return already_taken(say, outcome, zone=zone)
        case TooLate():
            return too_late(say, outcome, zone=zone)
        case NothingToUndo():
            return nothing_to_undo(say)
        case OutOfPlace(stage):
            return moved_on(say, stage)


def already_sent(say: Say) -> Message:
    """Somebody said so before, or the definition sends something else by now."""
    return _sentence(say("already-sent"))


def form_lost(say: Say) -> Message:
    """The form or the details could not be opened."""
    return _sentence(say("form-lost"))


def unknown_button(say: Say) -> Message:
    """A button of an older version of Baton."""
    return _sentence(say("unknown-button", command=ids.COMMAND))


def sorry(
    say: Say, code: str, reference: str | None = None, *, owner: str | None = None
) -> Message:
    """What went wrong by its error code, whether anything was lost and what to do next."""
    known = code if code in KNOWN_ERRORS else "error"
    text = say(f"error-{known}", owner=names.actor(owner, say) if owner else "")
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
    """A channel or a user group needs mending: what is wrong, what became of it, what to do."""
    if channel.startswith("S"):
        lacks = "group-scope" if problem == "missing_scope" else "group"
        return _sentence(say(f"alarm-{lacks}", group=escape(channel), problem=escape(problem)))
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
