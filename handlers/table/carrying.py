"""Carrying the rows of a file in: batches small enough to be kept at once, and what stays out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.desk import Desk
from core.services.batch import Fault, Manner, Row, Tally
from core.services.importing import bring_in
from handlers.table import report
from handlers.table.plan import Plan
from handlers.table.rows import Refused
from handlers.table.sheet import Record

SIZE = 500  # rows that are kept at once
Reader = Callable[[Record], Row]


@dataclass(frozen=True, slots=True)
class Carried:
    """A batch that was carried in: what became of it, and the rows that stayed out."""

    tally: Tally
    faults: Sequence[Fault]
    records: Sequence[Record]

    def lines(self, plan: Plan) -> list[report.Line]:
        """The report on it, in the order of the file."""
        by_line = {record.line: record for record in self.records}
        return [report.line_of(plan, fault, by_line[fault.line]) for fault in self.faults]


@dataclass(frozen=True, slots=True)
class Load:
    """A batch of the file: what its rows say, and those of which nothing can be read."""

    records: Sequence[Record]
    rows: Sequence[Row]
    faults: Sequence[Fault]

    def carry(self, desk: Desk, workspace: str, *, manner: Manner, dry: bool = False) -> Carried:
        """Bring it in, whole or not at all. Raises Busy."""
        taken = bring_in(desk, workspace, self.rows, manner=manner, dry=dry)
        faults = sorted((*self.faults, *taken.faults), key=lambda fault: fault.line)
        out = len({fault.line for fault in faults})
        tally = replace(taken.tally, rows=len(self.records), refused=out)
        return Carried(tally, faults, self.records)


def loads(plan: Plan, read: Reader, *, size: int = SIZE) -> Iterator[Load]:
    """The rows of the plan's file, so many at a time."""
    records = plan.sheet.rows()
    while part := list(islice(records, size)):
        yield _load(part, read)


def _load(records: Sequence[Record], read: Reader) -> Load:
    rows: list[Row] = []
    faults: list[Fault] = []
    for record in records:
        try:
            rows.append(read(record))
        except Refused as refused:
            faults += refused.faults
    return Load(records, rows, faults)
