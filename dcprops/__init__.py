"""Hypothesis strategies, properties and a command line for defined-contribution (401(k)) event ledgers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dcprops.audit import audit
from dcprops.events import (
    ComplianceEventPayload,
    ContributionPayload,
    DCPlanEventFactory,
    EligibilityPayload,
    EnrollmentPayload,
    EventFactory,
    ForfeiturePayload,
    HCEStatusPayload,
    HirePayload,
    MeritPayload,
    PlanAdministrationEventFactory,
    PromotionPayload,
    SimulationEvent,
    TerminationPayload,
    VestingPayload,
    WorkforceEventFactory,
)
from dcprops.reference.documents import balances

if TYPE_CHECKING:
    from dcprops.properties import check
    from dcprops.suite import suite

__all__ = [
    "ComplianceEventPayload",
    "ContributionPayload",
    "DCPlanEventFactory",
    "EligibilityPayload",
    "EnrollmentPayload",
    "EventFactory",
    "ForfeiturePayload",
    "HCEStatusPayload",
    "HirePayload",
    "MeritPayload",
    "PlanAdministrationEventFactory",
    "PromotionPayload",
    "SimulationEvent",
    "TerminationPayload",
    "VestingPayload",
    "WorkforceEventFactory",
    "audit",
    "balances",
    "check",
    "suite",
]

__version__ = "0.1.0"

#: What is imported when it is first asked for, because it imports Hypothesis.
_LATER = {"check": "dcprops.properties"}


def __getattr__(name: str) -> Any:
    if name == "suite":  # the module, which is called as the function in it is: `pytest --pyargs` wants it by this name
        return import_module("dcprops.suite")
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
