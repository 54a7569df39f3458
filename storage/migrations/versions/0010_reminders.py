"""People have a time zone of their own, and are reminded of each step of a handoff once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STEPS = ("answer_soon", "answer_late", "touch_soon", "touch_late")


def upgrade() -> None:
    op.add_column("person", sa.Column("timezone", sa.String))
    op.create_table(
        "reminder",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("handoff_id", sa.String(), nullable=False),
        sa.Column("step", sa.Enum(*_STEPS, native_enum=False, length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "person", "handoff_id", "step", name="pk_reminder"),
    )
    pending = sa.text("message IS NULL")
    op.create_index(
        "ix_reminder_pending",
        "reminder",
        ["workspace", "person"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index("ix_reminder_workspace_message", "reminder", ["workspace", "message"])
