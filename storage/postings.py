"""Postings as rows: where each message hangs in Slack."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from core.domain.intents import IntentKind, Posting
from storage.tables import posting as table
from storage.upsert import insert_or_update

_ONE = select(table.c.kind, table.c.subject, table.c.channel, table.c.ts, table.c.thread).where(
    table.c.workspace == bindparam("workspace"),
    table.c.kind == bindparam("kind"),
    table.c.subject == bindparam("subject"),
)
_SUBJECTS = (
    select(table.c.subject)
    .where(table.c.workspace == bindparam("workspace"), table.c.kind == bindparam("kind"))
    .order_by(table.c.subject)
)
_KEEP = insert_or_update(table, key=("workspace", "kind", "subject"))


def find(connection: Connection, workspace: str, kind: IntentKind, subject: str) -> Posting | None:
    """Where the message of this kind about this subject hangs."""
    wanted = {"workspace": workspace, "kind": kind, "subject": subject}
    row = connection.execute(_ONE, wanted).first()
    return Posting(*row) if row else None


def subjects(connection: Connection, workspace: str, kind: IntentKind) -> list[str]:
    """About what messages of this kind hang."""
    rows = connection.execute(_SUBJECTS, {"workspace": workspace, "kind": kind})
    return [row[0] for row in rows]


def keep(connection: Connection, workspace: str, posting: Posting) -> None:
    """Remember where a message hangs now."""
    values = {
        "workspace": workspace,
        "kind": posting.kind,
        "subject": posting.subject,
        "channel": posting.channel,
        "ts": posting.ts,
        "thread": posting.thread,
    }
    connection.execute(_KEEP, values)
