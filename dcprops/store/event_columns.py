"""Events as Arrow columns, many at a time: each column is read straight off the objects of one event type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import repeat
from operator import attrgetter, itemgetter, sub
from types import MappingProxyType, NoneType
from typing import Any, Final, NamedTuple
from uuid import UUID

import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.events.schema import PAYLOAD_CLASSES
from dcprops.schemas.arrow import arrow_schema
from dcprops.schemas.columns import COLUMNS, PAYLOAD, Column

__all__ = ["STORED", "NotAsValidated", "ids_of_bytes", "table_of"]

#: The Arrow schema of what is stored: the event schema's, but an event_id is 16 bytes, not 36 characters.
STORED: Final = arrow_schema().set(0, pa.field("event_id", pa.uuid(), nullable=False))


class NotAsValidated(Exception):
    """An object that holds what validation would not have let it: it was made or changed behind the model's back."""


class _Source(NamedTuple):
    """Where the values of one column are found, in the envelope or the payload, and how they become an array."""

    in_payload: bool
    get: Callable[[Any], Any]
    read: Callable[[list[Any]], pa.Array]


def _source(column: Column, event_type: str) -> _Source | None:
    """None for a column that events of the type don't have."""
    if event_type not in column.uses:
        return None
    read = _READERS[type(column.kind)](STORED.field(column.name).type)
    if len(column.path) < 3:
        return _Source(column.path[0] == PAYLOAD, itemgetter(column.path[-1]), read)
    _, field, source = column.path

    def of_source(payload: dict[str, Any]) -> Any:
        return payload[field].get(source)

    return _Source(True, of_source, read)


def _as_arrow_reads(type_: pa.DataType) -> Callable[[list[Any]], pa.Array]:
    """Where Arrow takes nothing but what a valid event holds."""
    return partial(pa.array, type=type_)


def _of_one_type(expected: type) -> Callable[[pa.DataType], Callable[[list[Any]], pa.Array]]:
    """Where Arrow would take the day of a datetime, the number of a float, or bytes for a text."""
    expected_types = frozenset({expected, NoneType})

    def reader(type_: pa.DataType) -> Callable[[list[Any]], pa.Array]:
        def read(values: list[Any]) -> pa.Array:
            if not expected_types.issuperset(map(type, values)):
                raise NotAsValidated(f"not every value is a {expected.__name__}")
            return pa.array(values, type_)

        return read

    return reader


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _instants(type_: pa.DataType) -> Callable[[list[Any]], pa.Array]:
    def read(values: list[Any]) -> pa.Array:
        # Exact, and faster than Arrow's own reading, which asks each value for its offset from UTC.
        return pa.array(list(map(sub, values, repeat(_EPOCH))), pa.duration("us")).view(type_)

    return read


def _ids(_: pa.DataType) -> Callable[[list[Any]], pa.Array]:
    def read(values: list[Any]) -> pa.Array:
        if {UUID} != set(map(type, values)):
            raise NotAsValidated("not every event_id is a UUID")
        return ids_of_bytes(b"".join([number.to_bytes(16, "big") for number in map(attrgetter("int"), values)]))

    return read


def ids_of_bytes(joined: bytes) -> pa.Array:
    """The column of the ids whose bytes, 16 each, stand one after the other."""
    storage = pa.Array.from_buffers(pa.binary(16), len(joined) // 16, [None, pa.py_buffer(joined)])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


_READERS: Final[MappingProxyType[type[Kind], Callable[[pa.DataType], Callable[[list[Any]], pa.Array]]]] = (
    MappingProxyType(
        {
            FixedPoint: _as_arrow_reads,
            Date: _of_one_type(date),
            Timestamp: _instants,
            Flag: _as_arrow_reads,
            WholeNumber: _of_one_type(int),
            EventId: _ids,
            Text: _of_one_type(str),
            Choice: _of_one_type(str),
        }
    )
)

_SOURCES: Final = MappingProxyType(
    {payload: tuple(_source(column, name) for column in COLUMNS) for name, payload in PAYLOAD_CLASSES.items()}
)
_UNFIT: Final = (pa.ArrowException, KeyError, AttributeError, TypeError, OverflowError, UnicodeError)

#: So many events' values stay in the processor's cache from one column to the next.
_EVENTS_AT_ONCE: Final = 8192


def table_of(events: Sequence[SimulationEvent]) -> pa.Table:
    """The events as a table in the schema `STORED`, those of one event type after those of another.

    Values are taken as they are, exactly. Raises NotAsValidated if one of them has a type that no valid event's has;
    whether it is in range is for the checks of a table to say.
    """
    states: dict[type, list[dict[str, Any]]] = {}
    try:
        for event in events:
            state = event.__dict__
            kind = type(state["payload"])
            if kind in states:
                states[kind].append(state)
            else:
                states[kind] = [state]
        return pa.Table.from_batches([_batch(payload, found) for payload, found in states.items()], STORED)
    except _UNFIT as error:
        raise NotAsValidated(str(error)) from error


def _batch(payload: type, envelopes: list[dict[str, Any]]) -> pa.RecordBatch:
    sources = [source for source in _SOURCES[payload] if source is not None]
    parts = [
        _arrays(sources, envelopes[start : start + _EVENTS_AT_ONCE])
        for start in range(0, len(envelopes), _EVENTS_AT_ONCE)
    ]
    own = (pa.concat_arrays(arrays) if len(arrays) > 1 else arrays[0] for arrays in zip(*parts, strict=True))
    return pa.RecordBatch.from_arrays(
        [
            pa.nulls(len(envelopes), field.type) if source is None else next(own)
            for field, source in zip(STORED, _SOURCES[payload], strict=True)
        ],
        schema=STORED,
    )


def _arrays(sources: list[_Source], envelopes: list[dict[str, Any]]) -> list[pa.Array]:
    payloads = list(map(_state, map(_payload, envelopes)))
    return [source.read(list(map(source.get, payloads if source.in_payload else envelopes))) for source in sources]


_state: Final = attrgetter("__dict__")
_payload: Final = itemgetter("payload")
