"""A decision says to which record a lead belongs that turned out to be another one."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("belongs_to", sa.String))
