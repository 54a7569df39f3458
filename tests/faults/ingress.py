"""Section C: what reaches us is repeated, late, forged, broken or too much; it counts once."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
from starlette.types import ASGIApp

from bot.gestures import pressed
from core.domain.log import Door
from core.errors import Busy
from core.services import delivery, handoff
from core.services.handoff import Stimulus
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from storage.engine import database_file
from tests.builders import TEAM
from tests.faults.bureau import (
    Around,
    an_office_on,
    cards_of,
    decided_once,
    judged,
    recovered,
    whispered,
)
from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.invariants import cards, check
from tests.faults.naive import Forgetful, bolt_app, dropping_retries, silenced
from tests.faults.program import KEY, Program, program
from tests.faults.stage import BOB, SALES, Stage
from tests.slack import behaviours as b
from tests.slack.office import Office, a_person, sign, slack_door

JSON = dict[str, Any]

_FORM = "application/x-www-form-urlencoded"
_SLACK_WAITS = 3.0  # seconds


# A letter: one request of Slack's, to be sent as often as one likes


def _letter(message: JSON, action: str, number: int, at: float) -> tuple[bytes, dict[str, str]]:
    """The very bytes of one click, and their headers."""
    button = pressed(message["blocks"], action, None)
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": BOB, "team_id": TEAM},
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
        },
        "channel": {"id": message["channel"], "name": "sales"},
        "message": message,
        "trigger_id": f"trigger-{action}-{number}",
        "response_url": "",
        "actions": [{**button, "action_ts": f"{at:.0f}.{number:06d}"}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return body, {**sign(body, at), "Content-Type": _FORM}


def _sent(http: httpx.Client, letter: tuple[bytes, dict[str, str]], **more: str) -> int:
    body, headers = letter
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return http.post("/slack/events", content=body, headers={**headers, **named}).status_code


# The same again


def _four_times(stage: Stage) -> Tally:
    """One click arrives four times: in turn, at once, at two processes, after a restart."""
    many = 4 if stage.quick else 40
    desk = stage.desk()
    for number in range(many):
        stage.capture(desk, number)
    messenger = stage.messenger(desk)
    delivery.drain(desk, messenger)
    with program(stage, "serve") as first, program(stage, "serve") as second:
        for each in (first, second):
            each.await_ready()
        letters = [
            (handoff, _letter(card, ids.ACCEPT, number, time.time()))
            for number, (handoff, [card]) in enumerate(cards(stage).items())
        ]
        with ThreadPoolExecutor(4) as hands, _at(first) as one, _at(second) as other:
            for number, (_, letter) in enumerate(letters):
                if number % 2:
                    statuses = list(hands.map(_sent, (one, other, one, other), [letter] * 4))
                else:
                    statuses = [_sent(one, letter) for _ in range(2)]
                assert set(statuses) == {200}, statuses
        stage.clicked |= {handoff for handoff, _ in letters}
        second.kill()
    with program(stage, "serve") as third:
        third.await_ready()
        with _at(third) as door:
            again = {_sent(door, letter) for _, letter in letters for _ in range(2)}
    assert again == {200}, again
    delivery.drain(desk, messenger)
    noise = len([m for m in stage.slack.messages(SALES) if m.get("subtype") == "ephemeral"])
    tally = check(stage)
    return Tally(many, tally.lost, tally.doubled + noise, note=tally.note)


@contextmanager
def _at(running: Program) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{running.port}"
    with httpx.Client(base_url=url, trust_env=False, verify=False, timeout=20) as http:
        yield http


def _four_times_forgotten(stage: Stage) -> Tally:
    """The control: nobody remembers which clicks were here before."""
    stage.store = Forgetful(stage.engine)
    with an_office_on(stage) as office:
        handoffs = _hung(office, 4)
        for number, handoff_id in enumerate(handoffs):
            [card] = cards_of(office, handoff_id)
            letter = _letter(card, ids.ACCEPT, number, office.clock.now.timestamp())
            for _ in range(4):
                _sent(office.http, letter)
        recovered(office)
        tally = decided_once(office, handoffs)
        return Tally(tally.runs, tally.lost, tally.doubled + whispered(office))


def _hung(office: Office, many: int) -> list[str]:
    """So many cards in the sales channel."""
    handoffs = [office.offer(a_person(number)) for number in range(1, many + 1)]
    recovered(office)
    return handoffs


def _only_the_retry(around: Around | None = None) -> Scenario:
    """The first try never arrived; only the one that says it is a retry does."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office:
            handoffs = _hung(office, 4 if stage.quick else 20)
            for number, handoff_id in enumerate(handoffs):
                [card] = cards_of(office, handoff_id)
                letter = _letter(card, ids.ACCEPT, number, office.clock.now.timestamp())
                retry = {"X_Slack_Retry_Num": "1", "X_Slack_Retry_Reason": "http_timeout"}
                assert _sent(office.http, letter, **retry) == 200
            recovered(office)
            return decided_once(office, handoffs)

    return run


