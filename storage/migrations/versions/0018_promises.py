"""The log says by when contact was promised; a digest, how much of the log it knew of."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stage_log", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.add_column("digest", sa.Column("log_end", sa.Integer()))
