"""Ledgers: whole coherent histories, drawn as a few lives and expanded into events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final, Protocol

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn

from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import timeline, years
from dcprops.strategies._expansion import expand
from dcprops.strategies._life_choices import BLOCK_SIZE, Header, Scope, is_last, read_header, read_lives
from dcprops.strategies._lives import Life, PlanDesign

__all__ = ["Ledger", "designs_of", "draw_lives", "ledgers", "scope_of"]


class _Printer(Protocol):
    """What IPython and Hypothesis print values with."""

    def text(self, text: str, /) -> object:
        """Print a text as it is."""


#: How many events the repr of a ledger shows.
_SHOWN: Final = 20


@dataclass(frozen=True, repr=False)
class Ledger:
    """A history of one or more people: its events in canonical order, and what was drawn to make it.

    `people` are the lives, one for each person in each scenario and plan design; `plans` the plan designs they are in.
    The repr has a line for each of the first events; `documents` says them whole.
    """

    events: tuple[SimulationEvent, ...]
    plans: tuple[PlanDesign, ...]
    people: tuple[Life, ...]

    def __repr__(self) -> str:
        first = timeline(event.model_dump(mode="json") for event in self.events[:_SHOWN])
        further = len(self.events) - len(first)
        lines = [f"<Ledger of {len(self.events)} events:", *first, *([f"and {further} more"] if further else ())]
        return "\n  ".join(lines) + ">"

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        # Hypothesis, as IPython, would print a dataclass field by field, whatever its repr: here all lives, too.
        printer.text(repr(self))

    @cached_property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """The document of every event, in the same order."""
        return tuple(event.model_dump(mode="json") for event in self.events)

    @cached_property
    def birth_years(self) -> Mapping[str, int]:
        """The year of birth by employee_id, which no event tells."""
        return MappingProxyType({life.employee_id: life.birth_year for life in self.people})


def _at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if type(size) is not int or size < 1:
            raise InvalidArgument(f"{name}={size!r}: it must be a whole number of at least 1")


@lru_cache(64)
def scope_of(
    *,
    max_people: int = 3,
    max_scenarios: int = 2,
    max_plan_designs: int = 2,
    max_plans: int = 2,
    max_periods: int = 52,
    first_year: int | None = None,
    last_year: int | None = None,
    event_types: frozenset[str] | None = None,
) -> Scope:
    """The scope that the arguments of `ledgers` give. Raises InvalidArgument if they go together in no ledger."""
    _at_least_one(
        max_people=max_people,
        max_scenarios=max_scenarios,
        max_plan_designs=max_plan_designs,
        max_plans=max_plans,
        max_periods=max_periods,
    )
    covered = years()
    first_year = covered[0] if first_year is None else first_year
    last_year = covered[-1] if last_year is None else last_year
    for name, year in (("first_year", first_year), ("last_year", last_year)):
        if year not in covered:
            raise InvalidArgument(
                f"{name}={year!r}: it must be one of {covered[0]} to {covered[-1]}, for which limits are published"
            )
    if first_year > last_year:
        raise InvalidArgument(f"{first_year=} is after {last_year=}: no ledger has its years in that order")
    event_types = frozenset(EVENT_TYPES) if event_types is None else event_types
    unknown = sorted(map(str, event_types - set(EVENT_TYPES)))
    if unknown:
        raise InvalidArgument(f"event_types has {', '.join(unknown)}: expected some of {', '.join(EVENT_TYPES)}")
    if "contribution" not in event_types:
        raise InvalidArgument(f"event_types={sorted(event_types)}: add contribution, without which no money is there")
    return Scope(
        max_people, max_scenarios, max_plan_designs, max_plans, max_periods, first_year, last_year, event_types
    )


_BLOCKS: Final = st.binary(min_size=BLOCK_SIZE, max_size=BLOCK_SIZE)


def draw_lives(draw: DrawFn, scope: Scope) -> tuple[Header, tuple[Life, ...]]:
    """What holds for a ledger, and its lives. Each life's block says whether another one comes."""
    setting = b"".join(draw(_BLOCKS) for _ in range(scope.setting_blocks))
    blocks = [draw(_BLOCKS)]
    while len(blocks) < scope.max_lives and not is_last(blocks[-1]):
        blocks.append(draw(_BLOCKS))
    return read_header(setting, scope), read_lives(blocks, setting, scope)


def designs_of(lives: Collection[Life]) -> tuple[PlanDesign, ...]:
    """The plan designs of some lives, each once."""
    return tuple({life.design.plan_design_id: life.design for life in lives}.values())


@st.composite
def ledgers(
    draw: DrawFn,
    *,
    max_people: int = 3,
    max_scenarios: int = 2,
    max_plan_designs: int = 2,
    max_plans: int = 2,
    max_periods: int = 52,
    first_year: int | None = None,
    last_year: int | None = None,
    event_types: Collection[str] | None = None,
) -> Ledger:
    """Coherent ledgers: histories that could have happened, of one or more people in scenarios and plan designs.

    Lives are drawn, with hires, raises, elections, breaks, catch-up years, and expanded into events: nothing before
    its time, deferrals within the limits and often exactly at them, vesting that never falls, forfeitures of what is
    unvested. `anomalies` finds no error in them, warnings rarely. Some ledgers begin in the middle, without a hire;
    in some a few event types don't occur. `max_periods` are the pay periods of one spell of employment. Hires and
    pay periods are of `first_year` to `last_year`, by default all years whose limits are published.

    Raises InvalidArgument if a maximum is below 1, a year has no published limits, or `event_types` leaves out
    contributions or has what is no event type.

    Examples from this strategy shrink towards one employer match of a millionth of a dollar for January 2020.
    """
    scope = scope_of(
        max_people=max_people,
        max_scenarios=max_scenarios,
        max_plan_designs=max_plan_designs,
        max_plans=max_plans,
        max_periods=max_periods,
        first_year=first_year,
        last_year=last_year,
        event_types=None if event_types is None else frozenset(event_types),
    )
    header, lives = draw_lives(draw, scope)
    events = expand(lives, header.event_types, header.recording, scope.last_year)
    return Ledger(events, designs_of(lives), lives)
