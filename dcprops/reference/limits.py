"""Dollar limits by calendar year, as the IRS published them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["DollarLimits", "MissingYearError", "dollar_limits", "limits", "years"]


class MissingYearError(LookupError):
    """A year that the table of limits has no row for. The nearest year is never taken instead."""


@cache
def _table() -> Mapping[int, Mapping[str, int | str | None]]:
    text = files("dcprops.reference").joinpath("irs_limits.json").read_text(encoding="utf-8")
    return {int(year): MappingProxyType(row) for year, row in json.loads(text)["years"].items()}


def years() -> tuple[int, ...]:
    """The years that the table covers, in order."""
    return tuple(_table())


def limits(year: int) -> Mapping[str, int | str | None]:
    """The limits of a calendar year in whole dollars by name; None where the year has no such provision.

    `source` names the IRS notice. Raises MissingYearError for a year that the table lacks.
    """
    try:
        return _table()[year]
    except KeyError:
        covered = years()
        raise MissingYearError(
            f"year={year!r} has no row in the table of limits, which covers {covered[0]} to {covered[-1]}: "
            f"add the figures that the IRS published for it"
        ) from None


@dataclass(frozen=True, slots=True)
class DollarLimits:
    """The limits of one calendar year in dollars; None where the year has no such provision.

    Which date selects the year: the year of the contribution for IRC §402(g) and §414(v); the year in which the
    limitation year ends for §415(c); for §414(q) the look-back year, which is the one before the year of the status.
    """

    elective_deferral_402g: Decimal
    catch_up_414v: Decimal
    super_catch_up_60_63: Decimal | None
    annual_additions_415c: Decimal
    compensation_401a17: Decimal
    hce_threshold_414q: Decimal
    key_employee_416: Decimal
    roth_catch_up_wage_threshold: Decimal | None
    social_security_wage_base: Decimal

    @property
    def highest_catch_up(self) -> Decimal:
        """The most that anyone may catch up, whatever the age."""
        return max(self.catch_up_414v, self.super_catch_up_60_63 or self.catch_up_414v)


@cache
def dollar_limits(year: int) -> DollarLimits:
    """The limits of a calendar year as Decimals. Raises MissingYearError for a year that the table lacks."""
    row = limits(year)
    return DollarLimits(*(_dollars(row[field.name]) for field in fields(DollarLimits)))  # type: ignore[arg-type]  # the table has null only where the field may be None


def _dollars(figure: int | str | None) -> Decimal | None:
    return None if figure is None else Decimal(f"{figure}.000000")
