"""What a workforce is made of: plan designs, scenarios, and how pay, age, savings and careers are spread.

Money is in millionths of a dollar, rates and shares in ten-thousandths: all arithmetic is on integers, since a float's
last bit may differ between machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = [
    "CENT",
    "DEPARTMENTS",
    "DOLLAR",
    "ELECTIONS",
    "ELECTIONS_OF_THE_WELL_PAID",
    "NEVER",
    "PAY_BY_RANK",
    "PLAN_DESIGNS",
    "SCENARIOS",
    "WELL_PAID",
    "WHOLE",
    "PlanDesign",
    "Scenario",
    "Schedule",
]

DOLLAR: Final = 1_000_000
CENT: Final = 10_000
#: All of the pay, or fully vested.
WHOLE: Final = 10_000
#: A day that doesn't come.
NEVER: Final = 1 << 30


@dataclass(frozen=True)
class Schedule:
    """The vested share after 0, 1, 2, … years of service, in ten-thousandths; the last holds from there on."""

    kind: str
    shares: tuple[int, ...]


#: As slow as the law allows (IRC §411(a)(2)(B)); immediate as safe harbor money has to be (§401(k)(12)).
_GRADED: Final = Schedule("graded", (0, 0, 2_000, 4_000, 6_000, 8_000, 10_000))
_CLIFF: Final = Schedule("cliff", (0, 0, 0, 10_000))
_IMMEDIATE: Final = Schedule("immediate", (10_000,))


@dataclass(frozen=True)
class PlanDesign:
    """What the employer promises: rates in ten-thousandths of pay, the wait for eligibility in days.

    The match is `match_rate` of what is deferred, from up to `match_cap` of pay. Who doesn't elect is enrolled at
    `automatic_rate`, if it isn't 0. Unvested money is forfeited when the vested part is paid out, some months after
    the person leaves, or `after_breaks`, when five years have passed (IRC §411(a)(6)(C)).
    """

    name: str
    plan_id: str
    schedule: Schedule
    match_rate: int = 0
    match_cap: int = 0
    true_up: bool = False
    nonelective_rate: int = 0
    profit_sharing_rate: int = 0
    allocation_rate: int = 0
    wait_days: int = 0
    automatic_rate: int = 0
    catch_up: bool = False
    after_tax: bool = False
    after_breaks: bool = False


_PLAN_DESIGNS: Final = (
    PlanDesign(
        name="standard",
        plan_id="PLAN_STD",
        schedule=_GRADED,
        match_rate=5_000,
        match_cap=600,
        true_up=True,
        nonelective_rate=100,
        profit_sharing_rate=300,
        allocation_rate=10,
        wait_days=90,
        catch_up=True,
        after_tax=True,
    ),
    PlanDesign(
        name="safe_harbor",
        plan_id="PLAN_SAFE",
        schedule=_IMMEDIATE,
        match_rate=10_000,
        match_cap=400,
        profit_sharing_rate=200,
        wait_days=30,
        automatic_rate=300,
        catch_up=True,
    ),
    PlanDesign(
        name="cliff",
        plan_id="PLAN_CLF",
        schedule=_CLIFF,
        match_rate=2_500,
        match_cap=600,
        nonelective_rate=300,
        wait_days=365,
        catch_up=True,
        after_breaks=True,
    ),
    PlanDesign(
        name="basic",
        plan_id="PLAN_BAS",
        schedule=_GRADED,
        match_rate=3_333,
        match_cap=500,
        wait_days=180,
    ),
)
#: The plan designs by name.
PLAN_DESIGNS: Final[Mapping[str, PlanDesign]] = MappingProxyType({design.name: design for design in _PLAN_DESIGNS})


@dataclass(frozen=True)
class Scenario:
    """How a workforce fares, in ten-thousandths a year: who leaves, who comes back, who is hired, raises."""

    name: str
    turnover: int
    rehires: int
    hires: int
    merit: int
    promotions: int


_SCENARIOS: Final = (
    Scenario("baseline", turnover=1_200, rehires=1_500, hires=1_000, merit=300, promotions=800),
    Scenario("high_turnover", turnover=3_000, rehires=2_500, hires=3_000, merit=250, promotions=600),
    Scenario("high_growth", turnover=800, rehires=1_000, hires=2_500, merit=450, promotions=1_500),
)
#: The scenarios by name.
SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({scenario.name: scenario for scenario in _SCENARIOS})

#: Annual pay in dollars of the lowest paid, of the person at 5 %, at 10 % and so on; between them it rises evenly.
PAY_BY_RANK: Final = (
    24_000, 30_000, 33_500, 36_500, 39_500, 42_500, 46_000, 50_000, 54_000, 58_500, 63_500,
    69_000, 75_000, 82_000, 90_500, 101_000, 115_000, 134_000, 162_000, 225_000, 480_000,
)  # fmt: skip

#: How many people in 1,000 elect what: before tax, Roth and after tax, in ten-thousandths of pay.
ELECTIONS: Final = (
    (180, (300, 0, 0)),
    (220, (600, 0, 0)),
    (110, (1_000, 0, 0)),
    (90, (0, 600, 0)),
    (80, (400, 400, 0)),
    (60, (333, 667, 0)),
    (70, (1_500, 0, 0)),
    (50, (1_000, 1_000, 0)),
    (30, (2_500, 0, 0)),
    (20, (1_200, 0, 500)),
    (10, (4_000, 1_000, 0)),
    (80, (0, 0, 0)),
)
#: The same of those who earn WELL_PAID dollars a year or more, many of whom save as much as the law lets them.
ELECTIONS_OF_THE_WELL_PAID: Final = (
    (120, (600, 0, 0)),
    (230, (1_000, 0, 0)),
    (210, (1_500, 0, 0)),
    (120, (1_000, 1_000, 0)),
    (90, (0, 2_000, 0)),
    (80, (3_000, 0, 0)),
    (60, (1_500, 0, 1_000)),
    (50, (1_000, 1_000, 3_000)),
    (40, (0, 0, 0)),
)
WELL_PAID: Final = 140_000

DEPARTMENTS: Final = ("Engineering", "Operations", "Sales", "Finance", "Customer Service", "Human Resources", "Legal")
