"""What every store promises about leads, who is who, and their lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from core.domain.handoff import Change
from core.domain.lead import Identity, Lead, Profile, Temperature
from core.domain.stages import Stage
from core.domain.timers import Timer, TimerKind
from core.errors import NotFound
from core.ports import KeptAnswer, LeadQuery, Store
from tests.builders import NOW, TEAM, a_capture, a_lead, an_offer
from tests.storage.keeping import LATER, LEASE, accepted, card, lead_in, log_of, record


class TestLeads:
    def test_every_field_is_kept(self, store: Store) -> None:
        lead = a_lead(
            stage=Stage.NURTURING,
            identity=Identity("sato@acme.example", "+81355550100", "crm-7"),
            profile=Profile(
                "佐藤 花",
                "Acme 株式会社",
                "部長",
                "JP",
                "webinar",
                "spring",
                {"size": 250, "rate": 0.1, "trial": True, "left": None, "note": "a\u0000b 🎉"},
            ),
            owner="U1",
            temperature=Temperature.WARM,
            score=41.25,
            entered_stage_at=NOW + timedelta(microseconds=1),
        )
        record(store, Change(lead))
        assert lead_in(store) == replace(lead, version=1)

    def test_a_moment_is_kept_whatever_zone_it_is_written_in(self, store: Store) -> None:
        tokyo = timezone(timedelta(hours=9))
        record(store, Change(a_lead(created_at=NOW.astimezone(tokyo))))
        lead = lead_in(store)
        assert lead is not None
        assert lead.created_at == NOW

    def test_it_is_kept_only_from_the_version_that_was_read(self, store: Store) -> None:
        record(store, a_capture())
        read = replace(a_lead(), version=1)
        record(store, Change(replace(read, owner="U1")))
        with store.write(TEAM) as unit:
            assert not unit.record(Change(replace(read, owner="U2")), at=NOW)
            assert unit.lost
        lead = lead_in(store)
        assert lead is not None
        assert (lead.owner, lead.version) == ("U1", 2)

    def test_one_that_is_known_is_not_made_again(self, store: Store) -> None:
        record(store, a_capture())
        with store.write(TEAM) as unit:
            assert not unit.record(a_capture(), at=NOW)
        assert len(log_of(store)) == 1

    def test_nobody_else_has_its_email(self, store: Store) -> None:
        record(store, a_capture())
        twin = a_lead("ld_2", identity=a_lead().identity)
        with store.write(TEAM) as unit:
            assert not unit.record(a_capture(twin), at=NOW)
        assert lead_in(store, "ld_2") is None

    def test_nobody_else_can_take_its_email_later(self, store: Store) -> None:
        record(store, a_capture(), a_capture(a_lead("ld_2", identity=Identity(phone="+8150"))))
        thief = a_lead("ld_2", version=1, identity=a_lead().identity)
        with store.write(TEAM) as unit:
            assert not unit.record(Change(thief), at=NOW)
            assert unit.lost
            assert not unit.keep_answer("key", KeptAnswer("f", 200, "{}"), at=NOW)
            unit.enqueue([card()], at=NOW)
        lead = lead_in(store, "ld_2")
        assert lead is not None
        assert lead.identity == Identity(phone="+8150")
        assert store.outbox.state().counts == {}

    def test_losing_keeps_nothing_at_all(self, store: Store) -> None:
        record(store, an_offer())
        stale = accepted(store, by="U2")
        record(store, accepted(store, by="U1"))
        before = store.outbox.state()
        with store.write(TEAM) as unit:
            assert unit.first_time("click", at=NOW)
            unit.enqueue([card("ho_9")], at=NOW)
            assert not unit.record(stale, at=NOW)
            unit.set_timers([Timer(TimerKind.WAKE, "ld_1", NOW)])
        assert store.outbox.state() == before
        assert store.workspaces_with_due_timers(NOW) == []
        assert [entry.entry.actor for entry in log_of(store)] == ["api", "api", "U1"]
        with store.write(TEAM) as unit:
            assert unit.first_time("click", at=NOW)

    def test_a_unit_knows_whether_it_promised_something(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.record(a_capture(), at=NOW)
            unit.enqueue([], at=NOW)
            assert not unit.promised
        with store.write(TEAM) as unit:
            unit.enqueue([card()], at=NOW)
            assert unit.promised
        with store.write(TEAM) as unit:
            unit.record(an_offer(a_lead("ld_2")), at=NOW)
            assert unit.promised

    def test_an_exception_keeps_nothing_at_all(self, store: Store) -> None:
        def change_and_fail() -> None:
            with store.write(TEAM) as unit:
                unit.record(an_offer(), at=NOW)
                raise NotFound("something else")

        with pytest.raises(NotFound):
            change_and_fail()
        assert lead_in(store) is None
        assert store.outbox.state().counts == {}
        assert store.next_timer() is None

    def test_what_was_recorded_can_be_read_in_the_same_unit(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.record(an_offer(), at=NOW)
            case = unit.case("ho_1")
            assert case is not None
            assert case.lead.stage is Stage.MQL
            assert len(unit.records("ld_1")) == 2
            assert len(list(unit.chain())) == 2
        assert len(log_of(store)) == 2


class TestIdentity:
    EMAIL, PHONE, ID = "sato@acme.example", "+81355550100", "crm-7"

    def known(self, store: Store, **asked: str) -> str | None:
        with store.read(TEAM) as view:
            lead = view.lead_known_by(Identity(**asked))
            return lead.id if lead else None

    def keep(self, store: Store, **leads: Identity) -> None:
        record(store, *(a_capture(a_lead(id, identity=known)) for id, known in leads.items()))

    def test_nobody_is_nobody(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL))
        assert self.known(store) is None
        assert self.known(store, email="else@acme.example") is None

    def test_the_email_comes_first(self, store: Store) -> None:
        self.keep(
            store,
            ld_1=Identity(phone=self.PHONE),
            ld_2=Identity(external_id=self.ID),
            ld_3=Identity(self.EMAIL),
        )
        asked = {"email": self.EMAIL, "phone": self.PHONE, "external_id": self.ID}
        assert self.known(store, **asked) == "ld_3"

    def test_the_phone_comes_before_the_external_id(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(external_id=self.ID), ld_2=Identity(phone=self.PHONE))
        assert self.known(store, phone=self.PHONE, external_id=self.ID) == "ld_2"
        assert self.known(store, external_id=self.ID) == "ld_1"

    def test_colleagues_who_share_a_phone_are_different_people(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL, self.PHONE))
        assert self.known(store, email="else@acme.example", phone=self.PHONE) is None

    def test_a_phone_finds_who_has_an_email_if_the_asker_has_none(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(self.EMAIL, self.PHONE))
        assert self.known(store, phone=self.PHONE) == "ld_1"

    def test_an_email_can_come_to_who_had_only_a_phone(self, store: Store) -> None:
        self.keep(store, ld_1=Identity(phone=self.PHONE))
        assert self.known(store, email=self.EMAIL, phone=self.PHONE) == "ld_1"

    def test_of_several_the_oldest_is_meant(self, store: Store) -> None:
        old = a_lead(
            "ld_2", created_at=NOW - LEASE, identity=Identity("b@acme.example", self.PHONE)
        )
        new = a_lead("ld_1", identity=Identity("a@acme.example", self.PHONE))
        record(store, a_capture(new), a_capture(old))
        assert self.known(store, phone=self.PHONE) == "ld_2"


class TestLists:
    @pytest.fixture(autouse=True)
    def leads(self, store: Store) -> None:
        names = {"ld_1": "Hana Sato", "ld_2": "Ken Itô", "ld_3": "ＡＮＡ　ﾔﾏﾀﾞ", "ld_4": "100% Bob_"}
        for minutes, (id, name) in enumerate(names.items()):
            lead = a_lead(id, profile=Profile(name=name, company=f"Company {id}"))
            record(store, a_capture(lead), at=NOW + timedelta(minutes=minutes))
        record(store, an_offer(self.lead(store, "ld_2")), at=LATER)
        owned = replace(self.lead(store, "ld_3"), owner="U1")
        record(store, Change(owned), at=NOW + timedelta(minutes=30))

    def lead(self, store: Store, id: str) -> Lead:
        lead = lead_in(store, id)
        assert lead is not None
        return lead

    def ids(self, store: Store, *, offset: int = 0, limit: int = 10, **query: Any) -> list[str]:
        wanted = LeadQuery(**query)
        with store.read(TEAM) as view:
            found = [lead.id for lead in view.leads(wanted, offset=offset, limit=limit)]
            if offset == 0 and limit == 10:
                assert view.count_leads(wanted) == len(found)
            return found

    def test_the_latest_change_comes_first(self, store: Store) -> None:
        assert self.ids(store) == ["ld_2", "ld_3", "ld_4", "ld_1"]

    def test_a_page_is_a_part(self, store: Store) -> None:
        assert self.ids(store, offset=1, limit=2) == ["ld_3", "ld_4"]
        assert self.ids(store, offset=4, limit=2) == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("hana", ["ld_1"]),
            ("SATO", ["ld_1"]),
            ("company ld_4", ["ld_4"]),
            ("ld_3@ACME", ["ld_3"]),
            ("ana ヤマダ", ["ld_3"]),
            ("KEN ITÔ", ["ld_2"]),
            ("100%", ["ld_4"]),
            ("b_", ["ld_4"]),
            ("%", ["ld_4"]),
            ("nobody", []),
        ],
    )
    def test_text_is_part_of_a_name_company_or_address(
        self, store: Store, text: str, expected: list[str]
    ) -> None:
        assert self.ids(store, text=text) == expected

    def test_by_stage_and_owner(self, store: Store) -> None:
        assert self.ids(store, stage=Stage.MQL) == ["ld_2"]
        assert self.ids(store, owner="U1") == ["ld_3"]
        assert self.ids(store, owner="U1", stage=Stage.MQL) == []

    def test_every_stage_is_known(self, store: Store) -> None:
        with store.read(TEAM) as view:
            assert view.stages() == {
                "ld_1": Stage.NEW,
                "ld_2": Stage.MQL,
                "ld_3": Stage.NEW,
                "ld_4": Stage.NEW,
            }
