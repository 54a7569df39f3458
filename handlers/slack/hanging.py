"""Hanging a message in a channel: once, then changed in place; after an unclear answer we look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from core.domain.intents import Intent, Posting
from core.ports import Parked, Sent, Unknown, Workspace
from handlers.i18n import Say
from handlers.slack.calls import UPDATE_REFUSED, Trouble, ask
from handlers.slack.marks import bears, mark
from handlers.slack.payload import text
from handlers.slack.views.message import Message
from handlers.slack.views.notices import possibly_repeated

_PAGE, _PAGES = 200, 5
_MARGIN = timedelta(minutes=5)  # between Slack's clock and ours


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a message hangs or is to hang, for which promise, and what is known of it so far.

    `unsure`: it may have been posted already, at `since` or later. `thread` is the ts of the
    message that it answers.
    """

    client: WebClient
    workspace: Workspace
    intent: Intent
    channel: str
    since: datetime
    known: Posting | None
    unsure: bool
    thread: str | None = None

    def at(self, channel: str, ts: str) -> Posting:
        """The posting of a message here."""
        return Posting(self.intent.kind, self.intent.subject, channel, ts, self.thread)


class CannotTell(Exception):
    """Slack does not let us see whether the message hangs there."""


def hang(hook: Hook, message: Message, say: Say) -> Sent:
    """Change the message where it hangs, or post it. Raises Trouble."""
    if hook.known and _changed(hook, hook.known, message):
        return Sent(hook.known)
    if not hook.unsure:
        return Sent(_posted(hook, message))
    try:
        lost = found(hook)
    except CannotTell:
        return Sent(_posted(hook, possibly_repeated(message, say)))
    if lost and _changed(hook, lost, message):
        return Sent(lost)
    return Sent(_posted(hook, message))


def found(hook: Hook) -> Posting | None:
    """The posting of which Slack never told us, if it is there. Raises CannotTell, Trouble."""
    dead = hook.known.ts if hook.known else None
    for message in _hanging_there(hook):
        ts = text(message, "ts")
        if ts != dead and bears(message, hook.intent, hook.workspace):
            return hook.at(hook.channel, ts)
    return None


def _hanging_there(hook: Hook) -> Iterator[Mapping[str, Any]]:
    """What was said there since, page by page."""
    cursor = ""
    for _ in range(_PAGES):
        page = _page(hook, cursor)
        yield from page.get("messages") or ()
        cursor = text(page, "response_metadata", "next_cursor")
        if not cursor:
            return
    raise CannotTell


def _page(hook: Hook, cursor: str) -> Mapping[str, Any]:
    client = hook.client
    where = {"channel": hook.channel, **({"ts": hook.thread} if hook.thread else {})}
    try:
        return ask(
            client.conversations_replies if hook.thread else client.conversations_history,
            oldest=f"{(hook.since - _MARGIN).timestamp():.6f}",
            include_all_metadata=True,
            limit=_PAGE,
            cursor=cursor or None,
            **where,
        )
    except Trouble as trouble:
        if isinstance(trouble.means, Parked):  # such as a scope that was never granted
            raise CannotTell from trouble
        raise


def _changed(hook: Hook, posting: Posting, message: Message) -> bool:
    """Whether the message could be changed where it hangs; else that posting is dead."""
    content = message.payload()
    try:
        ask(
            hook.client.chat_update,
            channel=posting.channel,
            ts=posting.ts,
            metadata=mark(hook.intent, hook.workspace),
            parse="none",
            link_names=False,
            **content,
        )
    except Trouble as trouble:
        if trouble.error in UPDATE_REFUSED:
            return False
        raise
    return True


def _posted(hook: Hook, message: Message) -> Posting:
    content = message.payload()
    answer = ask(
        hook.client.chat_postMessage,
        channel=hook.channel,
        thread_ts=hook.thread,
        metadata=mark(hook.intent, hook.workspace),
        unfurl_links=False,
        unfurl_media=False,
        **content,
    )
    channel, ts = text(answer, "channel"), text(answer, "ts")
    if not ts:
        raise Trouble("garbled", Unknown("Slack did not say where it was posted"))
    return hook.at(channel or hook.channel, ts)
