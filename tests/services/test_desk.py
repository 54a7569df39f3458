"""The desk: a change is made whole or not at all, and again where somebody else was faster."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.domain.intents import Intent, IntentKind
from core.errors import Busy
from core.ports import Person, Unit
from tests.builders import NOW, TEAM, a_capture
from tests.services.office import Office

CARD = Intent(IntentKind.CARD, "ho_1", lane="ho_1")


def test_a_change_is_kept_and_its_outcome_returned(office: Office) -> None:
    def work(unit: Unit, at: datetime) -> str:
        assert at == NOW
        unit.record(a_capture(), at=at)
        return "done"

    assert office.desk.change(TEAM, work) == "done"
    with office.desk.read(TEAM) as view:
        assert view.lead("ld_1") is not None


def test_whoever_is_slower_tries_again_with_the_time_of_that_try(office: Office) -> None:
    times: list[datetime] = []
    office.store.rivals = 2

    def work(unit: Unit, at: datetime) -> None:
        times.append(at)
        office.clock.forward(seconds=1)

    office.desk.change(TEAM, work)
    assert times == [NOW + timedelta(seconds=seconds) for seconds in range(3)]


def test_a_lost_race_keeps_nothing(office: Office) -> None:
    office.store.rivals = 1
    versions: list[bool] = []

    def work(unit: Unit, at: datetime) -> None:
        versions.append(unit.first_time("click", at=at))
        unit.enqueue([CARD], at=at)

    office.desk.change(TEAM, work)
    assert versions == [True, True]
    assert office.promises() == [(IntentKind.CARD, "ho_1")]


def test_what_keeps_changing_is_busy_in_the_end_and_nothing_was_done(office: Office) -> None:
    office.store.rivals = 10**6
    with pytest.raises(Busy):
        office.desk.change(TEAM, lambda unit, at: unit.record(a_capture(), at=at))
    office.store.rivals = 0
    with office.desk.read(TEAM) as view:
        assert view.lead("ld_1") is None
    assert office.woken == 0


def test_an_exception_keeps_nothing(office: Office) -> None:
    def work(unit: Unit, at: datetime) -> None:
        unit.record(a_capture(), at=at)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.desk.change(TEAM, work)
    with office.desk.read(TEAM) as view:
        assert view.lead("ld_1") is None


def test_a_worker_is_woken_once_for_what_was_promised_and_never_for_nothing(
    office: Office,
) -> None:
    office.desk.change(TEAM, lambda unit, at: unit.enqueue([], at=at))
    office.desk.change(
        TEAM, lambda unit, at: unit.keep_person(Person("U0REP", "Rin", None, seen_at=at))
    )
    assert office.woken == 0
    office.store.rivals = 2
    office.desk.change(TEAM, lambda unit, at: unit.enqueue([CARD], at=at))
    assert office.woken == 1
