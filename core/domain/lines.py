"""Lines: where in its text each part of a written definition stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WORD = re.compile(r"[^,\]}\n#]*")
_STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:\\.|[^\\])*?"""+',
        r"'''.*?'''+",
        r'"(?:\\.|[^"\\\n])*"',
        r"'[^'\n]*'",
    )
)
_STEP = re.compile(r"(?:\[\d+\]|\.?[^.\[]+)$")


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of each place, such as `rules[2].when`; lines count from 1."""

    known: Mapping[str, int]

    def of(self, place: str) -> int | None:
        """The line of a place, else of the nearest part around it; None where nothing is known."""
        while place and place not in self.known:
            place = _STEP.sub("", place)
        return self.known.get(place)


def lines(text: str) -> Lines:
    """Where everything stands in a text that is TOML; of anything else, as far as it is."""
    scan = _Scan(text)
    scan.document()
    return Lines(scan.known)


@dataclass(slots=True)
class _Scan:
    """Reads structure only. What the values are, and whether they are sound, others say."""

    text: str
    at: int = 0
    known: dict[str, int] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaks = [found.start() for found in re.finditer("\n", self.text)]

    def document(self) -> None:
        table = ""
        while self._blank() < len(self.text):
            before = self.at
            if self._takes("[["):
                table = self._element(self._key())
                self._takes("]]")
            elif self._takes("["):
                table = self._place("", self._key())
                self._takes("]")
            else:
                self._pair(table)
            if self.at == before:
                return

    def _element(self, steps: list[str]) -> str:
        """A new element at the end of an array of tables."""
        if not steps:
            return ""
        place = _join(self._place("", steps[:-1]), steps[-1])
        self._note(place)
        number = self.lengths.get(place, 0)
        self.lengths[place] = number + 1
        self._note(f"{place}[{number}]")
        return f"{place}[{number}]"

    def _place(self, table: str, steps: list[str]) -> str:
        """A dotted key from `table` on; of an array of tables its last element is meant."""
        for step in steps:
            table = _join(table, step)
            self._note(table)
            if table in self.lengths:
                table = f"{table}[{self.lengths[table] - 1}]"
        return table

    def _pair(self, table: str) -> None:
        start = self.at
        place = table
        for step in self._key():
            place = _join(place, step)
            self._note(place, start)
        self._blank()
        if self._takes("="):
            self._blank()
            self._value(place)

    def _key(self) -> list[str]:
        steps: list[str] = []
        while True:
            self._blank()
            quoted = self._string()
            bare = None if quoted else _BARE.match(self.text, self.at)
            if bare:
                self.at = bare.end()
            step = quoted[1:-1] if quoted else bare[0] if bare else ""
            if not step:
                return steps
            steps.append(step)
            self._blank()
            if not self._takes("."):
                return steps

    def _value(self, place: str) -> None:
        if self._takes("["):
            self._array(place)
        elif self._takes("{"):
            self._table(place)
        elif not self._string():
            word = _WORD.match(self.text, self.at)
            self.at = word.end() if word else self.at

    def _array(self, place: str) -> None:
        number = 0
        while self._blank() < len(self.text) and not self._takes("]"):
            before = self.at
            self._note(f"{place}[{number}]")
            self._value(f"{place}[{number}]")
            self._blank()
            self._takes(",")
            number += 1
            if self.at == before:
                return

    def _table(self, place: str) -> None:
        while self._blank() < len(self.text) and not self._takes("}"):
            before = self.at
            self._pair(place)
            self._blank()
            self._takes(",")
            if self.at == before:
                return

    def _string(self) -> str | None:
        for shape in _STRINGS:
            found = shape.match(self.text, self.at)
            if found:
                self.at = found.end()
                return found[0]
        return None

    def _blank(self) -> int:
        """Go on to what is no blank and no comment."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _takes(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _note(self, place: str, at: int | None = None) -> None:
        if not place:
            return
        line = bisect_right(self.breaks, (self.at if at is None else at) - 1) + 1
        self.known.setdefault(place, line)


def _join(table: str, step: str) -> str:
    return f"{table}.{step}" if table else step
