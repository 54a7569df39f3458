"""Visitors without a name in memory, and whom they turned out to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from core.domain.event import Event
from core.domain.visitor import Tie
from tests.memory.tables import Changing, Room


class VisitorView(Room):
    """Reads ties and strays."""

    def ties(self, names: Collection[str]) -> Sequence[Tie]:
        kept = self._tables.ties.items()
        known = [tie for key, tie in kept if key[0] == self._id and tie.name in names]
        return sorted(known, key=lambda tie: (tie.name, tie.since, tie.lead_id))

    def ties_of(self, lead_id: str) -> Sequence[Tie]:
        kept = self._tables.ties.items()
        return sorted(
            (tie for key, tie in kept if (key[0], key[2]) == (self._id, lead_id)),
            key=lambda tie: (tie.name, tie.since),
        )

    def strays(self, names: Collection[str]) -> Sequence[Event]:
        kept = self._tables.strays.items()
        events = [event for key, (event, _) in kept if key[0] == self._id]
        return sorted(
            (event for event in events if event.anonymous in names),
            key=lambda event: (event.at, event.source, event.id),
        )

    def told_at(self, lead_id: str) -> Mapping[str, datetime]:
        kept = self._tables.told_at.items()
        return {key[2]: at for key, at in kept if key[:2] == (self._id, lead_id)}


class VisitorUnit(Changing, VisitorView):
    """Keeps ties and strays."""

    def hold(self, names: Collection[str], *, at: datetime) -> None:
        for name in names:
            self._tables.visitors[self._id, name] = at

    def tie(self, ties: Sequence[Tie]) -> None:
        for tie in ties:
            self._tables.ties[self._id, tie.name, tie.lead_id] = tie

    def untie(self, lead_id: str) -> None:
        for tie in self.ties_of(lead_id):
            del self._tables.ties[self._id, tie.name, lead_id]
        for name in self.told_at(lead_id):
            del self._tables.told_at[self._id, lead_id, name]

    def keep_strays(self, events: Sequence[Event], *, most: int, at: datetime) -> None:
        strays = self._tables.strays
        for event in events:
            strays.setdefault((self._id, event.source, event.id), (event, at))
        for name in {event.anonymous for event in events if event.anonymous}:
            latest = sorted(self.strays([name]), key=lambda event: event.at, reverse=True)
            self.forget_strays(latest[most:])

    def forget_strays(self, events: Sequence[Event]) -> None:
        for event in events:
            self._tables.strays.pop((self._id, event.source, event.id), None)

    def keep_told_at(self, lead_id: str, times: Mapping[str, datetime]) -> None:
        for name, at in times.items():
            self._tables.told_at[self._id, lead_id, name] = at
