"""Signals in memory, and what they make of the past of a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.history import LeadHistory
from core.domain.lead import Signal
from tests.memory.tables import Changing, Room


class SignalView(Room):
    """Reads signals."""

    def signals(self, lead_id: str) -> Sequence[Signal]:
        kept = self._tables.signals.items()
        of_lead = [signal for key, (of, signal) in kept if (key[0], of) == (self._id, lead_id)]
        return sorted(of_lead, key=lambda signal: (signal.occurred_at, signal.source, signal.id))

    def signals_of(self, lead_ids: Sequence[str]) -> Mapping[str, Sequence[Signal]]:
        return {id: signals for id in lead_ids if (signals := self.signals(id))}

    def unknown_signals(self, signals: Sequence[Signal]) -> Sequence[Signal]:
        news = {(self._id, signal.source, signal.id): signal for signal in reversed(signals)}
        return [news[key] for key in reversed(news) if key not in self._tables.signals]

    def history(self, lead_id: str) -> LeadHistory:
        described = self._tables.descriptions.get((self._id, lead_id), ())
        return LeadHistory(lead_id, list(described), self.signals(lead_id))


class SignalUnit(Changing, SignalView):
    """Keeps signals."""

    def _save_signals(self, lead_id: str, signals: Sequence[Signal], at: datetime) -> bool:
        if len(self.unknown_signals(signals)) < len(signals):
            return False
        for signal in signals:
            kept = replace(signal, received_at=signal.received_at or at)
            self._tables.signals[self._id, signal.source, signal.id] = lead_id, kept
        return True

    def move_signals(self, lead_id: str, *, to: str, at: datetime) -> None:
        for key, (owner, signal) in list(self._tables.signals.items()):
            if (key[0], owner) == (self._id, lead_id):
                self._tables.signals[key] = to, replace(signal, received_at=at)
