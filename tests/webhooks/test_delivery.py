"""What a marketing tool is told: signed, with the same id for every retry, and never in the way."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook as Signer
from standardwebhooks import WebhookVerificationError

from core.desk import Desk
from core.domain.announcement import EventType
from core.domain.definition import default
from core.domain.intents import IntentKind
from core.domain.log import Door
from core.domain.pursuit import Because
from core.domain.stages import Verb
from core.domain.webhook import Webhook
from core.errors import Invalid, NotFound
from core.ports import Delivered, Errand, Person, Pool, Sent, Store
from core.services import delivery, handoff, sending, webhooks
from core.services.handoff import Rejection, Stimulus
from core.services.sending import Sending
from core.services.setup import open_workspace
from handlers.webhooks.body import event
from handlers.webhooks.messenger import WebhookMessenger
from handlers.webhooks.post import Unanswered, post
from storage.store import SqlStore
from tests.builders import TEAM, Names, StoppedClock, a_lead, a_policy, an_offer
from tests.memory import MemoryStore
from tests.webhooks.receiver import Received, Receiver, receiving, verified

JSON = dict[str, Any]
REP, MIA = "U0REP", "U0MIA"


@dataclass
class Bench:
    """A company whose tool is told, from the log to the wire."""

    desk: Desk
    clock: StoppedClock
    messenger: WebhookMessenger
    receiver: Receiver
    hook: Webhook

    def offer(self, number: int = 1, **lead: Any) -> str:
        change = an_offer(
            a_lead(f"ld_{number}", **lead), handoff_id=f"ho_{number}", at=self.clock.now
        )
        self.desk.change(TEAM, lambda unit, at: unit.record(change, at=at))
        return f"ho_{number}"

    def by(self, handoff_id: str = "ho_1") -> Stimulus:
        return Stimulus(TEAM, handoff_id, REP, Door.API)

    def reject(self, reason: str = "no_need", handoff_id: str = "ho_1", **more: Any) -> None:
        handoff.reject(self.desk, self.by(handoff_id), Rejection(reason, "not for logs", **more))

    def tell(self) -> int:
        """Announce what the log has, and deliver what is due."""
        webhooks.announce(self.desk)
        return delivery.drain(self.desk, self.messenger, pool=Pool.WEBHOOKS)

    def wait(self, **parts: float) -> int:
        self.clock.forward(**parts)
        return self.tell()

    def now(self) -> Webhook:
        return webhooks.found(self.desk, TEAM, self.hook.id)

    def aside(self) -> list[str]:
        rows = self.desk.store.outbox.waiting(limit=99)
        return [row.problem or "" for row in rows if row.state in ("parked", "dead")]

    def queued(self) -> int:
        rows = self.desk.store.outbox.waiting(limit=99)
        return sum(row.kind == "webhook" and row.state == "queued" for row in rows)


def a_bench(store: Store, receiver: Receiver) -> Bench:
    clock = StoppedClock(datetime.now(UTC).replace(microsecond=0))
    desk = Desk(store, clock, Names(), lambda: None)
    open_workspace(desk, team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default())
    hook = webhooks.add(desk, TEAM, receiver.url)
    return Bench(desk, clock, WebhookMessenger(desk), receiver, hook)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def bench(receiver: Receiver) -> Bench:
    return a_bench(MemoryStore(), receiver)


def signatures(one: Received) -> list[str]:
    return one.headers["webhook-signature"].split(" ")


def signature(one: Received, secret: str) -> str:
    at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
    return Signer(secret).sign(one.id, at, one.body.decode())


# What it is told


def test_a_return_is_told_with_its_reason_track_next_offer_and_date(bench: Bench) -> None:
    bench.offer()
    wakes = (bench.clock.now + timedelta(days=40)).date()
    bench.reject("bad_timing", wake_on=wakes)
    bench.tell()
    assert bench.receiver.types() == ["lead.qualified", "lead.returned"]
    told = verified(bench.receiver.received[-1], bench.hook.secret)
    data = told["data"]
    assert told["timestamp"].startswith(f"{bench.clock.now:%Y-%m-%dT%H:%M:%S}")
    assert data["lead"] == {
        "id": "ld_1",
        "email": "ld_1@acme.example",
        "phone": None,
        "external_id": None,
        "name": "Hana Sato",
        "company": "Acme",
    }
    assert (data["from_stage"], data["stage"], data["stage_now"]) == (
        "mql",
        "nurturing",
        "nurturing",
    )
    assert data["reason"] == {"id": "bad_timing", "class": "timing"}
    assert data["track"] == {
        "id": "not-yet",
        "name": "Keep in sight until the time is right",
        "phase": None,
    }
    assert data["next_offer"]["id"] == "story"
    assert date.fromisoformat(data["wake_on"]) == wakes
    assert "not for logs" not in bench.receiver.received[-1].body.decode()
    assert bench.receiver.received[-1].path == "/hooks?key=1"


def test_what_was_sent_and_what_is_next_is_told(bench: Bench) -> None:
    handoff_id = bench.offer()
    bench.reject("bad_timing", wake_on=(bench.clock.now + timedelta(days=9)).date())
    mia = Person(MIA, "mia", "en", bench.clock.now)
    bench.desk.change(TEAM, lambda unit, _: unit.keep_person(mia))
    sending.sent(bench.desk, Sending(TEAM, handoff_id, "story", MIA, Door.BUTTON))
    bench.tell()
    data = bench.receiver.received[-1].event["data"]
    assert bench.receiver.types()[-1] == "lead.offer_sent"
    assert (data["sent_offer"], data["next_offer"]["id"]) == ("story", "seminar")
    assert data["reason"] is None


def test_a_late_event_tells_what_happened_then_and_where_the_lead_is_now(bench: Bench) -> None:
    bench.receiver.answers = [(500, {}), (500, {})]
    bench.offer()
    bench.reject("no_need")
    happened = bench.clock.now
    bench.tell()
    bench.clock.forward(minutes=1)
    handoff.undo(bench.desk, bench.by())
    for _ in range(5):
        bench.wait(minutes=1)
    assert bench.receiver.types()[-2:] == ["lead.returned", "lead.undone"]
    back = bench.receiver.received[-2].event
    assert (back["data"]["stage"], back["data"]["stage_now"]) == ("nurturing", "mql")
    assert back["data"]["next_offer"]["id"] == "introduction"
    assert datetime.fromisoformat(back["timestamp"]) == happened


def test_every_step_of_a_lead_is_told_in_order(bench: Bench) -> None:
    bench.offer()
    by = bench.by()
    handoff.accept(bench.desk, by)
    for verb in (Verb.TOUCH, Verb.ADVANCE, Verb.WIN):
        handoff.pursue(bench.desk, by, verb)
    bench.tell()
    wanted = ["qualified", "accepted", "contacted", "advanced", "won"]
    assert bench.receiver.types() == [f"lead.{name}" for name in wanted]
    assert len(set(bench.receiver.ids())) == 5


def test_a_lead_that_is_erased_is_told_by_its_id_alone(bench: Bench) -> None:
    bench.offer()
    bench.reject()
    with bench.desk.read(TEAM) as view:
        told = webhooks.announcement(view, 3)
    assert told
    gone = event(replace(told, lead=None, course=None), workspace=TEAM, locale="en")
    assert gone["data"]["lead"] == {"id": "ld_1"}
    assert "acme" not in str(gone)


def test_only_what_was_asked_for_is_told_and_only_from_then_on(bench: Bench) -> None:
    bench.offer()
    bench.tell()
    url = bench.receiver.url + "&only"
    only = webhooks.add(bench.desk, TEAM, url, [EventType.RETURNED])
    bench.reject()
    bench.tell()
    told = [(one.path.endswith("only"), one.event["type"]) for one in bench.receiver.received]
    assert sorted(told) == [
        (False, "lead.qualified"),
        (False, "lead.returned"),
        (True, "lead.returned"),
    ]
    assert verified(bench.receiver.received[-1], only.secret)


def test_a_past_that_is_brought_in_is_no_news(bench: Bench) -> None:
    long_ago = bench.clock.now - timedelta(days=90)
    change = an_offer(a_lead("ld_9", created_at=long_ago), handoff_id="ho_9", at=long_ago)
    bench.desk.change(TEAM, lambda unit, at: unit.record(change, at=at))
    bench.tell()
    assert bench.receiver.received == []
    assert bench.desk.store.workspaces_with_news() == []


# Signatures


def test_a_changed_body_or_another_secret_is_found_out(bench: Bench) -> None:
    bench.offer()
    bench.tell()
    (one,) = bench.receiver.received
    forged = replace(one, body=one.body.replace(b"qualified", b"returned"))
    with pytest.raises(WebhookVerificationError):
        verified(forged, bench.hook.secret)
    with pytest.raises(WebhookVerificationError):
        verified(one, webhooks.new_secret())


def test_for_a_day_after_a_rotation_both_secrets_hold(bench: Bench) -> None:
    rotated = webhooks.rotate(bench.desk, TEAM, bench.hook.id)
    bench.offer()
    bench.tell()
    (one,) = bench.receiver.received
    assert len(signatures(one)) == 2
    for secret in (bench.hook.secret, rotated.secret):
        assert verified(one, secret)["type"] == "lead.qualified"
    bench.clock.forward(hours=25)
    bench.reject()
    bench.tell()
    assert signatures(bench.receiver.received[-1]) == [
        signature(bench.receiver.received[-1], rotated.secret)
    ]


def test_a_secret_is_long_enough_and_of_the_usual_form() -> None:
    secret = webhooks.new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret != webhooks.new_secret()


# What goes wrong


@pytest.mark.parametrize("how", ["cut", (500, {}), (503, {}), (429, {}), (302, {"Location": "/x"})])
def test_a_retry_has_the_same_id_and_the_same_words(
    bench: Bench, how: str | tuple[int, dict[str, str]]
) -> None:
    bench.receiver.answers = [how]
    bench.offer()
    bench.tell()
    assert len(bench.receiver.received) == 1
    bench.wait(seconds=6)
    first, second = bench.receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert signatures(second) == [signature(second, bench.hook.secret)]
    assert bench.queued() == 0
    assert bench.now().failures == 0


def test_retry_after_is_waited_for(bench: Bench) -> None:
    bench.receiver.answers = [(429, {"Retry-After": "600"})]
    bench.offer()
    bench.tell()
    bench.wait(minutes=9, seconds=58)
    assert len(bench.receiver.received) == 1
    bench.wait(seconds=3)
    assert len(bench.receiver.received) == 2
    assert bench.queued() == 0


@pytest.mark.parametrize("odd", ["soon", "-5", "1e9", "99999999999999999999", "Wed, 99 Foo", ""])
def test_an_odd_retry_after_stops_nothing(bench: Bench, odd: str) -> None:
    bench.receiver.answers = [(503, {"Retry-After": odd})]
    bench.offer()
    bench.tell()
    bench.wait(days=1, seconds=1)
    assert len(bench.receiver.received) == 2


def test_gone_ends_it_until_somebody_enables_it_again(bench: Bench) -> None:
    bench.receiver.answers = [(410, {})]
    bench.offer()
    bench.tell()
    assert bench.now().ended == "it answered 410 Gone"
    assert bench.aside() == [f"webhook {bench.hook.id}: it answered 410 Gone"]
    bench.reject()
    bench.wait(days=1)
    assert len(bench.receiver.received) == 1
    webhooks.enable(bench.desk, TEAM, bench.hook.id)
    handoff.undo(bench.desk, bench.by(), for_ever=True)
    bench.tell()
    assert bench.receiver.types() == ["lead.qualified", "lead.undone"]
    delivery.retry(bench.desk, None)
    bench.tell()
    assert bench.receiver.types()[-1] == "lead.qualified"
    assert bench.receiver.ids()[0] == bench.receiver.ids()[-1]


def test_what_one_event_is_refused_for_holds_up_no_other_lead(bench: Bench) -> None:
    bench.receiver.answers = [(400, {})] * 99
    bench.offer(1)
    bench.tell()
    bench.receiver.answers = []
    bench.offer(2)
    bench.tell()
    assert [one.event["data"]["lead"]["id"] for one in bench.receiver.received] == ["ld_1", "ld_2"]
    assert bench.now().failures == 0
    bench.wait(seconds=6)
    assert bench.receiver.ids()[2] == bench.receiver.ids()[0]


def test_what_is_never_taken_is_set_aside_with_its_reason(bench: Bench) -> None:
    bench.receiver.answers = [(422, {})] * 99
    bench.offer()
    bench.tell()
    for _ in range(40):
        bench.wait(hours=1)
    assert len(bench.receiver.received) == 8
    assert len(set(bench.receiver.ids())) == 1
    assert bench.aside() == [f"webhook {bench.hook.id}: it answered 422, 8 times"]


def test_a_dead_address_is_asked_ever_less_and_given_up_after_three_days(bench: Bench) -> None:
    bench.receiver.answers = [(500, {})] * 9999
    for number in range(20):
        bench.offer(number)
    bench.tell()
    assert len(bench.receiver.received) == 1
    for _ in range(3 * 24 * 4 + 30):
        bench.wait(minutes=15)
    assert bench.queued() == 0
    assert len(bench.aside()) == 20
    assert bench.aside()[0].endswith("for 3 days")
    assert len(bench.receiver.received) < 200
    webhooks.enable(bench.desk, TEAM, bench.hook.id)
    bench.receiver.answers = []
    delivery.retry(bench.desk, None)
    bench.tell()
    told = {one.id for one in bench.receiver.received[-20:]}
    assert len(told) == 20


def test_nobody_at_home_is_told_later(bench: Bench) -> None:
    nobody = replace(bench.now(), url="http://127.0.0.1:9/")
    bench.desk.change(TEAM, lambda unit, _: unit.keep_webhook(nobody))
    bench.offer()
    bench.tell()
    (row,) = [
        row
        for row in bench.desk.store.outbox.waiting(limit=9)
        if row.kind == IntentKind.WEBHOOK.value
    ]
    assert (row.attempts, row.problem) == (1, f"webhook {bench.hook.id}: connection refused")


@pytest.mark.parametrize("how", ["hold", "drip"])
def test_whoever_never_comes_to_an_end_is_cut_off(bench: Bench, how: str) -> None:
    bench.receiver.answers = [how]
    began = time.monotonic()
    answer = post(bench.receiver.url, {}, b"{}", now=bench.clock.now, within=0.7)
    assert isinstance(answer, Unanswered)
    assert time.monotonic() - began < 3


def test_a_redirect_is_followed_nowhere(bench: Bench) -> None:
    bench.receiver.answers = [(307, {"Location": bench.receiver.url + "&elsewhere"})]
    bench.offer()
    bench.tell()
    assert [one.path for one in bench.receiver.received] == ["/hooks?key=1"]


def test_what_is_removed_is_told_nothing_more(bench: Bench) -> None:
    bench.receiver.answers = [(500, {})]
    bench.offer()
    bench.tell()
    webhooks.remove(bench.desk, TEAM, bench.hook.id)
    bench.reject()
    bench.wait(hours=1)
    assert len(bench.receiver.received) == 1
    assert (bench.queued(), bench.aside()) == (0, [])
    with pytest.raises(NotFound):
        webhooks.remove(bench.desk, TEAM, bench.hook.id)


def test_one_address_is_added_once_and_not_without_end(bench: Bench) -> None:
    with pytest.raises(Invalid, match="told already"):
        webhooks.add(bench.desk, TEAM, bench.receiver.url)
    add = partial(webhooks.add, bench.desk, TEAM)
    for number in range(webhooks.MOST - 1):
        add(f"{bench.receiver.url}&{number}")
    with pytest.raises(Invalid, match="one too many"):
        add(f"{bench.receiver.url}&more")


# The worker dies


_DIES = """
import sys, threading
from bot.wiring import now, new_id
from core.desk import Desk
from core.ports import Pool
from core.services import delivery, webhooks
from handlers.webhooks.messenger import WebhookMessenger
from storage.engine import make_engine
from storage.store import SqlStore

