"""The API for leads: forms, sites and other systems tell of them and ask where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel

from core.desk import Desk
from core.domain.draft import TEXT_LIMIT
from core.domain.lead import Identity, Lead
from core.domain.log import Door
from core.domain.scoring import score
from core.errors import Busy, Invalid, KeyReused, NotFound, Unready
from core.ports import Unit, View
from core.services.intake import Captured, Sender, capture, parsed
from handlers.web import replay
from handlers.web.guard import Body, key_holders_only
from handlers.web.problems import TooLarge, TooManyKeys, TooSlow, UnknownKey, documented
from handlers.web.replay import IdempotencyKey, Ticket
from handlers.web.said import LeadIn, LoneSignalIn, SignalsIn, json_of, read, takes
from handlers.web.signals import added
from handlers.web.told import LeadOut, LogOut, SignalsOut, entry_out, lead_out

_SENDER = Sender("api", Door.API)
_ALWAYS = (UnknownKey, TooManyKeys, Unready, Busy)
_WITH_BODY = (*_ALWAYS, Invalid, TooLarge, TooSlow)

Who = Annotated[
    str,
    Path(
        description="The lead's id or e-mail address.",
        max_length=TEXT_LIMIT,
        examples=["jane@acme.example"],
    ),
]


def lead_routes(desk: Desk, workspace: Callable[[], str], api_key: str | None) -> APIRouter:
    """`/v1/leads` and `/v1/signals` of the workspace, for holders of the API key."""
    routes = APIRouter(
        prefix="/v1", tags=["Leads"], dependencies=[Depends(key_holders_only(api_key))]
    )

    @routes.post(
        "/leads",
        summary="Tell of a lead",
        description="Finds the lead or makes it, adds the signals, and passes it on to sales "
        "once the definition is met. What is answered has been kept.",
        response_model=LeadOut,
        response_description="The lead was known",
        responses={
            201: {"model": LeadOut, "description": "The lead is new"},
            **documented(*_WITH_BODY, KeyReused),
        },
        openapi_extra=takes(LeadIn),
    )
    def tell(body: Body, idempotency_key: IdempotencyKey = None) -> Response:
        said = json_of(body)
        ticket = replay.ticket(idempotency_key, said)
        answer = _told(desk, workspace(), read(LeadIn, said), ticket)
        headers = replay.REPLAYED if answer.replayed else {}
        return Response(answer.body, answer.status, headers, "application/json")

    @routes.post(
        "/signals",
        summary="Add what leads did",
        description="One signal or many, of one lead or several. Each counts once by its id, so "
        "a request can be sent again. All leads must be known; else nothing is kept.",
        response_model=SignalsOut,
        response_description="The signals were taken in",
        responses=documented(*_WITH_BODY, NotFound),
        openapi_extra=takes(SignalsIn, LoneSignalIn, or_lists=True),
    )
    def add(body: Body) -> Response:
        return _json(added(desk, workspace(), json_of(body)))

    # Before the lead itself: an e-mail address may hold a slash.
    @routes.get(
        "/leads/{who:path}/log",
        summary="What became of a lead",
        response_model=LogOut,
        response_description="Every change of stage, oldest first",
        responses=documented(*_ALWAYS, NotFound, Invalid),
    )
    def tell_log(who: Who) -> Response:
        with desk.read(workspace()) as view:
            records = view.records(_known(view, who).id)
        return _json(LogOut(entries=tuple(map(entry_out, records))))

    @routes.get(
        "/leads/{who:path}",
        summary="Where a lead stands",
        response_model=LeadOut,
        response_description="The lead, its score as of now",
        responses=documented(*_ALWAYS, NotFound, Invalid),
    )
    def tell_lead(who: Who) -> Response:
        with desk.read(workspace()) as view:
            return _json(_standing(view, _known(view, who), at=desk.now()))

    return routes


# Tell of a lead


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: str
    replayed: bool = False


def _told(desk: Desk, workspace: str, said: LeadIn, ticket: Ticket | None) -> _Answer:
    if ticket and (first := _first(desk, workspace, ticket)):
        return first
    answers: list[_Answer] = []

    def keep(unit: Unit, taken: Captured, at: datetime) -> None:
        answer = _answer(unit, taken)
        if ticket:
            replay.keep(unit, ticket, status=answer.status, body=answer.body, at=at)
        answers.append(answer)

    try:
        capture(desk, workspace, said.draft(now=desk.now()), sender=_SENDER, keep=keep)
    except replay.Taken:
        if ticket and (first := _first(desk, workspace, ticket)):
            return first
        raise Busy("the same request is being answered; try again") from None
    return answers[-1]


def _first(desk: Desk, workspace: str, ticket: Ticket) -> _Answer | None:
    with desk.read(workspace) as view:
        kept = replay.first_answer(view, ticket)
    return _Answer(kept.status, kept.body, replayed=True) if kept else None


def _answer(unit: Unit, taken: Captured) -> _Answer:
    locale = unit.workspace().policy.locale
    out = lead_out(taken.lead, taken.explanation, taken.handoff, locale=locale)
    return _Answer(201 if taken.created else 200, out.model_dump_json())


# Ask


def _known(view: View, who: str) -> Lead:
    lead = None
    if who.isprintable():
        lead = view.lead_known_by(Identity(email=who.strip().lower())) if "@" in who else None
        lead = lead or view.lead(who)
    if lead is None:
        raise NotFound("no lead with this id or e-mail address")
    return lead


def _standing(view: View, lead: Lead, *, at: datetime) -> LeadOut:
    """The lead scored as of now: points fade, so the kept score may be of another day."""
    explanation = score(
        parsed(view.definition().text),
        lead.facts(),
        view.signals(lead.id),
        as_of=at,
        previous=lead.temperature,
    )
    handoff = view.handoff(lead.handoff_id) if lead.handoff_id else None
    return lead_out(lead, explanation, handoff, locale=view.workspace().policy.locale)


def _json(out: BaseModel) -> Response:
    return Response(out.model_dump_json(by_alias=True), media_type="application/json")
