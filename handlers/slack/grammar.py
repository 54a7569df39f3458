"""The grammar of /lead: what a person typed, as the question that it asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from core.domain.stages import Stage
from handlers.slack.days import Day, at_end, meant
from handlers.slack.numbers import Numbers, Unread, numbers


@dataclass(frozen=True, slots=True)
class Help:
    """What can I ask?"""


@dataclass(frozen=True, slots=True)
class Status:
    """Where does this lead stand? `text` is an e-mail, a name, a company or an id."""

    text: str


@dataclass(frozen=True, slots=True)
class Leads:
    """Which leads are there? `mine` are those that the asker owns; pages count from 1."""

    stage: Stage | None = None
    mine: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Log:
    """What happened to this lead?"""

    text: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as hot, and who agreed on it?"""


@dataclass(frozen=True, slots=True)
class Search:
    """Which leads have `text` in their name, company or address?"""

    text: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Overdue:
    """Which leads wait too long?"""

    page: int = 1


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """What am I to Baton?"""


@dataclass(frozen=True, slots=True)
class Note:
    """Remember `text` of this lead; `lead` is an e-mail, a name, a company or an id."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Add:
    """Bring in a lead of whom `text` tells something, if it says anything."""

    text: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at this lead again `on` that day; on which one is asked where none was said."""

    lead: str
    on: Day | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How does this workspace work, and may I change it?"""


@dataclass(frozen=True, slots=True)
class Own:
    """What do I decide for myself: how much I hear, when I am away, in which language?"""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give this lead `to` a colleague, by their id; to whom is asked where that was not said."""

    lead: str
    to: str | None = None


