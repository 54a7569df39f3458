"""A company's past, brought in from a file: its cohorts and medians are right, and remarked on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from core.domain.draft import Draft
from core.domain.handoff import Decision, Outcome
from core.domain.lead import Identity, Profile
from core.domain.localtime import WEEK, Window
from core.domain.log import Door
from core.domain.measures import Measures, Promise, Remark, Rung, Share
from core.domain.past import Past, Step
from core.domain.stages import Stage, Verb
from core.ports import Store
from core.services.batch import LeadRow
from core.services.reporting import measured
from tests.builders import TEAM
from tests.services.test_importing import Archive

BEGIN = datetime(2025, 6, 2, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
A_WEEK = 40  # handoffs
WEEKS = 8
TAKES = timedelta(hours=3)  # to accept
TO_SQL = 10 * DAY
TO_WIN = 70 * DAY


class Company:
    """What really happened, week by week: who was accepted, went on, and bought."""

    def __init__(self) -> None:
        chance = Random(11)
        self.rows: list[LeadRow] = []
        self.accepted = [0] * WEEKS
        self.sql = [0] * WEEKS
        self.won = [0] * WEEKS
        self.nowhere = [0] * WEEKS  # nobody noted where they came from
        for week in range(WEEKS):
            for number in range(A_WEEK):
                self._add(chance, week, number)

    def _add(self, chance: Random, week: int, number: int) -> None:
        at = BEGIN + week * WEEK + timedelta(hours=9 + number % 5, days=number % 5)
        blank = chance.random() < 0.25
        self.nowhere[week] += blank
        steps: list[Step] = []
        decision = Decision(Outcome.REJECTED, "import", at + DAY, Door.IMPORT, "no_need", "No")
        if chance.random() < 0.6:
            self.accepted[week] += 1
            decision = Decision(Outcome.ACCEPTED, "U0REP", at + TAKES, Door.IMPORT)
            if chance.random() < 0.5:
                self.sql[week] += 1
                steps.append(Step(Verb.ADVANCE, at + TAKES + TO_SQL, "sql_at"))
                if chance.random() < 0.5:
                    self.won[week] += 1
                    steps.append(Step(Verb.WIN, at + TAKES + TO_SQL + TO_WIN, "won_at"))
        past = Past(at, decision, None, tuple(steps))
        profile = Profile(source=None if blank else "fair")
        email = Identity(f"p{week}-{number}@acme.example")
        self.rows.append(LeadRow(len(self.rows) + 2, Draft(email, profile), past))


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def archive(store: Store, company: Company) -> Archive:
    archive = Archive(store)
    taken = archive.leads(*company.rows)
    assert (taken.tally.handoffs, taken.faults) == (A_WEEK * WEEKS, ())
    return archive


def week(archive: Archive, number: int, *, at: datetime | None = None) -> Measures:
    start = BEGIN + number * WEEK
    with archive.store.read(TEAM) as view:
        return measured(view, at=at or archive.clock.now, window=Window(start, start + WEEK))


def test_each_cohort_is_what_happened(archive: Archive, company: Company) -> None:
    for number in range(WEEKS):
        told = week(archive, number)
        reached = {each.rung: each.share for each in told.cohorts}
        of_all = {
            rung: Share(what[number], A_WEEK)
            for rung, what in (
                (Rung.MQL_SAL, company.accepted),
                (Rung.MQL_SQL, company.sql),
                (Rung.MQL_CUSTOMER, company.won),
            )
        }
        assert {rung: reached[rung] for rung in of_all} == of_all
        assert reached[Rung.SAL_SQL] == Share(company.sql[number], company.accepted[number])


def test_a_young_cohort_is_not_shown_as_bad(archive: Archive) -> None:
    told = week(archive, WEEKS - 1, at=BEGIN + WEEKS * WEEK + timedelta(hours=9))
    young = told.cohort(Rung.MQL_CUSTOMER)
    assert young is not None
    assert young.window.end <= told.as_of - 90 * DAY
    assert told.period.own.share is None


def test_the_medians_are_those_of_the_past(archive: Archive) -> None:
    told = week(archive, 3)
    assert told.period.decide.clock.median == TAKES
    bought = week(archive, 12)  # when those of the second and third week did
    took = {(each.start, each.end): each.took.median for each in bought.period.velocity}
    assert took[Stage.SQL, Stage.CUSTOMER] == TO_WIN
    assert took[Stage.MQL, Stage.CUSTOMER] == TAKES + TO_SQL + TO_WIN


def test_nothing_of_the_past_was_a_promise(archive: Archive) -> None:
    period = week(archive, 3).period
    assert (period.in_time.share, period.honoured.share) == (Share(0, 0), Share(0, 0))
    assert period.in_time == Promise(left_out=period.in_time.left_out)


def test_what_is_not_to_be_trusted_is_remarked(archive: Archive, company: Company) -> None:
    remarks = {each.remark: (each.count, each.of) for each in week(archive, 3).remarks}
    assert remarks == {
        Remark.IMPORTED: (A_WEEK, A_WEEK),
        Remark.NO_SOURCE: (company.nowhere[3], A_WEEK),
    }


def test_a_deal_without_its_opportunity_counts_but_says_nothing_of_how_long_it_took(
    archive: Archive,
) -> None:
    at = BEGIN + 20 * WEEK
    won = at + 5 * DAY
    steps = (Step(Verb.ADVANCE, won, "won_at"), Step(Verb.WIN, won, "won_at"))
    past = Past(at, Decision(Outcome.ACCEPTED, "U0REP", at, Door.IMPORT), None, steps)
    archive.leads(LeadRow(2, Draft(Identity("late@acme.example"), Profile(source="fair")), past))
    told = week(archive, 20)
    assert (told.period.arrivals.sql, told.period.arrivals.customer) == (1, 1)
    took = {(each.start, each.end): each.took.n for each in told.period.velocity}
    assert took[Stage.SAL, Stage.SQL] == took[Stage.SQL, Stage.CUSTOMER] == 0
    assert took[Stage.MQL, Stage.CUSTOMER] == 1
    assert {each.remark for each in told.remarks} == {
        Remark.IMPORTED,
        Remark.DAYS_ONLY,
        Remark.SKIPPED,
    }


def test_a_deal_dated_before_its_lead_stays_out_and_is_named(archive: Archive) -> None:
    at = BEGIN + 30 * WEEK
    past = Past(at, None, None, (Step(Verb.WIN, at - DAY, "won_at"),))
    accepted = Past(at, Decision(Outcome.ACCEPTED, "U0REP", at, Door.IMPORT), None, past.steps)
    row = LeadRow(7, Draft(Identity("odd@acme.example"), Profile()), accepted)
    [fault] = archive.leads(row).faults
    assert (fault.line, fault.field) == (7, "won_at")
    assert week(archive, 30).period.offered == 0
