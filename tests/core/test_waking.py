"""A lead in nurturing is looked at again when somebody says, and rests before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.domain.handoff import Change, Incomplete, OutOfPlace, rests_until, wake_at
from core.domain.log import Door
from core.domain.roles import Role
from core.domain.stages import Stage, Verb
from core.domain.timers import TimerKind
from core.domain.waking import FARTHEST, date_of, may_wake, wake
from tests.builders import NOW, a_lead, a_policy

POLICY = a_policy(timezone="Asia/Tokyo")
TODAY = NOW.astimezone(POLICY.zone).date()
SOON = TODAY + timedelta(days=14)
RESTING = a_lead(stage=Stage.NURTURING)


def woken(on: date | None, stage: Stage = Stage.NURTURING) -> object:
    lead = replace(RESTING, stage=stage)
    return wake(lead, on, by="U0MIA", at=NOW, door=Door.COMMAND, policy=POLICY)


def test_the_lead_rests_until_that_date_and_the_log_keeps_it() -> None:
    change = woken(SOON)
    assert isinstance(change, Change)
    assert change.lead.stage is Stage.NURTURING
    assert rests_until(change.lead, POLICY, timedelta(days=90)) == wake_at(SOON, POLICY)
    [entry], [timer] = change.entries, change.timers
    assert (entry.verb, entry.from_stage, entry.to_stage) == (Verb.WAKE, *[Stage.NURTURING] * 2)
    assert date_of(entry) == SOON
    assert (timer.kind, timer.due_at) == (TimerKind.WAKE, wake_at(SOON, POLICY))


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        (None, "required"),
        (TODAY, "past"),
        (TODAY - timedelta(days=1), "past"),
        (TODAY + FARTHEST + timedelta(days=1), "far"),
    ],
)
def test_a_date_that_is_no_day_to_come_is_refused(on: date | None, problem: str) -> None:
    assert woken(on) == Incomplete("wake_on", problem)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.NURTURING])
def test_only_leads_in_nurturing_wake(stage: Stage) -> None:
    assert woken(SOON, stage) == OutOfPlace(stage)


@pytest.mark.parametrize("role", list(Role))
def test_marketing_managers_and_admins_say_when(role: Role) -> None:
    people = {each: frozenset({f"U0{each.name}"}) for each in Role}
    allowed = role in (Role.MARKETER, Role.MANAGER, Role.ADMIN)
    assert may_wake(f"U0{role.name}", RESTING, None, a_policy(people=people)) is allowed


def test_so_does_whoever_follows_the_lead() -> None:
    people = {each: frozenset({f"U0{each.name}"}) for each in Role}
    assert may_wake("U0REP", replace(RESTING, owner="U0REP"), None, a_policy(people=people))
