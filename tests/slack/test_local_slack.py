"""The local Slack carries what people do to a bot and back, over HTTP and over Socket Mode."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import Ack
from slack_bolt import App as Bolt
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient

from bot import local_slack
from bot.gestures import words
from bot.local_slack import App, LocalSlack
from core.errors import Unready
from tests.browser import browsing
from tests.local_slack import BOB, COMPANY, RIN, SALES, program

Live = tuple[LocalSlack, WebClient]
Blocks = list[dict[str, Any]]

BOT = App()


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "action_id": "greet", "text": plain("Greet"), "value": "7"}
CARD: Blocks = [
    {"type": "section", "block_id": "text", "text": {"type": "mrkdwn", "text": "For <@U01>"}},
    {"type": "actions", "block_id": "row", "elements": [BUTTON]},
]
TONES = [{"text": plain(tone), "value": tone.lower()} for tone in ("Warm", "Cold")]
ASKED: dict[str, dict[str, Any]] = {
    "tone": {"type": "static_select", "action_id": "pick", "options": TONES},
    "note": {"type": "plain_text_input", "action_id": "text", "initial_value": "hello"},
}
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Greeting"),
    "submit": plain("Send"),
    "blocks": [
        {"type": "input", "block_id": name, "label": plain(name.title()), "element": element}
        for name, element in ASKED.items()
    ],
}


def greeter(client: WebClient) -> Bolt:
    """A bot that asks how to greet and says who was greeted how."""
    bolt = Bolt(client=client, signing_secret=BOT.signing_secret, process_before_response=True)

    @bolt.action("greet")
    def ask(ack: Ack, body: dict[str, Any]) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    @bolt.view("form")
    def greet(ack: Ack, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        tone, note = values["tone"]["pick"]["selected_option"], values["note"]["text"]["value"]
        if tone is None:
            ack(response_action="errors", errors={"tone": "Which one?"})
            return
        client.chat_postMessage(channel=body["user"]["id"], text=f"{tone['value']}: {note}")
        ack()

    @bolt.command("/lead")
    def answer(ack: Ack, body: dict[str, Any]) -> None:
        ack(text=f"you said {body['text']}", response_type="ephemeral")

    @bolt.event("app_home_opened")
    def show(event: dict[str, Any]) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})

    return bolt


@contextmanager
def over_http(make: Callable[[WebClient], Bolt]) -> Iterator[Live]:
    port = local_slack.free_port()
    app = App(request_url=f"http://127.0.0.1:{port}/slack/events")
    with local_slack.running(COMPANY, app, program=program()) as slack:
        client = WebClient(app.bot_token, base_url=slack.api_url)
        bolt = make(client)

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                said = bolt.dispatch(BoltRequest(body=body, headers={**self.headers}))
                content = said.body.encode()
                self.send_response(said.status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None: ...

        with ThreadingHTTPServer(("127.0.0.1", port), Door) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield slack, client
            finally:
                server.shutdown()
                thread.join()


@contextmanager
def over_socket(make: Callable[[WebClient], Bolt]) -> Iterator[Live]:
    with local_slack.running(COMPANY, BOT, program=program()) as slack:
        client = WebClient(BOT.bot_token, base_url=slack.api_url)
        socket = SocketModeHandler(make(client), BOT.app_token, web_client=client).client
        socket.connect()
        try:
            slack.await_socket()
            yield slack, client
        finally:
            socket.close()


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with request.param(greeter) as both:
        yield both


def test_a_click_a_form_a_command_and_home_reach_the_bot(live: Live) -> None:
    slack, client = live
    ts = client.chat_postMessage(channel=SALES, text="card", blocks=CARD)["ts"]
    card = slack.await_message(SALES, lambda message: message["ts"] == ts)
    assert words(card) == "For <@U01>\nGreet"

    slack.click(SALES, ts, "greet", user=BOB.id)
    assert slack.submit_view({}, user=BOB.id) == {"tone": "Which one?"}
    assert slack.submit_view({"tone": "warm"}, user=BOB.id) == {}
    assert slack.modal() is None
    assert [m["text"] for m in slack.direct_messages(BOB.id)] == ["warm: hello"]

    slack.command(SALES, "status", user=RIN.id)
    said = slack.messages(SALES)[-1]
    assert (said["text"], said["ephemeral_to"]) == ("you said status", RIN.id)

    slack.open_home(RIN.id)
    assert words(slack.home(RIN.id)) == words(card)
    slack.click_home("greet", user=RIN.id)
    assert slack.modal() is not None


def test_only_what_stands_on_the_screen_can_be_used() -> None:
    with local_slack.running(COMPANY, BOT, program=program()) as slack:
        client = WebClient(BOT.bot_token, base_url=slack.api_url)
        ts = client.chat_postMessage(channel=SALES, text="card", blocks=CARD)["ts"]
        with pytest.raises(LookupError):
            slack.click(SALES, ts, "accept", user=BOB.id)
        with pytest.raises(LookupError):
            slack.submit_view({}, user=BOB.id)
        slack.reset()
        assert slack.messages(SALES) == []


def test_a_missing_program_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unready, match="make setup"):
        local_slack.find_program(tmp_path)


def test_a_person_clicks_and_fills_in_at_a_real_screen() -> None:
    with over_http(greeter) as (slack, client), browsing(slack.url) as browser:
        ts = client.chat_postMessage(channel=SALES, text="card", blocks=CARD)["ts"]
        browser.open_channel(SALES)
        browser.as_user(RIN.real_name)
        browser.click(browser.card(ts), "Greet")
        browser.submit()
        assert browser.errors() == ["tone: Which one?"]
        browser.fill_modal({"Tone": "Cold", "Note": "またね"})
        browser.screenshot("harness-modal")
        browser.submit()
        browser.modal.wait_for(state="detached")
        assert [m["text"] for m in slack.direct_messages(RIN.id)] == ["cold: またね"]

        browser.type("/lead help")
        browser.ephemeral("you said help").wait_for()
        assert browser.open_home().get_by_role("button", name="Greet").is_visible()
