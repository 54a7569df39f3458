"""D: many hands reach for one handoff in the same moment, and exactly one of them gets it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.gestures import pressed
from core.domain.draft import Draft
from core.domain.handoff import Change, TooLate
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door
from core.domain.stages import Verb
from core.ports import Person as Known
from core.ports import Unit
from core.services import handoff as decisions
from core.services import intake, watch
from core.services.handoff import Rejection, Repeated, Stimulus
from core.services.intake import Sender
from handlers.slack.views import ids
from tests.builders import TEAM, a_lead, a_signal, an_offer
from tests.faults import rival
from tests.faults.bureau import an_office_on
from tests.faults.fault import Fault, Tally
from tests.faults.floor import Floor, a_floor, at_once
from tests.faults.invariants import cards, check
from tests.faults.naive import bolt_app, silenced
from tests.faults.program import Program, program
from tests.faults.stage import Stage
from tests.slack.office import BOB, RIN, Office, a_person
from tests.slack.team import Person

_ROUNDS = {50: 100, 8: 400, 2: 500}  # rounds by how many reps reach at once
_HEAD_START = 0.004  # seconds in which every hand of both programs is in place
_NONE = Tally(0)
_NO = Rejection("no_need")
_STRANGER, _ELSE = "U0STRANGER", "T0ELSE"
_REPS = [f"U0REP{number}" for number in range(8)]


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
    for side, mine in ((one, range(0, size, 2)), (other, range(1, size, 2))):
        assert side.stdin
        said = {"handoff": handoff_id, "reps": [f"U{rep}" for rep in mine], "at": begins}
        side.stdin.write(json.dumps(said) + "\n")
        side.stdin.flush()
    counts: Counter[str] = Counter()
    for side in (one, other):
        counts.update(json.loads(_line(side)))
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


# Accept through the front door


def clicked_at_once(stage: Stage) -> Tally:
    """Eight reps press the button of one card in the same moment, four at each web process."""
    leads = range(5 if stage.quick else 20)
    desk = stage.desk()
    desk.change(TEAM, _know_the_reps)
    for number in leads:
        stage.capture(desk, number)
    with program(stage, "work"):
        stage.await_calm()
    with program(stage, "serve") as one, program(stage, "serve") as other:
        one.await_ready()
        other.await_ready()
        for [card, *_] in cards(stage).values():
            at_once([partial(_press, web, card, rep) for web, rep in _shared_out(one, other)])
    with program(stage, "work"):
        stage.await_calm()
    clicks = len(leads) * len(_REPS)
    return replace(check(stage), note=f"{clicks} clicks; a naive way: see D1")


def _know_the_reps(unit: Unit, at: datetime) -> None:
    for rep in _REPS:
        unit.keep_person(Known(rep, rep, "en", at))


def _shared_out(*webs: Program) -> Iterator[tuple[Program, str]]:
    return ((webs[number % len(webs)], rep) for number, rep in enumerate(_REPS))


def _press(web: Program, card: dict[str, Any], rep: str) -> int:
    return web.click(card, ids.ACCEPT, by=rep)


# Accept, reject and the clock


Hands = Callable[[Floor, str], list[Callable[[], object]]]


def every_way_at_once(stage: Stage) -> Tally:
    """Two accept, two reject, and the answer falls due in that very moment."""
    return _in_one_moment(stage, _careful_hands, 10 if stage.quick else 100)


def every_way_naively(stage: Stage) -> Tally:
    """The control: each of the four reads that it is free, and writes."""
    return _in_one_moment(stage, _naive_hands, 10)


def _in_one_moment(stage: Stage, hands: Hands, rounds: int) -> Tally:
    tally = _NONE
    with a_floor(stage.url) as floor:
        for number in range(rounds):
            [handoff_id] = floor.offer(f"way{number}")
            floor.clock.forward(hours=1)
            due = partial(watch.fire_due, floor.desk)
            outcomes: list[object] = at_once([*hands(floor, handoff_id), due])
            won = sum(isinstance(outcome, Change) or outcome == "won" for outcome in outcomes)
            tally += Tally(1, int(won == 0), int(won > 1))
        floor.must_hold()
    return tally


def _careful_hands(floor: Floor, handoff_id: str) -> list[Callable[[], object]]:
    reps = [_by(handoff_id, f"U{rep}") for rep in range(4)]
    return [
        *(partial(decisions.accept, floor.desk, rep) for rep in reps[:2]),
        *(partial(decisions.reject, floor.desk, rep, _NO) for rep in reps[2:]),
    ]


def _naive_hands(floor: Floor, handoff_id: str) -> list[Callable[[], object]]:
    return [partial(rival.naive, floor, handoff_id, f"U{rep}") for rep in range(4)]


# Undo


def undo_at_the_deadline(stage: Stage) -> Tally:
    """In the last moment it holds, once; at the deadline and afterwards it does not."""
    return _undos(stage, 10 if stage.quick else 100, keyed=True)


def undo_by_the_button(stage: Stage) -> Tally:
    """The control: every click that says undo is a new one."""
    return _undos(stage, 10, keyed=False)


def _undos(stage: Stage, rounds: int, *, keyed: bool) -> Tally:
    tally = _NONE
    with a_floor(stage.url) as floor:
        for number in range(rounds):
            [handoff_id] = floor.offer(f"undo{number}")
            tally += _undone_once(floor, handoff_id, keyed=keyed) + _not_undone(floor, handoff_id)
        floor.must_hold()
    return tally


def _undone_once(floor: Floor, handoff_id: str, *, keyed: bool) -> Tally:
    """Two undo a decision in its last undoable moment; replayed, they leave the next one alone."""
    decisions.accept(floor.desk, _by(handoff_id, "U1"))
    floor.clock.now += timedelta(minutes=10) - timedelta.resolution
    keys = {rep: f"{handoff_id}-{rep}" if keyed else None for rep in ("U1", "U2")}
    undos = [_by(handoff_id, rep, key) for rep, key in keys.items()]
    outcomes = at_once([partial(decisions.undo, floor.desk, undo) for undo in undos])
    undone = sum(isinstance(outcome, Change) for outcome in outcomes)
    decisions.accept(floor.desk, _by(handoff_id, "U3"))
    again = [decisions.undo(floor.desk, undo) for undo in undos]
    replayed = sum(isinstance(each, Change) for each in again)
    if keyed and not all(isinstance(each, Repeated) for each in again):
        raise AssertionError("a click that was here before is taken for a new one")
    return Tally(1, int(undone == 0), max(0, undone - 1) + replayed)


def _not_undone(floor: Floor, handoff_id: str) -> Tally:
    """At its deadline the decision of the rep who has it now stands."""
    decisions.accept(floor.desk, _by(handoff_id, "U3"))  # unless it stands already
    floor.clock.forward(minutes=10)
    late = decisions.undo(floor.desk, _by(handoff_id, "U3"))
    return Tally(1, 0, int(not isinstance(late, TooLate)))


def _by(handoff_id: str, rep: str, key: str | None = None) -> Stimulus:
    return Stimulus(TEAM, handoff_id, rep, Door.BUTTON, key)


# Everybody says no


Tell = Callable[[Floor, Signal], str]


def everybody_rejects(stage: Stage) -> Tally:
    """A lead that nobody wants comes back only with news and after its rest: no loop."""
    return _passed_around(stage, _told, 4 if stage.quick else 12)


def everybody_rejects_in_vain(stage: Stage) -> Tally:
    """The control: whoever qualifies and is nobody's is offered."""
    return _passed_around(stage, _offered_again, 4)


