"""The store in memory: the same promises as a database, kept by copying what is about to change."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from core.domain.agreement import Amendment, Book, Version
from core.domain.chain import End, remark_of
from core.domain.definition_log import Act, ActRecord, seal_act
from core.domain.event import Event
from core.domain.handoff import Case, Change, Handoff
from core.domain.history import Description, LeadHistory
from core.domain.intents import Intent, IntentKind, Posting
from core.domain.lead import Identity, Lead, Signal
from core.domain.localtime import Window
from core.domain.log import Entry, Record, seal
from core.domain.policy import Policy
from core.domain.reckoning import Past, passed
from core.domain.reminder import Reminder, Step
from core.domain.stages import Stage
from core.domain.timers import Timer
from core.domain.versions import State
from core.domain.visitor import Tie
from core.errors import Busy, NotFound, Unready
from core.ports import (
    CaseQuery,
    Errand,
    KeptAnswer,
    KeptDefinition,
    KeptDigest,
    KeptPicture,
    LeadQuery,
    Load,
    Order,
    Outbox,
    Person,
    QueueState,
    Retry,
    Tally,
    Unit,
    View,
    Waiting,
    Workspace,
)

_SALT = "salt"
_Key = TypeVar("_Key", int, tuple[str, str], tuple[str, str, str])


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the outbox."""

    id: int
    workspace: str
    intent: Intent
    state: str
    enqueued_at: datetime
    due_at: datetime
    attempts: int = 0
    unsure: bool = False
    claim: str | None = None
    problem: str | None = None
    channel: str | None = None
    settled_at: datetime | None = None

    @property
    def is_unfinished(self) -> bool:
        return self.state in ("queued", "sending")

    @property
    def is_aside(self) -> bool:
        return self.state in ("parked", "dead")

    def is_the_same_as(self, workspace: str, intent: Intent) -> bool:
        mine = (self.workspace, self.intent.kind, self.intent.subject)
        return mine == (workspace, intent.kind, intent.subject)


