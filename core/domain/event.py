"""An event: what a site saw somebody do or heard of them, before it is known who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.draft import ATTRIBUTES_LIMIT, TEXT_LIMIT, Draft, cleaned
from core.domain.lead import Identity, Lead, Profile, Scalar
from core.domain.text import printable
from core.errors import Invalid

# Sites send these where they forgot to say whose event it is: they are nobody.
_NOBODY = frozenset(
    {
        *("", "0", "-1", "null", "nil", "none", "undefined", "nan", "n/a", "false", "true"),
        *("anonymous", "guest", "unknown", "[object object]"),
    }
)
_FIRST_TOUCH = ("source", "campaign")
_FIELDS = ("name", "company", "title", "country")


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a site. `user` is the site's own id of somebody who logged in, `anonymous`
    names a browser, `previous` is what the user was called before.

    `draft` is what it says: e-mail and phone, profile, and one signal or none. The `source` and
    `campaign` of its profile are where the visit came from. It happened at `at`, aware UTC.
    """

    id: str
    source: str
    at: datetime
    user: str | None
    anonymous: str | None
    previous: str | None
    draft: Draft

    @property
    def names(self) -> tuple[str, ...]:
        """Every id by which it names somebody."""
        return tuple(name for name in (self.user, self.previous, self.anonymous) if name)

    @property
    def identity(self) -> Identity:
        """What a lead may be known by."""
        return replace(self.draft.identity, external_id=self.user)

    @property
    def is_of_somebody(self) -> bool:
        """Whether it says more than which browser it was."""
        return bool(self.identity)

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Events are heard in the order in which they happened."""
        return self.at, self.source, self.id


def clean_event(event: Event, *, at: datetime) -> Event:
    """The event in the form that we keep. Raises Invalid naming what cannot be used."""
    user, anonymous = _name("userId", event.user), _name("anonymousId", event.anonymous)
    said = event.draft.identity
    if not (user or anonymous or said.email or said.phone):
        raise Invalid("userId", "give a userId or an anonymousId that is somebody's own")
    named = replace(said, external_id=user or anonymous)
    draft = cleaned(replace(event.draft, identity=named, occurred_at=event.at), at=at)
    return replace(
        event,
        at=min(draft.occurred_at or at, at),
        user=user,
        anonymous=anonymous,
        previous=_name("previousId", event.previous),
        draft=replace(draft, identity=replace(draft.identity, external_id=None), occurred_at=None),
    )


def _name(place: str, said: str | None) -> str | None:
    if said is None:
        return None
    if len(said) > TEXT_LIMIT:
        raise Invalid(place, f"is longer than {TEXT_LIMIT} characters")
    name = printable(said)
    return None if name.casefold() in _NOBODY else name


# What a lead hears of itself


def heard(
    lead: Lead, event: Event, told_at: Mapping[str, datetime]
) -> tuple[Lead, dict[str, datetime]]:
    """The lead with what the event says of it, and when each thing was said.

    Events come late and in any order: of what somebody says twice the later one counts, of where
    they came from the earlier one. `told_at` has the times of what was heard before.
    """
    kept, times = _facts(lead), dict(told_at)
    for name, value in _said(event).items():
        if value is not None and _counts(name, value, event.at, kept, times):
            kept[name], times[name] = value, event.at
    return _described(lead, kept), times


def merged(
    lead: Lead, other: Lead, told_at: Mapping[str, datetime], others: Mapping[str, datetime]
) -> tuple[Lead, dict[str, datetime]]:
    """A lead with what was said of another one, who turned out to be the same person.

    `others` has the times of what was said of the other one. Of two addresses the lead keeps its
    own.
    """
    kept, times = _facts(lead), dict(told_at)
    for name, value in _facts(other).items():
        at = others.get(name)
        is_own_address = name in ("email", "phone") and kept[name] is not None
        if value is None or is_own_address:
            continue
        if at is None:
            kept[name] = value if kept.get(name) is None else kept[name]
        elif _counts(name, value, at, kept, times):
            kept[name], times[name] = value, at
    described = _described(lead, kept)
    external_id = lead.identity.external_id or other.identity.external_id
    return replace(described, identity=replace(described.identity, external_id=external_id)), times


def _said(event: Event) -> dict[str, Scalar]:
    identity, profile = event.draft.identity, event.draft.profile
    return {
        "email": identity.email,
        "phone": identity.phone,
        **{name: getattr(profile, name) for name in (*_FIELDS, *_FIRST_TOUCH)},
        **{f"attributes.{name}": value for name, value in profile.attributes.items()},
    }


def _facts(lead: Lead) -> dict[str, Scalar]:
    said = Draft(replace(lead.identity, external_id=None), lead.profile)
    return _said(Event("", "", lead.created_at, None, None, None, said))


def _counts(
    name: str,
    value: Scalar,
    at: datetime,
    kept: Mapping[str, Scalar],
    times: Mapping[str, datetime],
) -> bool:
    before, known = times.get(name), kept.get(name)
    if name in _FIRST_TOUCH:
        if before is None:
            return known is None
        return at < before or (at == before and repr(value) < repr(known))
    if before is not None:
        return at > before or (at == before and repr(value) > repr(known))
    return name in kept or sum(each.startswith("attributes.") for each in kept) < ATTRIBUTES_LIMIT


def _described(lead: Lead, facts: Mapping[str, Scalar]) -> Lead:
    attributes = {
        name.removeprefix("attributes."): value
        for name, value in facts.items()
        if name.startswith("attributes.")
    }
    identity = replace(lead.identity, email=_text(facts["email"]), phone=_text(facts["phone"]))
    fields = {name: _text(facts[name]) for name in (*_FIELDS, *_FIRST_TOUCH)}
    return replace(lead, identity=identity, profile=Profile(**fields, attributes=attributes))


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)
