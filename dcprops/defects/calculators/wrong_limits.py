"""Tables of limits that are wrong in one place each; the docstring says how that comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dcprops.reference import limits, years

TABLE: dict[int, dict[str, Any]] = {year: dict(limits(year)) for year in years()}


def one_figure_wrong(year: int) -> Mapping[str, Any]:
    """150 % of the catch-up of 2026 for the higher one, which the notice has otherwise."""
    return {**TABLE[year], "super_catch_up_60_63": 12_000} if year == 2026 else TABLE[year]


def provision_before_its_time(year: int) -> Mapping[str, Any]:
    """The wage limit for catch-up that needn't be Roth, before there was one."""
    return {**TABLE[year], "roth_catch_up_wage_threshold": 145_000} if year == 2024 else TABLE[year]


def nearest_year(year: int) -> Mapping[str, Any]:
    """A year that the table lacks has the limits of the one beside it, so that nothing stops."""
    return TABLE[min(TABLE, key=lambda known: abs(known - year))]


def nothing_for_missing_years(year: int) -> Mapping[str, Any]:
    """`table.get(year, {})`: without limits everything is within them."""
    return TABLE.get(year, {})


def recent_years_only(year: int) -> Mapping[str, Any]:
    """Only this year and the next were ever asked for."""
    return {2025: TABLE[2025], 2026: TABLE[2026]}[year]


def in_floats(year: int) -> Mapping[str, Any]:
    """The table is read from a spreadsheet, where each number is a double."""
    return {name: float(figure) if isinstance(figure, int) else figure for name, figure in TABLE[year].items()}
