"""Visitors as rows: whose name is whose, and what they did before anybody knew who they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from core.domain.draft import Draft
from core.domain.event import Event
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.visitor import Tie
from storage.prepared import Prepared, Write, send
from storage.sweeping import forgetting
from storage.tables import stray, tie, trait, visitor
from storage.upsert import insert_new, insert_or_update

_HOLD = Prepared(insert_or_update(visitor, key=("workspace", "name")))
_EVERY_TIE = (
    select(tie.c.name, tie.c.lead_id, tie.c.since, tie.c.until)
    .where(tie.c.workspace == bindparam("workspace"))
    .order_by(tie.c.name, tie.c.since, tie.c.lead_id)
)
_TIES = _EVERY_TIE.where(tie.c.name.in_(bindparam("names", expanding=True)))
_TIES_OF = _EVERY_TIE.where(tie.c.lead_id == bindparam("lead_id"))
_UNTIE, _UNSAY = (
    table.delete().where(
        table.c.workspace == bindparam("of_workspace"), table.c.lead_id == bindparam("of_lead")
    )
    for table in (tie, trait)
)
_TIE = Prepared(insert_or_update(tie, key=("workspace", "name", "lead_id")))
_STRAYS = (
    select(stray.c.id, stray.c.source, stray.c.occurred_at, stray.c.visitor, stray.c.said)
    .where(
        stray.c.workspace == bindparam("workspace"),
        stray.c.visitor.in_(bindparam("names", expanding=True)),
    )
    .order_by(stray.c.occurred_at, stray.c.source, stray.c.id)
)
_KEEP_STRAY = Prepared(insert_new(stray))
_OF_VISITOR = (
    stray.c.workspace == bindparam("of_workspace"),
    stray.c.visitor == bindparam("of_visitor"),
)
_TOO_MANY = (
    select(stray.c.source, stray.c.id)
    .where(*_OF_VISITOR)
    .order_by(stray.c.occurred_at.desc(), stray.c.source, stray.c.id)
    .offset(bindparam("most"))
)
_TRIM = stray.delete().where(*_OF_VISITOR, tuple_(stray.c.source, stray.c.id).in_(_TOO_MANY))
_FORGET_STRAY = Prepared(
    stray.delete().where(
        stray.c.workspace == bindparam("of_workspace"),
        stray.c.source == bindparam("of_source"),
        stray.c.id == bindparam("of_id"),
    )
)
_TOLD_AT = select(trait.c.name, trait.c.said_at).where(
    trait.c.workspace == bindparam("workspace"), trait.c.lead_id == bindparam("lead_id")
)
_KEEP_TOLD_AT = Prepared(insert_or_update(trait, key=("workspace", "lead_id", "name")))
_FORGET_OLD_STRAYS = forgetting(stray, stray.c.kept_at)
_FORGET_VISITORS = forgetting(visitor, visitor.c.seen_at)


def hold(connection: Connection, workspace: str, names: Collection[str], *, at: datetime) -> None:
    """Lock the rows of these names, always in the same order; makes those that are missing."""
    rows = [{"workspace": workspace, "name": name, "seen_at": at} for name in sorted(names)]
    send(connection, [Write(_HOLD, rows)])


def ties(connection: Connection, workspace: str, names: Collection[str]) -> list[Tie]:
    """Whose names these have been."""
    if not names:
        return []
    wanted = {"workspace": workspace, "names": sorted(names)}
    return [Tie(*row) for row in connection.execute(_TIES, wanted)]


def ties_of(connection: Connection, workspace: str, lead_id: str) -> list[Tie]:
    """Every name that has been this lead's."""
    wanted = {"workspace": workspace, "lead_id": lead_id}
    return [Tie(*row) for row in connection.execute(_TIES_OF, wanted)]


