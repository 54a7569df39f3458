"""The measures once more in plain SQL, over what each database keeps of the same handoffs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, text

from core.domain.localtime import WEEK, Window
from core.domain.log import Door
from core.domain.measures import Fact, Frame, Health, Measures, Rung, Spread, frame_of, measure
from storage import facts as storage_facts
from storage import tables
from storage.engine import make_engine
from storage.store import SqlStore
from storage.unit import SqlView
from tests.builders import TEAM, a_policy, a_workspace
from tests.core.chances import BEGIN, WEEKS, earlier, facts_by_chance

SIZE = 1500
PROCEDURAL = "('wrong_territory', 'duplicate', 'existing_customer')"
DEFINITIONAL = (
    "('outside_target', 'no_need', 'too_early', 'not_interested', 'no_fit', 'no_authority')"
)


@pytest.fixture
def kept(database_url: str) -> Iterator[Connection]:
    """A database full of handoffs by chance."""
    engine = make_engine(database_url)
    with SqlStore(engine).write(TEAM) as unit:
        unit.found(a_workspace())
    _fill(engine, facts_by_chance(Random(19), SIZE))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _fill(engine: Engine, facts: list[Fact]) -> None:
    open_leads: set[str] = set()
    rows = []
    for fact in facts:  # a lead has one open handoff at most
        if fact.outcome is None and fact.lead_id in open_leads:
            fact = fact._replace(lead_id=f"{fact.lead_id}-{fact.id}")
        if fact.outcome is None:
            open_leads.add(fact.lead_id)
        rows.append(_row(fact))
    leads = [_lead(id) for id in sorted({row["lead_id"] for row in rows})]
    with engine.begin() as connection:
        connection.execute(insert(tables.lead), leads)
        connection.execute(insert(tables.handoff), rows)


def _row(fact: Fact) -> dict[str, Any]:
    row = fact._asdict()
    by = row.pop("by")
    return {
        **row,
        "workspace": TEAM,
        "version": 1,
        "explanation": {},
        "decided_by": by,
        "door": Door.BUTTON if by else None,
        "rules": storage_facts.folded(fact.rules),
        "receipt": None,
    }


def _lead(id: str) -> dict[str, Any]:
    return {
        "workspace": TEAM,
        "id": id,
        "version": 1,
        "stage": "mql",
        "known_by": id,
        "attributes": {},
        "created_at": BEGIN,
        "entered_stage_at": BEGIN,
        "changed_at": BEGIN,
        "search": "",
    }


class Sql:
    """Figures of a period, each by a statement of its own."""

    def __init__(self, connection: Connection, frame: Frame) -> None:
        self._connection, self._frame = connection, frame
        self.is_sqlite = connection.dialect.name == "sqlite"

    def asked(self, statement: str, window: Window | None = None) -> list[tuple[Any, ...]]:
        of = window or self._frame.window
        moments = {"start": of.start, "end": of.end, "as_of": self._frame.as_of}
        values = {name: self._said(moment) for name, moment in moments.items()}
        found = self._connection.execute(text(statement), {"of": TEAM, **values})
        return [tuple(row) for row in found]

    def count(self, condition: str, window: Window | None = None, *, what: str = "*") -> int:
        [(number,)] = self.asked(
            f"SELECT count({what}) FROM handoff WHERE workspace = :of AND {condition}", window
        )
        return int(number)

    def spread(self, start: str, end: str, also: str) -> tuple[Any, ...]:
        """Count and nearest ranks by the clock, of what ended in the period."""
        took = (
            f"unixepoch({end}) - unixepoch({start})"
            if self.is_sqlite
            else f"extract(epoch from {end} - {start})"
        )
        among = (
            f"FROM handoff WHERE workspace = :of AND {end} >= :start AND {end} < :end"
            f" AND {end} <= :as_of AND {end} >= {start} AND {also}"
        )
        rows = self.asked(f"SELECT {took} {among} ORDER BY 1")
        if not rows:
            return astuple(Spread())
        ranked = (
            "SELECT took FROM (SELECT took, row_number() OVER (ORDER BY took) AS place,"
            f" count(*) OVER () AS n FROM (SELECT {took} AS took {among}) AS a) AS b WHERE place = "
        )
        places = ("(n + 1) / 2", "(3 * n + 3) / 4", "(9 * n + 9) / 10")
        ranks = [self.asked(ranked + place)[0][0] for place in places]
        return (len(rows), *(timedelta(seconds=int(rank)) for rank in ranks))

    def _said(self, at: datetime) -> Any:
        return at.strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else at


@pytest.mark.parametrize("number", [3, 9, WEEKS - 1, WEEKS + 4])
def test_plain_sql_says_the_same(kept: Connection, number: int) -> None:
    start = BEGIN + number * WEEK
    window = Window(start, start + WEEK)
    frame = frame_of(window, as_of=start + WEEK + timedelta(hours=9), earlier=earlier)
    ours = _measured(kept, frame)
    sql = Sql(kept, frame)
    decided = "decided_at >= :start AND decided_at < :end"
    offered = "opened_at >= :start AND opened_at < :end"
    accepted, rejected = (
        f"{decided} AND outcome = 'accepted'",
        f"{decided} AND outcome = 'rejected'",
    )
    procedural = f"{rejected} AND reason IN {PROCEDURAL}"
    for period, of in ((ours.period, window), (ours.before, frame.before)):
        yes, no, formal = (sql.count(each, of) for each in (accepted, rejected, procedural))
        assert period.offered == sql.count(offered, of)
        assert period.decided == sql.count(decided, of)
        assert astuple(period.acceptance) == (yes, yes + no)
        assert astuple(period.quality) == (yes, yes + no - formal)
        assert period.arrivals.mql == sql.count(offered, of, what="DISTINCT lead_id")
        assert period.arrivals.sal == sql.count(accepted, of, what="DISTINCT lead_id")
        returned = "returned_at >= :start AND returned_at < :end"
        assert period.returned == sql.count(returned, of)
        assert astuple(period.in_time) == _in_time(sql, of)
    assert ours.backlog.open == sql.count(
        "opened_at <= :as_of AND (outcome IS NULL OR decided_at > :as_of)"
    )
    judged = "outcome IN ('accepted', 'rejected')"
    assert astuple(ours.period.decide.clock) == sql.spread("opened_at", "decided_at", judged)
    assert astuple(ours.period.touch.clock) == sql.spread("decided_at", "touched_at", "1 = 1")
    waited = "coalesce(waiting_since, opened_at)"
    assert astuple(ours.period.wait.clock) == sql.spread(waited, "touched_at", "1 = 1")
    _assert_groups(ours, sql)
    _assert_cohorts(ours, sql, frame)


def _measured(connection: Connection, frame: Frame) -> Measures:
    facts = SqlView(connection, TEAM).facts(frame)
    return measure(facts, frame=frame, policy=a_policy(), standing={}, health=Health())


def _in_time(sql: Sql, of: Window) -> tuple[int, ...]:
    """Kept, late, missed, waiting, left out."""
    ours = "due_at >= :start AND due_at < :end AND opened_at <= :as_of AND definition <> 'imported'"
    waits = f"{ours} AND (decided_at IS NULL OR decided_at > :as_of)"
    known = f"{ours} AND decided_at <= :as_of"
    judged = f"{known} AND outcome IN ('accepted', 'rejected')"
    return (
        sql.count(f"{judged} AND decided_at <= due_at", of),
        sql.count(f"{judged} AND decided_at > due_at", of),
        sql.count(f"{waits} AND due_at < :as_of", of)
        + sql.count(f"{known} AND outcome = 'expired'", of)
        + sql.count(f"{known} AND outcome = 'withdrawn' AND decided_at > due_at", of),
        sql.count(f"{waits} AND due_at >= :as_of", of),
        sql.count(f"{known} AND outcome = 'withdrawn' AND decided_at <= due_at", of)
        + sql.count(
            "due_at >= :start AND due_at < :end AND opened_at <= :as_of"
            " AND definition = 'imported'",
            of,
        ),
    )


def _assert_groups(ours: Measures, sql: Sql) -> None:
    for name in ("source", "campaign", "temperature"):
        found = sql.asked(
            f"SELECT {name}, sum(CASE WHEN outcome = 'accepted' THEN 1 ELSE 0 END), count(*)"
            " FROM handoff WHERE workspace = :of AND outcome IN ('accepted', 'rejected')"
            f" AND decided_at >= :start AND decided_at < :end GROUP BY {name}"
        )
        assert {
            (group.key, group.acceptance.part, group.acceptance.whole)
            for group in ours.by(name)
            if group.acceptance.whole
        } == set(found)
    reasons = sql.asked(
        "SELECT coalesce(reason, 'other'), count(*) FROM handoff WHERE workspace = :of"
        " AND outcome = 'rejected' AND decided_at >= :start AND decided_at < :end GROUP BY 1"
    )
    assert {(each.reason, each.share.part) for each in ours.refusals.by_reason} == set(reasons)
    for criticism in ours.criticism:
        inside = f"'\n' || rules || '\n' LIKE '%\n{criticism.rule}\n%'"
        telling = (
            "decided_at >= :start AND decided_at < :end AND (outcome = 'accepted'"
            f" OR outcome = 'rejected' AND reason IN {DEFINITIONAL})"
        )
        refused = f"{telling} AND outcome = 'rejected'"
        for share, where in ((criticism.refused, inside), (criticism.elsewhere, f"NOT ({inside})")):
            counts = sql.count(f"{refused} AND {where}"), sql.count(f"{telling} AND {where}")
            assert astuple(share) == counts


def _assert_cohorts(ours: Measures, sql: Sql, frame: Frame) -> None:
    ends = {
        Rung.MQL_SAL: ("opened_at", "CASE WHEN outcome = 'accepted' THEN decided_at END", "id"),
        Rung.MQL_SQL: ("opened_at", "coalesce(sql_at, won_at)", "lead_id"),
        Rung.MQL_CUSTOMER: ("opened_at", "won_at", "lead_id"),
        Rung.SAL_SQL: (
            "CASE WHEN outcome = 'accepted' THEN decided_at END",
            "coalesce(sql_at, won_at)",
            "lead_id",
        ),
    }
    for rung, (start, end, unit) in ends.items():
        window, days = frame.cohorts[rung], frame.horizons[rung].days
        within = f"{start} >= :start AND {start} < :end"
        took = (
            f"unixepoch({end}) - unixepoch({start})"
            if sql.is_sqlite
            else f"extract(epoch from ({end}) - ({start}))"
        )
        reached = f"{within} AND {end} <= :as_of AND {took} <= {days * 86_400}"
        cohort = ours.cohort(rung)
        assert cohort is not None
        assert cohort.whole == sql.count(within, window, what=f"DISTINCT {unit}")
        assert cohort.reached == sql.count(reached, window, what=f"DISTINCT {unit}")
