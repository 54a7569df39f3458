"""A large company's whole scoring page, written without code: it loads and scores as it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.definition import load
from core.domain.explanation import Explanation
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.scoring import score
from core.domain.summary import summary

NOW = datetime(2025, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LARGE = load((Path(__file__).parent / "definitions" / "large_company.toml").read_text())
DIRECTOR: dict[str, Scalar] = {
    "email": "taro@maker.example",
    "company": "Maker",
    "title": "Director of IT",
    "department": "IT",
    "employees": 1200,
    "industry": "Manufacturing",
    "country": "JP",
}


def seen(id: str, kind: str, ago: float, **properties: Scalar) -> Signal:
    return Signal(id, "web", SignalKind(kind), NOW - ago * DAY, None, properties)


def reckon(*signals: Signal, **attributes: Scalar) -> Explanation:
    return score(LARGE, {**DIRECTOR, **attributes}, signals, as_of=NOW)


def points(explanation: Explanation) -> dict[str, float]:
    return {group.id: group.clamped for group in explanation.groups}


def test_it_has_some_forty_rules_in_capped_groups() -> None:
    assert len(LARGE.rules) == 41
    assert all(group.range.most is not None for group in LARGE.groups)
    assert len(summary(LARGE).groups) == 6


def test_a_perfect_lead_that_does_nothing_is_a_grade_a4() -> None:
    found = reckon()
    assert points(found)["company"] == 50
    assert points(found)["person"] == 35
    assert (found.grade, found.temperature, found.qualified) == ("A4", "cold", False)


def test_engagement_moves_it_along_the_matrix_until_it_qualifies() -> None:
    pages = [seen(f"p{day}", "page", day, path="/pricing") for day in (1, 2, 3, 4)]
    visited = reckon(*pages)
    assert points(visited)["web"] == 45  # found us 5, price capped at 30, three days 10
    assert (visited.grade, visited.temperature, visited.qualified) == ("A2", "hot", True)
    webinar = seen("w", "attended", 0, name="Webinar", minutes=45)
    assert reckon(*pages, webinar).grade == "A1"


@pytest.mark.parametrize(
    ("signals", "group", "worth"),
    [
        # once a day, counted from the one before
        ([("page", 1.9, "/product/a"), ("page", 1, "/product/b")], "web", 10),
        ([("page", 1.9, "/product/a"), ("page", 0.9, "/product/b")], "web", 15),
        # once a week
        ([("page", 8, "/docs/a"), ("page", 2, "/docs/b")], "web", 10),
        ([("page", 9, "/docs/a"), ("page", 2, "/docs/b")], "web", 15),
        # once ever, and below nothing the group does not fall
        ([("page", 20, "/jobs"), ("page", 2, "/jobs/1")], "web", 0),
    ],
)
def test_what_may_count_once_a_day_a_week_or_ever(
    signals: list[tuple[str, float, str]], group: str, worth: float
) -> None:
    made = [seen(str(n), kind, ago, path=path) for n, (kind, ago, path) in enumerate(signals)]
    assert points(reckon(*made))[group] == worth


@pytest.mark.parametrize(("days", "worth"), [(10, 20), (30, 20), (60, 15), (90, 10), (150, 0)])
def test_after_30_quiet_days_a_quarter_goes_every_30_days(days: int, worth: float) -> None:
    pages = seen("1", "page", 40, path="/pricing"), seen("0", "page", 0, path="/pricing")
    assert points(score(LARGE, DIRECTOR, pages[:1], as_of=NOW + (days - 40) * DAY))["web"] == worth
    # A new visit ends the silence.
    assert points(reckon(*pages))["web"] == 35


def test_who_asks_is_passed_on_at_once_unless_it_is_the_wrong_person() -> None:
    form = seen("1", "form", 1, form="Quote")
    asked = reckon(form, employees=20, industry="other", title="Clerk", department="Law")
    assert (asked.grade, asked.temperature, asked.qualified) == ("D3", "hot", True)
    student = reckon(form, title="Student", department="Law")
    assert (student.temperature, student.qualified) == ("hot", False)


def test_unsubscribing_sets_back_what_was_read_but_not_where_we_met() -> None:
    signals = (
        seen("1", "page", 5, path="/pricing"),
        seen("2", "email_click", 4, campaign="offer"),
        seen("3", "attended", 3, name="Summit"),
        seen("4", "custom", 2, name="unsubscribed"),
        seen("5", "page", 1, path="/product/a"),
    )
    found = reckon(*signals)
    assert (points(found)["web"], points(found)["mail"]) == (10, 0)
    assert points(found)["event"] > 0
    assert [one.id for one in found.set_back] == ["unsubscribed"]


def test_a_lost_deal_starts_everything_again() -> None:
    form = seen("1", "form", 5, form="demo")
    assert reckon(form).hot
    assert not reckon(form, lost_at="2025-04-29").hot
    assert reckon(form, lost_at="2025-04-20").hot


@pytest.mark.parametrize(
    ("attributes", "id"),
    [
        ({"email": "a@eu.large.example"}, "staff"),
        ({"country": "north korea"}, "embargo"),
        ({"customer": True}, "customer"),
    ],
)
def test_who_is_left_out_never_qualifies(attributes: dict[str, Scalar], id: str) -> None:
    found = reckon(seen("1", "form", 1, form="demo"), **attributes)
    assert (found.excluded, found.qualified) == (id, False)


def test_negative_points_tell_against_a_lead() -> None:
    found = reckon(employees=5, title="Freelance consultant", email="a@gmail.com", phone="+81")
    assert points(found)["company"] == 10  # −15 small, 15 industry, 10 country
    assert points(found)["person"] == -10  # −10 mail, −15 consultant, 5 phone, 10 department
    assert found.grade == "D4"


def test_the_last_phase_is_where_they_are() -> None:
    signals = seen("1", "download", 3, document="a"), seen("2", "form", 1, form="demo")
    assert reckon(signals[0]).phase == "comparing"
    assert reckon(*signals).phase == "buying"
