"""Events as Arrow columns, many at a time: each column is read straight off the objects of one event type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from types import MappingProxyType, NoneType
from typing import Any, Final, NamedTuple
from uuid import UUID

import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.events.schema import PAYLOAD_CLASSES
from dcprops.schemas.arrow import arrow_schema
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, Column

__all__ = ["STORED", "NotAsValidated", "ids_of_bytes", "table_of"]

#: The Arrow schema of what is stored: the event schema's, but an event_id is 16 bytes, not 36 characters.
STORED: Final = arrow_schema().set(0, pa.field("event_id", pa.uuid(), nullable=False))


class NotAsValidated(Exception):
    """An object that holds what validation would not have let it: it was made or changed behind the model's back."""


#: The types that a validated event has in a column of each kind.
_PYTHON_TYPES: Final[dict[type[Kind], type]] = {
    FixedPoint: Decimal,
    Date: date,
    Timestamp: datetime,
    Flag: bool,
    WholeNumber: int,
    EventId: UUID,
    Text: str,
    Choice: str,
}


class _Source(NamedTuple):
    """Where the values of one column are found: in the envelope or the payload, by which key, and of which types."""

    in_payload: bool
    get: Callable[[Any], Any]
    types: frozenset[type]


def _source(column: Column, event_type: str) -> _Source | None:
    """None for a column that events of the type don't have."""
    if event_type not in column.uses:
        return None
    types = {_PYTHON_TYPES[type(column.kind)], *([NoneType] if column.uses[event_type].nullable else [])}
    if len(column.path) < 3:
        return _Source(
            len(column.path) == 2 or column.name == EVENT_TYPE, itemgetter(column.path[-1]), frozenset(types)
        )
    _, field, source = column.path

    def of_source(payload: dict[str, Any]) -> Any:
        return payload[field].get(source)

    return _Source(True, of_source, frozenset(types))


_SOURCES: Final = MappingProxyType(
    {payload: tuple(_source(column, name) for column in COLUMNS) for name, payload in PAYLOAD_CLASSES.items()}
)
_state: Final = attrgetter("__dict__")


def table_of(events: Iterable[SimulationEvent]) -> pa.Table:
    """The events as a table in the schema `STORED`, those of one event type after those of another.

    Values are taken as they are, exactly. Raises NotAsValidated if one of them has a type that no valid event's has;
    whether it is in range is for the checks of a table to say.
    """
    by_class: dict[type, list[dict[str, Any]]] = {}
    for event in events:
        state = event.__dict__
        by_class.setdefault(type(state["payload"]), []).append(state)
    batches = [_batch(payload, states) for payload, states in by_class.items()]
    return pa.Table.from_batches(batches, STORED)


def _batch(payload_class: type, envelopes: list[dict[str, Any]]) -> pa.RecordBatch:
    if payload_class not in _SOURCES:
        raise NotAsValidated(payload_class.__name__)
    payloads = list(map(_state, map(itemgetter("payload"), envelopes)))
    return pa.RecordBatch.from_arrays(
        [
            pa.nulls(len(envelopes), field.type)
            if source is None
            else _array(list(map(source.get, payloads if source.in_payload else envelopes)), field.type, source.types)
            for field, source in zip(STORED, _SOURCES[payload_class], strict=True)
        ],
        schema=STORED,
    )


def _array(values: Sequence[Any], type_: pa.DataType, expected: frozenset[type]) -> pa.Array:
    # Arrow would take the day of a datetime and the number of a bool; no value is to become another.
    if not expected.issuperset(map(type, values)):
        found = next(value for value in values if type(value) not in expected)
        raise NotAsValidated(f"{found!r}")
    if type_ == pa.uuid():
        return _uuids(values)
    try:
        return pa.array(values, type_)
    except (pa.ArrowException, OverflowError, UnicodeError) as error:
        raise NotAsValidated(str(error)) from error


def _uuids(values: Sequence[UUID]) -> pa.Array:
    return ids_of_bytes(b"".join([number.to_bytes(16, "big") for number in map(attrgetter("int"), values)]))


def ids_of_bytes(joined: bytes) -> pa.Array:
    """The column of the ids whose bytes, 16 each, stand one after the other."""
    storage = pa.Array.from_buffers(pa.binary(16), len(joined) // 16, [None, pa.py_buffer(joined)])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)
