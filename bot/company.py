"""The company of the demo: who works there, who is interested, and what happened so far."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from importlib.resources import files

from bot.local_slack import Channel, Person, Workspace
from core.domain.lead import Signal, SignalKind

SALES, MARKETING, DIGEST = "C0LEADS", "C0MARKETING", "C0DIGEST"
BOT = "U0BATON"
REPS = ("U01", "U02", "U03")
MARKETER = "U04"
ADMIN = "U06"


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody out there who may buy."""

    name: str
    email: str
    company: str
    title: str
    employees: int
    country: str
    source: str
    campaign: str
    interest: str


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a prospect: offered so many days ago, decided so many hours later.

    Without `hours` nothing was to be decided: the prospect did not qualify.
    """

    days_ago: float
    hours: float | None
    rep: str
    reason: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A cast in one language. `complaint` is why marketing proposes to change the definition.

    The `crowd` came in the months before, so that a definition can be tried on the past.
    """

    timezone: str
    complaint: str
    workspace: Workspace
    prospects: tuple[Prospect, ...]
    crowd: tuple[tuple[Prospect, Past], ...]


# By interest: what they did, as (kind, properties, hours before the last of it).
_VISITS: Mapping[str, tuple[tuple[SignalKind, Mapping[str, str], float], ...]] = {
    "pricing": (
        (SignalKind.PAGE, {"path": "/pricing", "title": "Pricing"}, 50),
        (SignalKind.PAGE, {"path": "/customers/northwind", "title": "Northwind"}, 26),
        (SignalKind.PAGE, {"path": "/pricing", "title": "Pricing"}, 25),
        (SignalKind.PAGE, {"path": "/pricing/enterprise", "title": "Enterprise"}, 0),
    ),
    "demo": (
        (SignalKind.PAGE, {"path": "/pricing", "title": "Pricing"}, 3),
        (SignalKind.FORM, {"form": "demo"}, 0),
    ),
    "guide": (
        (SignalKind.EMAIL_CLICK, {"campaign": "autumn"}, 70),
        (SignalKind.PAGE, {"path": "/customers/initech", "title": "Initech"}, 69),
        (SignalKind.DOWNLOAD, {"document": "buyers-guide.pdf"}, 0),
    ),
    "seminar": (
        (SignalKind.ATTENDED, {"name": "Pipeline clinic"}, 20),
        (SignalKind.DOWNLOAD, {"document": "slides.pdf"}, 18),
        (SignalKind.DOWNLOAD, {"document": "checklist.pdf"}, 2),
        (SignalKind.PAGE, {"path": "/pricing", "title": "Pricing"}, 0),
    ),
    "browsing": ((SignalKind.PAGE, {"path": "/customers/initech", "title": "Initech"}, 0),),
    "careers": ((SignalKind.PAGE, {"path": "/careers", "title": "Careers"}, 0),),
}


def visits(prospect: Prospect, *, until: datetime, again: int = 0) -> tuple[Signal, ...]:
    """What the prospect did, the last of it at `until`. `again` numbers a later visit."""
    return tuple(
        Signal(
            id=f"{prospect.email}-{again}-{number}",
            source="website",
            kind=kind,
            occurred_at=until - timedelta(hours=hours),
            session=f"{prospect.email}-{again}-{hours:g}",
            properties=properties,
        )
        for number, (kind, properties, hours) in enumerate(_VISITS[prospect.interest])
    )


def company(locale: str) -> Company:
    """The cast that speaks `locale`."""
    timezone, name, channels = _PLACES[locale]
    people = tuple(Person(**row) for row in _rows("people", locale))
    prospects = tuple(map(_prospect, _rows("prospects", locale)))
    crowd = tuple((_prospect(row), _past(row)) for row in _rows("crowd", locale))
    return Company(
        timezone, _COMPLAINTS[locale], _workspace(name, people, channels), prospects, crowd
    )


def _prospect(row: Mapping[str, str]) -> Prospect:
    said = {part.name: row[part.name] for part in fields(Prospect)}
    return Prospect(**{**said, "employees": int(said["employees"])})  # type: ignore[arg-type]


def _past(row: Mapping[str, str]) -> Past:
    hours = float(row["hours"]) if row["hours"] else None
    return Past(float(row["days_ago"]), hours, row["rep"], row["reason"] or None)


_PLACES: Mapping[str, tuple[str, str, tuple[str, str, str]]] = {
    "en": ("Europe/Berlin", "Brightline", ("sales-leads", "marketing", "pipeline-digest")),
    "ja": ("Asia/Tokyo", "ブライトライン", ("営業-リード", "マーケティング", "引き渡しレポート")),
}


_COMPLAINTS: Mapping[str, str] = {
    "en": "Whoever only downloads the buyer's guide is still looking around, sales says.",
    "ja": "導入ガイドの資料請求だけのお客様は、まだ情報収集の段階との声が営業から上がっています。",
}

# In the order of the cast; the prospects behind these arrive while you watch.
HISTORY: tuple[Past, ...] = (
    Past(12.2, 0.6, "U01"),
    Past(12.0, 2.5, "U02", "outside_target"),
    Past(11.1, 0.4, "U03"),
    Past(10.2, 5.0, "U01", "bad_timing"),
    Past(9.3, 0.8, "U02"),
    Past(8.2, 0.5, "U02"),
    Past(7.9, 3.0, "U03", "contact_data"),
    Past(5.3, 0.3, "U01"),
    Past(5.1, 1.2, "U01", "job_seeker"),
    Past(4.2, 0.7, "U03"),
    Past(3.2, 26.0, "U02", "no_need"),
    Past(2.3, 0.9, "U02"),
    Past(1.2, 0.5, "U01"),
)


def _workspace(name: str, people: tuple[Person, ...], channels: tuple[str, ...]) -> Workspace:
    members = (*(person.id for person in people), BOT)
    return Workspace(
        "T0BATON",
        name,
        "brightline",
        people,
        tuple(
            Channel(id, channel, members)
            for id, channel in zip((SALES, MARKETING, DIGEST), channels, strict=True)
        ),
    )


def _rows(table: str, locale: str) -> Iterator[dict[str, str]]:
    text = files("bot").joinpath("cast", f"{table}.{locale}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
