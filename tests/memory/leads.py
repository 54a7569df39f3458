"""Leads in memory, and how each was described."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.history import Description
from core.domain.lead import Identity, Lead
from core.domain.stages import Stage
from core.ports import LeadQuery
from tests.memory.tables import Changing, Room


class LeadView(Room):
    """Reads leads."""

    def _leads(self) -> list[tuple[Lead, datetime]]:
        return [kept for (owner, _), kept in self._tables.leads.items() if owner == self._id]

    def lead(self, id: str) -> Lead | None:
        lead, _ = self._tables.leads.get((self._id, id), (None, None))
        return lead

    def lead_known_by(self, identity: Identity) -> Lead | None:
        oldest_first = sorted(self._leads(), key=lambda kept: (kept[0].created_at, kept[0].id))
        for name in ("email", "phone", "external_id"):
            wanted = getattr(identity, name)
            for lead, _ in oldest_first:
                shared = bool(name != "email" and identity.email and lead.identity.email)
                if wanted and getattr(lead.identity, name) == wanted and not shared:
                    return lead
        return None

    def acquaintances(self, identities: Sequence[Identity]) -> Sequence[Lead]:
        ways = ("email", "phone", "external_id")
        said = {(way, getattr(each, way)) for each in identities for way in ways}
        return [
            lead
            for lead, _ in self._leads()
            if any((known := getattr(lead.identity, way)) and (way, known) in said for way in ways)
        ]

    def leads(self, query: LeadQuery, *, offset: int, limit: int) -> Sequence[Lead]:
        by_id = sorted(self._found(query), key=lambda kept: kept[0].id)
        latest_first = sorted(by_id, key=lambda kept: kept[1], reverse=True)
        return [lead for lead, _ in latest_first[offset : offset + limit]]

    def count_leads(self, query: LeadQuery) -> int:
        return len(self._found(query))

    def _found(self, query: LeadQuery) -> list[tuple[Lead, datetime]]:
        return [kept for kept in self._leads() if _answers(kept[0], query)]

    def stages(self) -> Mapping[str, Stage]:
        return {lead.id: lead.stage for lead, _ in self._leads()}


class LeadUnit(Changing, LeadView):
    """Keeps leads."""

    def _save_lead(self, lead: Lead, at: datetime, known_from: datetime) -> bool:
        known = self.lead(lead.id)
        taken = any(
            other.id != lead.id and _known_by(other) == _known_by(lead)
            for other, _ in self._leads()
        )
        if taken or lead.version != (known.version if known else 0):
            return False
        if known is None or (known.identity, known.profile) != (lead.identity, lead.profile):
            self._describe(lead, known_from)
        self._tables.leads[self._id, lead.id] = replace(lead, version=lead.version + 1), at
        return True

    def _describe(self, lead: Lead, known_from: datetime) -> None:
        before = self._tables.descriptions.get((self._id, lead.id), ())
        described = Description(known_from, lead.facts())
        self._tables.descriptions[self._id, lead.id] = (*before, described)


def _answers(lead: Lead, query: LeadQuery) -> bool:
    about = (lead.profile.name, lead.profile.company, lead.identity.email)
    known = _folded("\n".join(filter(None, about)))
    return (
        (query.stage is None or lead.stage is query.stage)
        and (query.owner is None or lead.owner == query.owner)
        and (query.text is None or _folded(query.text) in known)
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _known_by(lead: Lead) -> tuple[str, str | None]:
    for name in ("email", "phone"):
        if known := getattr(lead.identity, name):
            return name, known
    return "external_id", lead.identity.external_id
