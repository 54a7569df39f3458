"""A gathering: the people of whom some events speak, told apart and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.desk import Desk
from core.domain.event import Event, heard
from core.domain.lead import Identity, Lead, Signal
from core.domain.visitor import Tie, owner, tied
from core.ports import Unit
from core.services.intake import Sender, new_lead, take_in


@dataclass(slots=True, eq=False)
class _Person:
    """A lead while events tell of it: as it was, as it is now, and what it did."""

    lead: Lead
    known: Lead | None
    told_before: Mapping[str, datetime]
    told_at: Mapping[str, datetime]
    signals: list[Signal] = field(default_factory=list)
    is_meant: bool = False

    def may_be_meant_by(self, event: Event) -> bool:
        """Whether the event does not name somebody else, though it is of the same browser."""
        identity, said = self.lead.identity, event.identity
        return not (
            (said.external_id and identity.external_id not in (None, said.external_id))
            or (said.email and identity.email not in (None, said.email))
        )


class Gathering:
    """The people whom the events of one unit speak of. Their names are held by the unit.

    An event belongs to whom it names: by the user's id, else the e-mail, else whoever the browser
    belonged to at that moment, else the phone. One that names nobody we know makes a lead, if it
    says a user, an e-mail or a phone; else it is a stray.
    """

    def __init__(self, desk: Desk, unit: Unit, at: datetime) -> None:
        self.strays: list[Event] = []
        self.found: list[Event] = []
        self._desk = desk
        self._unit = unit
        self._at = at
        self._workspace = unit.workspace().id
        self._people: dict[str, _Person] = {}
        self._ties: dict[str, Sequence[Tie]] = {}
        self._new_ties: dict[tuple[str, str], Tie] = {}

    def hear(self, events: Sequence[Event]) -> None:
        """Find out whom each event is of. Earlier strays that now have an owner are `found`."""
        names = {name for event in events for name in event.names}
        for tie in self._unit.ties(names):
            self._ties[tie.name] = (*self._ties.get(tie.name, ()), tie)
        in_order = sorted(events, key=lambda event: event.order)
        for event in in_order:
            if event.is_of_somebody:
                self._heard(event, self._whose(event))
        self._hear_visitors([event for event in in_order if not event.is_of_somebody])
        self._hear_strays(names & self._ties.keys())

    def _hear_visitors(self, events: Sequence[Event]) -> None:
        for event in events:
            person = self._owner(event.anonymous, event.at)
            if person is None:
                self.strays.append(event)
            else:
                self._heard(event, person)

    def _hear_strays(self, names: set[str]) -> None:
        for event in self._unit.strays(names):
            if person := self._owner(event.anonymous, event.at):
                self._heard(event, person)
                self.found.append(event)

    def record(self, *, sender: Sender) -> None:
        """Keep everybody who was heard of, each lead once and always in the same order."""
        for id in sorted(self._people):
            person = self._people[id]
            if person.is_meant and self._is_news(person) and not self._unit.lost:
                take_in(
                    self._desk,
                    self._unit,
                    person.lead,
                    person.known,
                    person.signals,
                    sender=sender,
                    at=self._at,
                )
        self._unit.tie(list(self._new_ties.values()))
        for id, person in sorted(self._people.items()):
            news = person.told_at.items() - person.told_before.items()
            self._unit.keep_told_at(id, dict(news))

    def _is_news(self, person: _Person) -> bool:
        return person.lead != person.known or bool(self._unit.unknown_signals(person.signals))

    # Whose is it?

    def _whose(self, event: Event) -> _Person:
        said, at = event.draft.identity, event.at
        by_user = self._owner(event.user, at) or self._known_by(Identity(external_id=event.user))
        by_email = self._known_by(Identity(email=said.email))
        if by_user and by_email and by_user.lead.identity.email is None:
            return by_email
        return (
            by_user
            or by_email
            or next(self._by_browser(event), None)
            or self._by_phone(event)
            or self._newcomer(event)
        )

    def _by_browser(self, event: Event) -> Iterator[_Person]:
        for name in (event.previous, event.anonymous):
            person = self._owner(name, event.at)
            if person and person.may_be_meant_by(event):
                yield person

    def _by_phone(self, event: Event) -> _Person | None:
        """An office shares its phone: it tells who somebody is only where an e-mail is missing."""
        said = event.draft.identity
        person = self._known_by(Identity(phone=said.phone))
        if person is None or (said.email and person.lead.identity.email):
            return None
        return person if person.may_be_meant_by(event) else None

    def _owner(self, name: str | None, at: datetime) -> _Person | None:
        id = owner(self._ties.get(name, ()), at) if name else None
        return self._person(id) if id else None

    def _known_by(self, identity: Identity) -> _Person | None:
        if not identity:
            return None
        for person in self._people.values():
            if _is_known_by(person.lead, identity):
                return person
        lead = self._unit.lead_known_by(identity)
        if lead is None or lead.id in self._people:  # who is here is known by something else now
            return None
        return self._person(lead.id)

    def _person(self, id: str) -> _Person:
        if id not in self._people:
            lead, told_at = self._unit.lead(id), self._unit.told_at(id)
            assert lead is not None, "a tie holds its lead"
            self._people[id] = _Person(lead, lead, told_at, told_at)
        return self._people[id]

    def _newcomer(self, event: Event) -> _Person:
        lead = new_lead(self._desk, self._workspace, event.identity, since=self._at)
        nothing_said = replace(lead, identity=Identity(external_id=event.user))
        self._people[lead.id] = _Person(nothing_said, None, {}, {})
        return self._people[lead.id]

    # What does it say?

    def _heard(self, event: Event, person: _Person) -> None:
        event = self._but_for_others(event, person)
        person.lead, person.told_at = heard(person.lead, event, person.told_at)
        identity = person.lead.identity
        if event.user and identity.external_id is None:
            person.lead = replace(person.lead, identity=replace(identity, external_id=event.user))
        person.signals.extend(event.draft.signals)
        person.is_meant = True
        if event.is_of_somebody:
            for name in event.names:
                self._tie(Tie(name, person.lead.id, event.at, event.at))

    def _but_for_others(self, event: Event, person: _Person) -> Event:
        """The event without an address by which somebody else is known: no two share one."""
        said = event.draft.identity
        if self._known_by(Identity(email=said.email)) not in (None, person):
            said = replace(said, email=None)
        has_email = said.email or person.lead.identity.email
        if not has_email and self._known_by(Identity(phone=said.phone)) not in (None, person):
            said = replace(said, phone=None)
        return replace(event, draft=replace(event.draft, identity=said))

    def _tie(self, tie: Tie) -> None:
        ties = tied(self._ties.get(tie.name, ()), tie)
        if ties[-1] not in self._ties.get(tie.name, ()):
            self._ties[tie.name] = ties
            self._new_ties[tie.name, tie.lead_id] = ties[-1]


def _is_known_by(lead: Lead, wanted: Identity) -> bool:
    known = lead.identity
    return (
        (wanted.email is not None and known.email == wanted.email)
        or (wanted.phone is not None and known.phone == wanted.phone)
        or (wanted.external_id is not None and known.external_id == wanted.external_id)
    )
