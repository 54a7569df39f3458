"""A sheet: the rows of a text file, each with its line and, where it cannot be read, why."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TextIO

from core.errors import Invalid
from handlers.table.encoding import Encoding, detected, named

_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CHUNK = 1 << 20  # bytes
_LINE_LIMIT = 1 << 22  # characters
_LINES_OF_A_ROW = 100
_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how Excel is told that 0090 is no number
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: where it begins in the file, counted from 1, and its cells or what is wrong."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A text file with a header and rows, looked through before it is read."""

    path: Path
    encoding: Encoding
    delimiter: str
    header: Record

    @property
    def separated_by(self) -> str:
        """What stands between cells, in a word."""
        return _NAMES.get(self.delimiter, repr(self.delimiter))

    def rows(self) -> Iterator[Record]:
        """The rows below the header, one after the other; blank ones are left out."""
        width = len(self.header.cells)
        with _opened(self.path, self.encoding) as stream:
            for record in _records(stream, self.delimiter):
                if record.line > self.header.line:
                    yield _fitted(record, width)

    @cached_property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size


def opened(path: Path, *, encoding: str | None = None) -> Sheet:
    """Look through a file: its encoding, what separates its cells, its header. Raises Invalid."""
    try:
        told = named(encoding) if encoding else detected(_chunks(path))
        with _opened(path, told) as stream:
            first = stream.readline(_LINE_LIMIT)
        said = _SEP.fullmatch(first.strip("\n\ufeff"))
        delimiter = said.group(1) if said else _delimiter(path, told)
        with _opened(path, told) as stream:
            records = _records(stream, delimiter)
            header = next(records, None)
            if said and header is not None:
                header = next(records, None)
    except IsADirectoryError:
        raise Invalid("file", f"{path} is a directory: name a file") from None
    except FileNotFoundError:
        raise Invalid("file", f"{path} does not exist") from None
    except OSError as refused:
        raise Invalid("file", f"{path} cannot be read: {refused.strerror}") from None
    except UnicodeError:
        raise Invalid("file", f"{path} is not in the encoding {encoding or told.label}") from None
    if header is None:
        raise Invalid("file", f"{path} is empty: there is no header and no row in it")
    if header.problem:
        raise Invalid("file", f"line {header.line}, the header: {header.problem}")
    return Sheet(path, told, delimiter, header)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _opened(path: Path, encoding: Encoding) -> TextIO:
    return path.open(encoding=encoding.name, errors="surrogateescape", newline=None)


def _delimiter(path: Path, encoding: Encoding) -> str:
    """What stands most often in the header, outside of quotes."""
    with _opened(path, encoding) as stream:
        header = next((line for line in _lines(stream) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(_LINE_LIMIT):
        yield line


def _fitted(record: Record, width: int) -> Record:
    if record.problem or len(record.cells) == width:
        return record
    if len(record.cells) > width and not any(map(str.strip, record.cells[width:])):
        return Record(record.line, record.cells[:width])
    problem = (
        f"has {len(record.cells)} cells where the header has {width}: "
        "put quotes around a text that holds a line break or a separator"
    )
    return Record(record.line, problem=problem)


def _records(stream: TextIO, delimiter: str) -> Iterator[Record]:
    """The rows of a stream. One that cannot be read takes no other with it."""
    quoting = _Quoting(delimiter)
    lines = _Lines(_lines(stream))
    for number, line in lines:
        if len(line) >= _LINE_LIMIT and not line.endswith("\n"):
            lines.skip_rest()
            yield Record(number, problem=f"is longer than {_LINE_LIMIT:,} characters")
        elif "\0" in line:
            yield Record(number, problem="holds a NUL character: it is damaged, or no text")
        elif '"' not in line:
            if line.strip():
                yield _record(number, line.rstrip("\n").split(delimiter))
        else:
            yield quoting.read(number, line, lines)


class _Lines:
    """Physical lines with their numbers; what was read too far can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[tuple[int, str]] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        line = next(self._lines)
        self._number += 1
        return self._number, line

    def put_back(self, read: Iterable[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(list(read)))

    def skip_rest(self) -> None:
        """Pass by what is left of a line that is too long."""
        for part in self._lines:
            if part.endswith("\n"):
                return


class _Quoting:
    """Reads rows that have quotes in them, which may go on over several lines."""

    def __init__(self, delimiter: str) -> None:
        mark = re.escape(delimiter)
        quoted = r'"(?:[^"]++|"")*+"'
        bare = rf'(?:[^"{mark}\n][^{mark}\n]*+)?'
        cells = rf"(?:(?:{quoted}|{bare}){mark})*+"
        self._delimiter = delimiter
        self._whole = re.compile(rf"{cells}(?:{quoted}|{bare})\n?")
        self._open = re.compile(rf'{cells}"(?:[^"]++|"")*+')

    def read(self, number: int, line: str, lines: _Lines) -> Record:
        """The row that begins with this line."""
        text, more = line, list[tuple[int, str]]()
        while not self._whole.fullmatch(text):
            if not self._open.fullmatch(text):
                lines.put_back(more)
                return Record(number, problem="a text goes on after its closing quote")
            if not self._goes_on(lines, more):
                lines.put_back(more)
                return Record(number, problem="a quote opens in this row and never closes")
            text = line + "".join(part for _, part in more)
        return self._parsed(number, text)

    def _goes_on(self, lines: _Lines, more: list[tuple[int, str]]) -> bool:
        """Read on to the next line that could close the quote."""
        for following in lines:
            more.append(following)
            if '"' in following[1]:
                return True
            if len(more) >= _LINES_OF_A_ROW:
                return False
        return False

    def _parsed(self, number: int, text: str) -> Record:
        if "\0" in text:
            return Record(number, problem="holds a NUL character: it is damaged, or no text")
        try:
            [cells] = csv.reader([text], delimiter=self._delimiter)
        except csv.Error:
            limit = csv.field_size_limit()
            return Record(number, problem=f"a cell holds more than {limit:,} characters")
        return _record(number, cells)


def _record(number: int, cells: list[str]) -> Record:
    if any("=" in cell and cell.startswith("=") for cell in cells):
        cells = [_TEXT.sub(r"\1", cell) if _TEXT.fullmatch(cell) else cell for cell in cells]
    return Record(number, tuple(cells))
