"""Uploads: files in a thread, for whoever reads where Slack cannot fetch them from us."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.errors import SlackRequestError

from core.ports import Parked, Unknown
from handlers.slack.calls import Trouble, ask
from handlers.slack.hanging import Hook, seen
from handlers.slack.payload import text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """What is uploaded. By its `name` we know it again; `alt` says what a picture shows."""

    name: str
    title: str
    content: bytes
    alt: str | None = None


def share(hook: Hook, file: File) -> bool:
    """Upload a file to the hook's channel or thread, once. Raises Trouble.

    False where the app may not upload, or no longer here.
    """
    try:
        if not (hook.unsure and _hangs_there(hook, file)):
            _upload(hook, file)
    except Trouble as trouble:
        if not isinstance(trouble.means, Parked):
            raise
        if trouble.means.whole_workspace and trouble.error != "missing_scope":
            raise
        log.warning("%s cannot be uploaded: %s", file.name, trouble.error)
        return False
    return True


def _upload(hook: Hook, file: File) -> None:
    hook.pace.take_turn(hook.workspace.id, hook.channel)
    try:
        ask(
            hook.client.files_upload_v2,
            channel=hook.channel,
            thread_ts=hook.thread,
            filename=file.name,
            title=file.title,
            content=file.content,
            alt_txt=file.alt,
        )
    except SlackRequestError as refused:  # neither an answer of the Web API nor a broken line
        raise Trouble("upload_failed", Unknown("Slack did not take the upload")) from refused


def _hangs_there(hook: Hook, file: File) -> bool:
    return any(_holds(message, file) for message in seen(hook))


def _holds(message: Mapping[str, object], file: File) -> bool:
    files = message.get("files")
    return isinstance(files, list) and any(text(each, "name") == file.name for each in files)
