"""Facts as rows: of each handoff only what a digest measures, and only of its own periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from core.domain.handoff import Outcome
from core.domain.intents import IntentKind
from core.domain.localtime import Window
from core.domain.measures.fact import Fact
from core.domain.measures.figures import Health
from core.domain.measures.frame import Frame
from core.domain.past import IMPORTED
from core.domain.stages import Stage
from storage.tables import ErrandState, handoff, lead, outbox, posting

_BETWEEN = "\n"

COLUMNS = (
    handoff.c.id,
    handoff.c.lead_id,
    handoff.c.previous_id,
    handoff.c.definition,
    handoff.c.opened_at,
    handoff.c.due_at,
    func.coalesce(handoff.c.waiting_since, handoff.c.opened_at),
    handoff.c.asked,
    handoff.c.outcome,
    handoff.c.decided_by,
    handoff.c.decided_at,
    handoff.c.reason,
    handoff.c.touch_due_at,
    handoff.c.touched_at,
    handoff.c.returned_at,
    handoff.c.sql_at,
    handoff.c.won_at,
    handoff.c.temperature,
    handoff.c.source,
    handoff.c.campaign,
    handoff.c.complete,
    handoff.c.trigger,
    handoff.c.rules,
)
_MOMENTS = (
    handoff.c.opened_at,
    handoff.c.due_at,
    handoff.c.decided_at,
    handoff.c.touch_due_at,
    handoff.c.touched_at,
    handoff.c.returned_at,
    handoff.c.sql_at,
    handoff.c.won_at,
)
_OF_COHORTS = (handoff.c.opened_at, handoff.c.decided_at, handoff.c.returned_at)
_AGED = (Stage.MQL, Stage.TQL, Stage.SAL, Stage.SQL)

_HERE = handoff.c.workspace == bindparam("workspace")
_BATCH = 500
_EVERY = select(*COLUMNS).where(_HERE)
_FOLLOWING = select(*COLUMNS).where(
    _HERE, handoff.c.previous_id.in_(bindparam("ids", expanding=True))
)
_STANDING = select(lead.c.stage, lead.c.entered_stage_at).where(
    lead.c.workspace == bindparam("workspace"),
    lead.c.stage.in_(_AGED),
    lead.c.handoff_id.is_not(None),
)
_NOBODY_ANSWERED = (Outcome.WITHDRAWN, Outcome.EXPIRED)  # whoever did had seen it
_UNSEEN = (
    select(func.count())
    .select_from(handoff)
    .where(
        _HERE,
        handoff.c.opened_at >= bindparam("start"),
        handoff.c.opened_at < bindparam("end"),
        handoff.c.definition != IMPORTED,
        or_(handoff.c.outcome.is_(None), handoff.c.outcome.in_(_NOBODY_ANSWERED)),
        ~exists().where(
            posting.c.workspace == handoff.c.workspace,
            posting.c.kind == IntentKind.CARD,
            posting.c.subject == handoff.c.id,
        ),
    )
)
_WAITING = select(func.count(), func.min(outbox.c.enqueued_at)).where(
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


def folded(rules: Sequence[str]) -> str:
    """The names of rules in one text."""
    return _BETWEEN.join(rules)


@lru_cache(maxsize=4096)
def _unfolded(text: str) -> tuple[str, ...]:
    return tuple(text.split(_BETWEEN)) if text else ()


def fact_from(row: Sequence[Any]) -> Fact:
    """A fact from the values of `COLUMNS`."""
    return Fact._make((*row[:-1], _unfolded(row[-1])))


def of_frame(connection: Connection, workspace: str, frame: Frame) -> list[Fact]:
    """All handoffs that touch the frame, are open, or are the next offers after one that does."""
    whole, cohorts = frame.spans(), frame.cohort_spans()
    wanted: dict[str, Any] = {"workspace": workspace}
    for name, spans in (("span", whole), ("cohort", cohorts)):
        for number, span in enumerate(spans):
            wanted |= {f"{name}_{number}_start": span.start, f"{name}_{number}_end": span.end}
    rows = connection.execute(_touching(len(whole), len(cohorts)), wanted)
    found = [fact_from(row) for row in rows]
    known = {fact.id: fact for fact in found}
    known |= {fact.id: fact for fact in _following(connection, workspace, found, frame)}
    return sorted(known.values(), key=lambda fact: (fact.opened_at, fact.id))


def every(connection: Connection, workspace: str) -> Iterator[Fact]:
    """All handoffs there are, a batch of rows in memory at a time."""
    in_batches = {"yield_per": _BATCH}
    rows = connection.execute(_EVERY, {"workspace": workspace}, execution_options=in_batches)
    yield from map(fact_from, rows)


@lru_cache(maxsize=64)
def _touching(whole: int, cohorts: int) -> Select[Any]:
    """Handoffs of which something lies in one of so many spans."""
    within = [
        _within(moment, f"{name}_{number}")
        for name, count, moments in (("span", whole, _MOMENTS), ("cohort", cohorts, _OF_COHORTS))
        for number in range(count)
        for moment in moments
    ]
    is_open = handoff.c.outcome.is_(None)
    return select(*COLUMNS).where(_HERE, or_(is_open, *within))


def _within(moment: ColumnElement[datetime | None], name: str) -> ColumnElement[bool]:
    return and_(moment >= bindparam(f"{name}_start"), moment < bindparam(f"{name}_end"))


def _following(
    connection: Connection, workspace: str, facts: Sequence[Fact], frame: Frame
) -> Iterator[Fact]:
    """The offers after those from which a lead came back, as far as they go."""
    spans = frame.cohort_spans()
    ids = [fact.id for fact in facts if _came_back(fact, spans)]
    while ids:
        rows = connection.execute(_FOLLOWING, {"workspace": workspace, "ids": ids})
        step = [fact_from(row) for row in rows]
        yield from step
        ids = [fact.id for fact in step]


def _came_back(fact: Fact, spans: Sequence[Window]) -> bool:
    return fact.returned_at is not None and any(fact.returned_at in span for span in spans)


def standing(connection: Connection, workspace: str) -> Mapping[Stage, Sequence[datetime]]:
    """Since when the leads that were offered to sales are in their stage."""
    found: dict[Stage, list[datetime]] = {stage: [] for stage in _AGED}
    for stage, since in connection.execute(_STANDING, {"workspace": workspace}):
        found[stage].append(since)
    return found


def health(connection: Connection, workspace: str, window: Window) -> Health:
    """What was never shown, and how long messages wait."""
    here = {"workspace": workspace}
    unseen = connection.execute(_UNSEEN, here | {"start": window.start, "end": window.end}).scalar()
    waiting, oldest = connection.execute(_WAITING, here).one()
    parked = connection.execute(_PARKED, here).scalar()
    return Health(unseen or 0, waiting, parked or 0, oldest)
