"""Answers to the slash command, seen only by whoever asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from core.domain.handoff import COMMENT_LIMIT, Incomplete
from core.domain.lead import Lead
from core.domain.roles import Role
from core.ports import Load
from core.services.reporting import PAGE, Page, Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.belonging import belonging
from handlers.slack.views.blocks import actions, button, context, facts, header, told
from handlers.slack.views.course import course_lines
from handlers.slack.views.message import Message
from handlers.slack.views.steps import on_request
from handlers.slack.views.story import (
    asked,
    contact,
    decided,
    journal,
    reached_by,
    waiting,
    why,
)
from handlers.slack.views.text import escape, lines, linked, span, when

LAST_ENTRIES = 3
EXAMPLES = (
    "status",
    "search",
    "list",
    "mine",
    "overdue",
    "log",
    "add",
    "wake",
    "assign",
    "note",
    "digest",
    "definition",
    "whoami",
    "preferences",
    "settings",
    "help",
)
CHOICES = 10


def help(say: Say) -> Message:
    """What can be asked, by example."""
    examples = [say(f"help-{name}", command=ids.COMMAND) for name in EXAMPLES]
    text = say("help")
    return Message(text, [told(text), told(lines(examples, say))])


def unknown(say: Say, word: str, nearest: str | None) -> Message:
    """An unknown word, and the command that may have been meant, one click away."""
    asked = escape(word, 60)
    if nearest is None:
        text = say("unknown-word", word=asked)
        instead = button(say("button-help"), ids.run(0), "help")
    else:
        command = f"{ids.COMMAND} {nearest}"
        text = say("unknown-word-nearest", word=asked, command=escape(command, 250))
        instead = button(command, ids.run(0), nearest)
    return Message(text, [told(text), actions("unknown", [instead])])


def nobody(say: Say, text: str) -> Message:
    """No lead is meant by `text`."""
    answer = say("nobody", text=escape(text, 100))
    return Message(answer, [told(answer)])


def status(
    story: Story, say: Say, *, now: datetime, link: str | None = None, reader: str | None = None
) -> Message:
    """Where a lead stands, why, who answers for it, and what its reader can do with it."""
    lead, zone = story.lead, story.policy.zone
    since = when(lead.entered_stage_at, zone=zone, say=say)
    text = say(
        "status",
        who=escape(names.who(lead, say)),
        stage=names.stage(lead.stage, say),
        temperature=names.temperature(lead.temperature, say),
    )
    owned = say("card-owner", who=names.actor(lead.owner, say)) if lead.owner else ""
    since_then = say("status-since", stage=names.stage(lead.stage, say), when=since)
    blocks = [
        header(names.who(lead, say)),
        told(lines([line for line in (since_then, owned) if line], say)),
        *facts(_facts(story, say)),
        *_handoff(story, say, now=now),
        *_course(story, say),
        told(say("heading", text=say("status-log"))),
        told(journal(story.records[-LAST_ENTRIES:], story.policy, say)),
        *([context(linked(link, say("status-card")))] if link else []),
        *on_request(story, reader, say, now=now),
        actions("status", [_log_button(lead, say)]),
    ]
    return Message(text, blocks)


def _course(story: Story, say: Say) -> list[Block]:
    course = course_lines(story, say)
    return [told(lines(course, say))] if course else []


def _log_button(lead: Lead, say: Say) -> ButtonElement:
    return button(
        say("button-log"),
        ids.run(0),
        f"log {lead.id}",
        hears=say("hears-log", who=names.called(lead, say)),
    )


def _facts(story: Story, say: Say) -> list[tuple[str, str]]:
    lead = story.lead
    score = names.score(lead.score, lead.temperature, say)
    because = [(say("label-because"), why(story.handoff.explanation, say))] if story.handoff else []
    return [(say("label-score"), score), *because, *reached_by(lead, say)]


def _handoff(story: Story, say: Say, *, now: datetime) -> list[Block]:
    handoff, policy = story.handoff, story.policy
    if handoff is None:
        return [context(say("details-never-offered"))]
    definition = names.definition(handoff.definition, say)
    if handoff.decision:
        made = contact(story, say, now=now)
        settled = context(decided(handoff.decision, policy, say), *made, definition)
        return [*belonging(story, say), settled]
    due, left = when(handoff.due_at, zone=policy.zone, say=say), handoff.due_at - now
    key = "status-overdue" if now > handoff.due_at else "status-due"
    answer = say(key, due=due, span=span(left, say=say))
    return [*asked(story, say, now=now), context(answer, *waiting(story, say), definition)]


def choice(leads: Sequence[Lead], say: Say, verb: str, *, then: str = "") -> Message:
    """Several leads may be meant: which one? `then` is the rest of what was asked."""
    text = say("choice")
    rows = [
        _row(lead, say, n, f"{verb} {lead.id} {then}".strip())
        for n, lead in enumerate(leads[:CHOICES])
    ]
    return Message(text, [told(text), *rows])


def _row(lead: Lead, say: Say, number: int, command: str) -> Block:
    name = names.called(lead, say)
    show = button(say("button-show"), ids.run(number), command, hears=say("hears-show", who=name))
    standing = [names.stage(lead.stage, say), names.temperature(lead.temperature, say)]
    if lead.score is not None:
        standing.append(say("points", points=names.whole(lead.score, say)))
    if lead.owner:
        standing.append(names.actor(lead.owner, say))
    who = say("heading", text=escape(names.who(lead, say)))
    return told(f"{who}\n{' · '.join(standing)}", button=show)


def leads(page: Page, say: Say, command: str, *, now: datetime) -> Message:
    """One page of a list; `command` is what asked for it, without its page."""
    if not page.leads:
        text = say("list-empty", command=ids.COMMAND)
        return Message(text, [told(text)])
    first = (page.number - 1) * PAGE + 1
    text = say("list", first=first, last=first + len(page.leads) - 1, total=page.total)
    rows = [_row(lead, say, n, f"status {lead.id}") for n, lead in enumerate(page.leads)]
    turns = list(_turns(page, say, command))
    return Message(text, [told(text), *rows, *([actions("pages", turns)] if turns else [])])


def _turns(page: Page, say: Say, command: str) -> Iterator[ButtonElement]:
    base = PAGE  # the rows have the numbers before
    if page.number > 1:
        yield button(say("button-back"), ids.run(base), f"{command} page {page.number - 1}")
    if page.number < page.last:
        yield button(say("button-next"), ids.run(base + 1), f"{command} page {page.number + 1}")


def noted(lead: Lead, say: Say) -> Message:
    """The note is kept."""
    text = say("noted", who=escape(names.who(lead, say)))
    see = button(say("button-log"), ids.run(0), f"log {lead.id}")
    return Message(text, [told(text), actions("noted", [see])])


def not_noted(say: Say, because: Message) -> Message:
    """The note is not kept, because it is not clear of whom it is."""
    text = say("not-noted", command=ids.COMMAND)
    return Message(text, [told(text), *because.blocks])


def note_lacks(gap: Incomplete, say: Say) -> Message:
    """The note says nothing, or too much."""
    if gap.problem == "too_long":
        text = say("note-too-long", limit=COMMENT_LIMIT)
    else:
        text = say("note-empty", command=ids.COMMAND)
    return Message(text, [told(text)])


def note_by_hand(say: Say) -> Message:
    """A button writes no notes."""
    text = say("note-by-hand")
    return Message(text, [told(text)])


def type_it(say: Say, command: str) -> Message:
    """What stood in this message is too old to be answered here: it is to be typed."""
    text = say("type-it", command=f"{ids.COMMAND} {command}")
    return Message(text, [told(text)])


def whoami(person: str, roles: Collection[Role], load: Load, say: Say, *, given: bool) -> Message:
    """What somebody is to Baton; `given` says whether anybody has a role here."""
    text = say("whoami", who=names.actor(person, say))
    labels = [say(f"role-{role.value}") for role in Role if role in roles]
    if labels:
        part = say("whoami-roles", roles=say("list-separator").join(labels))
    else:
        part = say("whoami-no-role") if given else say("whoami-no-roles")
    follows = say("whoami-load", leads=load.leads, late=load.late)
    told_of = [text, part, follows, say("whoami-language")]
    return Message(text, [told(lines(told_of, say))])


def log(story: Story, say: Say, *, now: datetime) -> Message:
    """Every change of stage of one lead, the latest first."""
    text = say("log", who=escape(names.who(story.lead, say)), count=len(story.records))
    return Message(text, [told(text), told(journal(story.records, story.policy, say))])
