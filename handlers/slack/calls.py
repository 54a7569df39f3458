"""Calls to Slack: every answer, and every failure sorted once into what it means for delivery."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from core.ports import Later, Parked, Unknown

TIMEOUT = 10  # seconds
_UNSAID_WAIT, _LONGEST_WAIT = 30, 3600  # seconds
_UNREACHABLE_WAIT = timedelta(seconds=5)
_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Slack is sure that nothing was done, and that it will pass.
_PASSING = {
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "accesslimited",
    "external_channel_migrating",
    "list_record_comment_fetch_failed",
    "streaming_state_conflict",
}
# Slack's reference: "it's possible some aspect of the operation succeeded".
_UNSURE = {
    "fatal_error",
    "file_update_failed",
    "internal_error",
    "messaging_processing_failed",
    "update_failed",
}
# Nothing can be done in this workspace before somebody installs or repairs the app.
_WORKSPACE = {
    "account_inactive",
    "app_deleted",
    "enterprise_is_restricted",
    "invalid_auth",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "team_not_found",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
}
# Nothing of ours can be said in this place; elsewhere it may be.
NOT_THERE = frozenset(
    {
        "access_denied",
        "cannot_dm_bot",
        "cannot_reply_to_message",
        "channel_is_limited_access",
        "channel_not_found",
        "channel_type_not_supported",
        "ekm_access_denied",
        "invalid_channel",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "method_not_supported_for_channel_type",
        "no_permission",
        "not_in_channel",
        "posting_to_channel_denied",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "thread_locked",
        "thread_not_found",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
        "users_not_found",
    }
)
# Of these, what does not depend on who or which thread was meant: the channel as a whole.
CHANNEL_CLOSED = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
    }
)
# The message cannot be shown as it is; its plain text can.
NOT_LIKE_THIS = frozenset(
    {
        "block_mismatch",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "slack_connect_canvas_sharing_blocked",
        "slack_connect_file_link_sharing_blocked",
        "slack_connect_lists_sharing_blocked",
    }
)
# The message hangs where it can no longer be changed, or not at all.
UPDATE_REFUSED = NOT_THERE | {
    "cant_delete_message",
    "cant_update_message",
    "compliance_exports_prevent_deletion",
    "edit_window_closed",
    "message_not_found",
    "message_not_owned_by_app",
}
# What was asked for has passed: a window that opens too late, a page that is gone.
_PASSED = frozenset(
    {
        "already_reacted",
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_cursor",
        "invalid_trigger_id",
        "not_found",
    }
)
# This file may not be uploaded, or none at all.
_NO_FILE = frozenset(
    {
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "malware_detected",
        "storage_limit_reached",
    }
)
# We made the call wrongly, and would again. So it is with every name that Slack has yet to invent.
_BUG = frozenset(
    {
        "alt_txt_too_large",
        "as_user_not_supported",
        "attachment_payload_limit_exceeded",
        "blocked_file_type",
        "cant_broadcast_message",
        "deprecated_endpoint",
        "draft_already_deleted",
        "draft_already_sent",
        "draft_has_conflict",
        "draft_not_found",
        "duplicate_channel_not_found",
        "duplicate_external_id",
        "duplicate_message_not_found",
        "file_deleted",
        "file_is_deleted",
        "file_not_found",
        "file_share_limit_reached",
        "hash_conflict",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_charset",
        "invalid_form_data",
        "invalid_metadata_filter_keys",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_ts_latest",
        "invalid_ts_oldest",
        "markdown_text_conflict",
        "max_file_sharing_exceeded",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "method_deprecated",
        "missing_file_data",
        "missing_post_type",
        "bad_timestamp",
        "invalid_name",
        "no_dual_broadcast_content_update",
        "no_item_specified",
        "not_reactable",
        "too_many_emoji",
        "too_many_reactions",
        "no_text",
        "not_enabled",
        "pagination_not_available",
        "slack_connect_blocked_file_type",
        "snippet_too_large",
        "slack_connect_clip_sharing_blocked",
        "slack_connect_file_upload_sharing_blocked",
        "too_many_attachments",
        "too_many_contact_cards",
        "push_limit_reached",
        "unable_to_share_files",
        "unknown_snippet_type",
        "unknown_subtype",
        "view_too_large",
    }
)
# Where each name that Slack documents has its one place.
TABLE: Mapping[str, frozenset[str]] = {
    "later": frozenset(_PASSING),
    "unknown": frozenset(_UNSURE),
    "never at all": frozenset(_WORKSPACE),
    "never here": NOT_THERE,
    "never like this": NOT_LIKE_THIS,
    "no file": _NO_FILE,
    "no longer": (UPDATE_REFUSED - NOT_THERE) | _PASSED,
    "bug": _BUG,
}


class Trouble(Exception):
    """A call that failed: `error` is Slack's name for it, if it has one; `means` what to do."""

    def __init__(self, error: str, means: Later | Unknown | Parked) -> None:
        super().__init__(error)
        self.error = error
        self.means = means


