"""The picture of a digest: what its chart shows, with labels in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.measures import Measures
from core.domain.stages import Stage
from handlers.charts import Bar, Chart, Point
from handlers.i18n import Say
from handlers.slack.views import figures, names
from handlers.slack.views.digest import Telling

_FUNNEL = (
    (Stage.MQL, "mql"),
    (Stage.SAL, "sal"),
    (Stage.SQL, "sql"),
    (Stage.CUSTOMER, "customer"),
)


def chart(telling: Telling, earlier: Sequence[Measures], say: Say) -> Chart:
    """The funnel of the period, and its acceptance rate after those of `earlier`, oldest first."""
    arrivals = telling.measures.period.arrivals
    return Chart(
        say(f"chart-funnel-{telling.cadence.value}"),
        [Bar(names.stage(stage, say), getattr(arrivals, name)) for stage, name in _FUNNEL],
        say(f"chart-trend-{telling.cadence.value}"),
        [_point(measures, telling, say) for measures in (*earlier, telling.measures)],
        say("chart-rate"),
        say("chart-few"),
        say("chart-volume"),
    )


def _point(measures: Measures, telling: Telling, say: Say) -> Point:
    accepted = measures.period.acceptance
    low, high = accepted.interval or (None, None)
    label = figures.short_day(measures.window, telling.zone, say)
    return Point(label, measures.period.offered, accepted.rate, low, high, accepted.is_few)
