"""The first tables, and the triggers that keep the stage log as it was written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NAME = sa.String(32)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("outcome IS NULL")
_QUEUED = sa.text("state = 'queued'")
_UNFINISHED = sa.text("state IN ('queued', 'sending')")
_REFUSAL = "the stage log is only ever appended to"

_SQLITE_TRIGGERS = (
    f"""
    CREATE TRIGGER stage_log_never_updated BEFORE UPDATE ON stage_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER stage_log_never_deleted BEFORE DELETE ON stage_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    f"""
    CREATE FUNCTION stage_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
    """,
    """
    CREATE TRIGGER stage_log_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON stage_log
    FOR EACH STATEMENT EXECUTE FUNCTION stage_log_refuse()
    """,
)


def upgrade() -> None:
    _create_tables()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if on_sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def _create_tables() -> None:
    op.create_table(
        "answer",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_answer"),
    )
    op.create_index("ix_answer_answered_at", "answer", ["answered_at"])
    op.create_table(
        "chain",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_chain"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "definition",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("active_from", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "version", name="pk_definition"),
    )
    op.create_table(
        "digest",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_digest"),
        sa.UniqueConstraint(
            "workspace",
            "schedule",
            "starts_at",
            "ends_at",
            name="uq_digest_workspace_schedule_starts_at_ends_at",
        ),
    )
    op.create_table(
        "inbox",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_inbox"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "lead",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", _NAME, nullable=False),
        sa.Column("known_by", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("phone", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("name", sa.String()),
        sa.Column("company", sa.String()),
        sa.Column("title", sa.String()),
        sa.Column("country", sa.String()),
        sa.Column("source", sa.String()),
        sa.Column("campaign", sa.String()),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("handoff_id", sa.String()),
        sa.Column("temperature", _NAME),
        sa.Column("score", sa.Float()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("entered_stage_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_lead"),
        sa.UniqueConstraint("workspace", "known_by", name="uq_lead_workspace_known_by"),
    )
    op.create_index("ix_lead_workspace_changed_at", "lead", ["workspace", "changed_at"])
    op.create_index("ix_lead_workspace_email", "lead", ["workspace", "email"])
    op.create_index("ix_lead_workspace_external_id", "lead", ["workspace", "external_id"])
    op.create_index("ix_lead_workspace_phone", "lead", ["workspace", "phone"])
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("enqueued_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("claim", sa.String()),
        sa.Column("problem", sa.Text()),
        sa.Column("settled_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["workspace", "lane", "id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index(
        "ix_outbox_unfinished",
        "outbox",
        ["id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index(
        "uq_outbox_queued",
        "outbox",
        ["workspace", "kind", "subject"],
        unique=True,
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
    op.create_table(
        "person",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String()),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_person"),
    )
    op.create_table(
        "posting",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("thread", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "kind", "subject", name="pk_posting"),
    )
    op.create_table(
        "remark",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_remark"),
    )
    op.create_table(
        "stage_log",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("handoff_id", sa.String()),
        sa.Column("from_stage", _NAME),
        sa.Column("to_stage", _NAME, nullable=False),
        sa.Column("verb", _NAME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("door", _NAME, nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("definition", sa.String()),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("remark", sa.String()),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_stage_log"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_stage_log_workspace_lead_id_seq", "stage_log", ["workspace", "lead_id", "seq"]
    )
    op.create_table(
        "timer",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", "subject", name="pk_timer"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("bot_user", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
    )
    op.create_table(
        "handoff",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("previous_id", sa.String()),
        sa.Column("outcome", _NAME),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", _MOMENT),
        sa.Column("door", _NAME),
        sa.Column("reason", sa.String()),
        sa.Column("comment", sa.Text()),
        sa.Column("wake_on", sa.Date()),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)"
            " AND (outcome IS NULL) = (door IS NULL)",
            name="ck_handoff_decided_whole",
        ),
        sa.ForeignKeyConstraint(
            ["workspace", "lead_id"],
            ["lead.workspace", "lead.id"],
            name="fk_handoff_workspace_lead_id",
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_handoff"),
    )
    op.create_index("ix_handoff_workspace_decided_at", "handoff", ["workspace", "decided_at"])
    op.create_index("ix_handoff_workspace_opened_at", "handoff", ["workspace", "opened_at"])
    op.create_index(
        "uq_handoff_open",
        "handoff",
        ["workspace", "lead_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "signal",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("session", sa.String()),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "lead_id"],
            ["lead.workspace", "lead.id"],
            name="fk_signal_workspace_lead_id",
        ),
        sa.PrimaryKeyConstraint("workspace", "source", "id", name="pk_signal"),
    )
    op.create_index(
        "ix_signal_workspace_lead_id_occurred_at", "signal", ["workspace", "lead_id", "occurred_at"]
    )
