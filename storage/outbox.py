"""The outbox as rows: promises to tell somebody, each claimed by one worker at a time."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)

from core.domain.intents import Intent, IntentKind
from core.ports import Errand, Pool, QueueState, Retry, Waiting
from storage.prepared import Prepared, Write
from storage.sweeping import forgetting
from storage.tables import QUEUED, ErrandState, closure, pace, posting
from storage.tables import outbox as table
from storage.upsert import insert

_KINDS = frozenset(kind.value for kind in IntentKind)
_earlier = table.alias("earlier")
_ahead = table.alias("ahead")


def _new_or_changed() -> Any:
    """A promise that waits already is the same promise.

    It is written to nevertheless: a worker that is just claiming it has not seen this change, and
    either waits for us or leaves us to queue a new one.
    """
    new = insert(table)
    return new.on_conflict_do_update(
        index_elements=["workspace", "kind", "subject"],
        index_where=QUEUED,
        set_={"revision": table.c.revision + 1, "details": new.excluded.details},
    )


def _unfinished(rows: Any) -> Any:
    """Written so that the planner sees the condition of the partial indexes."""
    return rows.c.state.in_([literal_column("'queued'"), literal_column("'sending'")])


_ENQUEUE = Prepared(_new_or_changed().inline())
_FIRST_OF_LANE = not_(
    exists().where(
        _earlier.c.workspace == table.c.workspace,
        _earlier.c.lane == table.c.lane,
        _unfinished(_earlier),
        _earlier.c.id < table.c.id,
    )
)
_OPEN = not_(exists().where(closure.c.workspace == table.c.workspace))
_IN_TURN = or_(
    table.c.channel.is_(None),
    and_(
        not_(
            exists().where(
                pace.c.workspace == table.c.workspace,
                pace.c.channel == table.c.channel,
                pace.c.free_at > bindparam("now"),
            )
        ),
        not_(
            exists().where(
                _ahead.c.workspace == table.c.workspace,
                _ahead.c.channel == table.c.channel,
                _unfinished(_ahead),
                _ahead.c.id < table.c.id,
                _ahead.c.due_at <= bindparam("now"),
            )
        ),
    ),
)
# A claim that ends later than any claim made now was made before the clock was set back.
_IS_DUE = or_(
    table.c.due_at <= bindparam("now"),
    and_(table.c.state == literal_column("'sending'"), table.c.due_at > bindparam("too_late")),
)
_IS_HOOK = table.c.kind == literal_column(f"'{IntentKind.WEBHOOK.value}'")


def _claiming(is_of_pool: Any) -> Any:
    due = (
        select(table.c.id)
        .where(_unfinished(table), _IS_DUE, is_of_pool, _FIRST_OF_LANE, _OPEN, _IN_TURN)
        .order_by(table.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=table)
        .cte("due")
    )
    return (
        table.update()
        .where(table.c.id.in_(select(due.c.id)))
        .values(
            state=ErrandState.SENDING,
            unsure=or_(table.c.unsure, table.c.state == ErrandState.SENDING),
            claim=bindparam("token"),
            due_at=bindparam("lease_ends"),
        )
        .returning(
            table.c.id,
            table.c.workspace,
            table.c.kind,
            table.c.subject,
            table.c.lane,
            table.c.details,
            table.c.attempts,
            table.c.unsure,
            table.c.enqueued_at,
        )
    )


_CLAIM = {Pool.SLACK: _claiming(not_(_IS_HOOK)), Pool.WEBHOOKS: _claiming(_IS_HOOK)}
_HELD = and_(table.c.id == bindparam("held_id"), table.c.claim == bindparam("held_claim"))
_RELEASE = table.update().where(_HELD)
_HOLD = select(table.c.id).where(_HELD).with_for_update()
_STILL_HELD = select(table.c.id).where(_HELD, table.c.due_at > bindparam("now"))
# Whoever has just been told that a channel is taken spares the same to all who come after: they
# need not be claimed only to learn it. What hangs already is changed at once, whatever waits.
_QUEUE_UP = (
    table.update()
    .where(
        table.c.workspace == bindparam("of_workspace"),
        table.c.kind == bindparam("of_kind"),
        table.c.state == literal_column("'queued'"),
        table.c.channel.is_(None),
        table.c.id > bindparam("after"),
        not_(
            exists().where(
                posting.c.workspace == table.c.workspace,
                cast(posting.c.kind, String) == table.c.kind,
                posting.c.subject == table.c.subject,
            )
        ),
    )
    .values(channel=bindparam("in_channel"))
)
_NEWER = (
    table.delete()
    .where(
        table.c.workspace == bindparam("workspace"),
        table.c.kind == bindparam("kind"),
        table.c.subject == bindparam("subject"),
        table.c.state == ErrandState.QUEUED,
    )
    .returning(table.c.details)
)
_PACED = and_(pace.c.workspace == table.c.workspace, pace.c.channel == table.c.channel)
_NEXT = (
    select(func.min(case((pace.c.free_at > table.c.due_at, pace.c.free_at), else_=table.c.due_at)))
    .select_from(table.outerjoin(pace, _PACED))
    .where(_unfinished(table), _FIRST_OF_LANE, _OPEN)
)
_SHOWN = case(
    (and_(table.c.state == ErrandState.QUEUED, not_(_OPEN)), ErrandState.PARKED.value),
    else_=cast(table.c.state, String),
)
_ASIDE = table.c.state.in_([literal_column("'parked'"), literal_column("'dead'")])
_COUNTS = union_all(
    select(_SHOWN, func.count()).where(_unfinished(table)).group_by(_SHOWN),
    select(cast(table.c.state, String), func.count()).where(_ASIDE).group_by(table.c.state),
)
_OLDEST = select(func.min(table.c.enqueued_at)).where(
    _unfinished(table), table.c.state == ErrandState.QUEUED, _OPEN
)
_FORGET_SENT = forgetting(table, table.c.settled_at, table.c.state == literal_column("'sent'"))
_WAITING = (
    select(
        table.c.id,
        table.c.workspace,
        table.c.kind,
        table.c.subject,
        case((and_(table.c.state == ErrandState.QUEUED, table.c.unsure), "unknown"), else_=_SHOWN),
        table.c.attempts,
        table.c.problem,
        table.c.enqueued_at,
    )
    .where(table.c.state != ErrandState.SENT)
    .order_by(case((_ASIDE, 0), else_=1), table.c.id)
    .limit(bindparam("most"))
)
_ASIDE_ONE = select(table).where(table.c.id == bindparam("wanted"), _ASIDE).with_for_update()
_TWIN = (
    table.update()
    .where(
        table.c.workspace == bindparam("of_workspace"),
        table.c.kind == bindparam("of_kind"),
        table.c.subject == bindparam("of_subject"),
        table.c.state == ErrandState.QUEUED,
    )
    .values(unsure=or_(table.c.unsure, bindparam("was_unsure", type_=Boolean)))
)
_RETRY = table.update().where(table.c.id == bindparam("wanted"))
_DROP = table.delete().where(table.c.id == bindparam("wanted"), _ASIDE)


def enqueuing(workspace: str, intents: Sequence[Intent], *, at: datetime) -> Write:
    """Promise something; what waits already is promised once."""
    rows = [
        {
            "workspace": workspace,
            "kind": intent.kind.value,
            "subject": intent.subject,
            "lane": intent.lane,
            "details": dict(intent.details),
            "state": ErrandState.QUEUED,
            "revision": 1,
            "attempts": 0,
            "unsure": False,
            "enqueued_at": at,
            "due_at": at,
        }
        for intent in intents
    ]
    return Write(_ENQUEUE, rows)


def claim(
    connection: Connection,
    *,
    now: datetime,
    lease_ends: datetime,
    limit: int,
    pool: Pool = Pool.SLACK,
) -> list[Errand]:
    """Claim what is due, oldest first; what nobody here understands is parked instead."""
    token = secrets.token_hex(8)
    wanted = {
        "now": now,
        "most": limit,
        "token": token,
        "lease_ends": lease_ends,
        "too_late": lease_ends + (lease_ends - now),  # clocks of machines differ a little
    }
    rows = sorted(connection.execute(_CLAIM[pool], wanted).all())
    errands = []
    for id, workspace, kind, subject, lane, details, attempts, unsure, enqueued_at in rows:
        if kind in _KINDS:
            intent = Intent(IntentKind(kind), subject, lane, details)
            errands.append(Errand(id, workspace, intent, attempts, unsure, token, enqueued_at))
        else:
            _release(connection, id, token, ErrandState.PARKED, problem=f"unknown kind {kind}")
    return errands


def holds(connection: Connection, errand: Errand, *, now: datetime) -> bool:
    """Whether the claim is still ours and has not run out."""
    held = {"held_id": errand.id, "held_claim": errand.claim, "now": now}
    return connection.execute(_STILL_HELD, held).first() is not None


def settle(connection: Connection, errand: Errand, *, at: datetime) -> bool:
    """Done; what was said is forgotten. False where the claim was lost."""
    return _release(
        connection, errand.id, errand.claim, ErrandState.SENT, settled_at=at, details={}
    )


def put_back(connection: Connection, errand: Errand, retry: Retry) -> bool:
    """Queue an errand again in its old place. False where the claim was lost.

    If the same was promised anew meanwhile, the newer row is folded into this one.
    """
    held = {"held_id": errand.id, "held_claim": errand.claim}
    if connection.execute(_HOLD, held).first() is None:
        return False
    newer = connection.execute(_NEWER, _key(errand)).first()
    if retry.channel is not None:
        _queue_up(connection, errand, retry.channel)
    return _release(
        connection,
        errand.id,
        errand.claim,
        ErrandState.QUEUED,
        due_at=retry.at,
        attempts=retry.attempts,
        unsure=retry.unsure,
        problem=retry.problem,
        channel=retry.channel,
        details=newer.details if newer else dict(errand.intent.details),
    )


def _queue_up(connection: Connection, errand: Errand, channel: str) -> None:
    """Let all of its kind behind it wait for the channel, too, as far as they are new."""
    wanted = {
        "of_workspace": errand.workspace,
        "of_kind": errand.intent.kind.value,
        "after": errand.id,
        "in_channel": channel,
    }
    connection.execute(_QUEUE_UP, wanted)


def park(connection: Connection, errand: Errand, *, problem: str, dead: bool) -> bool:
    """Set an errand aside until a person mends something. False where the claim was lost."""
    aside = ErrandState.DEAD if dead else ErrandState.PARKED
    return _release(connection, errand.id, errand.claim, aside, problem=problem)


def next_due(connection: Connection) -> datetime | None:
    """When the next row may be claimed that neither its lane nor its channel holds up."""
    due_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return due_at


def state(connection: Connection) -> QueueState:
    """The outbox in numbers, from indexes that know nothing of what is sent."""
    counts: Counter[str] = Counter()
    for state, count in connection.execute(_COUNTS):
        counts[state] += count
    return QueueState(dict(counts), connection.execute(_OLDEST).scalar_one())


def waiting(connection: Connection, *, limit: int) -> list[Waiting]:
    """What is set aside, then whatever else is not done, each oldest first."""
    return [Waiting(*row) for row in connection.execute(_WAITING, {"most": limit})]


def retry(connection: Connection, id: int, *, at: datetime) -> bool:
    """Queue again what was set aside; where the same waits already, that one stands for both."""
    row = connection.execute(_ASIDE_ONE, {"wanted": id}).first()
    if row is None:
        return False
    same = {"of_workspace": row.workspace, "of_kind": row.kind, "of_subject": row.subject}
    if connection.execute(_TWIN, {**same, "was_unsure": row.unsure}).rowcount:
        return drop(connection, id)
    anew = {"state": ErrandState.QUEUED, "attempts": 0, "due_at": at, "channel": None}
    return connection.execute(_RETRY, {"wanted": id, **anew}).rowcount == 1


def drop(connection: Connection, id: int) -> bool:
    """Forget what was set aside. False where nothing of that id was."""
    return connection.execute(_DROP, {"wanted": id}).rowcount == 1


def forget_sent(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget what was settled longest ago."""
    return connection.execute(_FORGET_SENT, {"before": before, "most": limit}).rowcount


def _release(
    connection: Connection, id: int, token: str, state: ErrandState, **values: Any
) -> bool:
    held = {"held_id": id, "held_claim": token, "claim": None, "state": state}
    return connection.execute(_RELEASE, {**held, **values}).rowcount == 1


def _key(errand: Errand) -> dict[str, str]:
    intent = errand.intent
    return {
        "workspace": errand.workspace,
        "kind": intent.kind.value,
        "subject": intent.subject,
    }
