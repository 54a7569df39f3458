"""Who a message is about is read from it, and nothing else is taken for an address or a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.clues import Clues, clues


@pytest.mark.parametrize(
    ("said", "email", "phone"),
    [
        ("Met <mailto:jane@acme.com|jane@acme.com> today", "jane@acme.com", None),
        ("jane@acme.com wants a demo.", "jane@acme.com", None),
        ("write to jane@acme.com.", "jane@acme.com", None),
        ("連絡先は（jane@acme.co.jp）です", "jane@acme.co.jp", None),
        ("連絡先：ｊａｎｅ＠ａｃｍｅ．ｃｏｍ、電話は０３−１２３４−５６７８", "jane@acme.com", None),
        ("call <tel:+81312345678|03-1234-5678>", None, "+81312345678"),
        ("call 03-1234-5678 please", None, "03-1234-5678"),
        ("call +49 (30) 1234 5678", None, "+49 (30) 1234 5678"),
        ("携帯は090-1234-5678です", None, "090-1234-5678"),
        ("two: a@b.com and c@d.com", "a@b.com", None),
        ("budget 1,200,000 by 2026-11-23 or 2026/11/24", None, None),
        ("order 123456789012", None, None),
        ("ts 1763947800.000100", None, None),
        ("see <https://acme.com/a@b|this page>", None, None),
        ("ask <@U012AB3CD> or <#C0123|sales>", None, None),
        ("", None, None),
    ],
)
def test_an_address_and_a_number_are_found(said: str, email: str | None, phone: str | None) -> None:
    found = clues(said)
    assert (found.email, found.phone) == (email, phone)


def test_the_text_is_what_people_read() -> None:
    said = "<mailto:j@acme.com|Jane> &amp; <@U1|bob> like <https://acme.com|our page>\n&lt;3"
    assert clues(said).text == "j@acme.com & @bob like our page\n<3"


def test_what_is_left_beside_the_clues_is_a_name() -> None:
    assert clues("jane@acme.com  Jane Doe") == Clues(
        "jane@acme.com  Jane Doe", "Jane Doe", "jane@acme.com"
    )


@given(st.text())
def test_nothing_that_is_written_breaks_it(said: str) -> None:
    found = clues(said)
    assert found.phone is None or 9 <= sum(map(str.isdigit, found.phone)) <= 15
