"""How a backtest shows itself in a terminal: tables and bars, and JSON for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from core.domain.backtest import ENOUGH, Backtest, BandChange, RuleRecord, Trial, Turned, Verdict
from core.domain.estimate import Estimate

_BAR = 24  # characters
_NAMES = 15
_WEEKS = 26
_VERDICTS = {
    Verdict.BETTER: "Sales accepted more of what the new one would pass on.",
    Verdict.WORSE: "Sales accepted less of what the new one would pass on.",
    Verdict.NO_DIFFERENCE: "No real difference in what sales accepted: the intervals overlap.",
    Verdict.NOTHING_TO_COMPARE: "There is nothing to compare it with.",
}


def as_json(part: Any) -> Any:
    """A backtest, or a part of one, in what JSON has; an estimate says its rate and interval."""
    match part:
        case Estimate():
            low, high = part.interval
            return {
                "part": part.part,
                "whole": part.whole,
                "rate": part.rate,
                "low": low,
                "high": high,
            }
        case Enum():
            return part.value
        case datetime():
            return part.isoformat()
        case list() | tuple():
            return [as_json(each) for each in part]
        case _ if is_dataclass(part):
            tree = {each.name: as_json(getattr(part, each.name)) for each in fields(part)}
            if isinstance(part, Trial):
                tree["never_fired"] = list(part.never_fired)
            return tree
        case _:
            return part


def show(result: Backtest, zone: ZoneInfo) -> None:
    """Print a backtest in tables and bars."""
    console = Console(highlight=False, markup=False)
    for part in told(result, zone):
        console.print(part)


def told(result: Backtest, zone: ZoneInfo) -> Iterator[RenderableType]:
    """All that a backtest says, for a terminal; days are those of `zone`."""
    yield from _opening(result, zone)
    yield _headed("Side by side", _side_by_side(result))
    yield Padding(_verdict(result), (0, 2))
    weeks = len(result.after.weeks)
    latest = f", the last {_WEEKS} of {weeks}" if weeks > _WEEKS else ""
    yield _headed(f"Leads that qualify, by week{latest}", _volume(result, zone))
    yield Padding(_capacity(result), (0, 2))
    if result.after.sweep:
        yield _headed(f"If {result.after.label} passed leads on by points alone", _sweep(result))
    yield _headed(f"The rules of {result.after.label}", _rules(result))
    yield from _never_fired(result)
    yield from _people(result, zone)


def _opening(result: Backtest, zone: ZoneInfo) -> Iterator[RenderableType]:
    period, evidence = result.period, result.evidence
    days = " to ".join(f"{at.astimezone(zone):%Y-%m-%d}" for at in (period.start, period.end))
    yield Text(f"{evidence.leads:,} leads, {evidence.passed_on:,} handoffs, {days}", style="bold")
    left_out = {
        "too young to judge": evidence.young,
        "never decided": evidence.unanswered,
        "sent back for a reason that says nothing of the lead": evidence.beside_the_point,
    }
    beside = "; ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
    yield Text(
        f"{_share(Estimate(evidence.labelled, evidence.passed_on))} of the handoffs carry a label,"
        " what sales decided" + (f" (not: {beside})" if beside else "") + "."
        " Leads that were never passed on carry none: nobody knows what sales would have said."
    )


def _headed(title: str, table: Table) -> RenderableType:
    return Padding(Group(Text(title, style="bold"), table), (1, 0, 0, 0))


def _table(*columns: str) -> Table:
    """Words to the left, numbers to the right."""
    table = Table(box=None, pad_edge=True, show_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _trials(result: Backtest) -> tuple[Trial, ...]:
    return (result.before, result.after) if result.before else (result.after,)


def _side_by_side(result: Backtest) -> Table:
    trials = _trials(result)
    table = _table("", *(trial.label for trial in trials))
    rows = {
        "leads that qualify": [f"{trial.qualified:,}" for trial in trials],
        "a week": [f"{trial.per_week:.1f}" for trial in trials],
        "weeks above capacity": [
            f"{trial.weeks_over_capacity} of {len(trial.weeks)}" for trial in trials
        ],
        "accepted of those it passes on": [_share(trial.accepted) for trial in trials],
        "  with 95 % certainty": [_interval(trial.accepted) for trial in trials],
        "of the accepted, passed on": [_share(trial.recall) for trial in trials],
        "points tell good from bad (AUC)": [_number(trial.separation) for trial in trials],
    }
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def _verdict(result: Backtest) -> Text:
    if result.verdict is not Verdict.TOO_FEW:
        return Text(_VERDICTS[result.verdict], style="bold")
    judged = min(trial.accepted.whole for trial in _trials(result))
    return Text(
        f"No verdict: {judged} labelled handoffs are too few to judge by; it takes {ENOUGH}.",
        style="bold yellow",
    )


def _volume(result: Backtest, zone: ZoneInfo) -> Table:
    trials = _trials(result)
    most = max((week.leads for trial in trials for week in trial.weeks), default=0)
    scale = max(most, result.capacity, 1)
    columns = [column for trial in trials for column in (trial.label, "")]
    table = _table("week of", *columns)
    for number in range(2, len(table.columns), 2):
        table.columns[number].justify = "left"
    for weeks in list(zip(*(trial.weeks for trial in trials), strict=True))[-_WEEKS:]:
        cells: list[RenderableType] = []
        for week in weeks:
            over = week.leads > result.capacity
            cells.append(f"{week.leads:,}")
            cells.append(Text(_bar(week.leads / scale), style="yellow" if over else "green"))
        start = week.window.start.astimezone(zone)
        table.add_row(f"{start:%Y-%m-%d}{'' if week.is_whole else ' cut'}", *cells)
    return table


def _capacity(result: Backtest) -> Text:
    why = "as you said" if result.capacity_is_given else "the most it decided in one week so far"
    return Text(f"Sales can take {result.capacity:,} a week ({why}); yellow is more than that.")


def _sweep(result: Backtest) -> Table:
    table = _table("from", "handoffs", "accepted", "95 %", "of all accepted", "")
    table.columns[-1].justify = "left"
    for step in result.after.sweep:
        table.add_row(
            f"{step.score:g}",
            f"{step.accepted.whole:,}",
            _percent(step.accepted.rate),
            _interval(step.accepted),
            _percent(step.recall.rate),
            Text(_bar(step.accepted.rate or 0), style="green"),
        )
    return table


def _rules(result: Backtest) -> Table:
    before = {rule.id: rule for rule in result.before.rules} if result.before else {}
    table = _table("rule", "leads", "before", "handoffs", "accepted", "95 %", "lift")
    for rule in result.after.rules:
        table.add_row(*_rule(rule, before.get(rule.id)))
    for id, rule in before.items():
        if all(id != each.id for each in result.after.rules):
            table.add_row(Text(id, style="strike"), "-", f"{rule.leads:,}", "-", "-", "-", "-")
    return table


def _rule(rule: RuleRecord, before: RuleRecord | None) -> Sequence[str]:
    return (
        rule.id,
        f"{rule.leads:,}",
        f"{before.leads:,}" if before else "-",
        f"{rule.accepted.whole:,}",
        _percent(rule.accepted.rate),
        _interval(rule.accepted),
        _number(rule.lift),
    )


def _never_fired(result: Backtest) -> Iterator[RenderableType]:
    if silent := result.after.never_fired:
        yield Padding(Text(f"Never fired: {', '.join(silent)}", style="yellow"), (0, 2))


def _people(result: Backtest, zone: ZoneInfo) -> Iterator[RenderableType]:
    if result.before is None:
        return
    turned = (
        (f"Only {result.after.label} passes on", result.gained, result.gained_count),
        (f"Only {result.before.label} passes on", result.lost, result.lost_count),
    )
    for title, people, count in turned:
        if people:
            yield _headed(f"{title}: {count:,}", _turned(people, count, zone))
    if result.band_changes:
        yield _headed(
            f"In another band when passed on, or else today: {result.band_changes_count:,}",
            _bands(result.band_changes, result.band_changes_count),
        )


def _turned(people: Sequence[Turned], count: int, zone: ZoneInfo) -> Table:
    table = _table("", "qualifies on")
    for one in people[:_NAMES]:
        table.add_row(one.name, f"{one.at.astimezone(zone):%Y-%m-%d}")
    return _and_more(table, count)


def _bands(people: Sequence[BandChange], count: int) -> Table:
    table = _table("", "before", "after")
    for one in people[:_NAMES]:
        table.add_row(one.name, one.before, one.after)
    return _and_more(table, count)


def _and_more(table: Table, count: int) -> Table:
    if count > _NAMES:
        table.add_row(Text(f"… and {count - _NAMES:,} more", style="dim"))
    return table


def _bar(part: float) -> str:
    return "█" * round(part * _BAR) or ("▏" if part else "")


def _share(estimate: Estimate) -> str:
    rate = "" if estimate.rate is None else f" ({estimate.rate:.0%})"
    return f"{estimate.part:,} of {estimate.whole:,}{rate}"


def _interval(estimate: Estimate) -> str:
    low, high = estimate.interval
    return f"{low:.0%}–{high:.0%}" if estimate.whole else "-"


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.0%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
