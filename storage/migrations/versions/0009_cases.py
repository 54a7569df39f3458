"""Find the leads that were offered to sales by where they stand and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_lead_offered",
        "lead",
        ["workspace", "stage", "entered_stage_at"],
        sqlite_where=sa.text("handoff_id IS NOT NULL"),
        postgresql_where=sa.text("handoff_id IS NOT NULL"),
    )
