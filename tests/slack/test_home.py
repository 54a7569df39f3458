"""The Home is painted for whoever opens it, again after changes, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.gestures import pressed, words
from core.domain.handoff import Change
from core.domain.intents import IntentKind
from core.domain.roles import Role
from core.domain.stages import Stage, Verb
from core.services import watch
from handlers.slack.views import ids
from tests.builders import TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, MIA, RIN, Office, a_person
from tests.slack.team import Person

JSON = dict[str, Any]


def opens(office: Office, user: str = BOB, *, tab: str = "home", id: str = "") -> None:
    """Somebody looks at Baton's own tab."""
    told = {"type": "app_home_opened", "user": user, "tab": tab, "channel": f"D{user}"}
    event = {"type": "event_callback", "team_id": TEAM, "event_id": id or f"Ev{user}{tab}"}
    assert office.tell({**event, "event": told}).status_code == 200
    office.drain()


def home(office: Office, user: str = BOB) -> JSON:
    view: JSON = office.slack.team.homes[user]
    assert faults({key: view[key] for key in ("type", "blocks")}) == []
    return view


def clicks(office: Office, user: str, action_id: str, **changes: Any) -> None:
    """Somebody presses a button of their Home, as Slack tells it."""
    view = home(office, user)
    action = {**pressed(view["blocks"], action_id, None), "action_ts": "1772620200.5"}
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "team_id": TEAM},
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "trigger_id": "trigger-home",
        "actions": [action],
        **changes,
    }
    assert office.interact(payload).status_code == 200
    office.drain()


def painted(office: Office) -> list[str]:
    """For whom a Home was painted, in order."""
    return [call.args["user_id"] for call in office.slack.calls_of("views.publish")]


def staffed(office: Office, people: Mapping[Role, frozenset[str]]) -> None:
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(a_policy(people=people)))


def test_whoever_opens_it_sees_what_waits(office: Office) -> None:
    office.offer()
    opens(office)
    seen = words(home(office))
    assert "Hana Sato" in seen
    assert "Waiting for an answer (1)" in seen
    assert painted(office) == [BOB]


def test_the_other_tab_is_none_of_ours(office: Office) -> None:
    opens(office, tab="messages")
    assert painted(office) == []


def test_it_speaks_the_language_of_whoever_looks(office: Office) -> None:
    office.offer()
    opens(office, RIN)
    assert "回答待ちのリード" in words(home(office, RIN))


def test_a_lead_accepted_at_home_is_followed_from_then_on(office: Office) -> None:
    office.card()
    opens(office)
    clicks(office, BOB, ids.ACCEPT)
    decision = office.handoff().decision
    assert decision is not None
    assert decision.by == BOB
    seen = words(home(office))
    assert "Leads you follow (1)" in seen
    assert "Waiting for an answer (0)" in seen
    assert "*Your week:* 1 accepted, 0 sent back" in seen


def test_a_slack_that_does_not_send_the_home_along_lets_it_be_used_too(office: Office) -> None:
    office.card()
    opens(office)
    clicks(office, BOB, ids.ACCEPT, view=None, container={"type": "message", "channel_id": ""})
    assert office.handoff().decision


def test_a_lead_is_taken_further_at_home(office: Office) -> None:
    office.card()
    opens(office)
    for number, step in enumerate([Verb.ACCEPT, Verb.TOUCH, Verb.ADVANCE, Verb.WIN]):
        clicks(office, BOB, ids.step(step), trigger_id=f"trigger-{number}")
    with office.desk.read(TEAM) as view:
        lead = view.lead("ld_1")
    assert lead is not None
    assert lead.stage is Stage.CUSTOMER
    assert "Leads you follow (0)" in words(home(office))


def test_nobody_has_a_button_for_what_they_may_not_do(office: Office) -> None:
    staffed(office, {Role.REP: frozenset({BOB}), Role.INSIDE_SALES: frozenset({MIA})})
    office.card()
    opens(office)
    opens(office, MIA)
    assert ids.ACCEPT in str(home(office)["blocks"])
    assert f"'{ids.ACCEPT}'" not in str(home(office, MIA)["blocks"])
    assert f"'{ids.REJECT}'" in str(home(office, MIA)["blocks"])


def test_a_form_is_opened_at_home_and_its_answer_counts(office: Office) -> None:
    office.card()
    opens(office)
    clicks(office, BOB, ids.REJECT)
    office.send(office.view(), reason="no_need")
    office.drain()
    assert office.handoff().state == "rejected"
    seen = words(home(office))
    assert "Back in nurturing (1)" in seen
    assert "*Your week:* 0 accepted, 1 sent back" in seen


