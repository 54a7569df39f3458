"""The tracking API that sites know from Segment: they send here by changing one URL."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic_core import from_json

from core.desk import Desk
from core.domain.event import Event
from core.domain.log import Door
from core.errors import BatonError, Busy, Invalid, Unready
from core.services.intake import Sender
from core.services.tracking import track
from handlers.web.events import EVENT_LIMIT, TYPES, Hearing, event_of, moment, must_fit
from handlers.web.guard import Body
from handlers.web.packing import unpacked
from handlers.web.places import Places
from handlers.web.problems import (
    TooLarge,
    TooMany,
    TooManyKeys,
    TooSlow,
    UnknownKey,
    documented,
)
from handlers.web.writekeys import Shown, WriteKeys, shown_as_user

BATCH_LIMIT = 500 * 1024  # bytes
BATCH_MOST = 2500  # messages
_SHORT = {name[0]: name for name in TYPES}  # as browsers call them, to save bytes
_BATCHES = ("batch", "import", "b")
PATHS = tuple(f"/v1/{name}" for name in (*TYPES, *_SHORT, *_BATCHES))

_SENDER = Sender("segment", Door.API)
_SUCCESS = b'{"success": true}'
_REFUSED_SHOWN = 20
_PLAIN = re.compile(r"[\w-]{1,64}", re.ASCII)
_PROBLEMS = documented(
    UnknownKey, TooManyKeys, TooMany, Unready, Busy, Invalid, TooLarge, TooSlow
)  # what Segment's clients send again, and what they give up

log = logging.getLogger(__name__)

Encoding = Annotated[str | None, Header(alias="Content-Encoding", description="gzip, if anything.")]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A request from a site whose key is known: what it says, and from which source."""

    said: dict[str, Any]
    source: str
    is_short: bool


def segment_routes(
    desk: Desk,
    workspace: Callable[[], str],
    keys: Mapping[str, str],
    count: Callable[[str, int], None] = lambda outcome, number: None,
) -> APIRouter:
    """`/v1/track` and the like, for sites that show one of the keys; each key names its source.

    `count` hears how many events were kept, wait for their visitor to be known, or were refused.
    """
    write_keys, places = WriteKeys(keys), Places()

    async def place(request: Request, key: Shown) -> AsyncIterator[None]:
        sender = key.credentials if key else request.client.host if request.client else ""
        async with places.taken(sender):
            yield

    routes = APIRouter(prefix="/v1", tags=["Events"], dependencies=[Depends(place)])

    def opened(
        request: Request, body: bytes, key: Shown, encoding: str | None, limit: int
    ) -> _Letter:
        address = request.client.host if request.client else ""
        shown = shown_as_user(key)
        source = None if shown is None else write_keys.source(address, shown)
        plain = unpacked(body, encoding, limit=limit)
        said = _json(plain)
        if not isinstance(said, dict):
            raise Invalid("body", "must be an object")
        if source is None:
            told = said.get("writeKey")
            source = write_keys.source(address, told if isinstance(told, str) else None)
        return _Letter(said, source, len(plain) <= EVENT_LIMIT)

    def one(kind: str) -> Callable[..., Response]:
        def hear(
            request: Request,
            body: Body,
            key: Shown,
            encoding: Encoding = None,
        ) -> Response:
            letter = opened(request, body, key, encoding, EVENT_LIMIT)
            event = event_of(letter.said, _hearing(desk, workspace(), letter), kind=kind)
            return _answer(_tracked(desk, workspace(), [(0, event)], count, alone=True))

        return hear

    def many(request: Request, body: Body, key: Shown, encoding: Encoding = None) -> Response:
        letter = opened(request, body, key, encoding, BATCH_LIMIT)
        refused: list[_Refusal] = []
        events = list(_read(letter, _hearing(desk, workspace(), letter), refused))
        _note(refused, letter.source)
        count("refused", len(refused))
        return _answer([*refused, *_tracked(desk, workspace(), events, count)])

    for name in TYPES:
        routes.add_api_route(f"/{name}", one(name), methods=["POST"], **_documented(name))
    for short, name in _SHORT.items():
        routes.add_api_route(f"/{short}", one(name), methods=["POST"], include_in_schema=False)
    for name in _BATCHES:
        in_schema = name == "batch"
        routes.add_api_route(
            f"/{name}", many, methods=["POST"], **_documented("batch", in_schema=in_schema)
        )
    return routes


def _json(plain: bytes) -> Any:
    """What the body says; one message with half a character must not cost all the others."""
    try:
        return from_json(plain)
    except ValueError:
        pass
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        raise Invalid("body", "is not JSON") from None


def _hearing(desk: Desk, workspace: str, letter: _Letter) -> Hearing:
    with desk.read(workspace) as view:
        policy = view.workspace().policy
    sent_at: datetime | None = moment(letter.said.get("sentAt"))
    return Hearing(desk.now(), sent_at, letter.source, policy, desk.new_id)


# Many at once


