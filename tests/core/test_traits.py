"""What sites call things becomes what Baton calls them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.behaviour import EVENTS, understood
from core.domain.draft import Draft, cleaned
from core.domain.lead import Identity, Profile, Scalar, SignalKind
from core.domain.traits import TRAITS, described, flat
from tests.builders import NOW


@pytest.mark.parametrize(
    ("said", "profile"),
    [
        ({"first_name": "Jane"}, Profile(name="Jane", attributes={"first_name": "Jane"})),
        ({"name": "J", "lastName": "Doe"}, Profile(name="J", attributes={"last_name": "Doe"})),
        ({"Company Name": "Acme"}, Profile(company="Acme")),
        ({"company": {"name": "A", "id": 7}}, Profile(company="A", attributes={"company_id": 7})),
        ({"title": True, "country": 81}, Profile(country="81")),
        ({"password": "x", "gender": "f", "ip": "10.0.0.1"}, Profile()),
        ({"plan": "pro", "seats": 5, "trial": False}, Profile()),
    ],
)
def test_a_trait_is_a_field_or_an_attribute(said: dict[str, Any], profile: Profile) -> None:
    _, found = described(said)
    for name in ("name", "company", "title", "country"):
        assert (getattr(found, name) or None) == (getattr(profile, name) or None)
    if profile.attributes:
        assert found.attributes == profile.attributes


def test_what_nobody_mapped_keeps_its_name() -> None:
    said = {"plan": "pro", "seats": 5, "trial": False, "address": {"city": "Bonn"}, "x": None}
    assert described(said)[1].attributes == {
        "plan": "pro",
        "seats": 5,
        "trial": False,
        "address.city": "Bonn",
    }


def test_a_team_may_call_things_as_it_likes() -> None:
    names = {"Arbeitgeber": "company", "umsatz.2025": "revenue", "geheim": ""}
    said = {"arbeitgeber": "Acme", "umsatz": {"2025": 7}, "geheim": 1, "email": "j@a.example"}
    identity, profile = described(said, names)
    assert (identity.email, profile.company) == ("j@a.example", "Acme")
    assert profile.attributes == {"revenue": 7}


def test_every_known_event_is_of_a_kind_that_exists() -> None:
    for name in EVENTS:
        kind, properties = understood(name, {})
        assert kind is not SignalKind.CUSTOM
        assert kind is SignalKind.EMAIL_CLICK or any(properties.values())


def test_an_event_of_a_kind_that_does_not_exist_is_custom() -> None:
    assert understood("Call", {}, {"Call": "phone"}) == (SignalKind.CUSTOM, {"name": "Call"})


integers = st.one_of(st.integers(), st.sampled_from([10**400, -(2**63), 2**63]))
json_trees = st.recursive(
    st.one_of(st.none(), st.booleans(), integers, st.floats(), st.text(max_size=600)),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(st.text(max_size=9), inside, max_size=4)
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.one_of(st.text(max_size=20), st.sampled_from(list(TRAITS))), json_trees))
def test_whatever_a_site_says_a_lead_can_hold(said: dict[str, Any]) -> None:
    _, profile = described(said)
    cleaned(Draft(Identity(external_id="u1"), profile), at=NOW)
    leaves: dict[str, Scalar] = flat(said)
    assert len(leaves) <= 100
