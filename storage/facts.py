"""Facts as rows: of each handoff only what a digest measures, and only of its own periods.

A week may have thousands of them, so values go from the driver straight into facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from core.domain.handoff import Outcome
from core.domain.intents import IntentKind
from core.domain.lead import Temperature
from core.domain.localtime import Window
from core.domain.measures.fact import Fact
from core.domain.measures.figures import Health
from core.domain.measures.frame import Frame, Rung
from core.domain.past import IMPORTED
from core.domain.stages import Stage
from storage.prepared import Prepared
from storage.tables import ErrandState, handoff, lead, outbox, posting

_BETWEEN = "\n"
_AT_ONCE = 500  # rows, or ids in one statement
_AGED = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)
_MOMENTS = frozenset(
    {"opened_at", "due_at", "waiting_since", "decided_at", "touch_due_at", "touched_at"}
    | {"returned_at", "sql_at", "won_at"}
)
_NAMES = tuple("decided_by" if name == "by" else name for name in Fact._fields)
_OUTCOMES: Mapping[str | None, Outcome | None] = {
    None: None,
    **{each.value: each for each in Outcome},
}
_TEMPERATURES = {each.value: each for each in Temperature}

_PLACES = [place for place, name in enumerate(_NAMES) if name in _MOMENTS]
_ID, _OPENED, _SINCE, _OUTCOME, _TEMPERATURE, _COMPLETE, _RULES = map(
    _NAMES.index,
    ("id", "opened_at", "waiting_since", "outcome", "temperature", "complete", "rules"),
)

_ROW: ColumnElement[int] = literal_column("rowid")
_HERE = handoff.c.workspace == bindparam("workspace")
_NOBODY_ANSWERED = (Outcome.WITHDRAWN, Outcome.EXPIRED)  # whoever did had seen it
_WITHIN = and_(handoff.c.opened_at >= bindparam("start"), handoff.c.opened_at < bindparam("end"))
_UNSEEN = (
    select(func.count())
    .select_from(handoff)
    .where(
        _HERE,
        _WITHIN,
        handoff.c.definition != IMPORTED,
        or_(handoff.c.outcome.is_(None), handoff.c.outcome.in_(_NOBODY_ANSWERED)),
        ~exists().where(
            posting.c.workspace == handoff.c.workspace,
            posting.c.kind == IntentKind.CARD,
            posting.c.subject == handoff.c.id,
        ),
    )
)
_QUEUE = select(func.count(), func.min(outbox.c.enqueued_at)).where(
    outbox.c.workspace == bindparam("workspace"),
    outbox.c.state.in_((ErrandState.QUEUED, ErrandState.SENDING)),
)
_PARKED = (
    select(func.count())
    .select_from(outbox)
    .where(
        outbox.c.workspace == bindparam("workspace"),
        outbox.c.state.in_((ErrandState.PARKED, ErrandState.DEAD)),
    )
)


_EVERY = select(*(handoff.c[name] for name in _NAMES)).where(_HERE)
_OF_LEADS = _EVERY.where(handoff.c.lead_id.in_(bindparam("ids", expanding=True)))
_AFTER = _EVERY.where(handoff.c.previous_id.in_(bindparam("ids", expanding=True)))


def folded(rules: Sequence[str]) -> str:
    """The names of rules in one text."""
    return _BETWEEN.join(rules)


@lru_cache(maxsize=4096)
def _unfolded(text: str) -> tuple[str, ...]:
    return tuple(text.split(_BETWEEN)) if text else ()


def of_frame(connection: Connection, workspace: str, frame: Frame) -> list[Fact]:
    """All handoffs that touch the frame, are open, or are the next offers after one that does."""
    spans = frame.spans()
    wanted: dict[str, Any] = {"workspace": workspace}
    for number, (_, span) in enumerate(spans):
        wanted |= {f"start_{number}": span.start, f"end_{number}": span.end}
    touching = _touching(connection.dialect.name, tuple(moment for moment, _ in spans))
    known = {fact.id: fact for fact in _found(connection, touching, wanted)}
    known |= _following(connection, workspace, frame.cohorts[Rung.RETURN])
    return sorted(known.values(), key=itemgetter(_OPENED, _ID))


def _following(connection: Connection, workspace: str, came_back: Window) -> dict[str, Fact]:
    """The offers after those from which a lead came back in a window, as far as they go."""
    here = {"workspace": workspace, "start": came_back.start, "end": came_back.end}
    step = _found(connection, _after_return(connection.dialect.name), here)
    known: dict[str, Fact] = {}
    while step:
        known |= {fact.id: fact for fact in step}
        ids = [fact.id for fact in step]
        parts = [ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE)]
        rows = (
            row
            for part in parts
            for row in connection.execute(_AFTER, {"workspace": workspace, "ids": part})
        )
        step = [fact for fact in map(_fact, map(list, rows)) if fact.id not in known]
    return known


def _found(connection: Connection, statement: Prepared, wanted: Mapping[str, Any]) -> list[Fact]:
    rows = statement.every(connection, wanted)
    return [_fact(values, in_texts=_is_sqlite(connection)) for values in map(list, rows)]


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _fact(values: list[Any], *, in_texts: bool = False) -> Fact:
    """A fact from the values of `_NAMES`, where a moment may be a text."""
    if in_texts:
        for place in _PLACES:
            if values[place] is not None:
                values[place] = datetime.fromisoformat(values[place])
    values[_SINCE] = values[_SINCE] or values[_OPENED]
    values[_OUTCOME] = _OUTCOMES[values[_OUTCOME]]
    values[_TEMPERATURE] = _TEMPERATURES[values[_TEMPERATURE]]
    values[_COMPLETE] = bool(values[_COMPLETE])
    values[_RULES] = _unfolded(values[_RULES])
    return Fact._make(values)


def _columns(dialect: str, table: FromClause = handoff) -> list[ColumnElement[Any]]:
    """What a fact holds, in its order; on SQLite a moment is a text that says its zone."""
    is_sqlite = dialect == "sqlite"
    return [
        _zoned(table.c[name]) if is_sqlite and name in _MOMENTS else table.c[name]
        for name in _NAMES
    ]


def _zoned(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return moment.op("||", return_type=String())(literal_column("'+00:00'"))


def of_leads(connection: Connection, workspace: str, lead_ids: Collection[str]) -> list[Fact]:
    """All handoffs of these leads."""
    ids = sorted(lead_ids)
    return [
        _fact(list(row))
        for at in range(0, len(ids), _AT_ONCE)
        for row in connection.execute(
            _OF_LEADS, {"workspace": workspace, "ids": ids[at : at + _AT_ONCE]}
        )
    ]


def every(connection: Connection, workspace: str) -> Iterator[Fact]:
    """All handoffs there are, a batch of rows in memory at a time."""
    in_batches = {"yield_per": _AT_ONCE}
    rows = connection.execute(_EVERY, {"workspace": workspace}, execution_options=in_batches)
    yield from map(_fact, map(list, rows))


@lru_cache(maxsize=64)
def _touching(dialect: str, moments: tuple[str, ...]) -> Prepared:
    """Handoffs that are open, or of which one of these moments lies in its span."""
    within = [
        and_(
            handoff.c[moment] >= bindparam(f"start_{number}"),
            handoff.c[moment] < bindparam(f"end_{number}"),
        )
        for number, moment in enumerate(moments)
    ]
    wanted = (handoff.c.outcome.is_(None), *within)
    if dialect != "sqlite":
        return Prepared(select(*_columns(dialect)).where(_HERE, or_(*wanted)))
    # SQLite would rather go through a whole index than through parts of several.
    rows = union_all(*(select(_ROW).select_from(handoff).where(_HERE, one) for one in wanted))
    return Prepared(select(*_columns(dialect)).where(_ROW.in_(rows)))


@lru_cache(maxsize=2)
def _after_return(dialect: str) -> Prepared:
    """The offer after each from which a lead came back in a window."""
    following = handoff.alias("following")
    leads_on = and_(
        following.c.workspace == handoff.c.workspace, following.c.previous_id == handoff.c.id
    )
    came_back = and_(
        handoff.c.returned_at >= bindparam("start"), handoff.c.returned_at < bindparam("end")
    )
    columns = _columns(dialect, following)
    return Prepared(
        select(*columns).join_from(handoff, following, leads_on).where(_HERE, came_back)
    )


def standing(connection: Connection, workspace: str) -> Mapping[Stage, Sequence[datetime]]:
    """Since when the leads that were offered to sales are in their stage."""
    statement = _standing(connection.dialect.name)
    found: dict[Stage, Sequence[datetime]] = {}
    for stage in _AGED:
        rows = statement.every(connection, {"workspace": workspace, "stage": stage})
        moments = [since for (since,) in rows]
        found[stage] = (
            list(map(datetime.fromisoformat, moments)) if _is_sqlite(connection) else moments
        )
    return found


@lru_cache(maxsize=2)
def _standing(dialect: str) -> Prepared:
    since = lead.c.entered_stage_at
    return Prepared(
        select(_zoned(since) if dialect == "sqlite" else since).where(
            lead.c.workspace == bindparam("workspace"),
            lead.c.stage == bindparam("stage"),
            lead.c.handoff_id.is_not(None),
        )
    )


def health(connection: Connection, workspace: str, window: Window) -> Health:
    """What was never shown, and how long messages wait."""
    here = {"workspace": workspace}
    unseen = connection.execute(_UNSEEN, here | {"start": window.start, "end": window.end}).scalar()
    waiting, oldest = connection.execute(_QUEUE, here).one()
    parked = connection.execute(_PARKED, here).scalar()
    return Health(unseen or 0, waiting, parked or 0, oldest)
