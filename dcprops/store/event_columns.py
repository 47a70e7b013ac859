"""Events as Arrow columns, many at a time: each column is read straight off the objects of one event type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, repeat
from operator import attrgetter, itemgetter, sub
from types import MappingProxyType, NoneType
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.events.schema import PAYLOAD_CLASSES
from dcprops.schemas.arrow import arrow_schema
from dcprops.schemas.columns import COLUMNS, PAYLOAD

__all__ = ["STORED", "NotAsValidated", "ids_of_bytes", "table_of"]

#: The Arrow schema of what is stored: the event schema's, but an event_id is 16 bytes, not 36 characters.
STORED: Final = arrow_schema().set(0, pa.field("event_id", pa.uuid(), nullable=False))


class NotAsValidated(Exception):
    """An object that holds what validation would not have let it: it was made or changed behind the model's back."""


#: How values become an array. Raises one of `_UNFIT` for a value that no valid event has there.
_Read: TypeAlias = "Callable[[Sequence[Any]], pa.Array]"
_State: TypeAlias = "dict[str, Any]"


class _OwnColumn(NamedTuple):
    """A column of the payloads of one type: its place in `COLUMNS`, and where its values are found."""

    place: int
    #: The place of its field among those that the layout's `fields` gets.
    field: int
    #: Which of the field's amounts by source it holds, if that has such.
    source: str | None
    read: _Read


class _Layout(NamedTuple):
    """How the payloads of one type are taken apart, at one look into each."""

    fields: Callable[[_State], tuple[Any, ...]]
    columns: tuple[_OwnColumn, ...]


def _layout(event_type: str) -> _Layout:
    own = [
        (place, column)
        for place, column in enumerate(COLUMNS)
        if column.path[0] == PAYLOAD and event_type in column.uses
    ]
    fields = list(dict.fromkeys(column.path[1] for _, column in own))
    return _Layout(
        itemgetter(*fields),
        tuple(
            _OwnColumn(place, fields.index(column.path[1]), column.path[2] if column.path[2:] else None, _reader(place))
            for place, column in own
        ),
    )


def _reader(place: int) -> _Read:
    return _READERS[type(COLUMNS[place].kind)](STORED.field(place).type)


def _as_arrow_reads(type_: pa.DataType) -> _Read:
    """Where Arrow takes nothing but what a valid event holds."""
    return partial(pa.array, type=type_)


def _of_one_type(expected: type) -> Callable[[pa.DataType], _Read]:
    """Where Arrow would take the day of a datetime, the number of a float, or bytes for a text."""
    expected_types = frozenset({expected, NoneType})

    def reader(type_: pa.DataType) -> _Read:
        def read(values: Sequence[Any]) -> pa.Array:
            if not expected_types.issuperset(map(type, values)):
                raise NotAsValidated(f"not every value is a {expected.__name__}")
            return pa.array(values, type_)

        return read

    return reader


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _instants(type_: pa.DataType) -> _Read:
    def read(values: Sequence[Any]) -> pa.Array:
        # Exact, and faster than Arrow's own reading, which asks each value for its offset from UTC.
        return pa.array(list(map(sub, values, repeat(_EPOCH))), pa.duration("us")).view(type_)

    return read


def _ids(_: pa.DataType) -> _Read:
    def read(values: Sequence[Any]) -> pa.Array:
        if {UUID} != set(map(type, values)):
            raise NotAsValidated("not every event_id is a UUID")
        return ids_of_bytes(b"".join([number.to_bytes(16, "big") for number in map(attrgetter("int"), values)]))

    return read


def ids_of_bytes(joined: bytes) -> pa.Array:
    """The column of the ids whose bytes, 16 each, stand one after the other."""
    storage = pa.Array.from_buffers(pa.binary(16), len(joined) // 16, [None, pa.py_buffer(joined)])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


_READERS: Final[MappingProxyType[type[Kind], Callable[[pa.DataType], _Read]]] = MappingProxyType(
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

_LAYOUTS: Final = MappingProxyType({payload: _layout(name) for name, payload in PAYLOAD_CLASSES.items()})
#: The places of the envelope's columns.
_ENVELOPE: Final = tuple(place for place, column in enumerate(COLUMNS) if column.path[0] != PAYLOAD)
_ENVELOPE_READERS: Final = tuple(map(_reader, _ENVELOPE))
_envelope_and_payload: Final = itemgetter(*(COLUMNS[place].name for place in _ENVELOPE), PAYLOAD)
_UNFIT: Final = (pa.ArrowException, KeyError, AttributeError, TypeError, OverflowError, UnicodeError)

#: So many events stay near the processor from one look at them to the next.
_EVENTS_AT_ONCE: Final = 4096


def table_of(events: Sequence[SimulationEvent]) -> pa.Table:
    """The events as a table in the schema `STORED`, those of one event type after those of another.

    Values are taken as they are, exactly. Raises NotAsValidated if one of them has a type that no valid event's has;
    whether it is in range is for the checks of a table to say.
    """
    parts: dict[type, list[list[pa.Array]]] = {}
    try:
        for start in range(0, len(events), _EVENTS_AT_ONCE):
            for payload, arrays in _arrays(events[start : start + _EVENTS_AT_ONCE]):
                parts.setdefault(payload, []).append(arrays)
        return pa.Table.from_batches([_batch(_LAYOUTS[payload], found) for payload, found in parts.items()], STORED)
    except _UNFIT as error:
        raise NotAsValidated(str(error)) from error


def _arrays(events: Sequence[SimulationEvent]) -> Iterator[tuple[type, list[pa.Array]]]:
    """For each class of payload, the columns of the envelope and those that such payloads have."""
    # In the order in which the events stand in memory: that is twice as fast as by their payloads' classes.
    *fields, payloads = zip(*map(_envelope_and_payload, map(_state, events)), strict=True)
    places: dict[type, list[int]] = {}
    for place, kind in enumerate(map(type, payloads)):
        if kind in places:
            places[kind].append(place)
        else:
            places[kind] = [place]
    in_order = _in_order(list(chain.from_iterable(places.values())))
    envelope = [read(in_order(values)) for read, values in zip(_ENVELOPE_READERS, fields, strict=True)]
    states = list(map(_state, in_order(payloads)))
    start = 0
    for kind, found in places.items():
        own = states[start : start + len(found)]
        yield kind, [array.slice(start, len(own)) for array in envelope] + _of_payloads(_LAYOUTS[kind], own)
        start += len(own)


def _in_order(places: list[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    return itemgetter(*places) if len(places) > 1 else tuple  # of one place it would get the value by itself


def _of_payloads(layout: _Layout, states: Iterable[_State]) -> list[pa.Array]:
    fields = list(zip(*map(layout.fields, states), strict=True))
    return [
        column.read(fields[column.field])
        if column.source is None
        else column.read([amounts.get(column.source) for amounts in fields[column.field]])
        for column in layout.columns
    ]


def _batch(layout: _Layout, parts: list[list[pa.Array]]) -> pa.RecordBatch:
    rows = sum(len(arrays[0]) for arrays in parts)
    columns = [pa.nulls(rows, field.type) if field.nullable else None for field in STORED]
    places = (*_ENVELOPE, *(column.place for column in layout.columns))
    for place, arrays in zip(places, zip(*parts, strict=True), strict=True):
        columns[place] = pa.concat_arrays(arrays) if len(arrays) > 1 else arrays[0]
    return pa.RecordBatch.from_arrays(columns, schema=STORED)


_state: Final = attrgetter("__dict__")
