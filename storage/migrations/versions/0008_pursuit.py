"""A lead knows its own wake-up date, a handoff when contact is due and when it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lead", sa.Column("wake_on", sa.Date))
    op.add_column("handoff", sa.Column("touch_due_at", sa.DateTime(timezone=True)))
    op.add_column("handoff", sa.Column("touched_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE lead SET wake_on = (SELECT wake_on FROM handoff"
        " WHERE handoff.workspace = lead.workspace AND handoff.id = lead.handoff_id)"
        " WHERE stage = 'nurturing'"
    )
