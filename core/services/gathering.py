"""A gathering: the people of whom some events speak, told apart and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.desk import Desk
from core.domain.event import Event, heard, merged
from core.domain.handoff import merged_into
from core.domain.lead import Identity, Lead, Signal
from core.domain.stages import Verb, after
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
    merged: list[Lead] = field(default_factory=list)
    is_meant: bool = False

    @property
    def may_be_merged(self) -> bool:
        """Whether nobody in sales has ever heard of it."""
        return after(self.lead.stage, Verb.MERGE) is not None

    def may_be_meant_by(self, event: Event) -> bool:
        """Whether the event does not name somebody else, though it is of the same browser."""
        identity, said = self.lead.identity, event.identity
        return not (
            (said.external_id and identity.external_id not in (None, said.external_id))
            or (said.email and identity.email not in (None, said.email))
        )

    def differs_from(self, other: _Person, part: str) -> bool:
        """Whether this part of the identity shows that they are two."""
        mine, theirs = getattr(self.lead.identity, part), getattr(other.lead.identity, part)
        return None not in (mine, theirs) and mine != theirs


class Gathering:
    """The people whom the events of one unit speak of. Their names are held by the unit.

    An event belongs to whom it names: by the user's id, else the e-mail, else whoever the browser
    belonged to at that moment, else the phone. One that names nobody we know makes a lead, if it
    says a user, an e-mail or a phone; else it is a stray. Two leads that an event shows to be one
    person are merged, unless sales has heard of both.
    """

    def __init__(self, desk: Desk, unit: Unit, workspace: str, at: datetime) -> None:
        self.strays: list[Event] = []
        self.found: list[Event] = []
        self._desk = desk
        self._unit = unit
        self._at = at
        self._workspace = workspace
        self._people: dict[str, _Person] = {}
        self._ties: dict[str, Sequence[Tie]] = {}
        self._new_ties: dict[tuple[str, str], Tie] = {}
        self._merged: set[str] = set()

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
        if len(self._people) > 1 and self._unit.workspace().policy.routing.asks_by_name:
            # Whoever waits for a turn holds their lead: so all of them are held before the turn.
            known = (person.known for person in self._people.values())
            self._unit.hold_turns([lead for lead in known if lead])
        for id in sorted(self._people):
            person = self._people[id]
            self._record_merged(person, sender)
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

    def _record_merged(self, person: _Person, sender: Sender) -> None:
        for lead in person.merged:
            change = merged_into(
                person.lead, lead, actor=sender.actor, door=sender.door, at=self._at
            )
            if self._unit.record(change, at=self._at):
                self._unit.move_signals(lead.id, to=person.lead.id, at=self._at)
                self._unit.untie(lead.id)

    def _is_news(self, person: _Person) -> bool:
        if person.merged:
            return True
        return person.lead != person.known or bool(self._unit.unknown_signals(person.signals))

    # Whose is it?

    def _whose(self, event: Event) -> _Person:
        said, at = event.draft.identity, event.at
        by_user = self._owner(event.user, at) or self._known_by(Identity(external_id=event.user))
        by_email = self._known_by(Identity(email=said.email))
        if by_user and by_email and not by_user.differs_from(by_email, "external_id"):
            by_user = self._one(by_email, by_user)
        person = by_user or by_email
        if person is None:
            person = next(self._by_browser(event), None) or self._by_phone(event)
        return self._with_namesakes(person or self._newcomer(event), event)

    def _by_browser(self, event: Event) -> Iterator[_Person]:
        for name in (event.previous, event.anonymous):
            person = self._owner(name, event.at)
            if person and person.may_be_meant_by(event):
                yield person

    def _with_namesakes(self, person: _Person, event: Event) -> _Person:
        """Whoever the event's other names belonged to is the same person, if nothing speaks
        against it.
        """
        before = self._owner(event.previous, event.at)
        if before and not person.differs_from(before, "email"):
            person = self._one(person, before)
        same = self._owner(event.anonymous, event.at)
        parts = ("email", "external_id")
        if same and not any(person.differs_from(same, part) for part in parts):
            person = self._one(person, same)
        return person

    # Two who are one

    def _one(self, person: _Person, other: _Person) -> _Person:
        """The one of two that stays; `person`, where neither can be given up."""
        if person is other:
            return person
        kept, gone = (person, other) if _rank(person) >= _rank(other) else (other, person)
        if not gone.may_be_merged:
            return person
        kept.lead, kept.told_at = merged(kept.lead, gone.lead, kept.told_at, gone.told_at)
        kept.signals.extend(gone.signals)
        kept.merged.extend([*gone.merged, *([gone.known] if gone.known else [])])
        kept.is_meant = True
        self._retie(gone, kept)
        self._merged.add(gone.lead.id)
        del self._people[gone.lead.id]
        return kept

    def _retie(self, gone: _Person, kept: _Person) -> None:
        id = gone.lead.id
        names = {tie.name for tie in self._unit.ties_of(id)} if gone.known else set()
        for tie in self._unit.ties(names - self._ties.keys()):
            self._ties[tie.name] = (*self._ties.get(tie.name, ()), tie)
        self._new_ties = {key: tie for key, tie in self._new_ties.items() if tie.lead_id != id}
        for name, ties in list(self._ties.items()):
            self._ties[name] = [tie for tie in ties if tie.lead_id != id]
            for tie in ties:
                if tie.lead_id == id:
                    self._tie(replace(tie, lead_id=kept.lead.id))

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
        # Who is here, or was merged, is known by something else now.
        if lead is None or lead.id in self._people or lead.id in self._merged:
            return None
        return self._joined(lead)

    def _person(self, id: str) -> _Person:
        if id in self._people:
            return self._people[id]
        lead = self._unit.lead(id)
        assert lead is not None, "a tie holds its lead"
        return self._joined(lead)

    def _joined(self, lead: Lead) -> _Person:
        told_at = self._unit.told_at(lead.id)
        self._people[lead.id] = _Person(lead, lead, told_at, told_at)
        return self._people[lead.id]

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


def _rank(person: _Person) -> tuple[bool, bool, bool]:
    """Who of two stays: whom sales has heard of, whom we knew before, who has an address."""
    return not person.may_be_merged, person.known is not None, bool(person.lead.identity.email)


def _is_known_by(lead: Lead, wanted: Identity) -> bool:
    known = lead.identity
    return (
        (wanted.email is not None and known.email == wanted.email)
        or (wanted.phone is not None and known.phone == wanted.phone)
        or (wanted.external_id is not None and known.external_id == wanted.external_id)
    )
