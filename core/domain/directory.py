"""A directory of some leads: who of them is meant, by the same rule as among all that are kept."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.lead import Identity, Lead

_WAYS = ("email", "phone", "external_id")


class Directory:
    """Leads, found by what they are known by; a lead that is entered again has changed."""

    def __init__(self, leads: Iterable[Lead] = ()) -> None:
        self._leads: dict[str, Lead] = {}
        self._known_by: dict[tuple[str, str], list[str]] = {}
        for lead in leads:
            self.enter(lead)

    def enter(self, lead: Lead) -> None:
        """From now on this lead is found as it is here."""
        before = self._leads.get(lead.id)
        self._leads[lead.id] = lead
        if before is None or before.identity != lead.identity:
            for way in _WAYS:
                known_by = getattr(lead.identity, way)
                if known_by:
                    self._known_by.setdefault((way, known_by), []).append(lead.id)

    def find(self, identity: Identity) -> Lead | None:
        """By e-mail, else phone, else external id: the first of them that finds somebody.

        An office shares its phone: it tells who somebody is only where one side has no e-mail.
        """
        for way in _WAYS:
            wanted = getattr(identity, way)
            found = self._known_by.get((way, wanted)) if wanted else None
            if found:
                met = map(self._leads.__getitem__, found)
                fits = [lead for lead in met if _is_meant(lead.identity, identity, way)]
                if fits:
                    return min(fits, key=lambda lead: (lead.created_at, lead.id))
        return None


def _is_meant(known: Identity, said: Identity, way: str) -> bool:
    same: bool = getattr(known, way) == getattr(said, way)
    return same and (way == "email" or not (known.email and said.email))
