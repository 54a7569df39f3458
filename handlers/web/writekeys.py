"""Write keys: what a site shows to send events; whoever reads its pages may know them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.http import HTTPBase

from core.errors import Unready
from handlers.web.guard import fingerprint
from handlers.web.guesses import Guesses
from handlers.web.problems import TooManyKeys, UnknownKey

_BASIC = HTTPBase(
    scheme="basic",
    scheme_name="Write key",
    description="A key of `BATON_WRITE_KEY` as user name; or send it as `writeKey` in the body.",
    auto_error=False,
)
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_BASIC)]


class WriteKeys:
    """The keys, and which source each one names."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._sources = {fingerprint(key.encode()): source for key, source in keys.items()}
        self._guesses = Guesses()

    def source(self, address: str, shown: str | None) -> str:
        """The source that a key names, in constant time. `address` is where it was sent from.

        Raises UnknownKey, TooManyKeys, or Unready where there is no key to show.
        """
        if not self._sources:
            raise Unready("no site may send: BATON_WRITE_KEY is not set")
        if self._guesses.barred(address):
            raise TooManyKeys("too many wrong keys came from your address: wait a minute")
        digest = fingerprint((shown or "").encode("utf-8", "surrogatepass"))
        found = [name for key, name in self._sources.items() if hmac.compare_digest(key, digest)]
        if found:
            self._guesses.right(address)
            return found[0]
        if shown:
            self._guesses.wrong(address)
        raise UnknownKey("send your write key as the user name, without a password")


def shown_as_user(shown: Shown) -> str | None:
    """The user name of a basic authorization, blank where it cannot be read; None without one."""
    if shown is None:
        return None
    if shown.scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(shown.credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return decoded.decode("utf-8", "replace").partition(":")[0]
