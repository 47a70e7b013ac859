"""The event schema as JSON Schema (draft 2020-12)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dcprops.events import SimulationEvent

__all__ = ["BEYOND_JSON_SCHEMA", "Beyond", "json_schema"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTITY: Final = "urn:dcprops:event:1"


class Beyond(NamedTuple):
    """One thing JSON Schema can't say, and who decides it instead."""

    what: str
    why: str


#: Where the schema's word on a document isn't the whole word on its text.
BEYOND_JSON_SCHEMA: Final = (
    Beyond(
        "a key that comes twice in one object",
        "JSON Schema judges the value that a reader made of the text, and readers keep one of the two. The model, "
        "which reads the text itself, refuses it: the only text that the schema accepts and the model does not.",
    ),
    Beyond(
        "a text that isn't UTF-8, starts with a byte order mark or nests hundreds of levels deep",
        "It has no value to judge, or readers differ on it. The model refuses it.",
    ),
    Beyond(
        "a surrogate without its other half, such as \\ud800",
        "Readers that stop at it have no value to judge; where they go on, the schema refuses it, as the model does.",
    ),
    Beyond(
        "3.0 and 3e0 where a whole number stands",
        "JSON Schema knows numbers by their value: 3.0 is an integer. The model sides with it and reads 3.",
    ),
    Beyond(
        "a number with more digits than a double holds, where a whole number stands",
        "What is past the last digit a reader keeps is gone before anyone judges: 3.00000000000000000001 is 3 to both.",
    ),
    Beyond(
        "a timestamp with an offset on 0001-01-01 or 9999-12-31",
        "In UTC it may lie outside the calendar, and a pattern can't add hours. Both refuse it, whatever the offset.",
    ),
)


def json_schema() -> dict[str, object]:
    """The JSON Schema of an event's document, a new dict each time.

    Without asserting `format`, it accepts and refuses the documents that `SimulationEvent.model_validate_json` accepts
    and refuses, but for what `BEYOND_JSON_SCHEMA` lists.
    """
    rendered = SimulationEvent.model_json_schema()
    definitions = rendered.pop("$defs")
    for definition in (rendered, *definitions.values()):
        _for_readers_of_json(definition)
    # An OpenAPI word; the constant `event_type` of each payload tells them apart here.
    del rendered["properties"]["payload"]["discriminator"]
    return {"$schema": DIALECT, "$id": IDENTITY, **rendered, "$defs": definitions}


def _for_readers_of_json(definition: dict[str, Any]) -> None:
    """Drop what only says how the Python class is spelled or behaves."""
    definition["description"] = definition["description"].partition("\n\n")[0]
    for field in definition["properties"].values():
        field.pop("title", None)
    # A document must say its event type, so there is nothing to default to.
    definition["properties"].get("event_type", {}).pop("default", None)
