"""Settings: who may change them, what follows, and that nobody overwrites somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from core.domain.choice import Choice, Quiet
from core.domain.intents import IntentKind, Posting
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.roles import Role
from core.domain.settings import Flaw, Problem, Setting
from core.domain.standing import Standing
from core.errors import Refused, Unacquainted
from core.ports import Person, Unit
from core.services import delivery, home, people, reporting, settings, watch
from core.services.settings import Amending, ChangedMeanwhile, Faulty, Kept, Repeated
from tests.builders import NOW, TEAM
from tests.services.office import Office

ADA, MAX, OLGA = "U0ADA", "U0MAX", "U0OLGA"


def known(office: Office, *ids: str, standing: Standing = Standing.MEMBER) -> None:
    for id in ids:
        person = Person(id, id, None, office.clock.now, standing)
        office.desk.change(TEAM, partial(learned, person))


def learned(person: Person, unit: Unit, at: datetime) -> None:
    people.learn(unit, person, at=at)


def asks(by: str, **wanted: object) -> Amending:
    named: Mapping[Setting, object] = {Setting(name): value for name, value in wanted.items()}
    return Amending(TEAM, by, Door.MODAL, named, in_person=True)


def policy(office: Office) -> Policy:
    with office.store.read(TEAM) as view:
        return view.workspace().policy


def staffed(**roles: str) -> dict[Role, frozenset[str]]:
    return {Role[role.upper()]: frozenset({id}) for role, id in roles.items()}


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        ({}, {OLGA}),
        ({"rep": "U0REP", "marketer": "U0MIA", "inside_sales": "U0IDA"}, {OLGA}),
        ({"manager": MAX}, {MAX}),
        ({"manager": MAX, "admin": ADA}, {ADA}),
        ({"admin": ADA}, {ADA}),
    ],
)
def test_admins_may_and_while_there_is_none_whoever_leads(
    roles: dict[str, str], may: set[str]
) -> None:
    office = Office(people=staffed(**roles))
    known(office, OLGA, standing=Standing.HEAD)
    everybody = {ADA, MAX, "U0REP", "U0MIA", "U0IDA", "U0EVE"}
    known(office, *everybody)
    for person in everybody | {OLGA}:
        if person in may:
            assert isinstance(settings.amend(office.desk, asks(person, locale="ja")), Kept)
        else:
            with pytest.raises(Refused, match="for-admins"):
                settings.amend(office.desk, asks(person, locale="en"))
    assert policy(office).locale == "ja"


def test_who_is_no_longer_head_of_the_slack_workspace_may_no_more() -> None:
    office = Office()
    known(office, OLGA, standing=Standing.HEAD)
    known(office, OLGA)
    assert policy(office).heads == frozenset()
    with pytest.raises(Refused):
        settings.amend(office.desk, asks(OLGA, locale="ja"))


def test_nobody_knows_a_stranger(office: Office) -> None:
    with pytest.raises(Unacquainted):
        settings.amend(office.desk, asks("U0NEW", locale="ja"))


@pytest.fixture
def led() -> Office:
    """An office with an admin whom we know."""
    office = Office(people=staffed(admin=ADA))
    known(office, ADA)
    return office


def test_every_change_stands_in_the_log_with_who_and_what(led: Office) -> None:
    settings.amend(led.desk, asks(ADA, locale="ja", confirms_by_call=True))
    with led.store.read(TEAM) as view:
        acts = [record.entry for record in view.setting_acts()]
    assert [(act.setting, act.before, act.after) for act in acts] == [
        ("locale", '"en"', '"ja"'),
        ("confirms_by_call", "false", "true"),
    ]
    assert {(act.actor, act.door, act.occurred_at) for act in acts} == {(ADA, Door.MODAL, NOW)}
    assert list(reporting.verify(led.desk, TEAM)) == []


def test_a_policy_changed_behind_its_log_is_found(led: Office) -> None:
    settings.amend(led.desk, asks(ADA, locale="ja"))
    forged = replace(policy(led), locale="en")
    led.desk.change(TEAM, lambda unit, _: unit.keep_policy(forged))
    [fault] = reporting.verify(led.desk, TEAM)
    assert fault.problem == "settings log: locale is not as it was last set"


def test_what_is_wrong_is_named_and_nothing_is_changed(led: Office) -> None:
    outcome = settings.amend(led.desk, asks(ADA, locale="ja", timezone="Nowhere"))
    assert outcome == Faulty((Problem(Setting.TIMEZONE, Flaw.NO_ZONE, "Nowhere"),))
    assert policy(led).locale == "en"


def test_two_at_once_the_second_is_told_what_changed(led: Office) -> None:
    first = replace(asks(ADA, undo_within=120), seen=0)
    assert isinstance(settings.amend(led.desk, first), Kept)
    outcome = settings.amend(led.desk, replace(asks(ADA, undo_within=300), seen=0))
    assert isinstance(outcome, ChangedMeanwhile)
    [record] = outcome.records
    assert (record.entry.before, record.entry.after) == ("600", "120")
    assert policy(led).undo_within == timedelta(minutes=2)
    again = settings.amend(led.desk, replace(asks(ADA, undo_within=300), seen=1))
    assert isinstance(again, Kept)


def test_two_who_change_different_things_do_not_stand_in_each_others_way(led: Office) -> None:
    assert isinstance(settings.amend(led.desk, replace(asks(ADA, locale="ja"), seen=0)), Kept)
    second = settings.amend(led.desk, replace(asks(ADA, undo_within=300, locale="ja"), seen=0))
    assert isinstance(second, Kept)
    assert [each.setting for each in second.amended] == [Setting.UNDO_WITHIN]


def test_the_same_form_twice_is_one_change(led: Office) -> None:
    form = replace(asks(ADA, locale="ja"), key="view:1")
    assert isinstance(settings.amend(led.desk, form), Kept)
    settings.amend(led.desk, asks(ADA, locale="en"))
    assert isinstance(settings.amend(led.desk, form), Repeated)
    assert policy(led).locale == "en"


def test_where_somebody_was_faster_it_is_done_on_top_of_what_they_did(led: Office) -> None:
    led.store.rivals = 2
    assert isinstance(settings.amend(led.desk, asks(ADA, locale="ja")), Kept)
    with led.store.read(TEAM) as view:
        assert len(view.setting_acts()) == 1


# What follows


MONDAYS = {"id": "weekly", "channel": "C0DIGEST", "cadence": "weekly"}


def test_the_next_digest_goes_out_by_the_new_schedule(led: Office) -> None:
    settings.amend(led.desk, asks(ADA, digests=[{**MONDAYS, "weekday": 4, "time": "16:45"}]))
    friday = datetime(2026, 3, 6, 16, 45, tzinfo=UTC)
    assert led.store.next_timer() == friday
    settings.amend(led.desk, asks(ADA, timezone="Asia/Tokyo"))
    assert led.store.next_timer() == friday - timedelta(hours=9)


def test_open_handoffs_keep_their_time(led: Office) -> None:
    offered = led.offered()
    settings.amend(led.desk, asks(ADA, respond_within={"hot": 60, "warm": 60, "cold": 60}))
    assert led.handoff(offered.id).due_at == offered.due_at


def test_homes_show_it(led: Office) -> None:
    delivery.promise(led.desk, TEAM, home.to_paint(ADA))
    for errand in led.store.outbox.claim(now=NOW, lease=delivery.LEASE, limit=9):
        hangs = Posting(IntentKind.HOME, ADA, ADA, "V1")
        led.store.outbox.settle(errand, posting=hangs, at=NOW)
    settings.amend(led.desk, asks(ADA, locale="ja"))
    assert (IntentKind.HOME, ADA) in led.promises()


# User groups


def test_groups_are_looked_up_at_the_start_and_every_day_while_one_has_a_role() -> None:
    office = Office(people={Role.REP: frozenset({"S0REPS"})})
    for _ in range(3):
        watch.fire_due(office.desk)
        assert (IntentKind.GROUPS, "groups") in office.promises()
        office.clock.now += timedelta(days=1)
    known(office, OLGA, standing=Standing.HEAD)
    settings.amend(office.desk, asks(OLGA, reps=["U0REP"]))
    office.clock.now += timedelta(days=2)
    watch.fire_due(office.desk)
    assert (IntentKind.GROUPS, "groups") not in office.promises()


def test_who_is_in_a_group_is_kept_and_logged() -> None:
    office = Office(people={Role.REP: frozenset({"S0REPS"})})
    settings.keep_groups(office.desk, TEAM, {"S0REPS": ["U0RIN", "U0BOB"]})
    settings.keep_groups(office.desk, TEAM, {"S0REPS": ["U0BOB", "U0RIN"]})
    assert policy(office).staff[Role.REP] == {"S0REPS", "U0BOB", "U0RIN"}
    with office.store.read(TEAM) as view:
        [record] = view.setting_acts()
    assert (record.entry.setting, record.entry.actor) == ("groups", "baton")


# One's own


def test_what_somebody_chooses_for_themselves_is_theirs_and_stands_in_no_log(
    office: Office,
) -> None:
    known(office, "U0BOB")
    back = date(2026, 12, 24)
    settings.choose(
        office.desk, TEAM, "U0BOB", lambda was: replace(was, quiet=Quiet.ALL, back_on=back)
    )
    assert policy(office).choices == {"U0BOB": Choice(Quiet.ALL, back)}
    settings.choose(office.desk, TEAM, "U0BOB", lambda was: Choice())
    assert policy(office).choices == {}
    with office.store.read(TEAM) as view:
        assert view.setting_acts() == []


def test_the_same_choice_sent_twice_counts_once(office: Office) -> None:
    known(office, "U0BOB")

    def louder(was: Choice) -> Choice:
        return Choice(Quiet.ALL if was.quiet is Quiet.OFF else Quiet.OFF)

    for _ in range(2):
        settings.choose(office.desk, TEAM, "U0BOB", louder, key="view:1")
    assert policy(office).choice_of("U0BOB").quiet is Quiet.ALL
