"""Golden scenarios: ledgers with what they come to, worked by hand, and the variance of the reference from them."""

from dcprops.golden.record import events_to_record, recorded
from dcprops.golden.scenario import SHIPPED, Scenario, ScenarioError, read_scenario, read_scenarios
from dcprops.golden.verify import Drift, Verification, verify

__all__ = [
    "SHIPPED",
    "Drift",
    "Scenario",
    "ScenarioError",
    "Verification",
    "events_to_record",
    "read_scenario",
    "read_scenarios",
    "recorded",
    "verify",
]
