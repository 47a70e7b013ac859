"""The documents in a scenario: valid ones only, for what is wrong with them is not what a scenario is about."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.rules import breaches

__all__ = ["valid_document"]


def valid_document(document: dict[str, Any]) -> SimulationEvent:
    """The event that a document is. Raises ValueError with the first rule that it breaks, in one line."""
    try:
        return EventFactory.create_event(document)
    except ValidationError as error:
        found = breaches(document)
        said = found[0].message if found else str(error.errors()[0]["msg"])
        raise ValueError(f"not a valid event: {said}") from None
