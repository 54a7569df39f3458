"""What a person types after /lead is understood generously."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.stages import Stage
from handlers.slack.days import Ahead
from handlers.slack.grammar import (
    Add,
    Assign,
    Command,
    Help,
    Leads,
    Log,
    Misunderstood,
    Note,
    Overdue,
    Search,
    Status,
    Wake,
    WhoAmI,
    parse,
)
from handlers.slack.numbers import Numbers


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("HELP me", Help()),
        ("ヘルプ", Help()),
        ("status jane@acme.com", Status("jane@acme.com")),
        ("Status  Jane   Doe", Status("Jane Doe")),
        ("ｓｔａｔｕｓ　佐藤　花", Status("佐藤 花")),
        ("状況 佐藤", Status("佐藤")),
        ("status <mailto:jane@acme.com|jane@acme.com>", Status("jane@acme.com")),
        ("jane@acme.com", Status("jane@acme.com")),
        ("ｊａｎｅ＠ａｃｍｅ．ｃｏｍ", Status("jane@acme.com")),
        ("status", Help()),
        ("log", Help()),
        ("log ld_1", Log("ld_1")),
        ("履歴 ld_1", Log("ld_1")),
        ("digest", Numbers()),
        ("要約", Numbers()),
        ("ダイジェスト", Numbers()),
        ("list", Leads()),
        ("一覧", Leads()),
        ("list mql", Leads(Stage.MQL)),
        ("list MQL mine page 2", Leads(Stage.MQL, mine=True, page=2)),
        ("list mine mql 2", Leads(Stage.MQL, mine=True, page=2)),
        ("一覧　ナーチャリング　自分　ページ３", Leads(Stage.NURTURING, mine=True, page=3)),
        ("list page 0", Leads(page=1)),
        ("list page", Leads()),
        ("mine", Leads(mine=True)),
        ("mine sql page 2", Leads(Stage.SQL, mine=True, page=2)),
        ("自分の担当", Leads(mine=True)),
        ("overdue", Overdue()),
        ("overdue page 3", Overdue(3)),
        ("期限超過　ページ３", Overdue(3)),
        ("search", Help()),
        ("search Acme  Robotics", Search("Acme Robotics")),
        ("検索 アクメ", Search("アクメ")),
        ("search page one page 2", Search("page one", 2)),
        ("search 3", Search("3")),
        ("search page 3", Search("page 3")),
        ("whoami", WhoAmI()),
        ("note", Help()),
        ("note jane@acme.com Back at 10:30", Note("jane@acme.com", "Back at 10:30")),
        ("note <mailto:j@acme.com|j@acme.com>: Back", Note("j@acme.com", "Back")),
        ("note ld_1 Back on Friday", Note("ld_1", "Back on Friday")),
        ("note ld_1", Note("ld_1", "")),
        ("note Jane Doe: Back on Friday", Note("Jane Doe", "Back on Friday")),
        ("メモ 佐藤：金曜に再連絡", Note("佐藤", "金曜に再連絡")),
        ("note Jane back on Friday", Note("Jane", "back on Friday")),
        ("note : :", Note(":", ":")),
        ("wake", Help()),
        ("wake ld_1", Wake("ld_1")),
        ("wake ld_1 tomorrow", Wake("ld_1", Ahead(1))),
        ("wake <mailto:j@acme.com|j@acme.com> in 2 weeks", Wake("j@acme.com", Ahead(14))),
        ("wake Jane Doe 2026-12-01", Wake("Jane Doe", date(2026, 12, 1))),
        ("再開日 佐藤 花 明日", Wake("佐藤 花", Ahead(1))),
        ("再アプローチ日 佐藤", Wake("佐藤")),
        ("wake tomorrow", Wake("tomorrow")),
        ("wake j@acme.com someday", Wake("j@acme.com")),
        ("assign", Help()),
        ("assign ld_1 <@U0RIN|rin>", Assign("ld_1", "U0RIN")),
        ("assign <@U0RIN> Jane Doe", Assign("Jane Doe", "U0RIN")),
        ("担当変更 佐藤 花 <@U0RIN>", Assign("佐藤 花", "U0RIN")),
        ("assign ld_1 @rin", Assign("ld_1")),
        ("assign <mailto:j@acme.com|j@acme.com> <@U0RIN>", Assign("j@acme.com", "U0RIN")),
        (
            "note ld_1 R&amp;D, see <https://acme.com|acme>",
            Note("ld_1", "R&D, see https://acme.com"),
        ),
        ("note ld_1 ask in <#C01|sales>", Note("ld_1", "ask in #sales")),
        ("add", Add("")),
        ("add <mailto:j@acme.com|j@acme.com> Jane Doe", Add("j@acme.com Jane Doe")),
        ("追加 j@acme.com", Add("j@acme.com")),
        ("プロフィール", WhoAmI()),
    ],
)
def test_what_is_meant(typed: str, understood: Command) -> None:
    assert parse(typed) == understood


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_can_be_listed(stage: Stage) -> None:
    assert parse(f"list {stage.value}") == Leads(stage)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("stauts jane", "status jane"),
        ("lst", "list"),
        ("addd jane@acme.com", "add jane@acme.com"),
        ("lgo ld_1", "log ld_1"),
        ("digset", "digest"),
        ("ダイジェスド", "ダイジェスト"),
        ("xyzzy", None),
        ("list mqll page 2", "list mql page 2"),
        ("list everything", None),
        ("overdue pgae 2", "overdue page 2"),
        ("serach acme", "search acme"),
        ("期限超", "期限超過"),
        ("stauts " + "x" * 300, None),
    ],
)
def test_an_unknown_word_gets_the_nearest_known_one(typed: str, nearest: str | None) -> None:
    understood = parse(typed)
    assert isinstance(understood, Misunderstood)
    assert understood.nearest == nearest


@given(st.text())
def test_nothing_that_is_typed_breaks_it(typed: str) -> None:
    parse(typed)
    parse(f"list {typed}")
    parse(f"search {typed}")
    parse(f"overdue {typed}")
    parse(f"note {typed}")
