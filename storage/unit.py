"""One transaction: what is read in it belongs together, what is written in it stands or falls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.domain.agreement import Amendment, Book, Version
from core.domain.chain import End
from core.domain.definition_log import ActRecord
from core.domain.event import Event
from core.domain.handoff import Case, Change, Handoff
from core.domain.history import LeadHistory
from core.domain.intents import Intent, IntentKind, Posting
from core.domain.lead import Identity, Lead, Signal
from core.domain.localtime import Window
from core.domain.log import Entry, Record
from core.domain.measures import Fact, Frame, Health
from core.domain.policy import Policy
from core.domain.reckoning import Past
from core.domain.reminder import Reminder, Step
from core.domain.routing import Turns
from core.domain.settings_log import SettingAct, SettingRecord
from core.domain.stages import Stage
from core.domain.timers import Timer
from core.domain.visitor import Tie
from core.domain.webhook import Webhook
from core.ports import (
    CaseQuery,
    KeptAnswer,
    KeptDefinition,
    KeptDigest,
    KeptPicture,
    LeadQuery,
    Load,
    Person,
    Tally,
    Workspace,
)
from storage import (
    cases,
    closures,
    definitions,
    descriptions,
    digests,
    facts,
    handoffs,
    journal,
    keepsakes,
    leads,
    outbox,
    pasts,
    postings,
    reminders,
    routings,
    settings_log,
    signals,
    timers,
    visitors,
    webhooks,
    workspaces,
)
from storage.engine import Database, begin, translated
from storage.prepared import Write, batched, send


@contextmanager
def reading(database: Database) -> Iterator[Connection]:
    """A transaction that sees one moment and changes nothing."""
    with translated(), database.reader.connect() as connection:
        connection.begin()
        yield connection


@contextmanager
def writing(database: Database) -> Iterator[Connection]:
    """A transaction that keeps everything, or nothing where it ends in an exception."""
    came = monotonic()
    with translated(), _turn(database), database.writer.connect() as connection:
        begin(connection, waited=monotonic() - came)
        yield connection
        if connection.in_transaction():
            connection.commit()


def _turn(database: Database) -> AbstractContextManager[None]:
    return database.turn.taken() if database.turn else nullcontext()


class SqlView:
    """What can be read of one workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    def workspace(self) -> Workspace:
        return workspaces.find(self._connection, self._workspace)

    def definition(self) -> KeptDefinition:
        return definitions.active(self._connection, self._workspace)

    def book(self) -> Book:
        return definitions.book(self._connection, self._workspace)

    def version(self, number: int) -> Version | None:
        return definitions.find(self._connection, self._workspace, number)

    def versions(self) -> Sequence[Version]:
        return definitions.every(self._connection, self._workspace)

    def acts(self, version: int) -> Sequence[ActRecord]:
        return definitions.acts(self._connection, self._workspace, version)

    def act_chain(self) -> Iterator[ActRecord]:
        return definitions.whole(self._connection, self._workspace)

    def act_chain_end(self) -> End:
        return definitions.end(self._connection, self._workspace)

    def setting_acts(self, *, behind: int = 0) -> Sequence[SettingRecord]:
        return settings_log.acts(self._connection, self._workspace, behind=behind)

    def setting_chain_end(self) -> End:
        return settings_log.end(self._connection, self._workspace)

    def lead(self, id: str) -> Lead | None:
        return leads.find(self._connection, self._workspace, id)

    def lead_known_by(self, identity: Identity) -> Lead | None:
        return leads.find_known_by(self._connection, self._workspace, identity)

    def acquaintances(self, identities: Sequence[Identity]) -> Sequence[Lead]:
        return leads.acquaintances(self._connection, self._workspace, identities)

    def leads(self, query: LeadQuery, *, offset: int, limit: int) -> Sequence[Lead]:
        return leads.search(self._connection, self._workspace, query, offset=offset, limit=limit)

    def count_leads(self, query: LeadQuery) -> int:
        return leads.count(self._connection, self._workspace, query)

    def signals(self, lead_id: str) -> Sequence[Signal]:
        return signals.of_lead(self._connection, self._workspace, lead_id)

    def signals_of(self, lead_ids: Sequence[str]) -> Mapping[str, Sequence[Signal]]:
        return signals.of_leads(self._connection, self._workspace, lead_ids)

    def handoffs_back_from(self, ids: Sequence[str]) -> Sequence[Handoff]:
        return handoffs.back_from(self._connection, self._workspace, ids)

    def history(self, lead_id: str) -> LeadHistory:
        return LeadHistory(
            lead_id,
            descriptions.of_lead(self._connection, self._workspace, lead_id),
            self.signals(lead_id),
        )

    def pasts(self) -> Iterator[tuple[Past, LeadHistory]]:
        return pasts.every(self._connection, self._workspace)

    def unknown_signals(self, news: Sequence[Signal]) -> Sequence[Signal]:
        return signals.unknown(self._connection, self._workspace, news)

    def ties(self, names: Collection[str]) -> Sequence[Tie]:
        return visitors.ties(self._connection, self._workspace, names)

    def ties_of(self, lead_id: str) -> Sequence[Tie]:
        return visitors.ties_of(self._connection, self._workspace, lead_id)

    def strays(self, names: Collection[str]) -> Sequence[Event]:
        return visitors.strays(self._connection, self._workspace, names)

    def told_at(self, lead_id: str) -> Mapping[str, datetime]:
        return visitors.told_at(self._connection, self._workspace, lead_id)

    def handoff(self, id: str) -> Handoff | None:
        return handoffs.find(self._connection, self._workspace, id)

    def case(self, handoff_id: str) -> Case | None:
        return handoffs.find_case(self._connection, self._workspace, handoff_id)

    def cases(self, query: CaseQuery, *, offset: int, limit: int) -> Sequence[Case]:
        policy = self.workspace().policy
        pairs = cases.find(self._connection, self._workspace, query, offset=offset, limit=limit)
        return [Case(lead, handoff, policy) for lead, handoff in pairs]

    def count_cases(self, query: CaseQuery) -> int:
        return cases.count(self._connection, self._workspace, query)

    def loads(self, *, at: datetime) -> Mapping[str, Load]:
        return cases.loads(self._connection, self._workspace, at=at)

    def tallies(self, window: Window) -> Sequence[Tally]:
        return cases.tallies(self._connection, self._workspace, window)

    def facts(self, frame: Frame) -> Sequence[Fact]:
        return facts.of_frame(self._connection, self._workspace, frame)

    def every_fact(self) -> Iterator[Fact]:
        return facts.every(self._connection, self._workspace)

    def facts_of(self, lead_ids: Collection[str]) -> Sequence[Fact]:
        return facts.of_leads(self._connection, self._workspace, lead_ids)

    def standing(self) -> Mapping[Stage, Sequence[datetime]]:
        return facts.standing(self._connection, self._workspace)

    def health(self, window: Window) -> Health:
        return facts.health(self._connection, self._workspace, window)

    def records(self, lead_id: str) -> Sequence[Record]:
        return journal.of_lead(self._connection, self._workspace, lead_id)

    def chain(self) -> Iterator[Record]:
        return journal.whole(self._connection, self._workspace)

    def records_after(self, seq: int, *, limit: int) -> Sequence[Record]:
        return journal.after(self._connection, self._workspace, seq, limit=limit)

    def webhooks(self) -> Sequence[Webhook]:
        return webhooks.every(self._connection, self._workspace)

    def webhook(self, id: str) -> Webhook | None:
        return webhooks.find(self._connection, self._workspace, id)

    def leads_changed_after(self, seq: int) -> Collection[str]:
        return journal.leads_after(self._connection, self._workspace, seq)

    def chain_end(self) -> End:
        return journal.end(self._connection, self._workspace)

    def stages(self) -> Mapping[str, Stage]:
        return leads.stages(self._connection, self._workspace)

    def posting(self, kind: IntentKind, subject: str) -> Posting | None:
        return postings.find(self._connection, self._workspace, kind, subject)

    def subjects_told(self, kind: IntentKind) -> Sequence[str]:
        return postings.subjects(self._connection, self._workspace, kind)

    def person(self, id: str) -> Person | None:
        return keepsakes.find_person(self._connection, self._workspace, id)

    def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        return keepsakes.find_people(self._connection, self._workspace, ids)

    def turns(self) -> Turns:
        return routings.turns(self._connection, self._workspace)

    def asked_since(self, since: Mapping[str, datetime]) -> Mapping[str, int]:
        return routings.asked_since(self._connection, self._workspace, since)

    def reminders_of(self, person: str) -> Sequence[Reminder]:
        return reminders.pending(self._connection, self._workspace, person)

    def reminders_in(self, message: str) -> Sequence[Reminder]:
        return reminders.told_in(self._connection, self._workspace, message)

    def digest(self, id: str) -> KeptDigest | None:
        return digests.find(self._connection, self._workspace, id)

    def digests(
        self, *, schedule: str | None = None, offset: int, limit: int
    ) -> Sequence[KeptDigest]:
        here = self._connection, self._workspace
        return digests.newest(*here, schedule, offset=offset, limit=limit)

    def digest_of(self, schedule: str, window: Window) -> KeptDigest | None:
        return digests.find_of(self._connection, self._workspace, schedule, window)

    def count_digests(self, *, schedule: str | None = None) -> int:
        return digests.count(self._connection, self._workspace, schedule)

    def picture(self, digest_id: str) -> KeptPicture | None:
        return keepsakes.find_picture(self._connection, self._workspace, digest_id)

    def kept_answer(self, key: str) -> KeptAnswer | None:
        return keepsakes.find_answer(self._connection, self._workspace, key)


