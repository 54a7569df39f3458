"""One post to an address of somebody else's: bounded in time, following nothing, reading little."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import urlsplit

TIMEOUT = 8.0  # seconds for all of it
_CONNECT = 4.0  # seconds for each address of the host
_LONGEST_STATUS = 599


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; `asked` is how long we were asked to wait."""

    status: int
    asked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing came back: it may have arrived or not. `problem` says what stood in the way."""

    problem: str


def post(
    url: str, headers: Mapping[str, str], body: bytes, *, now: datetime, within: float = TIMEOUT
) -> Answered | Unanswered:
    """Post once. Redirects are an answer like any other, proxies are not asked, and of what comes
    back only the status and Retry-After are read.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    cut = Timer(within, _cut, [connection])
    cut.daemon = True
    try:
        cut.start()
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        return Answered(response.status, _asked(response.getheader("Retry-After"), now))
    except (OSError, HTTPException, ValueError) as trouble:
        return Unanswered(_named(trouble))
    finally:
        cut.cancel()
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        secure = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=_CONNECT, context=secure)
    return HTTPConnection(host, port, timeout=_CONNECT)


def _cut(connection: HTTPConnection) -> None:
    """Whoever answers a byte a second must not hold us for longer."""
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _asked(retry_after: str | None, now: datetime) -> timedelta | None:
    """How long Retry-After asks to wait, in seconds or until a date; None where it says nothing."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), 10**6))
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(aware - now, timedelta())


def _named(trouble: Exception) -> str:
    """What stood in the way, without anything that the other side said."""
    match trouble:
        case TimeoutError():
            return "no answer in time"
        case ssl.SSLCertVerificationError():
            return "its certificate is not to be trusted"
        case ssl.SSLError():
            return "no secure connection"
        case socket.gaierror():
            return "no such host"
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionError():
            return "connection lost"
        case _:
            return type(trouble).__name__
