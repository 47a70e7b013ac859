"""Events: an envelope around a payload."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy

from dcprops.events import AnyPayload, SimulationEvent
from dcprops.events.schema import EVENT_TYPES, OWN_DATE, PAYLOAD_CLASSES
from dcprops.strategies._records import (
    Overrides,
    checked,
    draw_head,
    event_type_of,
    read_envelope,
    read_payload,
)

__all__ = ["boundary_events", "events"]


@st.composite
def events(
    draw: DrawFn,
    *,
    event_type: str | None = None,
    payloads: SearchStrategy[AnyPayload] | None = None,
    event_ids: SearchStrategy[UUID] | None = None,
    employee_ids: SearchStrategy[str] | None = None,
    effective_dates: SearchStrategy[date] | None = None,
    created_ats: SearchStrategy[datetime] | None = None,
    scenario_ids: SearchStrategy[str] | None = None,
    plan_design_ids: SearchStrategy[str] | None = None,
    source_systems: SearchStrategy[str] | None = None,
    correlation_ids: SearchStrategy[str | None] | None = None,
) -> SimulationEvent:
    """Events of every type, or of the one named by `event_type`; everything that is valid, boundaries often.

    Fields need not agree with each other: an envelope may be dated otherwise than its payload. A strategy given for a
    field replaces its own; one for `payloads` decides the type too.

    Raises InvalidArgument if `event_type` is no event type or is given with `payloads`, or if another argument is no
    strategy, or `payloads` none for payloads.

    Examples from this strategy shrink towards the voluntary termination of E0 on 2020-01-01 in scenario E0, or the
    simplest event of the type named.
    """
    overrides: Overrides = {
        "event_id": event_ids,
        "employee_id": employee_ids,
        "effective_date": effective_dates,
        "created_at": created_ats,
        "scenario_id": scenario_ids,
        "plan_design_id": plan_design_ids,
        "source_system": source_systems,
        "correlation_id": correlation_ids,
    }
    checked({"payloads": payloads, **overrides})
    if event_type is not None and payloads is not None:
        raise InvalidArgument(f"Cannot have both {event_type=} and payloads, which decides the type: drop one")
    return _draw_event(draw, event_type, payloads, overrides, at_boundaries=False)


@st.composite
def boundary_events(draw: DrawFn, *, event_type: str | None = None) -> SimulationEvent:
    """Events all of whose fields are at a boundary: the ends, limits and their neighbours, leap days, odd identifiers.

    Raises InvalidArgument if `event_type` is no event type.

    Examples from this strategy shrink towards a termination whose fields are each at their first boundary.
    """
    return _draw_event(draw, event_type, None, {}, at_boundaries=True)


def _draw_event(
    draw: DrawFn,
    event_type: str | None,
    payloads: SearchStrategy[AnyPayload] | None,
    overrides: Overrides,
    *,
    at_boundaries: bool,
) -> SimulationEvent:
    head = draw_head(draw)
    if payloads is None:
        event_type = event_type_of(head, event_type, at_boundaries=at_boundaries)
        fields = read_payload(draw, event_type, head, {}, at_boundaries=at_boundaries)
        payload: Any = PAYLOAD_CLASSES[event_type](**fields)
    else:
        payload = draw(payloads)
        event_type = getattr(payload, "event_type", None)
        if event_type not in EVENT_TYPES:
            raise InvalidArgument(
                f"payloads gave {payload!r} (type={type(payload).__name__}): it must give payloads, as hires() does"
            )
    own_date = getattr(payload, OWN_DATE[event_type]) if event_type in OWN_DATE else None
    envelope = read_envelope(draw, event_type, own_date, head, overrides, at_boundaries=at_boundaries)
    return SimulationEvent(payload=payload, **envelope)
