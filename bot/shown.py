"""How an import shows itself in a terminal: the plan, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from core.domain.text import printable
from core.services.importing import Manner, Tally
from handlers.table.headers import ATTRIBUTE, Heading, How
from handlers.table.plan import Plan


def plan(of: Plan) -> None:
    """What the file is and what each of its columns means."""
    console = Console()
    sheet = of.sheet
    console.print(
        f"{printable(sheet.path.name)}: {of.rows:,} rows, {sheet.encoding.label}, "
        f"cells separated by {sheet.separated_by}; dates without an offset are in {of.zone.key}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("column", "means", "how we know", ""):
        table.add_column(name, overflow="fold")
    for heading in of.headings:
        table.add_row(*map(Text, _row(heading, of)))
    console.print(table)
    for remark in _remarks(of):
        console.print(remark, markup=False, highlight=False, soft_wrap=True)


def _row(heading: Heading, plan: Plan) -> tuple[str, str, str, str]:
    header = printable(heading.header) or f"(column {heading.number})"
    means = heading.field or "—"
    if means.startswith(ATTRIBUTE):
        means = f"attribute {printable(means.removeprefix(ATTRIBUTE))}"
    order = plan.orders.get(heading.field or "")
    how = heading.how.value if heading.how is not How.SAID else "as you said"
    return (
        header,
        means,
        how,
        "; ".join(filter(None, (heading.note, order and f"dates are {order}"))),
    )


def _remarks(plan: Plan) -> Iterator[str]:
    if plan.repeated:
        yield (
            f"{plan.repeated:,} rows speak of somebody of whom an earlier row speaks: "
            "they become one lead, the later row wins."
        )
    if "accepted_at" not in plan.fields and {"sql_at", "won_at", "lost_at"} & set(plan.fields):
        yield "No column says accepted_at: dates of deals are kept as attributes, not as stages."


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where somebody watches; call with how many rows are done."""
    console = Console(stderr=True)
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("rows", total=total)
        yield lambda rows: bar.advance(task, rows)


def outcome(of: Tally, manner: Manner, *, dry: bool) -> None:
    """What became of the rows."""
    console = Console()
    parts = [
        f"{of.created:,} new leads",
        f"{of.updated:,} rows with news",
        f"{of.there:,} already there",
        *([f"{of.signals:,} signals"] if of.signals else []),
        *([f"{of.handoffs:,} past handoffs"] if of.handoffs else []),
        *([f"{of.offered:,} offered to sales"] if manner.qualify else []),
        f"{of.refused:,} rows left out",
    ]
    lead_in = "Would be: " if dry else "Done: "
    console.print(lead_in + ", ".join(parts) + ".", markup=False, highlight=False, soft_wrap=True)
