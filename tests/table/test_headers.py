"""What a column means is told by its name, by a name like it, or by what is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from core.errors import Invalid
from handlers.table.headers import LEAD, SIGNALS, Heading, How, mapped


def headings(
    *headers: str,
    said: Mapping[str, str] | None = None,
    samples: Sequence[Sequence[str]] | None = None,
    fields: Mapping[str, Sequence[str]] = LEAD,
) -> list[Heading]:
    return mapped(headers, fields=fields, said=said or {}, samples=samples or [[] for _ in headers])


def fields_of(*headers: str, fields: Mapping[str, Sequence[str]] = LEAD) -> list[str | None]:
    return [heading.field for heading in headings(*headers, fields=fields)]


def test_english_and_japanese_names_are_known_however_they_are_written() -> None:
    assert fields_of("E-Mail Address", "Full_Name", "COMPANY", "Job title", "Lead Source") == [
        "email",
        "name",
        "company",
        "title",
        "source",
    ]
    assert fields_of("メールアドレス", "氏名", "会社名", "役職", "電話番号", "国", "従業員数") == [
        "email",
        "name",
        "company",
        "title",
        "phone",
        "country",
        "attributes.employees",
    ]
    assert fields_of("ＭＱＬ日", "受諾日", "差し戻し日", "差し戻し理由") == [
        "mql_at",
        "accepted_at",
        "rejected_at",
        "reason",
    ]


def test_a_slip_of_the_keyboard_is_forgiven_and_shown() -> None:
    [first, second] = headings("Emial address", "Compny name")
    assert (first.field, first.how) == ("email", How.NEAR)
    assert (second.field, second.how) == ("company", How.NEAR)


def test_addresses_are_known_by_themselves() -> None:
    samples = [["Jane", "Bob"], ["jane@acme.example", "bob@acme.example"]]
    [_, second] = headings("Person", "Column 2", samples=samples)
    assert (second.field, second.how) == ("email", How.CONTENT)


def test_what_means_nothing_becomes_an_attribute_by_its_own_name() -> None:
    [heading] = headings("Favourite colour")
    assert (heading.field, heading.how) == ("attributes.Favourite colour", How.UNKNOWN)


def test_what_a_person_says_counts_first() -> None:
    [first, second, third] = headings(
        "Email", "Email", "Notes", said={"#2": "email", "notes": "-", "#1": "attributes.old"}
    )
    assert first.field == "attributes.old"
    assert (second.field, second.how) == ("email", How.SAID)
    assert third.how is How.LEFT_OUT


def test_of_two_columns_of_one_meaning_the_surer_one_counts_and_it_is_said() -> None:
    [first, second, third] = headings("Email", "Email", "Mail")
    assert first.field == "email"
    assert second.how is How.LEFT_OUT
    assert "column 1 is email already" in second.note
    assert third.field == "attributes.Mail"


def test_a_column_without_a_name_is_left_out_and_said() -> None:
    [_, blank] = headings("Email", " ")
    assert blank.how is How.LEFT_OUT
    assert "#2=" in blank.note


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"Mail": "email"}, "no column is called 'Mail'"),
        ({"#9": "email"}, "no column is called '#9'"),
        ({"Email": "emial"}, "did you mean 'email'"),
    ],
)
def test_what_cannot_be_meant_is_refused(said: Mapping[str, str], problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        headings("Email", "Name", said=said)


def test_behaviour_has_names_of_its_own() -> None:
    assert fields_of("メールアドレス", "行動", "日時", "ページURL", "資料名", fields=SIGNALS) == [
        "email",
        "kind",
        "occurred_at",
        "path",
        "document",
    ]
