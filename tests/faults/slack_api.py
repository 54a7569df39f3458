"""Section B: Slack refuses, stalls, breaks off or says nothing; there is one card all the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from core.domain.draft import Draft
from core.domain.lead import Identity, Profile
from core.domain.log import Door
from core.errors import Invalid
from core.ports import Unit
from core.services import delivery, intake
from core.services.intake import Sender
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from tests.builders import TEAM, a_signal, an_offer
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    cards_of,
    hopeful,
    judged,
    knocking,
    marking_first,
    recovered,
    retrying,
    says_truth,
)
from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.stage import Stage
from tests.slack import behaviours as b
from tests.slack.office import DIGEST, MARKETING, SALES, Office, a_person

JSON = dict[str, Any]
POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"


# One call goes wrong


def _one_call(failures: Sequence[b.Behaviour], way: Way = baton, *, times: int = 10) -> Scenario:
    """Each failure strikes the posting of some cards, one after the other."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            struck = [failure for failure in failures for _ in range(1 if stage.quick else times)]
            worst = max(_struck(office, n, failure) for n, failure in enumerate(struck, 1))
            return judged(office, [f"ho_{n}" for n in range(1, len(struck) + 1)], worst)

    return run


def _struck(office: Office, number: int, failure: b.Behaviour) -> float:
    office.slack.script(POST, failure)
    office.offer(a_person(number))
    office.drain()
    return recovered(office)


_HEADERS = ("1", "30", None, "soon", "Wed, 21 Oct 2026 07:28:00 GMT")
_LIMITED = [b.limited(header) for header in _HEADERS]
_POSTED = [b.broken(status, posted=True) for status in (500, 502, 503, 504)]
_NOT_POSTED = [b.broken(status, posted=False) for status in (500, 502, 503, 504)]
_HANGS = [b.hangs(1.3, posted=True), b.hangs(1.3, posted=False), b.lands_late(0.3)]
_CUT_OFF = [
    *(b.resets(posted=posted) for posted in (True, False)),
    *(b.hangs(0, posted=posted) for posted in (True, False)),
]
_GARBLED = [
    behaviour(posted=posted) for posted in (True, False) for behaviour in (b.cut, b.html, b.empty)
]


# Many calls go wrong


def _storm(way: Way = baton, *, most: int = 5000) -> Scenario:
    """A long queue meets one 429 after another: order is kept, and nobody is pressed."""

    def run(stage: Stage) -> Tally:
        most_here = min(most, 1000) if stage.database == "postgres" else most
        with an_office_on(stage) as office:
            office.messenger = way(office)
            watch = _Watch(office, random.Random(stage.seed))
            office.slack.director = watch.direct
            handoffs = _offered_together(office, 200 if stage.quick else most_here)
            tally = judged(office, handoffs, recovered(office))
            told = [_number(card["metadata"]["event_payload"]["id"]) for card in office.cards()]
        disordered = sum(a > b for a, b in pairwise(told))
        note = f"{disordered} out of order, {watch.hurried} too fast, {watch.pressed} too early"
        return replace(
            tally, lost=tally.lost + disordered + watch.hurried + watch.pressed, note=note
        )

    return run


class _Watch:
    """Refuses each fifth post for a while, and sees whether anybody is in a hurry."""

    def __init__(self, office: Office, luck: random.Random) -> None:
        self._office = office
        self._luck = luck
        self._rests_until = office.clock.now
        self._posted: list[datetime] = []
        self.pressed = 0

    def direct(self, method: str, _: JSON) -> b.Behaviour:
        if method != POST:
            return b.OK
        now = self._office.clock.now
        self.pressed += now < self._rests_until
        if self._luck.random() < 0.2:
            seconds = self._luck.choice((1, 2, 30))
            self._rests_until = now + timedelta(seconds=seconds)
            return b.limited(str(seconds))
        self._posted.append(now)
        return b.OK

    @property
    def hurried(self) -> int:
        """How many posts came although ten others had come in the eight seconds before."""
        posted, window = self._posted, timedelta(seconds=8)
        return sum(posted[n] - posted[n - 10] < window for n in range(10, len(posted)))


