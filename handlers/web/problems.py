"""Problems: whatever goes wrong over HTTP, told to the sender's program as RFC 9457 says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from core.errors import BatonError, Busy, Invalid, KeyReused, NotFound, Refused, Unready

MEDIA_TYPE = "application/problem+json"
_FAULTS_SHOWN = 20


class UnknownKey(BatonError):
    """The request has no API key, or one that is not ours."""

    code = "unknown-key"


class TooManyKeys(BatonError):
    """Too many wrong API keys came from this address: wait a minute."""

    code = "too-many-keys"


class TooMany(BatonError):
    """Too many requests came from this sender at once: send them one after the other."""

    code = "too-many"


class TooLarge(BatonError):
    """The body is longer than we read."""

    code = "too-large"


class TooSlow(BatonError):
    """The body did not arrive in time."""

    code = "too-slow"


class Faulty(Invalid):
    """A body with one or several fields that cannot be used: `faults` are (field, detail)."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(*faults[0])
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class _Kind:
    status: HTTPStatus
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


# Whoever sent too much or too slowly is still sending: the rest is not worth reading.
_HANG_UP = {"Connection": "close"}

_KINDS: Mapping[type[BatonError], _Kind] = {
    UnknownKey: _Kind(
        HTTPStatus.UNAUTHORIZED, "Unknown API key", {"WWW-Authenticate": 'Bearer realm="baton"'}
    ),
    TooManyKeys: _Kind(
        HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong API keys", {"Retry-After": "60"}
    ),
    TooMany: _Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many at once", {"Retry-After": "1"}),
    Refused: _Kind(HTTPStatus.FORBIDDEN, "Not allowed"),
    NotFound: _Kind(HTTPStatus.NOT_FOUND, "Not found"),
    TooSlow: _Kind(HTTPStatus.REQUEST_TIMEOUT, "Too slow", _HANG_UP),
    TooLarge: _Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large", _HANG_UP),
    Invalid: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Cannot be used"),
    KeyReused: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Idempotency key used before"),
    Busy: _Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Busy, try again", {"Retry-After": "1"}),
    Unready: _Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Not ready", {"Retry-After": "10"}),
    BatonError: _Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Failed"),
}

_SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "What kind of problem it is; programs can go by it.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong this time."},
        "errors": {
            "type": "array",
            "description": f"Each field that cannot be used, the first {_FAULTS_SHOWN}.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string", "examples": ["signals.0.occurred_at"]},
                    "detail": {"type": "string", "examples": ["lies in the future"]},
                },
            },
        },
    },
}


def install_problems(app: FastAPI) -> None:
    """Make every error of the app a problem, those of the framework too."""
    app.add_exception_handler(BatonError, _expected)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def problem(error: BatonError, **more: Any) -> Response:
    """The answer to an expected failure; `more` are members that only this problem has."""
    kind = _kind(type(error))
    return _answer(kind.status, error.code, kind.title, error.detail, error, kind.headers, **more)


def documented(*errors: type[BatonError]) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these errors, by status; 500 goes without saying, so it is said."""
    documents: dict[int | str, dict[str, Any]] = {}
    all_errors: tuple[type[BatonError], ...] = (*errors, BatonError)
    for error in all_errors:
        kind = _kind(error)
        document = documents.setdefault(
            kind.status.value,
            {
                "description": kind.title,
                "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": {}}},
            },
        )
        document["content"][MEDIA_TYPE]["examples"][error.code] = {
            "value": {
                "type": f"/problems/{error.code}",
                "title": kind.title,
                "status": kind.status.value,
                "detail": error.__doc__,
            }
        }
        if kind.headers:
            document["headers"] = {name: {"schema": {"type": "string"}} for name in kind.headers}
    return documents


def _kind(error: type[BatonError]) -> _Kind:
    return next(_KINDS[ancestor] for ancestor in error.__mro__ if ancestor in _KINDS)


async def _expected(_: Request, error: Exception) -> Response:
    assert isinstance(error, BatonError)
    return problem(error)


async def _unreadable(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(
        Faulty([(".".join(map(str, each["loc"][1:])), each["msg"]) for each in error.errors()])
    )


async def _of_the_framework(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "-")
    return _answer(status, code, status.phrase, status.description, None, error.headers or {})


async def _gone(_: Request, error: Exception) -> Response:
    """Nobody reads this answer; it keeps a lost connection from looking like our failure."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _unexpected(_: Request, error: Exception) -> Response:
    """The server logs what it was; the sender learns only that it was not their fault."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "This is our fault. The same request can be sent again with its Idempotency-Key."
    return _answer(status, "error", "Failed", detail, None, {})


def _answer(
    status: HTTPStatus,
    code: str,
    title: str,
    detail: str,
    error: BatonError | None,
    headers: Mapping[str, str],
    **more: Any,
) -> Response:
    content: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status.value,
        "detail": detail,
        **more,
    }
    if isinstance(error, Invalid):
        content["detail"] = f"{error.field}: {error.detail}"
        content["errors"] = [
            {"field": place, "detail": fault} for place, fault in _faults(error)[:_FAULTS_SHOWN]
        ]
    return Response(json.dumps(content), status.value, dict(headers), MEDIA_TYPE)


def _faults(error: Invalid) -> Sequence[tuple[str, str]]:
    return error.faults if isinstance(error, Faulty) else ((error.field, error.detail),)
