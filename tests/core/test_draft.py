"""Drafts: whatever is sent, what we keep can be kept, and nothing that we know is erased."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.draft import (
    ATTRIBUTES_LIMIT,
    EARLIEST,
    FUTURE_TOLERANCE,
    TEXT_LIMIT,
    Draft,
    clean_identity,
    clean_signal,
    cleaned,
    merged,
)
from core.domain.lead import Identity, Lead, Profile, Scalar, Signal, SignalKind
from core.errors import Invalid
from tests.builders import NOW, a_lead, a_signal

KNOWN = Identity(email="jane@acme.example")
TICK = timedelta.resolution
HOSTILE = [
    "\x00",
    "Jane\x00Doe",
    "\ud800",
    "a\udfffb",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "a\u200bb\ufeff",
    "\u2028",
    "\r\n\t",
    "\U000e0041",
    "\ue000",
    "\U0010ffff",
    "=HYPERLINK(1)",
    "<!channel>",
    "' OR 1=1 --",
    "🧑\u200d💻",
    "e\u0301",
    "ﷺ" * 30,
    "İ" * 40,
    "Z̡͖͜a̴l̡g̛o",
    "  ",
    "x" * TEXT_LIMIT,
]


def texts() -> st.SearchStrategy[str]:
    anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
    return st.one_of(st.sampled_from(HOSTILE), anything)


def scalars() -> st.SearchStrategy[Scalar]:
    return st.one_of(texts(), st.integers(), st.floats(), st.booleans(), st.none())


def attributes() -> st.SearchStrategy[dict[str, Scalar]]:
    return st.dictionaries(texts(), scalars(), max_size=6)


def moments() -> st.SearchStrategy[datetime]:
    offsets = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    return st.datetimes(timezones=st.one_of(st.none(), offsets))


def signals() -> st.SearchStrategy[Signal]:
    return st.builds(
        Signal,
        texts(),
        st.just("api"),
        st.sampled_from(SignalKind),
        moments(),
        st.one_of(st.none(), texts()),
        attributes(),
    )


def identities() -> st.SearchStrategy[Identity]:
    emails = st.one_of(st.none(), texts(), st.emails(), texts().map(lambda text: f"{text}@a.jp"))
    return st.builds(Identity, emails, st.one_of(st.none(), texts()), st.one_of(st.none(), texts()))


def profiles() -> st.SearchStrategy[Profile]:
    words = st.one_of(st.none(), texts())
    return st.builds(Profile, words, words, words, words, words, words, attributes())


def drafts() -> st.SearchStrategy[Draft]:
    return st.builds(
        Draft,
        identities(),
        profiles(),
        st.lists(signals(), max_size=3).map(tuple),
        st.one_of(st.none(), moments()),
    )


def is_kept_text(text: str) -> bool:
    hidden = {unicodedata.category(character) for character in text if character != "\u200d"}
    safe = not hidden & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return safe and text == text.strip() and 0 < len(text) <= TEXT_LIMIT


def is_kept_value(value: Scalar) -> bool:
    match value:
        case str():
            return is_kept_text(value)
        case bool() | None:
            return True
        case int():
            return abs(value) < 2**63
        case float():
            return value - value == 0  # neither infinite nor "not a number"


def is_kept_mapping(kept: Any) -> bool:
    sound = all(is_kept_text(name) and is_kept_value(value) for name, value in kept.items())
    return sound and json.loads(json.dumps(kept, allow_nan=False)) == kept


def a_draft(**parts: Any) -> Draft:
    return Draft(KNOWN, Profile(**parts))


# Whatever is sent


@given(drafts())
@example(Draft(KNOWN, Profile(name="\ud800", attributes={"\x00": "\x00"})))
@example(Draft(KNOWN, Profile(attributes={"\udcff" * 80: float("nan")})))
@example(Draft(KNOWN, Profile(), occurred_at=datetime.max.replace(tzinfo=timezone.min)))
@example(Draft(KNOWN, Profile(), occurred_at=datetime.min.replace(tzinfo=timezone.max)))
@example(Draft(KNOWN, Profile(), (a_signal(session="\x00"),)))
def test_a_draft_is_kept_in_a_form_that_can_be_kept_or_refused_by_name(draft: Draft) -> None:
    try:
        clean = cleaned(draft, at=NOW)
    except Invalid as refused:
        refused.field.encode()  # it goes into an answer
        str(refused).encode()
        return
    known = [getattr(clean.identity, part.name) for part in fields(Identity)]
    said = [getattr(clean.profile, part.name) for part in fields(Profile)][:-1]
    assert all(text is None or is_kept_text(text) for text in [*known, *said])
    assert is_kept_mapping(clean.profile.attributes)
    for signal in clean.signals:
        assert is_kept_text(signal.id)
        assert signal.session is None or is_kept_text(signal.session)
        assert is_kept_mapping(signal.properties)
        assert EARLIEST <= signal.occurred_at <= NOW
        assert signal.occurred_at.utcoffset() == timedelta(0)
    assert cleaned(clean, at=NOW) == clean


@given(identities())
def test_an_identity_in_its_form_stays_as_it_is(identity: Identity) -> None:
    try:
        clean = clean_identity(identity)
    except Invalid:
        return
    assert clean
    assert clean_identity(clean) == clean


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Jane@Acme.Example", "jane@acme.example"),
        ("  jane@acme.example\n", "jane@acme.example"),
        ("ｊａｎｅ＠ａｃｍｅ．ｅｘａｍｐｌｅ", "jane@acme.example"),
        ("ja\u200bne@acme.example", "jane@acme.example"),
        ("田中@例え.jp", "田中@例え.jp"),
        ("jane+tag@mail.acme.example", "jane+tag@mail.acme.example"),
    ],
)
def test_an_address_is_known_however_it_was_typed(said: str, kept: str) -> None:
    assert clean_identity(Identity(email=said)).email == kept


@pytest.mark.parametrize(
    "said",
    [
        "jane",
        "jane@",
        "@acme.example",
        "jane@acme",
        "a@b@c.example",
        "jane @acme.example",
        "jane@acme..example",
        "jane@.example",
        "jane\x00doe@acme.example",
        "a@b.c" + "d" * TEXT_LIMIT,
    ],
)
def test_what_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_identity(Identity(email=said))
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("+81 (3) 1234-5678", "+81312345678"),
        ("０３－１２３４－５６７８", "0312345678"),
        ("03.1234.5678", "0312345678"),
        ("\u202d+49 30 1234567\u202c", "+49301234567"),
    ],
)
def test_a_number_is_known_however_it_was_typed(said: str, kept: str) -> None:
    assert clean_identity(Identity(phone=said)).phone == kept


@pytest.mark.parametrize("said", ["none", "123", "1" * 21, "12+3456", "++123456", "+"])
def test_what_is_no_number_is_refused(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_identity(Identity(phone=said))
    assert refused.value.field == "phone"


@pytest.mark.parametrize("blank", [None, "", " ", "\u200b", "\x00\n"])
def test_a_lead_that_nothing_is_known_by_is_refused(blank: str | None) -> None:
    with pytest.raises(Invalid, match="e-mail, a phone or an external_id"):
        clean_identity(Identity(blank, blank, blank))


@pytest.mark.parametrize("name", [part.name for part in fields(Profile)][:-1])
def test_every_text_has_an_end(name: str) -> None:
    most = cleaned(a_draft(**{name: "ü" * TEXT_LIMIT}), at=NOW)
    assert getattr(most.profile, name) == "ü" * TEXT_LIMIT
    with pytest.raises(Invalid) as refused:
        cleaned(a_draft(**{name: "ü" * (TEXT_LIMIT + 1)}), at=NOW)
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (float("-inf"), "finite"),
        (2**63, "too large"),
        (-(2**63), "too large"),
        (10**400, "too large"),
        ("x" * (TEXT_LIMIT + 1), "longer than"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_by_its_name(value: Scalar, problem: str) -> None:
    with pytest.raises(Invalid, match=problem) as refused:
        cleaned(a_draft(attributes={"size\u202e": value}), at=NOW)
    assert refused.value.field == "attributes.size"
    with pytest.raises(Invalid, match=problem) as refused:
        clean_signal("signals.0", a_signal(properties={"size": value}), at=NOW)
    assert refused.value.field == "signals.0.size"


def test_whole_numbers_up_to_what_a_database_takes_are_kept() -> None:
    values: dict[str, Scalar] = {"most": 2**63 - 1, "least": -(2**63 - 1), "yes": True, "pi": 3.14}
    assert cleaned(a_draft(attributes=values), at=NOW).profile.attributes == values


@pytest.mark.parametrize("name", ["", " ", "\x00", "\u200b", "\ud800"])
def test_an_attribute_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="without a name"):
        cleaned(a_draft(attributes={name: 1}), at=NOW)


def test_there_is_an_end_to_how_much_can_be_said() -> None:
    most: dict[str, Scalar] = {f"a{n}": n for n in range(ATTRIBUTES_LIMIT)}
    assert cleaned(a_draft(attributes=most), at=NOW).profile.attributes == most
    with pytest.raises(Invalid, match="more than"):
        cleaned(a_draft(attributes={**most, "more": 1}), at=NOW)


# Time


@pytest.mark.parametrize("ahead", [timedelta(0), TICK, FUTURE_TOLERANCE])
def test_a_clock_that_runs_a_little_fast_is_forgiven(ahead: timedelta) -> None:
    assert clean_signal("s", a_signal(occurred_at=NOW + ahead), at=NOW).occurred_at == NOW


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        (NOW + FUTURE_TOLERANCE + TICK, "in the future"),
        (datetime.max.replace(tzinfo=UTC), "in the future"),
        (EARLIEST - TICK, "before 1970"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=9))), "before 1970"),
        (NOW.replace(tzinfo=None), "offset"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(moment: datetime, problem: str) -> None:
    with pytest.raises(Invalid, match=problem) as refused:
        clean_signal("signals.3", a_signal(occurred_at=moment), at=NOW)
    assert refused.value.field == "signals.3.occurred_at"
    with pytest.raises(Invalid, match=problem) as refused:
        cleaned(replace(a_draft(), occurred_at=moment), at=NOW)
    assert refused.value.field == "occurred_at"


def test_a_moment_is_kept_in_utc() -> None:
    tokyo = datetime(2026, 3, 4, 9, tzinfo=timezone(timedelta(hours=9)))
    kept = clean_signal("s", a_signal(occurred_at=tokyo), at=NOW).occurred_at
    assert (kept, kept.tzinfo) == (datetime(2026, 3, 4, tzinfo=UTC), UTC)


@pytest.mark.parametrize("id", ["", "  ", "\u200b", "\ud800", "\x00"])
def test_a_signal_without_an_id_is_refused(id: str) -> None:
    with pytest.raises(Invalid) as refused:
        cleaned(replace(a_draft(), signals=(a_signal(), a_signal(id))), at=NOW)
    assert refused.value.field == "signals.1.id"


# Merging


def known_parts(lead: Lead) -> dict[str, object]:
    parts: dict[str, object] = {}
    for owner in (lead.identity, lead.profile):
        parts |= {part.name: getattr(owner, part.name) for part in fields(owner)}
    parts.pop("attributes")
    parts |= {f"attribute {name}": value for name, value in lead.profile.attributes.items()}
    return {name: value for name, value in parts.items() if value is not None}


@given(st.lists(drafts(), min_size=1, max_size=4))
def test_merging_never_erases_and_the_latest_word_wins(said: list[Draft]) -> None:
    lead = a_lead(identity=KNOWN, profile=Profile(name="Jane", attributes={"size": 5, "no": False}))
    for draft in said:
        try:
            clean = cleaned(replace(draft, signals=(), occurred_at=None), at=NOW)
        except Invalid:
            continue
        before, lead = known_parts(lead), merged(lead, clean)
        after = known_parts(lead)
        assert before.keys() <= after.keys()
        told = known_parts(replace(lead, identity=clean.identity, profile=clean.profile))
        assert after == {**before, **told}
        assert merged(lead, clean) == lead


@pytest.mark.parametrize("blank", [None, "", "  ", "\u200b"])
def test_a_blank_says_nothing(blank: str | None) -> None:
    lead = a_lead(profile=Profile(name="Jane", attributes={"size": 250}))
    draft = Draft(lead.identity, Profile(name=blank, attributes={"size": blank, "new": blank}))
    assert merged(lead, cleaned(draft, at=NOW)) == lead


@pytest.mark.parametrize("value", [0, False, 0.0])
def test_nought_and_no_say_something(value: Scalar) -> None:
    lead = a_lead(profile=Profile(attributes={"size": 250}))
    draft = Draft(lead.identity, Profile(attributes={"size": value}))
    assert merged(lead, cleaned(draft, at=NOW)).profile.attributes == {"size": value}


def test_merging_leaves_alone_what_no_draft_may_say() -> None:
    lead = a_lead(owner="U0REP", handoff_id="ho_1", score=12.5, version=7)
    draft = Draft(Identity(phone="+81312345678"), Profile(title="CTO"))
    after = merged(lead, draft)
    assert replace(after, identity=lead.identity, profile=lead.profile) == lead
    assert after.identity == replace(lead.identity, phone="+81312345678")
    assert after.profile == replace(lead.profile, title="CTO")