def _offered_together(office: Office, many: int) -> list[str]:
    def work(unit: Unit, at: datetime) -> None:
        for number in range(1, many + 1):
            unit.record(an_offer(a_person(number), at=at), at=at)

    office.desk.change(TEAM, work)
    return [f"ho_{number}" for number in range(1, many + 1)]


def _number(handoff: str) -> int:
    return int(handoff.removeprefix("ho_"))


_ANY_POST = [*_POSTED, *_NOT_POSTED, *_CUT_OFF, *_GARBLED, b.lands_late(0.02), b.limited("2")]
_ANY_READ = [*_NOT_POSTED, b.resets(posted=False), b.cut(), b.html(posted=False), b.limited("2")]


def _everything(way: Way = baton, *, most: int = 600) -> Scenario:
    """Two calls of five fail, in any way, while leads come in and reps accept them."""

    def run(stage: Stage) -> Tally:
        luck = random.Random(stage.seed)

        def direct(method: str, _: JSON) -> b.Behaviour:
            if luck.random() > 0.4:
                return b.OK
            return luck.choice(_ANY_POST if method.startswith("chat.") else _ANY_READ)

        with an_office_on(stage) as office:
            office.messenger = way(office)
            office.slack.director = direct
            handoffs, worst = [], 0.0
            for number in range(1, (25 if stage.quick else most) + 1):
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                if luck.random() < 0.3:
                    worst = max(worst, recovered(office))
                    _accepted(office, luck.choice(handoffs))
            return judged(office, handoffs, max(worst, recovered(office)))

    return run


def _accepted(office: Office, handoff: str) -> None:
    for message in cards_of(office, handoff):
        if ids.ACCEPT in str(message["blocks"]):
            office.click(message, ids.ACCEPT)


def _away(way: Way = baton) -> Scenario:
    """Nobody is there, the name means nothing, or TLS fails; then all is well."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            home, handoffs, worst = office.slack.url, [], 0.0
            away = [_NOBODY, _NO_NAME, home.replace("http://", "https://")]
            for number, url in enumerate(away * (1 if stage.quick else 5), 1):
                office.client.base_url = url
                handoffs.append(office.offer(a_person(number)))
                for _ in range(20):
                    office.drain()
                    office.clock.forward(seconds=7)
                office.client.base_url = home
                worst = max(worst, recovered(office))
            return judged(office, handoffs, worst)

    return run


_NOBODY = "http://127.0.0.1:9/api/"
_NO_NAME = "http://[::1%nowhere]/api/"  # a name that cannot be found, without asking anybody


# Slack lets us in no more, or not there


def _revoked(way: Way = baton) -> Scenario:
    """The token is revoked in the middle of a queue: one call notices, and all resumes later."""

    def run(stage: Stage) -> Tally:
        names = ("token_revoked", "account_inactive", "invalid_auth", "token_expired")
        with an_office_on(stage) as office:
            doorbell = office.messenger
            assert isinstance(doorbell, SlackMessenger)
            office.messenger = way(office)
            handoffs, knocks, worst = [], 0, 0.0
            for turn, name in enumerate(names[: 1 if stage.quick else 4]):
                handoffs += [office.offer(a_person(10 * turn + n)) for n in range(10)]
                for _ in range(4):
                    office.wait(1)
                office.slack.director = lambda *_, name=name: b.fails(name)
                calls = len(office.slack.calls)
                for _ in range(20):
                    office.wait(30)
                knocks += max(0, len(office.slack.calls) - calls - 1)
                delivery.reopen(office.desk, doorbell)  # in vain
                office.slack.director = None
                delivery.reopen(office.desk, doorbell)
                worst = max(worst, recovered(office))
            tally = judged(office, handoffs, worst)
        note = f"{knocks} calls more than one"
        return replace(tally, doubled=tally.doubled + knocks, note=note)

    return run


def _closed_channel(way: Way = baton) -> Scenario:
    """The channel is archived, or we are not in it: the card hangs elsewhere, or it is parked.

    Then somebody mends it and has what was parked told again.
    """

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, parked, number = [], 0.0, 0, 0
            for closed in ([SALES], [SALES, MARKETING, DIGEST]) * (1 if stage.quick else 4):
                for attribute in ("archived", "member"):
                    _set(office, closed, attribute, attribute == "archived")
                    for _ in range(3):
                        number += 1
                        handoffs.append(office.offer(a_person(number)))
                    recovered(office)
                    _set(office, closed, attribute, attribute == "member")
                    office.clock.forward(seconds=30)
                    parked += _retried(office)
                    worst = max(worst, recovered(office))
            return replace(judged(office, handoffs, worst), note=f"{parked} retried by hand")

    return run


def _set(office: Office, channels: Sequence[str], attribute: str, value: bool) -> None:
    with office.slack.team.lock:
        for channel in channels:
            setattr(office.slack.team.rooms[channel], attribute, value)


def _retried(office: Office) -> int:
    """Have everything told again that was set aside."""
    outbox = office.desk.store.outbox
    waiting = outbox.waiting(limit=1000)
    return sum(outbox.retry(row.id, at=office.clock.now) for row in waiting)


def _documented(way: Way = baton) -> Scenario:
    """Each error that Slack documents for a post, once: told later, elsewhere, or parked."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            doorbell = office.messenger
            assert isinstance(doorbell, SlackMessenger)
            office.messenger = way(office)
            handoffs, worst, unsorted = [], 0.0, 0
            for number, name in enumerate(_ERRORS, 1):
                office.slack.script(POST, b.fails(name))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                delivery.reopen(office.desk, doorbell)
                worst = max(worst, recovered(office))
                aside = office.desk.store.outbox.waiting(limit=10)
                unsorted += sum("bug" in str(row) for row in aside) and name not in _OURS
                _retried(office)
                worst = max(worst, recovered(office))
                office.clock.forward(seconds=60)
            tally = judged(office, handoffs, worst)
            # What Slack does not take as a card hangs there as plain text.
            lost = sum(not cards_of(office, handoff) for handoff in handoffs)
        return replace(tally, lost=lost + unsorted)

    return run


