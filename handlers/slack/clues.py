"""Clues: how the person can be reached whom a text is about, and the text as people read it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.domain.text import printable

_LINK = re.compile(r"<(?P<to>[^<>|\s]*)(?:\|(?P<label>[^<>]*))?>")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"'「」、。]+@[^@\s<>()\[\],;:\"'「」、。]+\.[A-Za-z]{2,}")
# Digits in groups, as numbers are written on cards; a date or a price has fewer or other marks.
_PHONE = re.compile(
    r"(?<![A-Za-z0-9_.,/+-])\+?\(?\d{1,4}\)?(?:[ \-.]?\(?\d{1,4}\)?){2,5}(?![A-Za-z0-9_/])"
)
_DATE = re.compile(r"\d{4}[-.]\d{1,2}[-.]\d{1,2}")
_LEAST_DIGITS, _MOST_DIGITS = 9, 15
_SCHEMES = ("mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Clues:
    """What a text says of a lead; `rest` is the text without the clues, `text` the whole of it."""

    text: str
    rest: str
    email: str | None = None
    phone: str | None = None


def clues(said: str) -> Clues:
    """The first address and number in a text, as Slack passes it on."""
    text = _unescaped(_LINK.sub(_shown, said)).strip()
    known = unicodedata.normalize("NFKC", text)
    email = _EMAIL.search(known)
    phone = next(filter(_is_number, _PHONE.finditer(known)), None)
    rest = known
    for clue in filter(None, (email, phone)):
        rest = rest.replace(clue[0], " ")
    return Clues(
        printable(text, keep="\n"),
        " ".join(printable(rest).split()),
        email[0].rstrip(".") if email else None,
        _bare(phone[0]) if phone else None,
    )


def _shown(link: re.Match[str]) -> str:
    """What a reader sees of a link; of an address or a number, that itself."""
    to, label = link["to"], link["label"]
    for scheme in _SCHEMES:
        if to.startswith(scheme):
            return to.removeprefix(scheme)
    if to.startswith(("@", "#", "!")):
        return f"@{label}" if label and to.startswith("@") else label or ""
    return label or to


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _bare(number: str) -> str:
    """A number without brackets around the whole of it."""
    number = number.strip()
    return (
        number[1:-1] if number.startswith("(") and number.find(")") == len(number) - 1 else number
    )


def _is_number(found: re.Match[str]) -> bool:
    digits = sum(character.isdigit() for character in found[0])
    if not _LEAST_DIGITS <= digits <= _MOST_DIGITS or _DATE.match(found[0]):
        return False
    return found[0].startswith(("+", "0", "(0"))
