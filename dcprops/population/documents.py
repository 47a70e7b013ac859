"""Batches of a population as NDJSON: the canonical text of every event, made column by column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Flag, Kind, MoneyBySource, Timestamp, WholeNumber
from dcprops.events.schema import PAYLOADS
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, Column

__all__ = ["lines_of"]

_PAYLOAD: Final = "payload"
_NULL: Final = "null"
#: A text that is the same in every line, or the texts of one place in the lines.
_Piece: TypeAlias = "str | pa.StringArray"


def lines_of(batch: pa.RecordBatch) -> pa.StringArray:
    """The line of each event of a population, in order and without its line end.

    A population's texts need no escapes in JSON, and its instants always have six places.
    """
    kinds = batch.column(EVENT_TYPE)
    lines, places = [], []
    for event_type in pc.unique(kinds).to_pylist():
        places.append(pc.indices_nonzero(pc.equal(kinds, event_type)))
        lines.append(_joined(_document(batch.take(places[-1]), event_type)))
    return pc.take(pa.concat_arrays(lines), pc.array_sort_indices(pa.concat_arrays(places)))


def _document(batch: pa.RecordBatch, event_type: str) -> Iterator[_Piece]:
    """The pieces of the documents of one event type, from left to right."""
    for number, name in enumerate(SimulationEvent.model_fields):
        yield f'{"," if number else "{"}"{name}":'
        if name == _PAYLOAD:
            yield from _payload(batch, event_type)
        else:
            yield from _value(batch, _column(event_type, (name,)))
    yield "}"


def _payload(batch: pa.RecordBatch, event_type: str) -> Iterator[_Piece]:
    for number, field in enumerate(PAYLOADS[event_type]):
        yield f'{"," if number else "{"}"{field.name}":'
        if isinstance(field.kind, MoneyBySource):
            yield from _by_source(batch, [_column(event_type, (_PAYLOAD, field.name, s)) for s in field.kind.sources])
        else:
            yield from _value(batch, _column(event_type, (_PAYLOAD, field.name)))
    yield "}"


def _by_source(batch: pa.RecordBatch, columns: list[Column]) -> Iterator[_Piece]:
    """A map of money: a source without value isn't listed."""
    members = []
    for column in columns:
        pieces = [f'"{column.path[-1]}":', *_value(batch, column)]
        amounts = batch.column(column.name)
        if amounts.null_count < len(amounts):
            members.append(pc.if_else(pc.is_valid(amounts), _joined(pieces), pa.scalar(None, pa.string())))
    yield "{"
    if members:
        yield pc.binary_join_element_wise(*members, ",", null_handling="skip")
    yield "}"


def _value(batch: pa.RecordBatch, column: Column) -> Iterator[_Piece]:
    """What a column has, in JSON."""
    values = batch.column(column.name)
    if values.null_count == len(values):
        yield _NULL
    elif values.null_count:
        yield pc.coalesce(_joined(_present(values, column.kind)), _NULL)
    else:
        yield from _present(values, column.kind)


def _present(values: pa.Array, kind: Kind) -> Iterator[_Piece]:
    if isinstance(kind, Flag | WholeNumber):
        yield pc.cast(values, pa.string())
    elif isinstance(kind, Timestamp):
        text = pc.cast(values.cast(pa.timestamp("us")), pa.string())
        yield from ('"', pc.utf8_replace_slice(text, 10, 11, "T"), 'Z"')
    else:
        yield from ('"', values if pa.types.is_string(values.type) else pc.cast(values, pa.string()), '"')


def _joined(pieces: Iterator[_Piece] | list[_Piece]) -> pa.StringArray:
    """The pieces put together; neighbours that are the same in every line first."""
    merged: list[_Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return pc.binary_join_element_wise(*merged, "")


@cache
def _column(event_type: str, path: tuple[str, ...]) -> Column:
    return next(column for column in COLUMNS if column.path == path and event_type in column.uses)