# As Slack's reference lists them for chat.postMessage; the first half is about mistakes of ours.
_MISTAKES = """
    as_user_not_supported attachment_payload_limit_exceeded deprecated_endpoint
    duplicate_channel_not_found duplicate_message_not_found invalid_arg_name invalid_arguments
    invalid_array_arg invalid_charset invalid_form_data invalid_metadata_format
    invalid_metadata_schema invalid_post_type markdown_text_conflict metadata_must_be_sent_from_app
    metadata_too_large method_deprecated missing_post_type no_text too_many_attachments
    too_many_contact_cards
"""
_OTHERS = """
    access_denied account_inactive accesslimited cannot_reply_to_message channel_not_found
    ekm_access_denied enterprise_is_restricted fatal_error internal_error invalid_auth
    invalid_blocks invalid_blocks_format is_archived message_limit_exceeded messages_tab_disabled
    missing_scope msg_blocks_too_long msg_too_long no_permission not_allowed_token_type not_authed
    not_in_channel org_login_required rate_limited ratelimited request_timeout restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel
    restricted_action_thread_locked restricted_action_thread_only_channel service_unavailable
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
    slack_connect_lists_sharing_blocked team_access_not_granted team_added_to_org team_not_found
    token_expired token_revoked two_factor_setup_required
"""
_OURS = frozenset(_MISTAKES.split())
_ERRORS = (*sorted(_OURS), *_OTHERS.split())


# A message cannot be changed, or not be seen


def _update_refused(way: Way = baton) -> Scenario:
    """The card was deleted by hand, or Slack will not change it: a fresh one says how it stands."""

    def run(stage: Stage) -> Tally:
        errors = ("", "message_not_found", "cant_update_message", "edit_window_closed")
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, doubled = [], 0.0, 0
            for number, error in enumerate(errors * (1 if stage.quick else 5), 1):
                handoff = office.offer(a_person(number))
                handoffs.append(handoff)
                recovered(office)
                [hung] = cards_of(office, handoff)
                office.click(hung, ids.ACCEPT)
                if error:
                    office.slack.script(UPDATE, b.fails(error))
                else:
                    office.slack.team.delete(SALES, hung["ts"])
                office.drain()
                worst = max(worst, recovered(office))
                true = [c for c in cards_of(office, handoff) if says_truth(office, handoff, c)]
                doubled += max(0, len(true) - 1)
            # The one that Slack refused to change still hangs there, and nobody can help that.
            return replace(judged(office, handoffs, worst), doubled=doubled)

    return run


