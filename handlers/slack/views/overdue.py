"""What is overdue: an answer that sales owes marketing, or the first contact after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from core.domain.handoff import Case
from core.services.home import PAGE, Shelf
from core.services.reporting import outline
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import actions, button, told
from handlers.slack.views.message import Message
from handlers.slack.views.story import awaited, contact
from handlers.slack.views.text import escape, lines


def overdue(shelf: Shelf, say: Say, *, now: datetime) -> Message:
    """One page of the leads that wait too long, the longest first."""
    if not shelf.cases:
        text = say("overdue-none")
        return Message(text, [told(text)])
    first = (shelf.number - 1) * PAGE + 1
    last = first + len(shelf.cases) - 1
    text = say("overdue", first=first, last=last, total=shelf.total)
    rows = [_row(case, say, number, now) for number, case in enumerate(shelf.cases)]
    turns = list(_turns(shelf, say))
    return Message(text, [told(text), *rows, *([actions("pages", turns)] if turns else [])])


def _row(case: Case, say: Say, number: int, now: datetime) -> Block:
    name = names.called(case.lead, say)
    command = f"status {case.lead.id}"
    show = button(say("button-show"), ids.run(number), command, hears=say("hears-show", who=name))
    who = say("heading", text=escape(names.who(case.lead, say)))
    return told(lines([who, *owed(case, say, now)], say), button=show)


def _turns(shelf: Shelf, say: Say) -> Iterator[ButtonElement]:
    if shelf.number > 1:
        yield button(say("button-back"), ids.run(PAGE), f"overdue page {shelf.number - 1}")
    if shelf.number < shelf.last:
        yield button(say("button-next"), ids.run(PAGE + 1), f"overdue page {shelf.number + 1}")


def owed(case: Case, say: Say, now: datetime) -> Iterator[str]:
    """Who owes what since when, in marked text."""
    if case.handoff.decision is None:
        yield say("card-no-owner")
        yield awaited(case.handoff, case.policy, say, now=now)
        return
    yield say("card-owner", who=names.actor(case.lead.owner or "", say))
    yield from contact(outline(case), say, now=now)
