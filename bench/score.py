"""The price of a score: reasons, limits and decay, against a bare loop that only adds up points."""

from __future__ import annotations

import math
import os
import platform
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

from core.domain.definition import Definition, default, load, parse
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.scoring import score

TITLE = "score: one lead by one definition, with the whole explanation"
SIZES = (10, 100, 500)
NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
HALF_LIFE = timedelta(days=14)
MOST = 60.0
# 50 rules: the lead's own numbers, pages by topic, and how often something was done lately.
TRAITS = [(f"trait{n}", 10 * n, 2.0) for n in range(15)]
TOPICS = [(f"/topic{n}/", 1.0 + n % 5) for n in range(30)]
OFTEN = [(kind, 2 + n, timedelta(days=10 * (n + 1)), 3.0) for n, kind in enumerate(SignalKind)][:5]
TIMES = 2
_WIDTHS = (26, 9, 12, 12, 12, 8)

Facts = Mapping[str, Scalar]


def run(*, quick: bool) -> None:
    """Measure and print."""
    rounds = 20 if quick else 400
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    print(f"\n{TITLE}\n{machine}\n")
    _line("definition", "signals", "us a score", "a second", "bare loop us", "x bare")
    _line(*("-" * width for width in _WIDTHS))
    fifty = fifty_rules()
    for size in SIZES:
        facts, signals = a_lead(size)
        ours = score(fifty, facts, signals, as_of=NOW).total
        if not math.isclose(ours, bare(facts, signals), abs_tol=0.05):
            raise RuntimeError(f"scored {ours}, the bare loop {bare(facts, signals)}")
        _measure("50 rules", fifty, size, rounds, against=bare)
    for size in SIZES:
        _measure("the shipped default", load(default()), size, rounds)


def _measure(
    name: str,
    definition: Definition,
    size: int,
    rounds: int,
    *,
    against: Callable[[Facts, Sequence[Signal]], float] | None = None,
) -> None:
    facts, signals = a_lead(size)
    ours, theirs = [], []
    for _ in range(rounds):  # by turns, so that both meet the same machine
        ours.append(_took(lambda: score(definition, facts, signals, as_of=NOW)))
        if against is not None:
            theirs.append(_took(lambda: against(facts, signals)))
    mine = median(ours)
    floor = f"{median(theirs) * 1e6:.0f}" if theirs else ""
    times = f"{mine / median(theirs):.2f}" if theirs else ""
    _line(name, str(size), f"{mine * 1e6:.0f}", f"{1 / mine:,.0f}", floor, times)


def _took(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _line(*cells: str) -> None:
    pairs = zip(cells, _WIDTHS, strict=True)
    left, *right = (
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(pairs)
    )
    print("  ".join((left, *right)), flush=True)


def fifty_rules() -> Definition:
    """The definition that the bare loop has in its code."""
    rules: list[dict[str, Any]] = [
        _rule(name, "fit", points, {"attr": name, "gte": least}) for name, least, points in TRAITS
    ]
    rules += [
        _rule(topic, "engagement", points, {"signal": "page", "path_glob": f"{topic}*"})
        | {"limit": {"times": TIMES, "per": "7d"}}
        for topic, points in TOPICS
    ]
    for kind, times, within, points in OFTEN:
        often = {"count": {"signal": kind}, "gte": times, "within": f"{within.days}d"}
        rules.append(_rule(f"often-{kind}", "engagement", points, often) | {"share": True})
    return parse(
        {
            "schema": 1,
            "name": "fifty",
            "bands": {"hot": 70, "warm": 40},
            "groups": {
                "fit": {"kind": "fit"},
                "engagement": {"kind": "engagement", "max": MOST, "decay": {"half_life": "14d"}},
            },
            "rules": rules,
            "qualify": {"when": {"band": "hot"}},
        }
    )


def _rule(id: str, group: str, points: float, when: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "group": group, "points": points, "why": id, "when": when}


def a_lead(size: int) -> tuple[Facts, Sequence[Signal]]:
    """A lead with so many signals of half a year, in the order in which a database gives them."""
    dice = random.Random(size)
    facts = {name: dice.randint(0, 200) for name, _, _ in TRAITS}
    ages = sorted((dice.uniform(0, 180) for _ in range(size)), reverse=True)
    return facts, [_signal(number, age, dice) for number, age in enumerate(ages)]


def _signal(number: int, age: float, dice: random.Random) -> Signal:
    kind = dice.choices(list(SignalKind), (60, 10, 8, 4, 12, 6))[0]
    path = f"/topic{dice.randrange(40)}/{dice.randrange(5)}"
    at = NOW - timedelta(days=age)
    return Signal(f"s{number}", "web", kind, at, f"v{number // 4}", {"path": path}, at)


def bare(facts: Facts, signals: Sequence[Signal]) -> float:
    """The same rules by hand: no reasons, no journey, nothing but the sum."""
    fit = 0.0
    for name, least, points in TRAITS:
        value = facts.get(name)
        if isinstance(value, int) and value >= least:
            fit += points
    seen: set[tuple[str, str]] = set()
    counted: dict[str, list[datetime]] = {topic: [] for topic, _ in TOPICS}
    dates: dict[SignalKind, list[datetime]] = {kind: [] for kind in SignalKind}
    doing = 0.0
    for signal in sorted(signals, key=lambda signal: signal.occurred_at):
        at = signal.occurred_at
        key = (signal.source, signal.id)
        if at > NOW or key in seen:
            continue
        seen.add(key)
        dates[signal.kind].append(at)
        if signal.kind is not SignalKind.PAGE:
            continue
        path = str(signal.properties.get("path"))
        for topic, points in TOPICS:
            if path.startswith(topic):
                before = counted[topic]
                if len(before) < TIMES or at - before[-TIMES] >= WEEK:
                    before.append(at)
                    doing += float(points * 2 ** -((NOW - at) / HALF_LIFE))
                break
    for kind, times, within, points in OFTEN:
        lately = [at for at in dates[kind] if at > NOW - within]
        if len(lately) >= times:
            doing += float(points * 2 ** -((NOW - lately[-1]) / HALF_LIFE))
    return max(0.0, min(100.0, fit + min(doing, MOST)))
