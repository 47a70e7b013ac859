"""The values that ledgers break at: amounts, rates, days, hours and texts on and beside every bound that matters.

Each table maps a class of boundary to its values; a strategy takes each class equally often. Words and days go from the
simplest to the strangest. Amounts and rates are in quanta (millionths of a dollar, ten-thousandths), so that no decimal
context touches them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from dcprops.events.kinds import FixedPoint, WholeNumber
from dcprops.reference import limits, years

__all__ = [
    "CENT",
    "DATES",
    "HOURS",
    "IDENTIFIERS",
    "INSTANTS",
    "RATES",
    "Classes",
    "amounts",
    "dollar_limits",
    "whole_numbers",
]

Value = TypeVar("Value")
Classes: TypeAlias = Mapping[str, tuple[Value, ...]]

DOLLAR: Final = 1_000_000
CENT: Final = 10_000


def dollar_limits() -> tuple[int, ...]:
    """Every dollar limit that the IRS published, of any kind and year, in whole dollars, the latest years first."""
    figures = (figure for year in reversed(years()) for figure in limits(year).values())
    return tuple(dict.fromkeys(figure for figure in figures if isinstance(figure, int)))


def amounts(kind: FixedPoint) -> Classes[int]:
    """Amounts that the kind accepts, in millionths."""
    smallest, largest = kind.quanta[0], kind.quanta[-1]
    exact = tuple(limit * DOLLAR for limit in dollar_limits())
    return {
        "smallest": (smallest,),
        "a limit": exact,
        "a millionth above a limit": tuple(limit + 1 for limit in exact),
        "a millionth below a limit": tuple(limit - 1 for limit in exact),
        "a cent above a limit": tuple(limit + CENT for limit in exact),
        "a cent below a limit": tuple(limit - CENT for limit in exact),
        # Half a cent is a tie when cents are wanted; an odd millionth is one when half of it is vested.
        "a tie of rounding": (1, CENT // 2, 3 * CENT // 2, 3 * CENT // 2 + 1, 1_000 * DOLLAR + 25 * CENT // 2),
        "a round amount": (CENT, *(10**power * DOLLAR for power in range(12))),
        "largest": (largest,),
    }


#: Ten-thousandths. Thirds don't add up to one.
RATES: Final[Classes[int]] = MappingProxyType(
    {
        "zero": (0,),
        "one": (10_000,),
        "just above zero": (1,),
        "just below one": (9_999,),
        "a usual rate": (300, 500, 600, 1_000, 2_000, 4_000, 6_000, 8_000),
        "a fraction that doesn't end": (3_333, 6_667, 1_667, 1_429),
    }
)

#: The hours that decide a year of service or a break (IRC 411(a)(5), (6)), their neighbours and the ends.
HOURS: Final[Classes[int]] = MappingProxyType(
    {
        # None at all is what a number shrinks to anyway, and comes often enough to share its class.
        "none, and others": (0, 499, 1001, 2080, 999_999),
        "the most of a break in service": (500,),
        "no break in service": (501,),
        "an hour short of a year of service": (999,),
        "a year of service": (1000,),
    }
)


def whole_numbers(kind: WholeNumber) -> Classes[int]:
    """The whole numbers that matter for the kind."""
    if kind.maximum == max(map(max, HOURS.values())):
        return HOURS
    return {"smallest": (kind.minimum,), "largest": (kind.maximum,)}


DATES: Final[Classes[date]] = MappingProxyType(
    {
        "first of a year": (date(2025, 1, 1), date(2026, 1, 1), date(2000, 1, 1)),
        "last of a year": (date(2024, 12, 31), date(2026, 12, 31), date(1999, 12, 31)),
        "leap day": (date(2024, 2, 29), date(2020, 2, 29), date(2000, 2, 29), date(4, 2, 29)),
        "beside a leap day": (date(2024, 2, 28), date(2024, 3, 1), date(2025, 2, 28), date(1900, 2, 28)),
        "in another ISO year": (date(2024, 12, 30), date(2021, 1, 3)),
        "first of all": (date.min,),
        "last of all": (date.max,),
    }
)

INSTANTS: Final[Classes[datetime]] = MappingProxyType(
    {
        "turn of the year": (
            datetime(2025, 1, 1, tzinfo=UTC),
            datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ),
        # 07:30 comes to an hour that New York skips, 05:30 to one that it has twice.
        "change of the clocks": (
            datetime(2024, 3, 10, 7, 30, tzinfo=UTC),
            datetime(2024, 11, 3, 5, 30, tzinfo=UTC),
        ),
        "leap day": (datetime(2024, 2, 29, 12, tzinfo=UTC),),
        "epoch": (
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
        ),
        "first of all": (datetime.min.replace(tzinfo=UTC),),
        "last of all": (datetime.max.replace(tzinfo=UTC),),
    }
)

IDENTIFIERS: Final[Classes[str]] = MappingProxyType(
    {
        "taken for something else": ("0", "007", "1.0", "NULL", "nan", "true", "2024-01-01", "-1", "=1+1"),
        "with punctuation": ("a b", "a,b", "a:b", 'a"b', "a'b", "a\\b", "a\u00a0b", "a\u2028b", "{a}", "a;--"),
        "not Latin": ("社員一", "работник", "Ωμέγα", "직원"),
        "combining": ("Zoe\u0308", "Zoë", "e" + "\u0301" * 20, "ﬁ", "İ"),  # the first two look the same
        "right to left": ("עובד", "موظف", "\u202eabc"),
        "joined": ("a\u200db", "👩\u200d🔧"),
        "longest": ("E" * 128, "社" * 128, "👷" * 128),
    }
)
