"""Pasts as rows: every lead with its handoffs and its history, a hundred leads at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from core.domain.history import Description, LeadHistory
from core.domain.lead import Signal
from core.domain.reckoning import Passed, Past, as_one
from storage.tables import description, handoff, lead, signal

_AT_ONCE = 100


def _between(table: Table, *columns: Any) -> Select[Any]:
    """Rows of the leads from `first` to `last`, the id of the lead in front."""
    return select(table.c.lead_id, *columns).where(
        table.c.workspace == bindparam("workspace"),
        table.c.lead_id.between(bindparam("first"), bindparam("last")),
    )


_LEADS = (
    select(lead.c.id, func.coalesce(lead.c.name, lead.c.email, lead.c.phone, lead.c.external_id))
    .where(lead.c.workspace == bindparam("workspace"), lead.c.id > bindparam("after"))
    .order_by(lead.c.id)
    .limit(_AT_ONCE)
)
_HANDOFFS = _between(
    handoff,
    handoff.c.opened_at,
    handoff.c.due_at,
    handoff.c.outcome,
    handoff.c.decided_at,
    handoff.c.reason,
    handoff.c.waiting_since.is_not(None),
).order_by(handoff.c.lead_id, handoff.c.opened_at, handoff.c.id)
_DESCRIPTIONS = _between(description, description.c.known_from, description.c.facts).order_by(
    description.c.lead_id, description.c.version
)
_SIGNALS = _between(
    signal,
    signal.c.id,
    signal.c.source,
    signal.c.kind,
    signal.c.occurred_at,
    signal.c.session,
    signal.c.properties,
    func.coalesce(signal.c.received_at, signal.c.occurred_at),
).order_by(signal.c.lead_id, signal.c.occurred_at, signal.c.source, signal.c.id)


def every(connection: Connection, workspace: str) -> Iterator[tuple[Past, LeadHistory]]:
    """Every lead, by id."""
    after = ""
    while leads := connection.execute(_LEADS, {"workspace": workspace, "after": after}).all():
        after = leads[-1][0]
        span = {"workspace": workspace, "first": leads[0][0], "last": after}
        handoffs, descriptions, signals = (
            _by_lead(connection, statement, span)
            for statement in (_HANDOFFS, _DESCRIPTIONS, _SIGNALS)
        )
        for id, name in leads:
            passed = as_one((Passed(*row[:-1]), bool(row[-1])) for row in handoffs[id])
            past = Past(id, name or id, passed)
            described = [Description(*row) for row in descriptions[id]]
            yield past, LeadHistory(id, described, [Signal(*row) for row in signals[id]])


def _by_lead(
    connection: Connection, statement: Select[Any], span: dict[str, str]
) -> defaultdict[str, list[Sequence[Any]]]:
    rows: defaultdict[str, list[Sequence[Any]]] = defaultdict(list)
    for id, *row in connection.execute(statement, span):
        rows[id].append(row)
    return rows
