"""Replies: what a form that was sent becomes, as Slack understands it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.views import View

Reply = dict[str, Any]

CLOSE: Reply = {}
CLEAR: Reply = {"response_action": "clear"}  # what lies beneath is out of date


def update(view: View) -> Reply:
    """Another view in place of the form."""
    return {"response_action": "update", "view": view.to_dict()}


def push(view: View) -> Reply:
    """Another view on top of the form."""
    return {"response_action": "push", "view": view.to_dict()}


def errors(problems: Mapping[str, str]) -> Reply:
    """The form stays, and says beside each field what is wrong."""
    return {"response_action": "errors", "errors": dict(problems)}