def test_whoever_accepts_sees_it_at_once_and_others_within_half_a_minute(office: Office) -> None:
    card = office.card()
    opens(office)
    opens(office, MIA)
    office.click(card, ids.ACCEPT)
    office.drain()
    assert "Leads you follow (1)" in words(home(office))
    assert "Waiting for an answer (1)" in words(home(office, MIA))
    office.clock.forward(seconds=31)
    assert watch.fire_due(office.desk) > 0
    office.drain()
    assert "Waiting for an answer (0)" in words(home(office, MIA))
    assert "Leads you follow (0)" in words(home(office, MIA))


def test_many_changes_are_one_repainting(office: Office) -> None:
    opens(office)
    for number in range(2, 9):
        office.offer(a_person(number))
        office.drain()
    assert painted(office) == [BOB]
    for _ in range(3):
        office.clock.forward(seconds=31)
        watch.fire_due(office.desk)
        office.drain()
    assert painted(office) == [BOB, BOB]
    assert "Waiting for an answer (7)" in words(home(office))


def test_a_stream_of_changes_never_puts_a_repainting_off(office: Office) -> None:
    opens(office)
    for number in range(2, 14):
        office.offer(a_person(number))
        office.drain()
        office.clock.forward(seconds=6)
        watch.fire_due(office.desk)
        office.drain()
    assert 3 <= len(painted(office)) <= 5


def test_nothing_is_painted_for_who_never_looked(office: Office) -> None:
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.wait(60)
    watch.fire_due(office.desk)
    office.drain()
    assert painted(office) == []


def test_pages_are_turned_and_none_is_longer_than_slack_allows(office: Office) -> None:
    for number in range(2, 14):
        office.offer(a_person(number))
    opens(office)
    assert "Page 1 of 3" in words(home(office))
    first = names_of(home(office))
    clicks(office, BOB, ids.turn("open", 1))
    assert "Page 2 of 3" in words(home(office))
    second = names_of(home(office))
    clicks(office, BOB, ids.turn("open", 1), trigger_id="trigger-2")
    clicks(office, BOB, ids.turn("open", -1), trigger_id="trigger-3")
    assert names_of(home(office)) == second
    assert not set(first) & set(second)


def names_of(view: JSON) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "actions"][1:6]


def test_a_page_that_is_no_more_is_the_last_one(office: Office) -> None:
    office.offer()
    office.promise(IntentKind.HOME, BOB, open="999999", mine="x", late="-1")
    office.drain()
    assert "Hana Sato" in words(home(office))


@pytest.mark.parametrize(
    "eve",
    [
        Person("U0EVE", restricted=True),
        Person("U0EVE", stranger=True),
        Person("U0EVE", deleted=True),
        Person("U0EVE", bot=True),
    ],
    ids=["guest", "stranger", "deactivated", "bot"],
)
def test_whoever_may_not_see_leads_is_told_so_and_nothing_else(office: Office, eve: Person) -> None:
    office.slack.team.people[eve.id] = eve
    office.offer()
    opens(office, "U0EVE")
    seen = words(home(office, "U0EVE"))
    assert seen.strip()
    assert "Hana" not in seen
    assert "1" not in seen


def test_whoever_is_made_a_guest_keeps_nothing_on_their_screen(office: Office) -> None:
    office.offer()
    opens(office)
    office.slack.team.people[BOB] = Person(BOB, restricted=True)
    user = {"id": BOB, "team_id": TEAM, "is_restricted": True}
    event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev7"}
    office.tell({**event, "event": {"type": "user_change", "user": user}})
    office.drain()
    assert "Hana" not in words(home(office))


def test_who_was_shut_out_since_is_not_painted_for(office: Office) -> None:
    opens(office)
    office.slack.team.people[BOB] = Person(BOB, deleted=True)
    user = {"id": BOB, "team_id": TEAM, "deleted": True}
    event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev7"}
    office.tell({**event, "event": {"type": "user_change", "user": user}})
    office.drain()
    closed = painted(office)
    office.offer()
    office.drain()
    office.wait(31)
    watch.fire_due(office.desk)
    office.drain()
    assert painted(office) == closed


def test_everybody_sees_what_their_role_is_about(office: Office) -> None:
    roles = {Role.REP: BOB, Role.MARKETER: MIA, Role.MANAGER: RIN}
    staffed(office, {role: frozenset({person}) for role, person in roles.items()})
    office.card()
    for person in roles.values():
        opens(office, person)
    rep, marketer = words(home(office, BOB)), words(home(office, MIA))
    leader = words(home(office, RIN))
    assert "Waiting for an answer" in rep
    assert "Back in nurturing" not in rep
    assert "Back in nurturing" in marketer
    assert "Waiting for an answer (" not in marketer
    assert "期限超過" in leader
    assert "ナーチャリングに戻った" not in leader


def test_a_manager_sees_what_is_late_and_who_has_how_much_to_do(office: Office) -> None:
    staffed(office, {Role.MANAGER: frozenset({MIA}), Role.REP: frozenset({BOB})})
    card = office.card()
    office.click(card, ids.ACCEPT)
    office.offer(a_person(2))
    office.clock.forward(days=4)
    opens(office, MIA)
    seen = words(home(office, MIA))
    assert "Overdue (2)" in seen
    assert f"<@{BOB}>: 1, first contact late with 1" in seen