class SqlUnit(SqlView):
    """What can be changed of one workspace, all of it or nothing.

    Rows are locked in one order, whoever comes: visitors, lead, whose turn it is, handoff, timers
    and outbox, and at the very end the end of the log, which all writers of a workspace share.
    """

    def __init__(self, connection: Connection, workspace: str) -> None:
        super().__init__(connection, workspace)
        self._entries: list[tuple[Entry, datetime]] = []
        self._read: dict[str, Lead] = {}
        self.lost = False
        self.promised = False

    def finish(self) -> None:
        """Append to the log what was recorded; a unit that lost keeps nothing."""
        if self.lost:
            self._connection.rollback()
        else:
            self._append()

    def _append(self) -> None:
        if self._entries:
            journal.append(self._connection, self._workspace, self._entries)
            self._entries = []

    def records(self, lead_id: str) -> Sequence[Record]:
        self._append()
        return super().records(lead_id)

    def chain(self) -> Iterator[Record]:
        self._append()
        return super().chain()

    def records_after(self, seq: int, *, limit: int) -> Sequence[Record]:
        self._append()
        return super().records_after(seq, limit=limit)

    def chain_end(self) -> End:
        self._append()
        return super().chain_end()

    def webhooks(self) -> Sequence[Webhook]:
        return webhooks.hold_every(self._connection, self._workspace)

    def webhook(self, id: str) -> Webhook | None:
        return webhooks.hold(self._connection, self._workspace, id)

    def keep_webhook(self, webhook: Webhook) -> None:
        if not self.lost:
            webhooks.keep(self._connection, self._workspace, webhook)

    def drop_webhook(self, id: str) -> None:
        if not self.lost:
            webhooks.drop(self._connection, self._workspace, id)

    def lead(self, id: str) -> Lead | None:
        return self._remembered(super().lead(id))

    def lead_known_by(self, identity: Identity) -> Lead | None:
        return self._remembered(super().lead_known_by(identity))

    def case(self, handoff_id: str) -> Case | None:
        case = super().case(handoff_id)
        if case is not None:
            self._remembered(case.lead)
        return case

    def _remembered(self, lead: Lead | None) -> Lead | None:
        """What a lead was when this unit read it says what is new when it is saved."""
        if lead is not None:
            self._read[lead.id] = lead
        return lead

    def acquaintances(self, identities: Sequence[Identity]) -> Sequence[Lead]:
        met = super().acquaintances(identities)
        self._read.update((lead.id, lead) for lead in met)
        return met

    def record(self, change: Change, *, at: datetime) -> bool:
        return self.record_all([change], at=at)

    def record_all(self, changes: Sequence[Change], *, at: datetime) -> bool:
        self.lost = self.lost or not self._saved(changes, at)
        if not self.lost:
            self._entries.extend((entry, at) for change in changes for entry in change.entries)
            self.promised = self.promised or any(change.intents for change in changes)
        return not self.lost

    def _saved(self, changes: Sequence[Change], at: datetime) -> bool:
        # Whoever keeps many locks them in the same order.
        in_order = sorted(changes, key=lambda change: leads.known_by(change.lead.identity))
        return self._sent(batched([self._writes(change, at) for change in in_order]))

    def _writes(self, change: Change, at: datetime) -> Sequence[Write]:
        workspace, lead = self._workspace, change.lead
        was = self._was(lead)
        return (
            leads.saving(lead, was=was, at=at),
            descriptions.adding(lead, was=was, known_from=change.known_from or at),
            signals.adding(workspace, lead.id, change.signals, received_at=at),
            *map(handoffs.saving, filter(None, (*change.earlier, change.handoff))),
            *timers.setting(workspace, change.timers),
            outbox.enqueuing(workspace, change.intents, at=at),
        )

    def _sent(self, writes: Iterable[Write]) -> bool:
        try:
            return send(self._connection, writes)
        except IntegrityError:  # somebody took this e-mail, or this place, a moment ago
            return False

    def _was(self, lead: Lead) -> Lead | None:
        known = self._read.pop(lead.id, None)
        return known or (super().lead(lead.id) if lead.version else None)

    def hold(self, names: Collection[str], *, at: datetime) -> None:
        visitors.hold(self._connection, self._workspace, names, at=at)

    def tie(self, ties: Sequence[Tie]) -> None:
        if not self.lost:
            visitors.keep_ties(self._connection, self._workspace, ties)

    def untie(self, lead_id: str) -> None:
        if not self.lost:
            visitors.untie(self._connection, self._workspace, lead_id)

    def move_signals(self, lead_id: str, *, to: str, at: datetime) -> None:
        if not self.lost:
            signals.move(self._connection, self._workspace, lead_id, to=to, at=at)

    def keep_strays(self, events: Sequence[Event], *, most: int, at: datetime) -> None:
        if not self.lost:
            visitors.keep_strays(self._connection, self._workspace, events, most=most, at=at)

    def forget_strays(self, events: Sequence[Event]) -> None:
        if not self.lost:
            visitors.forget_strays(self._connection, self._workspace, events)

    def keep_told_at(self, lead_id: str, times: Mapping[str, datetime]) -> None:
        if not self.lost:
            visitors.keep_told_at(self._connection, self._workspace, lead_id, times)

    def found(self, workspace: Workspace) -> bool:
        return workspaces.found(self._connection, workspace)

    def first_time(self, key: str, *, at: datetime) -> bool:
        return keepsakes.first_time(self._connection, self._workspace, key, at=at)

    def enqueue(self, intents: Sequence[Intent], *, at: datetime) -> None:
        if not self.lost:
            send(self._connection, [outbox.enqueuing(self._workspace, intents, at=at)])
            self.promised = self.promised or bool(intents)

    def set_timers(self, due: Sequence[Timer]) -> None:
        if not self.lost:
            send(self._connection, timers.setting(self._workspace, due))

    def take_due_timer(self, now: datetime) -> Timer | None:
        return timers.take_due(self._connection, self._workspace, now)

    def keep_answer(self, key: str, answer: KeptAnswer, *, at: datetime) -> bool:
        self.lost = self.lost or not keepsakes.keep_answer(
            self._connection, self._workspace, key, answer, at=at
        )
        return not self.lost

    def keep_digest(self, digest: KeptDigest) -> bool:
        return digests.keep(self._connection, self._workspace, digest)

    def keep_said(self, digest_id: str, said: str) -> None:
        digests.keep_said(self._connection, self._workspace, digest_id, said)

    def keep_picture(self, picture: KeptPicture) -> None:
        keepsakes.keep_picture(self._connection, self._workspace, picture)

    def keep_person(self, person: Person) -> None:
        keepsakes.keep_person(self._connection, self._workspace, person)

    def hold_turns(self, leads: Collection[Lead]) -> None:
        routings.hold(self._connection, self._workspace, leads)

    def keep_turns(self, turns: Turns) -> None:
        if not self.lost:
            routings.keep(self._connection, self._workspace, turns)

    def add_reminders(self, news: Sequence[Reminder]) -> None:
        if not self.lost:
            reminders.add(self._connection, self._workspace, news)

    def drop_reminders(
        self, people: Collection[str], handoff_id: str, steps: Collection[Step]
    ) -> None:
        if not self.lost:
            reminders.drop(self._connection, self._workspace, people, handoff_id, steps)

    def keep_reminders(self, known: Sequence[Reminder]) -> None:
        if not self.lost:
            reminders.keep(self._connection, self._workspace, known)

    def shut(self, problem: str) -> None:
        closures.shut(self._connection, self._workspace, problem=problem)

    def keep_policy(self, policy: Policy) -> None:
        workspaces.keep_policy(self._connection, self._workspace, policy)

    def change_policy(
        self, policy: Policy, acts: Sequence[SettingAct], *, revision: int, at: datetime
    ) -> bool:
        self.lost = self.lost or not workspaces.change_policy(
            self._connection, self._workspace, policy, revision=revision
        )
        if not self.lost and acts:
            settings_log.append(self._connection, self._workspace, acts, at=at)
        return not self.lost

    def amend(self, amendment: Amendment, *, at: datetime) -> bool:
        writes = (
            *definitions.saving(self._workspace, amendment),
            outbox.enqueuing(self._workspace, amendment.intents, at=at),
        )
        self.lost = self.lost or not self._sent(writes)
        if not self.lost:
            definitions.append(self._connection, self._workspace, amendment, at=at)
            self.promised = self.promised or bool(amendment.intents)
        return not self.lost
