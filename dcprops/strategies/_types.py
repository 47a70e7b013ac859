"""Which strategy makes the values of which type, for `st.from_type`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from hypothesis.errors import InvalidArgument
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

__all__ = ["of_type"]

_T = TypeVar("_T")

_OF_TYPE: Final[Mapping[object, SearchStrategy[Any]]] = MappingProxyType(
    {
        types.SimulationEvent: events(),
        types.Payload: payloads(),
        types.HirePayload: hires(),
        types.PromotionPayload: promotions(),
        types.TerminationPayload: terminations(),
        types.MeritPayload: merits(),
        types.EligibilityPayload: eligibilities(),
        types.EnrollmentPayload: enrollments(),
        types.ContributionPayload: contributions(),
        types.VestingPayload: vestings(),
        types.ForfeiturePayload: forfeitures(),
        types.HCEStatusPayload: hce_statuses(),
        types.ComplianceEventPayload: compliance_events(),
    }
)


def of_type(custom_type: type[_T], /) -> SearchStrategy[_T]:
    """Values of `custom_type`: SimulationEvent, Payload or one of the payload classes; everything that is valid.

    `st.from_type` resolves these types by it, and tests that Hypothesis's ghostwriter writes use it.

    Raises InvalidArgument for another type.

    Examples from this strategy shrink towards those of `events()`, `payloads()` or the payload's own strategy.
    """
    try:
        strategy: SearchStrategy[_T] = _OF_TYPE[custom_type]
    except KeyError:
        names = ", ".join(sorted(each.__name__ for each in _OF_TYPE if isinstance(each, type)))
        raise InvalidArgument(f"{custom_type=} is no type of dcprops: it must be one of {names}") from None
    return strategy
