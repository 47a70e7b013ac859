"""Whole workforces: seeded, vectorised ledgers of as many people as wanted. Needs NumPy and pyarrow."""

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
