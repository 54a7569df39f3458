"""A digest counted live is what the log says of that moment ever after, whatever happens later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import pursuit
from core.domain.draft import Draft
from core.domain.handoff import Change, Decision, Outcome
from core.domain.lead import Identity, Lead, Profile, Temperature
from core.domain.log import Door, standing_moves
from core.domain.past import Past, Step
from core.domain.periods import Cadence
from core.domain.pursuit import Because
from core.domain.reasons import reasons_for
from core.domain.roles import Role
from core.domain.routing import Mode, Plan, Routing, Seat
from core.domain.schedule import Filter, Schedule, weekly
from core.domain.stages import Verb, verbs_from
from core.ports import KeptDigest, Person
from core.services import handoff, noting, watch
from core.services.batch import LeadRow, Manner
from core.services.importing import bring_in
from core.services.recounting import Recount, Since, recount
from core.services.reporting import measures_of
from tests.builders import NOW, TEAM, a_policy
from tests.services.office import Office

SCHEDULES = (
    *weekly("C0DIGEST"),
    Schedule("daily", "C0DIGEST", cadence=Cadence.DAILY, wall=time(7), timezone="Asia/Tokyo"),
    Schedule("monthly", "C0DIGEST", cadence=Cadence.MONTHLY, day=31),
    Schedule(
        "webinars",
        "C0DIGEST",
        only=Filter(sources=frozenset({"webinar"}), temperatures=frozenset({Temperature.HOT})),
    ),
)
REPS = ("U0ANN", "U0BEN")
SOURCES = ("webinar", "Webinar", "fair", None)
LEADS = 5


def someone(number: int) -> Identity:
    return Identity(f"{number}@acme.example")


# Any history


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may happen, after so many minutes, to one of the leads."""

    minutes: int
    kind: str
    lead: int
    choice: int


def acts(longest: int) -> st.SearchStrategy[list[Act]]:
    often = [*["verb"] * 6, *["undo"] * 2]
    kinds = st.sampled_from(["capture", *often, "assign", "import", "note"])
    waits = st.one_of(st.integers(1, 300), st.integers(300, 15 * 24 * 60))
    one = st.builds(Act, waits, kinds, st.integers(0, LEADS - 1), st.integers(0, 9))
    return st.lists(one, min_size=3, max_size=longest)


