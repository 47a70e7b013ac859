"""Vesting schedules: what share of employer money is the person's own after so many years of service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

__all__ = [
    "FULL_YEAR_HOURS",
    "SCHEDULES",
    "is_year_of_service",
    "meets_legal_minimum",
    "vested_percentage",
]


def _rates(*percentages: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(percentage).scaleb(-2) for percentage in percentages)


#: The percentage after 0, 1, 2, … full years of service; the last one holds from there on. Graded and cliff are the
#: slowest that the law allows (IRC §411(a)(2)(B)); immediate is what safe harbor money has (§401(k)(12)).
SCHEDULES: Final[Mapping[str, tuple[Decimal, ...]]] = MappingProxyType(
    {
        "graded": _rates(0, 0, 20, 40, 60, 80, 100),
        "cliff": _rates(0, 0, 0, 100),
        "immediate": _rates(100),
    }
)
#: A 12-month period with at least so many hours is a year of service (IRC §411(a)(5)).
FULL_YEAR_HOURS: Final = 1000


def is_year_of_service(hours: int) -> bool:
    """Whether a 12-month period with so many credited hours counts as a year of vesting service (IRC §411(a)(5))."""
    return hours >= FULL_YEAR_HOURS


def vested_percentage(schedule: Sequence[Decimal], years_of_service: int) -> Decimal:
    """The vested share, from 0 to 1, after so many full years of service; 0 years or more.

    `schedule` has the share after 0, 1, 2, … years, as in SCHEDULES. Raises ValueError for a negative count.
    """
    if years_of_service < 0:
        raise ValueError(f"years_of_service={years_of_service}: expected 0 or more full years")
    return schedule[min(years_of_service, len(schedule) - 1)]


def meets_legal_minimum(schedule: Sequence[Decimal]) -> bool:
    """Whether a schedule is lawful: never behind the 3-year cliff, or never behind the 2-to-6-year graded schedule.

    One of the two throughout, not a mix of both (IRC §411(a)(2)(B)), and never falling with service (§411(a)(4)).
    """
    horizon = range(max(len(schedule), *(len(legal) for legal in SCHEDULES.values())))
    shares = [vested_percentage(schedule, year) for year in horizon]
    rises = shares == sorted(shares)
    return rises and any(
        all(share >= vested_percentage(SCHEDULES[legal], year) for year, share in enumerate(shares))
        for legal in ("cliff", "graded")
    )