def _passed_around(stage: Stage, told: Tell, rejections: int) -> Tally:
    doubled = 0
    with a_floor(stage.url) as floor:
        for number in range(rejections):
            news = _demo_asked(floor, f"s{number}")
            offered = told(floor, news)
            decisions.reject(floor.desk, _by(offered, f"U{number}"), _NO)
            doubled += int(told(floor, news) != offered)
            doubled += int(told(floor, _demo_asked(floor, f"soon{number}")) != offered)
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


def _offered_again(floor: Floor, news: Signal) -> str:
    handoff_id = _told(floor, news)
    with floor.desk.read(TEAM) as view:
        case = view.case(handoff_id)
    assert case
    if case.handoff.decision is None:
        return handoff_id
    again = an_offer(case.lead, handoff_id=floor.desk.new_id("ho"), at=floor.clock.now)
    floor.keep(again)
    assert again.handoff
    return again.handoff.id


# A button that means something else by now


def values_copied(stage: Stage) -> Tally:
    """The value of another lead's button, another workspace's click, a card of yesterday."""
    with an_office_on(stage) as office:
        return _misled(office, 3 if stage.quick else 30)


def values_trusted(stage: Stage) -> Tally:
    """The control: the button is believed, whoever sends it and wherever it stands."""
    with an_office_on(stage, bolt_app) as office, silenced():
        return _misled(office, 3)


