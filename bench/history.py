"""A history of many leads, made in bulk: what a company of some size has after a year."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from bench.product import TEAM
from core.domain.log import Door
from storage.engine import make_engine

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 365
_AT_ONCE = 5000  # leads
_PATHS = 400
_KINDS = ("page", "form", "download", "attended", "email_click")
_TITLES = ("CEO", "CTO", "VP Sales", "Manager", "Engineer", "Student", "Analyst")
_COUNTRIES = ("JP", "DE", "US", "FR", "BR")
_INDUSTRIES = ("software", "finance", "retail", "health")
_SIGNAL = "workspace, source, id, lead_id, kind, occurred_at, session, properties, received_at"
_LEAD = (
    "workspace, id, version, stage, known_by, email, name, attributes, created_at,"
    " entered_stage_at, changed_at, search"
)
_DESCRIPTION = "workspace, lead_id, version, known_from, facts"
_HANDOFF = (
    "workspace, id, lead_id, version, opened_at, due_at, definition, explanation, outcome,"
    " decided_by, decided_at, door, reason"
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; one lead in `handed` was passed on."""

    leads: int
    handed: int = 8

    @property
    def signals(self) -> int:
        """About so many signals."""
        return self.leads * 25


def _said() -> list[tuple[str, str]]:
    """What a signal may say: mostly pages that nobody has a rule for."""
    pages = [f"/blog/{number}" for number in range(_PATHS)]
    pages += ["/pricing", "/pricing/eu", "/customers/a", "/customers/b", "/careers"] * 12
    found = [("page", json.dumps({"path": path, "title": path.title()})) for path in pages]
    forms = ("demo", "newsletter", "newsletter", "contact")
    found += [("form", json.dumps({"form": form})) for form in forms]
    found += [("download", json.dumps({"document": f"guide-{n}"})) for n in range(8)]
    found += [("attended", json.dumps({"name": f"clinic-{n}"})) for n in range(3)]
    found += [("email_click", json.dumps({"campaign": f"c{n}"})) for n in range(20)]
    return found


def fill(url: str, size: Size) -> None:
    """Put a history into a database that has a workspace and no leads. SQLite or PostgreSQL."""
    engine = make_engine(url)
    chance = np.random.default_rng(7)
    with engine.begin() as connection:
        for first in range(0, size.leads, _AT_ONCE):
            _some(connection, chance, first, min(_AT_ONCE, size.leads - first), size)
    engine.dispose()


def _some(
    connection: Connection, chance: np.random.Generator, first: int, leads: int, size: Size
) -> None:
    ids = [f"ld_{number:08d}" for number in range(first, first + leads)]
    came = chance.integers(0, DAYS * 86_400, leads)
    facts = [_facts(chance, first + number) for number in range(leads)]
    arrived = _texts(came)
    insert(
        connection,
        "lead",
        _LEAD,
        [
            (
                *(TEAM, id, 1, "new", f"email:{fact['email']}", fact["email"], fact["name"]),
                *("{}", at, at, at, ""),
            )
            for id, fact, at in zip(ids, facts, arrived, strict=True)
        ],
    )
    insert(
        connection,
        "description",
        _DESCRIPTION,
        [
            (TEAM, id, 1, at, json.dumps(fact))
            for id, fact, at in zip(ids, facts, arrived, strict=True)
        ],
    )
    insert(connection, "signal", _SIGNAL, _signals(chance, first, ids, came, size))
    insert(connection, "handoff", _HANDOFF, _handoffs(chance, ids, came, size))


def _facts(chance: np.random.Generator, number: int) -> dict[str, Any]:
    where, title, country, industry = chance.integers(0, 1 << 30, 4).tolist()
    domain = "gmail.com" if where % 5 == 0 else f"company{where % 3000}.example"
    return {
        "employees": where % 500 if where % 3 else None,
        "industry": _INDUSTRIES[industry % len(_INDUSTRIES)],
        "email": f"p{number}@{domain}",
        "phone": None,
        "external_id": None,
        "name": f"Person {number}",
        "company": f"Company {where % 3000}",
        "title": _TITLES[title % len(_TITLES)],
        "country": _COUNTRIES[country % len(_COUNTRIES)],
        "source": "web",
        "campaign": None,
    }


def _signals(
    chance: np.random.Generator,
    first: int,
    ids: Sequence[str],
    came: NDArray[np.int64],
    size: Size,
) -> Iterator[tuple[Any, ...]]:
    """Some leads do a lot and most do little; one signal in fifty is told of late."""
    weights = chance.lognormal(0, 0.9, len(ids))
    counts = np.maximum(1, weights / weights.mean() * size.signals / size.leads).astype(np.int64)
    lead = np.repeat(np.arange(len(ids)), counts)
    left = np.maximum(1, DAYS * 86_400 - came)
    seconds = came[lead] + (chance.random(len(lead)) ** 2 * np.minimum(left, 90 * 86_400)[lead])
    late = np.where(chance.random(len(lead)) < 0.02, 86_400, 0)
    said = _said()
    what = chance.integers(0, len(said), len(lead)).tolist()
    happened, received = _texts(seconds.astype(np.int64)), _texts((seconds + late).astype(np.int64))
    session = (seconds // 3600).astype(np.int64).tolist()
    for row, of in enumerate(lead.tolist()):
        kind, properties = said[what[row]]
        yield (
            TEAM,
            "web",
            f"{first}-{row}",
            ids[of],
            kind,
            happened[row],
            f"s{session[row]}",
            properties,
            received[row],
        )


def _handoffs(
    chance: np.random.Generator, ids: Sequence[str], came: NDArray[np.int64], size: Size
) -> Iterator[tuple[Any, ...]]:
    for number in range(0, len(ids), size.handed):
        opened = BEGIN + timedelta(seconds=int(came[number]), days=3)
        decided = _text(opened + timedelta(hours=5))
        outcome = "accepted" if chance.random() < 0.55 else "rejected"
        reason = None if outcome == "accepted" else "no_need"
        yield (
            *(TEAM, f"ho_{ids[number]}", ids[number], 1, _text(opened)),
            *(_text(opened + timedelta(hours=9)), "v1 0123456", "{}", outcome, "U0REP"),
            *(decided, Door.BUTTON.value, reason),
        )


def _texts(seconds: NDArray[np.int64]) -> list[str]:
    base = np.datetime64(BEGIN.replace(tzinfo=None), "us")
    moments = base + seconds.astype("timedelta64[s]").astype("timedelta64[us]")
    return [text.replace("T", " ") for text in np.datetime_as_string(moments).tolist()]


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def insert(connection: Connection, table: str, names: str, rows: Any) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names.split(",")))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
