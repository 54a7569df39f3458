"""Trying: whether we can post where we are told to, before that is kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from slack_sdk import WebClient

from core.ports import Parked
from handlers.slack.calls import Trouble, ask
from handlers.slack.payload import text

log = logging.getLogger(__name__)

_LAST_CALL = 0.8  # seconds after the first; a call takes two at most, and Slack waits for three
_UNINVITED = {"channel_not_found", "not_in_channel"}
_ARCHIVED = {"is_archived", "is_inactive"}


@dataclass(frozen=True, slots=True)
class Posted:
    """A line that stands in a channel, as a proof that it can."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing can be posted in a channel; `why` names the sentence that says what to do."""

    channel: str
    why: str


def post_all(client: WebClient, channels: Sequence[str], line: str) -> tuple[Posted, ...] | Refusal:
    """Post a line in each channel, or in none of them."""
    began, posted = monotonic(), list[Posted]()
    for channel in channels:
        refusal = _posted(client, channel, line, posted, late=monotonic() - began > _LAST_CALL)
        if refusal:
            take_back(client, posted)
            return Refusal(channel, refusal)
    return tuple(posted)


def _posted(
    client: WebClient, channel: str, line: str, posted: list[Posted], *, late: bool
) -> str | None:
    if late:
        return "away"
    try:
        said = ask(
            client.chat_postMessage,
            channel=channel,
            text=line,
            unfurl_links=False,
            unfurl_media=False,
        )
    except Trouble as trouble:
        log.warning("nothing can be posted in %s: %s", channel, trouble.error)
        return _why(trouble)
    posted.append(Posted(channel, text(said, "ts")))
    return None


def _why(trouble: Trouble) -> str:
    if trouble.error in _UNINVITED:
        return "uninvited"
    if trouble.error in _ARCHIVED:
        return "archived"
    return "closed" if isinstance(trouble.means, Parked) else "away"


def take_back(client: WebClient, posted: Sequence[Posted]) -> None:
    """What it was a proof for is not kept: the lines are taken down."""
    for line in posted:
        try:
            ask(client.chat_delete, channel=line.channel, ts=line.ts)
        except Trouble as trouble:
            log.warning("a line stays in %s: %s", line.channel, trouble.error)
