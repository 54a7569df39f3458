"""Whose name it was when: in whatever order that becomes known."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from core.domain.visitor import Tie, owner, tied
from tests.builders import NOW


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def seen(*sights: tuple[str, float]) -> tuple[Tie, ...]:
    ties = (Tie("A", lead_id, at(minute), at(minute)) for lead_id, minute in sights)
    return reduce(tied, ties, tuple[Tie, ...]())


def test_a_name_that_was_nobodys_is_nobodys() -> None:
    assert owner((), NOW) is None


def test_what_comes_before_the_first_is_the_firsts() -> None:
    assert owner(seen(("jane", 5), ("bob", 9)), at(0)) == "jane"


def test_it_is_whose_it_was_last() -> None:
    ties = seen(("jane", 1), ("bob", 5))
    assert [owner(ties, at(minute)) for minute in (1, 4, 5, 99)] == ["jane", "jane", "bob", "bob"]


def test_who_was_there_before_and_after_was_there_all_the_time() -> None:
    ties = seen(("jane", 1), ("bob", 3), ("jane", 5))
    assert [owner(ties, at(minute)) for minute in (2, 3, 4, 6)] == ["jane", "bob", "jane", "jane"]


def test_being_seen_again_and_again_is_one_tie() -> None:
    assert seen(("jane", 3), ("jane", 1), ("jane", 2)) == (Tie("A", "jane", at(1), at(3)),)


@given(
    sights=st.lists(st.tuples(st.sampled_from(["jane", "bob", "rin"]), st.integers(0, 9))),
    moment=st.integers(-1, 10),
    data=st.data(),
)
def test_the_order_in_which_it_becomes_known_plays_no_part(
    sights: list[tuple[str, int]], moment: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(sights))
    assert set(seen(*shuffled)) == set(seen(*sights))
    assert owner(seen(*shuffled), at(moment)) == owner(seen(*sights), at(moment))
