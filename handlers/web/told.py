"""What is told over HTTP: where a lead stands, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from core.domain.explanation import Explanation, reasons
from core.domain.handoff import Handoff
from core.domain.lead import Lead, Scalar, Temperature
from core.domain.log import Record
from core.domain.stages import Stage


class HandoffOut(BaseModel):
    """The latest passing of the lead to sales; `decided_by` is a Slack user id."""

    id: str
    state: str = Field(description="`open`, `accepted` or `rejected`.")
    opened_at: datetime
    due_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    definition: str = Field(description="The version of the definition that qualified the lead.")


class LeadOut(BaseModel):
    """Where a lead stands; `owner` is a Slack user id, `reasons` are the strongest few."""

    id: str
    email: str | None
    phone: str | None
    external_id: str | None
    name: str | None
    company: str | None
    title: str | None
    country: str | None
    source: str | None
    campaign: str | None
    attributes: Mapping[str, Scalar]
    stage: Stage
    temperature: Temperature
    score: float
    reasons: tuple[str, ...]
    owner: str | None
    created_at: datetime
    entered_stage_at: datetime
    handoff: HandoffOut | None


class SignalsOut(BaseModel):
    """What came of it: how many signals arrived, how many were new, and whose they are."""

    received: int
    new: int
    leads: tuple[LeadOut, ...]


class EntryOut(BaseModel):
    """One change of stage. `actor` is a Slack user id or the name of a machine."""

    from_stage: Stage | None = Field(serialization_alias="from")
    to_stage: Stage = Field(serialization_alias="to")
    verb: str
    actor: str
    reason: str | None
    comment: str | None
    door: str
    definition: str | None
    handoff: str | None
    occurred_at: datetime
    recorded_at: datetime


class LogOut(BaseModel):
    """The stage log of a lead, oldest first."""

    entries: tuple[EntryOut, ...]


def lead_out(
    lead: Lead, explanation: Explanation, handoff: Handoff | None, *, locale: str
) -> LeadOut:
    """Where a lead stands, its reasons in the language of `locale`."""
    identity, profile = lead.identity, lead.profile
    return LeadOut(
        id=lead.id,
        email=identity.email,
        phone=identity.phone,
        external_id=identity.external_id,
        name=profile.name,
        company=profile.company,
        title=profile.title,
        country=profile.country,
        source=profile.source,
        campaign=profile.campaign,
        attributes=profile.attributes,
        stage=lead.stage,
        temperature=explanation.temperature,
        score=explanation.total,
        reasons=reasons(explanation, locale),
        owner=lead.owner,
        created_at=lead.created_at,
        entered_stage_at=lead.entered_stage_at,
        handoff=_handoff_out(handoff) if handoff else None,
    )


def _handoff_out(handoff: Handoff) -> HandoffOut:
    decision = handoff.decision
    return HandoffOut(
        id=handoff.id,
        state=handoff.state,
        opened_at=handoff.opened_at,
        due_at=handoff.due_at,
        decided_by=decision.by if decision else None,
        decided_at=decision.at if decision else None,
        reason=decision.reason if decision else None,
        definition=handoff.definition,
    )


def entry_out(record: Record) -> EntryOut:
    """One row of the log."""
    entry = record.entry
    return EntryOut(
        from_stage=entry.from_stage,
        to_stage=entry.to_stage,
        verb=entry.verb,
        actor=entry.actor,
        reason=entry.reason,
        comment=entry.comment,
        door=entry.door,
        definition=entry.definition,
        handoff=entry.handoff_id,
        occurred_at=entry.occurred_at,
        recorded_at=record.recorded_at,
    )
