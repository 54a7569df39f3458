"""Spans: lengths of time as people type them, in both languages."""

from __future__ import annotations

import re
import unicodedata

_PART = re.compile(
    r"\s*([0-9]{1,6}(?:[.,][0-9]{1,2})?)\s*"
    r"(hours?|hrs?|h|時間|minutes?|mins?|m|分)(?![a-z])[\s、,]*"
)
_HOURS = ("h", "時")


def seconds(typed: str) -> int | None:
    """How many seconds `1 h 30 min`, `90分` or `1.5h` are; None where it is no length of time."""
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    total, at = 0.0, 0
    while part := _PART.match(text, at):
        number = float(part[1].replace(",", "."))
        total += number * (3600 if part[2].startswith(_HOURS) else 60)
        at = part.end()
    return round(total) if at and at == len(text) else None
