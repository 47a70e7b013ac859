"""What a ledger is drawn as: plan designs and lives, a few dozen small choices each.

Money is in millionths of a dollar, rates and percentages in ten-thousandths, so that all arithmetic is on integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress, cycle
from types import MappingProxyType
from typing import Final, TypeVar

__all__ = [
    "CENT",
    "DEFERRAL_AIMS",
    "DOLLAR",
    "FREQUENCIES",
    "SCHEDULES",
    "WHOLE",
    "Election",
    "Life",
    "PlanDesign",
    "Schedule",
    "Spell",
    "recorded",
    "share",
]

_Thing = TypeVar("_Thing")

DOLLAR: Final = 1_000_000
CENT: Final = 10_000
#: All of the pay, or fully vested.
WHOLE: Final = 10_000

#: Paydays a year.
FREQUENCIES: Final[Mapping[str, int]] = MappingProxyType(
    {"monthly": 12, "biweekly": 26, "semimonthly": 24, "weekly": 52, "quarterly": 4, "annual": 1}
)


def share(amount: int, rate: int) -> int:
    """A share of an amount, `rate` in ten-thousandths, rounded half up to the millionth."""
    return (2 * amount * rate + WHOLE) // (2 * WHOLE)


def recorded(things: Sequence[_Thing], turns: Sequence[bool]) -> Iterable[_Thing]:
    """The things whose turn is recorded; the turns repeat."""
    return things if all(turns) else compress(things, cycle(turns))


@dataclass(frozen=True, slots=True)
class Schedule:
    """The vested percentage after 0, 1, 2, … years of service, in ten-thousandths; the last holds from there on."""

    kind: str
    percentages: tuple[int, ...]

    def after(self, years: int) -> int:
        """The percentage after so many years of service."""
        return self.percentages[min(years, len(self.percentages) - 1)]


#: All at least as fast as the law's slowest (IRC §411(a)(2)(B)). Halves and quarters make rounding ties.
SCHEDULES: Final[Mapping[str, Schedule]] = MappingProxyType(
    {
        "halves": Schedule("graded", (0, 5_000, 5_000, 5_000, 10_000)),
        "quarters": Schedule("graded", (0, 2_500, 2_500, 5_000, 7_500, 10_000)),
        "six years": Schedule("graded", (0, 0, 2_000, 4_000, 6_000, 8_000, 10_000)),
        "five years": Schedule("graded", (0, 2_000, 4_000, 6_000, 8_000, 10_000)),
        "thirds": Schedule("graded", (0, 3_333, 6_667, 10_000)),
        "odd": Schedule("graded", (1, 1_429, 4_999, 5_001, 9_999, 9_999, 10_000)),
        "three-year cliff": Schedule("cliff", (0, 0, 0, 10_000)),
        "two-year cliff": Schedule("cliff", (0, 0, 10_000)),
        "immediate": Schedule("immediate", (10_000,)),
    }
)

#: Where a year's deferrals stop, if the pay suffices: against the limit of IRC §402(g), and with all the catch-up of
#: §414(v). None stops at what is allowed.
DEFERRAL_AIMS: Final = (
    None,
    "the limit",
    "a cent below the limit",
    "a cent above the limit",
    "the limit with catch-up",
    "a cent below the limit with catch-up",
)


@dataclass(frozen=True, slots=True)
class Election:
    """What shares of pay a person defers, in ten-thousandths; together at most all of it."""

    pre_tax: int
    roth: int
    after_tax: int

    @property
    def deferred(self) -> int:
        """The share that IRC §402(g) limits."""
        return self.pre_tax + self.roth


@dataclass(frozen=True, slots=True)
class PlanDesign:
    """What an employer promises in the plans of one plan design.

    `sources` are the kinds of money that the plans take. The match is `match_rate` of what is deferred from up to
    `match_cap` of pay; `true_up` says whether it is completed to the year's at the year's end ("to the annual match"),
    or paid only then ("all of it"). Employer money comes in `match_lag` days after the pay period, yearly money
    `year_end_lag` days after the year.
    """

    plan_design_id: str
    sources: frozenset[str]
    frequency: str
    match_rate: int
    match_cap: int
    nonelective_rate: int
    profit_sharing_rate: int
    true_up: str
    schedule: Schedule
    match_lag: int
    year_end_lag: int

    @property
    def matches_at_year_end(self) -> bool:
        """Whether all of the match is paid as a true-up."""
        return self.true_up == "all of it" and "employer_match_true_up" in self.sources


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch of employment: so many pay periods and service periods, and how it ends.

    A raise, promotion or change of election falls into the pay period of that number, if there are so many.
    `forfeitures` are the shares of the unvested money that are taken back, one after the other.
    """

    periods: int
    service_periods: int
    service_ends_with: str
    hours: int
    merit_in: int | None
    merit_rate: int
    promotion_in: int | None
    election_change_in: int | None
    new_election: Election
    leaves: bool
    reason: str
    final_pay_after: int
    forfeitures: tuple[str, ...]
    forfeited_after: int


@dataclass(frozen=True, slots=True)
class Life:
    """What was drawn of one person within one scenario and plan design.

    `complete` lives are recorded from the hire on; the others begin somewhere in the middle, as an extract does.
    What `recorded_deposits` and `recorded_services` turn down, turn by turn, was paid or credited but not recorded.
    `first_day` is the day of hire, or that of the first pay period in an extract; `pay` is for one period.
    """

    employee_id: str
    scenario_id: str
    design: PlanDesign
    plans: tuple[str, ...]
    second_plan_for: str
    complete: bool
    first_day: date
    birth_year: int
    pay: int
    job_level: int
    department: str
    election: Election
    auto_enrolled: bool
    waits: int
    deposit_lag: int
    catches_up: bool
    catch_up_label: str
    deferral_aim: str | None
    additions_aim: str | None
    hce_method: str
    hce_years: int
    hce_aim: int | None
    monitored: tuple[str, ...]
    vested_buckets: str
    prior_service: int
    spells: tuple[Spell, ...]
    days_away: int
    recorded_deposits: tuple[bool, ...]
    recorded_services: tuple[bool, ...]
    spare_room: int = 0
