"""The API for digests: every one that went out, as it was told then."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from core.desk import Desk
from core.domain.periods import Cadence
from core.domain.policy import Policy
from core.errors import Busy, Invalid, NotFound, Unready
from core.ports import KeptDigest
from core.services.digests import schedule_of
from handlers.web.guard import key_holders_only
from handlers.web.problems import TooManyKeys, UnknownKey, documented

_ALWAYS = (UnknownKey, TooManyKeys, Unready, Busy, Invalid)
_MOST = 100
_LAST_PAGE = 100_000

Number = Annotated[int, Query(ge=1, le=_LAST_PAGE, description="Which page, from 1.")]
Size = Annotated[int, Query(ge=1, le=_MOST, description="How many digests to a page.")]
Wanted = Annotated[
    str | None,
    Query(description="Only the digests of this schedule.", max_length=40, examples=["weekly"]),
]
Name = Annotated[str, Path(description="The digest's id.", max_length=60)]


class TermsOut(BaseModel):
    """By what the numbers were computed, as the policy was then."""

    timezone: str
    week_starts_on: int = Field(description="0 is Monday.")
    working_days: tuple[int, ...] = Field(description="0 is Monday.")
    working_from: str
    working_until: str
    holidays: tuple[str, ...]


class SummaryOut(BaseModel):
    """A digest in a list. `as_of` is when its numbers were counted."""

    id: str
    schedule: str
    cadence: Cadence
    period_from: datetime = Field(serialization_alias="from")
    period_until: datetime = Field(
        serialization_alias="until", description="The first moment after the period."
    )
    as_of: datetime
    text: str | None = Field(description="Its one sentence, as posted; null until it was.")


class DigestOut(SummaryOut):
    """A digest as it was told: its numbers, its message, and by what they were computed."""

    numbers: Mapping[str, Any] = Field(description="Every figure, as it was counted.")
    message: Mapping[str, Any] | None = Field(
        description="The message with its blocks, as Slack was given it; null until it was."
    )
    terms: TermsOut | None
    log_end: int | None = Field(
        description="The number of the last record of the stage log that it knew of."
    )


class DigestsOut(BaseModel):
    """One page of digests, the newest first."""

    digests: tuple[SummaryOut, ...]
    page: int
    total: int


def digest_routes(desk: Desk, workspace: Callable[[], str], api_key: str | None) -> APIRouter:
    """`/v1/digests` of the workspace, for holders of the API key."""
    routes = APIRouter(
        prefix="/v1/digests", tags=["Digests"], dependencies=[Depends(key_holders_only(api_key))]
    )

    @routes.get(
        "",
        summary="Which digests went out",
        response_model=DigestsOut,
        response_description="One page of them, the newest first",
        responses=documented(*_ALWAYS),
    )
    def tell_all(page: Number = 1, per_page: Size = 20, schedule: Wanted = None) -> Response:
        with desk.read(workspace()) as view:
            here = view.workspace().policy
            total = view.count_digests(schedule=schedule)
            found = view.digests(schedule=schedule, offset=(page - 1) * per_page, limit=per_page)
        listed = tuple(SummaryOut(**_summary(kept, here)) for kept in found)
        return _json(DigestsOut(digests=listed, page=page, total=total))

    @routes.get(
        "/{id}",
        summary="One digest as it was told",
        response_model=DigestOut,
        response_description="The digest",
        responses=documented(*_ALWAYS, NotFound),
    )
    def tell_one(id: Name) -> Response:
        with desk.read(workspace()) as view:
            here, kept = view.workspace().policy, view.digest(id) if id.isprintable() else None
        if kept is None:
            raise NotFound("no digest with this id")
        return _json(_whole(kept, here))

    return routes


def _summary(kept: KeptDigest, policy: Policy) -> dict[str, Any]:
    return {
        "id": kept.id,
        "schedule": kept.schedule,
        "cadence": schedule_of(kept, policy).cadence,
        "period_from": kept.window.start,
        "period_until": kept.window.end,
        "as_of": kept.as_of,
        "text": json.loads(kept.said)["text"] if kept.said else None,
    }


def _whole(kept: KeptDigest, policy: Policy) -> DigestOut:
    return DigestOut(
        **_summary(kept, policy),
        numbers=json.loads(kept.numbers),
        message=json.loads(kept.said) if kept.said else None,
        terms=_terms(kept, kept.policy) if kept.policy else None,
        log_end=kept.log_end,
    )


def _terms(kept: KeptDigest, policy: Policy) -> TermsOut:
    return TermsOut(
        timezone=schedule_of(kept, policy).timezone or policy.timezone,
        week_starts_on=policy.week_starts_on,
        working_days=tuple(sorted(policy.hours.days)),
        working_from=policy.hours.start.isoformat("minutes"),
        working_until=policy.hours.end.isoformat("minutes"),
        holidays=policy.hours.holidays,
    )


def _json(out: BaseModel) -> Response:
    return Response(out.model_dump_json(by_alias=True), media_type="application/json")