desk = Desk(SqlStore(make_engine(sys.argv[1])), now, new_id, lambda: None)
webhooks.announce(desk)
delivery.drain(desk, WebhookMessenger(desk), pool=Pool.WEBHOOKS)
"""


def test_a_worker_killed_after_it_posted_posts_the_same_event_again(
    database_url: str, sql_store: SqlStore, receiver: Receiver
) -> None:
    bench = a_bench(sql_store, receiver)
    bench.offer()
    receiver.answers = ["hold"]
    worker = subprocess.Popen([sys.executable, "-c", _DIES, database_url], env={**os.environ})
    try:
        deadline = time.monotonic() + 30
        while not receiver.received:
            assert time.monotonic() < deadline
            assert worker.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
    receiver.released.set()
    bench.clock.now = datetime.now(UTC)
    bench.tell()
    assert len(receiver.received) == 1  # somebody may still be at it
    bench.wait(seconds=61)
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert bench.queued() == 0
    assert bench.tell() == 0
    assert len(receiver.received) == 2


def test_a_tool_that_hangs_holds_up_nothing_of_slack(bench: Bench) -> None:
    bench.receiver.answers = ["hold"]
    bench.offer()
    webhooks.announce(bench.desk)
    slack: list[str] = []

    class Slack:
        def deliver(self, errand: Errand) -> Delivered:
            slack.append(errand.intent.kind.value)
            return Sent()

    began = time.monotonic()
    delivery.drain(bench.desk, Slack())
    assert slack == ["card"]
    assert time.monotonic() - began < 2
    assert bench.receiver.received == []


def test_losing_ends_for_the_tool_too(bench: Bench) -> None:
    bench.offer()
    by = bench.by()
    handoff.accept(bench.desk, by)
    handoff.pursue(bench.desk, by, Verb.ADVANCE)
    handoff.pursue(bench.desk, by, Verb.LOSE, Because("lost_price"))
    bench.tell()
    lost = bench.receiver.received[-1].event
    assert (lost["type"], lost["data"]["reason"]["id"]) == ("lead.lost", "lost_price")
    assert lost["data"]["track"] is None