class History:
    """A workspace in which things happen, and digests are counted as their time comes."""

    def __init__(self) -> None:
        self.office = Office(
            digests=SCHEDULES,
            people={Role.REP: frozenset(REPS)},
            routing=Routing(otherwise=Plan(Mode.ROUND_ROBIN, tuple(map(Seat, REPS)))),
            reoffers_late=True,
            returns_untouched_after=timedelta(hours=9),
        )
        self._signals = 0
        with self.office.store.write(TEAM) as unit:
            for rep in REPS:
                unit.keep_person(Person(rep, rep, None, NOW))

    def live(self, some: Sequence[Act]) -> None:
        for act in some:
            self.office.clock.forward(minutes=act.minutes)
            watch.fire_due(self.office.desk)
            _DO[act.kind](self, act)

    def capture(self, act: Act) -> None:
        self._signals += 1
        who, source = someone(act.lead), SOURCES[act.choice % len(SOURCES)]
        self.office.capture(self.office.demo(f"s{self._signals}"), who=who, source=source)

    def step(self, act: Act) -> None:
        lead = self._lead(act)
        if lead is None or lead.handoff_id is None:
            return
        verbs = [verb for verb in verbs_from(lead.stage) if verb not in _BY_OTHERS]
        if not verbs:
            return
        verb = verbs[act.choice % len(verbs)]
        reasons = reasons_for(verb)
        reason = reasons[act.choice % len(reasons)].id if reasons else None
        because = Because(reason, "Why not", self.office.clock.now.date() + timedelta(days=9))
        stimulus = self.office.stimulus(lead.handoff_id, by=REPS[act.choice % 2])
        handoff.carry_out(self.office.desk, stimulus, verb, because)

    def undo(self, act: Act) -> None:
        lead = self._lead(act)
        if lead is None or lead.handoff_id is None:
            return
        with self.office.store.read(TEAM) as view:
            moves = standing_moves(record.entry for record in view.records(lead.id))
        of = None if moves[-1].verb in _DECIDING else moves[-1].verb
        stimulus = self.office.stimulus(lead.handoff_id, by=REPS[act.choice % 2])
        handoff.undo(self.office.desk, stimulus, of=of, for_ever=True)

    def bring_in(self, act: Act) -> None:
        """Somebody remembers a handoff of some weeks ago, and what became of it."""
        offered_at = self.office.clock.now - timedelta(days=30 + act.choice, minutes=act.lead)
        later = offered_at + timedelta(hours=act.choice)
        ends = (
            None,
            Decision(Outcome.REJECTED, "import", later, Door.IMPORT, "no_need", None),
            Decision(Outcome.ACCEPTED, REPS[0], later, Door.IMPORT),
        )
        decision = ends[act.choice % 3]
        then = (
            Step(Verb.ADVANCE, later + timedelta(days=act.choice % 2), "sql_at"),
            Step(Verb.WIN, later + timedelta(days=act.choice % 4), "won_at"),
        )
        steps = then if decision and decision.outcome is Outcome.ACCEPTED else ()
        past = Past(offered_at, decision, None, steps[: act.choice // 3])
        who = Identity(f"{act.lead}-{act.choice}@old.example")
        row = LeadRow(2, Draft(who, Profile(source="fair"), (), None), past)
        bring_in(self.office.desk, TEAM, [row], manner=Manner())

    def assign(self, act: Act) -> None:
        lead = self._lead(act)
        if lead is not None and lead.handoff_id is not None:
            stimulus = self.office.stimulus(lead.handoff_id, by=REPS[0])
            handoff.assign(self.office.desk, stimulus, REPS[act.choice % 2])

    def note(self, act: Act) -> None:
        if lead := self._lead(act):
            noting.note(self.office.desk, TEAM, lead.id, "So it is", by=REPS[0], door=Door.COMMAND)

    def _lead(self, act: Act) -> Lead | None:
        with self.office.store.read(TEAM) as view:
            return view.lead_known_by(someone(act.lead))

    def kept(self) -> Sequence[KeptDigest]:
        with self.office.store.read(TEAM) as view:
            return view.digests(offset=0, limit=10_000)

    def recounted(self) -> Iterator[Recount]:
        for kept in self.kept():
            found = recount(self.office.desk, TEAM, kept)
            assert found is not None
            yield found


_DECIDING = (Verb.ACCEPT, Verb.REJECT, Verb.RULE_OUT, Verb.WITHDRAW)
_BY_OTHERS = frozenset(Verb) - {*_DECIDING, Verb.CONFIRM, *pursuit.VERBS} | {Verb.RULE_OUT}
_DO: dict[str, Callable[[History, Act], None]] = {
    "capture": History.capture,
    "verb": History.step,
    "undo": History.undo,
    "assign": History.assign,
    "import": History.bring_in,
    "note": History.note,
}
OFFERED = [Act(1, "capture", lead, lead) for lead in range(LEADS)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts(25), acts(25))
def test_whatever_happens_later_the_log_says_of_then_what_was_told_then(
    before: list[Act], after: list[Act]
) -> None:
    history = History()
    history.live([*OFFERED, *before])
    told = {kept.id: measures_of(kept) for kept in history.kept()}
    history.live([*after, Act(40 * 24 * 60, "note", 0, 0)])
    for found in history.recounted():
        assert found.differences == ()
        assert found.counted.period == found.said.period
        assert found.lost == ()
        assert told.get(found.kept.id, found.said) == found.said


# What is said of a difference


MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)


def a_week(office: Office) -> tuple[list[str], KeptDigest]:
    """Six offers in a week: four accepted, one sent back, one open; told of on Monday."""
    ids = [office.offered(someone(number)).id for number in range(6)]
    for id in ids[:4]:
        office.accept(id)
    office.reject(ids[4])
    office.clock.now = MONDAY
    watch.fire_due(office.desk)
    with office.store.read(TEAM) as view:
        [kept] = view.digests(offset=0, limit=9)
    return ids, kept


def again(office: Office, kept: KeptDigest) -> Recount:
    found = recount(office.desk, TEAM, kept)
    assert found is not None
    return found


def undone(office: Office, id: str) -> None:
    assert isinstance(handoff.undo(office.desk, office.stimulus(id), for_ever=True), Change)


def test_where_nothing_happened_since_nothing_has_changed(office: Office) -> None:
    _, kept = a_week(office)
    found = again(office, kept)
    assert (found.differences, found.restated, found.since.is_nothing) == ((), (), True)
    assert found.figures > 100


def test_each_change_since_is_named_with_its_handoffs(office: Office) -> None:
    ids, kept = a_week(office)
    office.clock.forward(hours=3)
    undone(office, ids[0])
    undone(office, ids[1])
    office.reject(ids[1], "spam")
    handoff.pursue(office.desk, office.stimulus(ids[2]), Verb.TOUCH)
    handoff.pursue(office.desk, office.stimulus(ids[3]), Verb.ADVANCE)
    office.accept(ids[5])
    past = Past(NOW + timedelta(days=1), None, None, ())
    row = LeadRow(2, Draft(Identity("old@acme.example"), Profile(), (), None), past)
    bring_in(office.desk, TEAM, [row], manner=Manner())
    found = again(office, kept)
    assert found.differences == ()
    [brought_in] = found.since.brought_in
    assert found.since == Since(
        brought_in=(brought_in,),
        decided=(ids[5],),
        undone=(ids[0],),
        decided_otherwise=(ids[1],),
        touched=(ids[2], ids[3]),
        advanced=(ids[3],),
    )
    [acceptance] = [each for each in found.restated if each.figure == "acceptance"]
    assert (acceptance.said.part, acceptance.said.whole) == (4, 5)
    assert (acceptance.now.part, acceptance.now.whole) == (2, 3)


def test_a_changed_number_is_found(office: Office) -> None:
    _, kept = a_week(office)
    forged = replace(kept, numbers=kept.numbers.replace('"offered": 6', '"offered": 7', 1))
    found = again(office, forged)
    assert [(each.figure, each.said, each.counted) for each in found.differences] == [
        ("period.offered", 7, 6)
    ]


def test_a_handoff_that_is_kept_no_more_is_named(office: Office) -> None:
    ids, kept = a_week(office)
    with office.store.write(TEAM) as unit:
        del unit._tables.handoffs[TEAM, ids[4]]  # type: ignore[attr-defined]  # not through a door
    found = again(office, kept)
    assert found.lost == (ids[4],)
    assert ("period.offered", 6, 5) in [
        (each.figure, each.said, each.counted) for each in found.differences
    ]


def test_a_digest_of_before_all_was_measured_is_not_recounted(office: Office) -> None:
    _, kept = a_week(office)
    assert recount(office.desk, TEAM, replace(kept, numbers='{"so_far": {}}')) is None


def test_the_policy_of_then_counts_whatever_it_is_now(office: Office) -> None:
    _, kept = a_week(office)
    moved = a_policy(timezone="Asia/Tokyo", week_starts_on=6, digests=())
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(moved))
    assert again(office, kept).differences == ()


@pytest.mark.parametrize("seconds", [0, 1])
def test_what_is_recorded_after_the_digest_was_counted_is_later_even_in_the_same_instant(
    office: Office, seconds: int
) -> None:
    ids, kept = a_week(office)
    office.clock.forward(seconds=seconds)
    office.accept(ids[5])
    found = again(office, kept)
    assert (found.differences, found.since.decided) == ((), (ids[5],))
