"""Figures in words: a share, its interval, a change, a length of time, each with what it counts."""

from __future__ import annotations

from datetime import timedelta, tzinfo

from babel.dates import format_interval, format_skeleton
from babel.numbers import format_percent

from core.domain.localtime import Window
from core.domain.measures import Clocks, Cohort, Promise, Share, Spread, compared
from handlers.i18n import Say, Value
from handlers.slack.views.text import span, tidy


def percent(rate: float, say: Say) -> str:
    """A rate between 0 and 1, to the whole percent."""
    return str(format_percent(rate, "#,##0 %" if say.locale == "en" else "#,##0%", say.locale))


def rate(share: Share, say: Say) -> str:
    """The rate alone, or that there is nothing yet."""
    return say("share-none") if share.rate is None else percent(share.rate, say)


def share(of: Share, say: Say) -> str:
    """A rate with its counts, such as "69 % (42 of 61)"; few cases are counted only."""
    if of.rate is None:
        return say("share-none")
    if of.is_few:
        return say("share-few", part=of.part, whole=of.whole)
    return say("share", rate=percent(of.rate, say), part=of.part, whole=of.whole)


def ranged(of: Share, say: Say) -> str:
    """A rate with the interval in which the true one lies, or that there are too few."""
    interval = of.interval
    if of.rate is None or interval is None:
        return say("share-none")
    if of.is_few:
        return say("share-too-few", part=of.part, whole=of.whole)
    low, high = (percent(end, say) for end in interval)
    values = {"rate": percent(of.rate, say), "low": low, "high": high}
    return say("share-ranged", part=of.part, whole=of.whole, **values)


def change(now: Share, before: Share, say: Say) -> str:
    """How a share has changed against the period before, in points; nothing where nobody knows."""
    changed = compared(now, before)
    if changed is None or now.is_few or before.is_few:
        return ""
    points = round(abs(changed.by) * 100)
    if not changed.real:
        return say("trend-same", before=rate(before, say))
    return say("trend-up" if changed.by > 0 else "trend-down", points=points)


def promise(of: Promise, say: Say) -> str:
    """How many promises were kept, of those that were due."""
    return share(of.share, say)


def spread(of: Spread, say: Say) -> str:
    """The median and how long nine in ten took at most, or that there was nothing."""
    if of.median is None or of.p90 is None:
        return say("share-none")
    values = {"median": span(of.median, say=say), "p90": span(of.p90, say=say)}
    return say("spread", count=of.n, **values)


def clocks(of: Clocks, say: Say) -> str:
    """The same by both clocks, never mixed."""
    if not of.clock.n:
        return say("share-none")
    quarters = of.working.p75
    values = {
        "working": spread(of.working, say),
        "p75": span(quarters, say=say) if quarters is not None else "",
        "clock": spread(of.clock, say),
    }
    return say("clocks", **values)


def cohort(of: Cohort, say: Say, zone: tzinfo) -> str:
    """How many of a cohort got there in time, or how many of it are settled so far."""
    values: dict[str, Value] = {
        "period": period(of.window, zone, say),
        "days": of.horizon // timedelta(days=1),
    }
    if of.share is None:
        return say("cohort-maturing", settled=of.settled, whole=of.whole, **values)
    return say("cohort", share=ranged(of.share, say), **values)


def period(window: Window, zone: tzinfo, say: Say) -> str:
    """The local days of a window, the last one included."""
    first = window.start.astimezone(zone).date()
    last = (window.end.astimezone(zone) - timedelta(hours=12)).date()
    return tidy(format_interval(first, last, "MMMd", locale=say.locale))


def short_day(window: Window, zone: tzinfo, say: Say) -> str:
    """The day on which a window begins, such as "11/24"."""
    return tidy(format_skeleton("Md", window.start.astimezone(zone), locale=say.locale))
