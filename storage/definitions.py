"""The versions of the written definition as rows, and the log of what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select

from core.domain.agreement import Amendment, Book, Signature, Version
from core.domain.chain import End, Link
from core.domain.definition_log import Act, ActRecord
from core.domain.roles import Team
from core.domain.versions import State
from core.errors import Unready
from core.ports import KeptDefinition
from storage.ledger import Ledger
from storage.prepared import Prepared, Write
from storage.tables import definition as table
from storage.tables import definition_chain, definition_log, definition_remark
from storage.upsert import insert_new

_BATCH = 500


def _values(act: Act) -> dict[str, Any]:
    return {
        "version": act.version,
        "verb": act.verb,
        "rules": act.digest,
        "actor": act.actor,
        "team": act.team,
        "door": act.door,
        "occurred_at": act.occurred_at,
    }


_LEDGER: Ledger[Act] = Ledger(definition_log, definition_remark, definition_chain, _values)
_ACTS = _LEDGER.records(
    (
        definition_log.c.version,
        definition_log.c.verb,
        definition_log.c.rules,
        definition_log.c.actor,
        definition_log.c.team,
        definition_log.c.door,
        definition_log.c.occurred_at,
        definition_remark.c.text,
    )
)
_OF_VERSION = _ACTS.where(definition_log.c.version == bindparam("version"))
_OURS = table.c.workspace == bindparam("workspace")
_IN_FORCE = table.c.state == literal_column("'active'")  # so that the partial index is seen
_ACTIVE = Prepared(select(table.c.version, table.c.label, table.c.text).where(_OURS, _IN_FORCE))
_VERSIONS = (
    select(
        table.c.version,
        table.c.revision,
        table.c.text,
        table.c.digest,
        table.c.state,
        table.c.proposed_by,
        table.c.proposed_at,
        table.c.based_on,
        table.c.active_from,
        table.c.ended_at,
        table.c.measured,
        table.c.marketing_by,
        table.c.marketing_at,
        table.c.sales_by,
        table.c.sales_at,
    )
    .where(_OURS)
    .order_by(table.c.version)
)
_ONE = _VERSIONS.where(table.c.version == bindparam("version"))
_OPEN = _VERSIONS.where(table.c.state.in_([State.ACTIVE, State.PROPOSED]))
_LAST = select(func.max(table.c.version)).where(_OURS)
_INSERT = Prepared(insert_new(table))
_UPDATE = Prepared(
    table.update().where(
        table.c.workspace == bindparam("of_workspace"),
        table.c.version == bindparam("of_version"),
        table.c.revision == bindparam("read_revision"),
    )
)


def active(connection: Connection, workspace: str) -> KeptDefinition:
    """The definition in force. Raises Unready where there is none."""
    row = _ACTIVE.first(connection, {"workspace": workspace})
    if row is None:
        raise Unready("the workspace has no definition")
    return KeptDefinition(*row)


def book(connection: Connection, workspace: str) -> Book:
    """The versions that matter now."""
    here = {"workspace": workspace}
    last = connection.execute(_LAST, here).scalar_one() or 0
    versions = [_version_from(row) for row in connection.execute(_OPEN, here)]
    in_force = next((each for each in versions if each.state is State.ACTIVE), None)
    waiting = tuple(each for each in versions if each.state is State.PROPOSED)
    return Book(in_force, waiting, last)


def find(connection: Connection, workspace: str, number: int) -> Version | None:
    """The version of this number."""
    row = connection.execute(_ONE, {"workspace": workspace, "version": number}).first()
    return _version_from(row) if row else None


def every(connection: Connection, workspace: str) -> list[Version]:
    """Every version there ever was, by number."""
    return [_version_from(row) for row in connection.execute(_VERSIONS, {"workspace": workspace})]


def acts(connection: Connection, workspace: str, version: int) -> list[ActRecord]:
    """The log of one version, oldest first."""
    wanted = {"workspace": workspace, "version": version}
    return [_record_from(row) for row in connection.execute(_OF_VERSION, wanted)]


def whole(connection: Connection, workspace: str) -> Iterator[ActRecord]:
    """The whole definition log of a workspace, a batch of rows in memory at a time."""
    rows = connection.execute(
        _ACTS, {"workspace": workspace}, execution_options={"yield_per": _BATCH}
    )
    yield from map(_record_from, rows)


def end(connection: Connection, workspace: str) -> End:
    """Where the definition log of a workspace ends."""
    return _LEDGER.end(connection, workspace)


def append(connection: Connection, workspace: str, amendment: Amendment, *, at: datetime) -> None:
    """Seal what was done behind the end of the chain, and hold it until the transaction is over."""
    _LEDGER.append(connection, workspace, [(act, at) for act in amendment.acts])


def saving(workspace: str, amendment: Amendment) -> Iterator[Write]:
    """Keep the versions of an amendment, unless one of them is no longer as it was read.

    In the order of their numbers, so that two who change the same ones do not wait for each other;
    the one in force always comes before those that may replace it.
    """
    for version in sorted(amendment.versions, key=lambda version: version.number):
        values = _state_values(version)
        if version.revision == 0:
            yield Write(_INSERT, [_rules_values(workspace, version) | values], must_change=1)
        else:
            read = {
                "of_workspace": workspace,
                "of_version": version.number,
                "read_revision": version.revision,
            }
            yield Write(_UPDATE, [values | read], must_change=1)


def _rules_values(workspace: str, version: Version) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "version": version.number,
        "label": version.label,
        "digest": version.digest,
        "text": version.text,
        "proposed_by": version.proposed_by,
        "proposed_at": version.proposed_at,
        "based_on": version.based_on,
        "measured": version.measured,
    }


def _state_values(version: Version) -> dict[str, Any]:
    return {
        "revision": version.revision + 1,
        "state": version.state,
        "active_from": version.active_from,
        "ended_at": version.ended_at,
        **_signature_values(version.signatures),
    }


def _signature_values(signatures: Mapping[Team, Signature]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for team in Team:
        signature = signatures.get(team)
        values[f"{team.value}_by"] = signature and signature.by
        values[f"{team.value}_at"] = signature and signature.at
    return values


def _version_from(row: Sequence[Any]) -> Version:
    number, revision, text, digest, state, proposed_by, proposed_at, based_on = row[:8]
    active_from, ended_at, measured = row[8:11]
    signed = ((Team.MARKETING, *row[11:13]), (Team.SALES, *row[13:15]))
    return Version(
        number,
        revision,
        text,
        digest,
        state,
        proposed_by,
        proposed_at,
        based_on,
        {team: Signature(by, at) for team, by, at in signed if by is not None},
        active_from,
        ended_at,
        measured,
    )


def _record_from(row: Sequence[Any]) -> ActRecord:
    return Link(row[0], Act(*row[1:9]), *row[9:14])
