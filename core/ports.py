"""What the business needs from the outside, as protocols: a place to keep things, a way to tell.

Reading and writing are different types: only a `Unit` can change something, and everything that
happens in one `Unit` happens together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.domain.agreement import Amendment, Book, Version
from core.domain.chain import End
from core.domain.definition import Definition
from core.domain.definition_log import ActRecord
from core.domain.event import Event
from core.domain.handoff import Case, Change, Handoff, Outcome
from core.domain.history import LeadHistory
from core.domain.intents import Intent, IntentKind, Posting
from core.domain.lead import Identity, Lead, Signal
from core.domain.localtime import Window
from core.domain.log import Record
from core.domain.measures import Fact, Frame, Health
from core.domain.policy import Policy
from core.domain.reckoning import Past, Reckoned
from core.domain.reminder import Reminder, Step
from core.domain.routing import Turns
from core.domain.settings_log import SettingAct, SettingRecord
from core.domain.stages import Stage
from core.domain.standing import Standing
from core.domain.timers import Timer
from core.domain.visitor import Tie
from core.domain.webhook import Webhook

# Time and names


class Clock(Protocol):
    """Tells the time, aware UTC."""

    def __call__(self) -> datetime: ...


class Namer(Protocol):
    """Makes an id that was never used before, such as `ld_3f…` for the prefix `ld`."""

    def __call__(self, prefix: str) -> str: ...


# What is kept


@dataclass(frozen=True, slots=True)
class Workspace:
    """One Slack team. `secret` keys what only this installation can have signed.

    `revision` counts how often the policy was changed.
    """

    id: str
    bot_user: str
    secret: str
    policy: Policy
    revision: int = 0


@dataclass(frozen=True, slots=True)
class KeptDefinition:
    """The written definition in force, as TOML text; `label` is such as `v7 a1b2c3d`."""

    version: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack tells of one of its users; `locale` is `en` or `ja` or None.

    `timezone` is the IANA name of where they work, as they told Slack.
    """

    id: str
    name: str
    locale: str | None
    seen_at: datetime
    standing: Standing = Standing.MEMBER
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to a request that carried an idempotency key."""

    fingerprint: str
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """A digest as it was posted: its numbers as JSON text, kept for ever.

    `policy` is the one by which it was computed, and `log_end` the number of the last record of the
    stage log that it knew of; None of digests from before these were kept. `said` is the message as
    it was posted, as JSON text; None as long as it was not.
    """

    id: str
    schedule: str
    window: Window
    as_of: datetime
    numbers: str
    policy: Policy | None = None
    said: str | None = None
    log_end: int | None = None


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """The picture of a digest as PNG, and what it shows in words."""

    digest_id: str
    content: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """Which leads to list, newest change first; `text` is part of a name, company or address."""

    text: str | None = None
    stage: Stage | None = None
    owner: str | None = None


class Order(StrEnum):
    """What is listed first."""

    DUE = "due"  # whose answer, or after it the first contact, is due first
    OLDEST = "oldest"  # who has stood longest in their stage
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which leads to list with their latest handoff: those that stand in one of the `stages`.

    `late_at` leaves only those whose answer, or after it the first contact, was due before then.
    `open_to` leaves only those that this person may answer at `open_at`: what is offered to them,
    to everybody, or was offered to somebody else for too long. `entered_since` leaves only those
    that have not stood longer in their stage.
    """

    stages: frozenset[Stage]
    owner: str | None = None
    late_at: datetime | None = None
    order: Order = Order.OLDEST
    open_to: str | None = None
    open_at: datetime | None = None
    entered_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How many leads somebody follows, and of how many of them the first contact is late."""

    leads: int
    late: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many handoffs somebody decided in one way."""

    by: str
    outcome: Outcome
    count: int


