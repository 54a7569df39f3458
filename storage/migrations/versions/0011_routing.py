"""A handoff says whom it is offered to, how it came to them, and since when the buyer waits."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null says that a lead waits since its handoff was opened, so nothing has to be rewritten.
    op.add_column("handoff", sa.Column("waiting_since", sa.DateTime(timezone=True)))
    op.add_column("handoff", sa.Column("asked", sa.String))
    op.add_column("handoff", sa.Column("receipt", sa.JSON))
    asked = sa.text("asked IS NOT NULL")
    op.create_index(
        "ix_handoff_asked",
        "handoff",
        ["workspace", "asked", "opened_at"],
        sqlite_where=asked,
        postgresql_where=asked,
    )
    op.create_table(
        "rotation",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_rotation"),
    )
