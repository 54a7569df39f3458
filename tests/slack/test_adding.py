"""A lead that somebody brings in by hand: judged by the definition, counted once, told of at once.

The local Slack draws no shortcuts: here they come as Slack sends them, signed, over HTTP.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.domain.addition import COMMENT_MOST, is_addition
from core.domain.lead import Identity, Lead, Signal
from core.domain.log import Door
from core.domain.stages import Stage, Verb
from core.ports import LeadQuery
from core.services import reporting
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, RIN, SALES, Office, a_person
from tests.slack.team import Person

JSON = dict[str, Any]
JANE = "jane@acme.example"


def answered(office: Office, form: JSON, /, **answers: Any) -> JSON:
    reply = office.send(form, **answers)
    assert reply.status_code == 200
    view: JSON = reply.json()
    return view


def became(reply: JSON) -> str:
    """What the form says afterwards."""
    assert reply["response_action"] == "update"
    assert faults(reply["view"]) == []
    return str(reply["view"]["blocks"])


def form_of(office: Office, text: str = "add") -> JSON:
    assert office.ask(text) == {}
    return office.view()


def entered(form: JSON) -> dict[str, str]:
    """What stands in the form before anybody types."""
    fields = [block for block in form["blocks"] if block["type"] == "input"]
    return {
        field["block_id"]: field["element"]["initial_value"]
        for field in fields
        if "initial_value" in field["element"]
    }


def leads(office: Office) -> list[Lead]:
    with office.desk.read(TEAM) as view:
        return list(view.leads(LeadQuery(), offset=0, limit=10))


def kept(office: Office, email: str = JANE) -> tuple[Lead, list[Signal]]:
    with office.desk.read(TEAM) as view:
        lead = view.lead_known_by(Identity(email=email))
        assert lead
        return lead, list(view.signals(lead.id))


def a_message(office: Office, text: str, **more: Any) -> JSON:
    """Somebody else's message in the sales channel."""
    at = office.clock.now.timestamp() - 3600
    message = {"type": "message", "user": RIN, "text": text, "ts": f"{at:.0f}.000200", **more}
    office.slack.team.rooms[SALES].messages.append(message | {"channel": SALES})
    return message | {"channel": SALES}


# The form


def test_a_lead_is_brought_in_and_the_form_says_what_became_of_it(office: Office) -> None:
    form = form_of(office)
    assert faults(form) == []
    said = became(
        answered(office, form, email=JANE, name="Jane Doe", company="Acme", comment="Asked us")
    )
    assert "Jane Doe" in said
    assert "Added" in said
    assert "Not an MQL yet" in said
    lead, [signal] = kept(office)
    assert (lead.stage, lead.profile.company) == (Stage.NEW, "Acme")
    assert is_addition(signal)
    assert (signal.properties["by"], signal.properties["comment"]) == (BOB, "Asked us")
    with office.desk.read(TEAM) as view:
        [entry] = [record.entry for record in view.records(lead.id)]
    assert (entry.verb, entry.actor, entry.door) == (Verb.CAPTURE, BOB, Door.MODAL)
    assert reporting.verify(office.desk, TEAM) == []


def test_what_was_written_stands_in_the_story_of_the_lead(office: Office) -> None:
    answered(office, form_of(office), email=JANE, comment="Met at <the> fair")
    lead, _ = kept(office)
    office.offer(lead)
    office.drain()
    office.click(office.cards()[-1], ids.DETAILS)
    assert "Added by hand: Met at &lt;the&gt; fair" in str(office.view()["blocks"])


def test_a_lead_that_we_know_is_found_and_updated(office: Office) -> None:
    answered(office, form_of(office), email=JANE, name="Jane")
    said = became(answered(office, form_of(office), email=JANE, title="CTO"))
    assert "We know this lead already" in said
    lead, signals = kept(office)
    assert (lead.profile.name, lead.profile.title) == ("Jane", "CTO")
    assert len(signals) == 2
    assert len(leads(office)) == 1


