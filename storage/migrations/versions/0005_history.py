"""What was known of each lead when. Of what is here already, nothing older is known than itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_SAID = (
    "email",
    "phone",
    "external_id",
    "name",
    "company",
    "title",
    "country",
    "source",
    "campaign",
)
_LEAD = sa.table(
    "lead",
    sa.column("workspace"),
    sa.column("id"),
    sa.column("version"),
    sa.column("created_at", _MOMENT),
    sa.column("attributes", sa.JSON()),
    *map(sa.column, _SAID),
)
_AT_ONCE = 2000


def upgrade() -> None:
    # Null says that a signal was known when it happened, so nothing has to be rewritten.
    op.add_column("signal", sa.Column("received_at", _MOMENT))
    op.create_table(
        "description",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("known_from", _MOMENT, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "lead_id"],
            ["lead.workspace", "lead.id"],
            name="fk_description_workspace_lead_id",
        ),
        sa.PrimaryKeyConstraint("workspace", "lead_id", "version", name="pk_description"),
        sqlite_with_rowid=False,
    )
    _describe_all()


def _describe_all() -> None:
    """Leads are kept as they are now; they are taken to have been so from the beginning."""
    connection = op.get_bind()
    description = sa.table(
        "description",
        sa.column("workspace"),
        sa.column("lead_id"),
        sa.column("version"),
        sa.column("known_from", _MOMENT),
        sa.column("facts", sa.JSON()),
    )
    here = sa.tuple_(_LEAD.c.workspace, _LEAD.c.id)
    page = sa.select(_LEAD).order_by(_LEAD.c.workspace, _LEAD.c.id).limit(_AT_ONCE)
    leads = connection.execute(page).mappings().all()
    while leads:
        connection.execute(description.insert(), [_described(lead) for lead in leads])
        last = sa.tuple_(sa.literal(leads[-1]["workspace"]), sa.literal(leads[-1]["id"]))
        leads = connection.execute(page.where(here > last)).mappings().all()


def _described(lead: sa.RowMapping) -> dict[str, Any]:
    return {
        "workspace": lead["workspace"],
        "lead_id": lead["id"],
        "version": lead["version"],
        "known_from": lead["created_at"],
        "facts": {**lead["attributes"], **{name: lead[name] for name in _SAID}},
    }
