"""Events as sites send them: the messages of the Segment spec, read one by one into our own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from core.domain.behaviour import understood
from core.domain.draft import TEXT_LIMIT, Draft, clean_identity
from core.domain.event import Event, clean_event
from core.domain.lead import Identity, Scalar, Signal, SignalKind
from core.domain.policy import Policy
from core.domain.traits import described, flat
from core.errors import Invalid
from handlers.web.problems import TooLarge

EVENT_LIMIT = 32 * 1024  # bytes
TYPES = ("identify", "track", "page", "screen", "group", "alias")

Tree = Mapping[str, Any]
_VISIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Hearing:
    """How messages of one request are heard: when it came, when its sender says that it was sent,
    from which source, and what the workspace's names for things are.
    """

    at: datetime
    sent_at: datetime | None
    source: str
    policy: Policy
    new_id: Callable[[str], str]


def event_of(said: object, hearing: Hearing, *, kind: str | None = None) -> Event:
    """A message as a clean event. Raises Invalid, naming what cannot be used, or TooLarge."""
    if not isinstance(said, dict):
        raise Invalid("body", "must be an object")
    said = {name: value for name, value in said.items() if value is not None}
    kind = kind or _text(said, "type")
    if kind not in TYPES:
        raise Invalid("type", f"must be one of {', '.join(TYPES)}")
    context = _tree(said, "context")
    draft = _described(kind, said, context, hearing)
    user = _id(said, "userId")
    if kind == "alias" and not user:
        raise Invalid("userId", "is what an alias needs")
    if user and draft.identity.email is None:  # many sites use the e-mail as their id
        draft = replace(draft, identity=replace(draft.identity, email=_usable(email=user)))
    event = Event(
        id=_id(said, "messageId") or _made_up_id(said, hearing),
        source=hearing.source,
        at=_happened_at(said, hearing),
        user=user,
        anonymous=_id(said, "anonymousId"),
        previous=_previous(said) if kind == "alias" else None,
        draft=draft,
    )
    signal = _did(kind, said, context, event, hearing.policy)
    signals = (signal,) if signal else ()
    return clean_event(replace(event, draft=replace(event.draft, signals=signals)), at=hearing.at)


def must_fit(said: object) -> None:
    """Raise TooLarge where a message is longer than one may be."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode("utf-8", "surrogatepass")) > EVENT_LIMIT:
        raise TooLarge(f"a message is longer than {EVENT_LIMIT} bytes")


# Who


def _described(kind: str, said: Tree, context: Tree, hearing: Hearing) -> Draft:
    names = hearing.policy.traits
    match kind:
        case "identify":
            traits = _tree(said, "traits")
        case "group":
            company = {"id": _id(said, "groupId"), **_tree(said, "traits")}
            traits = {**_tree(context, "traits"), "company": company}
        case _:
            traits = _tree(context, "traits")
    identity, profile = described(traits, names)
    email = identity.email if kind == "identify" else _usable(email=identity.email)
    identity = Identity(email, _usable(phone=identity.phone))
    campaign = _tree(context, "campaign")
    came_from = (_cut(campaign.get("source")), _cut(campaign.get("name")))
    source, name = profile.source or came_from[0], profile.campaign or came_from[1]
    return Draft(identity, replace(profile, source=source, campaign=name))


def _usable(**part: str | None) -> str | None:
    """An address, if it is one: what somebody did counts though their phone is nonsense."""
    (address,) = part.values()
    try:
        clean_identity(Identity(**part))
    except Invalid:
        return None
    return address


def _previous(said: Tree) -> str:
    previous = _id(said, "previousId")
    if previous is None:
        raise Invalid("previousId", "is what an alias needs")
    return previous


def _id(said: Tree, name: str) -> str | None:
    """An id, which some sites send as a number."""
    value = said.get(name)
    match value:
        case None:
            return None
        case str():
            return value if value.strip() else None
        case bool():
            pass
        case int() if abs(value) < 2**63:
            return str(value)
    raise Invalid(name, "must be a text")


