"""Versions of the definition are proposed and signed, and a log of their own says by whom.

The versions that there are came with Baton: the latest is in force, the others are retired, and
nobody signed them. Their log begins here, sealed as the program seals it.
"""

import hashlib
import json
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NAME = sa.String(32)
_ACTIVE = sa.text("state = 'active'")
_GENESIS = "0" * 64
_REFUSAL = "the definition log is only ever appended to"

_SQLITE_TRIGGERS = (
    f"""
    CREATE TRIGGER definition_log_never_updated BEFORE UPDATE ON definition_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER definition_log_never_deleted BEFORE DELETE ON definition_log
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
)
_POSTGRESQL_TRIGGERS = (
    f"""
    CREATE FUNCTION definition_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
    """,
    """
    CREATE TRIGGER definition_log_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE
    ON definition_log FOR EACH STATEMENT EXECUTE FUNCTION definition_log_refuse()
    """,
)


def upgrade() -> None:
    known = _known_versions()
    op.drop_table("definition")
    tables = _create_tables()
    _move(known, *tables)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if on_sqlite else _POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def _known_versions() -> list[dict[str, Any]]:
    old = sa.table(
        "definition",
        sa.column("workspace", sa.String()),
        sa.column("version", sa.Integer()),
        sa.column("label", sa.String()),
        sa.column("digest", sa.String()),
        sa.column("text", sa.Text()),
        sa.column("active_from", _MOMENT),
    )
    rows = op.get_bind().execute(sa.select(old).order_by(old.c.workspace, old.c.version))
    return [dict(row._mapping) for row in rows]


def _create_tables() -> tuple[sa.Table, sa.Table, sa.Table]:
    definition = op.create_table(
        "definition",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("based_on", sa.Integer()),
        sa.Column("marketing_by", sa.String()),
        sa.Column("marketing_at", _MOMENT),
        sa.Column("sales_by", sa.String()),
        sa.Column("sales_at", _MOMENT),
        sa.Column("active_from", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("measured", sa.Text()),
        sa.CheckConstraint(
            "(marketing_by IS NULL) = (marketing_at IS NULL)"
            " AND (sales_by IS NULL) = (sales_at IS NULL)",
            name="ck_definition_signed_whole",
        ),
        sa.CheckConstraint("marketing_by <> sales_by", name="ck_definition_signed_by_two"),
        sa.PrimaryKeyConstraint("workspace", "version", name="pk_definition"),
    )
    op.create_index(
        "uq_definition_active",
        "definition",
        ["workspace"],
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )
    log = op.create_table(
        "definition_log",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verb", _NAME, nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("team", _NAME),
        sa.Column("door", _NAME, nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("remark", sa.String()),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_definition_log"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_definition_log_workspace_version_seq",
        "definition_log",
        ["workspace", "version", "seq"],
    )
    op.create_table(
        "definition_remark",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name="pk_definition_remark"),
    )
    chain = op.create_table(
        "definition_chain",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_definition_chain"),
        sqlite_with_rowid=False,
    )
    return definition, log, chain


def _move(
    known: list[dict[str, Any]], definition: sa.Table, log: sa.Table, chain: sa.Table
) -> None:
    workspaces = op.get_bind().execute(sa.text("SELECT id FROM workspace")).scalars()
    ends = dict.fromkeys(workspaces, (0, _GENESIS))
    for workspace, group in groupby(known, key=lambda row: row["workspace"]):
        rows = list(group)
        op.bulk_insert(definition, [_version(row, later) for row, later in _followed(rows)])
        records = _log(rows)
        op.bulk_insert(log, records)
        ends[workspace] = records[-1]["seq"], records[-1]["digest"]
    op.bulk_insert(
        chain,
        [
            {"workspace": workspace, "seq": seq, "digest": digest}
            for workspace, (seq, digest) in ends.items()
        ],
    )


def _followed(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each version with the one that came after it."""
    return list(zip(rows, [*rows[1:], None], strict=True))


def _version(row: dict[str, Any], later: dict[str, Any] | None) -> dict[str, Any]:
    return {
        **row,
        "revision": 1,
        "state": "retired" if later else "active",
        "proposed_by": "baton",
        "proposed_at": row["active_from"],
        "ended_at": later["active_from"] if later else None,
    }


def _log(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    before = None
    for row in rows:
        for verb, of in (("adopt", row), ("retire", before)):
            if of is not None:
                records.append(_sealed(records, verb, of, at=row["active_from"]))
        before = row
    return records


def _sealed(
    records: list[dict[str, Any]], verb: str, row: dict[str, Any], *, at: datetime
) -> dict[str, Any]:
    seq, previous = len(records) + 1, records[-1]["digest"] if records else _GENESIS
    moment = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    said = moment.isoformat(timespec="microseconds")
    act = (row["version"], verb, row["digest"], "baton", None, "terminal", said, None)
    content = json.dumps((previous, seq, *act, said), ensure_ascii=True, separators=(",", ":"))
    return {
        "workspace": row["workspace"],
        "seq": seq,
        "version": row["version"],
        "verb": verb,
        "rules": row["digest"],
        "actor": "baton",
        "door": "terminal",
        "occurred_at": moment,
        "recorded_at": moment,
        "previous": previous,
        "digest": hashlib.sha256(content.encode()).hexdigest(),
    }
