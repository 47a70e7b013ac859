"""Dollar limits by calendar year, as the IRS published them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["MissingYearError", "limits", "years"]


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
