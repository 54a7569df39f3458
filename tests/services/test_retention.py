"""Retention: what has served its purpose is forgotten, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from core.domain.intents import Intent, IntentKind
from core.domain.reminder import Reminder, Step
from core.ports import Errand, KeptAnswer, Sent
from core.services import delivery, retention
from handlers.clock import timetable
from tests.builders import NOW, TEAM
from tests.services.office import Office

DAY = timedelta(days=1)


class Slack:
    """Says yes to everything."""

    def opens(self, workspace: str) -> bool:
        return True

    def deliver(self, errand: Errand) -> Sent:
        return Sent()


def everything_kept(office: Office) -> None:
    with office.store.write(TEAM) as unit:
        unit.first_time("Ev1", at=NOW)
        unit.keep_answer("key", KeptAnswer("fingerprint", 201, "{}"), at=NOW)
        unit.enqueue([Intent(IntentKind.CARD, "ho_1", "ho_1")], at=NOW)
    delivery.drain(office.desk, Slack())


def test_keys_and_answers_go_after_a_week_and_what_is_sent_after_a_month(office: Office) -> None:
    everything_kept(office)
    office.clock.now = NOW + 7 * DAY
    assert retention.sweep(office.desk) == 0
    office.clock.forward(seconds=1)
    assert retention.sweep(office.desk) == 2
    office.clock.now = NOW + 30 * DAY
    assert retention.sweep(office.desk) == 0
    office.clock.forward(seconds=1)
    assert retention.sweep(office.desk) == 1
    assert retention.sweep(office.desk) == 0


def test_reminders_go_three_months_after_they_were_told(office: Office) -> None:
    told = Reminder("U1", "ho_1", Step.TOUCH_SOON, NOW, "rm_1")
    with office.store.write(TEAM) as unit:
        unit.keep_reminders([told])
    office.clock.now = NOW + 90 * DAY
    assert retention.sweep(office.desk) == 0
    office.clock.forward(seconds=1)
    assert retention.sweep(office.desk) == 1


def test_the_stage_log_and_what_waits_stay(office: Office) -> None:
    handoff = office.offered()
    office.clock.now = NOW + 999 * DAY
    retention.sweep(office.desk)
    assert office.handoff(handoff.id).id == handoff.id
    assert office.verbs()
    assert office.store.outbox.state().counts == {"queued": 1}


def test_many_are_forgotten_in_small_batches_over_several_rounds(office: Office) -> None:
    with office.store.write(TEAM) as unit:
        for number in range(10_050):
            unit.first_time(f"Ev{number}", at=NOW)
    office.clock.now = NOW + 8 * DAY
    assert [retention.sweep(office.desk) for _ in range(3)] == [10_000, 50, 0]


def test_the_worker_sweeps_by_itself(office: Office) -> None:
    everything_kept(office)
    office.clock.now = NOW + 31 * DAY
    [sweep] = [round_ for round_ in timetable(office.desk, Slack()) if round_.name == "sweep"]
    assert sweep.look() == 3
