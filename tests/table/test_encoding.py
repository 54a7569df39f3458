"""The encoding of a file is told by its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from handlers.table.encoding import detected, named

JAPANESE = "メールアドレス,氏名\r\nsato@acme.example,佐藤 花\r\nａ社@x.example,髙橋①\r\n"
WESTERN = "Email,Name\nmueller@acme.example,Jürgen Müller\nbjorn@x.example,Björn Ångström\n"
FRENCH = "E-mail;Nom\nhelene@x.example;Hélène Lefèvre\nrene@x.example;René Gérard\n"


def told(raw: bytes, *, at_once: int = 1 << 20) -> str:
    chunks = [raw[start : start + at_once] for start in range(0, len(raw), at_once)]
    return detected(chunks).name


@pytest.mark.parametrize("text", [JAPANESE, WESTERN, FRENCH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_with_and_without_its_mark(text: str, encoding: str) -> None:
    assert told(text.encode(encoding)) == encoding


def test_japanese_is_told_from_western_text() -> None:
    assert told(JAPANESE.encode("cp932")) == "cp932"
    assert told(WESTERN.encode("cp1252")) == "cp1252"
    assert told(FRENCH.encode("latin-1")) == "cp1252"


def test_plain_ascii_is_utf_8() -> None:
    assert told(b"Email\njane@acme.example\n") == "utf-8"
    assert told(b"") == "utf-8"


def test_a_few_bad_bytes_do_not_make_another_encoding_of_utf_8() -> None:
    raw = JAPANESE.encode() * 20 + b"broken\xff,\x81\n" + JAPANESE.encode()
    found = detected([raw])
    assert (found.name, found.label) == ("utf-8", "UTF-8, damaged in places")


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"\x1f\x8brest", "compressed"),
    ],
)
def test_what_is_no_text_says_what_it_is(head: bytes, what: str) -> None:
    with pytest.raises(Invalid, match=what):
        detected([head])


def test_bytes_in_no_encoding_ask_for_its_name() -> None:
    with pytest.raises(Invalid, match="--encoding"):
        detected([b"\x81\x8d\x8f\x90\x9d\xff\xfe\x81 abc\xff" * 3])


def test_a_name_that_is_none_says_which_there_are() -> None:
    assert named("Shift_JIS").name == "shift_jis"
    for wrong in ("klingon", "base64"):
        with pytest.raises(Invalid, match="cp932"):
            named(wrong)


@given(
    st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff"))
)
def test_whatever_is_written_in_utf_8_is_read_in_utf_8(text: str) -> None:
    raw = text.encode()
    if not raw.startswith((b"PK", b"%PDF")):
        assert told(raw, at_once=3).startswith("utf-8")
