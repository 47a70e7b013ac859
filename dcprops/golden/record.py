"""Recording: a draft of a scenario from an event file, for a person to work by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from dcprops.event_files import EventFile, event_of
from dcprops.events import SimulationEvent
from dcprops.golden.scenario import LEFT_OPEN, NAME, ScenarioError
from dcprops.reference import anomalies, as_json, balances

__all__ = ["events_to_record", "recorded"]


def events_to_record(path: str | os.PathLike[str]) -> list[SimulationEvent]:
    """The events of a file, in its order.

    Raises ScenarioError for a row that isn't a valid event, EventFileError for a file that can't be read as one.
    """
    events = []
    with EventFile(path) as file:
        for row in file:
            event = event_of(row)
            if not isinstance(event, SimulationEvent):
                said = event[0].message
                raise ScenarioError(
                    f"{os.fspath(path)} cannot be recorded: line {row.number} is no valid event: {said}"
                )
            events.append(event)
    return events


def recorded(events: Sequence[SimulationEvent], name: str, as_of: date) -> str:
    """The text of a scenario file with what the reference says; its reasoning and source are left open.

    Raises ScenarioError for a name that a scenario can't have.
    """
    if not NAME.fullmatch(name):
        raise ScenarioError(f"{name!r} is no name: expected small letters, digits and hyphens, such as late-match")
    found = anomalies(events)
    parts = {
        "name": json.dumps(name),
        "reasoning": json.dumps(f"{LEFT_OPEN} how these figures were worked by hand, which the program did not"),
        "source": json.dumps(f"{LEFT_OPEN} the rule or law that they follow"),
        "as_of": json.dumps(as_of.isoformat()),
        "events": _lines(event.model_dump(mode="json") for event in events),
        "balances": _lines(as_json(row) for row in balances(events, as_of)),
        "anomalies": _lines({"code": each.code, "event_id": str(each.event_id)} for each in found),
    }
    written = ",\n".join(f'  "{key}": {text}' for key, text in parts.items())
    return f"{{\n{written}\n}}\n"


def _lines(values: Iterable[dict[str, Any]]) -> str:
    """A list with one value on a line, so that a change shows as the line that it is."""
    lines = ",\n".join(f"    {json.dumps(value)}" for value in values)
    return f"[\n{lines}\n  ]" if lines else "[]"
