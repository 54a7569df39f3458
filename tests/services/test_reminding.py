"""Reminders: at their time, in the hours of who hears them, each step once, all in one message."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.choice import Choice, Quiet
from core.domain.intents import IntentKind
from core.domain.lead import Identity
from core.domain.pursuit import Because
from core.domain.reminder import Snooze, Step, heard_at, put_off
from core.domain.roles import Role
from core.domain.stages import Verb
from core.domain.worktime import Hours
from core.errors import Refused
from core.ports import Person
from core.services import handoff, reminding, watch
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import REP, Office

BOSS = "U0BOSS"
TICK = timedelta.resolution
GATHERED = timedelta(minutes=5)
SOON, LATE = NOW + timedelta(hours=3), NOW + timedelta(hours=4)  # a hot lead, accepted now
MANAGED = {Role.MANAGER: frozenset({BOSS})}


def told(office: Office) -> list[tuple[str, Step]]:
    """Who was promised to be told of what since somebody last looked."""
    messages = [subject for kind, subject in office.promises() if kind is IntentKind.REMINDER]
    with office.store.read(TEAM) as view:
        found = [each for message in messages for each in view.reminders_in(message)]
    return [(each.person, each.step) for each in found]


def live_until(office: Office, until: datetime) -> list[tuple[datetime, str, Step]]:
    """Let time pass from timer to timer; when who was told of what."""
    heard = []
    while (due := office.store.next_timer()) and due <= until:
        office.clock.now = max(office.clock.now, due)
        watch.fire_due(office.desk)
        heard += [(office.clock.now, *each) for each in told(office)]
    office.clock.now = until
    return heard


def knows(office: Office, person: str, timezone: str) -> None:
    known = Person(person, person, None, office.clock.now, timezone=timezone)
    office.desk.change(TEAM, lambda unit, _: unit.keep_person(known))


def test_who_accepted_is_reminded_before_contact_is_due_and_when_it_is(office: Office) -> None:
    office.accept(office.offered().id)
    heard = live_until(office, NOW + timedelta(days=2))
    assert heard == [
        (SOON + GATHERED, REP, Step.TOUCH_SOON),
        (LATE + GATHERED, REP, Step.TOUCH_LATE),
    ]


@pytest.mark.parametrize("verb", [Verb.TOUCH, Verb.ADVANCE, Verb.RECYCLE])
def test_who_made_contact_hears_nothing(office: Office, verb: Verb) -> None:
    offered = office.offered()
    office.accept(offered.id)
    because = Because("no_budget") if verb is Verb.RECYCLE else None
    handoff.pursue(office.desk, office.stimulus(offered.id), verb, because)
    assert live_until(office, NOW + timedelta(days=2)) == []


def test_contact_that_is_undone_is_owed_again(office: Office) -> None:
    offered = office.offered()
    office.accept(offered.id)
    handoff.pursue(office.desk, office.stimulus(offered.id), Verb.TOUCH)
    handoff.undo(office.desk, office.stimulus(offered.id), of=Verb.TOUCH)
    heard = live_until(office, NOW + timedelta(days=2))
    assert [step for _, _, step in heard] == [Step.TOUCH_SOON, Step.TOUCH_LATE]


def test_managers_hear_of_what_is_late_and_only_of_that() -> None:
    office = Office(people=MANAGED)
    office.offered()
    heard = live_until(office, NOW + timedelta(days=2))
    assert heard == [(NOW + timedelta(hours=1) + GATHERED, BOSS, Step.ANSWER_LATE)]


def test_owner_and_managers_hear_of_contact_that_is_late_each_once() -> None:
    office = Office(people={Role.MANAGER: frozenset({REP, BOSS})})
    office.accept(office.offered().id)
    live_until(office, LATE)
    heard = live_until(office, LATE + timedelta(days=1))
    assert heard == [(LATE + GATHERED, each, Step.TOUCH_LATE) for each in (BOSS, REP)]


def test_where_only_a_group_manages_the_thread_is_told() -> None:
    office = Office(people={Role.MANAGER: frozenset({"S0BOSSES"})})
    offered = office.offered()
    office.clock.now = offered.due_at
    watch.fire_due(office.desk)
    assert (IntentKind.NUDGE, f"{offered.id}:answer_late") in office.promises()


def test_contact_is_promised_in_the_working_time_of_who_accepts(office: Office) -> None:
    """In Tokyo work ends at 9:00 UTC, before this lead was offered; it begins again at midnight."""
    knows(office, REP, "Asia/Tokyo")
    offered = office.offered()
    office.accept(offered.id)
    morning = datetime(2026, 3, 5, tzinfo=UTC)
    assert office.handoff(offered.id).touch_due_at == morning + timedelta(hours=4)
    assert live_until(office, NOW + timedelta(days=2)) == [
        (morning + timedelta(hours=3) + GATHERED, REP, Step.TOUCH_SOON),
        (morning + timedelta(hours=4) + GATHERED, REP, Step.TOUCH_LATE),
    ]


def test_nobody_is_reminded_at_night_where_they_are() -> None:
    office = Office(people=MANAGED)
    knows(office, BOSS, "Asia/Tokyo")
    office.offered()
    heard = live_until(office, NOW + timedelta(days=2))
    assert heard == [(datetime(2026, 3, 5, tzinfo=UTC), BOSS, Step.ANSWER_LATE)]


def test_what_comes_within_minutes_is_one_message(office: Office) -> None:
    for number in range(3):
        office.accept(office.offered(Identity(f"{number}@acme.example")).id)
        office.clock.forward(seconds=50)
    office.promises()
    office.clock.now = SOON + timedelta(minutes=3)
    watch.fire_due(office.desk)
    office.clock.now = SOON + GATHERED
    watch.fire_due(office.desk)
    kinds = [kind for kind, _ in office.promises()]
    assert kinds.count(IntentKind.REMINDER) == 1


def test_after_downtime_one_late_message_says_it_once() -> None:
    office = Office(returns_untouched_after=None)
    office.accept(office.offered().id)
    office.promises()
    office.clock.now = LATE + timedelta(days=1)
    heard = live_until(office, LATE + timedelta(days=9))
    assert heard == [(LATE + timedelta(days=1) + GATHERED, REP, Step.TOUCH_LATE)]


def test_snoozing_brings_it_back_once() -> None:
    office = Office(returns_untouched_after=None)
    office.accept(office.offered().id)
    office.promises()
    for office.clock.now in (LATE, LATE + GATHERED):
        watch.fire_due(office.desk)
    (message,) = [subject for kind, subject in office.promises() if kind is IntentKind.REMINDER]
    with pytest.raises(Refused):
        reminding.snooze(office.desk, TEAM, message, by=BOSS, until=Snooze.HOUR)
    for _ in range(2):
        reminding.snooze(office.desk, TEAM, message, by=REP, until=Snooze.HOUR, key="click")
    assert live_until(office, LATE + timedelta(days=3)) == [
        (LATE + GATHERED + timedelta(hours=1), REP, Step.TOUCH_LATE)
    ]


def test_tomorrow_is_the_next_working_morning_of_who_asks() -> None:
    policy = a_policy(hours=Hours(holidays=("JP",)))
    friday = datetime(2026, 5, 1, 5, tzinfo=UTC)  # before the Golden Week
    morning = datetime(2026, 5, 7, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert put_off(friday, Snooze.TOMORROW, policy, "Asia/Tokyo") == morning
    assert put_off(friday, Snooze.HOUR, policy, "Asia/Tokyo") == friday + timedelta(hours=1)


def test_a_zone_that_nobody_knows_is_the_workspaces() -> None:
    assert heard_at(NOW, a_policy(), "Mars/Olympus") == NOW + GATHERED


@given(
    st.integers(0, 400 * 24 * 60),
    st.sampled_from([None, "Asia/Tokyo", "Europe/Berlin", "America/New_York"]),
    st.sampled_from([(), ("JP",), ("DE-BY", "US")]),
)
def test_a_reminder_is_never_early_and_always_in_working_hours(
    minute: int, zone: str | None, places: tuple[str, ...]
) -> None:
    policy = a_policy(hours=Hours(holidays=places))
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    heard = heard_at(at, policy, zone)
    assert heard > at
    there = heard.astimezone(policy.zone_of(zone))
    today = policy.hours.on(there.date(), policy.zone_of(zone))
    assert today is not None
    assert heard in today


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["offer", "accept", "touch", "undo", "wait", "day"]), max_size=25))
def test_whatever_happens_nobody_hears_of_a_step_twice_or_early(acts: list[str]) -> None:
    office = Office(people=MANAGED)
    ids: list[str] = []
    heard: list[tuple[datetime, str, Step]] = []
    for number, act in enumerate(acts):
        if act == "offer":
            ids.append(office.offered(Identity(f"{number}@acme.example")).id)
        elif act in ("wait", "day"):
            hours = 1 if act == "wait" else 24
            heard += live_until(office, office.clock.now + timedelta(hours=hours))
        elif ids:
            asked = office.stimulus(ids[-1])
            match act:
                case "accept":
                    handoff.accept(office.desk, asked)
                case "touch":
                    handoff.pursue(office.desk, asked, Verb.TOUCH)
                case "undo":
                    handoff.undo(office.desk, asked)
    live_until(office, office.clock.now + timedelta(days=3))
    with office.store.read(TEAM) as view:
        everybody = [each for person in (REP, BOSS) for each in view.reminders_of(person)]
        for number in range(1, 400):
            everybody += view.reminders_in(f"rm_{number}")
        keys = [(each.person, each.handoff_id, each.step) for each in everybody]
        assert len(keys) == len(set(keys))
        for each in everybody:
            offered = view.handoff(each.handoff_id)
            assert offered is not None
            assert each.due_at > offered.opened_at
            assert each.step is not Step.ANSWER_LATE or each.due_at >= offered.due_at
    assert all(9 <= when.hour < 18 and when.weekday() < 5 for when, _, _ in heard)


def quiet(*people: str, how: Quiet = Quiet.ALL, back_on: date | None = None) -> dict[str, Choice]:
    return dict.fromkeys(people, Choice(how, back_on))


def test_who_wants_to_hear_nothing_hears_nothing() -> None:
    office = Office(choices=quiet(REP))
    office.accept(office.offered().id)
    assert live_until(office, NOW + timedelta(days=2)) == []


def test_who_wants_to_hear_only_of_what_is_overdue_hears_of_their_own() -> None:
    office = Office(
        people={Role.MANAGER: frozenset({REP, BOSS})},
        choices=quiet(REP, BOSS, how=Quiet.OVERDUE),
    )
    office.accept(office.offered().id)
    assert live_until(office, NOW + timedelta(days=2)) == [
        (LATE + GATHERED, REP, Step.TOUCH_LATE),
    ]


@pytest.mark.parametrize("choice", [Choice(Quiet.ALL), Choice(back_on=date(2026, 4, 1))])
def test_where_no_manager_hears_the_thread_is_told_of_what_is_late(choice: Choice) -> None:
    office = Office(people=MANAGED, choices={BOSS: choice})
    offered = office.offered()
    office.clock.now = offered.due_at
    watch.fire_due(office.desk)
    assert (IntentKind.NUDGE, f"{offered.id}:answer_late") in office.promises()


def test_who_is_away_hears_of_it_when_they_are_back() -> None:
    office = Office(choices={REP: Choice(back_on=date(2026, 3, 10))}, returns_untouched_after=None)
    office.accept(office.offered().id)
    back = datetime(2026, 3, 10, 9, tzinfo=UTC)
    heard = live_until(office, NOW + timedelta(days=9))
    assert set(heard) == {(back, REP, Step.TOUCH_SOON), (back, REP, Step.TOUCH_LATE)}


def test_the_members_of_a_group_that_manages_are_reminded_by_name() -> None:
    office = Office(
        people={Role.MANAGER: frozenset({"S0BOSSES"})}, groups={"S0BOSSES": frozenset({BOSS})}
    )
    office.offered()
    heard = live_until(office, NOW + timedelta(days=2))
    assert heard == [(NOW + timedelta(hours=1) + GATHERED, BOSS, Step.ANSWER_LATE)]


def test_a_promise_that_is_made_again_and_broken_again_is_told_again() -> None:
    office = Office(people=MANAGED)
    offered = office.offered()
    office.accept(offered.id)
    first = live_until(office, NOW + timedelta(days=1))
    handoff.undo(office.desk, office.stimulus(offered.id), for_ever=True)
    assert live_until(office, office.clock.now + timedelta(hours=1)) == []
    office.accept(offered.id)
    again = live_until(office, office.clock.now + timedelta(days=2))
    assert [each[1:] for each in again] == [each[1:] for each in first]
    assert {each[1:] for each in again} == {
        (REP, Step.TOUCH_SOON),
        (REP, Step.TOUCH_LATE),
        (BOSS, Step.TOUCH_LATE),
    }


def test_what_waits_to_be_told_of_a_promise_that_was_taken_back_is_not_told() -> None:
    office = Office(people=MANAGED)
    offered = office.offered()
    office.accept(offered.id)
    live_until(office, SOON)  # it waits to be gathered with what else comes
    handoff.undo(office.desk, office.stimulus(offered.id), for_ever=True)
    heard = live_until(office, SOON + timedelta(minutes=30))
    assert [each for each in heard if each[1] == REP] == []


def test_the_thread_is_told_again_of_contact_that_was_promised_again() -> None:
    office = Office(people={Role.MANAGER: frozenset({"S0BOSSES"})})
    offered = office.offered()

    def nudged() -> list[str]:
        office.accept(offered.id)
        promised = office.handoff(offered.id).touch_due_at
        assert promised
        office.clock.now = promised
        office.promises()
        watch.fire_due(office.desk)
        subjects = [subject for kind, subject in office.promises() if kind is IntentKind.NUDGE]
        handoff.undo(office.desk, office.stimulus(offered.id), for_ever=True)
        return [subject for subject in subjects if "touch_late" in subject]

    [first], [second] = nudged(), nudged()
    assert first != second
