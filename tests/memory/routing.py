"""Whose turn it is, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from core.domain.lead import Lead
from core.domain.routing import Turns
from tests.memory.tables import Changing, Room


class RoutingView(Room):
    """Reads whose turn it is."""

    def turns(self) -> Turns:
        return self._tables.turns.get(self._id, {})

    def asked_since(self, since: Mapping[str, datetime]) -> Mapping[str, int]:
        return Counter(
            handoff.asked
            for (owner, _), handoff in self._tables.handoffs.items()
            if owner == self._id and handoff.asked and handoff.asked in since
            if handoff.opened_at >= since[handoff.asked]
        )


class RoutingUnit(Changing, RoutingView):
    """Keeps whose turn it is."""

    def hold_turns(self, leads: Collection[Lead]) -> None:
        """Nobody else writes meanwhile."""

    def keep_turns(self, turns: Turns) -> None:
        self._tables.turns[self._id] = turns
