"""Whose turn it is to be asked to take a lead, and how many each was asked to take, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from core.domain.lead import Lead
from core.domain.routing import Turns
from storage import leads
from storage.tables import handoff
from storage.tables import rotation as table
from storage.upsert import insert_new, insert_or_update

_OF_WORKSPACE = table.c.workspace == bindparam("workspace")
_TURNS = select(table.c.turns).where(_OF_WORKSPACE)
_HOLD = _TURNS.with_for_update()
_BEGIN = insert_new(table)
_KEEP = insert_or_update(table, key=("workspace",))


def turns(connection: Connection, workspace: str) -> Turns:
    """Whose turn it is."""
    kept: Turns | None = connection.execute(_TURNS, {"workspace": workspace}).scalar()
    return kept or {}


def hold(connection: Connection, workspace: str, held: Collection[Lead]) -> None:
    """Let everybody else wait who decides whose turn it is, and who changes these leads.

    Leads come first, as for all who write; otherwise two could wait for each other.
    """
    leads.hold(connection, workspace, held)
    if connection.execute(_HOLD, {"workspace": workspace}).first() is None:
        connection.execute(_BEGIN, {"workspace": workspace, "turns": {}})
        connection.execute(_HOLD, {"workspace": workspace})


def keep(connection: Connection, workspace: str, now: Turns) -> None:
    """Keep whose turn it is now."""
    plain = {plan: dict(waiting) for plan, waiting in now.items()}
    connection.execute(_KEEP, {"workspace": workspace, "turns": plain})


def asked_since(
    connection: Connection, workspace: str, since: Mapping[str, datetime]
) -> Mapping[str, int]:
    """How many leads each person was asked to take since a moment of their own."""
    if not since:
        return {}
    each = [
        and_(handoff.c.asked == person, handoff.c.opened_at >= moment)
        for person, moment in since.items()
    ]
    counted = (
        select(handoff.c.asked, func.count())
        .where(handoff.c.workspace == workspace, or_(*each))
        .group_by(handoff.c.asked)
    )
    return {str(person): number for person, number in connection.execute(counted)}
