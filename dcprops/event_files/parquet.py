"""Rows of Parquet as documents. Imports pyarrow, an extra."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
from pyarrow import parquet, types

from dcprops.event_files.rows import Document, EventFileError, Row
from dcprops.rules import Breach
from dcprops.schemas.arrow import arrow_schema, documents_of

__all__ = ["contents_of", "opened", "rows_of"]

_ROWS_AT_ONCE: Final = 4096
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError)


class _Family(NamedTuple):
    """Types that hold the same values, and the rule that a value of theirs breaks which Python can't hold."""

    members: tuple[Callable[[pa.DataType], bool], ...]
    rule: str


def _is_uuid(type_: pa.DataType) -> bool:
    return isinstance(type_, pa.UuidType)


_FAMILIES: Final = (
    _Family((types.is_string, types.is_large_string, types.is_string_view, _is_uuid), "not-utf-8"),
    _Family((types.is_date,), "bad-date"),
    _Family((types.is_timestamp,), "bad-timestamp"),
    _Family((types.is_decimal,), "not-a-number"),
    _Family((types.is_integer,), "not-whole"),
    _Family((types.is_boolean,), "wrong-type"),
)


def opened(path: Path, file: io.BufferedReader) -> parquet.ParquetFile:
    """The Parquet file. Raises EventFileError if it is damaged, or if its columns aren't those of the Arrow schema.

    A column may have another type that holds the same values, and the columns may stand in any order. Columns beyond
    the schema are for validation to report, row by row.
    """
    if not file.seekable():
        raise EventFileError(f"{path} is Parquet in a pipe, which cannot be read from its end: give a file")
    try:
        table = parquet.ParquetFile(file)
        columns = table.schema_arrow
    except _DAMAGE as error:
        raise _damaged(path, "", error) from error
    wrong = "; ".join(_differences(columns))
    if wrong:
        raise EventFileError(f"{path} is Parquet, but not of events: {wrong}; see dcprops schema arrow")
    return table


def _differences(columns: pa.Schema) -> Iterator[str]:
    expected = arrow_schema()
    missing = [field.name for field in expected if field.name not in columns.names]
    if missing:
        yield f"it lacks {'the column' if len(missing) == 1 else 'the columns'} {', '.join(missing)}"
    repeated = sorted({name for name in columns.names if columns.names.count(name) > 1})
    if repeated:
        yield f"it has twice {', '.join(repeated)}"
    for field in expected:
        if field.name in missing or field.name in repeated:
            continue
        found = columns.field(field.name).type
        if not types.is_null(found) and _family_of(found) is not _family_of(field.type):
            yield f"{field.name} is {found}, expected {field.type}"


def _family_of(type_: pa.DataType) -> _Family | None:
    held = type_.value_type if types.is_dictionary(type_) else type_
    return next((family for family in _FAMILIES if any(is_member(held) for is_member in family.members)), None)


def rows_of(path: Path, table: parquet.ParquetFile) -> Iterator[Row]:
    """The rows, a batch at a time. Raises EventFileError, saying how many rows came before, where it is damaged."""
    number = 0
    # A group at a time: a batch over two of them would be lost with the second.
    groups = range(table.num_row_groups)
    batches = (batch for group in groups for batch in table.iter_batches(_ROWS_AT_ONCE, row_groups=[group]))
    while True:
        try:
            batch = next(batches, None)
        except _DAMAGE as error:
            raise _damaged(path, f" after {number:,} rows", error) from error
        if batch is None:
            return
        for content in contents_of(batch):
            number += 1
            yield Row(number, content)


def contents_of(batch: pa.RecordBatch) -> list[Document | Breach]:
    """The document of each row, or the rule that a value breaks which no document can hold."""
    try:
        return list(documents_of(batch))
    except (ValueError, OverflowError):
        # Some value is beyond what Python can hold; row by row, only its own row is lost.
        return [_content_of(batch.slice(index, 1)) for index in range(batch.num_rows)]


def _content_of(row: pa.RecordBatch) -> Document | Breach:
    for name, column in zip(row.schema.names, row.columns, strict=True):
        try:
            column.to_pylist()
        except (ValueError, OverflowError) as error:
            family = _family_of(column.type)
            rule = family.rule if family else "wrong-type"
            return Breach(name, rule, f"{name} has a value that no document can hold: {error}")
    (document,) = documents_of(row)
    return document


def _damaged(path: Path, where: str, error: Exception) -> EventFileError:
    cause = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return EventFileError(f"{path} is damaged Parquet{where}: {cause}; write it again")
