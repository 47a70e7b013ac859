"""What was measured, as a table's rows for people and as JSON for machines."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dcprops import __version__
from dcprops.benchmarks.measure import Measured
from dcprops.benchmarks.rows import Row
from dcprops.monitor import this_machine

__all__ = ["HEADINGS", "Result", "as_json", "cells"]

#: The headings of the table; of each is said whether numbers stand under it.
HEADINGS: Final = {
    "Row": False, "What": False, "Ours": True, "Beside": False, "Peer": True, "Ratio": True, "Promised": False,
    "Met": False,
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """A row and its figures in the row's unit, repeat by repeat; or why there are none."""

    row: Row
    ours: tuple[float, ...] = ()
    peer: tuple[float, ...] | None = None
    ratios: tuple[float, ...] | None = None
    failure: str | None = None

    @classmethod
    def of(cls, row: Row, measured: Measured) -> Result:
        """The result that a measurement is."""
        ours, peer = (
            None if seconds is None else tuple(map(row.unit.of, seconds)) for seconds in (measured.ours, measured.peer)
        )
        return cls(row, ours or (), peer, measured.ratios)

    @property
    def ratio(self) -> float | None:
        """How many times the peer's speed ours is: the median."""
        return None if self.ratios is None else statistics.median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Whether the promise is met; None if there is none, or nothing was measured."""
        if self.row.promise is None or not self.ours:
            return None
        figure = self.ratio if self.row.promise.of == "ratio" else statistics.median(self.ours)
        return None if figure is None else self.row.promise.met_by(figure)


def as_json(results: Iterable[Result], repeats: int) -> dict[str, Any]:
    """What was measured, on what."""
    return {
        "version": __version__,
        "machine": dict(this_machine().facts),
        "repeat": repeats,
        "rows": [_json_of(result) for result in results],
    }


def _json_of(result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "name": row.name,
        "what": row.what,
        "unit": row.unit.name,
        "better": row.unit.better,
        "beside": row.beside or None,
        "ours": list(result.ours),
        "peer": None if result.peer is None else list(result.peer),
        "ratios": None if result.ratios is None else list(result.ratios),
        "ratio": result.ratio,
        "promise": None if row.promise is None else _json_of_promise(result),
        "met": result.met,
        "failure": result.failure,
    }


def _json_of_promise(result: Result) -> dict[str, Any]:
    promise = result.row.promise
    assert promise is not None
    bounds = {"at_least": promise.at_least, "at_most": promise.at_most}
    return {
        "of": promise.of,
        **{name: bound for name, bound in bounds.items() if bound is not None},
        "source": promise.source,
    }


def cells(result: Result) -> tuple[str, ...]:
    """A row of the table: medians, with the least and the greatest in brackets."""
    row = result.row
    promised = "" if row.promise is None else str(row.promise)
    if not result.ours:
        return (row.name, row.what, "not measured", row.beside, "", "", promised, "")
    met = {None: "", True: "yes", False: "NO"}[result.met]
    ratio = "" if result.ratios is None else _spread(result.ratios)
    peer = "" if result.peer is None else _spread(result.peer, row.unit.name)
    return (row.name, row.what, _spread(result.ours, row.unit.name), row.beside, peer, ratio, promised, met)


def _spread(figures: Sequence[float], unit: str = "") -> str:
    middle = _number(statistics.median(figures))
    ends = "" if len(figures) == 1 else f" ({_number(min(figures))}-{_number(max(figures))})"
    return f"{middle}{' ' if unit else ''}{unit}{ends}"


def _number(figure: float) -> str:
    """Three digits that matter, and all of a whole number's."""
    if figure >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}"
