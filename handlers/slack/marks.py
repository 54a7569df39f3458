"""Marks: how we know a message of ours again when Slack never answered that it was posted."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from core.domain.intents import Intent
from core.ports import Workspace
from handlers.slack.payload import text


def mark(intent: Intent, workspace: Workspace) -> dict[str, Any]:
    """The metadata of a message: what it is about, sealed; everybody in the workspace can read it.

    The subject is an id that means nothing outside, so no personal data stands here.
    """
    return {
        "event_type": f"baton_{intent.kind.value}",
        "event_payload": {"id": intent.subject, "seal": _seal(intent, workspace)},
    }


def bears(message: Mapping[str, Any], intent: Intent, workspace: Workspace) -> bool:
    """Whether we posted this message for this intent: the mark can be read, so it can be copied."""
    if text(message, "user") != workspace.bot_user:
        return False
    metadata = message.get("metadata")
    if text(metadata, "event_type") != f"baton_{intent.kind.value}":
        return False
    found = text(metadata, "event_payload", "seal")
    return hmac.compare_digest(found.encode(), _seal(intent, workspace).encode())


def _seal(intent: Intent, workspace: Workspace) -> str:
    about = f"{intent.kind.value}\n{intent.subject}".encode()
    return hmac.new(workspace.secret.encode(), about, hashlib.sha256).hexdigest()[:32]