def _replayed(store: Callable[[Stage], Any] | None = None) -> Scenario:
    """A click was taken back; four minutes later its very bytes arrive again."""

    def run(stage: Stage) -> Tally:
        if store:
            stage.store = store(stage)
        with an_office_on(stage) as office:
            handoffs = _hung(office, 3 if stage.quick else 20)
            letters = []
            for number, handoff_id in enumerate(handoffs):
                [card] = cards_of(office, handoff_id)
                letters.append(_letter(card, ids.ACCEPT, number, office.clock.now.timestamp()))
                assert _sent(office.http, letters[-1]) == 200
            recovered(office)
            for handoff_id in handoffs:
                [card] = cards_of(office, handoff_id)
                assert office.click(card, ids.UNDO).status_code == 200
            sent_at = min(int(headers["X-Slack-Request-Timestamp"]) for _, headers in letters)
            office.clock.forward(seconds=sent_at + 240 - office.clock.now.timestamp())
            for letter in letters:
                assert _sent(office.http, letter) == 200
            recovered(office)
            once, shown = decided_once(office, handoffs), judged(office, handoffs)
            return Tally(once.runs, once.lost + shown.lost, once.doubled + shown.doubled)

    return run


def _drops(office: Office) -> ASGIApp:
    return dropping_retries(slack_door(office.desk, office.client, office.clock))


def _forgetful(stage: Stage) -> Forgetful:
    return Forgetful(stage.engine)


# Nonsense


def _fuzzed(around: Around | None = None, *, most: int = 10_000) -> Scenario:
    """Signatures, timestamps and bodies at random: 2xx or 4xx, never a failure of ours."""

    def run(stage: Stage) -> Tally:
        luck, runs = random.Random(stage.seed), min(most, 400 if stage.quick else most)
        failed: list[int] = []
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = _hung(office, 1)
            [card] = cards_of(office, handoff_id)
            for number in range(runs):
                body, headers = _nonsense(luck, card, number, office.clock.now.timestamp())
                status = _said(office.http, body, headers)
                if not 200 <= status < 500:
                    failed.append(status)
        return Tally(runs, lost=len(failed), note=", ".join(map(str, sorted(set(failed)))))

    return run


def _said(http: httpx.Client, body: bytes, headers: dict[bytes, bytes]) -> int:
    try:
        answer = http.post("/slack/events", content=body, headers=list(headers.items()))
    except httpx.TransportError:
        return 0
    return answer.status_code


def _nonsense(
    luck: random.Random, card: JSON, number: int, at: float
) -> tuple[bytes, dict[bytes, bytes]]:
    body, honest = _letter(card, ids.DETAILS, number, at)
    kind = luck.choice((_FORM, "application/json", "text/plain", ""))
    match luck.randrange(5):
        case 0:  # the body is honest, who signed it is not
            headers = {**_bytes(honest), **_forged_headers(luck, at)}
            return body, {**headers, b"Content-Type": kind.encode()}
        case 1:
            body = bytes(luck.choices(range(256), k=luck.randrange(300)))
        case 2:
            body = luck.choice(_HARD)
        case 3:
            cut = luck.randrange(len(body))
            body = body[:cut] + bytes([luck.randrange(256)]) + body[cut + luck.randrange(3) :]
        case _:
            body = _twisted(luck, card, number, at)
    return body, {**_bytes(sign(body, at)), b"Content-Type": kind.encode()}


def _forged_headers(luck: random.Random, at: float) -> dict[bytes, bytes]:
    moment = luck.choice(
        (b"", b"abc", b"-1", b"1e9", b"9" * 4000, b"\xe9", b"NaN", b"%d" % (at - 10_000))
    )
    digest = b"v0=" + bytes(luck.choices(b"0123456789abcdef\xe9\xff", k=luck.choice((0, 64, 900))))
    forged = {b"X-Slack-Request-Timestamp": moment, b"X-Slack-Signature": digest}
    kept = luck.choice(([b"X-Slack-Request-Timestamp"], [b"X-Slack-Signature"], list(forged)))
    return {name: forged[name] for name in kept}


def _bytes(headers: dict[str, str]) -> dict[bytes, bytes]:
    wanted = {name: value for name, value in headers.items() if name != "Content-Type"}
    return {name.encode(): value.encode() for name, value in wanted.items()}


