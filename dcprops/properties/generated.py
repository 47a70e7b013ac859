"""What was generated: counts of the examples that a run drew and tried, collected while it tries them."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from dcprops.events.kinds import FixedPoint
from dcprops.events.schema import EVENT_TYPES, PAYLOADS
from dcprops.properties.cases import Case
from dcprops.reference import limits, years
from dcprops.reference.compliance import DEFERRAL_SOURCES, catch_up_limit

__all__ = ["DAYS", "LIMITS", "SIDES", "Generated", "Side", "Tally"]

Side: TypeAlias = Literal["below", "a cent below", "exactly", "a cent above", "above"]

#: Where an amount stands beside a limit, from below to above.
SIDES: Final[tuple[Side, ...]] = ("below", "a cent below", "exactly", "a cent above", "above")
#: The limits that amounts are seen beside, and of what: a person's year, or the pay of one determination.
LIMITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "402(g)": "a person's deferrals of a year beside the elective deferral limit",
        "402(g) and catch-up": "a person's deferrals above that limit, beside it and the catch-up for the person's age",
        "415(c)": "a person's additions of a year, without catch-up, beside the annual additions limit",
        "HCE threshold": "the pay of a prior-year determination beside the threshold of the year before",
    }
)
#: The days that calendars go wrong on.
DAYS: Final = ("first of a year", "last of a year", "leap day", "end of a month")

_SPECIAL: Final = MappingProxyType({(1, 1): "first of a year", (12, 31): "last of a year", (2, 29): "leap day"})
_MONEY: Final = MappingProxyType(
    {
        event_type: tuple(
            field.name for field in fields if isinstance(field.kind, FixedPoint) and field.kind.places == 6
        )
        for event_type, fields in PAYLOADS.items()
    }
)
_DOLLAR: Final = 1_000_000
_CENT: Final = 10_000


@dataclass(frozen=True)
class Generated:
    """Counts of the drawn examples that were tried; smaller ones that were tried after a failure are among them.

    `examples` are all that were drawn, `ledgers` those that are histories of several events. `events` counts the events
    in them by type, `others` the examples that aren't an event of a known type. `amounts` counts every amount of money
    in events by its power of ten in dollars: 2 for 100.00 to 999.999999, None for zero, and not those that are no
    amount of at most six places. `years` and `days` count effective dates by year and by what is special about them.
    `limits` says how often an amount stood on which side of a limit of the law, in the words of LIMITS and SIDES.
    """

    examples: int
    ledgers: int
    events: Mapping[str, int]
    others: int
    amounts: Mapping[int | None, int]
    years: Mapping[int, int]
    days: Mapping[str, int]
    limits: Mapping[str, Mapping[str, int]]

    def to_json(self) -> dict[str, Any]:
        """The counts as the report's JSON has them, where the keys of an object are texts."""
        return {
            "examples": self.examples,
            "ledgers": self.ledgers,
            "events": dict(self.events),
            "others": self.others,
            "amounts": {"zero" if power is None else f"1e{power}": times for power, times in self.amounts.items()},
            "years": {f"{year:04d}": times for year, times in self.years.items()},
            "days": dict(self.days),
            "limits": {limit: dict(sides) for limit, sides in self.limits.items()},
        }


#: The power of ten of an amount's dollars, None for zero.
_Power: TypeAlias = int | Literal["no amount"] | None


class _Day(NamedTuple):
    """The year of a day, 0 for what is none, and what is special about the day."""

    year: int
    special: str = ""


class _PersonYear(NamedTuple):
    """Whose year, over all plans: limits are per person."""

    scenario_id: str
    plan_design_id: str
    employee_id: str
    year: int