def _misled(office: Office, rounds: int) -> Tally:
    tally = _NONE
    office.slack.team.people[_STRANGER] = Person(_STRANGER, team=_ELSE)
    for number in range(rounds):
        here, there = (_carded(office, f"{number}{side}") for side in ("a", "b"))
        copied = {**pressed(there["blocks"], ids.ACCEPT, None), "action_ts": f"{number}.0"}
        office.click(here, ids.ACCEPT, actions=[copied])
        office.click(here, ids.ACCEPT, user={"id": _STRANGER, "team_id": _ELSE}, team={"id": _ELSE})
        office.wait(10)
        misled = sum(_decided_by(office, f"{number}{side}") is not None for side in ("a", "b"))
        office.click(here, ids.ACCEPT)
        office.wait(10)
        office.click(here, ids.ACCEPT, by=RIN)  # whose screen still shows the card of before
        taken = _decided_by(office, f"{number}a")
        tally += Tally(3, int(taken != BOB), misled)
    return tally


def _carded(office: Office, name: str) -> dict[str, Any]:
    office.offer(a_lead(f"ld_{name}"))
    office.wait(10)
    return deepcopy(office.cards()[-1])


def _decided_by(office: Office, name: str) -> str | None:
    decision = office.handoff(f"ho_{name}").decision
    return decision.by if decision else None


# Somebody has left


def rep_leaves(stage: Stage) -> Tally:
    """A rep is deactivated while the card is on the screen: the click decides nothing."""
    with an_office_on(stage) as office:
        return _left_in_between(office, 10)


def rep_is_trusted(stage: Stage) -> Tally:
    """The control: who can press the button may decide."""
    with an_office_on(stage, bolt_app) as office, silenced():
        return _left_in_between(office, 5)


def _left_in_between(office: Office, rounds: int) -> Tally:
    tally = _NONE
    for number in range(rounds):
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
    Fault(
        "D2",
        "accept, reject and the due time in one moment",
        every_way_at_once,
        control=every_way_naively,
        quick=True,
    ),
    Fault(
        "D3",
        "undo at the deadline, twice, replayed",
        undo_at_the_deadline,
        control=undo_by_the_button,
        quick=True,
    ),
    Fault(
        "D4",
        "a button's value copied, another workspace's click, an old card",
        values_copied,
        control=values_trusted,
        quick=True,
    ),
    Fault(
        "D5",
        "the rep leaves between offer and click",
        rep_leaves,
        control=rep_is_trusted,
        quick=True,
    ),
    Fault(
        "D6",
        "everybody rejects: no loop",
        everybody_rejects,
        control=everybody_rejects_in_vain,
        quick=True,
    ),
    Fault("D7", "8 reps press one card's button, at two web processes", clicked_at_once),
)
