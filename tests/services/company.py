"""A company that lives through some months of leads, for questions over everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.domain.definition import default, load
from core.domain.handoff import Handoff
from core.domain.lead import Identity, Signal, SignalKind
from core.domain.reckoning import Passed, Reckoned
from core.ports import Store
from core.services import watch
from core.services.backtest import OneByOne
from tests.builders import TEAM, a_policy, put_in_force
from tests.services.office import Office

_REASONS = (None, None, None, "no_need", "outside_target", "spam", "duplicate")
_TITLES = ("CEO", "Manager", "student", "Engineer", None)
_PROPERTIES = {
    SignalKind.PAGE: ("path", ("/pricing", "/careers", "/customers/a", "/")),
    SignalKind.FORM: ("form", ("demo", "contact", "newsletter")),
    SignalKind.DOWNLOAD: ("document", ("price-list.pdf", "guide.pdf")),
    SignalKind.ATTENDED: ("name", ("Clinic",)),
}
_LEFT_ALONE = {"returns_untouched_after": None}


class Company(Office):
    """A company that works by the definition that Baton comes with; leads come by chance."""

    def __init__(self, store: Store | None = None) -> None:
        super().__init__(**_LEFT_ALONE)
        self.desk = replace(self.desk, store=store or self.store)
        if store is not None:
            self.open(a_policy(**_LEFT_ALONE))
        self.desk.change(
            TEAM, lambda unit, at: put_in_force(unit, default(), digest="d" * 64, at=at)
        )

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
            told, session = {name: chance.choice(values)}, f"s{number % 3}" if part < 2 else None
            yield Signal(f"{number}-{part}", "web", kind, self.clock.now - ago, session, told)

    def _decide(self, chance: random.Random) -> None:
        waiting = [each for each in self.handoffs() if each.decision is None]
        if waiting:
            handoff, reason = chance.choice(waiting), chance.choice(_REASONS)
            self.reject(handoff.id, reason) if reason else self.accept(handoff.id)

    def handoffs(self) -> list[Handoff]:
        """All there are, the oldest first."""
        with self.desk.read(TEAM) as view:
            records = view.chain()
            ids = {record.entry.handoff_id: None for record in records if record.entry.handoff_id}
            found = [view.handoff(id) for id in ids]
        return [handoff for handoff in found if handoff is not None]

    def reckoned(self) -> Iterator[tuple[str, list[Passed], Reckoned]]:
        """Every lead, by the definition in force."""
        with self.desk.read(TEAM) as view:
            kept = view.definition()
        found = OneByOne(self.desk.store).reckoned(TEAM, [load(kept.text)], until=self.clock.now)
        for past, (reckoned,) in found:
            yield past.lead_id, list(past.handoffs), reckoned
