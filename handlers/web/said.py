"""What senders may say over HTTP of a lead and of what it did, read strictly and once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import from_json

from core.domain.draft import Draft
from core.domain.lead import NEEDED, Identity, Profile, Scalar, Signal, SignalKind
from core.errors import Invalid
from handlers.web.problems import Faulty

SIGNALS_LIMIT = 1000
_PLACE_LIMIT = 50  # characters of a name that a sender gave
SOURCE = "api"
Shape = TypeVar("Shape", bound=BaseModel)


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a moment such as 2025-04-01T09:30:00+09:00")


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError("must be a text, a number, true, false or null")


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Value = Annotated[
    Scalar,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]


class _Said(BaseModel):
    """Something a sender says: types are taken as they come, never bent into others."""

    model_config = ConfigDict(strict=True, extra="forbid")


class SignalIn(_Said):
    """One dated behaviour of a lead. Whatever else is said of it becomes one of its properties.

    A `page` needs its `path`, a `download` its `document`, a `form` its `form`, an `attended` and
    a `custom` signal their `name`.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "v-81",
                    "kind": "page",
                    "path": "/pricing",
                    "title": "Pricing",
                    "session": "s-7",
                    "occurred_at": "2025-04-01T09:30:00+09:00",
                }
            ]
        },
    )
    __pydantic_extra__: dict[str, Value]

    id: str = Field(description="The sender's own id of it: the same id counts once.")
    kind: SignalKind = Field(strict=False)
    occurred_at: Moment | None = Field(None, description="ISO 8601 with its offset; default now.")
    session: str | None = Field(None, description="The visit that it belongs to.")

    def signal(self, place: str, *, unless_said: datetime) -> Signal:
        """The signal, at `unless_said` where it has no date. Raises Invalid below `place`."""
        properties = self.__pydantic_extra__
        needed = NEEDED.get(self.kind)
        if needed and not _is_told(properties.get(needed)):
            raise Invalid(f"{place}.{needed}", f"is what a {self.kind} signal needs")
        moment = self.occurred_at or unless_said
        return Signal(self.id, SOURCE, self.kind, moment, self.session, properties)


class LeadIn(_Said):
    """What is known of a lead: at least an e-mail, a phone or an external id.

    The latest word wins; what is left out or null changes nothing.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "jane@acme.example",
                    "name": "Jane Doe",
                    "company": "Acme",
                    "title": "CTO",
                    "country": "JP",
                    "source": "web form",
                    "attributes": {"employees": 250, "newsletter": True},
                    "signals": [{"id": "f-9", "kind": "form", "form": "demo"}],
                }
            ]
        }
    )

    email: str | None = None
    phone: str | None = None
    external_id: str | None = Field(None, description="Its id in the sender's system.")
    name: str | None = None
    company: str | None = None
    title: str | None = None
    country: str | None = None
    source: str | None = Field(None, description="Where the lead comes from, such as `web form`.")
    campaign: str | None = None
    attributes: dict[str, Value] = Field(
        default={}, description="Anything else that the definition may ask about."
    )
    occurred_at: Moment | None = Field(None, description="ISO 8601 with its offset; default now.")
    signals: list[SignalIn] = Field(default=[], max_length=SIGNALS_LIMIT)

    def draft(self, *, now: datetime) -> Draft:
        """The draft that core takes in. Raises Invalid."""
        unless_said = self.occurred_at or now
        return Draft(
            Identity(self.email, self.phone, self.external_id),
            Profile(
                self.name,
                self.company,
                self.title,
                self.country,
                self.source,
                self.campaign,
                self.attributes,
            ),
            tuple(
                signal.signal(f"signals.{number}", unless_said=unless_said)
                for number, signal in enumerate(self.signals)
            ),
            self.occurred_at,
        )


class Whose(_Said):
    """Whose behaviour it is: one of these is enough."""

    lead: str | None = Field(None, description="The lead's id here.")
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None


class SignalsIn(Whose):
    """Behaviour of one lead."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "jane@acme.example",
                    "signals": [{"id": "v-82", "kind": "page", "path": "/pricing"}],
                }
            ]
        }
    )

    signals: list[SignalIn] = Field(min_length=1, max_length=SIGNALS_LIMIT)


class LoneSignalIn(SignalIn, Whose):
    """One signal that says itself whose it is."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "email": "jane@acme.example",
                    "id": "d-4",
                    "kind": "download",
                    "document": "ROI guide",
                }
            ]
        },
    )


def json_of(raw: bytes) -> Any:
    """What the body says. Raises Invalid where it is not JSON."""
    try:
        return from_json(raw)
    except ValueError as error:
        raise Invalid("body", f"is not JSON: {error}") from None


def read(shape: type[Shape], said: object, *, place: str = "") -> Shape:
    """What was said, in its shape. Raises Faulty, naming every field, below `place`."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        raise Faulty(
            [
                (_place(place, each["loc"]), _fault(each["type"], each["msg"]))
                for each in error.errors(
                    include_url=False, include_context=False, include_input=False
                )
            ]
        ) from None


def _is_told(value: Scalar) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _place(root: str, loc: tuple[str | int, ...]) -> str:
    return ".".join(str(part)[:_PLACE_LIMIT] for part in ((root, *loc) if root else loc)) or "body"


def _fault(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "is not a known field"
        case "missing":
            return "is missing"
        case _:
            return message.removeprefix("Value error, ")


def takes(*shapes: type[BaseModel], or_lists: bool = False) -> dict[str, Any]:
    """What OpenAPI says of a body in one of these shapes, which it cannot see for itself."""
    one = [_inlined(shape) for shape in shapes]
    forms = [*one, {"type": "array", "items": {"anyOf": one}}] if or_lists else one
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _inlined(shape: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a shape with every reference replaced by what it refers to."""
    schema = shape.model_json_schema()
    shared: Mapping[str, Any] = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        match part:
            case {"$ref": str(reference), **rest}:
                return {**resolved(shared[reference.rpartition("/")[2]]), **resolved(rest)}
            case dict():
                return {key: resolved(value) for key, value in part.items()}
            case list():
                return [resolved(value) for value in part]
            case _:
                return part

    inlined: dict[str, Any] = resolved(schema)
    return inlined
