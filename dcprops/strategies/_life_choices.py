"""How blocks of bytes become lives: one byte for each choice, which picks from the choice's values.

The first value of each is the simplest, so that a block of zeros is a life of a single contribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import date
from functools import cache
from itertools import product
from typing import Any, Final, TypeAlias

from dcprops.reference.balances import BUCKETS, SOURCES
from dcprops.strategies._lives import (
    CENT,
    DEFERRAL_AIMS,
    FREQUENCIES,
    SCHEDULES,
    Election,
    Life,
    PlanDesign,
    Spell,
)

__all__ = ["BLOCK_SIZE", "SWITCHED", "Header", "Scope", "is_last", "read_header", "read_lives"]

Choices: TypeAlias = Mapping[str, Sequence[Any]]

_ALL_SOURCES: Final = frozenset(SOURCES)
_DEFERRALS: Final = frozenset({"employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up"})
_USUAL: Final = _DEFERRALS | {"employer_match", "employer_match_true_up"}

_ELECTIONS: Final = (
    Election(10_000, 0, 0),
    Election(0, 10_000, 0),
    Election(0, 0, 10_000),
    Election(5_000, 0, 0),
    Election(600, 0, 0),
    Election(0, 333, 0),
    Election(300, 300, 0),
    Election(600, 400, 200),
    Election(1_500, 0, 500),
    Election(3_333, 3_333, 3_334),
    Election(1, 0, 0),
    Election(9_999, 1, 0),
    Election(1_000, 500, 0),
    Election(2_500, 0, 2_500),
)

#: The event types that are switched off altogether in some ledgers. Without contributions there is no ledger.
SWITCHED: Final = (
    "hire",
    "eligibility",
    "enrollment",
    "vesting",
    "termination",
    "forfeiture",
    "merit",
    "promotion",
    "hce_status",
    "compliance",
)

_HEADER: Final[Choices] = {
    **dict.fromkeys(SWITCHED, (False, True, True, True, True, True)),
    "recording": ("in order", "in order", "latest first", "all at once", "every night"),
    "naming": ("plain", "plain", "case", "digits", "accents", "white space"),
}

_DESIGN: Final[Choices] = {
    "sources": (
        frozenset({"employer_match"}),
        _DEFERRALS,
        frozenset({"employer_nonelective"}),
        frozenset({"employer_profit_sharing"}),
        frozenset({"employer_match_true_up"}),
        frozenset({"forfeiture_allocation"}),
        _USUAL,
        _ALL_SOURCES,
        _USUAL | {"employer_profit_sharing"},
        _USUAL | {"employer_nonelective"},
        _ALL_SOURCES,
        _ALL_SOURCES,
    ),
    "frequency": (*FREQUENCIES, "biweekly", "weekly", "monthly", "semimonthly"),
    "match_rate": (10_000, 5_000, 2_500, 3_333, 6_667, 1, 15_000),
    "match_cap": (10_000, 600, 300, 500, 400),
    "nonelective_rate": (10_000, 300, 333, 500, 50),
    "profit_sharing_rate": (10_000, 500, 1_000, 250, 1_667),
    "true_up": ("to the annual match", "all of it", "to the annual match"),
    "schedule": (*SCHEDULES.values(), SCHEDULES["halves"], SCHEDULES["quarters"], SCHEDULES["halves"]),
    "match_lag": (0, 0, 1, 5, 14, 31, 75),
    "year_end_lag": (0, 46, 74, 1),
}

_DEPOSITS: Final = tuple(f"deposit {turn}" for turn in range(8))
_SERVICES: Final = tuple(f"service {turn}" for turn in range(3))

_LIFE: Final[Choices] = {
    "another": (False, True),
    "relation": ("person", "scenario", "plan design", "person"),
    "complete": (False, True, True),
    "year": (),  # by scope
    "day": (
        (1, 1), (12, 31), (2, 29), (2, 28), (3, 1), (12, 30), (2, 29), (12, 1), (1, 31), (2, 29), (7, 1),
        *((month, day) for month in range(1, 13) for day in (2, 15, 27)),
    ),
    "age": (30, 50, 49, 51, 59, 60, 61, 62, 63, 64, 65, 22, 20, 45, 55, 58),
    "pay_unit": (1, 10_000, 100_000, 1_000_000, 100_000),
    "pay_high": range(256),
    "pay_low": range(256),
    "pay_odd": (0, 1, 3, 0, 5_001, 333_333, 999_999),
    "job_level": tuple(range(1, 11)),
    "department": ("Finance", "Engineering", "Sales", "R&D", "Café"),
    "election": _ELECTIONS,
    "auto_enrolled": (False, True),
    "waits": (0, 0, 0, 30, 0, 1, 91, 0, 365),
    "deposit_lag": (0, 0, 1, 5, 12),
    "catches_up": (False, True),
    "catch_up_label": ("as elected", "from the start", "beyond the limit"),
    "deferral_aim": (None, None, *DEFERRAL_AIMS, None),
    "additions_aim": (None, None, None, "the limit", "a cent below the limit", None, "the limit"),
    "hce_method": ("prior_year", "current_year"),
    "hce_years": (0, 0, 1, 2, 3),
    "hce_aim": (None, 0, CENT, -CENT, None, None),
    "monitored": (
        (),
        (),
        ("402g_limit_approach",),
        ("415c_limit_approach",),
        ("catch_up_eligible",),
        ("402g_limit_approach", "415c_limit_approach", "catch_up_eligible"),
    ),
    "vested_buckets": ("with money", "all", "with money", *BUCKETS),
    "plan": range(256),
    "prior_service": (0, 1, 2, 3, 0, 4, 5, 6, 0, 1, 2),
    "second_plan_for": ("nothing", "nothing", "profit sharing", "later spells", "employer money"),
    "days_away": (1, 30, 400, 1_827, 90, 2_000, 200),
    # Hardly ever left out, but what a failure doesn't need can be, one by one. The first turn stands last, because
    # Hypothesis sorts bytes as it shrinks them, which moves what must stay towards the end.
    **dict.fromkeys(reversed(_DEPOSITS), (False, *(True,) * 255)),
    **dict.fromkeys(reversed(_SERVICES), (False, *(True,) * 255)),
    "rehired": (False, True),
}  # fmt: skip

_SPELL: Final[Choices] = {
    "periods": (),  # by scope
    "service_periods": (0, 1, 2, 0, 1, 3, 0, 6, 0),
    "service_ends_with": ("the last deposit", "the calendar year", "the anniversary", "the calendar year"),
    "hours": (2_080, 1_000, 999, 2_080, 1_001, 500, 501, 0, 2_080),
    "merit_in": (None, None, 0, 1, 2, 7),
    "merit_rate": (300, 0, 333, 1, 10_000, 250, 500),
    "promotion_in": (None, None, None, 0, 1, 3, 10),
    "election_change_in": (None, None, 1, 0, 2, 6),
    "new_election": (Election(0, 0, 0), *_ELECTIONS),
    "leaves": (False, True, True, True),
    "reason": ("voluntary", "involuntary", "retirement", "death", "disability"),
    "final_pay_after": (0, 7, 1, 14),
    "forfeitures": (
        (),
        ("all",),
        ("half",),
        ("half", "all"),
        ("all",),
        ("a millionth",),
        ("all but a millionth",),
        ("at a higher percentage",),
        ("half", "half", "all"),
        (),
        ("all",),
    ),
    "forfeited_after": (0, 30, 1, 365, 1_827, 100),
}

_SPELLS: Final = 2
_AS_DRAWN: Final = tuple(name for name in _LIFE if name in {field.name for field in dataclass_fields(Life)})
#: The bytes of a life. The header and the plan designs come in blocks of the same size: where Hypothesis tries a copy
#: of one choice in place of another that has other bounds, it would get zeros.
BLOCK_SIZE: Final = len(_LIFE) + _SPELLS * len(_SPELL)

#: How many pay periods, as far as the scope allows. None at all is for who has just been hired.
_PERIODS: Final = (1, 2, 3, 6, 12, 26, 0, 13, 24, 0, 52, 0, 27, 4, 26, 0, 40, 0, 52, 14, 52)

# Names that programs take for one another: keys that are joined, folded, normalised, stripped or read as numbers.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "plain": (),
    "case": ("e", "E", "ß", "SS", "ss"),
    "digits": ("1", "11", "01", "111", "1.0", "1e1"),
    "accents": ("Zoe\u0308", "Zoë", "Zoe"),
    "white space": ("a b", "a\u00a0b", "a  b", "ab"),
}


@dataclass(frozen=True)
class Scope:
    """How large a ledger may be, and of which years and event types."""

    max_people: int
    max_scenarios: int
    max_plan_designs: int
    max_plans: int
    max_periods: int
    first_year: int
    last_year: int
    event_types: frozenset[str]

    @property
    def setting_blocks(self) -> int:
        """How many blocks the header and the plan designs take."""
        return -(-(len(_HEADER) + self.max_plan_designs * len(_DESIGN)) // BLOCK_SIZE)

    @property
    def max_lives(self) -> int:
        """As many people as may be, and once each of the further scenarios and designs."""
        return self.max_people + self.max_scenarios + self.max_plan_designs - 2


@dataclass(frozen=True, slots=True)
class Header:
    """What holds for a whole ledger: which event types occur, when they were recorded, how things are named."""

    event_types: frozenset[str]
    recording: str
    naming: str


Tables: TypeAlias = tuple[tuple[str, tuple[Any, ...]], ...]


def _tables(choices: Choices) -> Tables:
    """For each choice the value of each byte."""
    return tuple((name, tuple(values[byte % len(values)] for byte in range(256))) for name, values in choices.items())


_HEADER_TABLES: Final = _tables(_HEADER)
_DESIGN_TABLES: Final = _tables(_DESIGN)


@cache
def _life_tables(scope: Scope) -> tuple[Tables, Tables]:
    # 2020 comes first, as it does for dates anywhere here.
    years = sorted(range(scope.first_year, scope.last_year + 1), key=lambda year: (year < 2020, year))
    periods = [number for number in _PERIODS if number <= scope.max_periods]
    return _tables({**_LIFE, "year": years}), _tables({**_SPELL, "periods": periods})


def _read(tables: Tables, block: bytes) -> dict[str, Any]:
    return {name: values[byte] for (name, values), byte in zip(tables, block, strict=False)}


def read_header(setting: bytes, scope: Scope) -> Header:
    """The header that the setting's blocks say."""
    fields = _read(_HEADER_TABLES, setting)
    switched_on = frozenset(name for name in SWITCHED if fields[name]) | {"contribution"}
    return Header(switched_on & scope.event_types, fields["recording"], fields["naming"])