def test_a_home_that_slack_refuses_stops_nothing_else(office: Office) -> None:
    office.slack.always("views.publish", b.fails("not_enabled"))
    opens(office)
    assert office.queue() == {}
    assert office.posting(IntentKind.HOME, BOB) is None


def test_a_home_that_slack_cannot_take_now_is_painted_later(office: Office) -> None:
    office.slack.script("views.publish", b.limited("7"))
    opens(office)
    assert BOB not in office.slack.team.homes
    office.wait(8)
    assert "Nothing waits" in words(home(office))


def test_a_slip_is_taken_back_at_home_while_there_is_time(office: Office) -> None:
    office.card()
    opens(office)
    clicks(office, BOB, ids.ACCEPT)
    clicks(office, BOB, ids.step(Verb.UNDO, Verb.ACCEPT), trigger_id="trigger-2")
    assert office.handoff().state == "open"
    assert "Waiting for an answer (1)" in words(home(office))


def test_undo_leaves_the_home_when_its_time_is_over(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    opens(office)
    assert "undo:accept" in str(home(office)["blocks"])
    office.clock.forward(minutes=11)
    watch.fire_due(office.desk)
    office.drain()
    assert "undo:accept" not in str(home(office)["blocks"])


def test_whoever_had_a_hand_in_it_sees_every_change_at_once(office: Office) -> None:
    card = office.card()
    opens(office, MIA)
    opens(office)
    office.click(card, ids.ACCEPT, by=MIA)
    office.drain()
    office.click(office.cards()[0], ids.step(Verb.UNDO, Verb.ACCEPT), by=MIA)
    office.drain()
    office.click(office.cards()[0], ids.ACCEPT)
    office.drain()
    assert painted(office)[-2:] == [BOB, MIA]
    assert "Waiting for an answer (0)" in words(home(office, MIA))


def follows(office: Office, number: int, *, days: int) -> None:
    """Bob accepted a lead so many days ago."""
    now = office.clock.now
    office.clock.now = now - timedelta(days=days)
    office.card(a_person(number))
    office.click(office.cards()[-1], ids.ACCEPT)
    office.clock.now = now


def test_what_somebody_follows_is_told_by_age(office: Office) -> None:
    for number, days in enumerate((40, 20, 5, 4, 0), start=1):
        follows(office, number, days=days)
    opens(office)
    seen = words(home(office))
    assert "up to a day: 1 · up to a week: 2 · up to a month: 1 · longer: 1" in seen


def test_marketing_says_what_was_sent_and_when_to_look_again(office: Office) -> None:
    staffed(office, {Role.REP: frozenset({BOB}), Role.MARKETER: frozenset({MIA})})
    office.click(office.card(), ids.REJECT)
    office.send(office.view(), reason="no_need")
    office.drain()
    opens(office, MIA)
    seen = words(home(office, MIA))
    assert "Track" in seen
    assert "Leads you follow" not in seen
    clicks(office, MIA, ids.SENT)
    with office.desk.read(TEAM) as view:
        assert view.records("ld_1")[-1].entry.verb is Verb.SEND
    clicks(office, MIA, f"{ids.RUN}:wake", trigger_id="trigger-home-2")
    assert office.view()["callback_id"] == ids.WAKE_FORM


def test_a_lead_is_brought_in_at_home(office: Office) -> None:
    opens(office)
    clicks(office, BOB, f"{ids.RUN}:add")
    assert office.view()["callback_id"] == ids.ADD_FORM


def test_who_has_no_role_has_no_button_to_bring_in_leads(office: Office) -> None:
    staffed(office, {Role.REP: frozenset({BOB}), Role.MARKETER: frozenset({RIN})})
    opens(office, MIA)
    assert f"{ids.RUN}:add" not in str(home(office, MIA)["blocks"])


def test_a_rep_sees_what_is_for_them_and_a_manager_everything(office: Office) -> None:
    staffed(
        office,
        {
            Role.REP: frozenset({BOB, RIN}),
            Role.MANAGER: frozenset({MIA}),
            Role.MARKETER: frozenset({"U0MO"}),
        },
    )
    office.offer()
    with office.desk.read(TEAM) as view:
        case = view.case("ho_1")
    assert case
    asked = Change(case.lead, replace(case.handoff, asked=BOB))
    office.desk.change(TEAM, lambda unit, at: unit.record(asked, at=at))
    for user, seen in ((BOB, 1), (RIN, 0), (MIA, 1)):
        opens(office, user)
        count = f"（{seen}件）" if user == RIN else f"({seen})"
        assert count in str(home(office, user)["blocks"])
    assert f"For <@{BOB}>" in words(home(office))
