"""What is set aside is counted, and what is long sent is found, without reading all the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ASIDE = sa.text("state IN ('parked', 'dead')")
_SENT = sa.text("state = 'sent'")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_aside", "outbox", ["id"], sqlite_where=_ASIDE, postgresql_where=_ASIDE
    )
    op.create_index(
        "ix_outbox_settled", "outbox", ["settled_at"], sqlite_where=_SENT, postgresql_where=_SENT
    )
