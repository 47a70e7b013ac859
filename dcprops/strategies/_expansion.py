"""Lives expanded into events: a pure function, the same lives always giving the same ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, Final, TypeAlias

from dcprops.events import AnyPayload, SimulationEvent
from dcprops.events.construction import built
from dcprops.events.factories import (
    COMPLIANCE_MONITORING,
    DC_PLAN_ADMINISTRATION,
    HCE_DETERMINATION,
    PLAN_ADMINISTRATION,
    WORKFORCE_SIMULATION,
)
from dcprops.reference.order import DAY_ORDER
from dcprops.strategies._bookkeeping import Book
from dcprops.strategies._construction import event_id, instant, midnight_after
from dcprops.strategies._limits import catch_up
from dcprops.strategies._lives import Life
from dcprops.strategies._payroll import run_payroll
from dcprops.strategies._timelines import Stretch, lay_out

__all__ = ["Happening", "expand", "happenings", "record"]

_SOURCE_SYSTEMS: Final = {
    "hire": WORKFORCE_SIMULATION,
    "promotion": WORKFORCE_SIMULATION,
    "termination": WORKFORCE_SIMULATION,
    "merit": WORKFORCE_SIMULATION,
    "eligibility": DC_PLAN_ADMINISTRATION,
    "enrollment": DC_PLAN_ADMINISTRATION,
    "contribution": DC_PLAN_ADMINISTRATION,
    "vesting": DC_PLAN_ADMINISTRATION,
    "forfeiture": PLAN_ADMINISTRATION,
    "hce_status": HCE_DETERMINATION,
    "compliance": COMPLIANCE_MONITORING,
}
#: How long someone must have waited to have become eligible by hours.
_A_YEAR: Final = 365
_FIVE_YEARS: Final = 1_827

#: What happened before it is recorded as an event: the day, the place in it, whose life, and what.
Happening: TypeAlias = tuple[date, int, Life, AnyPayload]
#: By day and place in it.
_IN_ORDER: Final = itemgetter(0, 1)
#: A day, the place in it, what writes it down and what that needs.
_Plan: TypeAlias = tuple[date, int, Callable[..., Iterable[AnyPayload]], tuple[Any, ...]]


def expand(
    lives: Iterable[Life], event_types: Collection[str], recording: str, last_year: int
) -> tuple[SimulationEvent, ...]:
    """The ledger of some lives in canonical order, with no other event types than those."""
    return record((one for life in lives for one in happenings(life, event_types, last_year)), recording)


def happenings(life: Life, event_types: Collection[str], last_year: int) -> list[Happening]:
    """All that happened in one life, in canonical order."""
    if life.complete and "eligibility" not in event_types:
        # Who is never eligible takes no part in any plan.
        event_types = frozenset(event_types) - {"enrollment", "vesting", "forfeiture"}
    stretches = lay_out(life, event_types, last_year)
    book = Book(life, run_payroll(life, stretches, event_types), life.prior_service)
    places = {DAY_ORDER[event_type] for event_type in event_types}
    planned = [one for one in _planned(book, stretches) if one[1] in places]
    planned.sort(key=_IN_ORDER)
    return [(day, place, life, payload) for day, place, write, needed in planned for payload in write(day, *needed)]


def _planned(book: Book, stretches: list[Stretch]) -> Iterator[_Plan]:
    life, plans = book.life, book.plans(stretches)
    place, write = DAY_ORDER["contribution"], book.contribution
    for deposit in book.paid.deposits:
        yield deposit[3], place, write, (deposit,)
    for number, stretch in enumerate(stretches):
        yield from _employment(book, stretch)
        yield from _participation(book, stretch, number, plans)
        yield from _leaving(book, stretch, plans)
    for year in sorted(book.paid.pay_by_year)[: life.hce_years]:
        day = date(year + 1, 1, 1) if life.hce_method == "prior_year" else date(year, 12, 31)
        yield day, DAY_ORDER["hce_status"], book.hce_status, (year,)
    yield from _monitoring(book, stretches)


def _employment(book: Book, stretch: Stretch) -> Iterator[_Plan]:
    if book.life.complete:
        yield stretch.first_day, DAY_ORDER["hire"], book.hire, (stretch,)
    for change in stretch.changes:
        if change.event_type == "promotion":
            yield change.day, DAY_ORDER["promotion"], book.promotion, (change,)
        elif change.event_type == "merit":
            yield change.day, DAY_ORDER["merit"], book.merit, (change, stretch.spell.merit_rate)


def _participation(book: Book, stretch: Stretch, number: int, plans: tuple[str, ...]) -> Iterator[_Plan]:
    waited = (stretch.takes_part - stretch.first_day).days
    if waited:
        yield stretch.first_day, DAY_ORDER["eligibility"], book.eligibility, (plans[:1], False, "age_and_service")
    reason = "rehire" if number else _reason(waited)
    yield stretch.takes_part, DAY_ORDER["eligibility"], book.eligibility, (plans, True, reason)
    yield stretch.takes_part, DAY_ORDER["enrollment"], book.enrollment, (stretch.opening.election, number)
    for change in stretch.changes:
        if change.event_type == "enrollment":
            yield change.day, DAY_ORDER["enrollment"], book.enrollment, (change.election, number)
    for day in stretch.service_ends:
        yield day, DAY_ORDER["vesting"], book.vesting, (plans, stretch.spell)


def _reason(waited: int) -> str:
    if not waited:
        return "immediate"
    return "age_and_service" if waited < _A_YEAR else "hours_requirement"


def _leaving(book: Book, stretch: Stretch, plans: tuple[str, ...]) -> Iterator[_Plan]:
    spell = stretch.spell
    if stretch.leaves:
        yield stretch.last_day, DAY_ORDER["termination"], book.termination, (spell,)
    if stretch.leaves or not book.life.complete:
        reason = "break_in_service" if spell.forfeited_after >= _FIVE_YEARS else "unvested_termination"
        for later, part in enumerate(spell.forfeitures):
            day = stretch.last_day + timedelta(spell.forfeited_after + later)
            yield day, DAY_ORDER["forfeiture"], book.forfeiture, (plans, part, reason)


def _monitoring(book: Book, stretches: Sequence[Stretch]) -> Iterator[_Plan]:
    last_of_year = {end.year: end for stretch in stretches for end in stretch.period_ends}
    for year, last_end in last_of_year.items():
        for compliance_type in book.life.monitored:
            if compliance_type != "catch_up_eligible":
                yield last_end, DAY_ORDER["compliance"], book.compliance, (compliance_type,)
            elif catch_up(year, book.life.birth_year):
                day = max(date(year, 1, 1), stretches[0].takes_part)
                yield day, DAY_ORDER["compliance"], book.compliance, (compliance_type,)


def record(what_happened: Iterable[Happening], recording: str) -> tuple[SimulationEvent, ...]:
    """The events of what happened, in canonical order.

    `recording` says when they were recorded: in the order in which they count, those of the latest day first, all at
    one moment, or at the end of each day. Those of one day and type are always recorded in order.
    """
    in_order = sorted(what_happened, key=_IN_ORDER)
    numbers: Iterable[int] = range(len(in_order))
    if recording == "latest first":
        numbers = _latest_group_first(in_order)
    return tuple(
        built(
            SimulationEvent,
            {
                "event_id": event_id(number),
                "employee_id": life.employee_id,
                "effective_date": day,
                "created_at": _recorded(recording, number, day),
                "scenario_id": life.scenario_id,
                "plan_design_id": life.design.plan_design_id,
                "source_system": _SOURCE_SYSTEMS[payload.event_type],
                "payload": payload,
                "correlation_id": None,
            },
        )
        for number, (day, _, life, payload) in zip(numbers, in_order, strict=True)
    )


def _recorded(recording: str, number: int, day: date) -> datetime:
    if recording == "every night":
        return midnight_after(day)
    return instant(0 if recording == "all at once" else number)


def _latest_group_first(in_order: Sequence[Happening]) -> Iterator[int]:
    """Numbers that fall from one day and type to the next, and rise among those of one day and type."""
    size, start = len(in_order), 0
    while start < size:
        stop = start
        while stop < size and in_order[stop][:2] == in_order[start][:2]:
            stop += 1
        yield from range(size - stop, size - start)
        start = stop
