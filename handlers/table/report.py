"""The report on rows that stayed out: where, what is wrong, what to do; safe to open in Excel."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from core.domain.text import printable
from core.services.batch import Fault
from handlers.table.plan import Plan
from handlers.table.sheet import Record

HEADER = ("line", "column", "value", "problem")
_SHOWN = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report; the value is shortened and holds nothing that could mislead."""

    line: int
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        value = f" {self.value!r}" if self.value else ""
        return f"line {self.line}: {self.column}{value} {self.problem}".replace("  ", " ")


def line_of(plan: Plan, fault: Fault, record: Record) -> Line:
    """The fault of a row in the words of its file."""
    name = fault.field.partition(".")[0] if fault.field not in plan.fields else fault.field
    place = plan.fields.get(name)
    column = plan.heading(fault.field) if place is not None else ""
    cell = record.cells[place] if place is not None and record.cells else ""
    if not column and fault.field:
        column = fault.field
    return Line(fault.line, printable(column), _short(cell), fault.problem)


def write(stream: TextIO, lines: Iterable[Line]) -> None:
    """Write lines as CSV below its header."""
    rows = csv.writer(stream)
    for line in lines:
        rows.writerow((line.line, safe(line.column), safe(line.value), safe(line.problem)))


def begin(stream: TextIO) -> None:
    """Write the header."""
    csv.writer(stream).writerow(HEADER)


def safe(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _short(value: str) -> str:
    shown = printable(value[: 4 * _SHOWN])
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
