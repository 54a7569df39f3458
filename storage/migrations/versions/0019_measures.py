"""A handoff knows what the digest measures: where the lead came from, and how far it went."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TEMPERATURE = sa.Enum("hot", "warm", "cold", native_enum=False, length=32)
_KNOWN = ("previous_id", "touch_due_at", "touched_at", "returned_at", "sql_at", "won_at")
_ALWAYS: tuple[tuple[str, Any, Any], ...] = (
    ("complete", sa.Boolean(), sa.false()),
    ("temperature", _TEMPERATURE, "cold"),
    ("rules", sa.Text(), ""),
)
_AT_ONCE = 2000


def upgrade() -> None:
    for name in ("returned_at", "sql_at", "won_at"):
        op.add_column("handoff", sa.Column(name, _MOMENT))
    for name in ("source", "campaign", "trigger"):
        op.add_column("handoff", sa.Column(name, sa.String))
    for name, kind, usual in _ALWAYS:
        op.add_column("handoff", sa.Column(name, kind, nullable=False, server_default=usual))
    _say_whence()
    _say_why()
    _say_how_far()
    op.create_index("ix_handoff_workspace_due_at", "handoff", ["workspace", "due_at"])
    for name in _KNOWN:
        known = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_handoff_{name}",
            "handoff",
            ["workspace", name],
            sqlite_where=known,
            postgresql_where=known,
        )


def _say_whence() -> None:
    """What is known of a lead now is taken to have been known when it was offered."""
    of_lead = "FROM lead WHERE lead.workspace = handoff.workspace AND lead.id = handoff.lead_id"
    op.execute(
        f"UPDATE handoff SET source = (SELECT source {of_lead}),"
        f" campaign = (SELECT campaign {of_lead}),"
        " complete = EXISTS (SELECT 1"
        f" {of_lead} AND coalesce(nullif(email, ''), nullif(phone, '')) IS NOT NULL"
        " AND name <> '' AND company <> '' AND title <> '' AND source <> '')"
    )


_HANDOFF = sa.table(
    "handoff",
    sa.column("workspace"),
    sa.column("id"),
    sa.column("explanation", sa.JSON()),
    sa.column("temperature"),
    sa.column("trigger"),
    sa.column("rules"),
)


def _say_why() -> None:
    """The explanation that is kept whole tells temperature, rules and trigger."""
    connection = op.get_bind()
    key = sa.tuple_(_HANDOFF.c.workspace, _HANDOFF.c.id)
    columns = (_HANDOFF.c.workspace, _HANDOFF.c.id, _HANDOFF.c.explanation)
    page = sa.select(*columns).order_by(*columns[:2]).limit(_AT_ONCE)
    update = _HANDOFF.update().where(
        _HANDOFF.c.workspace == sa.bindparam("of_workspace"),
        _HANDOFF.c.id == sa.bindparam("of_id"),
    )
    rows = connection.execute(page).all()
    while rows:
        connection.execute(update, [_explained(*row) for row in rows])
        last = sa.tuple_(sa.literal(rows[-1][0]), sa.literal(rows[-1][1]))
        rows = connection.execute(page.where(key > last)).all()


def _explained(workspace: str, id: str, explanation: dict[str, Any]) -> dict[str, Any]:
    hits = [hit["id"] for hit in explanation.get("hot_criteria", ())]
    gave = [rule for rule in explanation.get("rules", ()) if rule["given"] > 0]
    did = [rule for rule in gave if rule["signals"]]
    loudest = max(did, key=lambda rule: rule["given"])["id"] if did else None
    return {
        "of_workspace": workspace,
        "of_id": id,
        "temperature": explanation.get("temperature", "cold"),
        "trigger": hits[0] if hits else loudest,
        "rules": "\n".join(sorted({*hits, *(rule["id"] for rule in gave)})),
    }


def _say_how_far() -> None:
    """The log tells how far a lead went from a handoff; what was undone counts no more."""
    _stepped = (
        "SELECT max(step.occurred_at) FROM stage_log AS step"
        " WHERE step.workspace = handoff.workspace AND step.lead_id = handoff.lead_id"
        " AND step.handoff_id = handoff.id AND step.verb IN ({verbs})"
        " AND step.to_stage = '{stage}' AND NOT EXISTS ("
        "SELECT 1 FROM stage_log AS back WHERE back.workspace = step.workspace"
        " AND back.lead_id = step.lead_id AND back.seq > step.seq AND back.verb = 'undo'"
        " AND back.handoff_id = step.handoff_id AND back.from_stage = step.to_stage"
        " AND back.to_stage = step.from_stage)"
    )
    for column, verbs, stage in (
        ("returned_at", "'reject', 'withdraw', 'recycle'", "nurturing"),
        ("sql_at", "'advance'", "sql"),
        ("won_at", "'win'", "customer"),
    ):
        reached = _stepped.format(verbs=verbs, stage=stage)
        op.execute(f"UPDATE handoff SET {column} = ({reached})")
