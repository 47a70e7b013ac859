"""What was measured, as a table for people and as JSON for machines."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from benchmarks.measure import Measured
from benchmarks.rows import Row

__all__ = ["CANNOT_RUN", "Result", "as_json", "as_table", "exit_status"]

FELL_SHORT: Final = 1
CANNOT_RUN: Final = 2

_HEADER: Final = ("what", "ours, µs per item", "peer, µs per item", "peer is", "ratio", "wanted", "met")


@dataclass(frozen=True)
class Result:
    """A row and its figures, or why there are none."""

    row: Row
    measured: Measured | None
    failure: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether what is wanted was reached; None if nothing is, or nothing was measured."""
        if self.measured is None:
            return None
        if self.row.seconds is not None:
            return statistics.median(self.measured.ours) <= self.row.seconds
        if self.row.wanted is None or self.measured.ratio is None:
            return None
        return self.measured.ratio >= self.row.wanted


def exit_status(results: Sequence[Result], *, strict: bool) -> int:
    """0 if all was measured; 2 if not; 1 if all was, but it is judged strictly and a row falls short."""
    if any(result.measured is None for result in results):
        return CANNOT_RUN
    return FELL_SHORT if strict and any(result.met is False for result in results) else 0


def as_json(results: Iterable[Result], repeats: int) -> dict[str, Any]:
    """What was measured, on what; times in seconds per item, repeat by repeat."""
    return {**_versions(), "repeats": repeats, "rows": [_json_of(result) for result in results]}


def _json_of(result: Result) -> dict[str, Any]:
    row, measured = result.row, result.measured
    return {
        "name": row.name,
        "beside": row.beside or None,
        "ours_seconds_per_item": None if measured is None else measured.ours,
        "peer_seconds_per_item": None if measured is None else measured.peer,
        "ratio": None if measured is None else measured.ratio,
        "ratio_range": None if measured is None else measured.ratio_range,
        "wanted_ratio": row.wanted,
        "wanted_seconds": row.seconds,
        "met": result.met,
        "failure": result.failure,
    }


def as_table(results: Iterable[Result], repeats: int) -> str:
    """The table: medians with the least and the greatest in brackets. A ratio above 1 means that ours is faster."""
    versions = ", ".join(f"{name} {number}" for name, number in _versions().items())
    title = f"{versions}; medians of {repeats} repeats (least-greatest); ratio of rates, pair by pair"
    return "\n".join([title, "", *_aligned([_HEADER, *map(_cells, results)])])


def _cells(result: Result) -> tuple[str, ...]:
    row, measured = result.row, result.measured
    if measured is None:
        return (row.name, "not measured", "", row.beside, "", _wanted(row), "")
    met = {None: "", True: "yes", False: "NO"}[result.met]
    ratio = "" if measured.ratio is None else f"{measured.ratio:.2f} {_range(measured.ratio_range, 2)}"
    return (row.name, _times(row, measured.ours), _times(row, measured.peer), row.beside, ratio, _wanted(row), met)


def _times(row: Row, seconds: Sequence[float] | None) -> str:
    if seconds is None:
        return ""
    if row.seconds is not None:
        return f"{statistics.median(seconds):.1f} s {_range((min(seconds), max(seconds)), 1)}"
    micros = [second * 1e6 for second in seconds]
    return f"{statistics.median(micros):.2f} {_range((min(micros), max(micros)), 2)}"


def _range(ends: tuple[float, float] | None, places: int) -> str:
    return "" if ends is None else f"({ends[0]:.{places}f}-{ends[1]:.{places}f})"


def _wanted(row: Row) -> str:
    if row.seconds is not None:
        return f"<= {row.seconds:g} s"
    return "" if row.wanted is None else f">= {row.wanted:g}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("pydantic", "hypothesis")}
    return {"python": platform.python_version(), **packages}
