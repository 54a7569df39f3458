"""What every store promises about reminders."""

from __future__ import annotations

from dataclasses import replace

from core.domain.reminder import Reminder, Step
from core.ports import Store
from tests.builders import TEAM
from tests.storage.keeping import LATER, SOON


class TestReminders:
    FIRST = Reminder("U1", "ho_1", Step.TOUCH_SOON, SOON)

    def test_each_step_is_kept_once_for_each_person(self, store: Store) -> None:
        late = replace(self.FIRST, step=Step.TOUCH_LATE, due_at=LATER)
        others = replace(self.FIRST, person="U2")
        with store.write(TEAM) as unit:
            unit.add_reminders([late, self.FIRST, others])
        with store.write(TEAM) as unit:
            unit.add_reminders([replace(self.FIRST, due_at=LATER)])
            unit.add_reminders([])
        with store.read(TEAM) as view:
            assert list(view.reminders_of("U1")) == [self.FIRST, late]
            assert list(view.reminders_of("U2")) == [others]
        with store.read("T02") as view:
            assert list(view.reminders_of("U1")) == []

    def test_what_is_told_in_a_message_is_found_there_and_put_off_from_there(
        self, store: Store
    ) -> None:
        told = replace(self.FIRST, message="rm_1")
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            unit.keep_reminders([told])
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            assert list(unit.reminders_of("U1")) == []
            assert list(unit.reminders_in("rm_1")) == [told]
            unit.keep_reminders([replace(told, message=None, due_at=LATER)])
        with store.read(TEAM) as view:
            assert list(view.reminders_in("rm_1")) == []
            assert list(view.reminders_of("U1")) == [replace(self.FIRST, due_at=LATER)]

    def test_nothing_of_a_lost_unit_is_kept(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.add_reminders([self.FIRST])
            unit.lost = True
        with store.read(TEAM) as view:
            assert list(view.reminders_of("U1")) == []

    def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(self, store: Store) -> None:
        told = [replace(self.FIRST, handoff_id=f"ho_{n}", message="rm_1") for n in range(3)]
        waits = replace(self.FIRST, handoff_id="ho_9")
        late = replace(self.FIRST, handoff_id="ho_8", due_at=LATER, message="rm_2")
        with store.write(TEAM) as unit:
            unit.keep_reminders([*told, waits, late])
        assert [store.forget_reminders(before=LATER, limit=2) for _ in range(3)] == [2, 1, 0]
        with store.read(TEAM) as view:
            assert list(view.reminders_of("U1")) == [waits]
            assert list(view.reminders_in("rm_2")) == [late]

    def test_reminders_of_a_promise_that_is_no_more_are_dropped(self, store: Store) -> None:
        late = replace(self.FIRST, step=Step.TOUCH_LATE, message="rm_1")
        answer = replace(self.FIRST, step=Step.ANSWER_LATE)
        others = [replace(self.FIRST, person="U2"), replace(self.FIRST, handoff_id="ho_2")]
        with store.write(TEAM) as unit:
            unit.keep_reminders([self.FIRST, late, answer, *others])
        with store.write(TEAM) as unit:
            unit.drop_reminders(["U1"], "ho_1", [Step.TOUCH_SOON, Step.TOUCH_LATE])
            unit.drop_reminders([], "ho_1", [Step.TOUCH_SOON])
        with store.read(TEAM) as view:
            assert list(view.reminders_in("rm_1")) == []
            assert set(view.reminders_of("U1")) == {answer, others[1]}
            assert list(view.reminders_of("U2")) == [others[0]]
