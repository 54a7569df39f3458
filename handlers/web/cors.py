"""Other origins: the sites whose visitors' browsers may send to us."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ANY = "*"
_MAX_AGE = 3600  # seconds for which a browser need not ask again
_ALLOWED = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, authorization, x-retry-count"),
    (b"access-control-max-age", b"%d" % _MAX_AGE),
)
Header = tuple[bytes, bytes]


class Origins:
    """Middleware that lets browsers of these origins post to these paths and read the answers.

    `origins` are such as `https://www.acme.example`; `*` is any.
    """

    def __init__(
        self, app: ASGIApp, origins: Sequence[str] = (), paths: Collection[str] = ()
    ) -> None:
        self._app = app
        self._origins = frozenset(origin.rstrip("/").lower().encode() for origin in origins)
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._paths or not self._origins:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        leave = self._leave(headers.get(b"origin"))
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await _answer(204 if leave else 403, [*leave, *_ALLOWED], send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *leave]
            await send(message)

        await self._app(scope, receive, marked)

    def _leave(self, origin: bytes | None) -> list[Header]:
        """What lets the browser of a visitor of `origin` read the answer."""
        vary = (b"vary", b"Origin")
        if _ANY.encode() in self._origins:
            return [(b"access-control-allow-origin", b"*")]
        if origin is not None and origin.lower() in self._origins:
            return [(b"access-control-allow-origin", origin), vary]
        return []


async def _answer(status: int, headers: Sequence[Header], send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})
