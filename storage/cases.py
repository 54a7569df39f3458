"""Cases as rows: where leads stand with their latest handoff, and who is busy with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
)

from core.domain.handoff import Handoff, Outcome
from core.domain.lead import Lead
from core.domain.localtime import Window
from core.domain.stages import Stage
from core.ports import CaseQuery, Load, Order, Tally
from storage import handoffs, leads
from storage.tables import handoff, lead

_WIDTH = len(leads.COLUMNS)
_FOLLOWED = (Stage.SAL, Stage.SQL)
_LATEST = lead.join(
    handoff, and_(handoff.c.workspace == lead.c.workspace, handoff.c.id == lead.c.handoff_id)
)
_DUE = case((handoff.c.outcome.is_(None), handoff.c.due_at), else_=handoff.c.touch_due_at)
_ORDERS: Mapping[Order, Any] = {
    Order.DUE: _DUE.nulls_last(),
    Order.OLDEST: lead.c.entered_stage_at,
    Order.NEWEST: lead.c.entered_stage_at.desc(),
}
_TALLIES = (
    select(handoff.c.decided_by, handoff.c.outcome, func.count())
    .where(
        handoff.c.workspace == bindparam("workspace"),
        handoff.c.decided_at >= bindparam("start"),
        handoff.c.decided_at < bindparam("end"),
    )
    .group_by(handoff.c.decided_by, handoff.c.outcome)
    .order_by(handoff.c.decided_by, handoff.c.outcome)
)


def find(
    connection: Connection, workspace: str, query: CaseQuery, *, offset: int, limit: int
) -> list[tuple[Lead, Handoff]]:
    """The leads that answer to a query, each with its latest handoff."""
    chosen = _answering(select(*leads.COLUMNS, *handoffs.COLUMNS), workspace, query)
    page = chosen.order_by(_ORDERS[query.order], lead.c.id).offset(offset).limit(limit)
    rows = connection.execute(page)
    return [(leads.lead_from(row[:_WIDTH]), handoffs.handoff_from(row[_WIDTH:])) for row in rows]


def count(connection: Connection, workspace: str, query: CaseQuery) -> int:
    """How many leads answer to a query."""
    number: int = connection.execute(
        _answering(select(func.count()), workspace, query)
    ).scalar_one()
    return number


def loads(connection: Connection, workspace: str, *, at: datetime) -> Mapping[str, Load]:
    """How much everybody follows, by their id."""
    late = func.sum(case((_contact_is_late(at), 1), else_=0))
    counted = (
        _standing(select(lead.c.owner, func.count(), late), workspace, frozenset(_FOLLOWED))
        .where(lead.c.owner.is_not(None))
        .group_by(lead.c.owner)
        .order_by(lead.c.owner)
    )
    return {owner: Load(number, late) for owner, number, late in connection.execute(counted)}


def tallies(connection: Connection, workspace: str, window: Window) -> list[Tally]:
    """Who decided how much in a window."""
    wanted = {"workspace": workspace, "start": window.start, "end": window.end}
    return [Tally(*row) for row in connection.execute(_TALLIES, wanted)]


def _answering(chosen: Select[Any], workspace: str, query: CaseQuery) -> Select[Any]:
    chosen = _standing(chosen, workspace, query.stages)
    if query.owner is not None:
        chosen = chosen.where(lead.c.owner == query.owner)
    if query.late_at is not None:
        late = and_(handoff.c.outcome.is_(None), handoff.c.due_at < query.late_at)
        chosen = chosen.where(or_(late, _contact_is_late(query.late_at)))
    if query.open_to is not None:
        late = handoff.c.due_at <= query.open_at if query.open_at else false()
        asked = or_(handoff.c.asked.is_(None), handoff.c.asked == query.open_to)
        chosen = chosen.where(or_(asked, late))
    if query.entered_since is not None:
        chosen = chosen.where(lead.c.entered_stage_at >= query.entered_since)
    return chosen


def _standing(chosen: Select[Any], workspace: str, stages: frozenset[Stage]) -> Select[Any]:
    """Never offered to sales are most of all leads: the index of the others knows none of them."""
    return chosen.select_from(_LATEST).where(
        lead.c.workspace == workspace,
        lead.c.handoff_id.is_not(None),
        lead.c.stage.in_(sorted(stages)),
    )


def _contact_is_late(at: datetime) -> ColumnElement[bool]:
    return and_(
        handoff.c.outcome == Outcome.ACCEPTED,
        lead.c.stage.in_(_FOLLOWED),
        handoff.c.touched_at.is_(None),
        handoff.c.touch_due_at < at,
    )
