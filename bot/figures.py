"""The figures of a digest in a terminal, one line each, with what each counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import timedelta, tzinfo

from core.domain.measures import Clocks, Cohort, Group, Measures, Promise, Share, compared
from core.services.recounting import Recount

_GROUPS = 8
_NAMED = 5  # handoffs
_WIDE = 22
_ABOUT = {
    "brought_in": "brought in since",
    "decided": "decided later",
    "undone": "undone",
    "decided_otherwise": "decided otherwise",
    "touched": "contacted later, or no longer",
    "advanced": "moved on later, or back",
}


def figure_lines(measures: Measures, zone: tzinfo) -> Iterator[str]:
    """Every figure that matters, in the order of the message in Slack."""
    period, before = measures.period, measures.before
    yield _line("counted", f"{measures.as_of.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    yield _line("offered", f"{period.offered}, the period before {before.offered}")
    yield _line("decided", f"{period.decided}, the period before {before.decided}")
    yield _line("accepted", _share(period.acceptance, before.acceptance))
    yield _line("  without procedural", _share(period.quality, before.quality))
    yield _line("answered in time", _promise(period.in_time, before.in_time))
    yield _line("contacted in time", _promise(period.honoured, before.honoured))
    yield _line("time to decide", _clocks(period.decide))
    yield _line("time to contact", _clocks(period.touch))
    yield _line("the buyer's wait", _clocks(period.wait))
    came = period.arrivals
    yield _line(
        "leads that came to", f"MQL {came.mql}, SAL {came.sal}, SQL {came.sql}, won {came.customer}"
    )
    for cohort in measures.cohorts:
        yield _line(f"  {cohort.rung.value.replace('_', ' → ')}", _cohort(cohort, zone))
    for rejection in measures.refusals.by_reason:
        told = f"{rejection.share.part} of {rejection.share.whole} ({rejection.group.value})"
        yield _line(f"  because {rejection.reason}", told)
    for name in ("source", "temperature", "campaign", "rep"):
        yield from _groups(name, measures.by(name))
    backlog = measures.backlog
    yield _line("waiting", f"{backlog.open}, of which overdue {backlog.overdue}")
    yield _line("definition", ", ".join(measures.definitions) or "-")
    for remark in measures.remarks:
        yield _line("not to be trusted", f"{remark.remark.value}: {remark.count} of {remark.of}")


def _line(name: str, text: str) -> str:
    return f"  {name:<{_WIDE}}  {text}"


def _share(share: Share, before: Share | None = None) -> str:
    if share.rate is None:
        return "nothing to count"
    told = f"{share.rate:.0%} ({share.part} of {share.whole})"
    if share.is_few:
        return f"{share.part} of {share.whole}: too few for a rate"
    if interval := share.interval:
        told += f", 95 % interval {interval[0]:.0%} to {interval[1]:.0%}"
    change = compared(share, before) if before else None
    if change is None or before is None:
        return told
    how = f"{change.by * 100:+.0f} points" if change.real else "no real change"
    return f"{told}; {how} against {before.part} of {before.whole}"


def _promise(promise: Promise, before: Promise) -> str:
    parts = f"{promise.late} late, {promise.missed} missed, {promise.waiting} not due yet"
    return f"{_share(promise.share, before.share)}; {parts}"


def _clocks(clocks: Clocks) -> str:
    spread, clock = clocks.working, clocks.clock
    if spread.median is None or clock.median is None:
        return "nothing to count"
    left_out = f"; {clocks.left_out} left out" if clocks.left_out else ""
    said = ", ".join(
        f"{name} {_span(value)}"
        for name, value in (("median", spread.median), ("p75", spread.p75), ("p90", spread.p90))
    )
    return f"{said} of working time; by the clock {_span(clock.median)} (n = {spread.n}){left_out}"


def _span(length: timedelta | None) -> str:
    minutes = int((length or timedelta(0)).total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _cohort(cohort: Cohort, zone: tzinfo) -> str:
    since = f"of {cohort.window.start.astimezone(zone):%Y-%m-%d}, within {cohort.horizon.days} days"
    if cohort.share is None:
        return f"maturing: {cohort.settled} of {cohort.whole} settled ({since})"
    return f"{_share(cohort.share)} ({since})"


def _groups(name: str, groups: Sequence[Group]) -> Iterator[str]:
    for group in groups[:_GROUPS]:
        key = "all others" if group.others else group.key or "unknown"
        offered = "" if name == "rep" else f"offered {group.offered}, "
        yield _line(f"  {name} {key}"[:40], f"{offered}{_share(group.acceptance)}")


# Beside the log


def recount_lines(found: Recount) -> Iterator[str]:
    """Whether the log says what was told, and what has changed since."""
    kept = found.kept
    if not found.differences and not found.lost:
        yield f"{kept.id}: the log says the same as of then, in all {found.figures} figures."
    for difference in found.differences:
        yield f"{difference.figure}: said {difference.said}, the log says {difference.counted}"
    if found.lost:
        yield f"{_some(found.lost)}: in the log, but kept no more"
    if found.since.is_nothing:
        yield "Nothing of it has changed since."
        return
    yield "Since then:"
    for part in fields(found.since):
        ids = getattr(found.since, part.name)
        if ids:
            yield f"  {len(ids)} {_ABOUT[part.name]}: {_some(ids)}"
    for each in found.restated:
        yield f"  {each.figure}: said {_share(each.said)}, by now {_share(each.now)}"


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more


def recount_tree(found: Recount) -> dict[str, object]:
    """The same for programs."""
    return {
        "id": found.kept.id,
        "figures": found.figures,
        "differences": [asdict(each) for each in found.differences],
        "lost": list(found.lost),
        "since": {name: list(ids) for name, ids in asdict(found.since).items()},
        "restated": [asdict(each) for each in found.restated],
    }