def _unreadable(way: Way = baton) -> Scenario:
    """We may not look whether it was posted: a repeat says that it may be one."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, unlabelled, worst = [], 0, 0.0
            office.slack.always(HISTORY, b.fails("missing_scope"))
            for number in range(1, 5 if stage.quick else 41):
                office.slack.script(POST, b.broken(posted=bool(number % 2)))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                worst = max(worst, recovered(office))
                again = cards_of(office, handoffs[-1])[1:]
                unlabelled += sum("repeat" not in str(card) for card in again)
            lost = sum(not cards_of(office, handoff) for handoff in handoffs)
        return Tally(len(handoffs), lost, unlabelled, worst, "a repeat is labelled as one")

    return run


def _forged(way: Way = baton) -> Scenario:
    """Somebody copies our mark, or invents one: it is not taken for our card."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst = [], 0.0
            for number in range(1, 3 if stage.quick else 21):
                office.clock.forward(seconds=2)  # the channel is free again
                office.slack.script(POST, b.broken(posted=False))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                _forge(office, handoffs[-1], copied=bool(number % 2))
                worst = max(worst, recovered(office))
            _take_down(office)
            return judged(office, handoffs, worst)

    return run


def _forge(office: Office, handoff: str, *, copied: bool) -> None:
    """A message with the very mark of ours from somebody else, or a wrong mark in our name."""
    payload = office.slack.calls_of(POST)[-1].args["metadata"]["event_payload"]
    seal = payload["seal"] if copied else "0" * 32
    metadata = {"event_type": "baton_card", "event_payload": {"id": handoff, "seal": seal}}
    office.client.chat_postMessage(channel=SALES, text="forged", metadata=metadata)
    with office.slack.team.lock:
        office.slack.team.rooms[SALES].messages[-1]["user"] = "U0MALLORY" if copied else "U0BATON"


def _take_down(office: Office) -> None:
    for message in office.cards():
        if message["text"] == "forged":
            office.slack.team.delete(SALES, message["ts"])


def _restless(way: Way = baton) -> Scenario:
    """200 changes of one card in five seconds, some updates fail: it ends as the database says."""

    def run(stage: Stage) -> Tally:
        luck = random.Random(stage.seed)
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, before = [], 0.0, 0
            for number in range(1, 2 if stage.quick else 6):
                handoffs.append(office.offer(a_person(number)))
                worst = max(worst, recovered(office))
                before = len(office.slack.calls_of(UPDATE))
                _changed_often(office, handoffs[-1], luck)
                worst = max(worst, recovered(office))
            updates = len(office.slack.calls_of(UPDATE)) - before
            return replace(judged(office, handoffs, worst), note=f"{updates} updates for 201")

    return run


def _changed_often(office: Office, handoff: str, luck: random.Random) -> None:
    """Accepted and taken back a hundred times, and accepted in the end."""
    [card] = cards_of(office, handoff)
    for turn in range(201):
        action = ids.UNDO if turn % 2 else ids.ACCEPT
        button = {"type": "button", "action_id": action, "value": handoff, "text": {"text": "x"}}
        shown = {**card, "blocks": [{"type": "actions", "elements": [button]}]}
        assert office.click(shown, action).status_code == 200
        office.clock.forward(milliseconds=25)
        if luck.random() < 0.2:
            office.slack.director = lambda *_: luck.choice([b.OK, *_ANY_READ])
            office.drain()
    office.slack.director = None


# What nobody can say there


