"""A year's pay and what it brings into the plans: every source, stopped where the year's limits stop it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from dcprops.population.assumptions import CENT, DOLLAR, WHOLE
from dcprops.population.careers import Careers, Lives, Rates, WorkYear, to_cents
from dcprops.population.draws import Flags, Integers
from dcprops.reference import dollar_limits
from dcprops.reference.compliance import catch_up_limit

__all__ = ["Deposits", "PaidYear", "YearLimits", "limits_of", "run_payroll"]

_OLDEST: Final = 120


@dataclass(frozen=True)
class YearLimits:
    """The limits of a year in millionths; catch-up by the age attained in it."""

    deferrals: int
    catch_up: Integers
    additions: int
    pay: int


@cache
def limits_of(year: int) -> YearLimits:
    """The limits of a calendar year. Raises MissingYearError for a year that the table lacks."""
    figures = dollar_limits(year)
    catch_up = [int(catch_up_limit(year, year - age) * DOLLAR) for age in range(_OLDEST)]
    return YearLimits(
        int(figures.elective_deferral_402g * DOLLAR),
        np.array(catch_up, np.int64),
        int(figures.annual_additions_415c * DOLLAR),
        int(figures.compensation_401a17 * DOLLAR),
    )


class Deposits(NamedTuple):
    """Money of one source by life and pay period, 0 for nothing, and where a limit made it less.

    Money for the whole year has a single column and is deposited after the year.
    """

    amounts: Integers
    limited: Flags


@dataclass(frozen=True)
class PaidYear:
    """What a year brought: gross pay by pay period, the deposits by source, and what limits are about.

    `regular` are the deferrals of each period that IRC §402(g) limits, `catch_up` how much more each life may defer,
    `additions` what §415(c) counts of each life's year.
    """

    pay: Integers
    by_period: Mapping[str, Deposits]
    for_the_year: Mapping[str, Deposits]
    regular: Integers
    catch_up: Integers
    additions: Integers

    def deposits(self) -> Iterator[tuple[str, Deposits, bool]]:
        """Each source with its deposits, and whether they are for the whole year."""
        for source, deposits in self.by_period.items():
            yield source, deposits, False
        for source, deposits in self.for_the_year.items():
            yield source, deposits, True


class _Pay(NamedTuple):
    """Pay by life and pay period: all of it, that of periods that end in eligibility, and in enrolment."""

    gross: Integers
    eligible: Integers
    enrolled: Integers


def run_payroll(lives: Lives, careers: Careers, year: WorkYear) -> PaidYear:
    """Pay everyone for a year that the careers have gone through."""
    limits = limits_of(year.calendar.year)
    pay = _pay(careers, year)
    rates = _rates_in_force(year)
    catch_up = limits.catch_up[year.calendar.year - careers.birth_years] * lives.of_design("catch_up")
    wanted = to_cents(_share(pay.enrolled, rates.pre_tax + rates.roth))
    regular, caught_up = _defer(wanted, limits.deferrals, catch_up)
    employer_pay = _up_to(pay.eligible, limits.pay)
    base = np.minimum(regular + caught_up, _share(employer_pay, lives.of_design("match_cap")[:, None]))
    match = _share(base, lives.of_design("match_rate")[:, None])
    nonelective = _share(employer_pay, lives.of_design("nonelective_rate")[:, None])
    stays = _stays(careers, year.calendar.last_day)
    year_pay = employer_pay.sum(axis=1)
    true_up = stays * _true_up(lives, (regular + caught_up).sum(axis=1), year_pay, match.sum(axis=1))
    allocation = stays * _share(year_pay, lives.of_design("allocation_rate"))
    # What no election and no discretion decides comes first, so that only the others meet the limit of §415(c).
    room = limits.additions - sum(part.sum(axis=1) for part in (regular, match, nonelective)) - true_up - allocation
    wanted_after_tax = to_cents(_share(pay.enrolled, rates.after_tax))
    after_tax = _up_to(wanted_after_tax, room[:, None])
    room_left = room - after_tax.sum(axis=1)
    wanted_profit = stays * _share(year_pay, lives.of_design("profit_sharing_rate"))
    profit = np.minimum(wanted_profit, room_left)
    regular_limited, deferral_limited = regular < wanted, regular + caught_up < wanted
    in_part = regular * rates.pre_tax // np.maximum(rates.pre_tax + rates.roth, 1) // CENT * CENT
    pre_tax = np.where(rates.roth == 0, regular, in_part)
    return PaidYear(
        pay.gross,
        {
            "employee_pre_tax": Deposits(pre_tax, regular_limited),
            "employee_roth": Deposits(regular - pre_tax, regular_limited),
            "employee_catch_up": Deposits(caught_up, deferral_limited),
            "employee_after_tax": Deposits(after_tax, after_tax < wanted_after_tax),
            "employer_match": _unlimited(match),
            "employer_nonelective": _unlimited(nonelective),
        },
        {
            "employer_match_true_up": _unlimited(true_up[:, None]),
            "forfeiture_allocation": _unlimited(allocation[:, None]),
            "employer_profit_sharing": Deposits(profit[:, None], (profit < wanted_profit)[:, None]),
        },
        regular,
        catch_up,
        limits.additions - room_left + profit,
    )


def _pay(careers: Careers, year: WorkYear) -> _Pay:
    """A period's pay is the annual rate at its end, for the days of it that were worked, to the cent."""
    calendar = year.calendar
    rate = np.where(calendar.ends >= year.raises.days[:, None], year.raises.pay[:, None], year.pay[:, None])
    days, eligible, enrolled = 0, False, False
    for spell in range(2):
        last = np.minimum(calendar.ends, careers.ends[spell][:, None])
        worked = np.maximum(last - np.maximum(calendar.starts, careers.starts[spell][:, None]) + 1, 0)
        days = days + worked
        eligible |= (worked > 0) & (calendar.ends >= careers.eligible[spell][:, None])
        enrolled |= (worked > 0) & (calendar.ends >= careers.enrolled[spell][:, None])
    gross = to_cents(rate * days // calendar.days_reckoned)
    return _Pay(gross, gross * eligible, gross * enrolled)


def _rates_in_force(year: WorkYear) -> Rates:
    """The elected rates at the end of each pay period."""
    changed = year.calendar.ends >= year.changes[:, None]
    before, after = (Rates(*(rate[:, None] for rate in rates)) for rates in (year.rates, year.new_rates))
    return after.where(changed, before)


def _share(amounts: Integers, rates: Integers) -> Integers:
    """Shares of amounts, rounded half up to the millionth."""
    return (amounts * rates + WHOLE // 2) // WHOLE


def _up_to(amounts: Integers, most: Integers | int) -> Integers:
    """The amounts of a year's periods in turn, as far as they sum to no more than `most`."""
    return np.diff(np.minimum(np.cumsum(amounts, axis=1), most), axis=1, prepend=0)


def _defer(wanted: Integers, limit: int, catch_up: Integers) -> tuple[Integers, Integers]:
    """What is deferred: up to the limit of IRC §402(g), and beyond it as catch-up (§414(v))."""
    allowed = _up_to(wanted, limit + catch_up[:, None])
    regular = _up_to(wanted, limit)
    return regular, allowed - regular


def _stays(careers: Careers, last_day: int) -> Flags:
    """Who works and may take part when the year ends."""
    spells = (careers.starts < last_day) & (last_day < careers.ends) & (careers.eligible <= last_day)
    either: Flags = spells[0] | spells[1]
    return either


def _true_up(lives: Lives, deferred: Integers, pay: Integers, matched: Integers) -> Integers:
    """What the year's match is above what the pay periods brought, in whole cents."""
    base = np.minimum(deferred, _share(pay, lives.of_design("match_cap")))
    due = np.maximum(_share(base, lives.of_design("match_rate")) - matched, 0)
    paid: Integers = due // CENT * CENT * lives.of_design("true_up")
    return paid


def _unlimited(amounts: Integers) -> Deposits:
    return Deposits(amounts, np.zeros(amounts.shape, np.bool_))
