"""A year's contributions against the law's limits: 402(g) deferrals, catch-up, 415(c) additions, highly compensated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from typing import Any, Final, NamedTuple

from dcprops.events import SimulationEvent
from dcprops.events.payloads import ContributionPayload, HCEStatusPayload, HirePayload
from dcprops.reference.balances import EXACT, ZERO
from dcprops.reference.limits import dollar_limits
from dcprops.reference.order import canonical_order, distinct

__all__ = [
    "DEFERRAL_SOURCES",
    "ComplianceRow",
    "Deferrals",
    "Person",
    "annual_additions_limit",
    "catch_up_limit",
    "compliance",
    "is_highly_compensated",
    "measured_pay",
    "split_deferrals",
]

#: What a person defers; one limit for all of it, whatever it is called (IRC §402(g)(3), Reg. 1.402(g)-1).
DEFERRAL_SOURCES: Final = frozenset({"employee_pre_tax", "employee_roth", "employee_catch_up"})


class Person(NamedTuple):
    """One person within one scenario and plan design; limits are per person, over all plans."""

    scenario_id: str
    plan_design_id: str
    employee_id: str


class Deferrals(NamedTuple):
    """A year's deferrals, split so that the three parts are all of them, in dollars."""

    regular: Decimal
    catch_up: Decimal
    excess: Decimal


@dataclass(frozen=True, slots=True)
class ComplianceRow:
    """What one person's year comes to; money in dollars.

    `is_hce` is None where the ledger doesn't say what the person earned in the year before.
    """

    scenario_id: str
    plan_design_id: str
    employee_id: str
    regular_deferrals: Decimal
    catch_up_deferrals: Decimal
    excess_deferrals: Decimal
    annual_additions: Decimal
    annual_additions_limit: Decimal
    is_hce: bool | None

    def as_mapping(self) -> dict[str, Any]:
        """The row by field name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def catch_up_limit(year: int, birth_year: int | None) -> Decimal:
    """How much a person may catch up in a year, in dollars; 0 if too young or the birth year isn't known.

    The age is the one attained in the calendar year, whatever the month of birth (Reg. 1.414(v)-1(g)(3)). From 60 to 63
    the higher limit takes the place of the regular one, from 2025 on (IRC §414(v)(2)(E)). Raises MissingYearError.
    """
    figures = dollar_limits(year)
    age = 0 if birth_year is None else year - birth_year
    if age < 50:
        return ZERO
    if 60 <= age <= 63 and figures.super_catch_up_60_63 is not None:
        return figures.super_catch_up_60_63
    return figures.catch_up_414v


def split_deferrals(deferrals: Decimal, year: int, birth_year: int | None) -> Deferrals:
    """A year's deferrals as regular, catch-up and excess; the three sum to `deferrals` exactly.

    Catch-up is what exceeds the regular limit, not what was labelled so (Reg. 1.414(v)-1(a), IRC §402(g)(1)).
    Raises MissingYearError.
    """
    with localcontext(EXACT):
        regular = min(deferrals, dollar_limits(year).elective_deferral_402g)
        catch_up = min(deferrals - regular, catch_up_limit(year, birth_year))
        return Deferrals(regular, catch_up, deferrals - regular - catch_up)


def annual_additions_limit(year: int, pay: Decimal | None) -> Decimal:
    """The most that may be added to a person's accounts in a year: the dollar limit, or all of the pay if that is less.

    `pay` is what was paid in the year, in dollars; None where it isn't known (IRC §415(c)(1)). Raises MissingYearError.
    """
    dollars = dollar_limits(year).annual_additions_415c
    return dollars if pay is None else min(dollars, pay)


def is_highly_compensated(year: int, prior_year_pay: Decimal) -> bool:
    """Whether pay makes a person highly compensated in a year: more in the year before than that year's threshold.

    Exactly the threshold is not more (IRC §414(q)(1)(B), Notice 97-45). Owners of more than 5 % are highly compensated
    whatever they earn, and a top-paid-group election leaves some out; a ledger says neither. Raises MissingYearError
    for the year before.
    """
    return prior_year_pay > dollar_limits(year - 1).hce_threshold_414q


def measured_pay(events: Iterable[SimulationEvent], year: int) -> Decimal | None:
    """What one person was paid in a calendar year, in dollars, as far as that person's events say; None if they don't.

    An annual rate of pay is not pay. Only a determination that covers the completed year counts: by the prior-year
    method dated in the year after, or by the current-year method dated December 31. The last in canonical order wins.
    """
    found = [event for event in events if isinstance(event.payload, HCEStatusPayload) and _covers(event.payload, year)]
    last = max(found, key=canonical_order, default=None)
    return last.payload.ytd_compensation if last and isinstance(last.payload, HCEStatusPayload) else None


def _covers(determination: HCEStatusPayload, year: int) -> bool:
    if determination.determination_method == "prior_year":
        return determination.determination_date.year == year + 1
    day = determination.determination_date
    return (day.year, day.month, day.day) == (year, 12, 31)


def compliance(events: Iterable[SimulationEvent], year: int, birth_years: Mapping[str, int]) -> list[ComplianceRow]:
    """What every person's year comes to, one row for everyone who has an event, sorted by the three keys.

    `birth_years` by employee_id; who is missing there has no catch-up. A contribution belongs to the year in which its
    pay period ends. All excess deferrals are additions, because a ledger has no refunds (Reg. 1.415(c)-1(b)(2)(ii)(D)).
    Raises MissingYearError for a year without limits, and for the year before it where someone's pay is measured.
    """
    dollar_limits(year)  # refuses a year without limits even where there is nobody to judge
    people: defaultdict[Person, list[SimulationEvent]] = defaultdict(list)
    for event in distinct(events):
        people[Person(event.scenario_id, event.plan_design_id, event.employee_id)].append(event)
    with localcontext(EXACT):
        return [_row(person, people[person], year, birth_years) for person in sorted(people)]


def _row(person: Person, events: Sequence[SimulationEvent], year: int, birth_years: Mapping[str, int]) -> ComplianceRow:
    of_the_year = [
        event.payload
        for event in events
        if isinstance(event.payload, ContributionPayload) and event.payload.pay_period_end.year == year
    ]
    contributed = sum((payload.amount for payload in of_the_year), ZERO)
    deferred = sum((payload.amount for payload in of_the_year if payload.source in DEFERRAL_SOURCES), ZERO)
    deferrals = split_deferrals(deferred, year, birth_years.get(person.employee_id))
    return ComplianceRow(
        *person,
        regular_deferrals=deferrals.regular,
        catch_up_deferrals=deferrals.catch_up,
        excess_deferrals=deferrals.excess,
        # Everything is an addition but catch-up (IRC §415(c)(2), §414(v)(3)(A)).
        annual_additions=contributed - deferrals.catch_up,
        annual_additions_limit=annual_additions_limit(year, measured_pay(events, year)),
        is_hce=_status(events, year),
    )


def _status(events: Sequence[SimulationEvent], year: int) -> bool | None:
    pay = measured_pay(events, year - 1)
    if pay is not None:
        return is_highly_compensated(year, pay)
    hired = [event.payload.hire_date for event in events if isinstance(event.payload, HirePayload)]
    # Who was hired in the year or later earned nothing the year before (Notice 97-45).
    return False if hired and min(hired).year >= year else None
