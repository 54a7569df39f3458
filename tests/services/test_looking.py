"""Behind every figure stand exactly as many leads as it says, however long ago it was told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from core.domain.behind import FIGURES, behind, figure_named, names_in, of_group
from core.domain.periods import Cadence, period_of
from core.domain.roles import Role
from core.errors import NotFound, Refused
from core.ports import KeptDigest
from core.services import looking
from core.services.digests import counted_now
from core.services.looking import PAGE, PERSONAL, counted, frame_asked, look, of_kept, of_period
from core.services.reporting import measures_of
from tests.builders import TEAM, a_policy
from tests.services.office import REP, Office
from tests.services.test_recounting import OFFERED, Act, History, a_week, acts, someone, undone

BOSS = "U0BOSS"
POLICY = a_policy(people={Role.MANAGER: frozenset({BOSS})})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts(20), acts(20))
def test_as_many_stand_behind_a_figure_as_it_said_whatever_happened_since(
    before: list[Act], after: list[Act]
) -> None:
    history = History()
    history.live([*OFFERED, *before, *after, Act(40 * 24 * 60, "note", 0, 0)])
    policy = replace(POLICY, shows_people=True)
    with history.office.store.read(TEAM) as view:
        for kept in history.kept():
            said, question = measures_of(kept), of_kept(kept, policy)
            assert said is not None
            facts, frame = list(looking._known(view, question)), frame_asked(question)
            for name in names_in(said):
                figure = figure_named(name)
                assert figure is not None
                found = behind(name, facts, frame)
                assert len(found) == figure.read(said), name
                assert len({fact.id for fact in found}) == len(found)


def told(office: Office, kept: KeptDigest, figure: str, reader: str = BOSS) -> list[str]:
    with office.store.read(TEAM) as view:
        return [fact.id for fact in counted(view, of_kept(kept, POLICY), figure, reader=reader)]


def test_who_was_counted_then_stands_behind_the_figure_although_it_was_undone_since(
    office: Office,
) -> None:
    ids, kept = a_week(office)
    undone(office, ids[0])
    office.accept(ids[5])
    assert told(office, kept, "accepted") == ids[:4]
    assert told(office, kept, "rejected") == [ids[4]]
    assert told(office, kept, "open") == [ids[5]]
    assert told(office, kept, "because:no_need") == [ids[4]]
    assert set(told(office, kept, of_group("source", None))) == set(ids)


def test_a_period_as_it_stands_now_is_looked_into_as_well(office: Office) -> None:
    ids = [office.offered(someone(number)).id for number in range(3)]
    office.accept(ids[1])
    now = office.clock.now
    with office.store.read(TEAM) as view:
        policy = view.workspace().policy
        window = period_of(now, Cadence.WEEKLY, policy.zone)
        measures = counted_now(view, Cadence.WEEKLY, window, at=now)
        question = of_period(Cadence.WEEKLY, window, policy, at=now)
        for name in names_in(measures):
            figure = figure_named(name)
            assert figure is not None
            found = counted(view, question, name, reader=REP)
            assert len(found) == figure.read(measures), name


def test_leads_are_shown_by_the_page_and_past_the_end_is_the_last(office: Office) -> None:
    for number in range(PAGE + 3):
        office.offered(someone(number))
    now = office.clock.now
    with office.store.read(TEAM) as view:
        window = period_of(now, Cadence.WEEKLY, POLICY.zone)
        question = of_period(Cadence.WEEKLY, window, POLICY, at=now)
        pages = [look(view, question, "offered", reader=REP, page=page) for page in (1, 2, 9)]
    assert [(page.number, len(page.rows), page.total, page.last) for page in pages] == [
        (1, PAGE, PAGE + 3, 2),
        (2, 3, PAGE + 3, 2),
        (2, 3, PAGE + 3, 2),
    ]
    emails = [lead.identity.email for _, lead in pages[0].rows if lead]
    assert len(set(emails)) == PAGE


@pytest.mark.parametrize(
    "name", ["", "offer", "because:", "because", "source", "source~", "rep~1.won", "by~1", "~"]
)
def test_what_is_no_figure_is_not_found(office: Office, name: str) -> None:
    _, kept = a_week(office)
    if name == "source~":  # a group of nobody
        assert told(office, kept, name) == []
        return
    with pytest.raises(NotFound):
        told(office, kept, name)


@pytest.mark.parametrize("part", ["decided", "accepted", "rejected"])
def test_ones_own_figures_are_for_oneself_and_for_managers(office: Office, part: str) -> None:
    _, kept = a_week(office)
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(POLICY))
    name = of_group("rep", REP, part)
    assert told(office, kept, name, REP) == told(office, kept, name, BOSS)
    with pytest.raises(Refused) as refused:
        told(office, kept, name, "U0NOSY")
    assert refused.value.code == PERSONAL
    shown = replace(POLICY, shows_people=True)
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(shown))
    assert told(office, kept, name, "U0NOSY") == told(office, kept, name, REP)


def test_every_figure_has_a_name_without_blanks() -> None:
    assert all(name == name.strip() and " " not in name for name in FIGURES)
    assert " " not in of_group("source", "paid search & more", "accepted")
