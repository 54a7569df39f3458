"""Reporting: where leads stand, how the handoff is going, and whether the log holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.domain.handoff import Change
from core.domain.intents import IntentKind, Posting
from core.domain.lead import Identity
from core.domain.localtime import WEEK, Window
from core.domain.measures import Measures, Share
from core.domain.stages import Stage, Verb
from core.ports import LeadQuery, Sent
from core.services import delivery, reporting
from core.services.reporting import PAGE
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import JANE, REP, Office
from tests.services.test_delivery import Messenger

CARD = IntentKind.CARD
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def someone(number: int) -> Identity:
    return Identity(f"{number}@acme.example", external_id=f"crm-{number}")


# Stories


def test_a_story_tells_all_there_is(office: Office) -> None:
    id = office.offered().id
    office.accept(id)
    posting = Posting(CARD, id, "C0SALES", "1.000")
    delivery.drain(office.desk, Messenger([Sent(posting)]))
    story = reporting.story(office.desk, TEAM, office.lead().id)
    assert story is not None
    assert (story.lead, story.handoff, story.previous) == (office.lead(), office.handoff(id), None)
    assert [record.entry.verb for record in story.records] == office.verbs()
    assert [signal.properties for signal in story.signals] == [{"form": "demo"}]
    assert (story.card, story.policy) == (posting, a_policy())


def test_a_story_remembers_the_handoff_before(office: Office) -> None:
    first = office.offered().id
    office.reject(first)
    office.clock.forward(days=31)
    second = office.capture(office.demo("f2")).handoff
    assert second is not None
    story = reporting.story(office.desk, TEAM, office.lead().id)
    assert story is not None
    assert story.handoff is not None
    assert story.previous is not None
    assert (story.handoff.id, story.previous.id) == (second.id, first)
    around = reporting.handoff_story(office.desk, TEAM, first)
    assert around is not None
    assert around.handoff == office.handoff(first)
    assert (around.previous, around.lead) == (None, office.lead())


def test_a_lead_that_was_never_offered_has_a_story_without_a_handoff(office: Office) -> None:
    lead = office.capture().lead
    story = reporting.story(office.desk, TEAM, lead.id)
    assert story is not None
    assert (story.handoff, story.previous, story.card) == (None, None, None)


def test_nobody_has_no_story_and_nobody_is_told_of_another_workspace(office: Office) -> None:
    id = office.offered().id
    office.open(a_policy(), team="T02")
    assert reporting.story(office.desk, TEAM, "ld_none") is None
    assert reporting.handoff_story(office.desk, TEAM, "ho_none") is None
    assert reporting.story(office.desk, "T02", office.lead().id) is None
    assert reporting.handoff_story(office.desk, "T02", id) is None
    assert list(reporting.find(office.desk, "T02", "jane")) == []


# Finding


@pytest.mark.parametrize(
    "text",
    ["jane@acme.example", "  JANE@acme.example ", "crm-7", "Doe", "jane d", "ＡＣＭＥ", "\x00Doe"],
)
def test_a_lead_is_found_by_what_a_person_would_type(office: Office, text: str) -> None:
    jane = Identity("jane@acme.example", external_id="crm-7")
    lead = office.capture(who=jane, name="Jane Doe", company="Acme").lead
    office.capture(who=Identity("bob@other.example"), name="Bob")
    assert [found.id for found in reporting.find(office.desk, TEAM, text)] == [lead.id]


def test_a_lead_is_found_by_its_id_and_nobody_by_nonsense(office: Office) -> None:
    lead = office.capture().lead
    assert [found.id for found in reporting.find(office.desk, TEAM, lead.id)] == [lead.id]
    assert list(reporting.find(office.desk, TEAM, "zebra")) == []
    assert list(reporting.find(office.desk, TEAM, "%")) == []


def test_an_exact_match_is_the_only_one(office: Office) -> None:
    office.capture(who=Identity("a@b.example"))
    office.capture(who=Identity("aa@b.example"))
    assert len(reporting.find(office.desk, TEAM, "a@b.example")) == 1
    assert len(reporting.find(office.desk, TEAM, "@b.example")) == 2


# Lists


@pytest.mark.parametrize(
    ("asked", "number", "count"), [(1, 1, PAGE), (2, 2, 3), (3, 2, 3), (0, 1, PAGE), (-5, 1, PAGE)]
)
def test_leads_are_listed_by_the_page_and_past_the_end_is_the_last(
    office: Office, asked: int, number: int, count: int
) -> None:
    for each in range(PAGE + 3):
        office.capture(who=someone(each))
    page = reporting.list_leads(office.desk, TEAM, LeadQuery(), page=asked)
    assert (page.number, len(page.leads), page.total, page.last) == (number, count, PAGE + 3, 2)


def test_a_list_of_nobody_has_one_page(office: Office) -> None:
    page = reporting.list_leads(office.desk, TEAM, LeadQuery(), page=7)
    assert (page.number, page.last, page.total, list(page.leads)) == (1, 1, 0, [])


def test_a_list_shows_the_latest_change_first_and_can_be_narrowed(office: Office) -> None:
    for each in range(3):
        office.capture(who=someone(each))
        office.clock.forward(minutes=1)
    office.accept(office.offered(someone(1)).id)

    def listed(query: LeadQuery) -> list[str | None]:
        page = reporting.list_leads(office.desk, TEAM, query)
        return [lead.identity.external_id for lead in page.leads]

    assert listed(LeadQuery()) == ["crm-1", "crm-2", "crm-0"]
    assert listed(LeadQuery(stage=Stage.NEW)) == ["crm-2", "crm-0"]
    assert listed(LeadQuery(owner=REP)) == ["crm-1"]
    assert listed(LeadQuery(owner="U0OTHER")) == []


# The log


def test_a_busy_week_leaves_a_log_that_holds(office: Office) -> None:
    for number in range(6):
        id = office.offered(someone(number)).id
        match number % 3:
            case 0:
                office.accept(id)
            case 1:
                office.reject(id, "other", comment="Not now")
            case _:
                office.reject(id, "spam")
    assert list(reporting.verify(office.desk, TEAM)) == []


def test_a_lead_that_stands_elsewhere_than_its_log_says_is_found(office: Office) -> None:
    lead = office.capture().lead
    kept = office.lead()
    forged = Change(replace(kept, stage=Stage.SAL))
    office.desk.change(TEAM, lambda unit, at: unit.record(forged, at=at))
    (fault,) = reporting.verify(office.desk, TEAM)
    assert lead.id in fault.problem


# Digests


def now_in(office: Office) -> Measures:
    with office.desk.read(TEAM) as view:
        return reporting.measured_now(view, at=office.clock.now)


def test_the_digest_of_now_counts_the_week_so_far_beside_the_last_one(office: Office) -> None:
    office.clock.now = NOW - WEEK
    office.reject(office.offered(someone(1)).id)
    office.clock.now = NOW
    office.accept(office.offered(someone(2)).id)
    office.offered(someone(3))
    so_far = now_in(office)
    assert so_far.window == Window(MONDAY, MONDAY + WEEK)
    assert so_far.before.window == Window(MONDAY - WEEK, MONDAY)
    assert (so_far.period.offered, so_far.period.acceptance) == (2, Share(1, 1))
    assert (so_far.before.offered, so_far.before.acceptance) == (1, Share(0, 1))
    assert so_far.backlog.open == 1


def test_what_was_decided_this_very_moment_is_counted(office: Office) -> None:
    office.accept(office.offered().id)
    assert now_in(office).period.acceptance == Share(1, 1)


def test_weeks_begin_where_and_when_the_team_says() -> None:
    so_far = now_in(Office(timezone="Asia/Tokyo", week_starts_on=6))
    assert so_far.window.start == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert so_far.before.window.end == so_far.window.start


def test_asking_for_the_digest_keeps_and_promises_nothing(office: Office) -> None:
    now_in(office)
    assert office.promises() == []
    assert office.store.next_timer() == MONDAY + WEEK + timedelta(hours=9)


def test_the_story_of_a_lead_is_in_the_order_it_happened(office: Office) -> None:
    id = office.offered().id
    office.reject(id)
    office.clock.forward(days=40)
    office.capture(office.demo("f2"))
    assert office.verbs(JANE) == [Verb.CAPTURE, Verb.QUALIFY, Verb.REJECT, Verb.QUALIFY]
