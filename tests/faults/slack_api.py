"""Section B: Slack refuses, stalls, breaks off or says nothing; there is one card all the same."""

from __future__ import annotations

from tests.faults.bureau import (
    hopeful,
    knocking,
    marking_first,
    retrying,
)
from tests.faults.calls import (
    CUT_OFF,
    GARBLED,
    HANGS,
    LIMITED,
    NOT_POSTED,
    POSTED,
    away,
    belated,
    one_call,
)
from tests.faults.fault import Fault
from tests.faults.hostile import careless, fuzzed
from tests.faults.queues import everything, restless, revoked, storm
from tests.faults.refusals import closed_channel, documented, forged, unreadable, update_refused
from tests.faults.vocabulary import spoken

FAULTS: tuple[Fault, ...] = (
    Fault(
        "B1",
        "429 with Retry-After 1, 30, missing, garbage, a date",
        one_call(LIMITED),
        one_call(LIMITED, marking_first),
        quick=True,
    ),
    Fault("B2", "a storm of 429 with 5,000 queued", storm(), storm(marking_first, most=200)),
    Fault("B3", "5xx, not posted", one_call(NOT_POSTED), one_call(NOT_POSTED, marking_first)),
    Fault("B4", "5xx, but posted", one_call(POSTED), one_call(POSTED, retrying), quick=True),
    Fault(
        "B5",
        "hang: posted, not posted, posted late",
        one_call(HANGS, times=4),
        one_call(HANGS, retrying, times=4),
    ),
    Fault(
        "B6",
        "reset or half-close after the request",
        one_call(CUT_OFF),
        one_call(CUT_OFF, retrying),
        quick=True,
    ),
    Fault(
        "B7",
        "cut body, HTML 200, empty 200",
        one_call(GARBLED),
        one_call(GARBLED, retrying),
        quick=True,
    ),
    Fault(
        "B18",
        "posted late, after we have looked and posted again",
        belated(),
        belated(looks=False),
        quick=True,
    ),
    Fault("B8", "connection refused, no such name, TLS fails", away(), away(marking_first)),
    Fault(
        "B9",
        "every documented error of chat.postMessage",
        documented(),
        documented(marking_first),
    ),
    Fault(
        "B19",
        "every documented error of the other methods we call",
        spoken(),
        spoken(marking_first),
    ),
    Fault(
        "B10",
        "channel archived, or left",
        closed_channel(),
        closed_channel(marking_first),
        quick=True,
    ),
    Fault("B11", "token revoked mid-queue", revoked(), revoked(knocking), quick=True),
    Fault(
        "B12",
        "update refused, or card deleted by hand",
        update_refused(),
        update_refused(hopeful),
        quick=True,
    ),
    Fault(
        "B13",
        "10,000 hostile leads: no card refused",
        fuzzed(),
        fuzzed(careless, most=100),
        databases=("sqlite",),
    ),
    Fault("B14", "history unreadable", unreadable(), unreadable(marking_first)),
    Fault("B15", "forged marks", forged(), forged(marking_first)),
    Fault("B16", "200 changes of one card in 5 s", restless(), restless(hopeful), quick=True),
    Fault(
        "B17",
        "two calls of five fail, in any way",
        everything(),
        everything(retrying, most=60),
        quick=True,
    ),
)
