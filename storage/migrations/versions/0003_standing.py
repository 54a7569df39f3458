"""What each person is to the team. Nobody's is known yet, so everybody is asked about anew."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_table("person")
    op.create_table(
        "person",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String()),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("standing", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_person"),
    )
