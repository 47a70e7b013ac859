"""Hypothesis strategies, properties and a command line for defined-contribution (401(k)) event ledgers.

PYTEST_DONT_REWRITE: pytest takes a plugin's package for a part of it, and warns where that is imported before pytest.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from dcprops.properties import check
    from dcprops.reference.documents import balances
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

#: Where each public name that is no event class comes from.
_PLACES = {
    "audit": "dcprops.audit",
    "balances": "dcprops.reference.documents",
    "check": "dcprops.properties",
    "suite": "dcprops.suite",
}


def __getattr__(name: str) -> Any:
    # Imported when it is first asked for: Hypothesis imports this package wherever it is imported itself, and tests
    # that have nothing to do with events must not wait for Pydantic.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PLACES.get(name, "dcprops.events")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This package, in which a function keeps its name though a module is called the same."""

    def __setattr__(self, name: str, value: object) -> None:
        # What imports a module sets it as an attribute of its package, and `audit` would no longer be the function.
        if isinstance(value, ModuleType) and _PLACES.get(name) == value.__name__:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
