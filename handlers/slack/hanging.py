"""Hanging a message in a channel: once, then changed in place; after an unclear answer we look."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from core.domain.intents import Intent, Posting, copies_of
from core.domain.timers import Timer, TimerKind
from core.ports import Later, Parked, Sent, Unit, Unknown, Workspace
from handlers.i18n import Say
from handlers.slack.calls import (
    CHANNEL_CLOSED,
    NOT_LIKE_THIS,
    NOT_THERE,
    UPDATE_REFUSED,
    Trouble,
    ask,
    means,
)
from handlers.slack.marks import bears, mark
from handlers.slack.pace import Pace
from handlers.slack.payload import text
from handlers.slack.views.message import Message
from handlers.slack.views.notices import possibly_repeated

log = logging.getLogger(__name__)

_PAGE, _PAGES = 200, 5
_MARGIN = timedelta(minutes=5)  # between Slack's clock and ours
_LATEST = timedelta(minutes=2)  # what was posted once more may have turned up by then


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a message hangs or is to hang, for which promise, and what is known of it so far.

    `unsure`: it may have been posted already, at `since` or later. `thread` is the ts of the
    message in `channel` that it answers. Where Slack takes nothing there it goes `elsewhere`, in
    this order (channels, or persons for a direct message), and `complain` hears where and why.
    """

    client: WebClient
    workspace: Workspace
    intent: Intent
    channel: str
    since: datetime
    known: Posting | None
    unsure: bool
    pace: Pace
    complain: Callable[[str, str], None]
    thread: str | None = None
    elsewhere: tuple[str, ...] = ()

    def places(self) -> Iterator[Hook]:
        """This place, then the others, each once."""
        yield self
        for channel in dict.fromkeys(self.elsewhere):
            if channel != self.channel:
                yield replace(self, channel=channel, thread=None, elsewhere=())

    def at(self, channel: str, ts: str) -> Posting:
        """The posting of a message here."""
        return Posting(self.intent.kind, self.intent.subject, channel, ts, self.thread)


@dataclass(frozen=True, slots=True)
class Found:
    """What looking brought: the posting, if it is there, and the channels we could not look in."""

    posting: Posting | None
    unseen: frozenset[str] = frozenset()


class _CannotTell(Exception):
    """Slack does not let us see whether the message hangs there."""


def hang(hook: Hook, message: Message, say: Say) -> Sent:
    """Change the message where it hangs, or post it. Raises Trouble."""
    if hook.known and _changed(hook, hook.known, message):
        return Sent(hook.known)
    looked = found(hook) if hook.unsure else Found(None)
    if looked.posting and _changed(hook, looked.posting, message):
        return Sent(looked.posting)
    if hook.unsure:
        _look_once_more(hook)
    refusals: list[Trouble] = []
    for place in hook.places():
        repeats = place.channel in looked.unseen
        try:
            ours = _posted(place, possibly_repeated(message, say) if repeats else message)
            return Sent(_only_one(place, ours))
        except Trouble as trouble:
            if trouble.error not in NOT_THERE:
                raise
            refusals.append(trouble)
    raise refusals[0]


def retire(client: WebClient, message: str, instead: Message) -> None:
    """Take a copy (`channel:ts`) out of use: no button stands there, and no look finds it.

    Raises Trouble, but not where it can no longer be changed.
    """
    channel, _, ts = message.partition(":")
    try:
        ask(
            client.chat_update,
            channel=channel,
            ts=ts,
            metadata={"event_type": "baton_copy", "event_payload": {}},
            parse="none",
            link_names=False,
            **instead.payload(),
        )
    except Trouble as trouble:
        if trouble.error not in UPDATE_REFUSED:
            raise


def _look_once_more(hook: Hook) -> None:
    """What is posted again may have been posted before, and turn up after we have looked for it.

    Kept before we post, so that no crash forgets it.
    """

    def later(unit: Unit, at: datetime) -> None:
        unit.set_timers([Timer(TimerKind.COPIES, copies_of(hook.intent), at + _LATEST)])

    hook.pace.desk.change(hook.workspace.id, later)


def take_down_copies(hook: Hook, kept: Posting) -> int:
    """Delete what hangs there beside the message that we know of; how many. Raises Trouble."""
    try:
        copies = [ts for ts in _bearing(hook) if ts != kept.ts]
    except _CannotTell:
        return 0
    for ts in copies:
        _delete(hook, hook.at(hook.channel, ts))
    return len(copies)


def seen(hook: Hook) -> Iterator[Mapping[str, Any]]:
    """What was said there since, newest first; nothing where we may not look. Raises Trouble."""
    try:
        yield from _hanging_there(hook)
    except _CannotTell:
        log.warning("we cannot look at what was said in %s", hook.channel)


