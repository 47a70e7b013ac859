"""The properties: laws that an event model must keep, run against any target, with failures as data."""

from dcprops.properties.failures import CheckResult, Failure, MatrixCell, Report
from dcprops.properties.generated import Generated
from dcprops.properties.registry import Property
from dcprops.properties.runner import PROFILES, PROPERTIES, SUITES, SelectionError, check, reproduce
from dcprops.properties.targets import Model, TargetError

__all__ = [
    "PROFILES",
    "PROPERTIES",
    "SUITES",
    "CheckResult",
    "Failure",
    "Generated",
    "MatrixCell",
    "Model",
    "Property",
    "Report",
    "SelectionError",
    "TargetError",
    "check",
    "reproduce",
]