def untie(connection: Connection, workspace: str, lead_id: str) -> None:
    """Forget which names have been this lead's, and when things were said of it."""
    for statement in (_UNTIE, _UNSAY):
        connection.execute(statement, {"of_workspace": workspace, "of_lead": lead_id})


def keep_ties(connection: Connection, workspace: str, now: Sequence[Tie]) -> None:
    """Keep ties as they are now."""
    rows = [
        {
            "workspace": workspace,
            "name": each.name,
            "lead_id": each.lead_id,
            "since": each.since,
            "until": each.until,
        }
        for each in now
    ]
    send(connection, [Write(_TIE, rows)])


def strays(connection: Connection, workspace: str, names: Collection[str]) -> list[Event]:
    """What these visitors did, oldest first."""
    if not names:
        return []
    wanted = {"workspace": workspace, "names": sorted(names)}
    return [_event(*row) for row in connection.execute(_STRAYS, wanted)]


def keep_strays(
    connection: Connection, workspace: str, events: Sequence[Event], *, most: int, at: datetime
) -> None:
    """Keep events of visitors, each once, and of each visitor no more than `most`."""
    rows = [
        {
            "workspace": workspace,
            "source": event.source,
            "id": event.id,
            "visitor": event.anonymous,
            "occurred_at": event.at,
            "said": _said(event),
            "kept_at": at,
        }
        for event in sorted(events, key=lambda event: (event.source, event.id))
    ]
    send(connection, [Write(_KEEP_STRAY, rows)])
    for name in sorted(Counter(event.anonymous for event in events if event.anonymous)):
        connection.execute(_TRIM, {"of_workspace": workspace, "of_visitor": name, "most": most})


def forget_strays(connection: Connection, workspace: str, events: Sequence[Event]) -> None:
    """Forget events that have found their lead."""
    rows = [
        {"of_workspace": workspace, "of_source": event.source, "of_id": event.id}
        for event in events
    ]
    send(connection, [Write(_FORGET_STRAY, rows)])


def told_at(connection: Connection, workspace: str, lead_id: str) -> dict[str, datetime]:
    """When each thing was said of a lead."""
    rows = connection.execute(_TOLD_AT, {"workspace": workspace, "lead_id": lead_id})
    return {row.name: row.said_at for row in rows}


def keep_told_at(
    connection: Connection, workspace: str, lead_id: str, times: Mapping[str, datetime]
) -> None:
    """Remember when each thing was said of a lead."""
    rows = [
        {"workspace": workspace, "lead_id": lead_id, "name": name, "said_at": said_at}
        for name, said_at in sorted(times.items())
    ]
    send(connection, [Write(_KEEP_TOLD_AT, rows)])


def forget_old_strays(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget the oldest events of visitors who never said who they are."""
    return connection.execute(_FORGET_OLD_STRAYS, {"before": before, "most": limit}).rowcount


def forget_visitors(connection: Connection, *, before: datetime, limit: int) -> int:
    """Forget visitors who were not seen for long; they are only there to be held."""
    return connection.execute(_FORGET_VISITORS, {"before": before, "most": limit}).rowcount


# An event as JSON


def _said(event: Event) -> dict[str, Any]:
    profile = event.draft.profile
    return {
        "name": profile.name,
        "company": profile.company,
        "title": profile.title,
        "country": profile.country,
        "source": profile.source,
        "campaign": profile.campaign,
        "attributes": dict(profile.attributes),
        "signals": [
            {
                "kind": signal.kind.value,
                "session": signal.session,
                "properties": dict(signal.properties),
            }
            for signal in event.draft.signals
        ],
    }


def _event(id: str, source: str, at: datetime, name: str, said: dict[str, Any]) -> Event:
    did = said.pop("signals")
    signals = (
        Signal(id, source, SignalKind(part["kind"]), at, part["session"], part["properties"])
        for part in did
    )
    draft = Draft(Identity(), Profile(**said), tuple(signals))
    return Event(id, source, at, None, name, None, draft)
