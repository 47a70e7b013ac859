"""The plain plots: bars beside their names, columns over a scale, and rows of columns over one scale of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from dcprops.reports.html.drawing import Drawing
from dcprops.reports.html.palette import drawn_as

__all__ = ["BROAD", "WIDTH", "bars", "columns", "compact", "labelled", "rows_of_columns", "some_of"]

#: Of most figures, in pixels: a phone has little less. Of those that need room, which scroll there.
WIDTH: Final = 400.0
BROAD: Final = 880.0
_LETTER: Final = 6.6
#: A column isn't wider than so many pixels.
_WIDEST: Final = 30.0
_LARGE: Final = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def compact(number: float, digits: int = 3) -> str:
    """A number in few characters: 950, 1.5k, 20M, 0.004."""
    for size, letter in _LARGE:
        if abs(number) >= size:
            return f"{number / size:.{digits}g}{letter}"
    return f"{number:.{digits}g}"


def labelled(scale: Sequence[float]) -> list[str]:
    """The numbers of a scale in as few digits as tell them apart."""
    for digits in range(3, 12):
        labels = [compact(number, digits) for number in scale]
        if len(set(labels)) == len(labels):
            break
    return labels


def some_of(count: int, most: int) -> list[int]:
    """The places, evenly apart and the first among them, of at most `most` out of `count` things."""
    step = max(1, -(-count // most))
    return list(range(0, count, step))


def bars(name: str, title: str, description: str, rows: Sequence[tuple[str, float]], colour: str = "accent") -> Markup:
    """A bar to the right for each name, with its value at the end. The names are ours, and short."""
    left = 14 + _LETTER * max(len(label) for label, _ in rows)
    drawing = Drawing(WIDTH, 24.0 * len(rows) + 8)
    axes = drawing.axes(left, 4, WIDTH - left - 64, 24.0 * len(rows))
    places = list(range(len(rows)))
    most = max(1.0, *(value for _, value in rows))
    axes.barh(places, [value for _, value in rows], height=0.58, color=drawn_as(colour))
    axes.set_xlim(0, most)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    drawing.ticks(axes, "y", places, [label for label, _ in rows], grid=False)
    for place, (_, value) in enumerate(rows):
        drawing.say(axes, value + most * 0.02, place, f"{value:,.0f}", va="center_baseline", colour="muted")
    return drawing.svg(name, title, description)


def columns(
    name: str, title: str, description: str, values: Sequence[float], labels: Sequence[str], *, most_labels: int = 8
) -> Markup:
    """A column for each label, over a scale. Where there are many labels, some of them are said."""
    height = 220.0
    drawing = Drawing(WIDTH, height)
    axes = drawing.axes(46, 10, WIDTH - 58, height - 40)
    places = list(range(len(values)))
    axes.bar(places, values, width=_width(len(values), WIDTH - 58), color=drawn_as("accent"))
    axes.set_xlim(-0.6, len(values) - 0.4)
    most = max(1.0, *values)
    axes.set_ylim(0, most * 1.04)
    scale = [float(tick) for tick in MaxNLocator(4, integer=True).tick_values(0, most) if 0 <= tick <= most * 1.04]
    drawing.ticks(axes, "y", scale, labelled(scale), grid=True)
    said = some_of(len(labels), most_labels)
    drawing.ticks(axes, "x", said, [labels[place] for place in said], grid=False)
    return drawing.svg(name, title, description)


def rows_of_columns(
    name: str, title: str, description: str, rows: Sequence[tuple[str, Sequence[float]]], labels: Sequence[str]
) -> Markup:
    """A row of columns for each name over one axis, each to its own scale, of which the largest value is said."""
    width, each = BROAD, 40.0
    left = 14 + _LETTER * max(len(label) for label, _ in rows)
    drawing = Drawing(width, each * len(rows) + 22)
    for row, (label, values) in enumerate(rows):
        axes = drawing.axes(left, 4 + each * row, width - left - 74, each - 8)
        largest = max(values, default=0.0) or 1.0
        axes.bar(range(len(values)), values, width=_width(len(values), width - left - 74), color=drawn_as("accent"))
        axes.axhline(0, color=drawn_as("line"), linewidth=1)
        axes.set_xlim(-0.6, max(1, len(labels)) - 0.4)
        axes.set_ylim(0, largest)
        at = axes.transAxes
        drawing.say(axes, -10 / (width - left - 74), 0.28, label, transform=at, ha="right", colour="ink")
        drawing.say(axes, 1 + 8 / (width - left - 74), 0.28, compact(largest), transform=at, colour="muted")
        if row == len(rows) - 1:
            said = some_of(len(labels), 12)
            drawing.ticks(axes, "x", said, [labels[place] for place in said], grid=False)
    return drawing.svg(name, title, description)


def _width(count: int, room: float) -> float:
    """How wide columns are, in shares of the room that each has."""
    return min(0.82, _WIDEST * max(1, count) / room)