@dataclass(frozen=True, slots=True)
class _Refusal:
    number: int
    id: str
    fault: BatonError


def _read(
    letter: _Letter, hearing: Hearing, refused: list[_Refusal]
) -> Iterator[tuple[int, Event]]:
    batch = letter.said.get("batch")
    if not isinstance(batch, list):
        raise Invalid("batch", "must be a list of messages")
    if len(batch) > BATCH_MOST:
        raise TooLarge(f"a batch holds at most {BATCH_MOST} messages")
    shared = letter.said.get("context")
    for number, said in enumerate(batch):
        try:
            if not letter.is_short:
                must_fit(said)
            yield number, event_of(_with(said, shared), hearing)
        except (Invalid, TooLarge) as fault:
            id = said.get("messageId") if isinstance(said, dict) else None
            refused.append(_Refusal(number, str(id or ""), fault))


def _with(said: object, context: object) -> object:
    """A message with what the batch says for all of its messages."""
    if not isinstance(said, dict) or not isinstance(context, dict):
        return said
    own = said.get("context")
    return {**said, "context": {**context, **(own if isinstance(own, dict) else {})}}


def _tracked(
    desk: Desk,
    workspace: str,
    events: list[tuple[int, Event]],
    count: Callable[[str, int], None],
    *,
    alone: bool = False,
) -> list[_Refusal]:
    tracked = track(desk, workspace, [event for _, event in events], sender=_SENDER)
    count("kept", tracked.kept)
    count("waiting", tracked.waiting)
    count("refused", len(tracked.refused))
    if alone and tracked.refused:
        raise tracked.refused[0][1]
    numbers = {id(event): number for number, event in events}
    refused = [_Refusal(numbers[id(event)], event.id, fault) for event, fault in tracked.refused]
    _note(refused, events[0][1].source if events else "")
    return refused


def _note(refused: list[_Refusal], source: str) -> None:
    for each in refused:
        id = each.id if _PLAIN.fullmatch(each.id) else "-"
        field = each.fault.field.partition(".")[0] if isinstance(each.fault, Invalid) else "size"
        log.warning("event refused: source=%s id=%s field=%s", source, id, field)


def _answer(refused: list[_Refusal]) -> Response:
    """Success, though some may never be kept: whoever sent them would send them for ever."""
    if not refused:
        return Response(_SUCCESS, media_type="application/json")
    told = [
        {"number": each.number, "detail": _detail(each.fault)}
        for each in sorted(refused, key=lambda each: each.number)[:_REFUSED_SHOWN]
    ]
    content = {"success": True, "refused": len(refused), "errors": told}
    return Response(json.dumps(content), media_type="application/json")


def _detail(fault: BatonError) -> str:
    return f"{fault.field}: {fault.detail}" if isinstance(fault, Invalid) else fault.detail


# What OpenAPI says of it


_ABOUT = {
    "identify": "Tell who somebody is",
    "track": "Tell what somebody did",
    "page": "Tell which page somebody saw",
    "screen": "Tell which screen of an app somebody saw",
    "group": "Tell which company somebody is of",
    "alias": "Tell that somebody is called otherwise now",
    "batch": "Tell many of these at once",
}
_SOMEBODY = {
    "userId": {"type": "string", "description": "The site's own id of who logged in."},
    "anonymousId": {"type": "string", "description": "The site's id of the browser."},
    "messageId": {"type": "string", "description": "The same id counts once."},
    "timestamp": {"type": "string", "format": "date-time"},
    "context": {"type": "object"},
}
_MORE: Mapping[str, Mapping[str, Any]] = {
    "identify": {"traits": {"type": "object", "examples": [{"email": "jane@acme.example"}]}},
    "track": {
        "event": {"type": "string", "examples": ["Form Submitted"]},
        "properties": {"type": "object"},
    },
    "page": {"name": {"type": "string"}, "properties": {"type": "object"}},
    "screen": {"name": {"type": "string"}, "properties": {"type": "object"}},
    "group": {"groupId": {"type": "string"}, "traits": {"type": "object"}},
    "alias": {"previousId": {"type": "string"}},
}


def _documented(name: str, *, in_schema: bool = True) -> dict[str, Any]:
    if name == "batch":
        message = {"type": "object", "properties": {"type": {"enum": list(TYPES)}, **_SOMEBODY}}
        properties: dict[str, Any] = {"batch": {"type": "array", "items": message}}
        required = ["batch"]
    else:
        properties = {**_SOMEBODY, **_MORE[name]}
        required = {"track": ["event"], "alias": ["previousId", "userId"]}.get(name, [])
    sent = {"sentAt": {"type": "string", "format": "date-time"}, "writeKey": {"type": "string"}}
    schema = {"type": "object", "required": required, "properties": {**properties, **sent}}
    content = {"application/json": {"schema": schema}}
    return {
        "summary": _ABOUT[name],
        "include_in_schema": in_schema,
        "responses": {200: {"description": "What can be kept has been kept"}, **_PROBLEMS},
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }
