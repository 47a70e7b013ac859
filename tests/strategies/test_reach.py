"""Every boundary is reached within a usual number of examples, whatever the seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops import strategies as dc
from dcprops.events import SimulationEvent

from .boundary_classes import BOUNDARY_CLASSES, EVENT_CLASSES, LIMITS, SOURCES, Held
from .debug import find_any, for_each_example

RUNS = 100
ENOUGH = 95

Classes = dict[str, Callable[[Held], bool]]


def reached_by(strategy: SearchStrategy[SimulationEvent], classes: Classes, examples: int, seed: int) -> set[str]:
    """The classes that one run meets."""
    left = dict(classes)

    def look(event: SimulationEvent) -> None:
        held = Held(event)
        for name in [name for name, is_there in left.items() if is_there(held)]:
            del left[name]

    for_each_example(strategy, look, examples=examples, start=seed)
    return classes.keys() - left.keys()


def reached_too_seldom(
    strategy: SearchStrategy[SimulationEvent], classes: Classes, *, examples: int, runs: int = RUNS
) -> dict[str, int]:
    """The classes that fewer than 95 of 100 runs meet, and how many do."""
    times = Counter(name for seed in range(runs) for name in reached_by(strategy, classes, examples, seed))
    return {name: times[name] for name in classes if times[name] * RUNS < ENOUGH * runs}


def test_events_reach_every_boundary_within_200_examples():
    assert reached_too_seldom(dc.events(), EVENT_CLASSES, examples=200) == {}


def test_boundary_events_reach_every_boundary_within_50_examples():
    assert reached_too_seldom(dc.boundary_events(), BOUNDARY_CLASSES, examples=50) == {}


def test_a_strategy_without_boundaries_reaches_few():
    # What these tests guard: amounts, rates, days and texts drawn evenly miss nearly all that matters.
    evenly = dc.events(
        payloads=dc.contributions(
            plan_ids=st.just("P1"),
            amounts=st.decimals("0.01", 1_000_000, places=2),
            ytd_amounts=st.decimals("0.01", 1_000_000, places=2),
            payroll_ids=st.just("P1"),
        )
    )
    missed = reached_too_seldom(evenly, EVENT_CLASSES, examples=200, runs=5)
    assert {"a millionth above a limit", "the largest amount", "rate 1", "1000 hours", "hire"} <= missed.keys()
    assert not {"contribution", "a leap day", "employer_match"} & missed.keys()


def test_the_limits_are_those_that_the_irs_published():
    # By hand: 402(g) of 2025, 415(c) of 2025, 401(a)(17) of 2024, 414(q) of 2024.
    assert {23_500_000_000, 70_000_000_000, 345_000_000_000, 155_000_000_000} <= LIMITS


def test_each_boundary_is_an_event_that_can_be_found():
    for name, is_there in EVENT_CLASSES.items():
        event = find_any(dc.events(), lambda event, is_there=is_there: is_there(Held(event)))
        assert is_there(Held(event)), name


def test_contributions_reach_every_source_within_100_examples():
    for seed in range(10):
        sources = set()
        for_each_example(dc.contributions(), lambda payload: sources.add(payload.source), start=seed)  # noqa: B023
        assert sources == set(SOURCES)
