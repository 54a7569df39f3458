"""A webhook: an address of a marketing tool that is told what becomes of leads."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from core.domain.announcement import EventType
from core.errors import Invalid

URL_LIMIT = 2000
OVERLAP = timedelta(days=1)
PATIENCE = timedelta(days=3)
_FIRST_REST, _LONGEST_REST = timedelta(seconds=5), timedelta(minutes=30)
_LONGEST_ASKED = timedelta(days=1)
AGAIN = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""How long to wait after each refusal of one event, where the address itself is well."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to tell what. `events` empty means all; `told` is the last row of the log looked at.

    `old_secret` signs beside the new one until `old_until`. After `failures` in a row the address
    is left alone until `rests_until`. What has `ended` says why, and is told nothing any more.
    """

    id: str
    url: str
    events: frozenset[EventType]
    secret: str
    created_at: datetime
    told: int
    old_secret: str | None = None
    old_until: datetime | None = None
    failures: int = 0
    rests_until: datetime | None = None
    ended: str | None = None

    def wants(self, event: EventType) -> bool:
        """Whether it is to be told of this."""
        return not self.events or event in self.events

    def secrets(self, at: datetime) -> tuple[str, ...]:
        """Every secret that signs at this moment, the newest first."""
        is_late = self.old_secret is None or self.old_until is None or at >= self.old_until
        return (self.secret,) if is_late or not self.old_secret else (self.secret, self.old_secret)

    def rotated(self, secret: str, *, at: datetime) -> Webhook:
        """With a new secret; the one before it signs beside it for a day."""
        return replace(self, secret=secret, old_secret=self.secret, old_until=at + OVERLAP)

    def has_failed(self, *, at: datetime, asked: timedelta | None = None) -> Webhook:
        """Left alone for a while: twice as long each time, or for as long as it `asked`."""
        rest = min(_FIRST_REST * 2 ** min(self.failures, 16), _LONGEST_REST)
        until = at + max(rest, min(asked or rest, _LONGEST_ASKED))
        return replace(self, failures=self.failures + 1, rests_until=until)

    def has_worked(self) -> Webhook:
        """Well again."""
        return replace(self, failures=0, rests_until=None)


def checked_url(url: str) -> str:
    """An address that may be told of leads. Raises Invalid.

    It has to be https; http only on this machine. Nothing else is asked: whoever sets it up may
    mean a machine of their own network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Invalid("url", "is no address") from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > URL_LIMIT:
        raise Invalid("url", "is no address, or has signs in it that have to be escaped")
    if not host or port == 0:
        raise Invalid("url", "has to name a host, such as https://tool.example/hooks")
    if parts.username is not None or parts.password is not None:
        raise Invalid("url", "must not hold a user or a password: what is told is signed")
    if parts.fragment:
        raise Invalid("url", "must not have a # in it")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise Invalid("url", "has to begin with https:// (http:// only on this very machine)")
    return url


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
