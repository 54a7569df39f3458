"""A draft: what a form, a CRM or a file says about a lead, before we know whether we know them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TypeVar

from core.domain.lead import Identity, Lead, Profile, Scalar, Signal
from core.errors import Invalid

FUTURE_TOLERANCE = timedelta(minutes=5)
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
    _not_in_the_future("occurred_at", draft.occurred_at, at)
    signals = tuple(
        clean_signal(f"signals.{number}", signal, at=at)
        for number, signal in enumerate(draft.signals)
    )
    return replace(draft, identity=identity, profile=profile, signals=signals)


def clean_signal(place: str, signal: Signal, *, at: datetime) -> Signal:
    """The signal in the form that we keep; Invalid, naming `place`, where it cannot count.

    A clock that runs a little fast is forgiven: what it dates ahead of us happened just now.
    """
    id = _clean_text(f"{place}.id", signal.id)
    if id is None:
        raise Invalid(f"{place}.id", "must not be blank: it is what makes a signal count once")
    _not_in_the_future(f"{place}.occurred_at", signal.occurred_at, at)
    return replace(
        signal,
        id=id,
        occurred_at=min(signal.occurred_at, at),
        properties=_clean_attributes(place, signal.properties),
    )


def merged(lead: Lead, draft: Draft) -> Lead:
    """The lead with what the draft adds. The latest word wins; silence erases nothing."""
    return replace(
        lead,
        identity=_latest(lead.identity, draft.identity),
        profile=replace(
            _latest(lead.profile, draft.profile),
            attributes={**lead.profile.attributes, **draft.profile.attributes},
        ),
    )


def _latest(known: Part, said: Part) -> Part:
    news = {part.name: value for part in fields(said) if (value := getattr(said, part.name))}
    return replace(known, **news)


def clean_identity(identity: Identity) -> Identity:
    """The identity in the form that we compare: lower-case e-mail, phone as digits.

    Raises Invalid where a part is malformed or nothing is left.
    """
    email = _clean_text("email", identity.email)
    if email is not None and not _EMAIL.fullmatch(email):
        raise Invalid("email", "is not an e-mail address")
    clean = Identity(
        email.lower() if email else None,
        _clean_phone(_clean_text("phone", identity.phone)),
        _clean_text("external_id", identity.external_id),
    )
    if not clean:
        raise Invalid("email", "give an e-mail, a phone or an external_id")
    return clean


def _clean_phone(phone: str | None) -> str | None:
    if phone is None:
        return None
    kept = re.sub(r"[^\d+]", "", unicodedata.normalize("NFKC", phone))
    if not re.fullmatch(r"\+?\d{4,20}", kept):
        raise Invalid("phone", "is not a phone number")
    return kept


def _clean_profile(profile: Profile) -> Profile:
    texts = {
        part.name: _clean_text(part.name, getattr(profile, part.name))
        for part in fields(profile)
        if part.name != "attributes"
    }
    return Profile(**texts, attributes=_clean_attributes("attributes", profile.attributes))


def _clean_text(place: str, text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > TEXT_LIMIT:
        raise Invalid(place, f"is longer than {TEXT_LIMIT} characters")
    return "".join(map(_printable, text)).strip() or None


def _printable(character: str) -> str:
    """Control and direction characters have no business in a name: they can disguise one."""
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") and character != "\u200d" else character


def _clean_attributes(place: str, attributes: Mapping[str, Scalar]) -> dict[str, Scalar]:
    if len(attributes) > ATTRIBUTES_LIMIT:
        raise Invalid(place, f"has more than {ATTRIBUTES_LIMIT} attributes")
    return {name: _clean_value(f"{place}.{name[:50]}", value) for name, value in attributes.items()}


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


def _not_in_the_future(place: str, moment: datetime | None, at: datetime) -> None:
    if moment is not None and moment > at + FUTURE_TOLERANCE:
        raise Invalid(place, "lies in the future")
