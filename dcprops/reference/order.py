"""The order in which events count, whatever order they arrived in, and each event once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from dcprops.events import SimulationEvent

__all__ = ["DAY_ORDER", "canonical_order", "distinct"]

#: The order of events on one day. What counts for balances is contribution before vesting before forfeiture; the
#: others stand where a day in a career has them.
DAY_ORDER: Final[Mapping[str, int]] = MappingProxyType(
    {
        event_type: place
        for place, event_type in enumerate(
            (
                "hire",
                "promotion",
                "merit",
                "eligibility",
                "enrollment",
                "contribution",
                "vesting",
                "termination",
                "forfeiture",
                "hce_status",
                "compliance",
            )
        )
    }
)

CanonicalOrder: TypeAlias = tuple[date, int, datetime, UUID]

# As an int, because a UUID's own hash and comparison are Python code.
_identity = attrgetter("event_id.int")


def canonical_order(event: SimulationEvent) -> CanonicalOrder:
    """The sort key of canonical order: effective date, place in the day, time of recording, event_id."""
    return event.effective_date, DAY_ORDER[event.payload.event_type], event.created_at, event.event_id


def distinct(events: Iterable[SimulationEvent]) -> list[SimulationEvent]:
    """Each event once: of those that share an event_id, only the first in canonical order counts.

    Where two with different content tie there, the text of the event decides, so that arrival order never does.
    """
    listed = list(events)
    if len(set(map(_identity, listed))) == len(listed):
        return listed
    counting: dict[int, SimulationEvent] = {}
    for event in listed:
        identity = _identity(event)
        other = counting.setdefault(identity, event)
        if other is not event and other != event:
            counting[identity] = min(other, event, key=_order_of_copies)
    return list(counting.values())


def _order_of_copies(event: SimulationEvent) -> tuple[CanonicalOrder, str]:
    return canonical_order(event), event.model_dump_json()
