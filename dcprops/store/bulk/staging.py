"""Documents as text into the temporary tables `staged` and `refused`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from dcprops.event_files import EventFile, EventFileError
from dcprops.event_files.pieces import Piece, UnreadLine
from dcprops.schemas.columns import COLUMNS
from dcprops.schemas.duckdb_ddl import quoted_name, sql_type
from dcprops.store.bulk.judging import REFUSED_COLUMNS, judge, put_refused
from dcprops.store.bulk.plain import is_plain
from dcprops.store.bulk.rendering import judged, proven

__all__ = ["Staged", "UnprovenError", "proven_file", "stage_file", "stage_texts"]

_PIECES: Final = pa.schema(
    [("first", pa.int64()), ("content", pa.string()), ("plain", pa.bool_()), ("raw", pa.binary())]
)
# A line that isn't UTF-8 comes alone, as `raw`; the others are in pieces of many lines. What stands at the end of a
# line is cut off only where something does: that is one look at its last character.
_LINES: Final = """(
    SELECT line, CASE WHEN ends_with(text, '}') THEN text ELSE rtrim(text, E' \\t\\r\\n') END AS text, plain, raw
    FROM (
        SELECT first + generate_subscripts(lines, 1) - 1 AS line, unnest(lines) AS text, plain, raw
        FROM (SELECT first, coalesce(string_split(content, chr(10)), [NULL]) AS lines, plain, raw FROM pieces)
    )
    WHERE raw IS NOT NULL OR ltrim(text, E' \\t\\r') <> ''
)"""


@dataclass(frozen=True)
class Staged:
    """How many documents were judged, and how many of them are valid."""

    documents: int
    valid: int


def stage_texts(connection: duckdb.DuckDBPyConnection, source: str) -> Staged:
    """Judge the documents of the relation `source`, which has columns `line` (BIGINT, a number of its own for each) and
    `text` (VARCHAR, or BLOB of UTF-8).

    Makes the temporary tables `staged`, with `line` and the columns of an event table for each valid document, and
    `refused`, with (line, field, rule, message, raw) for each rule that another one breaks; both without an order.
    """
    name = quoted_name(source)
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {name})").fetchall())
    if types.get("text") == "BLOB":
        rows = f"(SELECT line, TRY(decode(text)) AS text, false AS plain, coalesce(text, ''::BLOB) AS raw FROM {name})"
    else:
        rows = f"(SELECT line, coalesce(text, '') AS text, false AS plain, NULL::BLOB AS raw FROM {name})"
    with _tables(connection):
        connection.execute(f"INSERT INTO staged BY NAME {judged(rows, any_text=True)}")
        return _finished(connection, [])


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    path: str | os.PathLike[str],
    on_progress: Callable[[float, int], None] | None = None,
) -> Staged:
    """Judge the lines of an event file, NDJSON plain or gzip, and make the same tables. `line` counts from 1.

    Blank lines are no documents. `raw` is a line without white space at its end, or null where it was too long to be
    read. The file is read a mebibyte at a time, and from its start again where a line turns out not to be JSON.
    `on_progress(share, lines)` is called for each piece, from any thread. Not for use within a transaction.

    Raises EventFileError for a file that can't be read as lines, and leaves no tables then.
    """
    with _tables(connection):
        if Path(path).is_file():  # a pipe has no start to read from again
            with suppress(duckdb.InvalidInputException):
                return _stage_lines(connection, path, on_progress, any_text=False)
        return _stage_lines(connection, path, on_progress, any_text=True)


def _stage_lines(
    connection: duckdb.DuckDBPyConnection,
    path: str | os.PathLike[str],
    on_progress: Callable[[float, int], None] | None,
    *,
    any_text: bool,
) -> Staged:
    with EventFile(path) as file:
        if file.is_parquet:
            raise EventFileError(f"{os.fspath(path)} is Parquet, whose rows are no texts: read it as Arrow")
        source = _Source(file, on_progress)
        connection.register("pieces", pa.RecordBatchReader.from_batches(_PIECES, source.batches()))
        try:
            connection.execute(f"INSERT INTO staged BY NAME {judged(_LINES, any_text=any_text)}")
        except duckdb.Error:
            if source.failure is not None:
                raise source.failure from None
            raise
        finally:
            connection.unregister("pieces")
    return _finished(connection, source.unread)


class UnprovenError(Exception):
    """Some document of a file isn't proven valid by SQL alone, so its lines have to be judged."""


