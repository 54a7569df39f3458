"""Which addresses may be told, what signs, how long a sick one is left alone, and of what."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from core.domain.announcement import EventType, event_of
from core.domain.log import Door, Entry
from core.domain.stages import Stage, Verb, after, is_move
from core.domain.webhook import Webhook, checked_url
from core.errors import Invalid
from tests.builders import NOW

HOOK = Webhook("wh_1", "https://tool.example/", frozenset(), "whsec_bmV3", NOW, told=0)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "url",
    ["https://tool.example/hooks?key=1", "https://10.0.0.7:8443/", "http://127.0.0.1:8080/x",
     "http://localhost/", "http://[::1]:9/x", "https://tool.example"],
)  # fmt: skip
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["http://tool.example/", "http://10.0.0.7/", "ftp://tool.example/", "tool.example/hooks", "",
     "https:///hooks", "https://user:word@tool.example/", "https://tool.example/#top",
     "https://tool.example/a b", "https://tool.example/\n", "https://tool.example:99999/",
     "https://tööl.example/", "http://127.0.0.1.evil.example/", "http://localhost.evil.example/",
     "file:///etc/passwd", "https://[::1", "https://tool.example:0/", "https://x/" + "a" * 2000],
)  # fmt: skip
def test_every_other_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_url(url)
    assert refused.value.field == "url"


def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    rotated = HOOK.rotated("whsec_bmV3ZXI=", at=NOW)
    assert HOOK.secrets(NOW) == ("whsec_bmV3",)
    assert rotated.secrets(NOW + 23 * HOUR) == ("whsec_bmV3ZXI=", "whsec_bmV3")
    assert rotated.secrets(NOW + 24 * HOUR) == ("whsec_bmV3ZXI=",)


def test_a_sick_address_is_left_alone_for_longer_each_time_and_never_for_ever() -> None:
    hook, rests = HOOK, []
    for _ in range(12):
        hook = hook.has_failed(at=NOW)
        assert hook.rests_until
        rests.append((hook.rests_until - NOW).total_seconds())
    assert rests == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800]
    assert hook.has_worked() == HOOK


def test_what_it_asks_for_is_waited_for_within_reason() -> None:
    def rest(asked: timedelta) -> timedelta:
        until = HOOK.has_failed(at=NOW, asked=asked).rests_until
        assert until
        return until - NOW

    assert rest(2 * HOUR) == 2 * HOUR
    assert rest(timedelta()) == timedelta(seconds=5)
    assert rest(365 * 24 * HOUR) == 24 * HOUR


def entry(verb: Verb, start: Stage | None, end: Stage) -> Entry:
    return Entry("ld_1", "ho_1", start, end, verb, "U1", Door.BUTTON, NOW)


def test_every_move_into_or_out_of_nurturing_is_told() -> None:
    moves = [
        (start, verb, end)
        for start, verb, end in product(Stage, Verb, Stage)
        if is_move(start, verb, end) and (start is Stage.NURTURING) is not (end is Stage.NURTURING)
    ]
    assert len(moves) > 8
    assert [move for move in moves if event_of(entry(move[1], move[0], move[2])) is None] == []


@pytest.mark.parametrize(
    "verb",
    [verb for stage, verb in product(Stage, Verb) if after(stage, verb) is Stage.NURTURING],
)
def test_whatever_brings_a_lead_back_is_a_return(verb: Verb) -> None:
    start = next(stage for stage in Stage if after(stage, verb) is Stage.NURTURING)
    assert event_of(entry(verb, start, Stage.NURTURING)) is EventType.RETURNED


@pytest.mark.parametrize(
    ("verb", "start", "end", "event"),
    [
        (Verb.CAPTURE, None, Stage.NEW, None),
        (Verb.NOTE, Stage.NURTURING, Stage.NURTURING, None),
        (Verb.MERGE, Stage.NEW, Stage.MERGED, None),
        (Verb.SEND, Stage.NURTURING, Stage.NURTURING, EventType.OFFER_SENT),
        (Verb.WAKE, Stage.NURTURING, Stage.NURTURING, EventType.WAKE_SET),
        (Verb.UNDO, Stage.NURTURING, Stage.MQL, EventType.UNDONE),
        (Verb.REROUTE, Stage.TQL, Stage.MQL, EventType.MOVED),
        (Verb.TOUCH, Stage.SAL, Stage.SAL, EventType.CONTACTED),
    ],
)
def test_other_moves_have_names_of_their_own(
    verb: Verb, start: Stage | None, end: Stage, event: EventType | None
) -> None:
    assert event_of(entry(verb, start, end)) is event
