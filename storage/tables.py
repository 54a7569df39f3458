"""The tables in which a workspace's leads, handoffs, log and promises are kept."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from core.domain import versions
from core.domain.handoff import Outcome
from core.domain.intents import IntentKind
from core.domain.lead import SignalKind, Temperature
from core.domain.log import Door
from core.domain.reminder import Step
from core.domain.roles import Team
from core.domain.stages import Stage, Verb
from core.domain.standing import Standing
from core.domain.timers import TimerKind
from core.domain.versions import State

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# SQLite then keeps the rows in the order of their key, instead of the rows and the key apart:
# half as much to write for each.
_BY_KEY = {"sqlite_with_rowid": False}


class ErrandState(StrEnum):
    """Where a row of the outbox stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    DEAD = "dead"


def _by_value(kind: type[StrEnum]) -> Any:
    """A column type that keeps an enum as its value, in plain text."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Kept(SQLModel):
    """Whatever is kept of one workspace."""

    metadata = MetaData(naming_convention=_NAMES)

    workspace: str = Field(primary_key=True)


class WorkspaceRow(SQLModel, table=True):
    """A Slack team; `policy` is JSON text."""

    __tablename__ = "workspace"
    metadata = Kept.metadata

    id: str = Field(primary_key=True)
    bot_user: str
    secret: str
    policy: str = Field(sa_type=Text)
    revision: int = Field(sa_column_kwargs={"server_default": "0"})


class SettingsLogRow(Kept, table=True):
    """One record of the settings log; triggers keep it from ever being changed."""

    __tablename__ = "settings_log"
    __table_args__ = _BY_KEY

    seq: int = Field(primary_key=True)
    setting: str
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)
    actor: str
    door: Door = Field(sa_type=_by_value(Door))
    occurred_at: datetime
    recorded_at: datetime
    remark: str | None
    previous: str
    digest: str


class SettingsRemarkRow(Kept, table=True):
    """The words of a comment in the settings log; they may be forgotten one day."""

    __tablename__ = "settings_remark"

    seq: int = Field(primary_key=True)
    salt: str
    text: str = Field(sa_type=Text)


class SettingsChainRow(Kept, table=True):
    """Where a workspace's settings log ends; whoever appends holds this row."""

    __tablename__ = "settings_chain"
    __table_args__ = _BY_KEY

    seq: int
    digest: str


ACTIVE = text("state = 'active'")