def ask(method: Callable[..., SlackResponse], **arguments: Any) -> Mapping[str, Any]:
    """Call a method of Slack's Web API and return its answer. Raises Trouble.

    Pass plain values: what a model refuses to render is no trouble of Slack's.
    """
    try:
        answer = method(**arguments).data
    except SlackApiError as refused:
        raise _refusal(refused.response) from refused
    except (OSError, HTTPException) as broken:
        raise _interruption(broken) from broken
    except (ValueError, TypeError, AttributeError) as garbled:  # it is no JSON object
        raise Trouble("garbled", Unknown("Slack's answer could not be read")) from garbled
    return answer if isinstance(answer, dict) else {}


def respond(url: str, content: Mapping[str, Any]) -> None:
    """Post to a response_url. Raises Trouble."""
    if not url.startswith(("https://", "http://")):
        raise Trouble("no_url", Parked("no_url"))
    try:
        answer = WebhookClient(url, timeout=TIMEOUT, retry_handlers=[]).send_dict(dict(content))
    except (OSError, HTTPException) as broken:
        raise _interruption(broken) from broken
    except ValueError as garbled:
        raise Trouble("garbled", Unknown("Slack's answer could not be read")) from garbled
    if answer.status_code != 200:
        raise _refused_response(answer)


def means(error: str) -> Later | Unknown | Parked:
    """What one of Slack's errors, by its name, means for what was to be delivered."""
    if error in _PASSING:
        return Later(error, wait=timedelta(seconds=_UNSAID_WAIT))
    if error in _UNSURE or not _NAME.fullmatch(error):
        return Unknown(error if _NAME.fullmatch(error) else "Slack's answer could not be read")
    if error in _WORKSPACE:
        return Parked(error, whole_workspace=True)
    known = NOT_LIKE_THIS | UPDATE_REFUSED | _PASSED | _NO_FILE
    return Parked(error if error in known else f"bug: {error}")


def _refusal(response: Any) -> Trouble:
    status = getattr(response, "status_code", 0)
    data = getattr(response, "data", None)
    error = data.get("error") if isinstance(data, dict) else None
    name = error if isinstance(error, str) else ""
    if status == 429 or name in ("ratelimited", "rate_limited"):
        return Trouble("ratelimited", Later("ratelimited", wait=_wait(response.headers)))
    if status >= 500:
        return Trouble(f"http_{status}", Unknown(f"Slack answered {status}"))
    return Trouble(name, means(name))


def _refused_response(answer: WebhookResponse) -> Trouble:
    if answer.status_code == 429:
        return Trouble("ratelimited", Later("ratelimited", wait=_wait(answer.headers)))
    if answer.status_code >= 500:
        return Trouble(
            f"http_{answer.status_code}", Unknown(f"Slack answered {answer.status_code}")
        )
    return Trouble("expired_url", Parked(_named(answer.body) or f"http_{answer.status_code}"))


def _named(body: str) -> str:
    """The error in the answer of a response_url, which is JSON or the bare name."""
    try:
        said = json.loads(body)
    except ValueError:
        said = body
    name = said.get("error") if isinstance(said, dict) else said
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _interruption(broken: Exception) -> Trouble:
    cause = broken.reason if isinstance(broken, URLError) else broken
    name = type(cause).__name__
    if isinstance(cause, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
        # An outage is no fault of the message: it costs no attempt.
        later = Later(f"Slack cannot be reached: {name}", wait=_UNREACHABLE_WAIT)
        return Trouble("unreachable", later)
    return Trouble("interrupted", Unknown(f"the call broke off: {name}"))


def _wait(headers: Mapping[str, Any]) -> timedelta:
    """How long Slack asks us to wait; it also says so badly, or not at all."""
    asked = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    said = str(asked[0] if isinstance(asked, list) and asked else asked).strip()
    seconds = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else _UNSAID_WAIT
    return timedelta(seconds=min(max(1, seconds), _LONGEST_WAIT))
