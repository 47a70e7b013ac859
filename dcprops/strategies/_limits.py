"""The limits of a year in millionths of a dollar, as the arithmetic of lives needs them."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from dcprops.reference import limits, years
from dcprops.strategies._lives import DOLLAR

__all__ = ["Figures", "catch_up", "figures_of", "highest_deferrals", "highest_hce_threshold"]


class Figures(NamedTuple):
    """The limits of one year; 0 where the year has no such provision."""

    deferrals: int
    catch_up: int
    super_catch_up: int
    additions: int
    hce_threshold: int

    @property
    def highest_catch_up(self) -> int:
        """The most that anyone may catch up."""
        return max(self.catch_up, self.super_catch_up)


_NAMES: Final = (
    "elective_deferral_402g",
    "catch_up_414v",
    "super_catch_up_60_63",
    "annual_additions_415c",
    "hce_threshold_414q",
)


@cache
def figures_of(year: int) -> Figures:
    """The limits of a year. Raises MissingYearError for a year that the table lacks."""
    row = limits(year)
    return Figures(*(int(row[name] or 0) * DOLLAR for name in _NAMES))


def catch_up(year: int, birth_year: int) -> int:
    """How much a person may catch up in a year, by the age attained in it (IRC §414(v)(2)(B), (E))."""
    age, figures = year - birth_year, figures_of(year)
    if age < 50:
        return 0
    return figures.super_catch_up if 60 <= age <= 63 and figures.super_catch_up else figures.catch_up


@cache
def highest_deferrals() -> int:
    """The most that anyone may defer in any year."""
    return max(figures_of(year).deferrals + figures_of(year).highest_catch_up for year in years())


@cache
def highest_hce_threshold() -> int:
    """The highest pay in any year that doesn't make a person highly compensated."""
    return max(figures_of(year).hce_threshold for year in years())
