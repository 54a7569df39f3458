"""An office for the tests of services: a desk over a store in memory, and a clock to move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from core.desk import Desk
from core.domain.draft import Draft
from core.domain.handoff import Change, Handoff
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.stages import Verb
from core.ports import Unit
from core.services import handoff, intake, setup
from core.services.handoff import Rejection, Stimulus
from core.services.intake import Captured, Sender
from tests.builders import TEAM, Names, StoppedClock, a_policy
from tests.memory import MemoryStore

REP = "U0REP"
JANE = Identity(email="jane@acme.example")
API = Sender("api", Door.API)
RULES = """
schema = 1
name = "Test"

[score]
min = 0
max = 100

[bands]
hot = 70
warm = 40

[hysteresis]
requalify_after = "30d"

[groups.engagement]
kind = "engagement"
min = 0
max = 100

[[exclude]]
id = "no-thanks"
why = "asked not to be contacted"
when = { attr = "no_thanks", eq = true }

[[rules]]
id = "page"
group = "engagement"
points = 10
why = "looked around"
when = { signal = "page" }

[[hot]]
id = "demo"
why = "asked for a demo"
when = { signal = "form", form = "demo", within = "60d" }

[qualify]
when = { hot = true }
"""


class ContendedStore(MemoryStore):
    """A store in which somebody else is faster, so many times."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals = 0
        self.tries = 0

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        with super().write(workspace) as unit:
            yield unit
            self.tries += 1
            if self.rivals:
                self.rivals -= 1
                unit.lost = True


class Office:
    """One workspace at work. `woken` counts how often a waiting worker was told to look."""

    def __init__(self, **policy: Any) -> None:
        self.store = ContendedStore()
        self.clock = StoppedClock()
        self.desk = Desk(self.store, self.clock, Names(), self._wake)
        self.open(a_policy(**policy))
        self.woken = 0

    def _wake(self) -> None:
        self.woken += 1

    def open(self, policy: Policy, *, team: str = TEAM, definition: str = RULES) -> bool:
        """Set a workspace up."""
        return setup.open_workspace(
            self.desk, team=team, bot_user="U0BATON", policy=policy, definition=definition
        )

    def capture(self, *signals: Signal, who: Identity = JANE, **profile: Any) -> Captured:
        """News of a lead, by the API."""
        draft = Draft(who, Profile(**profile), signals)
        return intake.capture(self.desk, TEAM, draft, sender=API)

    def demo(self, id: str, **ago: float) -> Signal:
        """Somebody asked for a demo, so long ago: they are hot."""
        when = self.clock.now - timedelta(**ago)
        return Signal(id, "api", SignalKind.FORM, when, None, {"form": "demo"})

    def page(self, id: str, **ago: float) -> Signal:
        """Somebody looked at a page, so long ago."""
        when = self.clock.now - timedelta(**ago)
        return Signal(id, "api", SignalKind.PAGE, when, None, {"path": "/"})

    def offered(self, who: Identity = JANE) -> Handoff:
        """A lead that has just been offered to sales."""
        taken = self.capture(self.demo(f"demo of {who.email}"), who=who)
        assert taken.handoff is not None
        return taken.handoff

    def stimulus(self, id: str, *, by: str = REP, key: str | None = None) -> Stimulus:
        """Somebody asks for a decision."""
        return Stimulus(TEAM, id, by, Door.BUTTON, key)

    def accept(self, id: str) -> Change:
        """The rep accepts."""
        outcome = handoff.accept(self.desk, self.stimulus(id))
        assert isinstance(outcome, Change)
        return outcome

    def reject(self, id: str, reason: str = "no_need", **more: Any) -> Change:
        """The rep sends the lead back."""
        outcome = handoff.reject(self.desk, self.stimulus(id), Rejection(reason, **more))
        assert isinstance(outcome, Change)
        return outcome

    def lead(self, who: Identity = JANE) -> Lead:
        """The lead as it is kept."""
        with self.store.read(TEAM) as view:
            lead = view.lead_known_by(who)
        assert lead is not None
        return lead

    def handoff(self, id: str) -> Handoff:
        """A handoff as it is kept."""
        with self.store.read(TEAM) as view:
            kept = view.handoff(id)
        assert kept is not None
        return kept

    def verbs(self, who: Identity = JANE) -> list[Verb]:
        """What became of a lead, by the log."""
        with self.store.read(TEAM) as view:
            return [record.entry.verb for record in view.records(self.lead(who).id)]

    def promises(self) -> list[tuple[IntentKind, str]]:
        """What was promised to be told since the last time somebody asked."""
        outbox, told = self.store.outbox, []
        while errands := outbox.claim(now=self.clock.now, lease=timedelta(minutes=1), limit=9):
            for errand in errands:
                outbox.settle(errand, posting=None, at=self.clock.now)
                told.append((errand.intent.kind, errand.intent.subject))
        return told
