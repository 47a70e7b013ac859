"""Which strategy makes the values of which type, for `st.from_type`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from hypothesis.strategies import SearchStrategy

from dcprops import events as types
from dcprops.strategies._events import events
from dcprops.strategies._payloads import (
    compliance_events,
    contributions,
    eligibilities,
    enrollments,
    forfeitures,
    hce_statuses,
    hires,
    merits,
    payloads,
    promotions,
    terminations,
    vestings,
)

__all__ = ["OF_TYPE"]

#: For each of our types the strategy of everything that is valid of it.
OF_TYPE: Final[Mapping[type, Callable[[], SearchStrategy[Any]]]] = MappingProxyType(
    {
        types.SimulationEvent: events,
        types.Payload: payloads,
        types.HirePayload: hires,
        types.PromotionPayload: promotions,
        types.TerminationPayload: terminations,
        types.MeritPayload: merits,
        types.EligibilityPayload: eligibilities,
        types.EnrollmentPayload: enrollments,
        types.ContributionPayload: contributions,
        types.VestingPayload: vestings,
        types.ForfeiturePayload: forfeitures,
        types.HCEStatusPayload: hce_statuses,
        types.ComplianceEventPayload: compliance_events,
    }
)
