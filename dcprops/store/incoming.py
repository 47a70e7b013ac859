"""What is appended, whatever its form, as Arrow batches of valid events; what isn't valid is put aside, with why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from dcprops.event_files import EventFile, Row, event_of
from dcprops.event_files.events import breaches_of_refusal
from dcprops.event_files.parquet import contents_of
from dcprops.events import EventFactory, SimulationEvent
from dcprops.rules import Breach, breaches
from dcprops.schemas.columns import json_value
from dcprops.store.arrow_input import ROWS_AT_ONCE, check_schema, checked, suspects
from dcprops.store.bulk import stage_texts
from dcprops.store.event_columns import STORED, NotAsValidated, table_of

__all__ = ["Appendable", "Incoming", "Refused"]

#: What a store appends: documents and events in any mixture, an Arrow table or whatever gives one batch by batch, or
#: the path of an event file.
Appendable: TypeAlias = (
    "Iterable[SimulationEvent | Mapping[str, Any]] | pa.Table | pa.RecordBatch | pa.RecordBatchReader"
    " | str | os.PathLike[str]"
)
#: An event, or the rules that a row breaks.
_Read: TypeAlias = "SimulationEvent | tuple[Breach, ...]"


class Refused(NamedTuple):
    """One rule that a document breaks: the document's place in what was appended (from 1), the rule, and its text."""

    line: int
    field: str
    rule: str
    message: str
    raw: bytes