@dataclass
class _Tables:
    """Everything that is kept; values are never changed in place. Keys begin with the workspace."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    versions: dict[tuple[str, int], Version] = field(default_factory=dict)
    act_logs: dict[str, tuple[ActRecord, ...]] = field(default_factory=dict)
    act_ends: dict[str, End] = field(default_factory=dict)
    leads: dict[tuple[str, str], tuple[Lead, datetime]] = field(default_factory=dict)
    signals: dict[tuple[str, str, str], tuple[str, Signal]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], tuple[Description, ...]] = field(default_factory=dict)
    visitors: dict[tuple[str, str], datetime] = field(default_factory=dict)
    ties: dict[tuple[str, str, str], Tie] = field(default_factory=dict)
    strays: dict[tuple[str, str, str], tuple[Event, datetime]] = field(default_factory=dict)
    told_at: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    handoffs: dict[tuple[str, str], Handoff] = field(default_factory=dict)
    logs: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    ends: dict[str, End] = field(default_factory=dict)
    timers: dict[tuple[str, str, str], Timer] = field(default_factory=dict)
    outbox: dict[int, _Row] = field(default_factory=dict)
    postings: dict[tuple[str, str, str], Posting] = field(default_factory=dict)
    inbox: dict[tuple[str, str], datetime] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[KeptAnswer, datetime]] = field(default_factory=dict)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    reminders: dict[tuple[str, str, str, Step], Reminder] = field(default_factory=dict)
    digests: dict[tuple[str, str], KeptDigest] = field(default_factory=dict)
    pictures: dict[tuple[str, str], KeptPicture] = field(default_factory=dict)
    paces: dict[tuple[str, str], datetime] = field(default_factory=dict)
    closures: dict[str, str] = field(default_factory=dict)

    def copied(self) -> _Tables:
        return _Tables(**{name: copy(table) for name, table in vars(self).items()})


class _Kept:
    """The tables as they were last kept, and the one turn to change them."""

    def __init__(self) -> None:
        self.tables = _Tables()
        self._turn = Lock()

    @contextmanager
    def changing(self) -> Iterator[_Tables]:
        """A copy to work on, kept unless an exception or a lost race comes out of it."""
        if not self._turn.acquire(timeout=2.5):
            raise Busy("somebody else is writing")
        try:
            draft = self.tables.copied()
            yield draft
            self.tables = draft
        except _Lost:
            pass
        finally:
            self._turn.release()


class _Lost(Exception):
    """Leaves a transaction without keeping anything."""


class MemoryView:
    """What can be read of one workspace."""

    def __init__(self, tables: _Tables, workspace: str) -> None:
        self._tables = tables
        self._id = workspace

    def workspace(self) -> Workspace:
        if self._id not in self._tables.workspaces:
            raise NotFound("no such workspace")
        return self._tables.workspaces[self._id]

    def definition(self) -> KeptDefinition:
        active = self.book().active
        if active is None:
            raise Unready("the workspace has no definition")
        return KeptDefinition(active.number, active.label, active.text)

    def book(self) -> Book:
        versions = self.versions()
        active = next((each for each in versions if each.state is State.ACTIVE), None)
        waiting = tuple(each for each in versions if each.state is State.PROPOSED)
        return Book(active, waiting, max((each.number for each in versions), default=0))

    def version(self, number: int) -> Version | None:
        return self._tables.versions.get((self._id, number))

    def versions(self) -> Sequence[Version]:
        mine = [version for (of, _), version in self._tables.versions.items() if of == self._id]
        return sorted(mine, key=lambda version: version.number)

    def acts(self, version: int) -> Sequence[ActRecord]:
        return [record for record in self.act_chain() if record.entry.version == version]

    def act_chain(self) -> Iterator[ActRecord]:
        return iter(self._tables.act_logs.get(self._id, ()))

    def act_chain_end(self) -> End:
        return self._tables.act_ends.get(self._id, End())

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

    def signals(self, lead_id: str) -> Sequence[Signal]:
        kept = self._tables.signals.items()
        of_lead = [signal for key, (of, signal) in kept if (key[0], of) == (self._id, lead_id)]
        return sorted(of_lead, key=lambda signal: (signal.occurred_at, signal.source, signal.id))

    def signals_of(self, lead_ids: Sequence[str]) -> Mapping[str, Sequence[Signal]]:
        return {id: signals for id in lead_ids if (signals := self.signals(id))}

    def handoffs_back_from(self, ids: Sequence[str]) -> Sequence[Handoff]:
        found: list[Handoff] = []
        for id in ids:
            handoff = self.handoff(id)
            while handoff is not None:
                found.append(handoff)
                handoff = self.handoff(handoff.previous_id) if handoff.previous_id else None
        return sorted(found, key=lambda handoff: (handoff.opened_at, handoff.id))

    def history(self, lead_id: str) -> LeadHistory:
        described = self._tables.descriptions.get((self._id, lead_id), ())
        return LeadHistory(lead_id, list(described), self.signals(lead_id))

    def pasts(self) -> Iterator[tuple[Past, LeadHistory]]:
        for lead, _ in sorted(self._leads(), key=lambda kept: kept[0].id):
            of_lead = [
                handoff
                for (owner, _), handoff in self._tables.handoffs.items()
                if (owner, handoff.lead_id) == (self._id, lead.id)
            ]
            of_lead.sort(key=lambda handoff: (handoff.opened_at, handoff.id))
            past = Past(lead.id, lead.display_name, [passed(handoff) for handoff in of_lead])
            yield past, self.history(lead.id)

    def unknown_signals(self, signals: Sequence[Signal]) -> Sequence[Signal]:
        news = {(self._id, signal.source, signal.id): signal for signal in reversed(signals)}
        return [news[key] for key in reversed(news) if key not in self._tables.signals]

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

    def handoff(self, id: str) -> Handoff | None:
        return self._tables.handoffs.get((self._id, id))

    def case(self, handoff_id: str) -> Case | None:
        handoff = self.handoff(handoff_id)
        lead = self.lead(handoff.lead_id) if handoff else None
        return Case(lead, handoff, self.workspace().policy) if handoff and lead else None

    def cases(self, query: CaseQuery, *, offset: int, limit: int) -> Sequence[Case]:
        by_id = sorted(self._cases(query), key=lambda case: case.lead.id)
        in_order = sorted(by_id, key=_ORDERS[query.order], reverse=query.order is Order.NEWEST)
        return in_order[offset : offset + limit]

    def count_cases(self, query: CaseQuery) -> int:
        return len(self._cases(query))

    def _cases(self, query: CaseQuery) -> list[Case]:
        cases = [self.case(lead.handoff_id) for lead, _ in self._leads() if lead.handoff_id]
        return [case for case in cases if case and _is_asked_for(case, query)]

    def loads(self, *, at: datetime) -> Mapping[str, Load]:
        followed = CaseQuery(frozenset({Stage.SAL, Stage.SQL}))
        all_of = Counter(case.lead.owner for case in self._cases(followed))
        late = Counter(case.lead.owner for case in self._cases(replace(followed, late_at=at)))
        return {owner: Load(number, late[owner]) for owner, number in all_of.items() if owner}

    def tallies(self, window: Window) -> Sequence[Tally]:
        decisions = [
            handoff.decision
            for (owner, _), handoff in self._tables.handoffs.items()
            if owner == self._id and handoff.decision and handoff.decision.at in window
        ]
        counted = Counter((decision.by, decision.outcome) for decision in decisions)
        return [Tally(*key, number) for key, number in sorted(counted.items())]

    def handoffs_touching(self, window: Window) -> Sequence[Handoff]:
        touching = [
            handoff
            for (owner, _), handoff in self._tables.handoffs.items()
            if owner == self._id
            and handoff.opened_at < window.end
            and (handoff.decision is None or handoff.decision.at >= window.start)
        ]
        return sorted(touching, key=lambda handoff: (handoff.opened_at, handoff.id))

    def records(self, lead_id: str) -> Sequence[Record]:
        return [record for record in self.chain() if record.entry.lead_id == lead_id]

    def chain(self) -> Iterator[Record]:
        return iter(self._tables.logs.get(self._id, ()))

    def chain_end(self) -> End:
        return self._tables.ends.get(self._id, End())

    def stages(self) -> Mapping[str, Stage]:
        return {lead.id: lead.stage for lead, _ in self._leads()}

    def posting(self, kind: IntentKind, subject: str) -> Posting | None:
        return self._tables.postings.get((self._id, kind, subject))

    def subjects_told(self, kind: IntentKind) -> Sequence[str]:
        kept = self._tables.postings
        return sorted(key[2] for key in kept if key[:2] == (self._id, kind))

    def person(self, id: str) -> Person | None:
        return self._tables.people.get((self._id, id))

    def reminders_of(self, person: str) -> Sequence[Reminder]:
        return self._reminders(lambda kept: kept.person == person and kept.message is None)

    def reminders_in(self, message: str) -> Sequence[Reminder]:
        return self._reminders(lambda kept: kept.message == message)

    def _reminders(self, wanted: Callable[[Reminder], bool]) -> Sequence[Reminder]:
        kept = self._tables.reminders.items()
        mine = (reminder for key, reminder in kept if key[0] == self._id and wanted(reminder))
        return sorted(mine, key=lambda each: (each.due_at, each.handoff_id, each.step, each.person))

    def digest(self, id: str) -> KeptDigest | None:
        return self._tables.digests.get((self._id, id))

    def picture(self, digest_id: str) -> KeptPicture | None:
        return self._tables.pictures.get((self._id, digest_id))

    def kept_answer(self, key: str) -> KeptAnswer | None:
        answer, _ = self._tables.answers.get((self._id, key), (None, None))
        return answer


def _answers(lead: Lead, query: LeadQuery) -> bool:
    about = (lead.profile.name, lead.profile.company, lead.identity.email)
    known = _folded("\n".join(filter(None, about)))
    return (
        (query.stage is None or lead.stage is query.stage)
        and (query.owner is None or lead.owner == query.owner)
        and (query.text is None or _folded(query.text) in known)
    )


def _due(case: Case) -> datetime:
    handoff = case.handoff
    return (handoff.touch_due_at or _NEVER) if handoff.decision else handoff.due_at


_NEVER = datetime.max.replace(tzinfo=UTC)
_ORDERS: Mapping[Order, Callable[[Case], datetime]] = {
    Order.DUE: _due,
    Order.OLDEST: lambda case: case.lead.entered_stage_at,
    Order.NEWEST: lambda case: case.lead.entered_stage_at,
}


def _is_asked_for(case: Case, query: CaseQuery) -> bool:
    return (
        case.lead.stage in query.stages
        and (query.owner is None or case.lead.owner == query.owner)
        and (query.late_at is None or _is_late(case, query.late_at))
    )


def _is_late(case: Case, at: datetime) -> bool:
    handoff = case.handoff
    if handoff.decision is None:
        return handoff.due_at < at
    followed = case.lead.stage in (Stage.SAL, Stage.SQL)
    return followed and handoff.touched_at is None and (handoff.touch_due_at or _NEVER) < at


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class MemoryUnit(MemoryView):
    """What can be changed of one workspace, all of it or nothing."""

    def __init__(self, tables: _Tables, workspace: str) -> None:
        super().__init__(tables, workspace)
        self.lost = False
        self.promised = False

    def record(self, change: Change, *, at: datetime) -> bool:
        self.lost = self.lost or not self._saved(change, at)
        if self.lost:
            return False
        for entry in change.entries:
            self._append(entry, at)
        self.set_timers(change.timers)
        self.enqueue(change.intents, at=at)
        return True

    def record_all(self, changes: Sequence[Change], *, at: datetime) -> bool:
        return all(self.record(change, at=at) for change in changes)

    def _saved(self, change: Change, at: datetime) -> bool:
        return (
            self._save_lead(change.lead, at, change.known_from or at)
            and self._save_signals(change.lead.id, change.signals, at)
            and all(map(self._save_handoff, filter(None, (*change.earlier, change.handoff))))
        )

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

    def _save_signals(self, lead_id: str, signals: Sequence[Signal], at: datetime) -> bool:
        if len(self.unknown_signals(signals)) < len(signals):
            return False
        for signal in signals:
            kept = replace(signal, received_at=signal.received_at or at)
            self._tables.signals[self._id, signal.source, signal.id] = lead_id, kept
        return True

    def _save_handoff(self, handoff: Handoff) -> bool:
        known = self.handoff(handoff.id)
        others = self._tables.handoffs.items()
        another_is_open = handoff.decision is None and any(
            key != (self._id, handoff.id)
            and (key[0], other.lead_id) == (self._id, handoff.lead_id)
            and other.decision is None
            for key, other in others
        )
        if another_is_open or handoff.version != (known.version if known else 0):
            return False
        kept = replace(handoff, version=handoff.version + 1)
        self._tables.handoffs[self._id, handoff.id] = kept
        return True

    def _append(self, entry: Entry, at: datetime) -> None:
        end = self.chain_end()
        mark = remark_of(entry.comment, _SALT) if entry.comment else None
        record = seal(
            entry,
            seq=end.seq + 1,
            recorded_at=at,
            remark=mark,
            previous=end.digest,
            salt=_SALT if mark else None,
        )
        self._tables.logs[self._id] = (*self._tables.logs[self._id], record)
        self._tables.ends[self._id] = End(record.seq, record.digest)

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

    def move_signals(self, lead_id: str, *, to: str, at: datetime) -> None:
        for key, (owner, signal) in list(self._tables.signals.items()):
            if (key[0], owner) == (self._id, lead_id):
                self._tables.signals[key] = to, replace(signal, received_at=at)

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

    def found(self, workspace: Workspace) -> bool:
        if workspace.id in self._tables.workspaces:
            return False
        self._tables.workspaces[workspace.id] = workspace
        self._tables.logs[workspace.id] = ()
        return True

    def first_time(self, key: str, *, at: datetime) -> bool:
        new = (self._id, key) not in self._tables.inbox
        self._tables.inbox.setdefault((self._id, key), at)
        return new

    def enqueue(self, intents: Sequence[Intent], *, at: datetime) -> None:
        for intent in intents:
            _enqueue(self._tables, self._id, intent, at)
            self.promised = True

    def set_timers(self, timers: Sequence[Timer]) -> None:
        for timer in timers:
            self._tables.timers.pop((self._id, timer.kind, timer.subject), None)
            if timer.due_at is not None:
                self._tables.timers[self._id, timer.kind, timer.subject] = timer

    def take_due_timer(self, now: datetime) -> Timer | None:
        mine = [timer for key, timer in self._tables.timers.items() if key[0] == self._id]
        due = [(timer.due_at, timer) for timer in mine if timer.due_at and timer.due_at <= now]
        if not due:
            return None
        _, first = min(due, key=lambda pair: pair[0])
        return self._tables.timers.pop((self._id, first.kind, first.subject))

    def keep_answer(self, key: str, answer: KeptAnswer, *, at: datetime) -> bool:
        self.lost = self.lost or (self._id, key) in self._tables.answers
        if not self.lost:
            self._tables.answers[self._id, key] = answer, at
        return not self.lost

    def keep_picture(self, picture: KeptPicture) -> None:
        self._tables.pictures.setdefault((self._id, picture.digest_id), picture)

    def keep_digest(self, digest: KeptDigest) -> bool:
        for (owner, _), known in self._tables.digests.items():
            if (owner, known.schedule, known.window) == (self._id, digest.schedule, digest.window):
                return False
        self._tables.digests[self._id, digest.id] = digest
        return True

    def keep_person(self, person: Person) -> None:
        self._tables.people[self._id, person.id] = person

    def add_reminders(self, reminders: Sequence[Reminder]) -> None:
        for each in reminders:
            key = self._id, each.person, each.handoff_id, each.step
            self._tables.reminders.setdefault(key, each)

    def keep_reminders(self, reminders: Sequence[Reminder]) -> None:
        for each in reminders:
            self._tables.reminders[self._id, each.person, each.handoff_id, each.step] = each

    def shut(self, problem: str) -> None:
        self._tables.closures[self._id] = problem

    def keep_policy(self, policy: Policy) -> None:
        self._tables.workspaces[self._id] = replace(self.workspace(), policy=policy)

    def amend(self, amendment: Amendment, *, at: datetime) -> bool:
        self.lost = self.lost or not all(map(self._save_version, amendment.versions))
        if self.lost:
            return False
        for act in amendment.acts:
            self._append_act(act, at)
        self.enqueue(amendment.intents, at=at)
        return True

    def _save_version(self, version: Version) -> bool:
        known = self.version(version.number)
        if version.revision != (known.revision if known else 0):
            return False
        kept = replace(version, revision=version.revision + 1)
        self._tables.versions[self._id, version.number] = kept
        return True

    def _append_act(self, act: Act, at: datetime) -> None:
        end = self.act_chain_end()
        mark = remark_of(act.comment, _SALT) if act.comment else None
        record = seal_act(
            act,
            seq=end.seq + 1,
            recorded_at=at,
            remark=mark,
            previous=end.digest,
            salt=_SALT if mark else None,
        )
        log = self._tables.act_logs.get(self._id, ())
        self._tables.act_logs[self._id] = (*log, record)
        self._tables.act_ends[self._id] = End(record.seq, record.digest)


def _known_by(lead: Lead) -> tuple[str, str | None]:
    for name in ("email", "phone"):
        if known := getattr(lead.identity, name):
            return name, known
    return "external_id", lead.identity.external_id


def _enqueue(tables: _Tables, workspace: str, intent: Intent, at: datetime) -> None:
    for row in tables.outbox.values():
        if row.state == "queued" and row.is_the_same_as(workspace, intent):
            tables.outbox[row.id] = replace(row, intent=replace(intent, lane=row.intent.lane))
            return
    id = max(tables.outbox, default=0) + 1
    tables.outbox[id] = _Row(id, workspace, intent, "queued", enqueued_at=at, due_at=at)


class MemoryOutbox:
    """The queue of intents, of all workspaces."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept
        self._claims = count(1)

    def claim(self, *, now: datetime, lease: timedelta, limit: int) -> Sequence[Errand]:
        with self._kept.changing() as tables:
            due = [row for row in _first_of_lanes(tables) if _is_due(row, now, lease)]
            taken = [row for row in due if _is_in_turn(tables, row, now)][:limit]
            return [self._claimed(tables, row, now + lease) for row in taken]

    def _claimed(self, tables: _Tables, row: _Row, lease_ends: datetime) -> Errand:
        claim = f"claim {next(self._claims)}"
        unsure = row.unsure or row.state == "sending"
        tables.outbox[row.id] = replace(
            row, state="sending", claim=claim, unsure=unsure, due_at=lease_ends
        )
        return Errand(
            row.id, row.workspace, row.intent, row.attempts, unsure, claim, row.enqueued_at
        )

    def holds(self, errand: Errand, *, now: datetime) -> bool:
        row = _held(self._kept.tables, errand)
        return row is not None and row.due_at > now

    def settle(self, errand: Errand, *, posting: Posting | None, at: datetime) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            tables.outbox[row.id] = replace(row, state="sent", claim=None, settled_at=at)
            if posting is not None:
                key = (errand.workspace, posting.kind, posting.subject)
                tables.postings[key] = posting
            return True

    def put_back(self, errand: Errand, retry: Retry) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            intent = row.intent
            for newer in list(tables.outbox.values()):
                if newer.state == "queued" and newer.is_the_same_as(row.workspace, intent):
                    intent = newer.intent
                    del tables.outbox[newer.id]
            if retry.channel is not None:
                _queue_up(tables, row, retry.channel)
            tables.outbox[row.id] = replace(
                row,
                intent=intent,
                state="queued",
                claim=None,
                due_at=retry.at,
                attempts=retry.attempts,
                unsure=retry.unsure,
                problem=retry.problem,
                channel=retry.channel,
            )
            return True

    def park(self, errand: Errand, *, problem: str, dead: bool = False) -> bool:
        with self._kept.changing() as tables:
            row = _held(tables, errand)
            if row is None:
                return False
            state = "dead" if dead else "parked"
            tables.outbox[row.id] = replace(row, state=state, claim=None, problem=problem)
            return True

    def next_due(self) -> datetime | None:
        tables = self._kept.tables
        rows = _first_of_lanes(tables)
        return min((max(row.due_at, _free_at(tables, row)) for row in rows), default=None)

    def state(self) -> QueueState:
        tables = self._kept.tables
        rows = [row for row in tables.outbox.values() if row.state != "sent"]
        queued = [row.enqueued_at for row in rows if _shown(tables, row) == "queued"]
        counts = Counter(_shown(tables, row) for row in rows)
        return QueueState(dict(counts), min(queued, default=None))

    def take_turn(
        self, workspace: str, channel: str, *, errand: int, now: datetime, until: datetime
    ) -> bool:
        with self._kept.changing() as tables:
            older = any(
                row.state == "queued" and row.due_at <= now and row.id < errand
                for row in tables.outbox.values()
                if (row.workspace, row.channel) == (workspace, channel)
            )
            if older or tables.paces.get((workspace, channel), now) > now:
                return False
            tables.paces[workspace, channel] = until
            return True

    def rest(self, workspace: str, channel: str, *, until: datetime) -> None:
        with self._kept.changing() as tables:
            tables.paces[workspace, channel] = until

    def shut(self, workspace: str, *, problem: str) -> None:
        with self._kept.changing() as tables:
            tables.closures[workspace] = problem

    def resume(self, workspace: str) -> bool:
        with self._kept.changing() as tables:
            return tables.closures.pop(workspace, None) is not None

    def shut_workspaces(self) -> Mapping[str, str]:
        return dict(sorted(self._kept.tables.closures.items()))

    def waiting(self, *, limit: int) -> Sequence[Waiting]:
        tables = self._kept.tables
        rows = [row for row in tables.outbox.values() if row.state != "sent"]
        rows.sort(key=lambda row: (not row.is_aside, row.id))
        return [
            Waiting(
                row.id,
                row.workspace,
                row.intent.kind,
                row.intent.subject,
                "unknown" if row.state == "queued" and row.unsure else _shown(tables, row),
                row.attempts,
                row.problem,
                row.enqueued_at,
            )
            for row in rows[:limit]
        ]

    def retry(self, id: int, *, at: datetime) -> bool:
        with self._kept.changing() as tables:
            row = tables.outbox.get(id)
            if row is None or not row.is_aside:
                return False
            anew = replace(row, state="queued", attempts=0, due_at=at, channel=None)
            for twin in list(tables.outbox.values()):
                if twin.state == "queued" and twin.is_the_same_as(row.workspace, row.intent):
                    anew = replace(twin, unsure=twin.unsure or row.unsure)
                    del tables.outbox[row.id]
            tables.outbox[anew.id] = anew
            return True

    def drop(self, id: int) -> bool:
        with self._kept.changing() as tables:
            row = tables.outbox.get(id)
            if row is None or not row.is_aside:
                return False
            del tables.outbox[id]
            return True

    def forget_sent(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            sent = {row.id: row.settled_at for row in tables.outbox.values() if row.settled_at}
            return _forget(tables.outbox, sent, before, limit)


def _first_of_lanes(tables: _Tables) -> list[_Row]:
    first: dict[tuple[str, str], _Row] = {}
    for row in sorted(tables.outbox.values(), key=lambda row: row.id):
        if row.is_unfinished and row.workspace not in tables.closures:
            first.setdefault((row.workspace, row.intent.lane), row)
    return list(first.values())


def _is_in_turn(tables: _Tables, row: _Row, now: datetime) -> bool:
    """Whether nothing older waits for the same channel, and the channel is free."""
    ahead = any(
        other.is_unfinished and other.due_at <= now and other.id < row.id
        for other in tables.outbox.values()
        if (other.workspace, other.channel) == (row.workspace, row.channel)
    )
    return row.channel is None or (not ahead and _free_at(tables, row) <= now)


def _free_at(tables: _Tables, row: _Row) -> datetime:
    return tables.paces.get((row.workspace, row.channel or ""), row.due_at)


def _shown(tables: _Tables, row: _Row) -> str:
    shut = row.state == "queued" and row.workspace in tables.closures
    return "parked" if shut else row.state


def _is_due(row: _Row, now: datetime, lease: timedelta) -> bool:
    return row.due_at <= now or (row.state == "sending" and row.due_at > now + 2 * lease)


def _queue_up(tables: _Tables, first: _Row, channel: str) -> None:
    """All of its kind behind it wait for the channel, too, as far as they are new."""
    for row in list(tables.outbox.values()):
        same = (row.workspace, row.intent.kind) == (first.workspace, first.intent.kind)
        hangs = (row.workspace, row.intent.kind, row.intent.subject) in tables.postings
        waits = row.state == "queued" and row.channel is None and row.id > first.id
        if same and waits and not hangs:
            tables.outbox[row.id] = replace(row, channel=channel)


def _held(tables: _Tables, errand: Errand) -> _Row | None:
    row = tables.outbox.get(errand.id)
    return row if row and row.claim == errand.claim else None


def _forget(
    table: dict[_Key, Any], ages: Mapping[_Key, datetime], before: datetime, limit: int
) -> int:
    old = sorted((at, key) for key, at in ages.items() if at < before)[:limit]
    for _, key in old:
        del table[key]
    return len(old)


class MemoryStore:
    """Where everything is kept while a test runs."""

    def __init__(self) -> None:
        self._kept = _Kept()
        self.outbox: Outbox = MemoryOutbox(self._kept)

    @contextmanager
    def read(self, workspace: str) -> Iterator[View]:
        yield MemoryView(self._kept.tables, workspace)

    @contextmanager
    def write(self, workspace: str) -> Iterator[Unit]:
        with self._kept.changing() as tables:
            unit = MemoryUnit(tables, workspace)
            yield unit
            if unit.lost:
                raise _Lost

    def workspaces(self) -> Sequence[Workspace]:
        return [known for _, known in sorted(self._kept.tables.workspaces.items())]

    def workspaces_with_due_timers(self, now: datetime) -> Sequence[str]:
        timers = self._kept.tables.timers.items()
        due = sorted(
            (timer.due_at, key[0]) for key, timer in timers if timer.due_at and timer.due_at <= now
        )
        return list(dict.fromkeys(workspace for _, workspace in due))

    def next_timer(self) -> datetime | None:
        timers = self._kept.tables.timers.values()
        return min((timer.due_at for timer in timers if timer.due_at), default=None)

    def forget_keys(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            return _forget(tables.inbox, tables.inbox, before, limit)

    def forget_answers(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            ages = {key: at for key, (_, at) in tables.answers.items()}
            return _forget(tables.answers, ages, before, limit)

    def forget_strays(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            ages = {key: at for key, (_, at) in tables.strays.items()}
            return _forget(tables.strays, ages, before, limit)

    def forget_visitors(self, *, before: datetime, limit: int) -> int:
        with self._kept.changing() as tables:
            return _forget(tables.visitors, tables.visitors, before, limit)

    def ready(self) -> None:
        """Memory is always ready."""
