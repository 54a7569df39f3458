"""A backtest of the definition in force says what was recorded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core.domain.backtest import Verdict
from core.domain.definition import default, load
from core.domain.handoff import Handoff
from core.domain.lead import Identity, Signal, SignalKind
from core.domain.reckoning import Passed, Reckoned, passed, score_of
from core.errors import DefinitionInvalid, Invalid
from core.services import handoff as handoff_service
from core.services import watch
from core.services.backtest import Draft, OneByOne, try_out
from tests.builders import TEAM, a_policy, put_in_force
from tests.services.office import RULES, Office

_REASONS = (None, None, None, "no_need", "outside_target", "spam", "duplicate")
_TITLES = ("CEO", "Manager", "student", "Engineer", None)
_PROPERTIES = {
    SignalKind.PAGE: ("path", ("/pricing", "/careers", "/customers/a", "/")),
    SignalKind.FORM: ("form", ("demo", "contact", "newsletter")),
    SignalKind.DOWNLOAD: ("document", ("price-list.pdf", "guide.pdf")),
    SignalKind.ATTENDED: ("name", ("Clinic",)),
}


class Company(Office):
    """Three months of leads, as they come, by chance and in no order."""

    def live(self, seed: int, *, leads: int = 25, moments: int = 160) -> None:
        """Let time go by."""
        chance = random.Random(seed)
        for number in range(moments):
            self.clock.forward(minutes=chance.randint(1, 1500))
            watch.fire_due(self.desk)
            match chance.randrange(4):
                case 0:
                    self._decide(chance)
                case _:
                    self._happens(chance, number, leads)

    def _happens(self, chance: random.Random, number: int, leads: int) -> None:
        who = Identity(email=f"{chance.randrange(leads)}@acme.example")
        said: dict[str, Any] = {"title": chance.choice(_TITLES)}
        if chance.random() < 0.3:
            said["attributes"] = {"employees": chance.choice((10, 80, 400))}
        self.capture(*self._signals(chance, number), who=who, **said)

    def _signals(self, chance: random.Random, number: int) -> Iterator[Signal]:
        for part in range(chance.choice((0, 1, 1, 2, 3))):
            kind = chance.choice(tuple(_PROPERTIES))
            name, values = _PROPERTIES[kind]
            ago = timedelta(minutes=chance.choice((0, 0, 5, 600, 20_000)))
            told = {name: chance.choice(values)}
            yield Signal(f"{number}-{part}", "web", kind, self.clock.now - ago, None, told)

    def _decide(self, chance: random.Random) -> None:
        waiting = [each for each in self.handoffs() if each.decision is None]
        if waiting:
            handoff, reason = chance.choice(waiting), chance.choice(_REASONS)
            self.reject(handoff.id, reason) if reason else self.accept(handoff.id)

    def handoffs(self) -> list[Handoff]:
        """All there are, the oldest first."""
        with self.store.read(TEAM) as view:
            records = view.chain()
            ids = {record.entry.handoff_id: None for record in records if record.entry.handoff_id}
            found = [view.handoff(id) for id in ids]
        return [handoff for handoff in found if handoff is not None]

    def reckoned(self) -> Iterator[tuple[str, list[Passed], Reckoned]]:
        """Every lead, by the definition in force."""
        with self.store.read(TEAM) as view:
            kept = view.definition()
        found = OneByOne(self.store).reckoned(TEAM, [load(kept.text)], until=self.clock.now)
        for past, (reckoned,) in found:
            yield past.lead_id, list(past.handoffs), reckoned


@pytest.fixture
def company() -> Company:
    """A company that works by the definition that Baton comes with."""
    company = Company()
    company.desk.change(
        TEAM, lambda unit, at: put_in_force(unit, default(), digest="d" * 64, at=at)
    )
    return company


@pytest.mark.parametrize("seed", range(4))
def test_the_definition_in_force_gives_what_was_recorded(company: Company, seed: int) -> None:
    company.live(seed)
    handoffs = company.handoffs()
    assert len(handoffs) > 10
    for lead_id, seen, reckoned in company.reckoned():
        recorded = [handoff for handoff in handoffs if handoff.lead_id == lead_id]
        assert seen == [passed(handoff) for handoff in recorded]
        assert list(reckoned.passed) == [score_of(handoff.explanation) for handoff in recorded]
        first = min((handoff.opened_at for handoff in recorded), default=None)
        assert reckoned.qualified_at == first


def test_a_draft_is_held_against_the_definition_in_force(company: Company) -> None:
    company.live(1)
    stricter = (
        default().replace("hot = 70", "hot = 95").replace("{ hot = true }", '{ band = "hot" }')
    )
    found = try_out(company.desk, TEAM, Draft("draft", stricter))
    assert found.before is not None
    assert found.before.label == "v2 ddddddd"
    assert found.before.qualified > found.after.qualified
    assert found.lost_count > 0
    assert found.gained_count == 0
    assert found.verdict is Verdict.TOO_FEW
    assert found.evidence.passed_on == len(company.handoffs())


def test_another_definition_can_take_the_place_of_the_one_in_force(company: Company) -> None:
    company.live(2, moments=40)
    found = try_out(company.desk, TEAM, Draft("b", default()), against=Draft("a", RULES))
    assert found.before is not None
    assert (found.before.label, found.after.label) == ("a", "b")
    assert {rule.id for rule in found.before.rules} == {"page"}


def test_an_undone_decision_is_no_label(office: Office) -> None:
    handoff = office.offered()
    office.accept(handoff.id)
    handoff_service.undo(office.desk, office.stimulus(handoff.id))
    office.clock.forward(days=30)
    evidence = try_out(office.desk, TEAM, Draft("same", RULES)).evidence
    assert (evidence.labelled, evidence.unanswered) == (0, 1)


def test_nothing_is_changed(company: Company) -> None:
    company.live(3, moments=30)
    before = company.handoffs()
    with company.store.read(TEAM) as view:
        active = view.definition()
    try_out(company.desk, TEAM, Draft("draft", RULES))
    with company.store.read(TEAM) as view:
        assert view.definition() == active
    assert company.handoffs() == before


def test_what_cannot_be_asked_is_refused(office: Office) -> None:
    draft = Draft("draft", RULES)
    with pytest.raises(Invalid, match="future"):
        try_out(office.desk, TEAM, draft, since=office.clock.now + timedelta(days=1))
    with pytest.raises(Invalid, match="at least 1"):
        try_out(office.desk, TEAM, draft, capacity=0)
    with pytest.raises(DefinitionInvalid):
        try_out(office.desk, TEAM, Draft("draft", "schema = 1"))


def test_weeks_are_those_of_the_workspace() -> None:
    office = Office(timezone="Asia/Tokyo", week_starts_on=6)
    office.offered()
    office.clock.forward(days=20)
    found = try_out(office.desk, TEAM, Draft("same", RULES))
    zone = a_policy(timezone="Asia/Tokyo").zone
    starts = [week.window.start.astimezone(zone) for week in found.after.weeks]
    assert {(start.weekday(), start.hour) for start in starts} == {(6, 0)}
    assert sum(week.leads for week in found.after.weeks) == 1
