"""The settings log as rows that are only ever appended, one chain for each workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam

from core.domain.chain import End, Link
from core.domain.settings_log import SettingAct, SettingRecord
from storage.ledger import Ledger
from storage.tables import settings_chain, settings_remark
from storage.tables import settings_log as table


def _values(act: SettingAct) -> dict[str, Any]:
    return {
        "setting": act.setting,
        "before": act.before,
        "after": act.after,
        "actor": act.actor,
        "door": act.door,
        "occurred_at": act.occurred_at,
    }


_LEDGER: Ledger[SettingAct] = Ledger(table, settings_remark, settings_chain, _values)
_ACTS = _LEDGER.records(
    (
        table.c.setting,
        table.c.before,
        table.c.after,
        table.c.actor,
        table.c.door,
        table.c.occurred_at,
        settings_remark.c.text,
    )
).where(table.c.seq > bindparam("behind"))


def acts(connection: Connection, workspace: str, *, behind: int) -> list[SettingRecord]:
    """The settings log of a workspace behind that number, oldest first."""
    rows = connection.execute(_ACTS, {"workspace": workspace, "behind": behind})
    return [Link(row[0], SettingAct(*row[1:8]), *row[8:13]) for row in rows]


def end(connection: Connection, workspace: str) -> End:
    """Where the settings log of a workspace ends."""
    return _LEDGER.end(connection, workspace)


def append(
    connection: Connection, workspace: str, acts: Sequence[SettingAct], *, at: datetime
) -> None:
    """Seal what was changed behind the end of the chain."""
    _LEDGER.append(connection, workspace, [(act, at) for act in acts])