def _made_up_id(said: Tree, hearing: Hearing) -> str:
    """One that is dated is the same when it is sent again; of others we cannot know."""
    if "timestamp" not in said:
        return hearing.new_id("ev")
    told = {name: value for name, value in said.items() if name not in ("sentAt", "writeKey")}
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


# When


def _happened_at(said: Tree, hearing: Hearing) -> datetime:
    """By our own clock: whatever the sender's is wrong by, it is wrong by it twice."""
    value = said.get("timestamp", said.get("originalTimestamp"))
    if value is None:
        return hearing.at
    happened = moment(value)
    if happened is None:
        raise Invalid("timestamp", "must be a moment such as 2025-04-01T09:30:00.000Z")
    try:
        return hearing.at - (hearing.sent_at - happened) if hearing.sent_at else happened
    except OverflowError:
        raise Invalid("timestamp", "lies beyond the calendar") from None


def moment(value: object) -> datetime | None:
    """A moment in ISO 8601, in UTC where it does not say; None where it is none."""
    try:
        said = datetime.fromisoformat(value) if isinstance(value, str) else None
        return said if said is None or said.tzinfo else said.replace(tzinfo=UTC)
    except ValueError:
        return None


# What


def _did(kind: str, said: Tree, context: Tree, event: Event, policy: Policy) -> Signal | None:
    properties = flat(_tree(said, "properties"))
    match kind:
        case "track":
            name = _text(said, "event")
            if name is None:
                raise Invalid("event", "is what a track needs: its name")
            what, told = understood(name[:TEXT_LIMIT], properties, policy.events)
        case "page":
            what, told = SignalKind.PAGE, {**_called(said), **properties}
        case "screen":
            called = _called(said)
            what, told = SignalKind.PAGE, {"screen": called.get("name"), **called, **properties}
        case _:
            return None
    return Signal(
        event.id,
        event.source,
        what,
        event.at,
        _session(context, properties, event),
        {**_page(kind, _tree(context, "page")), **_without_secrets(told)},
    )


def _called(said: Tree) -> dict[str, Scalar]:
    named = {name: _text(said, name) for name in ("name", "category")}
    return {name: value[:TEXT_LIMIT] for name, value in named.items() if value}


def _page(kind: str, page: Tree) -> dict[str, Scalar]:
    """Where in the site it happened; of a page more than of what was done there."""
    if kind == "screen":
        return {}
    told = flat({name: page.get(name) for name in ("path", "title", "url", "referrer")})
    if kind != "page":
        told = {name: value for name, value in told.items() if name == "path"}
    return _without_secrets(told)


def _without_secrets(told: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Addresses without what stands behind them, which may be anything, and no IP address."""
    kept: dict[str, Scalar] = {
        name: _bare(value) if name in ("url", "referrer") and isinstance(value, str) else value
        for name, value in told.items()
        if name not in ("ip", "search", "password") and value is not None
    }
    url = kept.get("url")
    if "path" not in kept and isinstance(url, str) and (path := _path(url)):
        kept["path"] = path
    return kept


def _bare(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def _path(url: str) -> str | None:
    try:
        return urlsplit(url).path or None
    except ValueError:
        return None


def _session(context: Tree, properties: Tree, event: Event) -> str | None:
    """The visit: as the site says, else each half an hour of a browser."""
    for said in (context.get("sessionId"), properties.get("sessionId")):
        if isinstance(said, str | int) and not isinstance(said, bool) and str(said).strip():
            return str(said)[:TEXT_LIMIT]
    if not event.anonymous:
        return None
    half_hour = int(event.at.timestamp() // _VISIT.total_seconds())
    return f"{event.anonymous[: TEXT_LIMIT // 2]}/{half_hour}"


# Reading trees


def _tree(said: Tree, name: str) -> dict[str, Any]:
    """An object inside; what is no object is as good as missing."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _text(said: Tree, name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) and value.strip() else None


def _cut(value: object) -> str | None:
    return value[:TEXT_LIMIT] if isinstance(value, str) and value.strip() else None
