"""The thread and the details: they offer what the card offers, and never what is over."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.stages import Stage, Verb
from core.services import watch
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.slack.limits import faults
from tests.slack.office import BOB, MIA, RIN, SALES, Office

JSON = dict[str, Any]


def briefing(office: Office) -> JSON:
    said = office.slack.messages(SALES)
    [message] = [m for m in said if "thread_ts" in m and "subtype" not in m]
    assert faults(message["blocks"]) == []
    return message


def offered(blocks: list[JSON]) -> list[str]:
    rows = [block for block in blocks if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


def stage(office: Office) -> Stage:
    with office.desk.read(TEAM) as view:
        lead = view.lead("ld_1")
    assert lead
    return lead.stage


@pytest.fixture
def taken(office: Office) -> Office:
    """A lead that Bob accepted."""
    office.click(office.card(), ids.ACCEPT)
    office.drain()
    return office


def test_the_thread_offers_what_the_card_offers(taken: Office) -> None:
    assert offered(briefing(taken)["blocks"]) == offered(taken.cards()[0]["blocks"])


def test_a_lead_is_taken_further_in_the_thread_and_both_follow(taken: Office) -> None:
    for verb in (Verb.TOUCH, Verb.ADVANCE, Verb.WIN):
        taken.click(briefing(taken), ids.step(verb))
        taken.drain()
        assert offered(briefing(taken)["blocks"]) == offered(taken.cards()[0]["blocks"])
    assert stage(taken) is Stage.CUSTOMER
    assert ids.step(Verb.WIN) not in offered(briefing(taken)["blocks"])


def test_what_is_done_on_the_card_is_told_in_the_thread(taken: Office) -> None:
    taken.click(taken.cards()[0], ids.step(Verb.TOUCH))
    taken.drain()
    assert "undo:touch" in offered(briefing(taken)["blocks"])


def test_the_thread_is_no_copy_of_the_card(taken: Office) -> None:
    stale = briefing(taken)
    for by in (BOB, RIN):  # whoever is second is too late
        taken.click(stale, ids.step(Verb.TOUCH), by=by)
        taken.drain()
    assert "is yours" in briefing(taken)["text"]


def test_after_undoing_nobody_is_said_to_follow(taken: Office) -> None:
    taken.click(taken.cards()[0], ids.step(Verb.UNDO, Verb.ACCEPT))
    taken.drain()
    assert "is yours" not in briefing(taken)["text"]
    assert ids.ACCEPT in offered(briefing(taken)["blocks"])


def test_undo_leaves_the_thread_when_its_time_is_over(taken: Office) -> None:
    assert "undo:accept" in offered(briefing(taken)["blocks"])
    taken.clock.forward(minutes=11)
    watch.fire_due(taken.desk)
    taken.drain()
    assert "undo:accept" not in offered(briefing(taken)["blocks"])


# The details


def in_modal(office: Office, view: JSON, action_id: str, by: str = BOB) -> None:
    """Somebody presses a button of a modal, as Slack tells it: without any channel."""
    [button] = [
        element
        for block in view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == action_id
    ]
    answer = office.interact(
        {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "acme"},
            "user": {"id": by, "team_id": TEAM},
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "trigger_id": f"trigger-{view['id']}-{action_id}",
            "actions": [{**button, "action_ts": "1772620200.5"}],
        }
    )
    assert answer.status_code == 200


def details(office: Office, by: str = BOB) -> JSON:
    office.click(office.cards()[0], ids.DETAILS, by=by)
    view = office.view()
    assert faults(view) == []
    return view


def test_the_details_offer_what_their_reader_may_do(taken: Office) -> None:
    assert ids.asks(Verb.TOUCH) in offered(details(taken)["blocks"])
    assert ids.asks(Verb.TOUCH) not in offered(details(taken, RIN)["blocks"])


def test_a_step_is_asked_for_above_the_details_and_closes_both(taken: Office) -> None:
    in_modal(taken, details(taken), ids.asks(Verb.RECYCLE))
    assert taken.slack.calls_of("views.push")
    assert faults(taken.view()) == []
    answer = taken.send(taken.view(), reason="unresponsive")
    assert answer.json() == {"response_action": "clear"}
    assert stage(taken) is Stage.NURTURING


def test_whoever_is_too_late_is_told_in_the_channel_of_the_card(taken: Office) -> None:
    opened = details(taken)
    taken.click(taken.cards()[0], ids.step(Verb.ADVANCE))
    taken.drain()
    in_modal(taken, opened, ids.asks(Verb.TOUCH))
    taken.drain()
    assert "stands in SQL" in taken.whispers()[0]["text"]


def test_when_to_look_again_is_asked_from_the_details(taken: Office) -> None:
    in_modal(taken, details(taken), ids.asks(Verb.RECYCLE))
    taken.send(taken.view(), reason="unresponsive")
    taken.drain()
    in_modal(taken, details(taken, MIA), f"{ids.RUN}:wake", by=MIA)
    assert taken.view()["callback_id"] == ids.WAKE_FORM
