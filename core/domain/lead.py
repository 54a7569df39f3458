"""A lead: the person whom marketing passes to sales, and the dated behaviour seen of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.domain.stages import Stage

Scalar = str | int | float | bool | None


class Temperature(StrEnum):
    """How ready a lead is to talk, by the shared definition."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class SignalKind(StrEnum):
    """The behaviours that Baton understands; anything else is `custom` with a name."""

    PAGE = "page"
    DOWNLOAD = "download"
    FORM = "form"
    ATTENDED = "attended"
    EMAIL_CLICK = "email_click"
    CUSTOM = "custom"


# A signal that lacks this says nothing that a definition could ask about.
NEEDED: Mapping[SignalKind, str] = {
    SignalKind.PAGE: "path",
    SignalKind.DOWNLOAD: "document",
    SignalKind.FORM: "form",
    SignalKind.ATTENDED: "name",
    SignalKind.CUSTOM: "name",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One dated behaviour; `(source, id)` makes it count once. Times are aware UTC.

    `received_at` is when we learned of it, None until it is kept. It says nothing of what happened,
    so two signals that differ in nothing else are equal.
    """

    id: str
    source: str
    kind: SignalKind
    occurred_at: datetime
    session: str | None = None
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    received_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a lead is known by: e-mail, else phone, else an id of the sending system."""

    email: str | None = None
    phone: str | None = None
    external_id: str | None = None

    def __bool__(self) -> bool:
        return bool(self.email or self.phone or self.external_id)


@dataclass(frozen=True, slots=True)
class Profile:
    """The describing fields of a lead; None means "not said", never "erase"."""

    name: str | None = None
    company: str | None = None
    title: str | None = None
    country: str | None = None
    source: str | None = None
    campaign: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as it stands now. `version` counts its changes and guards every write.

    `handoff_id` is the latest handoff, open or decided; `owner` is a Slack user id.
    `score` is in points of the active definition, None before the first reckoning.
    `wake_on` is the local date before which nothing offers a lead in nurturing again.
    """

    id: str
    workspace: str
    version: int
    stage: Stage
    identity: Identity
    profile: Profile
    owner: str | None
    handoff_id: str | None
    temperature: Temperature | None
    score: float | None
    created_at: datetime
    entered_stage_at: datetime
    wake_on: date | None = None

    @property
    def display_name(self) -> str:
        """What a person calls this lead: the name, else whatever it is known by."""
        known_by = (self.profile.name, self.identity.email, self.identity.phone)
        return next((text for text in known_by if text), self.identity.external_id or self.id)

    @property
    def is_complete(self) -> bool:
        """True where sales would know who it is, how to reach them and where they came from."""
        profile = self.profile
        reached_by = self.identity.email or self.identity.phone
        known = (reached_by, profile.name, profile.company, profile.title, profile.source)
        return all(known)

    def facts(self) -> dict[str, Scalar]:
        """Every attribute that a definition may ask about, by its name there."""
        identity, profile = self.identity, self.profile
        return {
            **profile.attributes,
            "email": identity.email,
            "phone": identity.phone,
            "external_id": identity.external_id,
            "name": profile.name,
            "company": profile.company,
            "title": profile.title,
            "country": profile.country,
            "source": profile.source,
            "campaign": profile.campaign,
        }
