"""Take in what marketing mended, look who else is known by it, and score the lead anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.desk import Desk
from core.domain.handoff import Case, Change, Incomplete, OutOfPlace
from core.domain.lead import Identity, Lead
from core.domain.log import Door
from core.domain.resubmission import Mending, awaits_mending, mended, resubmit
from core.domain.scoring import score
from core.ports import Unit, View
from core.services.asking import addressee
from core.services.intake import parsed


def mend(
    desk: Desk, unit: Unit, case: Case, mending: Mending, *, by: str, at: datetime, door: Door
) -> Change | Incomplete | OutOfPlace:
    """The lead mended and offered again, or why not."""
    if not awaits_mending(case):
        return OutOfPlace(case.lead.stage)
    lead = mended(case.lead, mending, at=at)
    if isinstance(lead, Incomplete):
        return lead
    if taken := _taken(unit, case.lead, lead):
        return Incomplete(taken, "taken")
    kept = unit.definition()
    explanation = score(
        parsed(kept.text),
        lead.facts(),
        unit.signals(lead.id),
        as_of=at,
        previous=lead.temperature,
    )
    lead = replace(lead, temperature=explanation.temperature, score=explanation.total)
    return resubmit(
        case,
        lead,
        explanation,
        comment=mending.comment,
        handoff_id=desk.new_id("ho"),
        definition=kept.label,
        by=by,
        at=at,
        door=door,
        to=addressee(unit, lead, explanation, last=case.handoff, policy=case.policy, at=at),
    )


def _taken(view: View, before: Lead, after: Lead) -> str | None:
    """The field by which another lead is known already."""
    said = after.identity
    if said.email != before.identity.email:
        other = view.lead_known_by(Identity(email=said.email))
        if other and other.id != after.id:
            return "email"
    if said.phone != before.identity.phone:
        others = view.acquaintances([Identity(phone=said.phone)])
        # Two with an e-mail each may share a phone: whoever has none is known by it.
        if any(each.id != after.id and not (each.identity.email and said.email) for each in others):
            return "phone"
    return None
