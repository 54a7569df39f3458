"""Tracking: what sites tell of people, known to us or not, becomes the behaviour of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.desk import Desk
from core.domain.event import Event
from core.errors import Invalid
from core.ports import Unit
from core.services.gathering import Gathering
from core.services.intake import Sender

STRAYS_MOST = 500  # events of one visitor who has not said who they are
_AT_ONCE = 100  # events of visitors in one transaction, since no lead is waited for


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of events: those that are a lead's now, those of visitors whom nobody knows
    yet, and those that cannot be kept, each with the reason.
    """

    kept: int = 0
    waiting: int = 0
    refused: tuple[tuple[Event, Invalid], ...] = ()

    def __add__(self, other: Tracked) -> Tracked:
        return Tracked(
            self.kept + other.kept, self.waiting + other.waiting, self.refused + other.refused
        )


def track(desk: Desk, workspace: str, events: Sequence[Event], *, sender: Sender) -> Tracked:
    """Take in clean events, each once by its id, in one transaction for each crowd of people.

    A crowd are those whom the events name together, as a rule one person. An event that cannot
    be kept does not keep out the others. Raises Busy, with some of the events kept: send all of
    them again.
    """
    total = Tracked()
    for crowd in _by_visitors(desk, workspace, list(crowds(events))):
        total += _taken_in(desk, workspace, crowd, sender)
    return total


def crowds(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events by whom they speak of: two that share a name or an address belong together."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = above[higher]
            name = higher
        return name

    for event in events:
        first, *others = _calls(event)
        for other in others:
            above[top(other)] = top(first)
    together: dict[str, list[Event]] = {}
    for event in events:
        together.setdefault(top(_calls(event)[0]), []).append(event)
    yield from together.values()


def _calls(event: Event) -> list[str]:
    """Everything that the event calls somebody by."""
    identity = event.draft.identity
    addresses = (part for part in (identity.email, identity.phone) if part)
    return [*event.names, *(f"@ {address}" for address in addresses)]


def _by_visitors(
    desk: Desk, workspace: str, crowds: Sequence[list[Event]]
) -> Iterator[Sequence[Event]]:
    """Crowds of somebody one by one, the others many at once: they wait for no lead."""
    silent = [crowd for crowd in crowds if not any(event.is_of_somebody for event in crowd)]
    names = {name for crowd in silent for event in crowd for name in event.names}
    known: set[str] = set()
    if names:
        with desk.read(workspace) as view:
            known = {tie.name for tie in view.ties(names)}
    strays: list[Event] = []
    for crowd in crowds:
        named = {name for event in crowd for name in event.names}
        if known & named or any(event.is_of_somebody for event in crowd):
            yield crowd
        else:
            strays.extend(crowd)
    for start in range(0, len(strays), _AT_ONCE):
        yield strays[start : start + _AT_ONCE]


def _taken_in(desk: Desk, workspace: str, events: Sequence[Event], sender: Sender) -> Tracked:
    def work(unit: Unit, at: datetime) -> Tracked:
        unit.hold({name for event in events for name in event.names}, at=at)
        gathering = Gathering(desk, unit, workspace, at)
        gathering.hear(events)
        gathering.record(sender=sender)
        unit.keep_strays(gathering.strays, most=STRAYS_MOST, at=at)
        unit.forget_strays(gathering.found)
        waiting = len(gathering.strays)
        return Tracked(len(events) - waiting, waiting)

    try:
        return desk.change(workspace, work)
    except Invalid as fault:
        if len(events) == 1:
            return Tracked(refused=((events[0], fault),))
    each = (_taken_in(desk, workspace, [event], sender) for event in events)
    return sum(each, Tracked())