def _delete(hook: Hook, copy: Posting) -> None:
    log.warning("a second %s of %s is taken down", copy.kind, copy.subject)
    try:
        ask(hook.client.chat_delete, channel=copy.channel, ts=copy.ts)
    except Trouble as trouble:
        if trouble.error not in UPDATE_REFUSED:
            raise
        log.warning("a second %s of %s stays: %s", copy.kind, copy.subject, trouble.error)


def found(hook: Hook) -> Found:
    """Look for the posting of which Slack never told us. Raises Trouble."""
    unseen: set[str] = set()
    for place in hook.places():
        try:
            posting = _found_there(place)
        except _CannotTell:
            unseen.add(place.channel)
            continue
        if posting:
            return Found(posting)
    return Found(None, frozenset(unseen))


def _found_there(hook: Hook) -> Posting | None:
    dead = hook.known.ts if hook.known else None
    alive = (ts for ts in _bearing(hook) if ts != dead)
    ts = next(alive, None)
    return hook.at(hook.channel, ts) if ts else None


def _bearing(hook: Hook) -> Iterator[str]:
    """The ts of each message there that bears our mark, newest first."""
    for message in _hanging_there(hook):
        if bears(message, hook.intent, hook.workspace):
            yield text(message, "ts")


def _hanging_there(hook: Hook) -> Iterator[Mapping[str, Any]]:
    """What was said there since, page by page."""
    cursor = ""
    for _ in range(_PAGES):
        page = _page(hook, cursor)
        yield from page.get("messages") or ()
        cursor = text(page, "response_metadata", "next_cursor")
        if not cursor:
            return
    raise _CannotTell


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
        if isinstance(trouble.means, Parked) and not _is_shut_out(trouble):
            raise _CannotTell from trouble
        raise


def _is_shut_out(trouble: Trouble) -> bool:
    """Whether nothing at all can be done here; a scope to look may merely never have been given."""
    whole = isinstance(trouble.means, Parked) and trouble.means.whole_workspace
    return whole and trouble.error != "missing_scope"


def _changed(hook: Hook, posting: Posting, message: Message) -> bool:
    """Whether the message could be changed where it hangs; else that posting is dead."""

    def change(content: Mapping[str, Any]) -> Mapping[str, Any]:
        return ask(
            hook.client.chat_update,
            channel=posting.channel,
            ts=posting.ts,
            metadata=mark(hook.intent, hook.workspace),
            parse="none",
            link_names=False,
            **content,
        )

    try:
        _somehow(hook, posting.channel, message, change)
    except Trouble as trouble:
        if trouble.error in UPDATE_REFUSED:
            return False
        raise
    return True


def _posted(hook: Hook, message: Message) -> Posting:
    def post(content: Mapping[str, Any]) -> Mapping[str, Any]:
        return ask(
            hook.client.chat_postMessage,
            channel=hook.channel,
            thread_ts=hook.thread,
            metadata=mark(hook.intent, hook.workspace),
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )

    _must_be_open(hook)
    hook.pace.take_turn(hook.workspace.id, hook.channel)
    try:
        answer = _somehow(hook, hook.channel, message, post)
    except Trouble as trouble:
        raise _noted(hook, trouble) from trouble
    channel, ts = text(answer, "channel"), text(answer, "ts")
    if not ts:
        raise Trouble("garbled", Unknown("Slack did not say where it was posted"))
    return hook.at(channel or hook.channel, ts)


def _only_one(hook: Hook, ours: Posting) -> Posting:
    """Whoever was held up for longer than its claim may find that another worker has told it.

    The database has kept where that one hangs: ours is one too many then.
    """
    with hook.pace.desk.read(hook.workspace.id) as view:
        kept = view.posting(ours.kind, ours.subject)
    if kept is None or kept == hook.known or kept.ts == ours.ts:
        return ours
    try:
        _delete(hook, ours)
    except Trouble as trouble:
        log.warning("a second %s of %s stays: %s", ours.kind, ours.subject, trouble.error)
    return kept


def _must_be_open(hook: Hook) -> None:
    if problem := hook.pace.refusal(hook.workspace.id, hook.channel):
        raise Trouble(problem, means(problem))


def _noted(hook: Hook, trouble: Trouble) -> Trouble:
    """What the next message to that channel has to know, and who should hear of it."""
    if isinstance(trouble.means, Later) and trouble.error == "ratelimited":
        return hook.pace.rest(hook.workspace.id, hook.channel, trouble.means)
    if trouble.error in CHANNEL_CLOSED:
        hook.pace.close(hook.workspace.id, hook.channel, trouble.error)
    if trouble.error in NOT_THERE:
        hook.complain(hook.channel, trouble.error)
    return trouble


def _somehow(
    hook: Hook,
    channel: str,
    message: Message,
    say: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Say it as it is meant, else more and more plainly."""
    *others, plainest = message.ways()
    for content in others:
        try:
            return say(content)
        except Trouble as trouble:
            if trouble.error not in NOT_LIKE_THIS:
                raise
            hook.complain(channel, trouble.error)
    return say(plainest)
