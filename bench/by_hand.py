"""The digest by hand: the same figures of the same rows, in SQL that somebody wrote for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from core.domain.localtime import Window
from core.domain.measures import Frame, Rung

_TOLD = (
    "count(*) AS decided, sum(CASE WHEN outcome = 'accepted' THEN 1 ELSE 0 END) AS accepted,"
    " sum(CASE WHEN outcome = 'rejected' THEN 1 ELSE 0 END) AS rejected,"
    " sum(CASE WHEN reason IN ('duplicate', 'wrong_territory', 'existing_customer')"
    " THEN 1 ELSE 0 END) AS procedural,"
    " sum(CASE WHEN returned_at IS NOT NULL THEN 1 ELSE 0 END) AS recycled"
)
_HERE = "workspace = :workspace"
_DECIDED = f"FROM handoff WHERE {_HERE} AND decided_at >= :start AND decided_at < :end"
_OFFERED = f"FROM handoff WHERE {_HERE} AND opened_at >= :start AND opened_at < :end"

# Of each of the two periods.
_PERIOD = (
    f"SELECT {_TOLD} {_DECIDED}",
    (
        "SELECT count(*), count(DISTINCT lead_id),"
        " sum(CASE WHEN outcome = 'accepted' THEN 1 ELSE 0 END),"
        f" sum(CASE WHEN outcome IS NOT NULL THEN 1 ELSE 0 END) {_OFFERED}"
    ),
    (
        "SELECT sum(CASE WHEN decided_at <= due_at THEN 1 ELSE 0 END),"
        " sum(CASE WHEN decided_at > due_at THEN 1 ELSE 0 END),"
        " sum(CASE WHEN decided_at IS NULL AND due_at < :as_of THEN 1 ELSE 0 END)"
        f" FROM handoff WHERE {_HERE} AND due_at >= :start AND due_at < :end"
    ),
    (
        "SELECT sum(CASE WHEN touched_at <= touch_due_at THEN 1 ELSE 0 END), count(*)"
        f" FROM handoff WHERE {_HERE} AND touch_due_at >= :start AND touch_due_at < :end"
    ),
    f"SELECT count(*) FROM handoff WHERE {_HERE} AND returned_at >= :start AND returned_at < :end",
    f"SELECT count(DISTINCT lead_id) {_DECIDED} AND outcome = 'accepted'",
    (
        f"SELECT count(DISTINCT lead_id) FROM handoff WHERE {_HERE}"
        " AND won_at >= :start AND won_at < :end"
    ),
)
# How long each of these took, by the clock.
_SPANS = (
    ("opened_at", "decided_at"),
    ("decided_at", "touched_at"),
    ("opened_at", "touched_at"),
    ("decided_at", "sql_at"),
    ("sql_at", "won_at"),
)
# Of the one period.
_GROUPED = (
    *(
        f"SELECT {key}, {_TOLD} {_DECIDED} GROUP BY {key}"
        for key in ("source", "temperature", "campaign", "decided_by", "reason", "rules")
    ),
    *(f"SELECT {key}, count(*) {_OFFERED} GROUP BY {key}" for key in ("source", "campaign")),
    (
        "SELECT sum(CASE WHEN complete THEN 1 ELSE 0 END),"
        f' sum(CASE WHEN "trigger" IS NOT NULL THEN 1 ELSE 0 END) {_OFFERED}'
    ),
)
_NOW = (
    (
        "SELECT count(*), min(opened_at), sum(CASE WHEN due_at < :as_of THEN 1 ELSE 0 END)"
        f" FROM handoff WHERE {_HERE} AND outcome IS NULL"
    ),
    (
        "SELECT stage, entered_stage_at FROM lead WHERE workspace = :workspace"
        " AND stage IN ('mql', 'tql', 'sal', 'sql') AND handoff_id IS NOT NULL"
    ),
    (
        f"SELECT count(*) {_OFFERED} AND NOT EXISTS (SELECT 1 FROM posting WHERE"
        " posting.workspace = handoff.workspace AND kind = 'card' AND subject = handoff.id)"
    ),
)
_COHORT = (
    "SELECT count(DISTINCT lead_id), count(DISTINCT CASE WHEN {end} IS NOT NULL THEN lead_id END)"
    " FROM handoff WHERE workspace = :workspace AND {start} >= :start AND {start} < :end"
)
_COHORTS = (
    (Rung.MQL_SAL, "opened_at", "decided_at"),
    (Rung.SAL_SQL, "decided_at", "sql_at"),
    (Rung.MQL_SQL, "opened_at", "sql_at"),
    (Rung.MQL_CUSTOMER, "opened_at", "won_at"),
)
_AFTER = (
    "SELECT count(*), sum(CASE WHEN next.outcome = 'accepted' THEN 1 ELSE 0 END) FROM handoff"
    " LEFT JOIN handoff AS next ON next.workspace = handoff.workspace"
    " AND next.previous_id = handoff.id WHERE handoff.workspace = :workspace"
    " AND handoff.returned_at >= :start AND handoff.returned_at < :end"
)


def everything(connection: Connection, workspace: str, frame: Frame) -> int:
    """Every figure that SQL can tell; how many decisions there were in the period."""
    sqlite = connection.dialect.name == "sqlite"
    here: dict[str, Any] = {"workspace": workspace, "as_of": _said(frame.as_of, sqlite)}
    spans = [_quantiles(*span, sqlite=sqlite) for span in _SPANS]
    for window in (frame.window, frame.before):
        _asked(connection, (*_PERIOD, *spans), here | _ends(window, sqlite))
    [(decided, *_)] = _asked(
        connection, (*_GROUPED, *_NOW, _PERIOD[0]), here | _ends(frame.window, sqlite)
    )
    for rung, start, end in _COHORTS:
        statement = _COHORT.format(start=start, end=end)
        _asked(connection, (statement,), here | _ends(frame.cohorts[rung], sqlite))
    _asked(connection, (_AFTER,), here | _ends(frame.cohorts[Rung.RETURN], sqlite))
    return int(decided)


def one_look(connection: Connection, workspace: str, frame: Frame) -> int:
    """Only how many were offered and decided in the period, and how fast."""
    sqlite = connection.dialect.name == "sqlite"
    here: dict[str, Any] = {"workspace": workspace, "as_of": _said(frame.as_of, sqlite)}
    looks = (*_PERIOD[1:3], _quantiles("opened_at", "decided_at", sqlite=sqlite), _PERIOD[0])
    [(decided, *_)] = _asked(connection, looks, here | _ends(frame.window, sqlite))
    return int(decided)


def _quantiles(start: str, end: str, *, sqlite: bool) -> str:
    """Median, p75 and p90 of what ended in the period."""
    took = f"julianday({end}) - julianday({start})" if sqlite else f"{end} - {start}"
    among = (
        f"FROM handoff WHERE workspace = :workspace AND {end} >= :start AND {end} < :end"
        f" AND {start} IS NOT NULL"
    )
    if not sqlite:
        return (
            f"SELECT percentile_disc(array[0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY {took}) {among}"
        )
    ranked = f"SELECT {took} AS took, row_number() OVER (ORDER BY {took}) AS place,"
    return (
        f"SELECT took FROM ({ranked} count(*) OVER () AS n {among}) AS ranked"
        " WHERE place IN ((n + 1) / 2, (3 * n + 3) / 4, (9 * n + 9) / 10)"
    )


def _ends(window: Window, sqlite: bool) -> dict[str, Any]:
    return {"start": _said(window.start, sqlite), "end": _said(window.end, sqlite)}


def _said(at: Any, sqlite: bool) -> Any:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else at


def _asked(
    connection: Connection, statements: Sequence[str], values: dict[str, Any]
) -> Sequence[Any]:
    """What the last of the statements finds."""
    found: Sequence[Any] = ()
    for statement in statements:
        found = connection.execute(text(statement), values).all()
    return found
