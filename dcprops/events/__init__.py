"""The event model: the envelope, its eleven payloads and the factories that make events."""

from dcprops._once_imported import events_are_imported
from dcprops.events.envelope import AnyPayload, SimulationEvent
from dcprops.events.factories import (
    DCPlanEventFactory,
    EventFactory,
    PlanAdministrationEventFactory,
    WorkforceEventFactory,
)
from dcprops.events.payloads import (
    ComplianceEventPayload,
    ContributionPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    HirePayload,
    MeritPayload,
    Payload,
    PromotionPayload,
    TerminationPayload,
    VestingPayload,
)

__all__ = [
    "AnyPayload",
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
    "Payload",
    "PlanAdministrationEventFactory",
    "PromotionPayload",
    "SimulationEvent",
    "TerminationPayload",
    "VestingPayload",
    "WorkforceEventFactory",
]

events_are_imported()
del events_are_imported
