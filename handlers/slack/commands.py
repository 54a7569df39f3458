"""The slash command: one question of one person, answered to them alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Semaphore
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.models.views import View as Window

from core.desk import Desk
from core.domain.agreement import Version
from core.domain.handoff import Incomplete
from core.domain.intents import IntentKind, subject_of
from core.domain.log import Door
from core.domain.roles import Team, roles_of
from core.domain.text import printable
from core.errors import Unready
from core.ports import LeadQuery, Load, View
from core.services import home, noting, reporting
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack import adding, assigning, insight, settings, waking
from handlers.slack.clues import clues
from handlers.slack.grammar import (
    Add,
    Assign,
    Command,
    Help,
    Leads,
    Log,
    Misunderstood,
    Note,
    Overdue,
    Own,
    Rules,
    Search,
    Settings,
    Status,
    Wake,
    WhoAmI,
    parse,
)
from handlers.slack.mishaps import Mishap, attempt, voice
from handlers.slack.numbers import Numbers
from handlers.slack.opening import is_opened, one_of
from handlers.slack.payload import Place, Question
from handlers.slack.people import at_home, let_in, look_again, voice_for
from handlers.slack.views import answers, definition, notices
from handlers.slack.views.message import Message
from handlers.slack.views.overdue import overdue

Windowed = Add | Wake | Assign | Settings | Own
"""What a button cannot do by itself: it opens a form."""

_SLACK = ("slack.com", "slack-gov.com")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and `site`: where their workspace opens in a browser, without trailing slash."""

    place: Place
    site: str


def asked(
    desk: Desk, client: WebClient, question: Question, windows: Semaphore
) -> dict[str, Any] | None:
    """The answer, as the reply to the command; None where a form opens instead.

    `windows` are how many may wait at the same time for Slack to open one.
    """
    reply = attempt(
        desk,
        question.place,
        question.command,
        lambda: _reply(desk, client, question, windows),
    )
    if reply is None:
        return None
    if isinstance(reply, Mishap):
        reply = reply.message(voice(desk, question.place))
    return {"response_type": "ephemeral", **reply.payload()}


def _reply(desk: Desk, client: WebClient, question: Question, windows: Semaphore) -> Message | None:
    place = question.place
    at_home(place, question.home)
    person = let_in(desk, client, place)
    asker = Asker(place, site_of(client.base_url, question.team_domain))
    command = parse(question.text)
    match command:
        case Note():
            reply: Message | Window = _noted(desk, command, place, voice_for(desk, place))
        case Wake():
            reply = waking.asked(desk, command, place)
        case Assign():
            reply = assigning.asked(desk, command, place)
        case Add() | Settings() | Own():
            reply = window(desk, command, place)
        case _:
            reply = answer(desk, command, asker, voice_for(desk, place))
    shown = _shown(client, question, reply, windows, desk)
    look_again(desk, place, person)
    return shown


def _shown(
    client: WebClient,
    question: Question,
    reply: Message | Window,
    windows: Semaphore,
    desk: Desk,
) -> Message | None:
    """The answer; a form is opened instead, if Slack does."""
    if isinstance(reply, Message):
        return reply
    with one_of(windows):
        if is_opened(client, question.trigger, reply):
            return None
    return notices.form_lost(voice_for(desk, question.place))


def window(desk: Desk, command: Windowed, place: Place) -> Window:
    """The form that a command asks for. Raises Refused where it is not for this person."""
    match command:
        case Add(text):
            return adding.form_for(desk, place, clues(text))
        case Wake():
            return waking.window(desk, command, place)
        case Assign():
            return assigning.window(desk, command, place)
        case Settings():
            return settings.menu(desk, place)
        case Own():
            return settings.own(desk, place)


def site_of(api: str, team_domain: str) -> str:
    """Where a workspace opens in a browser: Slack's host, or that of a Slack of one's own."""
    address = urlsplit(api)
    if team_domain and (address.hostname or "").endswith(_SLACK):
        return f"https://{team_domain}.{address.hostname}"
    return f"{address.scheme}://{address.netloc}"


