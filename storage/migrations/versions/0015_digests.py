"""A digest is kept with the policy that it was computed by, and with its message as posted."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digest", sa.Column("policy", sa.Text()))
    op.add_column("digest", sa.Column("said", sa.Text()))
    op.create_index("ix_digest_workspace_as_of_id", "digest", ["workspace", "as_of", "id"])