@contextmanager
def proven_file(connection: duckdb.DuckDBPyConnection, path: str | os.PathLike[str]) -> Iterator[str]:
    """The documents of an event file as a relation, to be read once, with the columns of an event table: those that
    `stage_file` would stage if SQL alone proves every one of them valid.

    Raises UnprovenError if it doesn't, or the file breaks off, once the relation is read, and EventFileError for a file
    that can't be opened.
    """
    with EventFile(path) as file:
        source = _Source(file, None)
        connection.register("pieces", pa.RecordBatchReader.from_batches(_PIECES, _all_read(source)))
        try:
            yield f"({proven(_LINES)})"
        except duckdb.InvalidInputException:
            raise UnprovenError from None
        finally:
            connection.unregister("pieces")


def _all_read(source: _Source) -> Iterator[pa.RecordBatch]:
    """The batches of a source; an error, where it has left out a line."""
    for batch in source.batches():
        if source.unread:
            break
        yield batch
    if source.unread:
        raise UnprovenError


class _Source:
    """The pieces of a file as Arrow batches. What goes wrong in reading is kept, since DuckDB raises its own error."""

    def __init__(self, file: EventFile, on_progress: Callable[[float, int], None] | None) -> None:
        self._file = file
        self._on_progress = on_progress
        self.unread: list[UnreadLine] = []
        self.failure: Exception | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for piece in self._file.pieces():
                if isinstance(piece, UnreadLine):
                    self.unread.append(piece)
                else:
                    yield _batch(piece)
                if self._on_progress is not None:
                    self._on_progress(self._file.share_read, piece[0])
        except Exception as error:
            self.failure = error
            raise


def _batch(piece: Piece) -> pa.RecordBatch:
    """One row for all the lines of a piece, without a copy; or one for each, if some aren't UTF-8."""
    ends = pa.array([0, len(piece.content)], pa.int32()).buffers()[1]
    content = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(piece.content)])
    if _is_valid(content):
        plain = pa.array([is_plain(piece.content)])
        return pa.record_batch([pa.array([piece.first]), content, plain, pa.nulls(1, pa.binary())], schema=_PIECES)
    lines = piece.content.split(b"\n")
    texts = [line if _is_utf_8(line) else None for line in lines]
    raws = [None if _is_utf_8(line) else line.rstrip(b" \t\r") for line in lines]
    numbers = pa.array(range(piece.first, piece.first + len(lines)), pa.int64())
    plain = pa.nulls(len(lines), pa.bool_())
    return pa.record_batch([numbers, pa.array(texts, pa.string()), plain, pa.array(raws, pa.binary())], schema=_PIECES)


def _is_valid(content: pa.Array) -> bool:
    """Whether texts are UTF-8: Arrow looks ten times faster than Python decodes, and DuckDB doesn't look."""
    try:
        content.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Makes both tables, empty, and drops them if what is done with them fails."""
    columns = ", ".join(f"{column.name} {sql_type(column.kind)}" for column in COLUMNS)
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged (line BIGINT, {columns}, raw BLOB)")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE refused ({REFUSED_COLUMNS})")
        yield
    except BaseException:
        connection.execute("DROP TABLE IF EXISTS temp.staged")
        connection.execute("DROP TABLE IF EXISTS temp.refused")
        raise


def _finished(connection: duckdb.DuckDBPyConnection, unread: list[UnreadLine]) -> Staged:
    """Have what isn't proven judged, and count."""
    put_refused(connection, ((each.number, each.breach, each.raw) for each in unread))
    invalid = judge(connection) + len(unread)
    connection.execute("ALTER TABLE staged DROP COLUMN raw")
    ((valid,),) = connection.execute("SELECT count(*) FROM staged").fetchall()
    return Staged(valid + invalid, valid)
