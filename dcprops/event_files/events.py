"""A row as the event that it is, or the rules that it breaks."""

from __future__ import annotations

import json
from typing import Final

from pydantic import ValidationError

from dcprops.event_files.rows import Row
from dcprops.events import SimulationEvent
from dcprops.rules import Breach, breaches, breaches_of_text

__all__ = ["breaches_of_refusal", "event_of"]

#: The rule of what the model refuses and the catalogue of rules has no word for.
_REFUSED: Final = "invalid"


def event_of(row: Row) -> SimulationEvent | tuple[Breach, ...]:
    """The event of a row that `SimulationEvent` accepts, else every rule that the row breaks, at least one."""
    content = row.content
    if isinstance(content, Breach):
        return (content,)
    try:
        return SimulationEvent.model_validate_json(content if isinstance(content, bytes) else json.dumps(content))
    except ValidationError as error:
        found = breaches_of_text(content) if isinstance(content, bytes) else breaches(content)
        return found or breaches_of_refusal(error)


def breaches_of_refusal(error: ValidationError) -> tuple[Breach, ...]:
    """What the model itself says of a document that it refuses, each under the rule `invalid`."""
    return tuple(
        Breach(".".join(map(str, detail["loc"])), _REFUSED, detail["msg"])
        for detail in error.errors(include_url=False, include_input=False, include_context=False)
    )
