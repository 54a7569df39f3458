"""Visitors of sites: their names, whose names they are, and what they did before that was known."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "visitor",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name="pk_visitor"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_visitor_seen_at", "visitor", ["seen_at"])
    op.create_table(
        "tie",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "lead_id"], ["lead.workspace", "lead.id"], name="fk_tie_workspace_lead_id"
        ),
        sa.PrimaryKeyConstraint("workspace", "name", "lead_id", name="pk_tie"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tie_workspace_lead_id", "tie", ["workspace", "lead_id"])
    op.create_table(
        "stray",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "source", "id", name="pk_stray"),
    )
    op.create_index(
        "ix_stray_workspace_visitor_occurred_at", "stray", ["workspace", "visitor", "occurred_at"]
    )
    op.create_index("ix_stray_kept_at", "stray", ["kept_at"])
    op.create_table(
        "trait",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("said_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "lead_id"],
            ["lead.workspace", "lead.id"],
            name="fk_trait_workspace_lead_id",
        ),
        sa.PrimaryKeyConstraint("workspace", "lead_id", "name", name="pk_trait"),
        sqlite_with_rowid=False,
    )
