"""One clause of a written definition, read strictly, so that a slip of the pen is named."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Never, TypeVar

from core.domain.lead import Scalar
from core.errors import DefinitionInvalid

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,5})([smhdw])")
_LARGEST = 1e9

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clause:
    """A table of the definition and its `place` (dotted from the root; "" is the root).

    Every reader takes a key, and raises DefinitionInvalid where the value cannot be used.
    """

    place: str
    values: Mapping[str, object]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def at(self, key: str) -> str:
        """The place of `key` in the whole definition."""
        return f"{self.place}.{key}" if self.place else key

    def fail(self, problem: str, *, key: str | None = None) -> Never:
        """Refuse this clause, or its `key`."""
        raise DefinitionInvalid(self.at(key) if key else self.place or "definition", problem)

    def allow(self, *known: str) -> None:
        """Refuse any key that is not one of `known`."""
        for key in self.values:
            if key not in known:
                self.fail(f"unknown key{nearest(key, known)}", key=key)

    def optional(self, key: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of `key`, None where it is not written."""
        return read(key) if key in self.values else None

    def clause(self, key: str) -> Clause:
        """The table under `key`."""
        return as_clause(self.at(key), self._required(key))

    def clauses(self, key: str) -> tuple[Clause, ...]:
        """The tables in the list under `key`, none where it is not written."""
        return tuple(
            as_clause(f"{self.at(key)}[{index}]", value)
            for index, value in enumerate(self._list(key, self.values.get(key, [])))
        )

    def text(self, key: str) -> str:
        """A text that is not blank."""
        return as_text(self.at(key), self._required(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts, at least one."""
        return tuple(as_text(place, value) for place, value in self._one_or_more(key))

    def scalar(self, key: str) -> Scalar:
        """A text, a number or a boolean."""
        return as_scalar(self.at(key), self._required(key))

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """A scalar or a list of scalars, at least one."""
        return tuple(as_scalar(place, value) for place, value in self._one_or_more(key))

    def number(self, key: str) -> float:
        """A number; endless ones and those that are none are refused."""
        value = self._required(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail("must be a number", key=key)
        if not abs(value) <= _LARGEST:
            self.fail("is not a number of points, people or money that anyone means", key=key)
        return float(value)

    def whole(self, key: str) -> int:
        """A whole number from 1."""
        value = self.number(key)
        if value < 1 or value != int(value):
            self.fail("must be a whole number from 1", key=key)
        return int(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._required(key)
        if not isinstance(value, bool):
            self.fail("must be true or false", key=key)
        return value

    def choice(self, key: str, known: Iterable[str]) -> str:
        """One of the `known` words."""
        names = tuple(known)
        value = self.text(key)
        if value not in names:
            self.fail(f'unknown name "{value}"{nearest(value, names)}', key=key)
        return value

    def choices(self, key: str, known: Iterable[str]) -> tuple[str, ...]:
        """One or more of the `known` words."""
        names = tuple(known)
        found = self.texts(key)
        for value in found:
            if value not in names:
                self.fail(f'unknown name "{value}"{nearest(value, names)}', key=key)
        return found

    def duration(self, key: str) -> timedelta:
        """A span of time such as "7d"; the units are s, m, h, d and w."""
        span = as_duration(self.text(key))
        if span is None:
            self.fail('must be a span of time such as "12h", "7d" or "2w"', key=key)
        return span

    def wording(self, key: str) -> dict[str, str]:
        """A sentence by language; a plain text is kept under "", for every language."""
        value = self._required(key)
        if isinstance(value, str):
            return {"": self.text(key)}
        languages = self.clause(key)
        if not languages.values:
            self.fail("must say something in at least one language", key=key)
        return {language: languages.text(language) for language in languages.values}

    def _required(self, key: str) -> object:
        if key not in self.values:
            self.fail(f'"{key}" is missing')
        return self.values[key]

    def _list(self, key: str, value: object) -> list[object]:
        if not isinstance(value, list):
            self.fail("must be a list", key=key)
        return value

    def _one_or_more(self, key: str) -> tuple[tuple[str, object], ...]:
        value = self._required(key)
        if not isinstance(value, list):
            return ((self.at(key), value),)
        if not value:
            self.fail("must not be empty", key=key)
        return tuple((f"{self.at(key)}[{index}]", each) for index, each in enumerate(value))


def as_clause(place: str, value: object) -> Clause:
    """`value` as a clause, refused where it is not a table."""
    if not isinstance(value, Mapping):
        raise DefinitionInvalid(place or "definition", "must be a table")
    return Clause(place, value)


def as_text(place: str, value: object) -> str:
    """`value` trimmed, refused where it is not a text or blank."""
    if not isinstance(value, str) or not value.strip():
        raise DefinitionInvalid(place, "must be a text")
    return value.strip()


def as_scalar(place: str, value: object) -> Scalar:
    """`value` as it is, a text trimmed; refused where it is no scalar or not finite."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise DefinitionInvalid(place, "must be a text, a number, true or false")


def as_duration(text: str) -> timedelta | None:
    """The span that a text such as "7d" stands for, None where it stands for none."""
    written = _DURATION.fullmatch(text)
    if not written or not int(written[1]):
        return None
    return timedelta(**{_UNITS[written[2]]: int(written[1])})


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a complaint about `name`: the nearest known name, else all of them."""
    names = tuple(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f', did you mean "{close[0]}"?'
    return f" (known: {', '.join(names)})" if names else ""
