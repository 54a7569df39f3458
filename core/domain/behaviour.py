"""Behaviour: what sites call the things that people do, and which kind of signal that is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from core.domain.lead import Scalar, SignalKind

# From the name of an event to a kind of signal, and after a colon what the signal is about if the
# event does not say so. Case and punctuation make no difference. Any other event is `custom`.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "Form Submitted": "form",
        "Form Sent": "form",
        "Form Completed": "form",
        "Demo Requested": "form:demo",
        "Contact Requested": "form:contact",
        "Newsletter Subscribed": "form:newsletter",
        "Document Downloaded": "download",
        "File Downloaded": "download",
        "Content Downloaded": "download",
        "Asset Downloaded": "download",
        "Webinar Attended": "attended",
        "Seminar Attended": "attended",
        "Event Attended": "attended",
        "Email Link Clicked": "email_click",
    }
)

# What a signal is about, and what sites call that.
_ABOUT: Mapping[SignalKind, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        SignalKind.FORM: ("form", ("form_name", "form_id", "name", "id", "title")),
        SignalKind.DOWNLOAD: ("document", ("file_name", "file", "name", "title", "url")),
        SignalKind.ATTENDED: ("name", ("webinar", "webinar_name", "event_name", "title")),
        SignalKind.PAGE: ("path", ()),
        SignalKind.CUSTOM: ("name", ()),
    }
)


def understood(
    name: str, properties: Mapping[str, Scalar], names: Mapping[str, str] = EVENTS
) -> tuple[SignalKind, dict[str, Scalar]]:
    """The kind of signal that an event of this name is, and its properties as signals have them.

    `names` says which names are which kinds.
    """
    wanted = {_folded(said): kind for said, kind in names.items()}
    kind_name, _, fixed = wanted.get(_folded(name), "custom").partition(":")
    kind = SignalKind(kind_name) if kind_name in set(SignalKind) else SignalKind.CUSTOM
    if kind is SignalKind.CUSTOM:
        return kind, _named(name, properties)
    if kind not in _ABOUT:
        return kind, dict(properties)
    about, aliases = _ABOUT[kind]
    told = {_folded(said): value for said, value in properties.items()}
    found = (told.get(_folded(alias)) for alias in (about, *aliases))
    first = next((value for value in found if isinstance(value, str)), None)
    return kind, {**properties, about: fixed or first or name}


def _named(name: str, properties: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """A custom signal is called by its name; whatever else is called so has to step back."""
    others = {
        "property_name" if said == "name" else said: each for said, each in properties.items()
    }
    return {**others, "name": name}


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
