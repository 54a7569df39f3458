"""What every store promises about digests: kept for ever, one for each period of a schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.desk import Desk
from core.domain.agreement import Proposal, adopt
from core.domain.behind import figure_named, names_in
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.localtime import Window
from core.domain.log import Door
from core.domain.schedule import weekly
from core.ports import KeptDigest, Store
from core.services.handoff import Stimulus, accept, undo
from core.services.intake import Sender, capture
from core.services.looking import counted, of_kept
from core.services.recounting import recount
from core.services.reporting import publish_digest
from tests.builders import NOW, TEAM, Names, StoppedClock, a_policy
from tests.services.office import RULES
from tests.storage.keeping import OTHER, card


def kept(number: int, *, schedule: str = "weekly", as_of: datetime = NOW) -> KeptDigest:
    week = timedelta(days=7)
    window = Window(NOW + week * number, NOW + week * (number + 1))
    return KeptDigest(f"dg_{number}", schedule, window, as_of, '{"offered": 3}', a_policy())


class TestDigests:
    def test_a_schedule_has_one_digest_of_a_window(self, store: Store) -> None:
        window = Window(NOW - timedelta(days=7), NOW)
        first = KeptDigest("dg_1", "weekly", window, NOW, '{"offered": 3}')
        with store.write(TEAM) as unit:
            assert unit.keep_digest(first)
        with store.write(TEAM) as unit:
            assert not unit.keep_digest(replace(first, id="dg_2"))
            assert unit.keep_digest(replace(first, id="dg_3", schedule="daily"))
            unit.enqueue([card()], at=NOW)
        with store.read(TEAM) as view:
            assert view.digest("dg_1") == first
            assert view.digest("dg_2") is None
        assert store.outbox.state().counts == {"queued": 1}

    def test_one_is_kept_with_its_policy_and_as_it_was_posted(self, store: Store) -> None:
        policy = a_policy(digests=weekly("C7"), week_starts_on=6)
        with store.write(TEAM) as unit:
            assert unit.keep_digest(replace(kept(1), policy=policy, log_end=41))
            assert unit.keep_digest(kept(2))
        with store.write(TEAM) as unit:
            unit.keep_said("dg_1", '{"text": "先週"}')
        with store.read(TEAM) as view:
            said = replace(kept(1), policy=policy, log_end=41, said='{"text": "先週"}')
            assert view.digest("dg_1") == said
            assert view.digest("dg_2") == kept(2)
            assert view.digest_of("weekly", kept(2).window) == kept(2)
            assert view.digest_of("daily", kept(2).window) is None
            assert view.digest_of("weekly", kept(3).window) is None

    def test_they_are_listed_the_newest_first_by_the_page(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            for number in range(5):
                schedule = "daily" if number % 2 else "weekly"
                late = NOW + timedelta(days=5 - number)
                unit.keep_digest(kept(number, schedule=schedule, as_of=late))
            unit.keep_digest(kept(5, as_of=NOW + timedelta(days=1)))
        with store.write(OTHER) as unit:
            unit.keep_digest(kept(9))
        with store.read(TEAM) as view:
            pages = [view.digests(offset=at, limit=4) for at in (0, 4, 8)]
            daily = view.digests(schedule="daily", offset=0, limit=9)
            assert (view.count_digests(), view.count_digests(schedule="daily")) == (6, 2)
            assert view.count_digests(schedule="never") == 0
        listed = [[each.id for each in page] for page in pages]
        assert listed == [["dg_0", "dg_1", "dg_2", "dg_3"], ["dg_5", "dg_4"], []]
        assert [each.id for each in daily] == ["dg_1", "dg_3"]


class TestRecounting:
    def test_a_digest_is_counted_again_from_the_log_of_any_store(self, store: Store) -> None:
        desk = Desk(store, StoppedClock(), Names(), lambda: None)
        with store.write(TEAM) as unit:
            unit.amend(adopt(Proposal(RULES, "a1b2"), unit.book(), at=NOW, door=Door.API), at=NOW)
        ids = []
        for number in range(3):
            demo = Signal(f"s{number}", "api", SignalKind.FORM, NOW, None, {"form": "demo"})
            draft = Draft(Identity(f"{number}@acme.example"), Profile(), (demo,))
            taken = capture(desk, TEAM, draft, sender=Sender("api", Door.API))
            assert taken.handoff is not None
            ids.append(taken.handoff.id)
        accept(desk, Stimulus(TEAM, ids[0], "U1", Door.BUTTON, None))
        accept(desk, Stimulus(TEAM, ids[1], "U1", Door.BUTTON, None))
        later = NOW + timedelta(days=7)
        desk.change(TEAM, lambda unit, _: publish_digest(desk, unit, "weekly", at=later))
        undo(desk, Stimulus(TEAM, ids[0], "U1", Door.BUTTON, None), for_ever=True)
        with store.read(TEAM) as view:
            [told] = view.digests(offset=0, limit=9)
            assert len(list(view.every_fact())) == 3
        found = recount(desk, TEAM, told)
        assert found is not None
        assert (found.said.period.offered, found.said.period.acceptance.part) == (3, 2)
        assert found.differences == ()
        assert found.since.undone == (ids[0],)
        with store.read(TEAM) as view:
            question = of_kept(told, a_policy())
            for name in names_in(found.said):
                figure = figure_named(name)
                assert figure is not None
                behind = counted(view, question, name, reader="U1")
                assert len(behind) == figure.read(found.said), name
            assert [fact.id for fact in counted(view, question, "accepted", reader="U1")] == ids[:2]
