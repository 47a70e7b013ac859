"""Who works when: birth, hires, leavings and returns, and year by year raises and elections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from dcprops.population.assumptions import (
    CENT,
    DEPARTMENTS,
    DOLLAR,
    ELECTIONS,
    ELECTIONS_OF_THE_WELL_PAID,
    NEVER,
    PAY_BY_RANK,
    WELL_PAID,
    WHOLE,
    PlanDesign,
    Scenario,
)
from dcprops.population.calendars import PayYear, day_number
from dcprops.population.draws import Draws, Flags, Integers, below, key_of, mixed

__all__ = ["Careers", "Lives", "Raises", "Rates", "WorkYear", "to_cents"]


_YOUNGEST: Final = 22
_OLDEST: Final = 64
_LONGEST_SERVICE: Final = 25
#: Who is hired leaves no sooner, and who is hired within the years is at most so old.
_SHORTEST_SPELL: Final = 14
_OLDEST_HIRED: Final = 55
#: A rehire comes after all that is forfeited has been.
_AWAY: Final = (200, 500)
_RANKS_A_STEP: Final = 1 << 16
_RANKS: Final = (len(PAY_BY_RANK) - 1) * _RANKS_A_STEP


class Lives:
    """The employees of a block, each once in every world, which is a scenario with a plan design.

    A life's place is its employee's times the number of worlds, plus the world's. What is drawn of a person is the
    same in every world: whether it makes the person leave is the scenario's.
    """

    def __init__(
        self, seed: int, employees: range, scenarios: Sequence[Scenario], designs: Sequence[PlanDesign]
    ) -> None:
        self.seed = seed
        self.employees = employees
        self.worlds = [(scenario, design) for scenario in scenarios for design in designs]
        numbers = np.arange(employees.start, employees.stop, employees.step, dtype=np.uint64)
        self.numbers = np.repeat(numbers, len(self.worlds))
        self.world = np.tile(np.arange(len(self.worlds), dtype=np.int64), len(employees))
        self.design = self.world % len(designs)
        self.count = self.numbers.size

    def draws(self, purpose: str, index: int = 0) -> Draws:
        """A draw of 64 bits for each life."""
        return mixed(key_of(self.seed, purpose, index), self.numbers)

    def below(self, bound: int | Integers, purpose: str, index: int = 0) -> Integers:
        """A whole number from 0 to `bound` - 1 for each life."""
        return below(self.draws(purpose, index), bound)

    def happens(self, chances: Integers | int, purpose: str, index: int = 0) -> Flags:
        """Whether something happens to each life, its chance in ten-thousandths."""
        return self.below(WHOLE, purpose, index) < chances

    def of_scenario(self, name: str) -> Integers:
        """A figure of each life's scenario."""
        return np.array([getattr(scenario, name) for scenario, _ in self.worlds], np.int64)[self.world]

    def of_design(self, name: str) -> Integers:
        """A figure of each life's plan design; 0 or 1 for what it has or hasn't."""
        return np.array([int(getattr(design, name)) for _, design in self.worlds], np.int64)[self.world]


