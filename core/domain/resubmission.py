"""Resubmission: marketing mends what was wrong with a lead that came back, and offers it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.draft import Draft, cleaned, merged
from core.domain.explanation import Explanation
from core.domain.handoff import (
    COMMENT_LIMIT,
    Addressee,
    Case,
    Change,
    Incomplete,
    Outcome,
    offer,
    words,
)
from core.domain.lead import Identity, Lead, Profile
from core.domain.log import Door
from core.domain.reasons import Consequence, reason_named
from core.domain.stages import Stage, Verb
from core.errors import Invalid

FIELDS = ("email", "phone", "name", "company", "title")
_MENDED = "mended:"


@dataclass(frozen=True, slots=True)
class Mending:
    """What marketing says now of a lead; what it does not say stays as it was."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    company: str | None = None
    title: str | None = None
    comment: str | None = None


def awaits_mending(case: Case) -> bool:
    """Whether the lead came back for something that marketing can mend, and nothing since."""
    lead, decision = case.lead, case.handoff.decision
    if lead.stage is not Stage.NURTURING or lead.handoff_id != case.handoff.id:
        return False
    if decision is None or decision.outcome is not Outcome.REJECTED:
        return False
    reason = reason_named(decision.reason or "", case.policy.reasons)
    return reason is not None and reason.then is Consequence.RESUBMIT


def mended(lead: Lead, mending: Mending, *, at: datetime) -> Lead | Incomplete:
    """The lead as it is described now, or which field cannot be used."""
    known = lead.identity
    identity = Identity(
        mending.email or known.email, mending.phone or known.phone, known.external_id
    )
    profile = Profile(mending.name, mending.company, mending.title)
    try:
        return merged(lead, cleaned(Draft(identity, profile), at=at))
    except Invalid as fault:
        return Incomplete(fault.field, "invalid")


def changed(before: Lead, after: Lead) -> tuple[str, ...]:
    """Which fields were mended, in the order of FIELDS."""
    return tuple(field for field in FIELDS if before.facts()[field] != after.facts()[field])


def resubmit(
    case: Case,
    lead: Lead,
    explanation: Explanation,
    *,
    comment: str | None,
    handoff_id: str,
    definition: str,
    by: str,
    at: datetime,
    door: Door,
    to: Addressee,
) -> Change | Incomplete:
    """Offer the lead as it was mended: NURTURING → MQL, with a clock of its own.

    Whom the definition leaves out is not offered, whatever was mended. The log says which fields
    changed, and not to what.
    """
    comment, fields = words(comment), changed(case.lead, lead)
    if comment is not None and len(comment) > COMMENT_LIMIT:
        return Incomplete("comment", "too_long")
    if not fields and comment is None:
        return Incomplete("comment", "nothing_mended")
    if explanation.excluded is not None:
        return Incomplete("comment", "excluded")
    offered = offer(
        lead,
        explanation,
        handoff_id=handoff_id,
        definition=definition,
        policy=case.policy,
        last=case.handoff,
        actor=by,
        at=at,
        door=door,
        to=to,
        verb=Verb.RESUBMIT,
    )
    (entry,) = offered.entries
    said = replace(entry, reason=_MENDED + "+".join(fields) if fields else None, comment=comment)
    return replace(offered, entries=(said,))


def fields_named(reason: str) -> tuple[str, ...] | None:
    """The fields that such an entry of the log names; None where it names a reason."""
    if not reason.startswith(_MENDED):
        return None
    return tuple(field for field in reason.removeprefix(_MENDED).split("+") if field in FIELDS)
