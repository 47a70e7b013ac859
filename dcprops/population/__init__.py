"""Whole workforces: seeded, vectorised ledgers of as many people as wanted. Needs NumPy and pyarrow."""

try:
    import numpy  # noqa: F401  # so that a missing extra is told here, once for all modules
    import pyarrow  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'Workforces need {error.name}, which is not installed: pip install "dcprops[population]"', name=error.name
    ) from error

from dcprops.population.assumptions import PLAN_DESIGNS, SCENARIOS, PlanDesign, Scenario
from dcprops.population.errors import PopulationError
from dcprops.population.population import WHOLE_WORKFORCE, Partition, Population

__all__ = [
    "PLAN_DESIGNS",
    "SCENARIOS",
    "WHOLE_WORKFORCE",
    "Partition",
    "PlanDesign",
    "Population",
    "PopulationError",
    "Scenario",
]
