"""Section C: what reaches us is repeated, late, forged, broken or too much; it counts once."""

from __future__ import annotations

from typing import Any

from tests.faults.fault import Fault
from tests.faults.naive import bolt_app
from tests.faults.nonsense import fuzzed, too_much
from tests.faults.repeats import (
    drops,
    forgetful,
    four_times,
    four_times_forgotten,
    only_the_retry,
    replayed,
)
from tests.faults.stalls import (
    answered_first,
    locked,
    old_buttons,
    slack_down,
    too_late_for_a_view,
    uninstalled,
)

JSON = dict[str, Any]


FAULTS: tuple[Fault, ...] = (
    Fault(
        "C1",
        "one click 4 times: in turn, at once, at two processes, after a restart",
        four_times,
        four_times_forgotten,
        quick=True,
    ),
    Fault("C2", "only the retry arrives", only_the_retry(), only_the_retry(drops), quick=True),
    Fault(
        "C3",
        "a click replayed after 4 minutes, when it was undone",
        replayed(),
        replayed(forgetful),
        quick=True,
    ),
    Fault(
        "C4",
        "10,000 forged and malformed requests",
        fuzzed(),
        fuzzed(bolt_app, most=200),
    ),
    Fault("C5", "50 MB, slow senders, deep JSON", too_much, fuzzed(bolt_app, most=200)),
    Fault("C6", "write lock of 4 s during clicks", locked, answered_first),
    Fault("C7", "unknown action, old button", old_buttons(), old_buttons(bolt_app), quick=True),
    Fault(
        "C8",
        "trigger expired, view refused",
        too_late_for_a_view(),
        too_late_for_a_view(bolt_app),
    ),
    Fault(
        "C10",
        "uninstalled, late events, installed again",
        uninstalled(),
        uninstalled(forgetful),
        quick=True,
    ),
    Fault("C9", "Slack down while clicking", slack_down(), slack_down(bolt_app), quick=True),
)
