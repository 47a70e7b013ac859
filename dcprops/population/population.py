"""A whole workforce: who is in it and for how long, and its events, partition by partition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple

import pyarrow as pa

from dcprops.population.assumptions import PLAN_DESIGNS, SCENARIOS, WHOLE, PlanDesign, Scenario
from dcprops.population.calendars import FREQUENCIES, PayYear, pay_year
from dcprops.population.careers import Careers, Lives
from dcprops.population.errors import PopulationError
from dcprops.population.histories import write_down
from dcprops.population.tables import batch_of, employee_id
from dcprops.population.vocabularies import vocabularies
from dcprops.reference import years as years_with_limits

__all__ = ["MOST_EMPLOYEES", "WHOLE_WORKFORCE", "Partition", "Population"]

#: As many as identifiers of one width can tell apart.
MOST_EMPLOYEES: Final = 100_000_000
_MOST_SEEDS: Final = 1 << 64
#: Lives that are made at once: enough to spread the cost of a call, few enough for the processor's cache.
_LIVES_AT_ONCE: Final = 500
_PLACES: Final = Decimal("0.0001")


class Partition(NamedTuple):
    """The `number`th of so many parts of a workforce, counted from 1: employees who follow on one another."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Partition:
        """The partition that a text such as `2/7` says. Raises PopulationError."""
        number, slash, of = text.partition("/")
        if not (slash and number.isdecimal() and of.isdecimal()):
            raise PopulationError(f"partition={text!r}: expected I/N with I from 1 to N, such as 2/7")
        return cls(int(number), int(of)).checked()

    def checked(self) -> Partition:
        """The partition itself. Raises PopulationError if there is no such part."""
        if not 1 <= self.number <= self.of:
            raise PopulationError(f"partition={self.number}/{self.of}: expected I/N with I from 1 to N")
        return self

    def of_employees(self, count: int) -> range:
        """The places of its employees among so many."""
        return range(count * (self.number - 1) // self.of, count * self.number // self.of)


#: The one part of a workforce that isn't parted.
WHOLE_WORKFORCE: Final = Partition(1, 1)


@dataclass(frozen=True)
class Population:
    """A workforce of so many employees over so many calendar years.

    `seed` from 0 to 2**64 - 1; `first_year` to its last year must be years with limits; `frequency` is how often people
    are paid: weekly, biweekly, semimonthly or monthly. Each employee has one ledger in each of the `scenarios` and
    `plan_designs`, whose names are those of SCENARIOS and PLAN_DESIGNS. `turnover` is the share of people who leave in
    a year, from 0 to 1 with at most four places, in place of the scenarios' own.

    An employee's ledger depends on these arguments but the number of employees, and on nobody else, so that it is the
    same however many there are and whatever the partition. Raises PopulationError, a ValueError that names the argument
    and what was expected.
    """

    employees: int
    years: int = 5
    seed: int = 0
    first_year: int = 2021
    frequency: str = "biweekly"
    scenarios: tuple[str, ...] = ("baseline",)
    plan_designs: tuple[str, ...] = ("standard",)
    turnover: Decimal | None = None

    def __post_init__(self) -> None:
        _within("employees", self.employees, 1, MOST_EMPLOYEES)
        _within("seed", self.seed, 0, _MOST_SEEDS - 1)
        first, last = years_with_limits()[0], years_with_limits()[-1]
        _within("first_year", self.first_year, first, last)
        _within("years", self.years, 1, last - self.first_year + 1, f", since limits are known from {first} to {last}")
        _one_of("frequency", [self.frequency], FREQUENCIES)
        _one_of("scenarios", self.scenarios, SCENARIOS)
        _one_of("plan_designs", self.plan_designs, PLAN_DESIGNS)
        _share("turnover", self.turnover)

    @cached_property
    def calendars(self) -> list[PayYear]:
        """The calendar of each year, in order."""
        return [pay_year(year, self.frequency) for year in range(self.first_year, self.first_year + self.years)]

    @property
    def worlds(self) -> int:
        """How many ledgers each employee has: scenarios times plan designs."""
        return len(self.scenarios) * len(self.plan_designs)

    def batches(self, partition: Partition = WHOLE_WORKFORCE) -> Iterator[pa.RecordBatch]:
        """The events of a partition in the Arrow schema, some employees at a time.

        Employee by employee, scenario by scenario, design by design in canonical order: the batches of all partitions,
        one after the other, are those of the whole workforce. Raises PopulationError for a partition that isn't one.
        """
        employees = partition.checked().of_employees(self.employees)
        at_once = max(1, _LIVES_AT_ONCE // self.worlds)
        for start in range(employees.start, employees.stop, at_once):
            yield self.batch(range(start, min(start + at_once, employees.stop)))

    def batch(self, employees: range) -> pa.RecordBatch:
        """The events of some employees, by their places from 0 on, in the Arrow schema and in the same order."""
        lives = self._lives(employees)
        words = vocabularies(self._designs, self.calendars)
        return batch_of(write_down(lives, self.first_year, self.calendars), lives, words)

    def birth_years(self, partition: Partition = WHOLE_WORKFORCE) -> dict[str, int]:
        """The birth year of each employee of a partition, as compliance needs it."""
        employees = partition.checked().of_employees(self.employees)
        careers = Careers(self._lives(employees), self.first_year, self.years)
        years = careers.birth_years[:: self.worlds].tolist()
        return dict(zip(map(employee_id, employees), years, strict=True))

    @cached_property
    def _scenarios(self) -> list[Scenario]:
        scenarios = [SCENARIOS[name] for name in self.scenarios]
        if self.turnover is None:
            return scenarios
        return [replace(scenario, turnover=int(self.turnover * WHOLE)) for scenario in scenarios]

    @cached_property
    def _designs(self) -> list[PlanDesign]:
        return [PLAN_DESIGNS[name] for name in self.plan_designs]

    def _lives(self, employees: range) -> Lives:
        return Lives(self.seed, employees, self._scenarios, self._designs)


def _within(name: str, value: int, least: int, most: int, why: str = "") -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise PopulationError(f"{name}={value!r}: expected a whole number from {least} to {most}{why}")


def _share(name: str, value: Decimal | None) -> None:
    """Raise PopulationError unless the value is None or a share that ten-thousandths can say."""
    if value is None:
        return
    if isinstance(value, Decimal) and value.is_finite() and 0 <= value <= 1 and value == value.quantize(_PLACES):
        return
    raise PopulationError(f"{name}={str(value)!r}: expected a Decimal from 0 to 1, at most four places, such as 0.12")


def _one_of(name: str, values: Sequence[str], known: Mapping[str, object]) -> None:
    """Raise PopulationError unless the values are known names, at least one and each once."""
    if not values or len(set(values)) < len(values):
        raise PopulationError(f"{name}={values!r}: expected at least one name, and each once")
    for value in values:
        if value not in known:
            raise PopulationError(f"{name}={value!r}: expected {' or '.join(known)}")
