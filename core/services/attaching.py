"""Attach a lead that is sent back to the record it belongs to, and have its owner hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.domain import attaching
from core.domain.handoff import Case, Change, Handoff, Incomplete
from core.domain.lead import Identity, Lead
from core.domain.reasons import reason_named
from core.domain.reminder import Step, hearers_of_news
from core.domain.stages import Stage
from core.ports import LeadQuery, Unit, View
from core.services import reminding

_AMBIGUOUS = 3  # as many as tell that a name means several, this lead perhaps among them


def sought(view: View, case: Case, reason: str, said: str | None) -> str | Incomplete | None:
    """What a lead belongs to, by what was said of it; None where that is not asked or not said."""
    known = reason_named(reason, case.policy.reasons)
    if known is None or not known.attaches:
        return None
    name = attaching.named(said)
    if name is None or isinstance(name, Incomplete):
        return name
    return attaching.meant(case.lead, name, _called(view, name))


def _called(view: View, name: str) -> Sequence[Lead]:
    exact = view.lead(name) or view.lead_known_by(Identity(email=name.lower()))
    exact = exact or view.lead_known_by(Identity(external_id=name))
    if exact is None:
        found = view.leads(LeadQuery(text=name), offset=0, limit=_AMBIGUOUS)
        return [lead for lead in found if lead.stage is not Stage.MERGED]
    if exact.stage is Stage.MERGED:
        now = view.lead(str(exact.profile.attributes.get("merged_into", "")))
        return [now] if now else []
    return [exact]


def beside(unit: Unit, case: Case, change: Change) -> Sequence[Change]:
    """What a decision, or taking it back, changes about the lead that this one belongs to."""
    before, now = _record_of(case.handoff), _record_of(change.handoff)
    if change.handoff is None or before == now or not change.entries:
        return ()
    last = change.entries[-1]
    told = ((attaching.detached, case.handoff, before), (attaching.attached, change.handoff, now))
    return [
        write(handoff, other, by=last.actor, at=last.occurred_at, door=last.door)
        for write, handoff, record in told
        if record and (other := _lead(unit, record))
    ]


def tell(unit: Unit, case: Case, change: Change, *, at: datetime) -> None:
    """Whoever follows the record to which a lead now belongs hears of it, else managers."""
    now = _record_of(change.handoff)
    if now is None or now == _record_of(case.handoff):
        return
    other = _lead(unit, now)
    if other:
        for person in hearers_of_news(other.owner, case.policy, but=change.entries[-1].actor):
            reminding.tell(unit, person, case, Step.ATTACHED, at=at)


def _record_of(handoff: Handoff | None) -> str | None:
    return handoff.decision.belongs_to if handoff and handoff.decision else None


def _lead(unit: Unit, belongs_to: str) -> Lead | None:
    return unit.lead(belongs_to) if attaching.is_lead(belongs_to) else None
