"""D: many hands reach for one handoff in the same moment, and exactly one of them gets it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from core.domain.draft import Draft
from core.domain.handoff import Change, TooLate
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door
from core.domain.stages import Verb
from core.services import handoff as decisions
from core.services import intake, watch
from core.services.handoff import Rejection, Repeated, Stimulus
from core.services.intake import Sender
from handlers.slack.views import ids
from tests.builders import TEAM, a_signal
from tests.faults.bureau import an_office_on
from tests.faults.fault import Fault, Tally
from tests.faults.floor import Floor, a_floor, at_once
from tests.faults.stage import Stage
from tests.slack.office import BOB, a_person
from tests.slack.team import Person

_ROUNDS = {50: 100, 8: 400, 2: 500}  # rounds by how many reps reach at once
_HEAD_START = 0.004  # seconds in which every hand of both programs is in place
_NONE = Tally(0)
_NO = Rejection("no_need")


# Accept


def accept_at_once(stage: Stage) -> Tally:
    """2, 8 and 50 reps accept."""
    return _contest(stage, "careful", {8: 30} if stage.quick else _ROUNDS)


def accept_naively(stage: Stage) -> Tally:
    """The control: whoever reads that it is free takes it."""
    return _contest(stage, "naive", {8: 20} if stage.quick else {50: 10, 8: 20, 2: 10})


def _contest(stage: Stage, way: str, rounds: dict[int, int]) -> Tally:
    """Reps in two programs accept the same handoffs at the same moments."""
    sizes = [size for size, number in rounds.items() for _ in range(number)]
    with a_floor(stage.url) as floor, _rival(stage, way) as one, _rival(stage, way) as other:
        ids = floor.offer(*(f"{way}{number}" for number in range(len(sizes))))
        told = [_round(id, size, one, other) for id, size in zip(ids, sizes, strict=True)]
        winners = [counts["won"] for counts in told]
        if way == "careful":
            _must_agree(floor, ids, winners)
    lost = sum(won == 0 for won in winners)
    doubled = sum(won > 1 for won in winners)
    busy = sum(counts["busy"] for counts in told)
    note = f"{busy} of {sum(sizes)} clicks told to try again" if busy else f"{sum(sizes)} clicks"
    return Tally(len(sizes), lost, doubled, note=note)


def _round(
    handoff_id: str, size: int, one: subprocess.Popen[str], other: subprocess.Popen[str]
) -> Counter[str]:
    begins = time.monotonic() + _HEAD_START
    for rival, mine in ((one, range(0, size, 2)), (other, range(1, size, 2))):
        assert rival.stdin
        said = {"handoff": handoff_id, "reps": [f"U{rep}" for rep in mine], "at": begins}
        rival.stdin.write(json.dumps(said) + "\n")
        rival.stdin.flush()
    counts: Counter[str] = Counter()
    for rival in (one, other):
        counts.update(json.loads(_line(rival)))
    return counts


def _must_agree(floor: Floor, ids: list[str], winners: list[int]) -> None:
    """What the reps were told is what the log says."""
    if list(floor.times(Verb.ACCEPT, ids).values()) != winners:
        raise AssertionError("somebody was told of a decision that the log does not have")
    floor.must_hold()


@contextmanager
def _rival(stage: Stage, way: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.rival", stage.url, way]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        try:
            assert _line(process) == "ready\n"
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


# Accept, reject and the clock


def every_way_at_once(stage: Stage) -> Tally:
    """Two accept, two reject, and the answer falls due in that very moment."""
    tally = _NONE
    with a_floor(stage.url) as floor:
        for number in range(10 if stage.quick else 100):
            [handoff_id] = floor.offer(f"way{number}")
            floor.clock.forward(hours=1)
            reps = [_by(handoff_id, f"U{rep}") for rep in range(4)]
            acts: list[Callable[[], object]] = [
                *(partial(decisions.accept, floor.desk, rep) for rep in reps[:2]),
                *(partial(decisions.reject, floor.desk, rep, _NO) for rep in reps[2:]),
                partial(watch.fire_due, floor.desk),
            ]
            outcomes = at_once(acts)
            won = sum(isinstance(outcome, Change) for outcome in outcomes)
            tally += Tally(1, int(won == 0), int(won > 1))
        floor.must_hold()
    return tally


# Undo


def undo_at_the_deadline(stage: Stage) -> Tally:
    """In the last moment it holds, once; at the deadline and afterwards it does not."""
    tally = _NONE
    with a_floor(stage.url) as floor:
        for number in range(10 if stage.quick else 100):
            [handoff_id] = floor.offer(f"undo{number}")
            tally += _undone_once(floor, handoff_id) + _not_undone(floor, handoff_id)
        floor.must_hold()
    return tally


def _undone_once(floor: Floor, handoff_id: str) -> Tally:
    """Two undo a decision in its last undoable moment; replayed, they leave the next one alone."""
    decisions.accept(floor.desk, _by(handoff_id, "U1"))
    floor.clock.now += timedelta(minutes=10) - timedelta.resolution
    undos = [_by(handoff_id, rep, f"{handoff_id}-{rep}") for rep in ("U1", "U2")]
    outcomes = at_once([partial(decisions.undo, floor.desk, undo) for undo in undos])
    undone = sum(isinstance(outcome, Change) for outcome in outcomes)
    decisions.accept(floor.desk, _by(handoff_id, "U3"))
    again = [decisions.undo(floor.desk, undo) for undo in undos]
    replayed = sum(not isinstance(each, Repeated) for each in again)
    return Tally(1, int(undone == 0), max(0, undone - 1) + replayed)


def _not_undone(floor: Floor, handoff_id: str) -> Tally:
    """At its deadline the decision of the rep who has it now stands."""
    floor.clock.forward(minutes=10)
    late = decisions.undo(floor.desk, _by(handoff_id, "U3"))
    return Tally(1, 0, int(not isinstance(late, TooLate)))


def _by(handoff_id: str, rep: str, key: str | None = None) -> Stimulus:
    return Stimulus(TEAM, handoff_id, rep, Door.BUTTON, key)


# Everybody says no


def everybody_rejects(stage: Stage) -> Tally:
    """A lead that nobody wants comes back only with news and after its rest: no loop."""
    rejections = 4 if stage.quick else 12
    doubled = 0
    with a_floor(stage.url) as floor:
        for number in range(rejections):
            news = _demo_asked(floor, f"s{number}")
            offered = _told(floor, news)
            decisions.reject(floor.desk, _by(offered, f"U{number}"), _NO)
            doubled += int(_told(floor, news) != offered)
            doubled += int(_told(floor, _demo_asked(floor, f"soon{number}")) != offered)
            floor.clock.forward(days=120)
        with floor.desk.read(TEAM) as view:
            qualified = sum(record.entry.verb is Verb.QUALIFY for record in view.chain())
        floor.must_hold()
    lost = max(0, rejections - qualified)
    return Tally(rejections, lost, doubled + max(0, qualified - rejections))


def _demo_asked(floor: Floor, id: str) -> Signal:
    when = floor.clock.now
    return a_signal(id, kind=SignalKind.FORM, occurred_at=when, properties={"form": "demo"})


def _told(floor: Floor, news: Signal) -> str:
    """The web site tells of a demo asked for; the latest handoff of that lead."""
    draft = Draft(Identity("picky@acme.example"), Profile("Pia Picky"), (news,))
    taken = intake.capture(floor.desk, TEAM, draft, sender=Sender("api", Door.API))
    assert taken.handoff
    return taken.handoff.id


# Somebody has left


def rep_leaves(stage: Stage) -> Tally:
    """A rep is deactivated while the card is on the screen: the click decides nothing."""
    tally = Tally(0)
    with an_office_on(stage) as office:
        for number in range(10):
            leaver = f"U0LEFT{number}"
            office.slack.team.people[leaver] = Person(leaver)
            office.offer(a_person(number))
            office.wait(10)
            card = office.cards()[-1]
            office.click(card, ids.DETAILS, by=leaver)
            office.wait(10)
            office.slack.team.people[leaver].deleted = True
            office.tell(_left(leaver))
            office.click(card, ids.ACCEPT, by=leaver)
            by_leaver = office.handoff(f"ho_{number}").decision is not None
            office.click(card, ids.ACCEPT, by=BOB)
            decision = office.handoff(f"ho_{number}").decision
            tally += Tally(1, int(decision is None or decision.by != BOB), int(by_leaver))
    return tally


def _left(user: str) -> dict[str, object]:
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "event_id": f"Ev{user}",
        "event": {"type": "user_change", "user": {"id": user, "team_id": TEAM, "deleted": True}},
    }


FAULTS: tuple[Fault, ...] = (
    Fault(
        "D1",
        "2, 8, 50 reps accept at once, in two programs",
        accept_at_once,
        control=accept_naively,
        quick=True,
    ),
    Fault("D2", "accept, reject and the due time in one moment", every_way_at_once, quick=True),
    Fault("D3", "undo at the deadline, twice, replayed", undo_at_the_deadline, quick=True),
    Fault("D5", "the rep leaves between offer and click", rep_leaves, quick=True),
    Fault("D6", "everybody rejects: no loop", everybody_rejects, quick=True),
)
