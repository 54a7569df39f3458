"""Marketing tools are told what becomes of leads."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhook",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("old_secret", sa.String()),
        sa.Column("old_until", moment),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", moment),
        sa.Column("ended", sa.String()),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_webhook"),
    )
