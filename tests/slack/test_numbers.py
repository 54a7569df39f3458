"""What a person types behind /lead digest is understood, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.behind import FIGURES
from handlers.slack.grammar import Misunderstood, parse
from handlers.slack.numbers import Numbers, numbers


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("digest", Numbers()),
        ("digest week", Numbers("week")),
        ("digest this week so far", Numbers("week")),
        ("digest last week", Numbers("last week")),
        ("digest today", Numbers("today")),
        ("digest last month by source", Numbers("last month", "source")),
        ("digest by rep", Numbers(by="rep")),
        ("digest 2026-w46 by rules", Numbers("2026-W46", "rule")),
        ("digest 2026-10", Numbers("2026-10")),
        ("digest 2026-11-20", Numbers("2026-11-20")),
        ("digest dg_1f2e leads offered page 3", Numbers("dg_1f2e", figure="offered", page=3)),
        ("digest week leads because:spam", Numbers("week", figure="because:spam")),
        (
            "digest week leads source~1f3a9c20.accepted csv",
            Numbers("week", figure="source~1f3a9c20.accepted", table=True),
        ),
        ("ダイジェスト 先週", Numbers("last week")),
        ("要約 今週 流入元別", Numbers("week", "source")),
        ("ダイジェスト ２０２６年１０月 担当者別", Numbers("2026-10", "rep")),
        ("ダイジェスト 2026年第46週 温度感別", Numbers("2026-W46", "temperature")),
        ("ダイジェスト 2026年11月20日", Numbers("2026-11-20")),
        ("ダイジェスト 今月 キャンペーン別 2ページ", Misunderstood("2ページ", None)),
        ("ダイジェスト 今月 ルール別 ページ2", Numbers("month", "rule", page=2)),
        ("digest lsat week", Misunderstood("lsat", "digest last week")),
        ("digest by sauce", Misunderstood("by", "digest by sauce")),
        ("digest 2026-W54", Misunderstood("2026-W54", None)),
        ("digest leads nonsense", Misunderstood("leads", "digest leads nonsense")),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: Numbers | Misunderstood) -> None:
    found = parse(typed)
    if isinstance(meant, Misunderstood) and isinstance(found, Misunderstood):
        assert found.word == meant.word
    else:
        assert found == meant


_PERIODS = ["week", "last week", "today", "yesterday", "month", "2026-W46", "2026-10", "dg_12"]


@given(
    st.sampled_from(_PERIODS),
    st.sampled_from([None, "source", "rep", "campaign", "temperature", "rule"]),
    st.sampled_from([None, *FIGURES, "because:spam", "rep~1f3a9c20.accepted"]),
)
def test_what_a_button_carries_means_the_same_again(
    period: str, by: str | None, figure: str | None
) -> None:
    asked = Numbers(period, by, figure)
    assert parse(asked.text) == asked


@given(st.lists(st.text(max_size=12), max_size=6))
def test_anything_may_be_typed(words: list[str]) -> None:
    numbers(words)