class View(Protocol):
    """Everything that can be read of one workspace, as of one moment."""

    def workspace(self) -> Workspace: ...
    def definition(self) -> KeptDefinition:
        """The one in force. Raises Unready where there is none."""
        ...

    def book(self) -> Book:
        """The versions of the definition that matter now."""
        ...

    def version(self, number: int) -> Version | None: ...
    def versions(self) -> Sequence[Version]:
        """Every version there ever was, by number."""
        ...

    def acts(self, version: int) -> Sequence[ActRecord]:
        """The definition log of one version, oldest first."""
        ...

    def act_chain(self) -> Iterator[ActRecord]:
        """The whole definition log of the workspace, by number."""
        ...

    def act_chain_end(self) -> End:
        """Where the definition log ends, remembered apart from the log itself."""
        ...

    def setting_acts(self, *, behind: int = 0) -> Sequence[SettingRecord]:
        """The settings log of the workspace behind that number, oldest first."""
        ...

    def setting_chain_end(self) -> End:
        """Where the settings log ends, remembered apart from the log itself."""
        ...

    def lead(self, id: str) -> Lead | None: ...
    def lead_known_by(self, identity: Identity) -> Lead | None:
        """By e-mail, else phone, else external id: the first of them that finds somebody."""
        ...

    def acquaintances(self, identities: Sequence[Identity]) -> Sequence[Lead]:
        """Every lead that has an e-mail, a phone or an external id in common with one of them."""
        ...

    def leads(self, query: LeadQuery, *, offset: int, limit: int) -> Sequence[Lead]: ...
    def count_leads(self, query: LeadQuery) -> int: ...
    def signals(self, lead_id: str) -> Sequence[Signal]:
        """All signals of a lead, oldest first."""
        ...

    def signals_of(self, lead_ids: Sequence[str]) -> Mapping[str, Sequence[Signal]]:
        """All signals of several leads, oldest first; a lead without any is left out."""
        ...

    def handoffs_back_from(self, ids: Sequence[str]) -> Sequence[Handoff]:
        """The handoffs with these ids and all that came before each of them, oldest first."""
        ...

    def history(self, lead_id: str) -> LeadHistory:
        """Everything that was ever known of a lead; empty where nobody has that id."""
        ...

    def pasts(self) -> Iterator[tuple[Past, LeadHistory]]:
        """Every lead with its handoffs and its history, not all in memory at once."""
        ...

    def unknown_signals(self, signals: Sequence[Signal]) -> Sequence[Signal]:
        """Those that the workspace does not have yet by (source, id), each once."""
        ...

    def ties(self, names: Collection[str]) -> Sequence[Tie]:
        """Whose names these have been, by name and in the order of `since`."""
        ...

    def ties_of(self, lead_id: str) -> Sequence[Tie]:
        """Every name that has been this lead's."""
        ...

    def strays(self, names: Collection[str]) -> Sequence[Event]:
        """What visitors of these names did before anybody knew whose they were, oldest first."""
        ...

    def told_at(self, lead_id: str) -> Mapping[str, datetime]:
        """When each thing that events told of a lead was said."""
        ...

    def handoff(self, id: str) -> Handoff | None: ...
    def case(self, handoff_id: str) -> Case | None:
        """The handoff, its lead and the policy, in one round trip: every click needs them."""
        ...

    def cases(self, query: CaseQuery, *, offset: int, limit: int) -> Sequence[Case]: ...
    def count_cases(self, query: CaseQuery) -> int: ...
    def loads(self, *, at: datetime) -> Mapping[str, Load]:
        """What everybody who follows leads (SAL, SQL) has to do, by their id."""
        ...

    def tallies(self, window: Window) -> Sequence[Tally]:
        """Who decided how much in a window, by id and outcome."""
        ...

    def facts(self, frame: Frame) -> Sequence[Fact]:
        """What a digest measures: of all handoffs that touch the frame or are open, and of the
        offers that followed where a lead came back; by the time they were opened.
        """
        ...

    def every_fact(self) -> Iterator[Fact]:
        """What every handoff there ever was tells, not all in memory at once."""
        ...

    def facts_of(self, lead_ids: Collection[str]) -> Sequence[Fact]:
        """What every handoff of these leads tells."""
        ...

    def standing(self) -> Mapping[Stage, Sequence[datetime]]:
        """Since when the leads that were offered to sales are in their present stage."""
        ...

    def health(self, window: Window) -> Health:
        """How many handoffs of a window were never shown, and how long messages wait by now."""
        ...

    def records(self, lead_id: str) -> Sequence[Record]:
        """The stage log of a lead, oldest first."""
        ...

    def chain(self) -> Iterator[Record]:
        """The whole stage log of the workspace, by number, not all in memory at once."""
        ...

    def records_after(self, seq: int, *, limit: int) -> Sequence[Record]:
        """The stage log of the workspace behind row `seq`, by number, at most so many rows."""
        ...

    def webhooks(self) -> Sequence[Webhook]:
        """Whom we tell, the oldest first; a unit holds them until it ends."""
        ...

    def webhook(self, id: str) -> Webhook | None:
        """One of them; a unit holds it until it ends."""
        ...

    def leads_changed_after(self, seq: int) -> Collection[str]:
        """The leads of which the stage log tells anything behind the record of that number."""
        ...

    def chain_end(self) -> End:
        """Where the stage log of the workspace ends, remembered apart from the log itself."""
        ...

    def stages(self) -> Mapping[str, Stage]:
        """The present stage of every lead, by id."""
        ...

    def posting(self, kind: IntentKind, subject: str) -> Posting | None: ...
    def subjects_told(self, kind: IntentKind) -> Sequence[str]:
        """About what, or whom, messages of this kind hang anywhere, in order."""
        ...

    def person(self, id: str) -> Person | None: ...
    def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        """Those of them of whom Slack told us, by id."""
        ...

    def turns(self) -> Turns:
        """Whose turn it is to be asked to take a lead."""
        ...

    def asked_since(self, since: Mapping[str, datetime]) -> Mapping[str, int]:
        """How many leads each was asked to take since a moment of their own; nobody has 0."""
        ...

    def reminders_of(self, person: str) -> Sequence[Reminder]:
        """What somebody has yet to hear, the earliest first."""
        ...

    def reminders_in(self, message: str) -> Sequence[Reminder]:
        """What is told in one message, the earliest first."""
        ...

    def digest(self, id: str) -> KeptDigest | None: ...
    def picture(self, digest_id: str) -> KeptPicture | None: ...
    def digests(
        self, *, schedule: str | None = None, offset: int, limit: int
    ) -> Sequence[KeptDigest]:
        """The digests of one schedule, or of all, the newest first."""
        ...

    def digest_of(self, schedule: str, window: Window) -> KeptDigest | None:
        """The one digest of a schedule that told of this period."""
        ...

    def count_digests(self, *, schedule: str | None = None) -> int: ...
    def kept_answer(self, key: str) -> KeptAnswer | None: ...