class Incoming:
    """What one append brings: batches of valid events, to be read once, and (when they are read) what was refused.

    Raises SchemaError for a table of other columns, TypeError for what can't be appended at all, EventFileError for a
    file that can't be read as an event file.
    """

    def __init__(self, source: Appendable) -> None:
        self.refused: list[Refused] = []
        self._rejected = 0
        #: The whole of it, where that is in memory anyway.
        self.table: pa.Table | None = None
        self.batches: Iterator[pa.RecordBatch]
        #: The path of a file of lines, which are for the database to judge.
        self.lines: str | os.PathLike[str] | None = None
        match source:
            case pa.Table():
                check_schema(source.schema)
                self.batches = iter(())
                self.table = self._checked_table(source)
            case pa.RecordBatch():
                check_schema(source.schema)
                self.batches = self._of_arrow(iter([source]))
            case str() | os.PathLike():
                self.batches = iter(())
                if _is_parquet(source):
                    self.batches = self._of_parquet(source)
                else:
                    self.lines = source
            case SimulationEvent() | Mapping() | bytes() | bytearray():
                raise TypeError(
                    f"can't append one {type(source).__name__}: expected a list of documents or events, an Arrow table "
                    "or the path of an event file"
                )
            case _ if hasattr(source, "__arrow_c_stream__"):
                reader = pa.RecordBatchReader.from_stream(source)
                check_schema(reader.schema)
                self.batches = self._of_arrow(reader)
            case _:
                self.batches = self._of_items(iter(source))

    @property
    def rejected(self) -> int:
        """How many documents were refused so far."""
        return self._rejected

    def _refuse(self, line: int, found: Iterable[Breach], raw: bytes) -> None:
        self._rejected += 1
        self.refused.extend(Refused(line, each.field, each.rule, each.message, raw) for each in found)

    def _checked_table(self, table: pa.Table) -> pa.Table:
        return pa.Table.from_batches(self._of_arrow(iter(table.to_batches())), STORED)

    def _of_arrow(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        line = 0
        for batch in _evened(batches):
            exact, mask = checked(batch)
            if exact is not None and mask is None:
                yield exact
            else:
                yield from self._read_again(batch, exact, mask, line)
            line += batch.num_rows

    def _read_again(
        self, batch: pa.RecordBatch, exact: pa.RecordBatch | None, mask: pa.BooleanArray | None, before: int
    ) -> Iterator[pa.RecordBatch]:
        """The batch's good rows; those that may be invalid are read as the documents that they stand for."""
        if exact is None:
            mask = pa.array([True] * batch.num_rows)
        else:
            yield exact.take(pc.indices_nonzero(pc.invert(mask)))
        places = pc.indices_nonzero(mask)
        lines = [before + place + 1 for place in places.to_pylist()]
        events = []
        for line, content in zip(lines, contents_of(batch.take(places)), strict=True):
            read = event_of(Row(line, content))
            if isinstance(read, SimulationEvent):
                events.append(read)
            else:
                self._refuse(line, read, b"" if isinstance(content, Breach) else _as_text(content))
        if events:
            yield from table_of(events).to_batches()

    def _of_parquet(self, path: str | os.PathLike[str]) -> Iterator[pa.RecordBatch]:
        with EventFile(path) as file:
            rows = iter(file)
            while chunk := list(islice(rows, ROWS_AT_ONCE)):
                yield from self._of_read((row.number, event_of(row), row.content) for row in chunk)

    def _of_items(self, items: Iterator[object]) -> Iterator[pa.RecordBatch]:
        before = 0
        while chunk := list(islice(items, ROWS_AT_ONCE)):
            table = _as_they_are(chunk)
            remaining: Sequence[int] = ()
            if table is None:
                table, remaining = _judged_at_once(chunk)
            yield from table.to_batches()
            yield from self._of_read((before + place + 1, _read(chunk[place]), chunk[place]) for place in remaining)
            before += len(chunk)

    def _of_read(self, rows: Iterable[tuple[int, _Read, object]]) -> Iterator[pa.RecordBatch]:
        events = []
        for line, read, item in rows:
            if isinstance(read, SimulationEvent):
                events.append(read)
            else:
                self._refuse(line, read, _as_text(item))
        if events:
            yield from table_of(events).to_batches()


def _evened(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of a good size."""
    small: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        if batch.num_rows >= ROWS_AT_ONCE:
            yield from (batch.slice(start, ROWS_AT_ONCE) for start in range(0, batch.num_rows, ROWS_AT_ONCE))
        elif batch.num_rows:
            small.append(batch)
            rows += batch.num_rows
            if rows >= ROWS_AT_ONCE:
                yield from _joined(small)
                small, rows = [], 0
    if small:
        yield from _joined(small)


def _joined(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    if len(batches) == 1:
        return batches
    joined: list[pa.RecordBatch] = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return joined


def _as_they_are(items: Sequence[object]) -> pa.Table | None:
    """The table of valid events; None if some item is none, or isn't known to be valid."""
    if set(map(type, items)) != {SimulationEvent}:
        return None
    try:
        table = table_of(items)  # type: ignore[arg-type]  # their types have just been looked at
    except NotAsValidated:
        return None
    return table if all(suspects(batch) is None for batch in table.to_batches()) else None


#: Fewer documents are read one by one before a query that judges them all is even planned.
_WORTH_A_QUERY: Final = 2000


def _judged_at_once(items: Sequence[object]) -> tuple[pa.Table, Sequence[int]]:
    """The table of the documents that are valid for sure, and the places of all other items."""
    nothing = STORED.empty_table(), range(len(items))
    if len(items) < _WORTH_A_QUERY or set(map(type, items)) != {dict}:
        return nothing
    try:
        texts = pa.array([json.dumps(item, ensure_ascii=False) for item in items], pa.string())
    except (TypeError, ValueError, RecursionError):  # values that only Python has, or half a surrogate pair
        return nothing
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        connection.register("documents", pa.table({"line": pa.array(range(len(items)), pa.int64()), "text": texts}))
        connection.execute("SET TimeZone = 'UTC'")
        stage_texts(connection, "documents")
        valid = connection.sql("FROM staged").to_arrow_table()
    batches = [checked(batch)[0] for batch in valid.drop_columns("line").to_batches()]
    places = set(range(len(items))).difference(valid["line"].to_pylist())
    return pa.Table.from_batches([batch for batch in batches if batch is not None], STORED), sorted(places)


def _is_parquet(path: str | os.PathLike[str]) -> bool:
    if not Path(path).is_file():  # a pipe can be read only once
        return False
    with EventFile(path) as file:
        return file.is_parquet


def _read(item: object) -> _Read:
    """The event that an item is or says, or the rules that it breaks."""
    try:
        if isinstance(item, SimulationEvent):
            return SimulationEvent.model_validate(item)
        if isinstance(item, Mapping):
            return EventFactory.create_event(item)
    except ValidationError as error:
        found = breaches(dict(item)) if isinstance(item, Mapping) else ()
        return found or breaches_of_refusal(error)
    return breaches(item)


def _as_text(item: object) -> bytes:
    """The text of what was refused, as far as it has one."""
    if isinstance(item, bytes):
        return item
    if isinstance(item, SimulationEvent):
        return repr(item).encode("ascii", "backslashreplace")
    try:
        return json.dumps(dict(item) if isinstance(item, Mapping) else item, default=json_value).encode()
    except (TypeError, ValueError, RecursionError):
        return _shown_whole(item).encode("ascii", "backslashreplace")


def _shown_whole(item: object) -> str:
    try:
        return repr(item)
    except (ValueError, RecursionError):  # integers of thousands of digits, and lists in lists without end
        return f"({type(item).__name__} too large to show)"
