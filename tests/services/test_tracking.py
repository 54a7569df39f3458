"""Tracking: whom the events of a site are of, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.draft import Draft
from core.domain.event import Event, clean_event
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind
from core.domain.log import Door, Fault, faults
from core.domain.stages import Stage, Verb
from core.ports import LeadQuery
from core.services import retention
from core.services.intake import Sender
from core.services.tracking import STRAYS_MOST, Tracked, crowds, track
from tests.builders import NOW, TEAM
from tests.services.office import JANE, Office

SITE = Sender("segment", Door.API)


def event(
    id: str,
    minute: float = 0,
    *,
    user: str | None = None,
    browser: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    previous: str | None = None,
    sees: str | None = None,
    sends: str | None = None,
    **said: Any,
) -> Event:
    at = NOW - timedelta(days=1) + timedelta(minutes=minute)
    signals: tuple[Signal, ...] = ()
    if sees:
        signals = (Signal(id, "segment", SignalKind.PAGE, at, None, {"path": sees}),)
    if sends:
        signals = (Signal(id, "segment", SignalKind.FORM, at, None, {"form": sends}),)
    draft = Draft(Identity(email, phone), Profile(**said), signals)
    return clean_event(Event(id, "segment", at, user, browser, previous, draft), at=NOW)


def tell(office: Office, *events: Event) -> Tracked:
    return track(office.desk, TEAM, events, sender=SITE)


def everybody(office: Office) -> list[Lead]:
    with office.store.read(TEAM) as view:
        leads = view.leads(LeadQuery(), offset=0, limit=99)
    present = (lead for lead in leads if lead.stage is not Stage.MERGED)
    return sorted(present, key=lambda lead: int(lead.id.removeprefix("ld_")))


def did(office: Office, lead: Lead) -> list[str]:
    with office.store.read(TEAM) as view:
        return [signal.id for signal in view.signals(lead.id)]


def waiting(office: Office, browser: str = "A") -> list[str]:
    with office.store.read(TEAM) as view:
        return [event.id for event in view.strays([browser])]


# Visitors


def test_a_visitor_is_no_lead_but_not_forgotten(office: Office) -> None:
    assert tell(office, event("p1", browser="A", sees="/")) == Tracked(waiting=1)
    assert everybody(office) == []
    assert waiting(office) == ["p1"]


def test_who_says_who_they_are_has_done_what_they_did_before(office: Office) -> None:
    tell(office, event("p1", 1, browser="A", sees="/"), event("f1", 2, browser="A", sends="demo"))
    tell(office, event("p2", 1, browser="B", sees="/"))
    tell(office, event("i1", 3, browser="A", user="u1", email="jane@acme.example", name="Jane"))
    [jane] = everybody(office)
    assert (jane.identity, jane.profile.name) == (
        Identity("jane@acme.example", None, "u1"),
        "Jane",
    )
    assert did(office, jane) == ["p1", "f1"]
    assert (waiting(office), waiting(office, "B")) == ([], ["p2"])
    assert jane.stage is Stage.MQL
    assert office.verbs() == [Verb.CAPTURE, Verb.QUALIFY]
    assert office.promises() == [(IntentKind.CARD, str(jane.handoff_id))]


def test_what_a_known_browser_does_is_its_owners(office: Office) -> None:
    tell(office, event("i1", browser="A", email="jane@acme.example"))
    assert tell(office, event("p1", 5, browser="A", sees="/")) == Tracked(kept=1)
    assert did(office, office.lead()) == ["p1"]


def test_a_user_without_an_address_is_a_lead(office: Office) -> None:
    tell(office, event("p1", user="u1", sees="/"))
    [lead] = everybody(office)
    assert (lead.identity, did(office, lead)) == (Identity(external_id="u1"), ["p1"])


def test_a_company_said_before_the_name_is_not_lost(office: Office) -> None:
    tell(office, event("g1", 1, browser="A", company="Acme"))
    tell(office, event("i1", 2, browser="A", email="jane@acme.example", name="Jane"))
    assert office.lead().profile == Profile(name="Jane", company="Acme")


def test_another_name_for_the_same_user_is_theirs(office: Office) -> None:
    tell(office, event("p1", 1, browser="A", sees="/"))
    tell(office, event("al", 2, user="u1", previous="A"))
    tell(office, event("p2", 3, browser="A", sees="/"), event("p3", 4, user="u1", sees="/"))
    [lead] = everybody(office)
    assert did(office, lead) == ["p1", "p2", "p3"]


def test_of_two_at_one_browser_each_has_what_they_did(office: Office) -> None:
    tell(
        office,
        event("p1", 1, browser="A", sees="/"),
        event("i1", 2, browser="A", user="u1", email="jane@acme.example"),
        event("p2", 3, browser="A", sees="/"),
        event("i2", 4, browser="A", user="u2", email="bob@acme.example"),
    )
    tell(office, event("p3", 5, browser="A", sees="/"), event("p0", 2.5, browser="A", sees="/"))
    assert did(office, office.lead()) == ["p1", "p0", "p2"]
    assert did(office, office.lead(Identity("bob@acme.example"))) == ["p3"]


def test_somebody_who_gets_an_account_stays_one_lead(office: Office) -> None:
    tell(office, event("i1", 1, browser="A", email="jane@acme.example"))
    tell(office, event("p1", 2, browser="A", user="u1", sees="/"))
    tell(office, event("p2", 3, user="u1", sees="/"))
    [jane] = everybody(office)
    assert (jane.identity.external_id, did(office, jane)) == ("u1", ["p1", "p2"])


def test_a_lead_of_another_door_is_found_by_its_address(office: Office) -> None:
    known = office.capture(name="Jane").lead
    tell(office, event("p1", browser="A", user="u1", email="JANE@acme.example", sees="/"))
    assert office.lead().id == known.id
    assert did(office, office.lead()) == ["p1"]


def test_a_user_keeps_being_one_lead_with_a_new_address(office: Office) -> None:
    tell(office, event("i1", 1, user="u1", email="jane@old.example"))
    tell(office, event("i2", 2, user="u1", email="jane@acme.example"))
    [jane] = everybody(office)
    assert jane.identity == Identity("jane@acme.example", None, "u1")


def test_an_address_that_is_somebody_elses_is_not_taken_from_them(office: Office) -> None:
    tell(office, event("i1", 1, user="u1", email="jane@acme.example"))
    tell(office, event("i2", 2, user="u2", email="bob@acme.example"))
    tell(office, event("i3", 3, user="u2", email="jane@acme.example", title="CTO"))
    jane, bob = everybody(office)
    assert (jane.identity.email, bob.identity.email) == ("jane@acme.example", "bob@acme.example")
    assert (jane.profile.title, bob.profile.title) == (None, "CTO")


def test_an_office_shares_its_phone(office: Office) -> None:
    tell(office, event("i1", 1, user="u1", email="jane@acme.example", phone="+4930123456"))
    tell(office, event("i2", 2, user="u2", email="bob@acme.example", phone="+4930123456"))
    tell(office, event("i3", 3, user="u3", phone="+4930123456"))
    tell(office, event("i4", 4, user="u4", phone="+4930123456"))
    assert [lead.identity.phone for lead in everybody(office)] == ["+4930123456"] * 2 + [None] * 2


# Two who are one


def faults_of(office: Office) -> list[Fault]:
    with office.store.read(TEAM) as view:
        return list(faults(view.chain(), view.stages(), end=view.chain_end()))


def test_a_user_and_a_lead_who_turn_out_to_be_one_are_one_lead(office: Office) -> None:
    known = office.capture(name="Jane Doe", attributes={"employees": 250}).lead
    tell(office, event("p1", 1, user="u1", browser="A", sees="/", title="CTO", name="Jane"))
    [*_, user] = everybody(office)
    tell(office, event("i1", 2, user="u1", email=JANE.email))
    tell(office, event("p2", 3, browser="A", sees="/"), event("p3", 4, user="u1", sees="/"))
    [jane] = everybody(office)
    assert (jane.id, jane.identity) == (known.id, replace(JANE, external_id="u1"))
    assert (jane.profile.title, jane.profile.attributes) == ("CTO", {"employees": 250})
    assert (did(office, jane), did(office, user)) == (["p1", "p2", "p3"], [])
    with office.store.read(TEAM) as view:
        left, log = view.lead(user.id), view.records(user.id)
    assert left is not None
    assert (left.stage, left.profile) == (
        Stage.MERGED,
        Profile(attributes={"merged_into": jane.id}),
    )
    assert [record.entry.verb for record in log] == [Verb.CAPTURE, Verb.MERGE]
    assert faults_of(office) == []


def test_whom_sales_has_heard_of_stays(office: Office) -> None:
    tell(office, event("f1", 1, user="u1", sends="demo"))
    [user] = everybody(office)
    assert user.stage is Stage.MQL
    office.capture(title="CTO")
    tell(office, event("i1", 2, user="u1", email=JANE.email))
    [jane] = everybody(office)
    assert (jane.id, jane.stage, jane.profile.title) == (user.id, Stage.MQL, "CTO")
    assert faults_of(office) == []


def test_two_of_whom_sales_has_heard_stay_two(office: Office) -> None:
    offered = office.offered()
    tell(office, event("f1", 1, user="u1", sends="demo"))
    tell(office, event("p1", 2, user="u1", email=JANE.email, sees="/"))
    tell(office, event("p2", 3, user="u1", sees="/"))
    jane, user = everybody(office)
    assert (jane.handoff_id, user.stage) == (offered.id, Stage.MQL)
    assert did(office, jane) == ["p1", "p2", "demo of jane@acme.example"]
    assert did(office, user) == ["f1"]


def test_two_users_are_never_one(office: Office) -> None:
    tell(office, event("i1", 1, user="u1", browser="A", email="jane@acme.example"))
    tell(office, event("i2", 2, user="u2", browser="A"))
    tell(office, event("i3", 3, user="u2", browser="A", email="jane@acme.example"))
    assert [lead.identity.external_id for lead in everybody(office)] == ["u1", "u2"]


def test_two_users_are_one_if_the_site_says_so(office: Office) -> None:
    tell(office, event("p1", 1, user="u1", sees="/"), event("p2", 2, user="u2", sees="/"))
    tell(office, event("al", 3, user="u2", previous="u1"))
    tell(office, event("p3", 4, user="u1", sees="/"))
    [lead] = everybody(office)
    assert did(office, lead) == ["p1", "p2", "p3"]


# What is said


def test_the_later_word_counts_however_late_the_earlier_one_comes(office: Office) -> None:
    tell(office, event("i2", 2, user="u1", email="jane@acme.example", title="CTO"))
    tell(office, event("i1", 1, user="u1", title="Clerk", company="Acme"))
    assert (office.lead().profile.title, office.lead().profile.company) == ("CTO", "Acme")


def test_where_somebody_came_from_is_where_they_came_from_first(office: Office) -> None:
    tell(office, event("p2", 2, user="u1", email=JANE.email, sees="/", source="search"))
    tell(office, event("p1", 1, user="u1", sees="/", source="fair", campaign="spring"))
    tell(office, event("p3", 3, user="u1", sees="/", source="mail"))
    assert (office.lead().profile.source, office.lead().profile.campaign) == ("fair", "spring")


def test_where_a_lead_came_from_by_another_door_is_not_overwritten(office: Office) -> None:
    office.capture(source="trade fair")
    tell(office, event("p1", user="u1", email=JANE.email, sees="/", source="search"))
    assert office.lead().profile.source == "trade fair"


def test_the_same_again_changes_nothing_and_writes_nothing(office: Office) -> None:
    events = [
        event("p1", 1, browser="A", sees="/"),
        event("i1", 2, browser="A", user="u1", email="jane@acme.example", name="Jane"),
    ]
    tell(office, *events)
    before = office.lead()
    tell(office, *events)
    tell(office, events[0])
    assert office.lead() == before
    assert did(office, before) == ["p1"]


# Whatever the order


STORY: Sequence[Event] = (
    event("p1", 1, browser="A", sees="/", source="search"),
    event("g1", 2, browser="A", company="Acme", attributes={"employees": 20}),
    event("i1", 3, browser="A", email=JANE.email, name="Jane", title="Clerk"),
    event("p2", 4, browser="A", sees="/pricing", source="mail"),
    event("i2", 5, browser="A", user="u1", name="Jane Doe", attributes={"employees": 250}),
    event("p3", 6, browser="A", user="u1", sees="/pricing"),
    event("al", 7, user="u1", previous="B"),
    event("p4", 8, browser="B", sees="/pricing"),
)


def told_in(story: Sequence[Sequence[Event]]) -> tuple[Any, ...]:
    office = Office()
    for batch in story:
        tell(office, *batch)
    [lead] = everybody(office)
    with office.store.read(TEAM) as view:
        assert view.strays(["A", "B"]) == []
    return lead.identity, lead.profile, lead.score, lead.temperature, did(office, lead)


EXPECTED = told_in([STORY])


def test_the_story_is_what_was_told() -> None:
    identity, profile, score, _, signals = EXPECTED
    assert identity == Identity("jane@acme.example", None, "u1")
    assert (profile.name, profile.title, profile.source) == ("Jane Doe", "Clerk", "search")
    assert (profile.attributes, score) == ({"employees": 250}, 40)
    assert signals == ["p1", "p2", "p3", "p4"]


@settings(max_examples=300, deadline=None)
@given(
    order=st.permutations(STORY),
    again=st.lists(st.sampled_from(STORY), max_size=5),
    cuts=st.sets(st.integers(0, 12)),
)
def test_any_order_with_any_repeats_in_any_batches_is_the_same_lead(
    order: list[Event], again: list[Event], cuts: set[int]
) -> None:
    events = [*order, *again]
    edges = sorted({0, *(cut for cut in cuts if cut < len(events)), len(events)})
    batches = [events[start:end] for start, end in pairwise(edges)]
    assert told_in(batches) == EXPECTED


# Bounds


def test_of_a_visitor_so_much_is_kept_and_for_so_long(office: Office) -> None:
    many = [event(f"p{n}", n / 100, browser="A", sees="/") for n in range(STRAYS_MOST + 5)]
    tell(office, *many)
    assert waiting(office) == [each.id for each in many[5:]]
    office.clock.now = NOW + retention.STRAYS_KEPT
    assert retention.sweep(office.desk) == 0
    office.clock.forward(seconds=1)
    assert retention.sweep(office.desk) == STRAYS_MOST + 1
    assert waiting(office) == []


def test_nobody_is_nobody(office: Office) -> None:
    for name in ("null", "undefined", " ", "0", "Anonymous"):
        with pytest.raises(Exception, match="somebody's own"):
            event("p1", user=name, browser=name)
    assert event("p1", user="undefined", browser="A").user is None


def test_events_are_parted_by_whom_they_name() -> None:
    one = [event("a", browser="A"), event("b", browser="A", user="u1"), event("c", user="u1")]
    two = [event("d", browser="D", email="d@acme.example"), event("e", email="d@acme.example")]
    alone = [event("f", user="u9")]
    for order in permutations([*one, *two, *alone]):
        parts = {frozenset(each.id for each in crowd) for crowd in crowds(order)}
        assert parts == {frozenset("abc"), frozenset("de"), frozenset("f")}


def test_many_people_at_once_are_told_apart(office: Office) -> None:
    events = [
        each
        for n in range(30)
        for each in (
            event(f"p{n}", 1, browser=f"B{n}", sees="/"),
            event(f"i{n}", 2, browser=f"B{n}", user=f"u{n}", email=f"u{n}@acme.example"),
            event(f"s{n}", 1, browser=f"S{n}", sees="/"),
        )
    ]
    assert tell(office, *events) == Tracked(kept=60, waiting=30)
    assert [did(office, lead) for lead in everybody(office)] == [
        [f"p{lead.identity.external_id[1:]}"]
        for lead in everybody(office)
        if lead.identity.external_id
    ]


def test_a_race_that_was_lost_is_run_again(office: Office) -> None:
    tell(office, event("p1", 1, browser="A", sees="/"))
    office.store.rivals = 2
    tell(office, event("i1", 2, browser="A", user="u1", email="jane@acme.example"))
    assert did(office, office.lead()) == ["p1"]
    assert waiting(office) == []
