"""Charts: a digest's funnel and its trend as one picture; whatever it shows stands in words too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from io import BytesIO
from math import nan
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

_INK, _FAINT, _GRID = "#1d1c1d", "#616061", "#e4e4e4"
_BARS, _LINE, _PALE = (
    "#9cc3e6",
    "#1264a3",
    "#8a8a8a",
)
_SIZE = (9.0, 3.6)  # inches, of 150 dots each


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the funnel: `count` handoffs, `label` in the reader's language."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the trend: its rate between 0 and 1 with its interval, None of nothing.

    A rate of `few` cases stands alone, pale and hollow: it is no part of a trend.
    """

    label: str
    offered: int
    rate: float | None
    low: float | None = None
    high: float | None = None
    few: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: the funnel beside the trend, with the words that stand over and beside them."""

    funnel_title: str
    funnel: Sequence[Bar]
    trend_title: str
    trend: Sequence[Point]
    rate_label: str
    few_label: str
    volume_label: str


def drawn(chart: Chart) -> bytes:
    """The picture as PNG. The plotting library is loaded by the first one: only workers draw."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08)
    figure = Figure(figsize=_SIZE, dpi=150, layout=layout, facecolor="white")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
    with as_file(files("matplotlib_fontja").joinpath("fonts", "ipaexg.ttf")) as path:
        _draw(left, right, chart, str(path))
        out = BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _draw(left: Axes, right: Axes, chart: Chart, font: str) -> None:
    from matplotlib.font_manager import FontProperties

    small, large = FontProperties(fname=font, size=10), FontProperties(fname=font, size=12)
    _funnel(left, chart.funnel, small)
    _trend(right, chart, small)
    for axes, title in ((left, chart.funnel_title), (right, chart.trend_title)):
        axes.set_title(title, fontproperties=large, color=_INK, loc="left", pad=12)
        axes.tick_params(colors=_FAINT, length=0)
        for side in axes.spines.values():
            side.set_visible(False)


def _funnel(axes: Axes, bars: Sequence[Bar], font: FontProperties) -> None:
    places = range(len(bars))
    most = max((bar.count for bar in bars), default=0) or 1
    axes.barh(places, [bar.count for bar in bars], height=0.62, color=_BARS)
    axes.set_yticks(places, [bar.label for bar in bars], fontproperties=font)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_xlim(0, most * 1.18)
    for place, bar in zip(places, bars, strict=True):
        axes.text(
            bar.count + most * 0.02,
            place,
            f"{bar.count:,}",
            va="center",
            fontproperties=font,
            color=_INK,
        )


def _trend(axes: Axes, chart: Chart, font: FontProperties) -> None:
    points, places = chart.trend, range(len(chart.trend))
    most = max((point.offered for point in points), default=0) or 1
    volume = axes.twinx()
    volume.set_zorder(axes.get_zorder() - 1)
    axes.patch.set_visible(False)
    volume.bar(
        places, [p.offered for p in points], width=0.5, color=_GRID, label=chart.volume_label
    )
    volume.set_ylim(0, most * 2.6)
    volume.set_yticks([])
    for side in volume.spines.values():
        side.set_visible(False)
    _rates(axes, points, few=False, color=_LINE, label=chart.rate_label, line="-")
    if any(point.few for point in points):
        _rates(axes, points, few=True, color=_PALE, label=chart.few_label, line="none")
    axes.set_ylim(0, 1.05)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontproperties=font)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    labels = [f"{point.label}\n{point.offered:,}" for point in points]
    axes.set_xticks(places, labels, fontproperties=font)
    axes.set_xlim(-0.6, max(len(points), 2) - 0.4)
    handles, names = [], []
    for each in (axes, volume):
        ours, called = each.get_legend_handles_labels()
        handles += ours
        names += called
    axes.legend(
        handles,
        names,
        prop=font,
        frameon=False,
        loc="upper right",
        bbox_to_anchor=(1, -0.2),
        ncols=3,
        borderaxespad=0,
        handlelength=1.4,
    )


def _rates(
    axes: Axes, points: Sequence[Point], *, few: bool, color: str, label: str, line: str
) -> None:
    """The rates of many cases, joined by a line, or those of few."""
    axes.errorbar(
        range(len(points)),
        [point.rate if point.rate is not None and point.few is few else nan for point in points],
        yerr=[_reach(points, "low"), _reach(points, "high")],
        color=color,
        linestyle=line,
        marker="o",
        markersize=5,
        markerfacecolor="white" if few else color,
        linewidth=2,
        elinewidth=1,
        capsize=3,
        label=label,
    )


def _reach(points: Sequence[Point], end: Literal["low", "high"]) -> list[float]:
    """How far each interval reaches from its rate; nothing where there is none."""
    ends = [point.low if end == "low" else point.high for point in points]
    return [
        0.0 if point.rate is None or bound is None else abs(bound - point.rate)
        for point, bound in zip(points, ends, strict=True)
    ]
