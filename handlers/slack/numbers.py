"""The grammar of /lead digest: of which period, by what, and the leads behind which figure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.domain.behind import figure_named
from core.domain.periods import is_asked

WEEK = "week"


@dataclass(frozen=True, slots=True)
class Numbers:
    """How is the handoff going? `period` is such as `last week`, `2026-W46` or a digest's id.

    `by` asks for the groups of a dimension. `figure` asks for the leads that it counts, by the
    page, and `table` for all of it as a file.
    """

    period: str = WEEK
    by: str | None = None
    figure: str | None = None
    page: int = 1
    table: bool = False

    @property
    def text(self) -> str:
        """What to type for it, without its page."""
        by = f" by {self.by}" if self.by else ""
        figure = f" leads {self.figure}" if self.figure else ""
        return f"digest {self.period}{by}{figure}"


@dataclass(frozen=True, slots=True)
class Unread:
    """The word at this place means nothing here; `known` are those that would."""

    place: int
    known: tuple[str, ...]


_PERIODS: Mapping[str, str] = {
    "today": "today",
    "yesterday": "yesterday",
    "week": WEEK,
    "month": "month",
    "今日": "today",
    "本日": "today",
    "昨日": "yesterday",
    "前日": "yesterday",
    "今週": WEEK,
    "先週": "last week",
    "前週": "last week",
    "今月": "month",
    "先月": "last month",
    "前月": "last month",
}
_BY: Mapping[str, str] = {
    "source": "source",
    "sources": "source",
    "rep": "rep",
    "reps": "rep",
    "person": "rep",
    "campaign": "campaign",
    "campaigns": "campaign",
    "temperature": "temperature",
    "rule": "rule",
    "rules": "rule",
    "流入元": "source",
    "ソース": "source",
    "担当": "rep",
    "担当者": "rep",
    "キャンペーン": "campaign",
    "温度": "temperature",
    "温度感": "temperature",
    "ルール": "rule",
    "基準": "rule",
}
_PASSED_OVER = ("this", "the", "of", "for", "の", "so", "far")
_PAGE = ("page", "ページ")
_TABLE = "csv"
_LAST_PAGE = 100_000
_NUMBER = re.compile(r"(?:page|ページ)?([0-9]{1,9})")
_DIGEST = re.compile(r"dg_[0-9a-z]{1,40}")
_JAPANESE = (
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"), "{}-{}-{}"),
    (re.compile(r"(\d{4})年第?(\d{1,2})週"), "{}-w{}"),
    (re.compile(r"(\d{4})年(\d{1,2})月"), "{}-{}"),
)
_KNOWN = (*_PERIODS, "last", "by", *_BY, "leads", _TABLE, *_PAGE)


def numbers(words: Sequence[str]) -> Numbers | Unread:
    """Understand the words after `digest`."""
    plain = [unicodedata.normalize("NFKC", word[:80]).casefold() for word in words]
    asked: dict[str, object] = {}
    place = 0
    while place < len(plain):
        taken = _taken(plain, place, asked)
        if not taken:
            return Unread(place, _KNOWN)
        place += taken
    return Numbers(**asked)  # type: ignore[arg-type]  # each part was read as what it is


def _taken(plain: Sequence[str], place: int, asked: dict[str, object]) -> int:
    """How many words were understood from there on."""
    word, following = plain[place], plain[place + 1] if place + 1 < len(plain) else ""
    if word == "last" and following in ("week", "month"):
        asked["period"] = f"last {following}"
        return 2
    if period := _period(word):
        asked["period"] = period
    elif word == "by" and following in _BY:
        asked["by"] = _BY[following]
        return 2
    elif word.endswith("別") and word[:-1] in _BY:
        asked["by"] = _BY[word[:-1]]
    elif word == "leads" and figure_named(following):
        asked["figure"] = following
        return 2
    elif word in _PAGE and (number := _NUMBER.fullmatch(following)):
        asked["page"] = _page(number[1])
        return 2
    elif word == _TABLE:
        asked["table"] = True
    elif word.startswith(_PAGE) and (number := _NUMBER.fullmatch(word)):
        asked["page"] = _page(number[1])
    else:
        return int(word in _PASSED_OVER)
    return 1


def _period(word: str) -> str | None:
    if word in _PERIODS:
        return _PERIODS[word]
    for pattern, name in _JAPANESE:
        if found := pattern.fullmatch(word):
            word = name.format(*found.groups())
    if _DIGEST.fullmatch(word):
        return word
    return word.upper() if is_asked(word) else None


def _page(number: str) -> int:
    return min(max(1, int(number)), _LAST_PAGE)