def answer(desk: Desk, command: Command | Misunderstood, asker: Asker, say: Say) -> Message:
    """What a person reads on asking this. Raises Busy."""
    match command:
        case Help():
            return answers.help(say)
        case Misunderstood(word, nearest):
            return answers.unknown(say, word, nearest)
        case Status(text):
            return _told(desk, asker, say, "status", text, _status)
        case Log(text):
            return _told(desk, asker, say, "log", text, _log)
        case Leads():
            return _list(desk, command, asker, say)
        case Numbers():
            return insight.answer(desk, command, asker.place, say)
        case Rules():
            return _rules(desk, asker, say)
        case Search(text):
            return _search(desk, command, asker, say)
        case Overdue(page):
            shelf = home.overdue(desk, asker.place.workspace, page=page)
            return overdue(shelf, say, now=desk.now())
        case WhoAmI():
            return _self(desk, asker, say)
        case Note():
            return answers.note_by_hand(say)
        case Add():
            return answers.type_it(say, "add")
        case Wake(lead):
            return answers.type_it(say, f"wake {lead}")
        case Assign(lead):
            return answers.type_it(say, f"assign {lead}")
        case Settings():
            return answers.type_it(say, "settings")
        case Own():
            return answers.type_it(say, "preferences")


def _told(
    desk: Desk,
    asker: Asker,
    say: Say,
    verb: str,
    text: str,
    tell: Callable[[Story, Asker, Say, datetime], Message],
) -> Message:
    """Tell of the one lead that is meant, or ask which one."""
    workspace = asker.place.workspace
    match list(reporting.find(desk, workspace, text)):
        case []:
            return answers.nobody(say, text)
        case [lead]:
            story = reporting.story(desk, workspace, lead.id)
            if story is None:
                return answers.nobody(say, text)
            return tell(story, asker, say, desk.now())
        case several:
            return answers.choice(several, say, verb)


def _status(story: Story, asker: Asker, say: Say, now: datetime) -> Message:
    card = story.card
    link = message_link(asker.site, card.channel, card.ts) if card else None
    return answers.status(story, say, now=now, link=link, reader=asker.place.user)


def _log(story: Story, _: Asker, say: Say, now: datetime) -> Message:
    return answers.log(story, say, now=now)


def message_link(site: str, channel: str, ts: str, *, thread: str = "") -> str:
    """Where a message stands, for a browser; a reply needs its thread to be found."""
    link = f"{site}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != ts else link


def _list(desk: Desk, wanted: Leads, asker: Asker, say: Say) -> Message:
    place = asker.place
    query = LeadQuery(stage=wanted.stage, owner=place.user if wanted.mine else None)
    page = reporting.list_leads(desk, place.workspace, query, page=wanted.page)
    filters = [*([wanted.stage.value] if wanted.stage else []), *(["mine"] if wanted.mine else [])]
    return answers.leads(page, say, " ".join(["list", *filters]), now=desk.now())


def _search(desk: Desk, wanted: Search, asker: Asker, say: Say) -> Message:
    query = LeadQuery(text=printable(wanted.text))
    page = reporting.list_leads(desk, asker.place.workspace, query, page=wanted.page)
    if not page.leads:
        return answers.nobody(say, wanted.text)
    return answers.leads(page, say, f"search {wanted.text}", now=desk.now())


def _noted(desk: Desk, wanted: Note, place: Place, say: Say) -> Message:
    """Only what somebody typed is noted: an answer may be given twice, a note is kept once."""
    match list(reporting.find(desk, place.workspace, wanted.lead)):
        case []:
            return answers.not_noted(say, answers.nobody(say, wanted.lead))
        case [lead]:
            outcome = noting.note(
                desk, place.workspace, lead.id, wanted.text, by=place.user, door=Door.COMMAND
            )
            if isinstance(outcome, Incomplete):
                return answers.note_lacks(outcome, say)
            return answers.noted(lead, say)
        case several:
            return answers.not_noted(say, answers.choice(several, say, "status"))


def _self(desk: Desk, asker: Asker, say: Say) -> Message:
    user = asker.place.user
    with desk.read(asker.place.workspace) as view:
        people = view.workspace().policy.staff
        load = view.loads(at=desk.now()).get(user, Load(0, 0))
    return answers.whoami(user, roles_of(user, people), load, say, given=any(people.values()))


def _rules(desk: Desk, asker: Asker, say: Say) -> Message:
    with desk.read(asker.place.workspace) as view:
        book, policy = view.book(), view.workspace().policy
        waiting = [(version, _hangs_at(view, version, asker)) for version in book.waiting]
    if book.active is None:
        raise Unready("the workspace has no definition")
    return definition.definition(book.active, waiting, say, policy=policy)


def _hangs_at(view: View, version: Version, asker: Asker) -> str | None:
    """A link to a proposal: in the channel of the asker if it hangs there, else in another."""
    subjects = [subject_of(version.number, team) for team in Team]
    hangs = [view.posting(IntentKind.PROPOSAL, subject) for subject in subjects]
    known = [posting for posting in hangs if posting]
    known.sort(key=lambda posting: posting.channel != asker.place.channel)
    return message_link(asker.site, known[0].channel, known[0].ts) if known else None
