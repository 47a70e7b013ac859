"""The event schema as a team writes it in Pydantic: annotated types with their bounds, for generators to read."""

from __future__ import annotations

import functools
import operator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationError, create_model

from dcprops.events import EventFactory
from dcprops.events.kinds import (
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    MoneyBySource,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.events.schema import ENVELOPE, PAYLOADS
from dcprops.events.schema import Field as SchemaField

__all__ = ["CONVENTIONAL", "documents_among"]

Document: TypeAlias = dict[str, Any]


def _type_of(kind: Kind) -> Any:
    match kind:
        case FixedPoint():
            most = kind.from_quanta(kind.quanta[-1])
            least: dict[str, Any] = {"gt": 0} if kind.above_zero else {"ge": 0}
            bounds = Field(le=most, max_digits=kind.digits + kind.places, decimal_places=kind.places, **least)
            return Annotated[Decimal, bounds]
        case MoneyBySource():
            return dict.__class_getitem__((Literal.__getitem__(kind.sources), _type_of(kind.money)))
        case WholeNumber():
            return Annotated[int, Field(ge=kind.minimum, le=kind.maximum)]
        case Choice():
            return Literal[kind.values]
        case Text():
            return Annotated[str, StringConstraints(min_length=1, max_length=kind.max_length)]
        case _:
            return _PLAIN[type(kind)]


_PLAIN: Final[dict[type[Kind], type]] = {Date: date, Timestamp: datetime, EventId: UUID, Flag: bool}


def _record(name: str, fields: tuple[SchemaField, ...], **more: Any) -> type[BaseModel]:
    types: dict[str, Any] = {
        field.name: (_type_of(field.kind) | None if field.nullable else _type_of(field.kind), ...) for field in fields
    }
    return create_model(name, **types, **more)


_PAYLOADS: Final = tuple(_record(f"{event_type}_payload", fields) for event_type, fields in PAYLOADS.items())
#: An event, with its payload told apart by event_type.
CONVENTIONAL: Final = _record("Event", ENVELOPE, payload=(functools.reduce(operator.or_, _PAYLOADS), ...))


def documents_among(events: list[BaseModel]) -> list[Document]:
    """The canonical documents of those events that are valid: a generator is not to be blamed for the rest."""
    found = []
    for each in events:
        try:
            found.append(EventFactory.validate_schema(each.model_dump(mode="json")))
        except ValidationError:
            continue
    return found