_HARD = (
    *(b"", b"null", b"[]", b"{", b"\xff\xfe", b"5", b'"payload"', b"payload=", b"payload=null"),
    *(b"[" * 50_000, b"payload=" + b"[" * 50_000, b"payload=%FF", b"&" * 500, b"=" * 500),
    *(b'{"type": "event_callback", "event": null}', b"command=%2Flead&text=payload"),
    *(b'{"type": "block_actions", "actions": [5], "team": 7}', b"ssl_check=1&token=x"),
    *(b'{"a": 1e999999}', b'{"a": ' + b"9" * 5000 + b"}", b'{"type": "url_verification"}'),
)
_SCRAPS: tuple[Any, ...] = (None, 0, -1.5, "", "x" * 3000, [], {}, [None], {"id": None}, "\ud800")


def _twisted(luck: random.Random, card: JSON, number: int, at: float) -> bytes:
    """A click of which some parts are missing, or something else."""
    honest, _ = _letter(card, ids.DETAILS, number, at)
    payload = json.loads(httpx.QueryParams(honest.decode())["payload"])
    payload["type"] = luck.choice(
        ("block_actions", "view_submission", "view_closed", "shortcut", "event_callback", "else")
    )
    for _ in range(luck.randint(1, 4)):
        _twist(luck, payload)
    if luck.random() < 0.5:
        return json.dumps(payload).encode()
    return urlencode({"payload": json.dumps(payload)}).encode()


def _twist(luck: random.Random, tree: Any) -> None:
    while True:
        names = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not names:
            return
        name = luck.choice(names)
        if luck.random() < 0.4 or not isinstance(tree[name], dict | list):
            tree[name] = deepcopy(luck.choice(_SCRAPS))
            return
        tree = tree[name]


def _too_much(stage: Stage) -> Tally:
    """50 MB with and without a length, slow senders and deep JSON, while leads come in."""
    bounded = 48 * 1024  # kB that the process may grow by
    with program(stage, "serve") as running:
        running.await_ready()
        assert running.send(0) == 201
        before, wrong = _peak(running.pid), 0
        with _at(running) as http, _dawdlers(running.port, 20):
            for content in (b"x" * 50_000_000, _pieces()):
                wrong += _refused(http, content) != 413
            deep = b"[" * 900_000
            headers = {**sign(deep, time.time()), "Content-Type": "application/json"}
            wrong += http.post("/slack/events", content=deep, headers=headers).status_code != 400
            deep_lead = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
            status = http.post("/v1/leads", content=deep, headers=deep_lead).status_code
            wrong += status not in (400, 413, 422)
            began = time.monotonic()
            statuses = [running.send(number) for number in range(1, 11)]
            took = (time.monotonic() - began) / 10
        grown = _peak(running.pid) - before
    wrong += statuses.count(201) != 10
    note = f"{grown / 1024:.0f} MB more memory"
    return Tally(14, lost=wrong + (grown > bounded), recovery=took, note=note)


def _refused(http: httpx.Client, content: Any) -> int:
    try:
        return http.post("/slack/events", content=content).status_code
    except httpx.TransportError:
        return 413  # it hung up before it had read all


def _pieces() -> Iterator[bytes]:
    for _ in range(5000):
        yield b"x" * 10_000


