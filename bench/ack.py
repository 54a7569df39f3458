"""The price of a click: a signed Accept until its 200, when it is committed, against its floors."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from bench.databases import Database
from bench.figures import block, figures, heading
from bench.floors import an_accept, bare_listener, fill
from bench.load import Load, Volley, hammered, request
from bench.plan import Plan
from bench.product import REP, SALES, SIGNING_SECRET, TEAM, baton_server, offered, opened, stood
from bench.served import bare_server, served
from core.domain.stages import Stage

TITLE = "ack: a signed click on Accept until 200, committed"
AT_ONCE = (1, 16, 64)
LISTENER = "a Bolt listener that only acks"
WRITES = "the same three writes in raw SQL"


def run(load: Load, databases: Sequence[Database], plan: Plan) -> None:
    """Measure and print, one database after the other."""
    print(heading(TITLE))
    with served(bare_server, bare_listener, SIGNING_SECRET) as listener:
        for database in databases:
            _measure(load, listener, database, plan)


def _measure(load: Load, listener: int, database: Database, plan: Plan) -> None:
    desk = opened(database.url)
    clicks = plan.warm_up + len(AT_ONCE) * plan.rounds * plan.size
    offered(desk, range(clicks))
    fill(database.raw, range(clicks))
    numbers = iter(range(clicks))
    with served(baton_server, database.url) as baton:
        _volley(load, baton, itertools.islice(numbers, plan.warm_up), at_once=4)
        _volley(load, listener, range(plan.warm_up), at_once=4)
        for at_once in AT_ONCE:
            ours, acks, writes = [], [], []
            for _ in range(plan.rounds):
                chosen = list(itertools.islice(numbers, plan.size))
                ours.append(_volley(load, baton, chosen, at_once=at_once))
                acks.append(_volley(load, listener, chosen, at_once=at_once))
                writes.append(_accepts(database, chosen, at_once=at_once))
            floors = ((LISTENER, figures(acks)), (WRITES, figures(writes)))
            print(block(database.name, at_once, figures(ours), floors), flush=True)
    won = stood(desk, Stage.SAL)
    if won != clicks:
        raise RuntimeError(f"{clicks} clicks were answered, but {won} leads were taken")
    print(f"{database.name}: {won} clicks, each of them the one decision of its handoff")


def _volley(
    load: Load, port: int, numbers: Iterator[int] | Sequence[int], *, at_once: int
) -> Volley:
    return load.fire(port, [_click(number) for number in numbers], at_once=at_once, expected=200)


def _accepts(database: Database, numbers: Sequence[int], *, at_once: int) -> Volley:
    with database.raw.writers(at_once) as writers:
        works = [lambda n, write=write: write(an_accept(numbers[n])) for write in writers]
        return hammered(works, len(numbers))


def _click(number: int) -> bytes:
    """What Slack sends when somebody clicks on the button of a card, signed."""
    body = urlencode({"payload": json.dumps(_payload(number))}).encode()
    stamp = str(int(time.time()))
    signed = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return request(
        "/slack/events",
        body,
        Content_Type="application/x-www-form-urlencoded",
        X_Slack_Request_Timestamp=stamp,
        X_Slack_Signature=f"v0={signed.hexdigest()}",
    )


def _payload(number: int) -> dict[str, object]:
    ts = f"1762160400.{number:06}"
    user = {"id": REP, "username": "rep", "name": "rep", "team_id": TEAM}
    return {
        "type": "block_actions",
        "user": user,
        "api_app_id": "A0BENCH",
        "token": "verification",
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": SALES,
            "is_ephemeral": False,
        },
        "trigger_id": f"{number}.1762160400.0123456789abcdef",
        "team": {"id": TEAM, "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": SALES, "name": "sales"},
        "message": _card(number, ts),
        "state": {"values": {}},
        "response_url": f"https://hooks.slack.example/actions/{TEAM}/{number}/0123456789",
        "actions": [_button(number, "accept", "Accept") | {"action_ts": ts, "block_id": "b4"}],
    }


def _card(number: int, ts: str) -> dict[str, object]:
    def said(text: str) -> dict[str, object]:
        return {"type": "mrkdwn", "text": text, "verbatim": False}

    facts = [said(f"*{name}*\n{name} of lead {number}") for name in ("Company", "Title", "Source")]
    buttons = [
        _button(number, action, action.title()) for action in ("accept", "reject", "details")
    ]
    return {
        "type": "message",
        "user": "U0BATON",
        "bot_id": "B0BATON",
        "app_id": "A0BENCH",
        "team": TEAM,
        "ts": ts,
        "text": f"Lead {number}, CTO at Acme, is hot: asked for a demo",
        "metadata": {"event_type": "baton_card", "event_payload": {"key": "0" * 64}},
        "blocks": [
            {"type": "header", "block_id": "b1", "text": {"type": "plain_text", "text": "Lead"}},
            {"type": "section", "block_id": "b2", "text": said("*hot* · asked for a demo " * 6)},
            {"type": "section", "block_id": "b3", "fields": facts * 2},
            {"type": "actions", "block_id": "b4", "elements": buttons},
            {"type": "context", "block_id": "b5", "elements": [said("due in an hour · v1 " * 3)]},
        ],
    }


def _button(number: int, action: str, text: str) -> dict[str, object]:
    return {
        "type": "button",
        "action_id": action,
        "value": f"ho_{number}",
        "text": {"type": "plain_text", "text": text, "emoji": True},
    }
