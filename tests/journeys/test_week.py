"""A week of two companies: leads arrive, people click, Slack has moods, and every figure holds.

Who wins a race between two clicks is up to the machine; all else comes from the seed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text

from tests.company.audit import findings
from tests.company.cast import CLOCKS, HOLIDAYS
from tests.company.hearing import heard
from tests.company.week import Plan, a_week
from tests.faults.bureau import Retrying

SHORT = replace(HOLIDAYS, first=date(2026, 4, 28), days=2)


def wrong_after(url: str, plan: Plan) -> list[str]:
    """Everything that the audit finds when the week is over."""
    print(f"{plan.span.name}: seed {plan.seed}")
    with heard() as said, a_week(url, plan) as week:
        week.play()
        return findings(week, said)


def test_a_week_with_public_holidays_keeps_every_promise(sqlite_url: str) -> None:
    assert wrong_after(sqlite_url, Plan(HOLIDAYS, leads=300, elsewhere=30)) == []


def test_so_do_days_in_which_the_clocks_change(postgres_url: str) -> None:
    assert wrong_after(postgres_url, Plan(CLOCKS, leads=40, elsewhere=10)) == []


# What must not go unnoticed


@pytest.fixture
def few(sqlite_url: str) -> tuple[str, Plan]:
    return sqlite_url, Plan(SHORT, leads=20, elsewhere=4, moody=0.0)


def test_the_audit_sees_clocks_that_run_on_holidays(few: tuple[str, Plan]) -> None:
    url, plan = few
    found = wrong_after(url, replace(plan, blind=True))
    assert any("by the wall" in wrong for wrong in found)
    assert any("was reminded at 2026-04-29" in wrong for wrong in found)


def test_the_audit_sees_cards_that_are_posted_again(few: tuple[str, Plan]) -> None:
    url, plan = few
    found = wrong_after(url, replace(plan, moody=1.0, unlucky=0.6, wrap=Retrying))
    assert any("a card hung twice" in wrong for wrong in found)


def test_the_audit_sees_a_digest_that_counts_other_than_the_log(few: tuple[str, Plan]) -> None:
    url, plan = few
    found = wrong_after(url, replace(plan, meddles=_long_ago))
    assert any("the digest of" in wrong and "offered is" in wrong for wrong in found)


def _long_ago(engine: Engine) -> None:
    """Somebody dates an offer back."""
    with engine.begin() as connection:
        connection.execute(text("update handoff set opened_at = '2026-01-01 00:00:00.000000'"))
