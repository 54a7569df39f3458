"""Figures and the leads behind them as CSV: safe to open in a spreadsheet, whatever a lead says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from core.domain.lead import Lead
from core.domain.measures import Fact, Group, Measures
from handlers.table.report import safe

_LEADS = (
    "handoff",
    "lead",
    "name",
    "company",
    "email",
    "stage",
    "temperature",
    "source",
    "campaign",
    "opened_at",
    "due_at",
    "outcome",
    "decided_at",
    "reason",
    "touched_at",
    "definition",
)
_GROUPS = (
    "group",
    "offered",
    "accepted",
    "rejected",
    "answered_in_time",
    "answered_late",
    "missed",
)
_PERIOD = ("figure", "count", "of")


def leads(rows: Iterable[tuple[Fact, Lead | None]]) -> bytes:
    """One line for each handoff, in the order given; times are UTC."""
    return _written(_LEADS, (_lead_cells(fact, lead) for fact, lead in rows))


def _lead_cells(fact: Fact, lead: Lead | None) -> Sequence[object]:
    return (
        fact.id,
        fact.lead_id,
        lead.profile.name if lead else None,
        lead.profile.company if lead else None,
        lead.identity.email if lead else None,
        lead.stage.value if lead else None,
        fact.temperature.value,
        fact.source,
        fact.campaign,
        fact.opened_at.isoformat(),
        fact.due_at.isoformat(),
        fact.outcome.value if fact.outcome else "open",
        fact.decided_at.isoformat() if fact.decided_at else None,
        fact.reason,
        fact.touched_at.isoformat() if fact.touched_at else None,
        fact.definition,
    )


def groups(some: Iterable[Group]) -> bytes:
    """One line for each group."""
    return _written(_GROUPS, (_group_cells(group) for group in some))


def _group_cells(group: Group) -> Sequence[object]:
    accepted, in_time = group.acceptance, group.in_time
    return (
        "(others)" if group.others else group.key or "(unknown)",
        group.offered,
        accepted.part,
        accepted.whole - accepted.part,
        in_time.kept,
        in_time.late,
        in_time.missed,
    )


def period(measures: Measures) -> bytes:
    """The main figures of a period, each with what it is a part of."""
    now, came = measures.period, measures.period.arrivals
    rows: list[Sequence[object]] = [
        ("offered", now.offered, None),
        ("decided", now.decided, None),
        ("accepted", now.acceptance.part, now.acceptance.whole),
        ("accepted_without_procedural", now.quality.part, now.quality.whole),
        ("answered_in_time", now.in_time.share.part, now.in_time.share.whole),
        ("contacted_in_time", now.honoured.share.part, now.honoured.share.whole),
        ("mql", came.mql, None),
        ("sal", came.sal, None),
        ("sql", came.sql, None),
        ("customer", came.customer, None),
        ("back_to_nurturing", now.returned, None),
        ("waiting", measures.backlog.open, None),
        ("overdue", measures.backlog.overdue, measures.backlog.open),
    ]
    for each in measures.refusals.by_reason:
        rows.append((f"rejected:{each.reason}", each.share.part, each.share.whole))
    return _written(_PERIOD, rows)


def _written(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """With a mark in front by which a spreadsheet knows that this is UTF-8."""
    stream = io.StringIO()
    table = csv.writer(stream)
    table.writerow(heading)
    for row in rows:
        table.writerow([_cell(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if value is None:
        return ""
    return safe(value) if isinstance(value, str) else value
