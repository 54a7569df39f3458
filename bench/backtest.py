"""The price of a backtest: every lead at every news of it, against one bare look in numpy."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.databases import Database
from bench.history import BEGIN, DAYS, Size, fill
from bench.product import TEAM, opened
from core.domain.definition import load
from core.services.backtest import Draft, try_out
from storage.columnar.columns import Columns, Ints, every, microseconds
from storage.columnar.reckoner import SqlReckoner
from storage.engine import make_engine

TITLE = "backtest: 20 rules, each lead at each news of it, against the definition in force"
RULES = Path(__file__).with_name("twenty.toml")
UNTIL = BEGIN + timedelta(days=DAYS)
_DAY = 86_400_000_000
_TOLERANCE = 0.1  # by hand nothing is rounded
_HOT = 1000  # added by hand to the points of a lead that meets the hot criterion


def run(databases: Sequence[Database], size: Size) -> None:
    """Measure and print, one database after the other."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{TITLE}\n{machine}, {size.leads:,} leads, about {size.signals:,} signals\n")
    for database in databases:
        _measure(database, size)


def _measure(database: Database, size: Size) -> None:
    desk = opened(database.url)
    began = perf_counter()
    fill(database.url, size)
    _say(database.name, "making the data (not measured)", perf_counter() - began)
    engine = make_engine(database.url)
    text = RULES.read_text(encoding="utf-8")
    definition = load(text)
    with engine.connect() as connection:
        began = perf_counter()
        leads = signals = 0
        bare, totals = 0.0, []
        for columns in every(connection, TEAM):
            leads, signals = leads + len(columns.pasts), signals + len(columns.lead)
            ready = _ready(columns)
            since = perf_counter()
            totals.append(_by_hand(ready))
            bare += perf_counter() - since
    reading = perf_counter() - began - bare
    _say(database.name, "reading all of it", reading)
    _say(database.name, "one look at each lead, by hand in numpy", bare)
    reckoner = SqlReckoner(engine)
    began = perf_counter()
    found, other = 0, 0
    by_hand = iter(np.concatenate(totals).tolist())
    for _, (told,) in reckoner.reckoned(TEAM, [definition], until=UNTIL):
        found += told.qualified_at is not None
        points = told.standing.total + _HOT * told.standing.hot
        other += abs(points - next(by_hand)) > _TOLERANCE
    if other:
        raise RuntimeError(f"{other} leads have other points by hand")
    alone = perf_counter() - began
    _say(database.name, f"one definition, reading included: {found:,} qualify", alone, bare)
    began = perf_counter()
    stricter = Draft("draft", text.replace("hot = 70", "hot = 75"))
    result = try_out(desk, TEAM, stricter, against=Draft("before", text), reckoner=reckoner)
    whole = perf_counter() - began
    _say(database.name, f"the whole backtest: {result.lost_count:,} lost", whole, bare)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{database.name:<12}{leads:,} leads, {signals:,} signals, at most {peak:,.0f} MB\n")
    engine.dispose()


