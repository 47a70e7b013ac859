"""Workforces small enough to look at event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
import pytest

from dcprops.events import SimulationEvent
from dcprops.events.kinds import BY_DOCUMENT_RULES
from dcprops.population import PLAN_DESIGNS, SCENARIOS, Population
from dcprops.schemas.arrow import documents_of


def validated(batches: Iterable[pa.RecordBatch]) -> list[SimulationEvent]:
    return [
        SimulationEvent.model_validate(document, context=BY_DOCUMENT_RULES)
        for batch in batches
        for document in documents_of(batch)
    ]


@pytest.fixture(scope="session")
def events_in() -> Callable[[Iterable[pa.RecordBatch]], list[SimulationEvent]]:
    """The events of batches, each validated by the model."""
    return validated


@pytest.fixture(scope="session")
def few() -> list[SimulationEvent]:
    """The events of sixty people, as they come by default."""
    return validated(Population(60).batches())


@pytest.fixture(scope="session")
def every_world() -> Population:
    """Twenty people in every scenario and plan design, over as many years as the limits allow."""
    return Population(
        20,
        years=12,
        first_year=2015,
        seed=7,
        frequency="monthly",
        scenarios=tuple(SCENARIOS),
        plan_designs=tuple(PLAN_DESIGNS),
    )


@pytest.fixture(scope="session")
def in_every_world(every_world: Population) -> list[SimulationEvent]:
    return validated(every_world.batches())