def is_last(block: bytes) -> bool:
    """Whether no other life comes after that of a block."""
    return not _LIFE["another"][block[0] % 2]


def _name(naming: str, letter: str, number: int) -> str:
    names = _NAMES[naming]
    return names[number] if number < len(names) else f"{letter}{number + 1}"


def _day(year: int, month: int, day: int, scope: Scope) -> date:
    """That day; a leap day in the next leap year if the scope has it, else the day before."""
    if (month, day) == (2, 29) and year % 4:
        leap_year = year + 4 - year % 4
        return date(leap_year, 2, 29) if leap_year <= scope.last_year else date(year, 2, 28)
    return date(year, month, day)


def read_lives(blocks: Sequence[bytes], setting: bytes, scope: Scope) -> tuple[Life, ...]:
    """The lives that blocks of BLOCK_SIZE bytes say, with the header and in the plan designs of the setting's.

    No two are of one person in one scenario and plan design. One person has one birth year and begins on one day.
    """
    header = read_header(setting, scope)
    taken: set[tuple[int, int, int]] = set()
    people: dict[int, Life] = {}
    lives = []
    for block in blocks:
        fields = _read(_life_tables(scope)[0], block)
        person, scenario, number = place = _free_place(fields["relation"], taken, scope)
        taken.add(place)
        plans = tuple(_name(header.naming, "P", (fields["plan"] + further) % scope.max_plans) for further in range(2))
        life = _read_life(
            fields,
            block[len(_LIFE) :],
            _read_design(setting, number, header),
            scope,
            complete=fields["complete"] and "hire" in header.event_types,
            employee_id=_name(header.naming, "E", person),
            scenario_id=_name(header.naming, "S", scenario),
            plans=plans,
        )
        first = people.setdefault(person, life)
        if first is not life:
            life = replace(life, birth_year=first.birth_year, first_day=first.first_day)
        lives.append(life)
    return tuple(lives)


