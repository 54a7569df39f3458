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
_BARS, _LINE = "#9cc3e6", "#1264a3"  # told apart without colour, too: bars and a line
_SIZE = (9.0, 3.4)  # inches, of 150 dots each


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the funnel: `count` handoffs, `label` in the reader's language."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the trend: its rate between 0 and 1 with its interval, None of nothing."""

    label: str
    offered: int
    rate: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: the funnel beside the trend, with the words that stand over and beside them."""

    funnel_title: str
    funnel: Sequence[Bar]
    trend_title: str
    trend: Sequence[Point]
    rate_label: str
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
    for place, point in zip(places, points, strict=True):
        volume.text(
            place,
            point.offered,
            f"{point.offered:,}",
            ha="center",
            va="bottom",
            fontproperties=font,
            color=_FAINT,
        )
    axes.errorbar(
        places,
        [nan if point.rate is None else point.rate for point in points],
        yerr=[_reach(points, "low"), _reach(points, "high")],
        color=_LINE,
        marker="o",
        markersize=5,
        linewidth=2,
        elinewidth=1,
        capsize=3,
        label=chart.rate_label,
    )
    axes.set_ylim(0, 1.05)
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontproperties=font)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xticks(places, [point.label for point in points], fontproperties=font)
    axes.set_xlim(-0.6, max(len(points), 2) - 0.4)
    handles, labels = [], []
    for each in (axes, volume):
        ours, names = each.get_legend_handles_labels()
        handles += ours
        labels += names
    axes.legend(
        handles,
        labels,
        prop=font,
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=2,
        borderaxespad=0.1,
        handlelength=1.4,
    )


def _reach(points: Sequence[Point], end: Literal["low", "high"]) -> list[float]:
    """How far each interval reaches from its rate; nothing where there is none."""
    ends = [point.low if end == "low" else point.high for point in points]
    return [
        0.0 if point.rate is None or bound is None else abs(bound - point.rate)
        for point, bound in zip(points, ends, strict=True)
    ]
