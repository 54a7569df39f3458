"""What delivery needs: the pace of a channel, workspaces that are shut."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("channel", sa.String()))
    op.create_index(
        "ix_outbox_channel",
        "outbox",
        ["workspace", "channel", "id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_table(
        "pace",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", name="pk_pace"),
    )
    op.create_table(
        "closure",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_closure"),
    )