@cache
def _places(relation: str, scope: Scope) -> tuple[tuple[int, int, int], ...]:
    """Every person, scenario and plan design, the dimension that a life is to differ in running fastest."""
    people, scenarios, designs = range(scope.max_people), range(scope.max_scenarios), range(scope.max_plan_designs)
    match relation:
        case "scenario":
            return tuple((person, scenario, design) for design, person, scenario in product(designs, people, scenarios))
        case "plan design":
            return tuple((person, scenario, design) for scenario, person, design in product(scenarios, people, designs))
    return tuple((person, scenario, design) for scenario, design, person in product(scenarios, designs, people))


def _free_place(relation: str, taken: set[tuple[int, int, int]], scope: Scope) -> tuple[int, int, int]:
    return next(place for place in _places(relation, scope) if place not in taken)


def _read_design(setting: bytes, number: int, header: Header) -> PlanDesign:
    fields = _read(_DESIGN_TABLES, setting[len(_HEADER) + number * len(_DESIGN) :])
    return PlanDesign(plan_design_id=_name(header.naming, "D", number), **fields)


def _read_life(fields: dict[str, Any], spells: bytes, design: PlanDesign, scope: Scope, **identity: Any) -> Life:
    month, day = fields["day"]
    first_day = _day(fields["year"], month, day, scope)
    pay = fields["pay_unit"] * (fields["pay_high"] * 256 + fields["pay_low"]) + fields["pay_odd"]
    number_of_spells = _SPELLS if fields["rehired"] else 1
    tables = _life_tables(scope)[1]
    as_drawn = {name: fields[name] for name in _AS_DRAWN}
    return Life(
        design=design,
        first_day=first_day,
        birth_year=first_day.year - fields["age"],
        pay=max(1, pay),
        recorded_deposits=tuple(fields[name] for name in _DEPOSITS),
        recorded_services=tuple(fields[name] for name in _SERVICES),
        spells=tuple(Spell(**_read(tables, spells[place * len(_SPELL) :])) for place in range(number_of_spells)),
        **as_drawn | identity,
    )
