"""The table of the fault run: one line for each fault and database, as a page of docs shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.faults.fault import Fault, Tally

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- faults -->", "<!-- /faults -->"
_HEAD = (
    "| fault | database | runs | lost | doubled | worst recovery | naive: lost / doubled |",
    "|---|---|--:|--:|--:|--:|--:|",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one fault on one database; `crash` where the trial itself broke.

    `seconds` is how long trial and control took together.
    """

    fault: Fault
    database: str
    tally: Tally | None = None
    control: Tally | None = None
    crash: str | None = None
    seconds: float = 0.0

    @property
    def problem(self) -> str | None:
        """Why the run fails, if it does."""
        if self.crash:
            return self.crash
        if self.tally is None:
            return None
        if self.tally.harmed:
            return f"lost {self.tally.lost}, doubled {self.tally.doubled}: {self.tally.note}"
        if self.tally.runs == 0:
            return "nothing was tried"
        if self.control and not self.control.harmed:
            return "the naive way did no harm: the trial proves nothing"
        return None

    def line(self) -> str:
        """The row in Markdown."""
        name = f"**{self.fault.id}** {self.fault.name}"
        if self.tally is None:
            said = self.crash or f"cannot be run here: {self.fault.why_not}"
            return f"| {name} | {self.database} | | | | | {said.splitlines()[0]} |"
        tally = self.tally
        recovery = "" if tally.recovery is None else f"{tally.recovery:.1f} s"
        naive = f"{self.control.lost} / {self.control.doubled}" if self.control else ""
        if tally.note and not tally.harmed:
            name += f" ({tally.note})"
        numbers = f"{tally.runs:,} | {tally.lost} | {tally.doubled}"
        return f"| {name} | {self.database} | {numbers} | {recovery} | {naive} |"


def rendered(rows: list[Row], *, seed: int) -> str:
    """The whole table, with the seed to repeat it by."""
    lines = [f"Seed {seed}.", "", *_HEAD, *(row.line() for row in rows)]
    return "\n".join(lines)


def write(table: str) -> None:
    """Put the table where the page has its marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    _, found, after = rest.partition(_END)
    assert found, f"{PAGE.name} has lost its marks"
    PAGE.write_text(f"{before}{_BEGIN}\n\n{table}\n\n{_END}{after}", encoding="utf-8")
