"""Packing: bodies that come compressed, and are never unpacked to more than we would read."""

from __future__ import annotations

import zlib

from core.errors import Invalid
from handlers.web.problems import TooLarge

_GZIP = 31  # what zlib calls gzip with its largest window


def unpacked(body: bytes, encoding: str | None, *, limit: int) -> bytes:
    """The body as it was before it was packed. Raises Invalid, or TooLarge beyond `limit` bytes."""
    match (encoding or "identity").strip().lower():
        case "identity" | "":
            plain = body
        case "gzip" | "x-gzip":
            plain = _unzipped(body, limit)
        case _:
            raise Invalid("Content-Encoding", "must be gzip, if anything")
    if len(plain) > limit:
        raise TooLarge(f"the body is longer than {limit} bytes")
    return plain


def _unzipped(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise Invalid("body", "is not what gzip makes") from None
    if len(plain) <= limit and not unpacker.eof:
        raise Invalid("body", "is only the beginning of what gzip made")
    return plain