class Unit(View, Protocol):
    """One transaction. Leaving it in peace keeps everything, an exception keeps nothing.

    A unit that has `lost` a race keeps nothing either: somebody else was faster. One that has
    `promised` something has enqueued an intent.
    """

    lost: bool
    promised: bool

    def record(self, change: Change, *, at: datetime) -> bool:
        """Keep a change: lead and handoff compare-and-swap on their versions, a description that
        is new is added to the lead's history, signals are added (each once by source and id),
        entries appended to the stage log, timers set, intents enqueued. False where the race was
        lost.
        """
        ...

    def record_all(self, changes: Sequence[Change], *, at: datetime) -> bool:
        """Keep many changes as `record` keeps one, each of another lead; all of them or none."""
        ...

    def hold(self, names: Collection[str], *, at: datetime) -> None:
        """Keep everybody else from what belongs to these names until this unit ends.

        Who reads their ties and strays and then adds to them has to hold them first.
        """
        ...

    def tie(self, ties: Sequence[Tie]) -> None:
        """Keep ties as they are now; one per name and lead."""
        ...

    def untie(self, lead_id: str) -> None:
        """Forget which names have been this lead's, and when things were said of it."""
        ...

    def move_signals(self, lead_id: str, *, to: str, at: datetime) -> None:
        """All that a lead did was done by another one, as we know since `at`."""
        ...

    def keep_strays(self, events: Sequence[Event], *, most: int, at: datetime) -> None:
        """Keep what visitors did, each event once, and of each visitor the latest `most`."""
        ...

    def forget_strays(self, events: Sequence[Event]) -> None: ...
    def keep_told_at(self, lead_id: str, times: Mapping[str, datetime]) -> None: ...

    def found(self, workspace: Workspace) -> bool:
        """Keep the workspace of this unit; False, and nothing changed, where it is known."""
        ...

    def first_time(self, key: str, *, at: datetime) -> bool:
        """Remember what Slack sent by its key; False where it was here before."""
        ...

    def enqueue(self, intents: Sequence[Intent], *, at: datetime) -> None: ...
    def set_timers(self, timers: Sequence[Timer]) -> None: ...
    def take_due_timer(self, now: datetime) -> Timer | None:
        """Claim one due timer of the workspace for this transaction; others pass it by."""
        ...

    def keep_answer(self, key: str, answer: KeptAnswer, *, at: datetime) -> bool:
        """False where the key is taken: the race is lost."""
        ...

    def keep_digest(self, digest: KeptDigest) -> bool:
        """False where this schedule already has a digest of this window."""
        ...

    def keep_picture(self, picture: KeptPicture) -> None:
        """Keep the picture of a digest; the first one stays."""
        ...

    def keep_said(self, digest_id: str, said: str) -> None:
        """Keep a digest's message as it is posted."""
        ...

    def keep_person(self, person: Person) -> None: ...
    def hold_turns(self, leads: Collection[Lead]) -> None:
        """Keep everybody else from these leads, and from whose turn it is, until this unit ends.

        Who reads the turns and then keeps them has to hold them first, with the leads they ask for.
        """
        ...

    def keep_turns(self, turns: Turns) -> None: ...
    def add_reminders(self, reminders: Sequence[Reminder]) -> None:
        """Keep them, but none of a step of which the same person was to hear before."""
        ...

    def keep_reminders(self, reminders: Sequence[Reminder]) -> None:
        """Keep them as they are now."""
        ...

    def drop_reminders(
        self, people: Collection[str], handoff_id: str, steps: Collection[Step]
    ) -> None:
        """Forget that these people were to hear of such steps of a handoff, or heard."""
        ...

    def keep_webhook(self, webhook: Webhook) -> None:
        """Keep it as it is now."""
        ...

    def drop_webhook(self, id: str) -> None: ...
    def keep_policy(self, policy: Policy) -> None: ...
    def change_policy(
        self, policy: Policy, acts: Sequence[SettingAct], *, revision: int, at: datetime
    ) -> bool:
        """Keep a policy made from the one of that revision, and append what was changed to the
        settings log. False where the race was lost.
        """
        ...

    def shut(self, problem: str) -> None:
        """Slack lets us do nothing here any more: promises wait until the outbox resumes them."""
        ...

    def amend(self, amendment: Amendment, *, at: datetime) -> bool:
        """Keep an amendment: each version compare-and-swap on its revision, acts appended to the
        definition log, intents enqueued. False where the race was lost.
        """
        ...


