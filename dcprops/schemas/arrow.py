"""The event schema in Arrow: events as tables, and tables as documents. Needs pyarrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, columns_of, document_of, row_of

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'Arrow and Parquet need {error.name}, which is not installed: pip install "dcprops[duckdb]"', name=error.name
    ) from error

__all__ = ["arrow_schema", "documents_of", "to_table"]

#: Rows turned into Python values at once: enough to spread the cost of a column, few enough to stay small in memory.
ROWS_AT_ONCE = 10_000


def arrow_schema() -> pa.Schema:
    """The columns of an event table. Those that every event fills are not nullable."""
    return pa.schema([pa.field(column.name, _type_of(column.kind), column.nullable) for column in COLUMNS])


def _type_of(kind: Kind) -> pa.DataType:
    match kind:
        case FixedPoint(digits=digits, places=places):
            return pa.decimal128(digits + places, places)
        case Date():
            return pa.date32()
        case Timestamp():
            return pa.timestamp("us", "UTC")
        case Flag():
            return pa.bool_()
        case WholeNumber():
            return pa.int32()
        case EventId() | Text() | Choice():
            return pa.string()
    raise TypeError(f"no Arrow type for {kind}: add one")


def to_table(events: Iterable[SimulationEvent | Mapping[str, Any]]) -> pa.Table:
    """The table of events, or of canonical documents in Python values, one row each and in their order."""
    rows = [row_of(event) for event in events]
    schema = arrow_schema()
    return pa.Table.from_arrays(
        [pa.array([row[field.name] for row in rows], field.type) for field in schema], schema=schema
    )


def documents_of(table: pa.Table | pa.RecordBatch) -> Iterator[dict[str, object]]:
    """The JSON document of each row, in order; see `columns.document_of` for rows that aren't as they should be.

    Any table will do, whatever its columns and their types: what doesn't fit is for validation to report. Raises
    ValueError for a column that comes twice, since a row could have only one of the two.
    """
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    twice = [name for name, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise ValueError(f"expected each column once, but the table has {', '.join(map(repr, twice))} more than once")
    return (document for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE) for document in _documents(batch))


def _documents(batch: pa.RecordBatch) -> list[dict[str, object]]:
    """The documents of a batch. Rows of one event type are read together, without the columns that none of them has."""
    documents: list[dict[str, object]] = [{}] * batch.num_rows
    columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    for event_type, places in _places_by_event_type(columns.get(EVENT_TYPE, [None] * batch.num_rows)).items():
        own = columns_of(event_type)
        parts = {
            name: values
            for name, column in columns.items()
            if (values := [column[place] for place in places]).count(None) < len(places) or name in own
        }
        for place, *values in zip(places, *parts.values(), strict=True):
            documents[place] = document_of(dict(zip(parts, values, strict=True)))
    return documents


def _places_by_event_type(event_types: list[object]) -> dict[str, list[int]]:
    """Where in the batch the rows of each event type are; what isn't a text is the empty text's."""
    places: dict[str, list[int]] = {}
    for place, event_type in enumerate(event_types):
        places.setdefault(event_type if isinstance(event_type, str) else "", []).append(place)
    return places


def _values(column: pa.Array) -> list[object]:
    """The column's values in Python. Timestamps beyond Python's own are texts that say them whole."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp(column.type.unit))  # in UTC without saying so, which is how it's read
        try:
            column = column.cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            places_too_many = "000" if column.type.unit == "ns" else ""
            texts = pc.cast(column, pa.string()).to_pylist()
            return [text and text.removesuffix(places_too_many).replace(" ", "T") + "Z" for text in texts]
    values: list[object] = column.to_pylist()
    return values
