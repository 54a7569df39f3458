"""Settings are changed while the program runs, and a log of their own says by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_GENESIS = "0" * 64
_REFUSAL = "the settings log is only ever appended to"

_SQLITE_TRIGGERS = (
    f"""
    CREATE TRIGGER settings_log_never_updated BEFORE UPDATE ON settings_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER settings_log_never_deleted BEFORE DELETE ON settings_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    f"""
    CREATE FUNCTION settings_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
    """,
    """
    CREATE TRIGGER settings_log_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE
    ON settings_log FOR EACH STATEMENT EXECUTE FUNCTION settings_log_refuse()
    """,
)


def upgrade() -> None:
    op.add_column(
        "workspace", sa.Column("revision", sa.Integer, nullable=False, server_default="0")
    )
    op.create_table(
        "settings_log",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("door", sa.String(32), nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("remark", sa.String()),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_settings_log"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settings_remark",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_settings_remark"),
    )
    op.create_table(
        "settings_chain",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_settings_chain"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO settings_chain (workspace, seq, digest) "
        f"SELECT id, 0, '{_GENESIS}' FROM workspace"
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if on_sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)