class DefinitionRow(Kept, table=True):
    """One version of the written definition, with its signatures; one of them is in force."""

    __tablename__ = "definition"
    __table_args__ = (
        CheckConstraint(
            "(marketing_by IS NULL) = (marketing_at IS NULL)"
            " AND (sales_by IS NULL) = (sales_at IS NULL)",
            name="signed_whole",
        ),
        CheckConstraint("marketing_by <> sales_by", name="signed_by_two"),
        Index(
            "uq_definition_active",
            "workspace",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
    )

    version: int = Field(primary_key=True)
    revision: int
    label: str
    digest: str
    text: str = Field(sa_type=Text)
    state: State = Field(sa_type=_by_value(State))
    proposed_by: str
    proposed_at: datetime
    based_on: int | None
    marketing_by: str | None
    marketing_at: datetime | None
    sales_by: str | None
    sales_at: datetime | None
    active_from: datetime | None
    ended_at: datetime | None
    measured: str | None = Field(sa_type=Text)


class DefinitionLogRow(Kept, table=True):
    """One record of the definition log; triggers keep it from ever being changed."""

    __tablename__ = "definition_log"
    __table_args__ = (Index(None, "workspace", "version", "seq"), _BY_KEY)

    seq: int = Field(primary_key=True)
    version: int
    verb: versions.Verb = Field(sa_type=_by_value(versions.Verb))
    rules: str
    actor: str
    team: Team | None = Field(sa_type=_by_value(Team))
    door: Door = Field(sa_type=_by_value(Door))
    occurred_at: datetime
    recorded_at: datetime
    remark: str | None
    previous: str
    digest: str


class DefinitionRemarkRow(Kept, table=True):
    """The words of a comment in the definition log; they may be forgotten one day."""

    __tablename__ = "definition_remark"

    seq: int = Field(primary_key=True)
    salt: str
    text: str = Field(sa_type=Text)


class DefinitionChainRow(Kept, table=True):
    """Where a workspace's definition log ends; whoever appends holds this row."""

    __tablename__ = "definition_chain"
    __table_args__ = _BY_KEY

    seq: int
    digest: str


OFFERED = text("handoff_id IS NOT NULL")


class LeadRow(Kept, table=True):
    """A lead as it stands now. `search` is what a person may look for, folded."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("workspace", "known_by"),
        Index(None, "workspace", "email"),
        Index(None, "workspace", "phone"),
        Index(None, "workspace", "external_id"),
        Index(None, "workspace", "changed_at"),
        Index(
            "ix_lead_offered",
            "workspace",
            "stage",
            "entered_stage_at",
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        ),
    )

    id: str = Field(primary_key=True)
    version: int
    stage: Stage = Field(sa_type=_by_value(Stage))
    known_by: str
    email: str | None
    phone: str | None
    external_id: str | None
    name: str | None
    company: str | None
    title: str | None
    country: str | None
    source: str | None
    campaign: str | None
    attributes: dict[str, Any] = Field(sa_type=JSON)
    owner: str | None
    handoff_id: str | None
    temperature: Temperature | None = Field(sa_type=_by_value(Temperature))
    score: float | None
    created_at: datetime
    entered_stage_at: datetime
    wake_on: date | None
    changed_at: datetime
    search: str = Field(sa_type=Text)


class SignalRow(Kept, table=True):
    """One dated behaviour of a lead; the key makes it count once.

    `received_at` is null where it was known when it happened.
    """

    __tablename__ = "signal"
    __table_args__ = (
        ForeignKeyConstraint(["workspace", "lead_id"], ["lead.workspace", "lead.id"]),
        Index(None, "workspace", "lead_id", "occurred_at"),
    )

    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    lead_id: str
    kind: SignalKind = Field(sa_type=_by_value(SignalKind))
    occurred_at: datetime
    session: str | None
    properties: dict[str, Any] = Field(sa_type=JSON)
    received_at: datetime | None


class DescriptionRow(Kept, table=True):
    """How a lead was described from a moment on; a version of the lead brought it.

    These are personal data, as the lead itself is: whoever is forgotten loses them, too.
    """

    __tablename__ = "description"
    __table_args__ = (
        ForeignKeyConstraint(["workspace", "lead_id"], ["lead.workspace", "lead.id"]),
        _BY_KEY,
    )

    lead_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    known_from: datetime
    facts: dict[str, Any] = Field(sa_type=JSON)


class VisitorRow(Kept, table=True):
    """A name by which a site calls somebody; whoever learns of it holds this row meanwhile."""

    __tablename__ = "visitor"
    __table_args__ = _BY_KEY

    name: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)


class TieRow(Kept, table=True):
    """Between when and when a name was seen to be a lead's."""

    __tablename__ = "tie"
    __table_args__ = (
        ForeignKeyConstraint(["workspace", "lead_id"], ["lead.workspace", "lead.id"]),
        Index(None, "workspace", "lead_id"),
        _BY_KEY,
    )

    name: str = Field(primary_key=True)
    lead_id: str = Field(primary_key=True)
    since: datetime
    until: datetime


class StrayRow(Kept, table=True):
    """What a visitor did of whom nobody knows yet which lead it is."""

    __tablename__ = "stray"
    __table_args__ = (Index(None, "workspace", "visitor", "occurred_at"),)

    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    visitor: str
    occurred_at: datetime
    said: dict[str, Any] = Field(sa_type=JSON)
    kept_at: datetime = Field(index=True)


class TraitRow(Kept, table=True):
    """When something was said of a lead; what it is stands in the lead."""

    __tablename__ = "trait"
    __table_args__ = (
        ForeignKeyConstraint(["workspace", "lead_id"], ["lead.workspace", "lead.id"]),
        _BY_KEY,
    )

    lead_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    said_at: datetime


ASKED = text("asked IS NOT NULL")


def _where_known(column: str) -> Index:
    """An index of the handoffs of which something is known that most never come to."""
    known = text(f"{column} IS NOT NULL")
    name = f"ix_handoff_{column}"
    return Index(name, "workspace", column, sqlite_where=known, postgresql_where=known)


class HandoffRow(Kept, table=True):
    """One offer of one lead; the columns of the decision are null while it is open.

    `waiting_since` is null where the lead waits since `opened_at`.
    """

    __tablename__ = "handoff"
    __table_args__ = (
        ForeignKeyConstraint(["workspace", "lead_id"], ["lead.workspace", "lead.id"]),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)"
            " AND (outcome IS NULL) = (door IS NULL)",
            name="decided_whole",
        ),
        Index(
            "uq_handoff_open",
            "workspace",
            "lead_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(None, "workspace", "opened_at"),
        Index(None, "workspace", "decided_at"),
        Index(
            "ix_handoff_asked",
            "workspace",
            "asked",
            "opened_at",
            sqlite_where=ASKED,
            postgresql_where=ASKED,
        ),
        Index(None, "workspace", "due_at"),
        *map(_where_known, ("previous_id", "touch_due_at", "touched_at")),
        *map(_where_known, ("returned_at", "sql_at", "won_at")),
    )

    id: str = Field(primary_key=True)
    lead_id: str
    version: int
    opened_at: datetime
    due_at: datetime
    definition: str
    explanation: dict[str, Any] = Field(sa_type=JSON)
    previous_id: str | None
    outcome: Outcome | None = Field(sa_type=_by_value(Outcome))
    decided_by: str | None
    decided_at: datetime | None
    door: Door | None = Field(sa_type=_by_value(Door))
    reason: str | None
    comment: str | None = Field(sa_type=Text)
    wake_on: date | None
    touch_due_at: datetime | None
    touched_at: datetime | None
    waiting_since: datetime | None
    asked: str | None
    receipt: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True))
    returned_at: datetime | None
    sql_at: datetime | None
    won_at: datetime | None
    source: str | None
    campaign: str | None
    complete: bool
    temperature: Temperature = Field(sa_type=_by_value(Temperature))
    trigger: str | None
    rules: str = Field(sa_type=Text)
    belongs_to: str | None