class Reckoner(Protocol):
    """Answers fast what definitions would have made of every lead of a workspace."""

    def reckoned(
        self, workspace: str, definitions: Sequence[Definition], *, until: datetime
    ) -> Iterator[tuple[Past, Sequence[Reckoned]]]:
        """Every lead, with what each of the definitions makes of it up to `until`.

        It says exactly what `core.domain.reckoning.reckon` says of the same lead.
        """
        ...


# What is to be delivered


@dataclass(frozen=True, slots=True)
class Errand:
    """A claimed intent, on its way. `claim` fences off whoever holds an older claim.

    `attempts` counts earlier tries that failed; `unsure` is set where an earlier try may have
    been posted although no answer came. It was promised at `enqueued_at`.
    """

    id: int
    workspace: str
    intent: Intent
    attempts: int
    unsure: bool
    claim: str
    enqueued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Done. `posting` says where the message hangs, where it is one that hangs."""

    posting: Posting | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Not done, for certain: try again. `wait` is what Slack asked for; it costs no attempt, unless
    it was `tried`.

    `channel` is where it waits for its turn to be posted, if that is what it waits for.
    """

    problem: str
    wait: timedelta | None = None
    channel: str | None = None
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been posted: look before posting again."""

    problem: str


@dataclass(frozen=True, slots=True)
class Parked:
    """Cannot be done until a person mends something; `whole_workspace` where nothing else can."""

    problem: str
    whole_workspace: bool = False


Delivered = Sent | Later | Unknown | Parked


class Messenger(Protocol):
    """Renders an intent from the state as it is now and tells Slack."""

    def deliver(self, errand: Errand) -> Delivered: ...


class Doorbell(Protocol):
    """Asks Slack whether we may come in."""

    def opens(self, workspace: str) -> bool:
        """Whether Slack takes our token for this workspace at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class Retry:
    """How a failed errand goes back to the queue.

    One that waits for its turn in a `channel` is left alone until nothing older waits there and
    the channel is free.
    """

    at: datetime
    attempts: int
    unsure: bool
    problem: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class QueueState:
    """The outbox in numbers: rows by state, and when the oldest queued one was enqueued.

    What is sent is history and not counted: there is ever more of it. What waits in a workspace
    that is shut counts as parked.
    """

    counts: Mapping[str, int]
    oldest_queued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A promise that is not kept yet, as a person in charge sees it; ids only.

    `state` is queued, sending, unknown (to be looked for before it is posted again), parked
    (a person must mend something) or dead (patience is at an end).
    """

    id: int
    workspace: str
    kind: str
    subject: str
    state: str
    attempts: int
    problem: str | None
    enqueued_at: datetime


class Pool(StrEnum):
    """What is claimed together: whoever is slow there holds up nothing of the other."""

    SLACK = "slack"  # all that Slack is told
    WEBHOOKS = "webhooks"  # what marketing tools are told


class Outbox(Protocol):
    """The queue of intents, of all workspaces. Every call is a transaction of its own."""

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, pool: Pool = Pool.SLACK
    ) -> Sequence[Errand]:
        """Take what is due of a pool, oldest first, in one statement; nobody else gets the same.

        At most one errand of a lane is under way, and never a later one before an earlier one.
        Of those that wait for a channel, only the oldest is taken, once the channel is free.
        Rows whose lease ran out are due again and `unsure`, and so are those whose lease ends later
        than two leases from now: the clock was set back. Nothing of a shut workspace is taken.
        """
        ...

    def holds(self, errand: Errand, *, now: datetime) -> bool:
        """Whether the claim is still ours and its lease not over; to be asked before we post."""
        ...

    def settle(self, errand: Errand, *, posting: Posting | None, at: datetime) -> bool:
        """Done: the row is sent and its posting kept together. False: the claim was lost."""
        ...

    def put_back(self, errand: Errand, retry: Retry) -> bool: ...
    def park(self, errand: Errand, *, problem: str, dead: bool = False) -> bool:
        """Set one errand aside until a person mends something; `dead` where patience ended."""
        ...

    def next_due(self) -> datetime | None:
        """When the next row that is not held up by another one may be claimed."""
        ...

    def state(self) -> QueueState: ...

    # The pace of a channel

    def take_turn(
        self, workspace: str, channel: str, *, errand: int, now: datetime, until: datetime
    ) -> bool:
        """Whether the channel is free at `now` and nothing older than the errand waits for it.

        If so, it is ours and not free before `until`.
        """
        ...

    def rest(self, workspace: str, channel: str, *, until: datetime) -> None:
        """Leave the channel alone until then, because Slack asked for it."""
        ...

    # Workspaces that are closed to us

    def shut(self, workspace: str, *, problem: str) -> None:
        """Nothing of this workspace is claimed until `resume`; what is promised still waits."""
        ...

    def resume(self, workspace: str) -> bool:
        """Go on with everything that waits; False where the workspace was not shut."""
        ...

    def shut_workspaces(self) -> Mapping[str, str]:
        """The workspaces that are shut, and why."""
        ...

    # For the person in charge

    def waiting(self, *, limit: int) -> Sequence[Waiting]:
        """What is parked or dead, then what else is not kept yet; each oldest first."""
        ...

    def retry(self, id: int, *, at: datetime) -> bool:
        """Queue a parked or dead row again with fresh patience. False where it is neither.

        If the same was promised anew meanwhile, the two become one.
        """
        ...

    def drop(self, id: int) -> bool:
        """Forget a parked or dead row for good. False where it is neither."""
        ...

    def forget_sent(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many rows that were settled before then; returns how many."""
        ...


class Store(Protocol):
    """Where everything is kept: SQLite, PostgreSQL, or memory in tests."""

    @property
    def outbox(self) -> Outbox: ...
    def read(self, workspace: str) -> AbstractContextManager[View]: ...
    def write(self, workspace: str) -> AbstractContextManager[Unit]: ...
    def workspaces(self) -> Sequence[Workspace]: ...
    def workspaces_with_due_timers(self, now: datetime) -> Sequence[str]: ...
    def next_timer(self) -> datetime | None: ...
    def workspaces_with_news(self) -> Sequence[str]:
        """Those whose log has rows that a webhook was not looked at for yet."""
        ...

    def forget_keys(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many keys of what Slack sent before then; returns how many."""
        ...

    def forget_answers(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many answers that were kept before then; returns how many."""
        ...

    def forget_strays(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many events of visitors that came before then; returns how many."""
        ...

    def forget_visitors(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many visitors who were not seen since then; their ties stay."""
        ...

    def forget_reminders(self, *, before: datetime, limit: int) -> int:
        """Forget at most so many reminders that were told before then; returns how many."""
        ...

    def ready(self) -> None:
        """Return where the database can be written to; raise Unready saying why not."""
        ...
