"""Handoffs as rows: one for each offer of a lead, with the decision that ended it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from core.domain.handoff import Case, Decision, Handoff
from core.domain.measures.fact import rules_of, trigger_of
from core.domain.routing import receipt_from, receipt_json
from core.domain.scoring import from_json, to_json
from storage import facts, leads
from storage.policies import policy_from
from storage.prepared import Prepared, Write
from storage.tables import handoff as table
from storage.tables import lead, workspace
from storage.upsert import insert_new

COLUMNS = (
    table.c.id,
    table.c.workspace,
    table.c.lead_id,
    table.c.version,
    table.c.opened_at,
    table.c.due_at,
    table.c.definition,
    table.c.explanation,
    table.c.previous_id,
    table.c.outcome,
    table.c.decided_by,
    table.c.decided_at,
    table.c.door,
    table.c.reason,
    table.c.comment,
    table.c.wake_on,
    table.c.belongs_to,
    table.c.touch_due_at,
    table.c.touched_at,
    table.c.waiting_since,
    table.c.asked,
    table.c.receipt,
    table.c.returned_at,
    table.c.sql_at,
    table.c.won_at,
    table.c.source,
    table.c.campaign,
    table.c.complete,
)
_WIDTH = len(COLUMNS)

_THIS = and_(table.c.workspace == bindparam("workspace"), table.c.id == bindparam("id"))
_ONE = select(*COLUMNS).where(_THIS)
_CASE = Prepared(
    select(*COLUMNS, *leads.COLUMNS, workspace.c.policy)
    .join(lead, and_(lead.c.workspace == table.c.workspace, lead.c.id == table.c.lead_id))
    .join(workspace, workspace.c.id == table.c.workspace)
    .where(_THIS)
)
_SEVERAL = select(*COLUMNS).where(
    table.c.workspace == bindparam("workspace"), table.c.id.in_(bindparam("ids", expanding=True))
)
_INSERT = Prepared(insert_new(table))
_UPDATE = Prepared(
    table.update().where(
        table.c.workspace == bindparam("of_workspace"),
        table.c.id == bindparam("of_id"),
        table.c.version == bindparam("read_version"),
    )
)


def handoff_from(row: Sequence[Any]) -> Handoff:
    """A handoff from the values of `COLUMNS`."""
    explanation = from_json(row[7])
    outcome = row[9]
    decision = None if outcome is None else Decision(*row[9:17])
    id, workspace, lead_id, version, opened_at, due_at, definition = row[:7]
    touch_due_at, touched_at, waiting_since, asked, receipt = row[17:22]
    return Handoff(
        id,
        workspace,
        lead_id,
        version,
        opened_at,
        due_at,
        definition,
        explanation,
        waiting_since or opened_at,
        row[8],
        decision,
        touch_due_at,
        touched_at,
        asked,
        receipt_from(receipt) if receipt else None,
        *row[22:_WIDTH],
    )


def find(connection: Connection, workspace: str, id: str) -> Handoff | None:
    """The handoff with this id."""
    row = connection.execute(_ONE, {"workspace": workspace, "id": id}).first()
    return handoff_from(row) if row else None


def find_case(connection: Connection, workspace: str, id: str) -> Case | None:
    """The handoff with its lead and the policy."""
    row = _CASE.first(connection, {"workspace": workspace, "id": id})
    if row is None:
        return None
    return Case(leads.lead_from(row[_WIDTH:-1]), handoff_from(row), policy_from(row[-1]))


def back_from(connection: Connection, workspace: str, ids: Sequence[str]) -> list[Handoff]:
    """The handoffs with these ids and all before each of them: one query for each step back."""
    found: list[Handoff] = []
    wanted = list(ids)
    while wanted:
        rows = connection.execute(_SEVERAL, {"workspace": workspace, "ids": wanted})
        step = [handoff_from(row) for row in rows]
        found += step
        wanted = [handoff.previous_id for handoff in step if handoff.previous_id]
    return sorted(found, key=lambda handoff: (handoff.opened_at, handoff.id))


def saving(handoff: Handoff) -> Write:
    """Keep a handoff, unless it is no longer as it was read, or another one is open."""
    values = _decision_values(handoff.decision) | {
        "version": handoff.version + 1,
        "touch_due_at": handoff.touch_due_at,
        "touched_at": handoff.touched_at,
        "asked": handoff.asked,
        "returned_at": handoff.returned_at,
        "sql_at": handoff.sql_at,
        "won_at": handoff.won_at,
    }
    if handoff.version == 0:
        return Write(_INSERT, [_offer_values(handoff) | values], must_change=1)
    read = {
        "of_workspace": handoff.workspace,
        "of_id": handoff.id,
        "read_version": handoff.version,
        "due_at": handoff.due_at,
    }
    return Write(_UPDATE, [values | read], must_change=1)


def _offer_values(handoff: Handoff) -> dict[str, Any]:
    return {
        "workspace": handoff.workspace,
        "id": handoff.id,
        "lead_id": handoff.lead_id,
        "opened_at": handoff.opened_at,
        "due_at": handoff.due_at,
        "definition": handoff.definition,
        "explanation": to_json(handoff.explanation),
        "previous_id": handoff.previous_id,
        "waiting_since": _unless(handoff.opened_at, handoff.waiting_since),
        "receipt": handoff.receipt and receipt_json(handoff.receipt),
        "source": handoff.source,
        "campaign": handoff.campaign,
        "complete": handoff.complete,
        "temperature": handoff.explanation.temperature,
        "trigger": trigger_of(handoff.explanation),
        "rules": facts.folded(rules_of(handoff.explanation)),
    }


def _unless(usual: datetime, moment: datetime) -> datetime | None:
    return None if moment == usual else moment


def _decision_values(decision: Decision | None) -> dict[str, Any]:
    return {
        "outcome": decision and decision.outcome,
        "decided_by": decision and decision.by,
        "decided_at": decision and decision.at,
        "door": decision and decision.door,
        "reason": decision and decision.reason,
        "comment": decision and decision.comment,
        "wake_on": decision and decision.wake_on,
        "belongs_to": decision and decision.belongs_to,
    }