class RotationRow(Kept, table=True):
    """Whose turn it is in each plan of the routing; whoever routes a lead holds this row."""

    __tablename__ = "rotation"

    turns: dict[str, Any] = Field(sa_type=JSON)


class StageLogRow(Kept, table=True):
    """One record of the stage log; triggers keep it from ever being changed."""

    __tablename__ = "stage_log"
    __table_args__ = (Index(None, "workspace", "lead_id", "seq"), _BY_KEY)

    seq: int = Field(primary_key=True)
    lead_id: str
    handoff_id: str | None
    from_stage: Stage | None = Field(sa_type=_by_value(Stage))
    to_stage: Stage = Field(sa_type=_by_value(Stage))
    verb: Verb = Field(sa_type=_by_value(Verb))
    actor: str
    door: Door = Field(sa_type=_by_value(Door))
    occurred_at: datetime
    reason: str | None
    definition: str | None
    recorded_at: datetime
    remark: str | None
    previous: str
    digest: str
    due_at: datetime | None


class RemarkRow(Kept, table=True):
    """The words of a comment in the log; personal data, so they may be forgotten one day."""

    __tablename__ = "remark"

    seq: int = Field(primary_key=True)
    salt: str
    text: str = Field(sa_type=Text)


class ChainRow(Kept, table=True):
    """Where a workspace's stage log ends; whoever appends holds this row."""

    __tablename__ = "chain"
    __table_args__ = _BY_KEY

    seq: int
    digest: str


class TimerRow(Kept, table=True):
    """What will be due when."""

    __tablename__ = "timer"
    __table_args__ = _BY_KEY

    kind: TimerKind = Field(primary_key=True, sa_type=_by_value(TimerKind))
    subject: str = Field(primary_key=True)
    due_at: datetime = Field(index=True)


QUEUED = text("state = 'queued'")
ASIDE = text("state IN ('parked', 'dead')")
SENT = text("state = 'sent'")
UNFINISHED = text("state IN ('queued', 'sending')")


