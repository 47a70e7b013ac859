"""The pay periods of each year, by how often people are paid. Days are counted from 1970-01-01."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from dcprops.population.draws import Integers

__all__ = ["FREQUENCIES", "PayYear", "day_number", "pay_year"]

_EPOCH: Final = date(1970, 1, 1).toordinal()
#: Paydays that an annual rate of pay reckons with.
FREQUENCIES: Final = MappingProxyType({"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12})
_WEEKS: Final = MappingProxyType({"weekly": 1, "biweekly": 2})
#: A Friday on which a pay period ended, from which all are counted.
_ANCHOR: Final = date(2015, 1, 2)
#: A person's money is paid in so many days after the pay period, and a year's money after the year.
DEPOSITED_AFTER: Final = 5
_YEARLY_AFTER: Final = 15


def day_number(day: date) -> int:
    """How many days after 1970-01-01 a day is."""
    return day.toordinal() - _EPOCH


@dataclass(frozen=True)
class PayYear:
    """A calendar year: its days, and for each pay period that ends in it the first and last day and the deposit.

    Pay for a day is the annual rate divided by `days_reckoned` of its period. The money for the whole year is
    deposited on `yearly_deposit`.
    """

    year: int
    first_day: int
    last_day: int
    starts: Integers
    ends: Integers
    deposits: Integers
    days_reckoned: Integers
    yearly_deposit: int


def pay_year(year: int, frequency: str) -> PayYear:
    """The year's calendar."""
    periods = list(_periods(year, frequency))
    starts = np.array([day_number(first) for first, _ in periods], np.int64)
    ends = np.array([day_number(last) for _, last in periods], np.int64)
    last_day = day_number(date(year, 12, 31))
    return PayYear(
        year,
        day_number(date(year, 1, 1)),
        last_day,
        starts,
        ends,
        ends + DEPOSITED_AFTER,
        FREQUENCIES[frequency] * (ends - starts + 1),
        last_day + _YEARLY_AFTER,
    )


def _periods(year: int, frequency: str) -> Iterator[tuple[date, date]]:
    """The first and the last day of each pay period that ends in the year."""
    if frequency in _WEEKS:
        days = 7 * _WEEKS[frequency]
        first = date(year, 1, 1)
        last = first + timedelta((_ANCHOR - first).days % days)
        while last.year == year:
            yield last - timedelta(days - 1), last
            last += timedelta(days)
        return
    for month in range(1, 13):
        first = date(year, month, 1)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
        if frequency == "semimonthly":
            yield first, first + timedelta(14)
            first += timedelta(15)
        yield first, last