class Tally:
    """Counts examples one by one."""

    def __init__(self) -> None:
        self._examples = self._ledgers = self._others = 0
        self._events: Counter[str] = Counter()
        self._amounts: Counter[_Power] = Counter()
        self._days: Counter[_Day] = Counter()
        self._limits: dict[str, Counter[Side]] = {limit: Counter() for limit in LIMITS}

    def see(self, example: object) -> None:
        """Count one example: a document, or a case of several."""
        self._examples += 1
        if not isinstance(example, Case):
            self._see_documents([example])
            return
        self._ledgers += 1
        self._see_documents(example.documents)
        self._see_years(example.documents, getattr(example, "birth_years", {}))

    def _see_documents(self, documents: Iterable[object]) -> None:
        for document in documents:
            payload = document.get("payload") if isinstance(document, dict) else None
            event_type = payload.get("event_type") if isinstance(payload, dict) else None
            money = _MONEY.get(event_type) if isinstance(event_type, str) else None
            if money is None or not isinstance(payload, dict) or not isinstance(document, dict):
                self._others += 1
                continue
            self._events[event_type] += 1  # type: ignore[index]  # only a text has money fields
            day = document.get("effective_date")
            if isinstance(day, str):
                self._days[_day_of(day)] += 1
            for name in money:
                amount = payload.get(name)
                if isinstance(amount, str):
                    self._amounts[_power_of(amount)] += 1
            if event_type == "hce_status":
                self._see_pay(payload)

    def _see_pay(self, payload: Mapping[str, Any]) -> None:
        pay, day = _millionths(payload.get("ytd_compensation")), payload.get("determination_date")
        if pay is None or payload.get("determination_method") != "prior_year" or not isinstance(day, str):
            return
        threshold = _limit(_year(day) - 1, "hce_threshold_414q")
        if threshold:
            self._limits["HCE threshold"][_side(pay, threshold)] += 1

    def _see_years(self, documents: Iterable[Mapping[str, Any]], birth_years: Mapping[str, int]) -> None:
        """Sum what each person was given in each year, each event once, and see it beside the limits of the year."""
        deferred: defaultdict[_PersonYear, int] = defaultdict(int)
        contributed: defaultdict[_PersonYear, int] = defaultdict(int)
        seen: set[object] = set()
        for document in documents:
            payload, event_id = document.get("payload"), document.get("event_id")
            if not isinstance(payload, dict) or payload.get("event_type") != "contribution" or event_id in seen:
                continue
            amount, day = _millionths(payload.get("amount")), payload.get("pay_period_end")
            if amount is None or not isinstance(day, str):
                continue
            seen.add(event_id)
            scenario, design, employee = (str(document.get(key)) for key in _PersonYear._fields[:3])
            whose = _PersonYear(scenario, design, employee, _year(day))
            contributed[whose] += amount
            if payload.get("source") in DEFERRAL_SOURCES:
                deferred[whose] += amount
        for whose, total in contributed.items():
            self._see_year(whose, deferred[whose], total, birth_years.get(whose.employee_id))

    def _see_year(self, whose: _PersonYear, deferred: int, contributed: int, birth_year: int | None) -> None:
        limit = _limit(whose.year, "elective_deferral_402g")
        if not limit:
            return
        catch_up = _catch_up(whose.year, birth_year)
        if deferred:
            self._limits["402(g)"][_side(deferred, limit)] += 1
        if deferred > limit and catch_up:
            self._limits["402(g) and catch-up"][_side(deferred, limit + catch_up)] += 1
        additions = contributed - min(max(deferred - limit, 0), catch_up)
        self._limits["415(c)"][_side(additions, _limit(whose.year, "annual_additions_415c"))] += 1

    def result(self) -> Generated:
        """What was counted, in the order of the schema, of sizes and of years."""
        years_seen: Counter[int] = Counter()
        days: Counter[str] = Counter()
        for day, times in self._days.items():
            if day.year:
                years_seen[day.year] += times
                days[day.special] += times
        powers = sorted(power for power in self._amounts if isinstance(power, int))
        zero: tuple[None, ...] = (None,) if self._amounts[None] else ()
        return Generated(
            examples=self._examples,
            ledgers=self._ledgers,
            events=MappingProxyType({name: self._events[name] for name in EVENT_TYPES}),
            others=self._others,
            amounts=MappingProxyType({power: self._amounts[power] for power in (*zero, *powers)}),
            years=MappingProxyType({year: years_seen[year] for year in sorted(years_seen)}),
            days=MappingProxyType({day: days[day] for day in DAYS}),
            limits=MappingProxyType(
                {
                    limit: MappingProxyType({side: counted[side] for side in SIDES})
                    for limit, counted in self._limits.items()
                }
            ),
        )


def _millionths(amount: object) -> int | None:
    """An amount of money as a document has it, in millionths of a dollar; None for anything else."""
    if not isinstance(amount, str):
        return None
    whole, _, places = amount.partition(".")
    digits = whole + places
    if not whole or len(places) > 6 or len(digits) > 18 or not (digits.isascii() and digits.isdecimal()):
        return None
    return int(whole + places.ljust(6, "0"))


@lru_cache(1 << 14)
def _power_of(amount: str) -> _Power:
    """The power of ten of an amount's dollars, 0 for 1.00 to 9.999999; None for zero."""
    millionths = _millionths(amount)
    if millionths is None:
        return "no amount"
    return len(str(millionths)) - 7 if millionths else None


def _year(day: str) -> int:
    """The year of a day as a document has it; 0 for what is no day."""
    return _day_of(day).year


@lru_cache(1 << 14)
def _day_of(text: str) -> _Day:
    try:
        day = date.fromisoformat(text) if len(text) == len("2024-12-31") else None
    except ValueError:
        day = None
    if day is None:
        return _Day(0)
    if (day.month, day.day) in _SPECIAL:
        return _Day(day.year, _SPECIAL[day.month, day.day])
    return _Day(day.year, "end of a month" if day.day == monthrange(day.year, day.month)[1] else "")


@cache
def _limit(year: int, name: str) -> int:
    """A limit of the law in millionths of a dollar; 0 where the year has none."""
    return int(limits(year)[name] or 0) * _DOLLAR if year in years() else 0


@cache
def _catch_up(year: int, birth_year: int | None) -> int:
    """What may be caught up at that age in millionths, and the most that anyone may where the age isn't known."""
    if birth_year is not None:
        return int(catch_up_limit(year, birth_year)) * _DOLLAR
    return max(_limit(year, "catch_up_414v"), _limit(year, "super_catch_up_60_63"))


def _side(amount: int, limit: int) -> Side:
    beside: dict[int, Side] = {0: "exactly", -_CENT: "a cent below", _CENT: "a cent above"}
    return beside.get(amount - limit) or ("below" if amount < limit else "above")
