"""Leads as rows: found by what they are known by, saved only by whoever read them last."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from core.domain.lead import Identity, Lead, Profile
from core.domain.stages import Stage
from core.ports import LeadQuery
from storage.prepared import Prepared, Write
from storage.tables import lead as table
from storage.upsert import insert_new

COLUMNS = (
    table.c.id,
    table.c.workspace,
    table.c.version,
    table.c.stage,
    table.c.email,
    table.c.phone,
    table.c.external_id,
    table.c.name,
    table.c.company,
    table.c.title,
    table.c.country,
    table.c.source,
    table.c.campaign,
    table.c.attributes,
    table.c.owner,
    table.c.handoff_id,
    table.c.temperature,
    table.c.score,
    table.c.created_at,
    table.c.entered_stage_at,
    table.c.wake_on,
)

_OF_WORKSPACE = table.c.workspace == bindparam("workspace")
# An office shares its phone: it tells who somebody is only where one side has no e-mail.
_NO_TWO_EMAILS = or_(table.c.email.is_(None), bindparam("email").is_(None))


def _known_by() -> CompoundSelect[Any]:
    """One SELECT for each way to be known, each of them with an index of its own."""
    by_email = table.c.email == bindparam("email")
    by_phone = and_(table.c.phone == bindparam("phone"), _NO_TWO_EMAILS)
    by_id = and_(table.c.external_id == bindparam("external_id"), _NO_TWO_EMAILS)
    ways = [
        select(*COLUMNS, literal_column(str(rank)).label("rank")).where(_OF_WORKSPACE, way)
        for rank, way in enumerate((by_email, by_phone, by_id))
    ]
    return union_all(*ways).order_by("rank", "created_at", "id").limit(1)


_ONE = select(*COLUMNS).where(_OF_WORKSPACE, table.c.id == bindparam("id"))
_KNOWN_BY = Prepared(_known_by())
_ACQUAINTED = {
    way: select(*COLUMNS).where(_OF_WORKSPACE, table.c[way].in_(bindparam(way, expanding=True)))
    for way in ("email", "phone", "external_id")
}
_HOLD = select(table.c.id).where(_OF_WORKSPACE, table.c.id == bindparam("id")).with_for_update()
_STAGES = select(table.c.id, table.c.stage).where(_OF_WORKSPACE)
_INSERT = Prepared(insert_new(table))
_AS_READ = and_(
    table.c.workspace == bindparam("of_workspace"),
    table.c.id == bindparam("of_id"),
    table.c.version == bindparam("read_version"),
)
_UPDATE = Prepared(table.update().where(_AS_READ))
_MOVE = Prepared(table.update().where(_AS_READ))


def lead_from(row: Sequence[Any]) -> Lead:
    """A lead from the values of `COLUMNS`."""
    id, workspace, version, stage, email, phone, external_id = row[:7]
    owner, handoff_id, temperature, score, created_at, entered_stage_at, wake_on = row[14:21]
    return Lead(
        id,
        workspace,
        version,
        stage,
        Identity(email, phone, external_id),
        Profile(*row[7:14]),
        owner,
        handoff_id,
        temperature,
        score,
        created_at,
        entered_stage_at,
        wake_on,
    )


def find(connection: Connection, workspace: str, id: str) -> Lead | None:
    """The lead with this id."""
    row = connection.execute(_ONE, {"workspace": workspace, "id": id}).first()
    return lead_from(row) if row else None


def hold(connection: Connection, workspace: str, held: Collection[Lead]) -> None:
    """Let everybody else wait who changes these leads, as far as they are kept."""
    in_order = sorted(held, key=lambda lead: known_by(lead.identity))
    for id in (lead.id for lead in in_order if lead.version):
        connection.execute(_HOLD, {"workspace": workspace, "id": id}).first()


def find_known_by(connection: Connection, workspace: str, identity: Identity) -> Lead | None:
    """The lead that somebody with this identity is."""
    if not identity:
        return None
    wanted = {
        "workspace": workspace,
        "email": identity.email,
        "phone": identity.phone,
        "external_id": identity.external_id,
    }
    row = _KNOWN_BY.first(connection, wanted)
    return lead_from(row) if row else None


def acquaintances(
    connection: Connection, workspace: str, identities: Sequence[Identity]
) -> list[Lead]:
    """Every lead that has something in common with one of the identities, by which it is known."""
    found: dict[str, Lead] = {}
    for way, chosen in _ACQUAINTED.items():
        said = sorted({known for each in identities if (known := getattr(each, way))})
        if said:
            rows = connection.execute(chosen, {"workspace": workspace, way: said})
            found.update((lead.id, lead) for lead in map(lead_from, rows))
    return list(found.values())


def search(
    connection: Connection, workspace: str, query: LeadQuery, *, offset: int, limit: int
) -> list[Lead]:
    """The leads that answer to a query, the latest change first."""
    chosen = _answering(select(*COLUMNS), workspace, query)
    page = chosen.order_by(table.c.changed_at.desc(), table.c.id).offset(offset).limit(limit)
    return [lead_from(row) for row in connection.execute(page)]


def count(connection: Connection, workspace: str, query: LeadQuery) -> int:
    """How many leads answer to a query."""
    counted = _answering(select(func.count()).select_from(table), workspace, query)
    number: int = connection.execute(counted).scalar_one()
    return number


def stages(connection: Connection, workspace: str) -> Mapping[str, Stage]:
    """Where every lead stands, by id."""
    rows = connection.execute(_STAGES, {"workspace": workspace})
    return {row[0]: row[1] for row in rows}


def _answering(chosen: Select[Any], workspace: str, query: LeadQuery) -> Select[Any]:
    chosen = chosen.where(table.c.workspace == workspace)
    if query.stage is not None:
        chosen = chosen.where(table.c.stage == query.stage)
    if query.owner is not None:
        chosen = chosen.where(table.c.owner == query.owner)
    if query.text:
        chosen = chosen.where(table.c.search.contains(folded(query.text), autoescape=True))
    return chosen


def saving(lead: Lead, *, was: Lead | None, at: datetime) -> Write:
    """Keep a lead, unless it is no longer as it was read, or somebody else made it.

    Where `was` says that only its standing changed, its description and indexes are left alone.
    """
    if lead.version == 0:
        made = {"workspace": lead.workspace, "id": lead.id, "created_at": lead.created_at}
        return Write(_INSERT, [made | _standing(lead, at) | _description(lead)], must_change=1)
    read = {"of_workspace": lead.workspace, "of_id": lead.id, "read_version": lead.version}
    if was and (was.identity, was.profile) == (lead.identity, lead.profile):
        return Write(_MOVE, [_standing(lead, at) | read], must_change=1)
    return Write(_UPDATE, [_standing(lead, at) | _description(lead) | read], must_change=1)


def _standing(lead: Lead, at: datetime) -> dict[str, Any]:
    return {
        "version": lead.version + 1,
        "stage": lead.stage,
        "owner": lead.owner,
        "handoff_id": lead.handoff_id,
        "temperature": lead.temperature,
        "score": lead.score,
        "entered_stage_at": lead.entered_stage_at,
        "wake_on": lead.wake_on,
        "changed_at": at,
    }


def _description(lead: Lead) -> dict[str, Any]:
    identity, profile = lead.identity, lead.profile
    return {
        "known_by": known_by(identity),
        "email": identity.email,
        "phone": identity.phone,
        "external_id": identity.external_id,
        "name": profile.name,
        "company": profile.company,
        "title": profile.title,
        "country": profile.country,
        "source": profile.source,
        "campaign": profile.campaign,
        "attributes": dict(profile.attributes),
        "search": searchable(lead),
    }


def known_by(identity: Identity) -> str:
    """The one text that no two leads of a workspace share."""
    if identity.email:
        return f"email:{identity.email}"
    if identity.phone:
        return f"phone:{identity.phone}"
    return f"id:{identity.external_id}"


def searchable(lead: Lead) -> str:
    """What a person may look for, folded."""
    parts = (lead.profile.name, lead.profile.company, lead.identity.email)
    return folded("\n".join(part for part in parts if part))


def folded(text: str) -> str:
    """Text without the differences that nobody types: case, and half or full width."""
    return unicodedata.normalize("NFKC", text).casefold()