class OutboxRow(SQLModel, table=True):
    """A promise to tell somebody. `due_at` is when it may be claimed, or claimed again."""

    __tablename__ = "outbox"
    metadata = Kept.metadata
    __table_args__ = (
        Index(
            "uq_outbox_queued",
            "workspace",
            "kind",
            "subject",
            unique=True,
            sqlite_where=QUEUED,
            postgresql_where=QUEUED,
        ),
        Index(
            "ix_outbox_lane",
            "workspace",
            "lane",
            "id",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index(
            "ix_outbox_unfinished",
            "id",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index(
            "ix_outbox_channel",
            "workspace",
            "channel",
            "id",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index("ix_outbox_aside", "id", sqlite_where=ASIDE, postgresql_where=ASIDE),
        Index("ix_outbox_settled", "settled_at", sqlite_where=SENT, postgresql_where=SENT),
        Index(
            "ix_outbox_due",
            "due_at",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    workspace: str
    kind: str
    subject: str
    lane: str
    details: dict[str, Any] = Field(sa_type=JSON)
    state: ErrandState = Field(sa_type=_by_value(ErrandState))
    revision: int
    attempts: int
    unsure: bool
    enqueued_at: datetime
    due_at: datetime
    claim: str | None
    problem: str | None = Field(sa_type=Text)
    settled_at: datetime | None
    channel: str | None


class PaceRow(Kept, table=True):
    """When the next message may be posted in a channel."""

    __tablename__ = "pace"

    channel: str = Field(primary_key=True)
    free_at: datetime


class ClosureRow(Kept, table=True):
    """A workspace that is closed to us, and why."""

    __tablename__ = "closure"

    problem: str = Field(sa_type=Text)


class PostingRow(Kept, table=True):
    """Where a message hangs in Slack."""

    __tablename__ = "posting"

    kind: IntentKind = Field(primary_key=True, sa_type=_by_value(IntentKind))
    subject: str = Field(primary_key=True)
    channel: str
    ts: str
    thread: str | None


class InboxRow(Kept, table=True):
    """The key of something that Slack sent, so that it has one effect."""

    __tablename__ = "inbox"
    __table_args__ = _BY_KEY

    key: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)


class AnswerRow(Kept, table=True):
    """What was answered to a request with an idempotency key."""

    __tablename__ = "answer"

    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    body: str = Field(sa_type=Text)
    answered_at: datetime = Field(index=True)


class PersonRow(Kept, table=True):
    """What Slack tells of one of its users."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    locale: str | None
    seen_at: datetime
    standing: Standing = Field(sa_type=_by_value(Standing))
    timezone: str | None


PENDING = text("message IS NULL")


class ReminderRow(Kept, table=True):
    """One person is to hear of one step of a handoff, and in which message they do."""

    __tablename__ = "reminder"
    __table_args__ = (
        Index(
            "ix_reminder_pending",
            "workspace",
            "person",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index(None, "workspace", "message"),
    )

    person: str = Field(primary_key=True)
    handoff_id: str = Field(primary_key=True)
    step: Step = Field(primary_key=True, sa_type=_by_value(Step))
    due_at: datetime
    message: str | None


class WebhookRow(Kept, table=True):
    """An address that is told what becomes of leads; `events` are JSON, none for all."""

    __tablename__ = "webhook"

    id: str = Field(primary_key=True)
    url: str = Field(sa_type=Text)
    events: list[str] = Field(sa_type=JSON)
    secret: str
    created_at: datetime
    told: int
    old_secret: str | None
    old_until: datetime | None
    failures: int
    rests_until: datetime | None
    ended: str | None


class DigestRow(Kept, table=True):
    """A digest as it was posted, kept for ever."""

    __tablename__ = "digest"
    __table_args__ = (
        UniqueConstraint("workspace", "schedule", "starts_at", "ends_at"),
        Index(None, "workspace", "as_of", "id"),
    )

    id: str = Field(primary_key=True)
    schedule: str
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    numbers: str = Field(sa_type=Text)
    policy: str | None = Field(sa_type=Text)
    said: str | None = Field(sa_type=Text)
    log_end: int | None


class PictureRow(Kept, table=True):
    """The picture of a digest, for Slack to fetch; no word in it is about a person."""

    __tablename__ = "picture"

    digest_id: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    alt: str = Field(sa_type=Text)


METADATA = Kept.metadata


def _table(row: type[SQLModel]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


workspace = _table(WorkspaceRow)
settings_log = _table(SettingsLogRow)
settings_remark = _table(SettingsRemarkRow)
settings_chain = _table(SettingsChainRow)
definition = _table(DefinitionRow)
definition_log = _table(DefinitionLogRow)
definition_remark = _table(DefinitionRemarkRow)
definition_chain = _table(DefinitionChainRow)
lead = _table(LeadRow)
signal = _table(SignalRow)
description = _table(DescriptionRow)
visitor = _table(VisitorRow)
tie = _table(TieRow)
stray = _table(StrayRow)
trait = _table(TraitRow)
handoff = _table(HandoffRow)
rotation = _table(RotationRow)
stage_log = _table(StageLogRow)
remark = _table(RemarkRow)
chain = _table(ChainRow)
timer = _table(TimerRow)
outbox = _table(OutboxRow)
pace = _table(PaceRow)
closure = _table(ClosureRow)
posting = _table(PostingRow)
inbox = _table(InboxRow)
answer = _table(AnswerRow)
person = _table(PersonRow)
reminder = _table(ReminderRow)
digest = _table(DigestRow)
webhook = _table(WebhookRow)
picture = _table(PictureRow)
