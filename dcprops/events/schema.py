"""The event schema as a table: every field of the envelope and of the eleven payloads, read off the models."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from dcprops.events.envelope import AnyPayload, SimulationEvent
from dcprops.events.kinds import Choice, Kind

__all__ = ["ENVELOPE", "EVENT_TYPES", "OWN_DATE", "PAYLOADS", "PAYLOAD_CLASSES", "Field"]


@dataclass(frozen=True)
class Field:
    """One field: its name, what it accepts, whether it may be null or left out, and its default then."""

    name: str
    kind: Kind
    nullable: bool
    required: bool
    default: object = None


def _kind_of(annotation: Any, metadata: list[Any]) -> Kind:
    """The kind in an annotation such as `Identifier | None`, where a `Literal` is a choice."""
    if get_origin(annotation) is Literal:
        return Choice(get_args(annotation))
    for item in metadata:
        if isinstance(item, Kind):
            return item
    (part,) = (part for part in get_args(annotation) if part is not NoneType)
    return _kind_of(part, list(get_args(part)))


def _fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    rows = []
    for name, info in model.model_fields.items():
        if name == "payload":
            continue
        kind = _kind_of(info.annotation, info.metadata)
        required = info.is_required() or name == "event_type"
        default = None if info.default is PydanticUndefined else info.default
        rows.append(Field(name, kind, NoneType in get_args(info.annotation), required, default))
    return tuple(rows)


#: The payload class of each event type.
PAYLOAD_CLASSES: Final = MappingProxyType(
    {str(model.model_fields["event_type"].default): model for model in get_args(AnyPayload)}
)
EVENT_TYPES: Final = tuple(PAYLOAD_CLASSES)
#: The fields of the envelope, without `payload`.
ENVELOPE: Final = _fields_of(SimulationEvent)
#: The fields of each payload, `event_type` first.
PAYLOADS: Final = MappingProxyType({event_type: _fields_of(model) for event_type, model in PAYLOAD_CLASSES.items()})
#: The payload field that the envelope's `effective_date` repeats. Termination, merit and forfeiture have none.
OWN_DATE: Final = MappingProxyType(
    {
        "hire": "hire_date",
        "promotion": "effective_date",
        "eligibility": "eligibility_date",
        "enrollment": "enrollment_date",
        "contribution": "contribution_date",
        "vesting": "service_period_end_date",
        "hce_status": "determination_date",
        "compliance": "monitoring_date",
    }
)