def _say(database: str, what: str, seconds: float, floor: float | None = None) -> None:
    times = f"{seconds / floor:7.1f} x by hand" if floor else ""
    print(f"{database:<12}{what:<58}{seconds:8.2f} s {times}", flush=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What somebody who writes for numpy would have at hand: plain arrays, no texts."""

    leads: int
    employees: Any
    title: Any
    country: Any
    industry: Any
    free_mail: Any
    own: Any
    lead: Ints
    happened: Ints
    known: Ints
    kind: Any
    page: Any
    form: Any


def _ready(columns: Columns) -> _Ready:
    facts = columns.facts
    said = [signal.properties for signal in columns.words.signals()]
    kinds = [str(signal.kind) for signal in columns.words.signals()]
    paths = [str(each.get("path", "")) for each in said]
    sections = ("/pricing", "/customers", "/careers")
    page = [next((n for n, s in enumerate(sections) if path.startswith(s)), -1) for path in paths]
    known = {"demo": 0, "newsletter": 1}
    forms = [known.get(str(each.get("form")), -1) for each in said]
    names = ("page", "form", "download", "attended", "email_click")
    emails = [str(each["email"]) for each in facts]
    return _Ready(
        len(columns.pasts),
        np.array([np.nan if (n := each["employees"]) is None else n for each in facts], float),
        np.array([str(each["title"]) for each in facts]),
        np.array([str(each["country"]) for each in facts]),
        np.array([str(each["industry"]) for each in facts]),
        np.array([email.endswith("@gmail.com") for email in emails]),
        np.array([email.endswith("@acme.example") for email in emails]),
        columns.lead,
        columns.happened,
        columns.known,
        np.array([names.index(kind) for kind in kinds])[columns.said],
        np.array(page)[columns.said],
        np.array(forms)[columns.said],
    )


def _by_hand(at_hand: _Ready) -> Any:
    """The twenty rules at the end of the year; the total of each lead."""
    end = microseconds(UNTIL)
    lead, happened, leads = at_hand.lead, at_hand.happened, at_hand.leads
    title = at_hand.title
    fit = np.where(at_hand.employees >= 200, 25.0, 0.0)
    fit += np.where((at_hand.employees >= 50) & (at_hand.employees < 200), 15, 0)
    fit += np.where(at_hand.employees < 5, -10, 0)
    fit += np.where(np.isin(title, ("CEO", "CTO", "VP Sales")), 20, 0)
    fit += np.where(title == "Manager", 10, 0)
    fit += np.where(title == "Student", -30, 0)
    fit += np.where(np.isin(at_hand.country, ("JP", "DE", "US")), 10, 0)
    fit += np.where(at_hand.free_mail, -10, 0)
    fit += np.where(np.isin(at_hand.industry, ("software", "finance")), 5, 0)
    seen = at_hand.known <= end
    kind = np.where(seen, at_hand.kind, -1)
    page = np.where(kind == 0, at_hand.page, -2)
    careers = np.bincount(lead[page == 2], minlength=leads) > 0
    fit = np.clip(fit - 10 * careers, -50, 50)
    doing = np.zeros(leads)
    left = np.exp2(-((end - happened) / (14 * _DAY)))
    for signals, points, times, days in (
        ((kind == 1) & (at_hand.form == 0), 40, 1, 7),
        ((kind == 1) & (at_hand.form == 1), 5, 1, 30),
        ((kind == 1) & (at_hand.form < 0), 20, 1, 7),
        (page == 0, 15, 2, 7),
        (page == 1, 5, 2, 7),
        ((page == -1) | (page == 2), 1, 1, 1),
        (kind == 2, 15, 2, 7),
        (kind == 3, 25, 1, 7),
        (kind == 4, 5, 1, 1),
    ):
        rows = _limited(np.flatnonzero(signals), lead, happened, times, days * _DAY)
        doing += points * np.bincount(lead[rows], weights=left[rows], minlength=leads)
    week = seen & (happened > end - 7 * _DAY)
    there = np.unique(lead[week] * 100_000 + happened[week] // _DAY)
    active = np.bincount(there // 100_000, minlength=leads) >= 3
    newest = np.zeros(leads, dtype=np.int64)
    newest[lead[seen]] = happened[seen]
    doing += np.where(active, 10 * np.exp2(-((end - newest) / (14 * _DAY))), 0)
    total = np.clip(fit + np.clip(doing, 0, 60), 0, 100)
    total[at_hand.own] = 0
    pricing = (page == 0) & week
    hot = np.bincount(lead[pricing], minlength=leads) >= 3
    return np.where(hot & ~at_hand.own, total + _HOT, total)


def _limited(rows: Ints, lead: Ints, happened: Ints, times: int, per: int) -> Ints:
    """The earliest of each lead, `times` in any span of `per`."""
    of, at = lead[rows], happened[rows]
    if not len(rows):
        return rows
    clock = of * 2**51 + at
    free = np.searchsorted(clock, clock + per, "left")
    kept = [np.flatnonzero(np.append(True, of[1:] != of[:-1]))]
    window = list(kept)
    while window[-1].size:
        following = window[-1] + 1
        if len(window) >= times:
            following = np.maximum(following, free[window[-times]])
        going = following < len(rows)
        going[going] = of[following[going]] == of[window[-1][going]]
        window = [each[going] for each in window[-times:]] + [following[going]]
        kept.append(window[-1])
    return rows[np.sort(np.concatenate(kept))]
