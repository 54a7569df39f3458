"""A plan: what an import would make of a file, drawn up from all of it before anything is kept."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from core.errors import Invalid
from handlers.table.dates import Column, Order, Undated
from handlers.table.headers import ATTRIBUTE, DATES, IDENTITY, Heading, mapped
from handlers.table.sheet import Record, Sheet

_SAMPLE = 200  # rows


@dataclass(frozen=True)
class Plan:
    """What each column means and how its dates are read; `rows` and `repeated` are counts.

    `repeated` rows speak of somebody of whom an earlier row spoke.
    """

    sheet: Sheet
    headings: tuple[Heading, ...]
    zone: ZoneInfo
    orders: Mapping[str, Order | None]
    rows: int
    repeated: int

    @cached_property
    def fields(self) -> Mapping[str, int]:
        """Where each field is found in a row, counted from 0."""
        return {each.field: each.number - 1 for each in self.headings if each.field}

    def heading(self, of: str) -> str:
        """The header of the column that means a field, as it stands in the file."""
        base = of.partition(".")[0] if of not in self.fields else of
        found = next((each for each in self.headings if each.field in (of, base)), None)
        return found.header if found else of


@dataclass(slots=True)
class _Look:
    """What was seen while the file was looked through."""

    dated: Mapping[int, Column]
    known_by: Sequence[int]
    rows: int = 0
    who: array[int] = field(default_factory=lambda: array("q"))

    def at(self, record: Record) -> None:
        self.rows += 1
        cells = record.cells
        if not cells:
            return
        for place, column in self.dated.items():
            if cells[place]:
                column.see(record.line, cells[place])
        who = next((cells[place] for place in self.known_by if cells[place].strip()), None)
        if who is not None:
            self.who.append(hash(who.strip().lower()))


def drawn_up(
    sheet: Sheet,
    *,
    fields: Mapping[str, Sequence[str]],
    said: Mapping[str, str],
    zone: ZoneInfo,
    order: Order | None,
    needs: Sequence[str] = (),
) -> Plan:
    """The plan for a sheet. Raises Invalid where a column has to be explained first.

    `order` is what a person says of dates in which day and month could be either.
    """
    headings = mapped(sheet.header.cells, fields=fields, said=said, samples=_samples(sheet))
    places = {each.field: each.number - 1 for each in headings if each.field}
    if not any(way in places for way in IDENTITY):
        raise Invalid(
            "file",
            f"no column says who it is: name one email, phone or external id, or say "
            f"--map 'Header=email'. There are: {_listed(headings)}",
        )
    for need in needs:
        if need not in places:
            raise Invalid(
                "file",
                f"no column is the {need}: say --map 'Header={need}'. There are: "
                f"{_listed(headings)}",
            )
    dated = {place: Column() for of, place in places.items() if of in DATES}
    look = _Look(dated, [places[way] for way in IDENTITY if way in places])
    for record in sheet.rows():
        look.at(record)
    orders = {
        of: order or _order(headings[place], dated[place])
        for of, place in places.items()
        if of in DATES
    }
    repeated = len(look.who) - len(set(look.who))
    return Plan(sheet, tuple(headings), zone, orders, look.rows, repeated)


def _order(heading: Heading, column: Column) -> Order | None:
    try:
        return column.order()
    except Undated as untold:
        raise Invalid("date-order", f"column {heading.header!r}: {untold}") from None


def _samples(sheet: Sheet) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in sheet.header.cells]
    rows = (record for record in sheet.rows() if record.cells)
    for record, _ in zip(rows, range(_SAMPLE), strict=False):
        for cells, cell in zip(columns, record.cells, strict=True):
            cells.append(cell)
    return columns


def _listed(headings: Sequence[Heading]) -> str:
    return ", ".join(repr(each.header) for each in headings[:20]) or "none"


def attributes(plan: Plan) -> dict[str, int]:
    """The columns that become attributes: name and place."""
    return {
        of.removeprefix(ATTRIBUTE): place
        for of, place in plan.fields.items()
        if of.startswith(ATTRIBUTE)
    }
