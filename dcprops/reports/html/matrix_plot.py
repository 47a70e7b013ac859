"""The matrix of invalid documents as a picture: fields down, rules across, a mark for what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from dcprops.properties import MatrixCell
from dcprops.reports.html.drawing import Drawing
from dcprops.reports.html.palette import drawn_as

__all__ = ["LEGEND", "matrix_plot"]

_CELL: Final = 17.0
_LETTER: Final = 6.6
#: So many rows are between two payloads, the name of the second in them.
_BETWEEN_PAYLOADS: Final = 1.7
#: Outcome and level, and how they look: shape, size, colour, and whether the shape is filled.
_MARKS: Final = (
    ("rejected", "must", "o", 5.0, "calm", True),
    ("rejected", "should", "o", 5.0, "calm", False),
    ("accepted", "must", "X", 10.0, "bad", True),
    ("accepted", "should", "X", 10.0, "warning", False),
    ("crashed", "must", "^", 11.0, "bad", True),
    ("crashed", "should", "^", 11.0, "bad", False),
)
#: The same in words.
LEGEND: Final = "a dot is rejected, a cross accepted, a triangle crashed; hollow where the level is should"


def matrix_plot(name: str, cells: Sequence[MatrixCell]) -> Markup:
    """A mark for each cell; its shape says the outcome, and whether it is filled the level."""
    rules = list(dict.fromkeys(cell.rule for cell in cells))
    heights = _heights(cells)
    label = max(len(field) for _, field in heights) * _LETTER + 14
    most = max(heights.values())
    top = max(map(len, rules)) * _LETTER * 0.8 + 34
    width, height = len(rules) * _CELL, (most + 1) * _CELL
    drawing = Drawing(label + width + 70, top + height + 8)
    axes = drawing.axes(label, top, width, height)
    axes.set_xlim(-0.5, len(rules) - 0.5)
    axes.set_ylim(most + 0.5, -0.5)
    for row in heights.values():
        axes.axhline(row, color=drawn_as("line"), linewidth=0.6)
    for outcome, level, shape, size, colour, is_filled in _MARKS:
        of_kind = [cell for cell in cells if (cell.outcome, cell.level) == (outcome, level)]
        axes.plot(
            [rules.index(cell.rule) for cell in of_kind],
            [heights[cell.payload, cell.field] for cell in of_kind],
            linestyle="none",
            marker=shape,
            markersize=size,
            markeredgecolor=drawn_as(colour),
            markerfacecolor=drawn_as(colour if is_filled else "panel"),
            markeredgewidth=1.2,
        )
    for place, rule in enumerate(rules):
        drawing.say(axes, place - 0.1, -2.1, rule, rotation=52, colour="ink")
    for (payload, field), row in heights.items():
        drawing.say(axes, -0.8, row, field, ha="right", va="center_baseline", colour="ink")
        if row == min(each for (other, _), each in heights.items() if other == payload):
            above = row - 1.15
            drawing.say(axes, -0.8, above, payload, ha="right", va="center_baseline", fontweight="bold")
    return drawing.svg(name, "What became of every kind of invalid document", _described(cells))


def _heights(cells: Sequence[MatrixCell]) -> dict[tuple[str, str], float]:
    """Where each field's row is, those of a payload together."""
    heights: dict[tuple[str, str], float] = {}
    row = 0.0
    for payload in dict.fromkeys(cell.payload for cell in cells):
        for field in dict.fromkeys(cell.field for cell in cells if cell.payload == payload):
            heights[payload, field] = row
            row += 1
        row += _BETWEEN_PAYLOADS
    return heights


def _described(cells: Sequence[MatrixCell]) -> str:
    counts = {
        outcome: sum(cell.outcome == outcome for cell in cells) for outcome in ("rejected", "accepted", "crashed")
    }
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    return f"{len(cells)} cells of field and rule: {said}. The table below has the same."
