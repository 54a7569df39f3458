"""Faults of E, all of them together: weeks of simulated companies, larger than in the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.company.audit import findings
from tests.company.cast import CLOCKS, HOLIDAYS, Span
from tests.company.hearing import heard
from tests.company.week import Plan, a_week
from tests.faults.fault import Fault, Tally
from tests.faults.stage import Stage

_WHOLE = replace(CLOCKS, first=date(2026, 3, 26), days=7)


def _played(stage: Stage, plan: Plan) -> Tally:
    """Every finding of the audit counts as one lost."""
    with heard() as said, a_week(stage.url, replace(plan, seed=str(stage.seed))) as week:
        week.play()
        found = findings(week, said)
    return Tally(plan.leads + plan.elsewhere, len(found), note="; ".join(found[:3]))


def holidays(stage: Stage) -> Tally:
    """Two companies keep the public holidays of two countries."""
    return _played(stage, _plan(stage, HOLIDAYS))


def clocks(stage: Stage) -> Tally:
    """Between Tokyo and Berlin an hour goes missing."""
    return _played(stage, _plan(stage, _WHOLE))


def holidays_worked(stage: Stage) -> Tally:
    """The control: a calendar that knows of no holidays."""
    short = replace(HOLIDAYS, first=date(2026, 4, 28), days=2)
    return _played(stage, Plan(short, leads=20, elsewhere=4, blind=True))


def _plan(stage: Stage, span: Span) -> Plan:
    return Plan(span, leads=60 if stage.quick else 300, elsewhere=15 if stage.quick else 60)


FAULTS: tuple[Fault, ...] = (
    Fault("E7", "a week of two companies with public holidays", holidays, control=holidays_worked),
    Fault("E8", "a week of two companies in which clocks change", clocks),
)
