"""The body of an event: what a marketing tool reads, and the headers that prove it is from us."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Signer

from core.domain.announcement import Announcement, EventType
from core.domain.course import Course
from core.domain.definition import worded
from core.domain.lead import Lead

JSON = dict[str, Any]
_AGENT = "Baton"


def event(told: Announcement, *, workspace: str, locale: str) -> JSON:
    """An announcement as its receiver reads it. Comments stay with us; an erased lead is its id."""
    entry, lead = told.record.entry, told.lead
    sent = entry.reason if told.type is EventType.OFFER_SENT else None
    return {
        "type": told.type.value,
        "timestamp": _instant(entry.occurred_at),
        "data": {
            "workspace": workspace,
            "lead": _lead(entry.lead_id, lead),
            "handoff": entry.handoff_id,
            "from_stage": entry.from_stage,
            "stage": entry.to_stage,
            "stage_now": lead.stage.value if lead else None,
            "reason": _reason(told),
            "track": _track(told.course, locale),
            "sent_offer": sent,
            "next_offer": _next_offer(told.course, locale),
            "wake_on": told.wake_on.isoformat() if told.wake_on else None,
        },
    }


def trial(*, workspace: str, at: datetime) -> JSON:
    """An event by which somebody tries whether all is well."""
    data = {"workspace": workspace, "message": "Baton can reach you."}
    return {"type": "webhook.test", "timestamp": _instant(at), "data": data}


def written(of: JSON) -> bytes:
    """The bytes that are sent and signed."""
    return json.dumps(of, ensure_ascii=False, separators=(",", ":")).encode()


def signed(body: bytes, *, id: str, at: datetime, secrets: Iterable[str]) -> dict[str, str]:
    """The headers of the Standard Webhooks, with a signature for each secret."""
    text, moment = body.decode(), at.astimezone(UTC).replace(microsecond=0)
    signatures = [Signer(secret).sign(id, moment, text) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _lead(id: str, lead: Lead | None) -> JSON:
    if lead is None:
        return {"id": id}
    identity, profile = lead.identity, lead.profile
    return {
        "id": id,
        "email": identity.email,
        "phone": identity.phone,
        "external_id": identity.external_id,
        "name": profile.name,
        "company": profile.company,
    }


def _reason(told: Announcement) -> JSON | None:
    reason = told.reason
    return {"id": reason.id, "class": reason.group.value} if reason else None


def _track(course: Course | None, locale: str) -> JSON | None:
    if course is None:
        return None
    name = worded(course.track.name, locale)
    return {"id": course.track.id, "name": name, "phase": course.phase}


def _next_offer(course: Course | None, locale: str) -> JSON | None:
    offer = course.next if course else None
    if offer is None:
        return None
    name = worded(offer.name, locale)
    return {"id": offer.id, "name": name, "link": offer.link, "document": offer.document}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
