"""Text from outside, in the form that we keep: nothing in it can disguise what it says."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"  # holds composed emoji together


def printable(text: str, *, keep: str = "") -> str:
    """The text without control, direction and invisible characters, except those to `keep`.

    Control characters become blanks, so that words stay apart; the others vanish, as do halves
    of characters, which no database takes.
    """
    if text.isprintable():
        return text.strip()
    return "".join(
        character if character in keep else _printable(character) for character in text
    ).strip()


def _printable(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn" if character != _JOINER:
            return ""
        case _:
            return character