def _peak(pid: int) -> int:
    """The most memory that a process ever had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


@contextmanager
def _dawdlers(port: int, many: int) -> Iterator[None]:
    """So many who send a byte now and then."""
    ended = threading.Event()

    def dribble() -> Iterator[bytes]:
        while not ended.wait(0.2):
            yield b"x"

    def dawdle() -> None:
        try:
            httpx.post(
                f"http://127.0.0.1:{port}/slack/events",
                content=dribble(),
                trust_env=False,
                verify=False,
                timeout=10,
            )
        except httpx.TransportError:
            return

    threads = [threading.Thread(target=dawdle) for _ in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


# The database or Slack does not answer


def _locked(stage: Stage) -> Tally:
    """Somebody holds the write lock for four seconds while reps click."""
    many, rounds = (4, 1) if stage.quick else (12, 3)
    desk = stage.desk()
    for number in range(many * rounds):
        stage.capture(desk, number)
    delivery.drain(desk, stage.messenger(desk))
    hanging = [card for [card] in cards(stage).values()]
    slowest, silent, wrong = 0.0, 0, 0
    with program(stage, "run") as running:
        running.await_ready()
        running.click(hanging[0], ids.DETAILS)  # from here on Bob is known
        for turn in range(rounds):
            clicked = hanging[turn * many : (turn + 1) * many]
            told = len(_whispers(stage))
            with _write_locked(stage, 4.0), ThreadPoolExecutor(many) as hands:
                answers = list(hands.map(lambda card: _timed(running, card), clicked))
            slowest = max(slowest, *(seconds for _, seconds in answers))
            wrong += sum(status != 200 for status, _ in answers)
            undecided = [card for card in clicked if not _is_decided(stage, card)]
            silent += len(undecided) - _told_within(stage, told, len(undecided))
            wrong += sum(running.click(card, ids.ACCEPT) != 200 for card in undecided)
        recovery = stage.await_calm()
    wrong += sum(not _is_decided(stage, card) for card in hanging) + (slowest > _SLACK_WAITS)
    tally = check(stage)
    note = f"slowest answer {slowest:.1f} s; {tally.note}".removesuffix("; ")
    return Tally(len(hanging), tally.lost + wrong + silent, tally.doubled, recovery, note)


def _timed(running: Program, card: JSON) -> tuple[int, float]:
    began = time.monotonic()
    return running.click(card, ids.ACCEPT), time.monotonic() - began


def _is_decided(stage: Stage, card: JSON) -> bool:
    with stage.store.read(TEAM) as view:
        found = view.handoff(card["metadata"]["event_payload"]["id"])
    return bool(found and found.decision)


def _whispers(stage: Stage) -> list[JSON]:
    return [m for m in stage.slack.messages(SALES) if m.get("subtype") == "ephemeral"]


def _told_within(stage: Stage, before: int, wanted: int, *, seconds: float = 3) -> int:
    """How many of so many people were told to try again."""
    deadline = time.monotonic() + seconds
    while len(_whispers(stage)) - before < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return min(wanted, len(_whispers(stage)) - before)


@contextmanager
def _write_locked(stage: Stage, seconds: float) -> Iterator[None]:
    """Nobody else can write for so long; who only reads is not held up."""
    held = threading.Event()

    def hold() -> None:
        with _lock(stage):
            held.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        yield
    finally:
        thread.join()


@contextmanager
def _lock(stage: Stage) -> Iterator[None]:
    file = database_file(stage.url)
    if file is None:
        with psycopg.connect(stage.url) as connection:
            connection.execute("LOCK TABLE lead, handoff, outbox, inbox IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("ROLLBACK")


def _answered_first(stage: Stage) -> Tally:
    """The control: the click is answered at once, and kept afterwards, if that is possible."""
    with an_office_on(stage) as office:
        handoffs = _hung(office, 4)
        with _write_locked(stage, 4.0):
            for number, handoff_id in enumerate(handoffs[:1]):
                stimulus = Stimulus(TEAM, handoff_id, BOB, Door.BUTTON, str(number))
                with suppress(Busy):
                    handoff.accept(office.desk, stimulus)
        return decided_once(office, handoffs[:1])


def _old_buttons(around: Around | None = None) -> Scenario:
    """Buttons that no longer exist, or of handoffs that never did: a polite answer, no effect."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = _hung(office, 1)
            [card] = cards_of(office, handoff_id)
            clicks = [("snooze", handoff_id), ("accept:v0", "ho_gone"), (ids.ACCEPT, "ho_gone")]
            clicks += [(ids.UNDO, ""), (ids.DETAILS, "lead_5"), ("", handoff_id)]
            rude = 0
            for action, value in clicks:
                told = whispered(office)
                button = {"type": "button", "action_id": action, "value": value}
                shown = {**card, "blocks": [_row({**button, "text": {"text": "x"}})]}
                answered = office.click(shown, action).status_code == 200
                recovered(office)
                rude += not answered or not _heard(office, told)
            decided = office.handoff(handoff_id).decision is not None
            return Tally(len(clicks), lost=rude, doubled=int(decided))

    return run


def _row(button: JSON) -> JSON:
    return {"type": "actions", "elements": [button]}


def _heard(office: Office, before: int) -> bool:
    """Whether the person is told something more within a second."""
    deadline = time.monotonic() + 1
    while whispered(office) <= before and time.monotonic() < deadline:
        time.sleep(0.02)
    return whispered(office) > before


