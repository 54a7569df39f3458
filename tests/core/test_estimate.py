"""How sure a share is, and how well points tell the wanted from the unwanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.estimate import Estimate, separation


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (30, 40, 0.5981, 0.8581), (10, 10, 0.7225, 1)],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert Estimate(part, whole).interval == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_everything_is_possible() -> None:
    assert Estimate(0, 0).rate is None
    assert Estimate(0, 0).interval == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_rate_lies_in_its_interval(seen: tuple[int, int]) -> None:
    estimate = Estimate(*seen)
    low, high = estimate.interval
    assert estimate.rate is not None
    assert 0 <= low <= estimate.rate + 1e-12
    assert estimate.rate <= high + 1e-12 <= 1 + 2e-12


scores = st.lists(st.tuples(st.integers(0, 8).map(float), st.booleans()), max_size=40)


@given(scores)
def test_separation_is_the_share_of_pairs_in_order(
    seen: list[tuple[float, bool]],
) -> None:
    good = [score for score, label in seen if label]
    bad = [score for score, label in seen if not label]
    won = [(g > b) + (g == b) / 2 for g in good for b in bad]
    found = separation(seen)
    if not won:
        assert found is None
    else:
        assert found == pytest.approx(sum(won) / len(won))