def test_the_same_form_counts_once(office: Office) -> None:
    form = form_of(office)
    answered(office, form, email=JANE)
    assert "added before" in became(answered(office, form, email=JANE))
    assert len(kept(office)[1]) == 1


@pytest.mark.parametrize(
    ("answers", "field", "told"),
    [
        ({}, ids.EMAIL, "e-mail address or a phone"),
        ({"name": "Jane"}, ids.EMAIL, "e-mail address or a phone"),
        ({"email": "  "}, ids.EMAIL, "e-mail address or a phone"),
        ({"email": "jane"}, ids.EMAIL, "check this e-mail"),
        ({"phone": "12"}, ids.PHONE, "check this phone"),
        ({"email": JANE, "phone": "call me"}, ids.PHONE, "check this phone"),
        ({"email": JANE, "company": "x" * 501}, ids.COMPANY, "500"),
        ({"email": JANE, "comment": "x" * (COMMENT_MOST + 1)}, ids.COMMENT, "500"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(
    office: Office, answers: JSON, field: str, told: str
) -> None:
    reply = answered(office, form_of(office), **answers)
    [(named, problem)] = reply["errors"].items()
    assert named == field
    assert told in problem
    assert leads(office) == []


def test_a_lead_that_sales_has_is_said_to_be_with_sales(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    said = became(answered(office, form_of(office), email="ld_1@acme.example"))
    assert f"<@{BOB}> follows this lead" in said


def test_a_lead_that_is_offered_is_said_to_be_offered(office: Office) -> None:
    office.offer()
    said = became(answered(office, form_of(office), email="ld_1@acme.example"))
    assert "Offered to sales" in said


def test_in_japanese(office: Office) -> None:
    user = {"id": RIN, "team_id": TEAM}
    assert office.ask(f"追加 {JANE} 佐藤 花", by=RIN) == {}
    form = office.view()
    assert form["title"]["text"] == "リードの追加"
    assert entered(form) == {ids.EMAIL: JANE, ids.NAME: "佐藤 花"}
    said = became(answered(office, form, user=user, email=JANE))
    assert "まだMQLではありません" in said


# The doors


def test_an_address_behind_the_command_fills_the_form(office: Office) -> None:
    form = form_of(office, f"add <mailto:{JANE}|{JANE}> Jane Doe")
    assert entered(form) == {ids.EMAIL: JANE, ids.NAME: "Jane Doe"}


def test_a_misspelt_command_is_one_click_from_the_form(office: Office) -> None:
    answer = office.ask(f"addd {JANE}")
    office.click({**answer, "ts": "1.1", "channel": SALES}, ids.run(0))
    assert entered(office.view()) == {ids.EMAIL: JANE}


def test_the_global_shortcut_opens_an_empty_form(office: Office) -> None:
    assert office.summon(ids.ADD_SHORTCUT).status_code == 200
    form = office.view()
    assert entered(form) == {}
    assert "Added" in became(answered(office, form, email=JANE))
    office.drain()
    assert office.slack.calls_of("reactions.add") == []


def test_a_message_becomes_a_lead_and_is_marked(office: Office) -> None:
    message = a_message(office, f"<mailto:{JANE}|{JANE}> (03-1234-5678) wants a demo &amp; a quote")
    office.summon(ids.MESSAGE_SHORTCUT, message)
    form = office.view()
    assert faults(form) == []
    given = entered(form)
    assert given[ids.EMAIL] == JANE
    assert given[ids.PHONE] == "03-1234-5678"
    assert given[ids.COMMENT] == f"{JANE} (03-1234-5678) wants a demo & a quote"
    assert "Added" in became(answered(office, form, **given))
    _, [signal] = kept(office)
    site = office.slack.url.removesuffix("/api/")
    link = f"{site}/archives/{SALES}/p{message['ts'].replace('.', '')}"
    assert signal.properties["link"] == link
    assert signal.occurred_at == datetime.fromtimestamp(float(message["ts"]), UTC)
    office.drain()
    [said] = [m for m in office.slack.messages(SALES) if m["ts"] == message["ts"]]
    assert said["reactions"] == ["white_check_mark"]


def test_a_reply_is_found_again_by_its_thread(office: Office) -> None:
    message = a_message(office, JANE, thread_ts="1763900000.000100")
    office.summon(ids.MESSAGE_SHORTCUT, message)
    answered(office, office.view(), email=JANE)
    _, [signal] = kept(office)
    assert str(signal.properties["link"]).endswith(f"?thread_ts=1763900000.000100&cid={SALES}")


def test_marking_twice_is_marking_once(office: Office) -> None:
    message = a_message(office, JANE)
    for _ in range(2):
        office.summon(ids.MESSAGE_SHORTCUT, message)
        answered(office, office.view(), email=JANE)
        office.drain()
    assert office.queue().get("parked", 0) == 0
    assert len(office.slack.calls_of("reactions.add")) == 2


@pytest.mark.parametrize("where", ["elsewhere", "archived"])
def test_a_message_where_we_are_not_becomes_a_lead_all_the_same(office: Office, where: str) -> None:
    message = a_message(office, JANE)
    room = office.slack.team.rooms[SALES]
    room.member, room.archived = where != "elsewhere", where == "archived"
    office.summon(ids.MESSAGE_SHORTCUT, message)
    assert "Added" in became(answered(office, office.view(), email=JANE))
    office.drain()
    assert office.queue().get("parked", 0) == 0


def test_an_app_without_that_scope_goes_on(office: Office) -> None:
    message = a_message(office, JANE)
    office.slack.always("reactions.add", b.fails("missing_scope"))
    office.summon(ids.MESSAGE_SHORTCUT, message)
    answered(office, office.view(), email=JANE)
    office.card(a_person(2))
    assert len(office.cards()) == 2


# Whatever stands in the way


def test_a_form_that_opens_too_late_is_said(office: Office) -> None:
    answer = office.ask("add", trigger_id="expired-1")
    assert "could not open the window" in answer["text"]
    office.summon(ids.ADD_SHORTCUT, trigger_id="expired-2")
    office.drain()
    [told] = office.slack.team.direct_messages(BOB)
    assert "could not open the window" in told["text"]


def test_a_shortcut_of_another_version_says_so(office: Office) -> None:
    office.summon("nobody_knows", a_message(office, "hello"))
    office.drain()
    assert "older version" in office.whispers()[0]["text"]
    assert office.slack.calls_of("views.open") == []


@pytest.mark.parametrize("who", ["guest", "stranger"])
def test_who_may_not_read_of_leads_brings_none_in(
    office: Office, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    office.slack.team.people["U0EVE"] = Person("U0EVE", restricted=True)
    home = TEAM if who == "guest" else "T0ELSE"
    user = {"id": "U0EVE", "team_id": home}
    office.summon(ids.ADD_SHORTCUT, user=user)
    assert office.slack.calls_of("views.open") == []
    form = form_of(office)
    reply = answered(office, form, user=user, email=JANE)
    assert "Nothing has changed" in str(reply["errors"])
    assert leads(office) == []
    assert len([r for r in caplog.records if r.getMessage().startswith("refused:")]) == 2


def test_an_unsigned_shortcut_is_turned_away(office: Office) -> None:
    body = b"payload=%7B%22type%22%3A%22shortcut%22%7D"
    assert office.post(body, X_Slack_Signature="v0=0000").status_code == 401


def test_nobody_hears_of_it_in_the_channels(office: Office) -> None:
    answered(office, form_of(office), email=JANE)
    office.drain()
    assert office.cards() == office.cards(MARKETING) == []