def _too_late_for_a_view(around: Around | None = None) -> Scenario:
    """What opens a view has expired, or Slack does not open it: the person hears of it."""

    def run(stage: Stage) -> Tally:
        failures = [
            *(b.fails("expired_trigger_id"), b.fails("exchanged_trigger_id"), b.limited("30")),
            *(b.broken(posted=False), b.resets(posted=False), b.hangs(2.4, posted=False)),
        ]
        with an_office_on(stage, around) as office, silenced():
            [handoff_id] = _hung(office, 1)
            [card] = cards_of(office, handoff_id)
            silent, slowest = 0, 0.0
            for failure in failures:
                told = whispered(office)
                office.slack.script("views.open", failure)
                began = time.monotonic()
                status = office.click(card, ids.DETAILS).status_code
                slowest = max(slowest, time.monotonic() - began)
                recovered(office)
                silent += status != 200 or not _heard(office, told)
        note = f"slowest answer {slowest:.1f} s"
        return Tally(len(failures), silent + (slowest > _SLACK_WAITS), note=note)

    return run


def _slack_down(around: Around | None = None) -> Scenario:
    """No call to Slack comes through while reps click: decided and answered all the same."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage, around) as office, silenced():
            handoffs = _hung(office, 4 if stage.quick else 20)
            hanging = [card for h in handoffs for card in cards_of(office, h)]
            office.slack.director = lambda *_: b.resets(posted=False)
            slowest, wrong = 0.0, 0
            for card in hanging:
                began = time.monotonic()
                wrong += office.click(card, ids.ACCEPT).status_code != 200
                slowest = max(slowest, time.monotonic() - began)
                office.drain()
            office.slack.director = None
            once = decided_once(office, handoffs)
            shown = judged(office, handoffs, recovered(office))
        harm = wrong + once.lost + shown.lost + (slowest > _SLACK_WAITS)
        note = f"slowest answer {slowest * 1000:.0f} ms"
        return Tally(len(handoffs), harm, once.doubled + shown.doubled, shown.recovery, note)

    return run


def _uninstalled(store: Callable[[Stage], Any] | None = None) -> Scenario:
    """The app is uninstalled with cards on their way; late events and clicks; installed again."""

    def run(stage: Stage) -> Tally:
        if store:
            stage.store = store(stage)
        with an_office_on(stage) as office:
            [first] = handoffs = _hung(office, 1)
            [hanging] = cards_of(office, first)
            handoffs += [office.offer(a_person(number)) for number in range(2, 8)]
            office.slack.director = lambda *_: b.fails("account_inactive")
            calls = len(office.slack.calls)
            wrong = _events(office, *["app_uninstalled"] * 4, "message", "app_home_opened")
            for _ in range(5):
                office.wait(60)
            knocks = len(office.slack.calls) - calls
            wrong += office.click(hanging, ids.ACCEPT).status_code != 200
            office.slack.director = None
            assert isinstance(office.messenger, SlackMessenger)
            delivery.reopen(office.desk, office.messenger)
            worst = recovered(office)
            wrong += _events(office, "app_uninstalled")  # Slack sends it once more
            handoffs.append(office.offer(a_person(8)))
            tally = judged(office, handoffs, max(worst, recovered(office)))
        note = f"{knocks} calls while it was uninstalled"
        return Tally(tally.runs, tally.lost + wrong + knocks, tally.doubled, tally.recovery, note)

    return run


def _events(office: Office, *kinds: str) -> int:
    """Slack tells of this, all under the id of its kind; how often it was not answered 200."""
    return sum(
        office.tell(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "event_id": f"Ev0{kind}",
                "event": {"type": kind, "user": BOB},
            }
        ).status_code
        != 200
        for kind in kinds
    )


FAULTS: tuple[Fault, ...] = (
    Fault(
        "C1",
        "one click 4 times: in turn, at once, at two processes, after a restart",
        _four_times,
        _four_times_forgotten,
        quick=True,
    ),
    Fault("C2", "only the retry arrives", _only_the_retry(), _only_the_retry(_drops), quick=True),
    Fault(
        "C3",
        "a click replayed after 4 minutes, when it was undone",
        _replayed(),
        _replayed(_forgetful),
        quick=True,
    ),
    Fault(
        "C4",
        "10,000 forged and malformed requests",
        _fuzzed(),
        _fuzzed(bolt_app, most=200),
    ),
    Fault("C5", "50 MB, slow senders, deep JSON", _too_much, _fuzzed(bolt_app, most=200)),
    Fault("C6", "write lock of 4 s during clicks", _locked, _answered_first),
    Fault("C7", "unknown action, old button", _old_buttons(), _old_buttons(bolt_app), quick=True),
    Fault(
        "C8",
        "trigger expired, view refused",
        _too_late_for_a_view(),
        _too_late_for_a_view(bolt_app),
    ),
    Fault(
        "C10",
        "uninstalled, late events, installed again",
        _uninstalled(),
        _uninstalled(_forgetful),
        quick=True,
    ),
    Fault("C9", "Slack down while clicking", _slack_down(), _slack_down(bolt_app), quick=True),
)
