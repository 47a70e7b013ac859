"""The boundaries that a ledger breaks at, by hand: each a name and what an event must hold to be there."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from dcprops.events import SimulationEvent
from dcprops.reference import limits, years

__all__ = ["BOUNDARY_CLASSES", "EVENT_CLASSES", "EVENT_TYPES", "LIMITS", "SOURCES", "Held"]

DOLLAR = 1_000_000
CENT = 10_000
#: Every dollar limit of the IRS, in millionths.
LIMITS = frozenset(figure * DOLLAR for year in years() for figure in limits(year).values() if isinstance(figure, int))
EVENT_TYPES = (
    "hire", "promotion", "termination", "merit", "eligibility", "enrollment", "contribution", "vesting", "forfeiture",
    "hce_status", "compliance",
)  # fmt: skip
SOURCES = (
    "employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up", "employer_match",
    "employer_match_true_up", "employer_nonelective", "employer_profit_sharing", "forfeiture_allocation",
)  # fmt: skip
NULLABLE = ("plan_id", "opt_out_window_expires", "prior_year_hce")


class Held:
    """What an event holds, by sort: amounts in millionths, rates in ten-thousandths, days, texts and the rest."""

    def __init__(self, event: SimulationEvent) -> None:
        self.event = event
        self.payload = event.payload
        self.event_type = event.payload.event_type
        self.hours = getattr(event.payload, "service_credited_hours", None)
        self.balances = getattr(event.payload, "source_balances_vested", None)
        self.level = getattr(event.payload, "job_level", getattr(event.payload, "new_job_level", None))

    @cached_property
    def values(self) -> list[Any]:
        return [*_leaves(self.payload.__dict__), *_leaves({**self.event.__dict__, "payload": None})]

    @cached_property
    def amounts(self) -> frozenset[int]:
        return frozenset(_digits(value) for value in self.values if isinstance(value, Decimal) and _places(value) == 6)

    @cached_property
    def rates(self) -> frozenset[int]:
        return frozenset(_digits(value) for value in self.values if isinstance(value, Decimal) and _places(value) == 4)

    @cached_property
    def days(self) -> list[date]:
        return [value for value in self.values if isinstance(value, date) and not isinstance(value, datetime)]

    @cached_property
    def texts(self) -> list[str]:
        return [value for value in self.values if isinstance(value, str)]

    @cached_property
    def letters(self) -> frozenset[str]:
        return frozenset("".join(self.texts))


def _leaves(record: dict[str, Any]) -> Iterator[Any]:
    for value in record.values():
        if isinstance(value, dict):
            yield from value.values()
        else:
            yield value


def _digits(value: Decimal) -> int:
    return int("".join(map(str, value.as_tuple().digits)))


def _places(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def _amount_beside_a_limit(by: int) -> Callable[[Held], bool]:
    wanted = frozenset(limit + by for limit in LIMITS)
    return lambda held: not wanted.isdisjoint(held.amounts)


def _rate(quanta: int) -> Callable[[Held], bool]:
    return lambda held: quanta in held.rates


def _hours(hours: int) -> Callable[[Held], bool]:
    return lambda held: held.hours == hours


def _level(level: int) -> Callable[[Held], bool]:
    return lambda held: held.level == level


def _is(event_type: str) -> Callable[[Held], bool]:
    return lambda held: held.event_type == event_type


def _source(source: str) -> Callable[[Held], bool]:
    return lambda held: getattr(held.payload, "source", None) == source


def _day(holds: Callable[[date], bool]) -> Callable[[Held], bool]:
    return lambda held: any(map(holds, held.days))


def _optional(field: str, *, null: bool) -> Callable[[Held], bool]:
    """The field in an event type that may have it null."""
    return lambda held: (
        field in held.payload.__dict__
        and type(held.payload).model_fields[field].default is None
        and (held.payload.__dict__[field] is None) == null
    )


def _letter(holds: Callable[[str], bool]) -> Callable[[Held], bool]:
    return lambda held: any(map(holds, held.letters))


BOUNDARY_CLASSES: dict[str, Callable[[Held], bool]] = {
    "a limit exactly": _amount_beside_a_limit(0),
    "a millionth above a limit": _amount_beside_a_limit(1),
    "a millionth below a limit": _amount_beside_a_limit(-1),
    "a cent above a limit": _amount_beside_a_limit(CENT),
    "a cent below a limit": _amount_beside_a_limit(-CENT),
    "the smallest amount": lambda held: 1 in held.amounts,
    "no amount": lambda held: 0 in held.amounts,
    "the largest amount": lambda held: 999_999_999_999_999_999 in held.amounts,
    "a tie in rounding to cents": lambda held: any(amount % CENT == CENT // 2 for amount in held.amounts),
    "a tie in halving a millionth": lambda held: any(amount % 2 for amount in held.amounts),
    "whole dollars": lambda held: any(amount and amount % DOLLAR == 0 for amount in held.amounts),
    "rate 0": _rate(0),
    "rate 0.0001": _rate(1),
    "rate 0.9999": _rate(9_999),
    "rate 1": _rate(10_000),
    "a leap day": _day(lambda day: (day.month, day.day) == (2, 29)),
    "the first of a year": _day(lambda day: (day.month, day.day) == (1, 1)),
    "the last of a year": _day(lambda day: (day.month, day.day) == (12, 31)),
    "0001-01-01": _day(lambda day: day == date(1, 1, 1)),
    "9999-12-31": _day(lambda day: day == date(9999, 12, 31)),
    "written at the first instant": lambda held: held.event.created_at.isoformat() == "0001-01-01T00:00:00+00:00",
    "written at the last instant": lambda held: held.event.created_at.isoformat() == "9999-12-31T23:59:59.999999+00:00",
    "written on a leap day": lambda held: (held.event.created_at.month, held.event.created_at.day) == (2, 29),
    **{f"{hours} hours": _hours(hours) for hours in (0, 500, 501, 999, 1000)},
    "a text of 128 characters": lambda held: any(len(text) == 128 for text in held.texts),
    "a text of 128 characters beyond the BMP": lambda held: any(
        len(text) == 128 and len(text.encode("utf-16-le")) == 512 for text in held.texts
    ),
    "a letter that is not Latin": _letter(lambda letter: letter > "\u0370" and letter.isalpha()),
    "a combining character": _letter(lambda letter: unicodedata.combining(letter) != 0),
    "a right-to-left letter": _letter(lambda letter: unicodedata.bidirectional(letter) in {"R", "AL", "RLO"}),
    "a joiner": lambda held: "\u200d" in held.letters,
    "white space within a text": _letter(str.isspace),
    "a quotation mark or a backslash": lambda held: not held.letters.isdisjoint("\"'\\"),
    "no correlation": lambda held: held.event.correlation_id is None,
    "a correlation": lambda held: held.event.correlation_id is not None,
    "true": lambda held: True in held.values,
    "false": lambda held: False in held.values,
    "dated as its payload is": lambda held: held.days.count(held.event.effective_date) > 1,
    "dated otherwise than its payload": lambda held: held.days.count(held.event.effective_date) == 1,
}

#: What excludes so much else that only the larger number of examples can hold it: there are eleven event types, nine
#: sources of contributions, which one type has, and five numbers of hours, which another has.
EVENT_CLASSES: dict[str, Callable[[Held], bool]] = {
    **BOUNDARY_CLASSES,
    **{event_type: _is(event_type) for event_type in EVENT_TYPES},
    **{source: _source(source) for source in SOURCES},
    "the lowest job level": _level(1),
    "the highest job level": _level(10),
    **{f"{field} null": _optional(field, null=True) for field in NULLABLE},
    **{f"{field} not null": _optional(field, null=False) for field in NULLABLE},
    "vested in no source": lambda held: held.balances is not None and not held.balances,
    "vested in all sources": lambda held: held.balances is not None and len(held.balances) == 3,
}
