"""Every step × every role × every door: done by whoever may, and refused to everybody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.gestures import pressed
from core.domain.intents import IntentKind
from core.domain.lead import Lead
from core.domain.log import Door as Way
from core.domain.permission import HOLDERS, RIGHTS, Right
from core.domain.pursuit import Because
from core.domain.reasons import reasons_for
from core.domain.roles import Role
from core.domain.stages import UNDOABLE, Stage, Verb, after
from core.ports import LeadQuery, Unit
from core.services import handoff, watch
from core.services.handoff import Stimulus
from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, a_policy
from tests.slack.limits import faults
from tests.slack.office import MARKETING, SALES, Office, an_office
from tests.slack.team import Person
from tests.web.site import Door

JSON = dict[str, Any]

PEOPLE: dict[str, str] = {role: f"U0{role.name}" for role in Role}
STEPS = [verb for verb in RIGHTS if verb is not Verb.RULE_OUT]
BEFORE: dict[Verb, tuple[Verb, ...]] = {
    **dict.fromkeys((Verb.CONFIRM, Verb.ACCEPT, Verb.REJECT, Verb.WITHDRAW), ()),
    **dict.fromkeys((Verb.TOUCH, Verb.ADVANCE, Verb.RECYCLE, Verb.DISQUALIFY), (Verb.ACCEPT,)),
    **dict.fromkeys((Verb.WIN, Verb.LOSE), (Verb.ACCEPT, Verb.ADVANCE)),
    Verb.REOPEN: (Verb.ACCEPT, Verb.ADVANCE, Verb.LOSE),
    Verb.RESUBMIT: (Verb.REJECT,),
}
ON_CARD = [verb for verb in STEPS if verb not in (Verb.WITHDRAW, Verb.REOPEN, Verb.RESUBMIT)]
FORMLESS = [Verb.ACCEPT, Verb.CONFIRM, Verb.TOUCH, Verb.ADVANCE, Verb.WIN]
IN_A_MONTH = (NOW + timedelta(days=30)).date()


@pytest.fixture
def office(entrance: tuple[Door, int], sqlite_url: str) -> Iterator[Office]:
    """A company in which everybody has one role, and inside sales calls first."""
    engine = make_engine(sqlite_url)
    people = {role: frozenset({person}) for role, person in PEOPLE.items()}
    policy = a_policy(people=people, confirms_by_call=True)
    with an_office(entrance, SqlStore(engine), policy=policy, patience=5) as office:
        office.slack.team.people |= {id: Person(id, str(role)) for role, id in PEOPLE.items()}
        yield office
    engine.dispose()


def may(role: Role, verb: Verb) -> bool:
    return role in HOLDERS[RIGHTS[verb]]


CASES = [(verb, role) for verb in STEPS for role in Role]
ALLOWED = [case for case in CASES if may(case[1], case[0])]
NO_STEPS = {
    Right.SIGN_FOR_SALES,
    Right.SIGN_FOR_MARKETING,
    Right.WITHDRAW_FOR_OTHERS,
    Right.FOR_ADMINS,
    Right.FOR_TEAMS,
}
LEADERS = (Role.MANAGER, Role.ADMIN)
REFUSED = [case for case in CASES if not may(case[1], case[0])]


# What hands do


def did(office: Office, *verbs: Verb) -> JSON:
    """The card of a lead with which these steps were taken."""
    office.offer()
    for verb in verbs:
        stimulus = Stimulus(TEAM, "ho_1", PEOPLE[Role.REP], Way.API)
        handoff.carry_out(office.desk, stimulus, verb, why(verb))
    office.drain()
    return office.cards()[0]


def why(verb: Verb) -> Because:
    if verb is Verb.REJECT:
        return Because("contact_data", "as said")  # that marketing can mend
    reasons = reasons_for(verb)
    dated = bool(reasons) and reasons[0].needs_wake_date
    return Because(reasons[0].id if reasons else None, "as said", IN_A_MONTH if dated else None)


def answers(verb: Verb) -> dict[str, str]:
    because = why(verb)
    given = {
        ids.REASON: because.reason,
        ids.COMMENT: because.comment,
        ids.WAKE_ON: because.wake_on.isoformat() if because.wake_on else None,
    }
    return {name: value for name, value in given.items() if value}


def who(role: str) -> str:
    """The person with this role, or the very person."""
    return PEOPLE.get(role, role)


def press(office: Office, card: JSON, verb: Verb, role: str) -> None:
    """Press the verb's own button on the card, or choose it in the card's menu."""
    with suppress(LookupError):
        pressed(card["blocks"], ids.step(verb), None)
        office.click(card, ids.step(verb), by=who(role))
        return
    office.click(card, ids.MORE, by=who(role), option=ids.choice(verb, "ho_1"))


def asked(office: Office, verb: Verb, role: str, undoing: Verb | None = None) -> None:
    """Press the button of an answer that was shown to one person, as Slack tells of it: bare."""
    button = {
        "type": "button",
        "action_id": ids.asks(verb, undoing),
        "value": "ho_1",
        "text": {"text": "x"},
    }
    message = {"channel": SALES, "ts": "1.0", "blocks": [{"type": "actions", "elements": [button]}]}
    office.click(message, ids.asks(verb, undoing), by=who(role), message=None)


def sent(office: Office, role: str, **fields: str) -> JSON:
    answer = office.send(office.view(), user={"id": who(role), "team_id": TEAM}, **fields)
    assert answer.status_code == 200
    return dict(answer.json()) if answer.text else {}


# What is there to see


def lead(office: Office) -> Lead:
    with office.desk.read(TEAM) as view:
        found = view.lead("ld_1")
    assert found
    return found


def as_it_stands(office: Office) -> object:
    with office.desk.read(TEAM) as view:
        return view.case("ho_1"), tuple(view.records("ld_1"))


def told(office: Office, role: str) -> str:
    deadline = time.monotonic() + 5
    while not (said := [w for w in office.whispers() if w["ephemeral_to"] == who(role)]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return str(said[0]["text"])


def offered(message: JSON) -> list[str]:
    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    said = [record.getMessage() for record in caplog.records]
    return [line for line in said if line.startswith("refused:")]


# Whoever may


@pytest.mark.parametrize(("verb", "role"), [c for c in ALLOWED if c[0] in ON_CARD])
def test_whoever_may_does_it_on_the_card(office: Office, verb: Verb, role: Role) -> None:
    card = did(office, *BEFORE[verb])
    stood = lead(office).stage
    press(office, card, verb, role)
    if verb not in FORMLESS:
        assert faults(office.view()) == []
        assert sent(office, role, **answers(verb)) == {}
    assert lead(office).stage is after(stood, verb)
    office.drain()
    [repainted] = office.cards()
    assert faults(repainted["blocks"]) == []
    assert ids.step(Verb.UNDO, verb) in offered(repainted)


@pytest.mark.parametrize(("verb", "role"), ALLOWED)
def test_whoever_may_does_it_by_command(office: Office, verb: Verb, role: Role) -> None:
    did(office, *BEFORE[verb])
    stood = lead(office).stage
    assert ids.asks(verb) in offered(office.ask("status ld_1", by=PEOPLE[role]))
    asked(office, verb, role)
    assert faults(office.view()) == []
    assert sent(office, role, **answers(verb)) == {}
    assert lead(office).stage is after(stood, verb)


@pytest.mark.parametrize(("verb", "role"), [c for c in ALLOWED if c[0] in UNDOABLE])
def test_whoever_may_do_it_may_take_it_back(office: Office, verb: Verb, role: Role) -> None:
    did(office, *BEFORE[verb])
    stood = lead(office).stage
    asked(office, verb, role)
    sent(office, role, **answers(verb))
    office.drain()
    office.click(office.cards()[0], ids.step(Verb.UNDO, verb), by=PEOPLE[role])
    assert lead(office).stage is stood


# Whoever may not


@pytest.mark.parametrize(("verb", "role"), [c for c in REFUSED if c[0] in ON_CARD])
def test_the_card_refuses_whoever_may_not(
    office: Office, caplog: pytest.LogCaptureFixture, verb: Verb, role: Role
) -> None:
    card = did(office, *BEFORE[verb])
    before = as_it_stands(office)
    press(office, card, verb, role)
    assert "Nothing has changed" in told(office, role)
    assert as_it_stands(office) == before
    assert office.slack.calls_of("views.open") == []
    [line] = refusals(caplog)
    assert f"because={RIGHTS[verb].value}" in line


@pytest.mark.parametrize(("verb", "role"), REFUSED)
def test_the_command_offers_nothing_to_whoever_may_not_and_refuses_it(
    office: Office, caplog: pytest.LogCaptureFixture, verb: Verb, role: Role
) -> None:
    did(office, *BEFORE[verb])
    before = as_it_stands(office)
    assert ids.asks(verb) not in offered(office.ask("status ld_1", by=PEOPLE[role]))
    asked(office, verb, role)
    assert "Nothing has changed" in told(office, role)
    assert as_it_stands(office) == before
    assert office.slack.calls_of("views.open") == []
    assert len(refusals(caplog)) == 1


@pytest.mark.parametrize(("verb", "role"), REFUSED)
def test_the_form_refuses_whoever_may_not(
    office: Office, caplog: pytest.LogCaptureFixture, verb: Verb, role: Role
) -> None:
    did(office, *BEFORE[verb])
    asked(office, verb, next(role for role in Role if may(role, verb)))
    before = as_it_stands(office)
    answer = sent(office, role, **answers(verb))
    assert "Nothing has changed" in str(answer)
    assert as_it_stands(office) == before
    assert len(refusals(caplog)) == 1


@pytest.mark.parametrize(
    ("verb", "role"), [c for c in REFUSED if c[0] in UNDOABLE and c[1] not in LEADERS]
)
@pytest.mark.parametrize("door", ["button", "form", "command"])
def test_what_somebody_may_not_do_they_may_not_take_back(
    office: Office, door: str, verb: Verb, role: Role
) -> None:
    card = did(office, *BEFORE[verb], verb)
    before = as_it_stands(office)
    if door == "button":
        office.click(card, ids.step(Verb.UNDO, verb), by=PEOPLE[role])
        said = told(office, role)
    elif door == "command":
        asked(office, Verb.UNDO, role, verb)
        said = told(office, role)
    else:
        asked(office, Verb.UNDO, next(role for role in Role if may(role, verb)), verb)
        said = str(sent(office, role))
    assert "Nothing has changed" in said
    assert as_it_stands(office) == before


# The owner's own steps


OWNERS_STEPS = [Verb.TOUCH, Verb.ADVANCE, Verb.WIN, Verb.LOSE, Verb.RECYCLE, Verb.DISQUALIFY]
COLLEAGUE = "U0COLLEAGUE"


def a_colleague(office: Office, **policy: Any) -> None:
    """A second rep, who owns nothing."""
    office.slack.team.people |= {COLLEAGUE: Person(COLLEAGUE, "colleague")}
    office.ask("help", by=COLLEAGUE)  # Slack is asked once who they are
    reps = frozenset({PEOPLE[Role.REP], COLLEAGUE})

    def joined(unit: Unit, at: datetime) -> None:
        known = unit.workspace().policy
        people = {**known.people, Role.REP: reps}
        unit.keep_policy(replace(known, people=people, **policy))

    office.desk.change(TEAM, joined)


@pytest.mark.parametrize("door", ["button", "form", "command"])
@pytest.mark.parametrize("verb", OWNERS_STEPS)
def test_a_colleague_is_told_who_answers_for_the_lead(
    office: Office, caplog: pytest.LogCaptureFixture, door: str, verb: Verb
) -> None:
    a_colleague(office)
    card = did(office, *BEFORE[verb])
    before = as_it_stands(office)
    assert ids.asks(verb) not in offered(office.ask("status ld_1", by=COLLEAGUE))
    if door == "form":
        asked(office, verb, Role.REP)
        said = str(sent(office, COLLEAGUE, **answers(verb)))
    elif door == "button":
        press(office, card, verb, COLLEAGUE)
        said = told(office, COLLEAGUE)
    else:
        asked(office, verb, COLLEAGUE)
        said = told(office, COLLEAGUE)
    assert f"<@{PEOPLE[Role.REP]}> answers for this lead" in said
    assert as_it_stands(office) == before
    [line] = refusals(caplog)
    assert "because=not-owner" in line


@pytest.mark.parametrize("verb", [Verb.ACCEPT, *OWNERS_STEPS])
def test_a_colleague_takes_nothing_back_that_is_the_owners(office: Office, verb: Verb) -> None:
    a_colleague(office)
    card = did(office, *BEFORE[verb], verb)
    before = as_it_stands(office)
    assert ids.asks(Verb.UNDO, verb) not in offered(office.ask("status ld_1", by=COLLEAGUE))
    office.click(card, ids.step(Verb.UNDO, verb), by=COLLEAGUE)
    assert "answers for this lead" in told(office, COLLEAGUE)
    assert as_it_stands(office) == before


@pytest.mark.parametrize("verb", OWNERS_STEPS)
def test_where_the_policy_says_so_anyone_with_the_right_pursues_a_lead(
    office: Office, verb: Verb
) -> None:
    a_colleague(office, anyone_may_pursue=True)
    did(office, *BEFORE[verb])
    stood = lead(office).stage
    assert ids.asks(verb) in offered(office.ask("status ld_1", by=COLLEAGUE))
    asked(office, verb, COLLEAGUE)
    assert sent(office, COLLEAGUE, **answers(verb)) == {}
    assert lead(office).stage is after(stood, verb)


def test_whoever_accepts_second_is_told_who_was_first_and_not_that_it_is_the_owners(
    office: Office,
) -> None:
    a_colleague(office)
    card = did(office)
    press(office, card, Verb.ACCEPT, Role.REP)
    press(office, card, Verb.ACCEPT, COLLEAGUE)
    office.drain()
    assert "was faster" in told(office, COLLEAGUE)


# Undoing, in time and later


def test_undo_leaves_the_card_when_its_time_is_over(office: Office) -> None:
    did(office, Verb.ACCEPT, Verb.TOUCH)
    assert "undo:touch" in offered(office.cards()[0])
    office.clock.forward(minutes=11)
    watch.fire_due(office.desk)
    office.drain()
    assert offered(office.cards()[0]) == ["advance", ids.DETAILS, ids.MORE]


def test_after_undoing_what_came_before_can_be_undone_and_not_for_ever(office: Office) -> None:
    did(office, Verb.ACCEPT, Verb.TOUCH)
    office.click(office.cards()[0], "undo:touch", by=PEOPLE[Role.REP])
    office.drain()
    assert "undo:accept" in offered(office.cards()[0])
    office.clock.forward(minutes=11)
    watch.fire_due(office.desk)
    office.drain()
    assert offered(office.cards()[0]) == ["touch", "advance", ids.DETAILS, ids.MORE]


def test_later_a_manager_undoes_what_a_rep_no_longer_can(office: Office) -> None:
    stale = did(office, Verb.ACCEPT, Verb.ADVANCE)
    office.clock.forward(minutes=11)
    office.click(stale, "undo:advance", by=PEOPLE[Role.REP])
    office.drain()
    assert "could be undone until" in told(office, Role.REP)
    assert lead(office).stage is Stage.SQL
    asked_for = offered(office.ask("status ld_1", by=PEOPLE[Role.MANAGER]))
    assert ids.asks(Verb.UNDO, Verb.ADVANCE) in asked_for
    asked(office, Verb.UNDO, Role.MANAGER, Verb.ADVANCE)
    assert sent(office, Role.MANAGER) == {}
    assert lead(office).stage is Stage.SAL


def test_an_old_undo_button_means_the_decision_and_nothing_else(office: Office) -> None:
    card = did(office, Verb.ACCEPT, Verb.ADVANCE)
    old = {"type": "button", "action_id": ids.UNDO, "value": "ho_1", "action_ts": "3.1"}
    office.click(card, ids.DETAILS, by=PEOPLE[Role.REP], actions=[old])
    assert lead(office).stage is Stage.SQL
    office.drain()
    assert "nothing to undo" in told(office, Role.REP)


# Too late, in words


def test_a_step_that_was_overtaken_changes_nothing_and_says_where_the_lead_stands(
    office: Office,
) -> None:
    card = did(office, Verb.ACCEPT)
    press(office, card, Verb.ADVANCE, Role.REP)
    press(office, card, Verb.ADVANCE, Role.MANAGER)
    office.drain()
    assert "stands in SQL now" in told(office, Role.MANAGER)


def test_a_form_that_was_overtaken_says_where_the_lead_stands(office: Office) -> None:
    card = did(office, Verb.ACCEPT, Verb.ADVANCE)
    press(office, card, Verb.LOSE, Role.REP)
    press(office, card, Verb.WIN, Role.MANAGER)
    answer = sent(office, Role.REP, **answers(Verb.LOSE))
    assert answer["response_action"] == "update"
    assert "stands in Customer now" in str(answer["view"])


@pytest.mark.parametrize("verb", [Verb.LOSE, Verb.RECYCLE, Verb.DISQUALIFY])
def test_a_reason_is_asked_for_beside_its_field(office: Office, verb: Verb) -> None:
    card = did(office, Verb.ACCEPT, Verb.ADVANCE)
    press(office, card, verb, Role.REP)
    assert list(sent(office, Role.REP)["errors"]) == [ids.REASON]
    needy = next(reason.id for reason in reasons_for(verb) if reason.needs_comment)
    assert list(sent(office, Role.REP, reason=needy)["errors"]) == [ids.COMMENT]
    assert lead(office).stage is Stage.SQL


@pytest.mark.parametrize("verb", [Verb.RECYCLE, Verb.DISQUALIFY])
def test_marketing_hears_of_a_lead_that_comes_back_after_contact(
    office: Office, verb: Verb
) -> None:
    did(office, Verb.ACCEPT, verb)
    [heard] = office.cards(MARKETING)
    assert "after contact" in heard["text"]
    office.click(office.cards()[0], ids.step(Verb.UNDO, verb), by=PEOPLE[Role.REP])
    office.drain()
    assert "undone" in office.cards(MARKETING)[0]["text"]
    assert office.posting(IntentKind.RETURNED)


def test_a_choice_that_the_menu_does_not_have_is_refused(office: Office) -> None:
    card = did(office, Verb.ACCEPT)
    forged = {"value": ids.choice(Verb.DISQUALIFY, "ho_2"), "text": {"text": "x"}}
    chosen = {**pressed(card["blocks"], ids.MORE, ids.choice(Verb.DISQUALIFY, "ho_1"))}
    chosen |= {"selected_option": forged, "action_ts": "3.1"}
    office.click(card, ids.DETAILS, by=PEOPLE[Role.REP], actions=[chosen])
    assert "does not belong" in told(office, Role.REP)
    assert office.slack.calls_of("views.open") == []


def test_every_right_is_held_by_somebody_and_no_step_is_without_one() -> None:
    assert set(HOLDERS) == set(Right)
    assert set(Right) - set(RIGHTS.values()) == NO_STEPS
    assert all(HOLDERS.values())


# Bringing in a lead by hand: every role × every door

MESSAGE: JSON = {"channel": SALES, "ts": "1763947000.000100", "text": "jane@acme.example"}
DOORS = ["command", "shortcut", "message"]


def knock(office: Office, door: str, person: str) -> None:
    """Ask for the form through one of its doors."""
    match door:
        case "command":
            office.ask("add", by=person)
        case "shortcut":
            office.summon(ids.ADD_SHORTCUT, by=person)
        case _:
            office.summon(ids.MESSAGE_SHORTCUT, MESSAGE, by=person)


def bring_in(office: Office, person: str) -> JSON:
    user = {"id": person, "team_id": TEAM}
    return dict(office.send(office.view(), user=user, email="jane@acme.example").json())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("door", DOORS)
def test_whoever_has_a_role_brings_in_leads_through_every_door(
    office: Office, door: str, role: Role
) -> None:
    knock(office, door, PEOPLE[role])
    assert "Added" in str(bring_in(office, PEOPLE[role])["view"])


@pytest.mark.parametrize("door", DOORS)
def test_who_has_no_role_brings_in_none(
    office: Office, caplog: pytest.LogCaptureFixture, door: str
) -> None:
    office.slack.team.people["U0NOBODY"] = Person("U0NOBODY")
    knock(office, door, "U0NOBODY")
    assert office.slack.calls_of("views.open") == []
    assert "because=for-teams" in refusals(caplog)[0]
    knock(office, door, PEOPLE[Role.REP])
    assert "Nothing has changed" in str(bring_in(office, "U0NOBODY")["errors"])
    with office.desk.read(TEAM) as view:
        assert view.count_leads(LeadQuery()) == 0


# When a lead in nurturing is looked at again: every role × every door

# It was a rep who sent the lead back; what is for managers is for admins.
WAKERS = (Role.MARKETER, Role.MANAGER, Role.ADMIN, Role.REP)


def wake(office: Office, door: str, role: Role) -> str:
    """Ask for tomorrow through one of the doors; what is answered."""
    if door == "command":
        return str(office.ask("wake ld_1 tomorrow", by=PEOPLE[role]))
    if door == "button":
        said = str(office.ask("wake ld_1", by=PEOPLE[role]))
    else:
        office.ask("wake ld_1", by=PEOPLE[Role.MARKETER])
        said = ""
    if said not in ("", "{}"):
        return said
    return str(sent(office, role, wake_on=(NOW + timedelta(days=1)).date().isoformat()))


@pytest.mark.parametrize("role", WAKERS)
@pytest.mark.parametrize("door", ["command", "button", "form"])
def test_marketing_managers_and_who_sent_it_back_say_when_a_lead_wakes(
    office: Office, door: str, role: Role
) -> None:
    did(office, Verb.REJECT)
    assert "rests until" in wake(office, door, role)
    assert lead(office).wake_on == (NOW + timedelta(days=1)).date()


@pytest.mark.parametrize("role", [role for role in Role if role not in WAKERS])
@pytest.mark.parametrize("door", ["command", "button", "form"])
def test_nobody_else_says_when_a_lead_wakes(
    office: Office, caplog: pytest.LogCaptureFixture, door: str, role: Role
) -> None:
    did(office, Verb.REJECT)
    before = as_it_stands(office)
    assert "Nothing has changed" in wake(office, door, role)
    assert as_it_stands(office) == before
    assert len(refusals(caplog)) == 1


# Giving a lead to a colleague: every role × every door

GIVERS = (Role.REP, Role.MANAGER, Role.ADMIN)  # it is a rep's lead


def give(office: Office, door: str, role: Role) -> str:
    """Give the lead to the manager through one of the doors; what is answered."""
    if door == "command":
        return str(office.ask(f"assign ld_1 <@{PEOPLE[Role.MANAGER]}>", by=PEOPLE[role]))
    if door == "button":
        said = str(office.ask("assign ld_1", by=PEOPLE[role]))
    else:
        office.ask("assign ld_1", by=PEOPLE[Role.MANAGER])
        said = ""
    if said not in ("", "{}"):
        return said
    return str(sent(office, role, to=PEOPLE[Role.MANAGER]))


@pytest.mark.parametrize("role", GIVERS)
@pytest.mark.parametrize("door", ["command", "button", "form"])
def test_whoever_has_a_lead_and_whoever_leads_give_it_away(
    office: Office, door: str, role: Role
) -> None:
    did(office, Verb.ACCEPT)
    assert "is with" in give(office, door, role)
    assert lead(office).owner == PEOPLE[Role.MANAGER]


@pytest.mark.parametrize("role", [role for role in Role if role not in GIVERS])
@pytest.mark.parametrize("door", ["command", "button", "form"])
def test_nobody_else_gives_it_away(
    office: Office, caplog: pytest.LogCaptureFixture, door: str, role: Role
) -> None:
    did(office, Verb.ACCEPT)
    before = as_it_stands(office)
    assert "Nothing has changed" in give(office, door, role)
    assert as_it_stands(office) == before
    assert len(refusals(caplog)) == 1
