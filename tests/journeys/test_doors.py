"""Every way in, in a Slack: a lead by hand or from a message, in the thread, the details, at Home.

The local Slack draws no shortcuts and no menus of messages: what Slack would send for one is
signed and sent over HTTP; everything else is clicked there.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.company import MARKETING, SALES
from bot.demo import Show, opened
from bot.gestures import words
from bot.local_slack import App
from core.domain.roles import Role
from core.domain.stages import Verb
from handlers.i18n import LANGUAGES, Say, speak
from handlers.slack.views import ids
from tests.local_slack import program
from tests.slack.office import sign

JSON = dict[str, Any]
REP, COLLEAGUE, MARKETER = "U01", "U02", "U04"
EMAIL = "hana.kato@lantern.example"


def staffed(show: Show) -> None:
    """Everybody gets the role that they have in the story."""
    people = {Role.REP: frozenset({REP, COLLEAGUE}), Role.MARKETER: frozenset({MARKETER})}
    workspace = show.cast.workspace.id

    def keep(unit: Any, _: datetime) -> None:
        policy = unit.workspace().policy
        unit.keep_policy(type(policy)(**{**_parts(policy), "people": people}))

    show.baton.desk.change(workspace, keep)


def _parts(policy: Any) -> JSON:
    fields = type(policy).__dataclass_fields__.values()
    return {field.name: getattr(policy, field.name) for field in fields if field.init}


def seen(show: Show, part: str) -> str:
    """What the open modal says, once it says that."""
    return await_until(lambda: str((show.slack.modal() or {}).get("blocks")), part)


def at_home(show: Show, user: str, part: str) -> JSON:
    await_until(lambda: str((show.slack.home(user) or {}).get("blocks")), part)
    view = show.slack.home(user)
    assert view
    return view


def await_until(look: Any, part: str, seconds: float = 15) -> str:
    deadline = time.monotonic() + seconds
    while part not in (said := look()):
        assert time.monotonic() < deadline, f"{part!r} is not in {said}"
        time.sleep(0.05)
    return str(said)


def a_trigger(show: Show) -> str:
    """One that this Slack takes: of a command that opened nothing."""
    show.slack.command(MARKETING, "help", user=REP)
    sent = [entry for entry in show.slack.log() if "trigger_id" in str(entry)]
    [*_, trigger] = re.findall(r"trigger_id\W+([\w.-]+)", str(sent[-1]))
    return str(trigger)


def summon(show: Show, message: JSON) -> None:
    """Somebody makes a lead of a message, as Slack tells of it."""
    payload = {
        "type": "message_action",
        "callback_id": ids.MESSAGE_SHORTCUT,
        "team": {"id": show.cast.workspace.id, "domain": "acme"},
        "user": {"id": REP, "team_id": show.cast.workspace.id},
        "channel": {"id": MARKETING, "name": "marketing"},
        "message": message,
        "trigger_id": a_trigger(show),
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    secret = App(user="U0BATON", request_url=None).signing_secret
    headers = sign(body, datetime.now(UTC).timestamp(), secret)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    with httpx.Client(trust_env=False) as http:
        answer = http.post(f"{show.address}/slack/events", content=body, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_way_in(locale: str) -> None:
    say = speak(locale)
    with opened(locale, program=str(program())) as show:
        staffed(show)
        by_hand(show, say)
        of_a_message(show, say)
        in_the_thread(show, say)
        looked_at_again(show, say)


def by_hand(show: Show, say: Say) -> None:
    """A rep brings in somebody whom they met."""
    show.slack.command(SALES, f"add {EMAIL}", user=REP)
    seen(show, say("adding-intro"))
    complaints = show.slack.submit_view({ids.EMAIL: "hana"}, user=REP)
    assert complaints == {ids.EMAIL: say("adding-email-wrong")}
    answers = {ids.EMAIL: EMAIL, ids.NAME: "Hana Kato", ids.COMMENT: "Met at the fair"}
    assert show.slack.submit_view(answers, user=REP) == {}
    said = seen(show, say("adding-made"))
    assert say("stage-new") in said
    assert show.send(f"/v1/leads/{EMAIL}")["stage"] == "new"


def of_a_message(show: Show, say: Say) -> None:
    """Somebody wrote of the same person: the lead is found, and the message is marked."""
    show.slack.message(MARKETING, f"{EMAIL} asks for a quote", user=MARKETER)
    message = show.slack.await_message(MARKETING, lambda m: EMAIL in str(m.get("text")))
    summon(show, message)
    seen(show, f"{EMAIL} asks for a quote")
    answers = {ids.EMAIL: EMAIL, ids.COMMENT: "asks for a quote"}
    assert show.slack.submit_view(answers, user=REP) == {}
    seen(show, say("adding-known"))
    show.slack.await_message(
        MARKETING, lambda m: m["ts"] == message["ts"] and "white_check_mark" in str(m)
    )


def in_the_thread(show: Show, say: Say) -> None:
    """A card is accepted; what follows is done in its thread, and above its details."""
    jane = show.cast.prospects[13]
    show.capture(jane)
    card = show.slack.await_message(SALES, lambda m: jane.name in words(m))["ts"]
    show.slack.click(SALES, card, ids.ACCEPT, user=REP)
    thread = show.slack.await_message(
        SALES, lambda m: m.get("thread_ts") == card and ids.step(Verb.TOUCH) in str(m["blocks"])
    )
    show.slack.click(SALES, thread["ts"], ids.step(Verb.TOUCH), user=REP)
    undo = ids.step(Verb.UNDO, Verb.TOUCH)
    for ts in (card, thread["ts"]):
        show.slack.await_message(SALES, lambda m, ts=ts: m["ts"] == ts and undo in str(m))  # type: ignore[misc]
    assert show.send(f"/v1/leads/{jane.email}")["owner"] == REP
    show.slack.command(SALES, f"assign {jane.email}", user=REP)
    seen(show, say("assign-to"))
    assert show.slack.submit_view({ids.TO: COLLEAGUE}, user=REP) == {}
    show.slack.await_message(SALES, lambda m: m["ts"] == card and f"<@{COLLEAGUE}>" in words(m))
    assert show.send(f"/v1/leads/{jane.email}")["owner"] == COLLEAGUE


def looked_at_again(show: Show, say: Say) -> None:
    """A lead comes back; marketing says at Home what was sent and when to look again."""
    victor = show.cast.prospects[14]
    show.capture(victor)
    card = show.slack.await_message(SALES, lambda m: victor.name in words(m))["ts"]
    show.slack.click(SALES, card, ids.REJECT, user=REP)
    show.slack.submit_view({ids.REASON: "no_need"}, user=REP)
    show.slack.await_message(MARKETING, lambda m: victor.name in words(m))
    show.slack.open_home(MARKETER)
    at_home(show, MARKETER, victor.name)
    show.slack.click_home(f"{ids.RUN}:wake", user=MARKETER)
    seen(show, say("form-wake"))
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    assert show.slack.submit_view({ids.WAKE_ON: day}, user=MARKETER) == {}
    show.slack.command(MARKETING, f"log {victor.email}", user=MARKETER)
    told = show.slack.await_message(
        MARKETING, lambda m: m.get("ephemeral_to") == MARKETER and say("verb-wake") in words(m)
    )
    assert f"<@{MARKETER}>" in words(told)
    show.slack.command(MARKETING, f"wake {victor.email} tomorrow", user=REP)
    show.slack.await_message(
        MARKETING, lambda m: m.get("ephemeral_to") == REP and victor.name in words(m)
    )
