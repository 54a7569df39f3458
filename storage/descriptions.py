"""Descriptions as rows: how a lead was described from when on, never changed, only added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from core.domain.history import Description
from core.domain.lead import Lead
from storage.prepared import Prepared, Write
from storage.tables import description as table
from storage.upsert import insert_new

_OF_LEAD = (
    select(table.c.known_from, table.c.facts)
    .where(table.c.workspace == bindparam("workspace"), table.c.lead_id == bindparam("lead_id"))
    .order_by(table.c.version)
)
_INSERT = Prepared(insert_new(table))


def of_lead(connection: Connection, workspace: str, lead_id: str) -> list[Description]:
    """All descriptions of a lead, in the order they were kept."""
    rows = connection.execute(_OF_LEAD, {"workspace": workspace, "lead_id": lead_id})
    return [Description(*row) for row in rows]


def adding(lead: Lead, *, was: Lead | None, known_from: datetime) -> Write:
    """Add how a lead is described now, unless it `was` described so before."""
    if was and (was.identity, was.profile) == (lead.identity, lead.profile):
        return Write(_INSERT, [])
    row = {
        "workspace": lead.workspace,
        "lead_id": lead.id,
        "version": lead.version + 1,
        "known_from": known_from,
        "facts": lead.facts(),
    }
    return Write(_INSERT, [row], must_change=1)