def _fuzzed(stage: Stage) -> Tally:
    """Leads with every sort of hostile text: Slack refuses none of their cards."""
    luck = random.Random(stage.seed)
    with an_office_on(stage) as office:
        handoffs: list[str] = []
        refused, worst = 0, 0.0
        while len(handoffs) < (200 if stage.quick else 10_000):
            draft = _hostile(luck, len(handoffs) + refused, office.clock.now)
            try:
                taken = intake.capture(office.desk, TEAM, draft, sender=_SENDER)
            except Invalid:
                refused += 1
                continue
            assert taken.handoff
            handoffs.append(taken.handoff.id)
            if len(handoffs) % 50 == 0:
                worst = max(worst, recovered(office))
        tally = judged(office, handoffs, max(worst, recovered(office)))
    return replace(tally, note=f"and {refused} refused at the door")


_SENDER = Sender("api", Door.API)
_PIECES = (
    *("<!channel>", "<!here>", "<@U0BOB>", "<https://evil.example|bank>", "&amp;", "*b*", "`c`"),
    *("\u202e", "\u2066", "\u200b", "\x00", "\x07", "\n" * 30, "\t", "\ufeff", "\U000e0041"),
    *("山田太郎", "العربية", "e\u0301" * 40, "👩‍👩‍👧‍👦", "\U0001f1ef\U0001f1f5", "’", '"', "\\"),
    *(
        "{name}",
        "{ $who }",
        "%s",
        "=cmd()",
        "<script>",
        "x" * 600,
        "あ" * 600,
        "&" * 400,
        "<" * 400,
    ),
    *(":tada:", "~~~", "> quote", "|", "null", "-1", " ", ""),
)


def _hostile(luck: random.Random, number: int, at: datetime) -> Draft:
    def said() -> str:
        return "".join(luck.choices(_PIECES, k=luck.randint(1, 6)))[: luck.choice((20, 499, 510))]

    return Draft(
        Identity(email=f"p{number}@acme.example"),
        Profile(said(), said(), said(), said(), said(), said(), {"note": said()}),
        tuple(
            a_signal(f"{number}-{n}", occurred_at=at, properties={"path": "/pricing/" + said()})
            for n in range(luck.randint(3, 9))
        ),
    )


FAULTS: tuple[Fault, ...] = (
    Fault(
        "B1",
        "429 with Retry-After 1, 30, missing, garbage, a date",
        _one_call(_LIMITED),
        _one_call(_LIMITED, marking_first),
        quick=True,
    ),
    Fault("B2", "a storm of 429 with 5,000 queued", _storm(), _storm(marking_first, most=200)),
    Fault("B3", "5xx, not posted", _one_call(_NOT_POSTED), _one_call(_NOT_POSTED, marking_first)),
    Fault("B4", "5xx, but posted", _one_call(_POSTED), _one_call(_POSTED, retrying), quick=True),
    Fault(
        "B5",
        "hang: posted, not posted, posted late",
        _one_call(_HANGS, times=4),
        _one_call(_HANGS, retrying, times=4),
    ),
    Fault(
        "B6",
        "reset or half-close after the request",
        _one_call(_CUT_OFF),
        _one_call(_CUT_OFF, retrying),
        quick=True,
    ),
    Fault(
        "B7",
        "cut body, HTML 200, empty 200",
        _one_call(_GARBLED),
        _one_call(_GARBLED, retrying),
        quick=True,
    ),
    Fault("B8", "connection refused, no such name, TLS fails", _away(), _away(marking_first)),
    Fault(
        "B9",
        "every documented error of chat.postMessage",
        _documented(),
        _documented(marking_first),
    ),
    Fault(
        "B10",
        "channel archived, or left",
        _closed_channel(),
        _closed_channel(marking_first),
        quick=True,
    ),
    Fault("B11", "token revoked mid-queue", _revoked(), _revoked(knocking), quick=True),
    Fault(
        "B12",
        "update refused, or card deleted by hand",
        _update_refused(),
        _update_refused(hopeful),
        quick=True,
    ),
    Fault("B13", "10,000 hostile leads: no card refused", _fuzzed, databases=("sqlite",)),
    Fault("B14", "history unreadable", _unreadable(), _unreadable(marking_first)),
    Fault("B15", "forged marks", _forged(), _forged(marking_first)),
    Fault("B16", "200 changes of one card in 5 s", _restless(), _restless(hopeful), quick=True),
    Fault(
        "B17",
        "two calls of five fail, in any way",
        _everything(),
        _everything(retrying, most=60),
        quick=True,
    ),
)
