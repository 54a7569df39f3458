"""The guard at the web's doors: who may enter, and how much anybody may carry in."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Unready
from handlers.web.guesses import Guesses
from handlers.web.problems import TooLarge, TooManyKeys, TooSlow, UnknownKey, problem

BODY_LIMIT = 1_000_000  # bytes
BODY_SECONDS = 30.0

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="API key", description="The key that `BATON_API_KEY` sets."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class BodyLimit:
    """Middleware that reads no more than `limit` bytes of a body, whatever its headers claim."""

    def __init__(
        self, app: ASGIApp, limit: int = BODY_LIMIT, seconds: float = BODY_SECONDS
    ) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _claimed_length(scope) > self._limit:
            await problem(self._too_large())(scope, receive, send)
        else:
            await self._app(scope, self._limited(receive), send)

    def _limited(self, receive: Receive) -> Receive:
        left = self._limit
        arriving = True
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def limited() -> Message:
            nonlocal left, arriving
            if not arriving:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise TooSlow("the body did not arrive in time") from None
            arriving = bool(message.get("more_body"))
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        return limited

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is longer than {self._limit} bytes")


def _claimed_length(scope: Scope) -> int:
    claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(claimed[:18]) if claimed.isdigit() else 0


async def body(request: Request) -> bytes:
    """The whole body, as it came."""
    return await request.body()


Body = Annotated[bytes, Depends(body)]


def key_holders_only(api_key: str | None) -> Callable[..., Awaitable[None]]:
    """A dependency that lets in whoever holds the key, in constant time.

    It raises UnknownKey, TooManyKeys, or Unready where there is no key to hold.
    """
    expected = fingerprint(api_key.encode()) if api_key else None
    guesses = Guesses()

    async def admit(request: Request, credentials: Credentials) -> None:
        if expected is None:
            raise Unready("the API is closed: BATON_API_KEY is not set")
        address = request.client.host if request.client else ""
        if guesses.barred(address):
            raise TooManyKeys("too many wrong keys came from your address: wait a minute")
        shown = credentials.credentials.encode("latin-1") if credentials else b""
        if hmac.compare_digest(fingerprint(shown), expected):
            guesses.right(address)
            return
        if shown:
            guesses.wrong(address)
        raise UnknownKey("send your key as `Authorization: Bearer <key>`")

    return admit


def fingerprint(key: bytes) -> bytes:
    """Of a key: of one length, so that comparing tells nothing of the key's."""
    return hashlib.sha256(key).digest()
