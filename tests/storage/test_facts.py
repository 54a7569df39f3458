"""What every store promises of the facts that a digest measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from core.domain.handoff import Case, Change
from core.domain.intents import IntentKind, Posting
from core.domain.lead import Identity, Profile
from core.domain.localtime import WEEK, Window
from core.domain.log import Door
from core.domain.measures import Fact, Frame, fact_of, frame_of, measure
from core.domain.pursuit import Because, pursue
from core.domain.stages import Stage, Verb
from core.domain.undoing import undo
from core.ports import Store, View
from tests.builders import NOW, TEAM, a_handoff, a_lead, a_policy, an_offer
from tests.storage.keeping import accepted, card, claim, enqueue, lead_in, record, rejected

DAY = timedelta(days=1)
THIS = Window(NOW, NOW + WEEK)


def earlier(window: Window) -> Window:
    return Window(window.start - WEEK, window.start)


def frame(window: Window = THIS, *, at: datetime = NOW + WEEK) -> Frame:
    return frame_of(window, as_of=at, earlier=earlier)


@contextmanager
def case_of(store: Store, handoff_id: str = "ho_1") -> Iterator[tuple[View, Case]]:
    with store.read(TEAM) as view:
        case = view.case(handoff_id)
        assert case is not None
        yield view, case


def pursued(store: Store, verb: Verb, handoff_id: str = "ho_1", *, at: datetime = NOW) -> None:
    because = Because("no_budget") if verb is Verb.RECYCLE else None
    with case_of(store, handoff_id) as (_, case):
        change = pursue(case, verb, by="U1", at=at, door=Door.BUTTON, because=because)
    assert isinstance(change, Change)
    record(store, change)


def undone(store: Store, of: Verb | None = None, *, at: datetime = NOW) -> None:
    with case_of(store) as (view, case):
        entries = [each.entry for each in view.records(case.lead.id)]
    change = undo(case, entries, by="U1", at=at, door=Door.BUTTON, of=of)
    assert isinstance(change, Change)
    record(store, change)


def facts(store: Store, of: Frame | None = None) -> list[Fact]:
    with store.read(TEAM) as view:
        return list(view.facts(of or frame()))


def offered(store: Store, number: int, *, at: datetime) -> None:
    record(store, an_offer(a_lead(f"ld_{number}"), handoff_id=f"ho_{number}", at=at))


def test_a_fact_is_kept_as_the_handoff_tells_it(store: Store) -> None:
    said = Profile(name="Hana", company="Acme", title="CTO", source="webinar", campaign="spring")
    record(store, an_offer(a_lead(profile=said)))
    record(store, accepted(store))
    pursued(store, Verb.ADVANCE, at=NOW + DAY)
    pursued(store, Verb.WIN, at=NOW + 2 * DAY)
    with case_of(store) as (_, case):
        [fact] = facts(store)
        assert fact == fact_of(case.handoff)
    assert (fact.source, fact.campaign, fact.complete) == ("webinar", "spring", True)
    assert (fact.trigger, fact.rules) == ("price-list", ("price-list", "pricing"))
    assert (fact.touched_at, fact.sql_at, fact.won_at) == (NOW + DAY, NOW + DAY, NOW + 2 * DAY)
    assert fact.returned_at is None


def test_of_a_lead_that_nobody_can_reach_the_context_is_not_complete(store: Store) -> None:
    said = Profile(name="Hana", company="Acme", title="CTO", source="webinar")
    lead = a_lead(profile=said, identity=Identity(external_id="crm-1"))
    record(store, an_offer(lead))
    [fact] = facts(store)
    assert not fact.complete


def test_what_leads_back_to_nurturing_is_dated(store: Store) -> None:
    for number in (1, 2, 3):
        offered(store, number, at=NOW)
    record(store, rejected(store, "ho_1"))
    record(store, rejected(store, "ho_2", reason="spam"))  # leaves the funnel
    record(store, accepted(store, "ho_3"))
    pursued(store, Verb.RECYCLE, "ho_3", at=NOW + DAY)
    assert [fact.returned_at for fact in facts(store)] == [NOW, None, NOW + DAY]


def test_undoing_takes_each_step_back(store: Store) -> None:
    record(store, an_offer())
    record(store, rejected(store))
    undone(store)
    assert facts(store)[0].returned_at is None
    record(store, accepted(store))
    pursued(store, Verb.ADVANCE, at=NOW + timedelta(minutes=1))
    pursued(store, Verb.WIN, at=NOW + timedelta(minutes=2))
    undone(store, Verb.WIN)
    [fact] = facts(store)
    assert (fact.sql_at, fact.won_at) == (NOW + timedelta(minutes=1), None)
    undone(store, Verb.ADVANCE)
    [fact] = facts(store)
    assert (fact.sql_at, fact.touched_at) == (None, None)  # which had proved the contact
    pursued(store, Verb.TOUCH)
    pursued(store, Verb.RECYCLE, at=NOW + timedelta(minutes=1))
    undone(store, Verb.RECYCLE)
    [fact] = facts(store)
    assert (fact.returned_at, fact.touched_at) == (None, NOW)


def test_a_digest_reads_what_touches_its_frame(store: Store) -> None:
    for number in range(12):
        offered(store, number, at=NOW - number * WEEK)
        if number:
            record(store, accepted(store, f"ho_{number}", at=NOW - number * WEEK))
    found = {fact.id for fact in facts(store)}
    # This week, the one before, and the cohort of 30 days; that of 90 days lies further back.
    assert found == {"ho_0", "ho_1", "ho_5"}
    with store.read(TEAM) as view:
        whole = [fact_of(each) for n in range(12) if (each := view.handoff(f"ho_{n}"))]
        narrow = view.facts(frame())
        standing, health = view.standing(), view.health(THIS)
    narrowly, widely = (
        measure(some, frame=frame(), policy=a_policy(), standing=standing, health=health)
        for some in (narrow, whole)
    )
    assert narrowly == widely


def test_what_is_open_is_read_however_old(store: Store) -> None:
    offered(store, 1, at=NOW - 99 * WEEK)
    assert [fact.id for fact in facts(store)] == ["ho_1"]


def test_the_offers_after_a_return_are_read(store: Store) -> None:
    long_ago = NOW - 13 * WEEK + DAY
    record(store, an_offer(at=long_ago))
    record(store, rejected(store))
    lead = lead_in(store)
    assert lead is not None
    record(store, an_offer(lead, handoff_id="ho_2", last=a_handoff(), at=NOW - 6 * WEEK))
    record(store, accepted(store, "ho_2", at=NOW - 6 * WEEK))
    returned = NOW  # when `rejected` happened
    later = frame(Window(returned, returned + WEEK), at=returned + 14 * WEEK)
    assert "ho_2" in {fact.id for fact in facts(store, later)}


def test_where_leads_stand_and_since_when(store: Store) -> None:
    for number in (1, 2, 3):
        offered(store, number, at=NOW + number * DAY)
    record(store, accepted(store, "ho_2", at=NOW + 5 * DAY))
    record(store, rejected(store, "ho_3"))
    with store.read(TEAM) as view:
        standing = view.standing()
    assert standing[Stage.MQL] == [NOW + DAY]
    assert standing[Stage.SAL] == [NOW + 5 * DAY]
    assert standing[Stage.SQL] == []


def test_what_was_never_shown_and_what_waits_is_known(store: Store) -> None:
    for number in (1, 2, 3):
        record(store, an_offer(a_lead(f"ld_{number}"), handoff_id=f"ho_{number}"))
    record(store, accepted(store, "ho_3"))  # whoever did so had seen it, wherever
    errand = next(errand for errand in claim(store) if errand.intent.subject == "ho_1")
    store.outbox.settle(errand, posting=Posting(IntentKind.CARD, "ho_1", "C1", "1.0"), at=NOW)
    enqueue(store, card("ho_9"), at=NOW - DAY)
    with store.read(TEAM) as view:
        health = view.health(THIS)
        assert view.health(earlier(THIS)).unseen == 0
    assert (health.unseen, health.waiting, health.parked) == (1, 4, 0)
    assert health.oldest_queued_at == NOW - DAY
