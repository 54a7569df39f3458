"""A draft: what a form, a CRM or a file says about a lead, before we know whether we know them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from core.domain.lead import Identity, Lead, Profile, Scalar, Signal
from core.domain.text import printable
from core.errors import Invalid

FUTURE_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
TEXT_LIMIT = 500
ATTRIBUTES_LIMIT = 100
Part = TypeVar("Part", Identity, Profile)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement about a lead. `source` names the sender of the signals (`api`, `segment`)."""

    identity: Identity
    profile: Profile
    signals: tuple[Signal, ...] = ()
    occurred_at: datetime | None = None


def cleaned(draft: Draft, *, at: datetime) -> Draft:
    """The draft in the form that we keep, or Invalid naming the field that cannot be used."""
    identity = clean_identity(draft.identity)
    profile = _clean_profile(draft.profile)
    occurred_at = draft.occurred_at and clean_moment("occurred_at", draft.occurred_at, at)
    signals = tuple(
        clean_signal(f"signals.{number}", signal, at=at)
        for number, signal in enumerate(draft.signals)
    )
    return Draft(identity, profile, signals, occurred_at)


def clean_signal(place: str, signal: Signal, *, at: datetime) -> Signal:
    """The signal in the form that we keep; Invalid, naming `place`, where it cannot count.

    A clock that runs a little fast is forgiven: what it dates ahead of us happened just now.
    """
    id = _clean_text(f"{place}.id", signal.id)
    if id is None:
        raise Invalid(f"{place}.id", "must not be blank: it is what makes a signal count once")
    return replace(
        signal,
        id=id,
        occurred_at=min(clean_moment(f"{place}.occurred_at", signal.occurred_at, at), at),
        session=_clean_text(f"{place}.session", signal.session),
        properties=_clean_attributes(place, signal.properties),
    )


def merged(lead: Lead, draft: Draft) -> Lead:
    """The lead with what the draft adds. The latest word wins; silence erases nothing."""
    news = {name: value for name, value in draft.profile.attributes.items() if value is not None}
    return replace(
        lead,
        identity=_latest(lead.identity, draft.identity),
        profile=replace(
            _latest(lead.profile, draft.profile),
            attributes={**lead.profile.attributes, **news},
        ),
    )


def said(profile: Profile) -> Profile:
    """The profile without attributes of which nothing was said."""
    if None not in profile.attributes.values():
        return profile
    told = {name: value for name, value in profile.attributes.items() if value is not None}
    return replace(profile, attributes=told)


def _latest(known: Part, said: Part) -> Part:
    news = {
        name: value
        for name in said.__slots__
        if (value := getattr(said, name)) and value != getattr(known, name)
    }
    return replace(known, **news) if news else known


def clean_identity(identity: Identity) -> Identity:
    """The identity in the form that we compare: lower-case e-mail, phone as digits.

    What was typed in full width is the same address. Raises Invalid where a part is malformed or
    nothing is left.
    """
    clean = Identity(
        _clean_email(_clean_text("email", identity.email)),
        _clean_phone(_clean_text("phone", identity.phone)),
        _clean_text("external_id", identity.external_id),
    )
    if not clean:
        raise Invalid("email", "give an e-mail, a phone or an external_id")
    return clean


def _clean_email(email: str | None) -> str | None:
    if email is None:
        return None
    kept = _clean_text("email", _one_width(_one_width(email).lower()))
    if kept is None or not _EMAIL.fullmatch(kept):
        raise Invalid("email", "is not an e-mail address")
    return kept


def _clean_phone(phone: str | None) -> str | None:
    if phone is None:
        return None
    kept = re.sub(r"[^\d+]", "", _one_width(phone))
    if not re.fullmatch(r"\+?\d{4,20}", kept):
        raise Invalid("phone", "is not a phone number")
    return kept


def _one_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _clean_profile(profile: Profile) -> Profile:
    texts = {
        name: _clean_text(name, getattr(profile, name))
        for name in profile.__slots__
        if name != "attributes"
    }
    return Profile(**texts, attributes=_clean_attributes("attributes", profile.attributes))


def _clean_text(place: str, text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > TEXT_LIMIT:
        raise Invalid(place, f"is longer than {TEXT_LIMIT} characters")
    return printable(text) or None


def _clean_attributes(place: str, attributes: Mapping[str, Scalar]) -> dict[str, Scalar]:
    if len(attributes) > ATTRIBUTES_LIMIT:
        raise Invalid(place, f"has more than {ATTRIBUTES_LIMIT} attributes")
    clean: dict[str, Scalar] = {}
    for said, value in attributes.items():
        name = _clean_text(place, said)
        if name is None:
            raise Invalid(place, "has an attribute without a name")
        clean[name] = _clean_value(f"{place}.{name[:50]}", value)
    return clean


def _clean_value(place: str, value: Scalar) -> Scalar:
    match value:
        case str():
            return _clean_text(place, value)
        case bool() | None:
            return value
        case int() if abs(value) >= 2**63:
            raise Invalid(place, "is too large a number")
        case float() if not math.isfinite(value):
            raise Invalid(place, "is not a finite number")
        case _:
            return value


def clean_moment(place: str, moment: datetime, at: datetime) -> datetime:
    """The moment in UTC. Raises Invalid where it cannot have been by `at`."""
    if moment.utcoffset() is None:
        raise Invalid(place, "does not say its offset from UTC")
    if moment > at + FUTURE_TOLERANCE:
        raise Invalid(place, "lies in the future")
    if moment < EARLIEST:
        raise Invalid(place, f"lies before {EARLIEST.year}")
    return moment.astimezone(UTC)