Reading = Help | Status | Leads | Log | Numbers | Rules | Search | Overdue | WhoAmI
Command = Reading | Note | Add | Wake | Assign | Settings | Own


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A word that means nothing here; `nearest` is the command with the known word nearest to it,
    if one is near.
    """

    word: str
    nearest: str | None


_VERBS: Mapping[str, str] = {
    "settings": "settings",
    "設定": "settings",
    "preferences": "preferences",
    "個人設定": "preferences",
    "通知設定": "preferences",
    "help": "help",
    "status": "status",
    "list": "list",
    "log": "log",
    "digest": "digest",
    "definition": "definition",
    "mine": "mine",
    "overdue": "overdue",
    "search": "search",
    "whoami": "whoami",
    "note": "note",
    "assign": "assign",
    "担当変更": "assign",
    "割り当て": "assign",
    "wake": "wake",
    "再開日": "wake",
    "再アプローチ": "wake",
    "再アプローチ日": "wake",
    "add": "add",
    "追加": "add",
    "登録": "add",
    "メモ": "note",
    "ヘルプ": "help",
    "使い方": "help",
    "状況": "status",
    "一覧": "list",
    "履歴": "log",
    "要約": "digest",
    "ダイジェスト": "digest",
    "定義": "definition",
    "自分の担当": "mine",
    "担当": "mine",
    "期限超過": "overdue",
    "検索": "search",
    "自分": "mine",
    "プロフィール": "whoami",
}
_STAGES: Mapping[str, Stage] = {
    **{stage.value: stage for stage in Stage},
    "新規": Stage.NEW,
    "ナーチャリング": Stage.NURTURING,
    "対象外": Stage.DISQUALIFIED,
}
_MINE = ("mine", "自分", "自分の")
_PAGE = ("page", "ページ")
_FILTERS = (*_STAGES, *_MINE, *_PAGE)
_LAST_PAGE = 100_000
_NUMBER = re.compile(r"(?:page|ページ)?([0-9]{1,9})")
_TURNED = re.compile(r"(.+) (?:page|ページ) ?(\d{1,9})", re.IGNORECASE)
_MARK = re.compile(r"<([^<>|\s]+)(?:\|([^<>]*))?>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")
_FEWEST = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_WORD_LIMIT, _LINE_LIMIT = 40, 200  # characters
_NEAR = 0.6  # of 1, which is the same word


def parse(text: str) -> Command | Misunderstood:
    """Understand the text after the command; nothing at all asks for help."""
    words = _typed(text).split()
    if not words:
        return Help()
    verb, rest = _VERBS.get(_plain(words[0])), words[1:]
    if verb is None:
        return _without_verb(words)
    match verb:
        case "status" | "log" if rest:
            return (Status if verb == "status" else Log)(" ".join(rest))
        case "list":
            return _leads(words)
        case "mine":
            return _leads([words[0], "mine", *rest])
        case "overdue":
            return _overdue(words)
        case "search" if rest:
            return _search(rest)
        case "note" if rest:
            return _note(rest)
        case "assign" if rest:
            return _assign(rest)
        case "wake" if rest:
            return _wake(rest)
        case "add":
            return Add(" ".join(rest)[:_LINE_LIMIT])
        case "whoami":
            return WhoAmI()
        case "settings":
            return Settings()
        case "preferences":
            return Own()
        case "digest":
            return _numbers(words)
        case "definition":
            return Rules()
        case _:
            return Help()


def _numbers(words: Sequence[str]) -> Numbers | Misunderstood:
    asked = numbers(words[1:])
    if isinstance(asked, Unread):
        return _misunderstood(words, asked.place + 1, asked.known)
    return asked


def _typed(text: str) -> str:
    """What somebody typed, of what Slack makes of it: addresses, links and names are marked up."""
    plain = _MARK.sub(_read, text)
    for escaped, character in _FEWEST.items():
        plain = plain.replace(escaped, character)
    return plain


def _read(mark: re.Match[str]) -> str:
    to, label = mark[1], mark[2]
    if to.startswith("@"):
        return f"<{to}>"
    if to.startswith(("#", "!")):
        return f"#{label}" if label and to.startswith("#") else label or to
    return to.removeprefix("mailto:").removeprefix("tel:")


def _without_verb(words: Sequence[str]) -> Status | Misunderstood:
    """An address alone asks for its status; a verb before it may be misspelt."""
    asked = unicodedata.normalize("NFKC", " ".join(words))
    meant = _misunderstood(words, 0, _VERBS)
    return Status(asked) if "@" in asked and meant.nearest is None else meant


def _search(rest: Sequence[str]) -> Search:
    asked = " ".join(rest)
    turned = _TURNED.fullmatch(asked)
    if turned:
        return Search(turned[1][:_LINE_LIMIT], _page(int(turned[2])))
    return Search(asked[:_LINE_LIMIT])


def _note(rest: Sequence[str]) -> Note:
    """Of whom is said first: in one word if it is an address or an id, else before a colon."""
    first, *others = rest
    who, _, text = unicodedata.normalize("NFKC", first).partition(":")
    asked = " ".join(rest)
    if "@" in who or who.startswith("ld_"):
        return Note(who, " ".join([*([text] if text else []), *others]))
    named = re.fullmatch(r"([^:：]{1,80})[:：]\s*(.*)", asked)
    return Note(named[1].strip(), named[2]) if named else Note(first, " ".join(others))


def _assign(rest: Sequence[str]) -> Assign | Help:
    """The colleague is whoever is mentioned; a name that Slack did not know is left out."""
    people = [found[1] for word in rest if (found := _PERSON.fullmatch(word))]
    others = [word for word in rest if not word.startswith(("<@", "@", "＠"))]
    return Assign(" ".join(others), people[0] if people else None) if others else Help()


def _wake(rest: Sequence[str]) -> Wake:
    """Of whom is said first, in one word if it is an address or an id; the day comes last."""
    who, day = at_end(rest)
    first = unicodedata.normalize("NFKC", rest[0])
    if "@" in first or first.startswith("ld_"):
        return Wake(first, meant(" ".join(rest[1:])))
    return Wake(" ".join(who) or first, day if who else None)


def _overdue(words: Sequence[str]) -> Overdue | Misunderstood:
    page = 1
    for place, word in enumerate(words[1:], start=1):
        if number := _NUMBER.fullmatch(_plain(word)):
            page = _page(int(number[1]))
        elif _plain(word) not in _PAGE:
            return _misunderstood(words, place, _PAGE)
    return Overdue(page)


def _page(number: int) -> int:
    return min(max(1, number), _LAST_PAGE)


def _leads(words: Sequence[str]) -> Leads | Misunderstood:
    stage, mine, page = None, False, 1
    for place, word in enumerate(words[1:], start=1):
        known = _plain(word)
        if known in _STAGES:
            stage = _STAGES[known]
        elif known in _MINE:
            mine = True
        elif number := _NUMBER.fullmatch(known):
            page = _page(int(number[1]))
        elif known not in _PAGE:
            return _misunderstood(words, place, _FILTERS)
    return Leads(stage, mine, page)


def _misunderstood(words: Sequence[str], place: int, known: Iterable[str]) -> Misunderstood:
    word = words[place]
    near = get_close_matches(_plain(word), list(known), n=1, cutoff=_NEAR)
    meant = " ".join([*words[:place], *near, *words[place + 1 :]])
    return Misunderstood(word[:_WORD_LIMIT], meant if near and len(meant) <= _LINE_LIMIT else None)


def _plain(word: str) -> str:
    """Full-width letters and capitals make no difference."""
    return unicodedata.normalize("NFKC", word[:_WORD_LIMIT]).casefold()