def to_cents(millionths: Integers) -> Integers:
    """Amounts rounded half up to the cent."""
    return (millionths + CENT // 2) // CENT * CENT


class Rates(NamedTuple):
    """Elected shares of pay, in ten-thousandths."""

    pre_tax: Integers
    roth: Integers
    after_tax: Integers

    def where(self, chosen: Flags, others: Rates) -> Rates:
        """These rates where `chosen`, the others elsewhere."""
        return Rates(*(np.where(chosen, own, other) for own, other in zip(self, others, strict=True)))


class Raises(NamedTuple):
    """One raise a year at most: its day (NEVER if there is none), whether it is a promotion, and what it brings."""

    days: Integers
    promotes: Flags
    percentage: Integers
    pay: Integers
    level: Integers


@dataclass(frozen=True)
class WorkYear:
    """One year of every life: pay and election before the raise and the change, and what they became after."""

    calendar: PayYear
    pay: Integers
    level: Integers
    raises: Raises
    rates: Rates
    changes: Integers
    new_rates: Rates
    leaves: Integers


class Careers:
    """The careers of lives over some years.

    `starts` and `ends` are the first and the last day of each of two spells of work, NEVER for none; `eligible` and
    `enrolled` the days on which taking part began in each. Going from year to year fills in what happens in it.
    """

    def __init__(self, lives: Lives, first_year: int, years: int) -> None:
        self.lives = lives
        self.first_year = first_year
        self._be_born_and_hired(years)
        self.ends = np.full((2, lives.count), NEVER, np.int64)
        self.first_pay = self.pay = self._starting_pay()
        self.first_level = self.level = 1 + lives.below(3, "level") + self._rank * 6 // _RANKS
        self.department = lives.below(len(DEPARTMENTS), "department")
        wait = lives.of_design("wait_days")
        self.eligible = np.stack([self.starts[0] + wait, self.starts[1]])
        self.saves, self.automatic, self.rates = self._first_elections()
        self.first_rates = self.rates
        lag = np.where(self.automatic, 0, lives.below(60, "enrolls after"))
        self.enrolled = np.where(self.saves, np.stack([self.eligible[0] + lag, self.starts[1]]), NEVER)

    def _be_born_and_hired(self, years: int) -> None:
        """Most were hired before the first year; the others on any day within the years."""
        lives = self.lives
        hires = lives.of_scenario("hires") * years
        self.joins = lives.below(WHOLE + hires, "joins") < hires
        age = _YOUNGEST + lives.below(_OLDEST - _YOUNGEST + 1, "age")
        served = np.minimum(
            lives.below(_LONGEST_SERVICE, "served") * lives.below(WHOLE, "loyal") // WHOLE, age - _YOUNGEST
        )
        first_day = day_number(date(self.first_year, 1, 1))
        span = day_number(date(self.first_year + years, 1, 1)) - first_day - _SHORTEST_SPELL
        before = first_day - 1 - served * 365 - lives.below(365, "hired on")
        within = first_day + lives.below(span, "joins on")
        self.starts = np.stack([np.where(self.joins, within, before), np.full(lives.count, NEVER, np.int64)])
        age_hired = _YOUNGEST + 1 + lives.below(_OLDEST_HIRED - _YOUNGEST, "age hired")
        self.birth_years = np.where(self.joins, _year_of(self.starts[0]) - age_hired, self.first_year - 1 - age)

    def _starting_pay(self) -> Integers:
        """Annual pay, spread as the table says, to the dollar."""
        table = np.array(PAY_BY_RANK, np.int64)
        self._rank = self.lives.below(_RANKS, "pay")
        step, part = np.divmod(self._rank, _RANKS_A_STEP)
        pay: Integers = (table[step] + (table[step + 1] - table[step]) * part // _RANKS_A_STEP) * DOLLAR
        return pay

    def _first_elections(self) -> tuple[Flags, Flags, Rates]:
        """Who takes part from the beginning, who does without having asked, and at which rates."""
        elected = self._elections(0)
        automatic_rate = self.lives.of_design("automatic_rate")
        wants = elected.pre_tax + elected.roth + elected.after_tax > 0
        automatic = ~wants & (automatic_rate > 0)
        none = np.zeros_like(automatic_rate)
        return wants | automatic, automatic, elected.where(wants, Rates(automatic_rate, none, none))

    def _elections(self, index: int) -> Rates:
        well_paid = self.pay >= WELL_PAID * DOLLAR
        rates = self._elected(ELECTIONS_OF_THE_WELL_PAID, index).where(well_paid, self._elected(ELECTIONS, index))
        return rates._replace(after_tax=rates.after_tax * self.lives.of_design("after_tax"))

    def _elected(self, table: Sequence[tuple[int, tuple[int, int, int]]], index: int) -> Rates:
        sizes, rates = zip(*table, strict=True)
        which = np.searchsorted(np.cumsum(sizes), self.lives.below(sum(sizes), "elects", index), side="right")
        return Rates(*np.array(rates, np.int64)[which].T)

    def works(self, day: Integers | int) -> Flags:
        """Who works on a day and on the days beside it."""
        spells = (self.starts < day) & (day < self.ends)
        either: Flags = spells[0] | spells[1]
        return either

    def go_through(self, calendar: PayYear) -> WorkYear:
        """The next year: who leaves and is hired back, who gets a raise, who elects anew."""
        leaves = self._leave(calendar)
        raises = self._raises(calendar)
        changes, new_rates = self._new_elections(calendar)
        year = WorkYear(calendar, self.pay, self.level, raises, self.rates, changes, new_rates, leaves)
        raised = raises.days < NEVER
        self.pay = np.where(raised, raises.pay, self.pay)
        self.level = np.where(raised, raises.level, self.level)
        self.rates = new_rates.where(changes < NEVER, self.rates)
        return year

    def _a_day(self, calendar: PayYear, purpose: str) -> Integers:
        return calendar.first_day + self.lives.below(calendar.last_day - calendar.first_day + 1, purpose, calendar.year)

    def _leave(self, calendar: PayYear) -> Integers:
        """The day on which each leaves in the year, or NEVER. Some of those who leave for the first time come back."""
        lives, year = self.lives, calendar.year
        day = self._a_day(calendar, "leaves on")
        chances = np.minimum(lives.of_scenario("turnover") + 400 * np.maximum(0, year - self.birth_years - 60), WHOLE)
        leaves = lives.happens(chances, "leaves", year) & self.works(day - _SHORTEST_SPELL) & self.works(day)
        first = leaves & (self.ends[0] == NEVER)
        self.ends[0] = np.where(first, day, self.ends[0])
        self.ends[1] = np.where(leaves & ~first, day, self.ends[1])
        returns = first & lives.happens(lives.of_scenario("rehires"), "returns", year)
        least, most = _AWAY
        back = day + least + lives.below(most - least, "returns on", year)
        self.starts[1] = np.where(returns, back, self.starts[1])
        self.eligible[1] = self.starts[1]
        self.enrolled[1] = np.where(self.saves, self.starts[1], NEVER)
        # Who left before a day of taking part came never saw it.
        self.eligible[0] = np.where(self.eligible[0] < self.ends[0], self.eligible[0], NEVER)
        self.enrolled[0] = np.where(self.enrolled[0] < self.ends[0], self.enrolled[0], NEVER)
        return np.where(leaves, day, NEVER)

    def _raises(self, calendar: PayYear) -> Raises:
        lives, year = self.lives, calendar.year
        day = self._a_day(calendar, "raise on")
        promotes = lives.happens(lives.of_scenario("promotions"), "promoted", year) & (self.level < 10)
        merit = lives.below(2 * lives.of_scenario("merit") + 1, "merit", year)
        percentage = np.where(promotes, 800 + lives.below(700, "promotion", year), merit)
        gets = self.works(day) & (promotes | (merit > 0))
        pay = to_cents((self.pay * (WHOLE + percentage) + WHOLE // 2) // WHOLE)
        return Raises(np.where(gets, day, NEVER), promotes, percentage, pay, self.level + promotes)

    def _new_elections(self, calendar: PayYear) -> tuple[Integers, Rates]:
        """One in eight of those who take part elects anew."""
        day = self._a_day(calendar, "elects on")
        takes_part = ((self.enrolled < day) & (day < self.ends)).any(axis=0) & self.works(day)
        changes = takes_part & self.lives.happens(WHOLE // 8, "elects anew", calendar.year)
        return np.where(changes, day, NEVER), self._elections(calendar.year)


def _year_of(days: Integers) -> Integers:
    years: Integers = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return years
