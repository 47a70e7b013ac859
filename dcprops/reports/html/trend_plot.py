"""One metric over its runs: medians as a line, the baseline as a band, with changes of level and anomalies marked."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Final

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dcprops.monitor import Point, Series
from dcprops.monitor.values import scale_of
from dcprops.reports.html.drawing import Drawing
from dcprops.reports.html.palette import drawn_as
from dcprops.reports.html.plots import WIDTH, labelled, some_of

__all__ = ["MOST_POINTS", "drawn_unit", "trend_plot"]

#: So many of the last points are drawn.
MOST_POINTS: Final = 200
_HEIGHT: Final = 210.0


def trend_plot(name: str, series: Series) -> Markup:
    """The last points, one step to the right for each run, whenever it was."""
    skipped = max(0, len(series.points) - MOST_POINTS)
    points = series.points[skipped:]
    values = [point.median for point in points]
    places = [place for place, value in enumerate(values) if isfinite(value)]
    drawing = Drawing(WIDTH, _HEIGHT)
    axes = drawing.axes(58, 12, WIDTH - 74, _HEIGHT - 44)
    axes.set_xlim(-0.5, max(1, len(points)) - 0.5)
    band = [sample for sample in series.baseline.samples if isfinite(sample)] if series.baseline else []
    seen = [values[place] for place in places] + band or [0.0]
    low, high = min(seen), max(seen)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    axes.set_ylim(low - room, high + room)
    if band:
        # A band without height wouldn't be seen.
        least = room * 0.08
        axes.axhspan(min(band) - least, max(band) + least, color=drawn_as("band"), linewidth=0)
        axes.axhline(sorted(band)[len(band) // 2], color=drawn_as("calm"), linewidth=1, linestyle=(0, (1, 2)))
    for change in series.change_points:
        if change >= skipped:
            axes.axvline(change - skipped - 0.5, color=drawn_as("second"), linewidth=1.4, linestyle=(0, (5, 3)))
    axes.plot(
        places,
        [values[place] for place in places],
        color=drawn_as("accent"),
        linewidth=1.6,
        marker="o",
        markersize=4 if len(places) <= 60 else 2,
    )
    odd = [place - skipped for place in series.anomalies if place - skipped in places]
    axes.plot(
        odd,
        [values[place] for place in odd],
        linestyle="none",
        marker="D",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=drawn_as("bad"),
        markeredgewidth=1.6,
    )
    scale = [float(tick) for tick in MaxNLocator(4).tick_values(low, high) if low - room <= tick <= high + room]
    factor, _ = _scale(series)
    drawing.ticks(axes, "y", scale, labelled([tick / factor for tick in scale]), grid=True)
    said = some_of(len(points), 4)
    drawing.ticks(axes, "x", said, _moments([points[place] for place in said]), grid=False)
    return drawing.svg(name, series.metric[:200], _described(series, len(points)))


def _scale(series: Series) -> tuple[float, str]:
    """The unit that suits the last run, and what one of it is in the series' own."""
    return scale_of(series.points[-1].median if series.points else 0.0, series.unit)


def drawn_unit(series: Series) -> str:
    """The unit that the scale of a series' plot is in."""
    return _scale(series)[1]


def _moments(points: Sequence[Point]) -> list[str]:
    """When the runs were recorded: the days, or within a few days the hours too."""
    days = [f"{point.recorded_at:%Y-%m-%d}" for point in points]
    return days if len(set(days)) == len(days) else [f"{point.recorded_at:%m-%d %H:%M}" for point in points]


def _described(series: Series, drawn: int) -> str:
    marks = f"{len(series.change_points)} change(s) of level, {len(series.anomalies)} anomaly(ies)"
    last = f", the last median {series.points[-1].median:.6g} {series.unit[:40]}" if series.points else ""
    return f"The medians of the last {drawn} runs{last}; {marks}; {series.verdict.level}."
