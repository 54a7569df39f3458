"""What the local Slack cannot draw, put as Slack would draw it. For the demo only.

It shows date tokens and escaped characters raw; Slack shows a date in the reader's own zone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from slack_sdk import WebClient

_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
_ENTITIES = (("&lt;", "‹"), ("&gt;", "›"), ("&amp;", "&"))

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


def drawn(thing: Any) -> Any:
    """A message or a part of one, with its texts as a person would read them."""
    match thing:
        case str():
            text = _DATE.sub(r"\1", thing)
            for entity, character in _ENTITIES:
                text = text.replace(entity, character)
            return text
        case list() | tuple():
            return [drawn(part) for part in thing]
        case dict():
            return {key: drawn(part) for key, part in thing.items()}
        case _:
            return thing


class DrawingClient(WebClient):
    """A client whose messages the local Slack can draw."""

    def api_call(self, api_method: str, **said: Any) -> Any:
        for part in ("json", "params", "data"):
            if isinstance(said.get(part), dict):
                said[part] = {k: _drawn_field(v) for k, v in said[part].items()}
        return super().api_call(api_method, **said)


def _drawn_field(value: Any) -> Any:
    """Blocks travel as JSON text in some calls and as objects in others."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.dumps(drawn(json.loads(value)))
    return drawn(value)


def drawable(app: Any) -> Any:
    """ASGI middleware: the same for answers that Slack gets in the response itself."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/slack/"):
            await app(scope, receive, send)
            return
        start: Scope = {}

        async def rewriting(message: Scope) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body = _drawn_body(message.get("body", b""))
            headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "headers": headers})
            await send({**message, "body": body})

        await app(scope, receive, rewriting)

    return wrapped


def _drawn_body(body: bytes) -> bytes:
    try:
        return json.dumps(drawn(json.loads(body))).encode()
    except ValueError:
        return body
