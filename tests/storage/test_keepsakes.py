"""What every store promises about what is kept beside the leads."""

from __future__ import annotations

from datetime import timedelta

from core.ports import KeptAnswer, Person, Store
from tests.builders import NOW, TEAM, a_capture
from tests.storage.keeping import LATER, OTHER, lead_in


class TestKeepsakes:
    def test_a_key_comes_for_the_first_time_once(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            assert unit.first_time("Ev1", at=NOW)
            assert not unit.first_time("Ev1", at=NOW)
        with store.write(TEAM) as unit:
            assert not unit.first_time("Ev1", at=LATER)
            assert unit.first_time("Ev2", at=LATER)
        with store.write(OTHER) as unit:
            assert unit.first_time("Ev1", at=NOW)

    def test_a_key_has_one_answer(self, store: Store) -> None:
        first = KeptAnswer("fingerprint", 201, '{"id": "ld_1"}')
        with store.write(TEAM) as unit:
            assert unit.keep_answer("key", first, at=NOW)
        with store.write(TEAM) as unit:
            unit.record(a_capture(), at=NOW)
            assert not unit.keep_answer("key", KeptAnswer("other", 200, "{}"), at=NOW)
        with store.read(TEAM) as view:
            assert view.kept_answer("key") == first
            assert view.kept_answer("other") is None
        assert lead_in(store) is None

    def test_the_oldest_keys_and_answers_are_forgotten_a_few_at_a_time(self, store: Store) -> None:
        for number in range(5):
            for workspace in (TEAM, OTHER):
                at = NOW + timedelta(days=number)
                with store.write(workspace) as unit:
                    assert unit.first_time(f"Ev{number}", at=at)
                with store.write(workspace) as unit:
                    kept = KeptAnswer("fingerprint", 201, "{}")
                    assert unit.keep_answer(f"key{number}", kept, at=at)
        before = NOW + timedelta(days=3)
        assert [store.forget_keys(before=before, limit=4) for _ in range(3)] == [4, 2, 0]
        assert [store.forget_answers(before=before, limit=4) for _ in range(3)] == [4, 2, 0]
        for workspace in (TEAM, OTHER):
            with store.read(workspace) as view:
                answered = [number for number in range(5) if view.kept_answer(f"key{number}")]
            with store.write(workspace) as unit:
                new = [number for number in range(5) if unit.first_time(f"Ev{number}", at=LATER)]
            assert (answered, new) == ([3, 4], [0, 1, 2])

    def test_the_latest_of_a_person_is_kept(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.keep_person(Person("U1", "hana", None, NOW))
            unit.keep_person(Person("U1", "花", "ja", LATER))
        with store.read(TEAM) as view:
            assert view.person("U1") == Person("U1", "花", "ja", LATER)
            assert view.person("U2") is None

    def test_where_a_person_works_is_kept(self, store: Store) -> None:
        hana = Person("U1", "hana", None, NOW, timezone="Asia/Tokyo")
        with store.write(TEAM) as unit:
            unit.keep_person(hana)
        with store.read(TEAM) as view:
            assert view.person("U1") == hana
