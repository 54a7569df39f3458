"""The policy as text: what people chose and who is in a group is kept, and older texts read."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import pytest

from core.domain.choice import Choice, Quiet
from core.domain.policy import Policy
from core.domain.roles import Role
from core.domain.routing import Criterion, Mode, Plan, Routing, Rule, Seat
from core.domain.schedule import Schedule
from storage.policies import policy_from, policy_text
from tests.builders import a_policy


@pytest.mark.parametrize(
    "policy",
    [
        a_policy(),
        a_policy(
            people={Role.REP: frozenset({"S1", "U3"})}, groups={"S1": frozenset({"U1", "U2"})}
        ),
        a_policy(
            routing=Routing(
                (
                    Rule(
                        "japan",
                        (Criterion("country", "in", ("JP", "日本")), Criterion("a", "gte", 1.5)),
                        Plan(Mode.WEIGHTED, (Seat("U1", 2, 5), Seat("S1"))),
                    ),
                ),
                Plan(Mode.ROUND_ROBIN, (Seat("U2"),)),
            ),
            reoffers_late=True,
            returns_untouched_after=timedelta(hours=3),
        ),
        a_policy(returns_untouched_after=None),
        a_policy(
            choices={
                "U1": Choice(Quiet.OVERDUE, date(2026, 12, 24), "ja"),
                "U2": Choice(back_on=date(2026, 12, 1)),
            }
        ),
    ],
)
def test_what_is_written_is_read(policy: Policy) -> None:
    assert policy_from(policy_text(policy)) == policy
    assert policy_from(policy_text(policy)).staff == policy.staff


def test_who_chose_nothing_takes_no_room() -> None:
    assert policy_text(a_policy(choices={"U1": Choice()})) == policy_text(a_policy())


def test_the_one_weekly_digest_of_long_ago_is_a_schedule_now() -> None:
    tree = json.loads(policy_text(a_policy()))
    del tree["digests"]
    old = {"digest_channel": "C9", "digest_weekday": 4, "digest_time": "16:45:00"}
    policy = policy_from(json.dumps(tree | old))
    assert policy.digests == (Schedule("weekly", "C9", weekday=4, wall=time(16, 45)),)


@pytest.mark.parametrize("text", ["", "{}", "[]"])
def test_what_is_no_policy_is_no_policy(text: str) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        policy_from(text)
