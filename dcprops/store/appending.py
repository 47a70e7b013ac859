"""One append: a transaction that stores all of what is new, or nothing.

An event_id seen before with the same content is counted, not stored again; with another content it refuses the whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from dcprops.schemas.columns import COLUMNS
from dcprops.store.bulk import UnprovenError, proven_file, stage_file
from dcprops.store.connection import Database
from dcprops.store.errors import Conflict, ConflictError, InvalidEventsError, StoreError
from dcprops.store.event_columns import STORED
from dcprops.store.incoming import Appendable, Incoming, Refused
from dcprops.store.receipts import Batch, Receipt, chained
from dcprops.store.statements import IN_FILE_ORDER, field_of, statement

__all__ = ["Appended", "append", "head"]

#: Rows of a stream that are held in memory; a longer one goes through a table of the database, which can spill.
_ROWS_HELD: Final = 500_000
#: Bytes of a file from which on its lines are stored as they are read, if they can be.
_WORTH_A_TRY: Final = 16 << 20


@dataclass(frozen=True)
class Appended:
    """What became of an append.

    `created` events are new in the store; `exists` were there before (or came twice) with the same content; `rejected`
    documents are invalid and stand in the quarantine. `conflicts` is 0: an append with an event_id whose content is
    another raises ConflictError. `receipt` proves all that the store holds now.
    """

    created: int
    exists: int
    conflicts: int
    rejected: int
    receipt: Receipt


class _Repeated(Exception):
    """Some event_id comes twice, or is in the store: each row has to be looked at."""


def append(database: Database, source: Appendable, *, strict: bool) -> Appended:
    """Append all of `source` in one transaction; see `Store.append`."""
    if isinstance(source, (str, os.PathLike)) and database.is_in(source):
        raise StoreError(f"{database.name} is the store itself, which can't be appended to it: give an event file")
    incoming = Incoming(source)
    done: Appended | None = None
    with database.writing:
        try:
            with database.cursor() as cursor:
                order = "" if database.path is None else IN_FILE_ORDER
                if incoming.lines is not None and _is_large(incoming.lines):
                    with (
                        suppress(UnprovenError, _Repeated),
                        proven_file(cursor, incoming.lines) as proven,
                        database.transaction(cursor),
                    ):
                        done = _store_proven(cursor, proven, order)
                if done is None:
                    offer = _offered(cursor, incoming)
                    if strict and offer.rejected:
                        raise _invalid(cursor, offer)
                    try:
                        with database.transaction(cursor):
                            done = _store_new(cursor, offer, order)
                    except _Repeated:
                        with database.transaction(cursor):
                            done = _store_distinct(cursor, offer, order)
        except StoreError as error:
            # DuckDB gave up and was opened again. It may have done so after the commit, while it tidied up.
            gave_up = isinstance(error.__cause__, duckdb.FatalException)
            if done is None or not gave_up or not _is_there(database, done.receipt):
                raise
        # A commit that DuckDB calls done after a failure that it kept to itself isn't; so the store is asked.
        if not _is_there(database, done.receipt):
            raise StoreError(f"{database.name} did not keep what it committed: append again")
    return done


def _is_large(path: str | os.PathLike[str]) -> bool:
    """Whether a file, which no pipe is, is so large that planning a query for it twice costs little beside it."""
    return Path(path).is_file() and Path(path).stat().st_size >= _WORTH_A_TRY


class _Offer(NamedTuple):
    """What an append has for the database: relations that can be read more than once, and how many rows they have."""

    valid: str
    rows: int
    refused: str
    rejected: int


def _offered(cursor: duckdb.DuckDBPyConnection, incoming: Incoming) -> _Offer:
    """Read all that comes in. The relation of valid events has their columns, that of the refused those of Refused."""
    if incoming.lines is not None:
        staged = stage_file(cursor, incoming.lines)
        return _Offer("staged", staged.valid, "refused", staged.documents - staged.valid)
    table = incoming.table
    name, rows = "incoming", 0
    if table is None:
        held = []
        for batch in incoming.batches:
            held.append(batch)
            rows += batch.num_rows
            if rows > _ROWS_HELD:
                name, rows = "streamed", _stage(cursor, chain(held, incoming.batches))
                break
        else:
            table = pa.Table.from_batches(held, STORED)
    if table is not None:
        rows = table.num_rows
        cursor.register(name, table)
    columns = list(zip(*incoming.refused, strict=True)) or [()] * len(_REFUSED)
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, _REFUSED, strict=True)]
    cursor.register("put_aside", pa.table(arrays, Refused._fields))
    return _Offer(name, rows, "put_aside", incoming.rejected)


_REFUSED: Final = (pa.int64(), pa.string(), pa.string(), pa.string(), pa.large_binary())


def _invalid(cursor: duckdb.DuckDBPyConnection, offer: _Offer) -> InvalidEventsError:
    line, message = _one(cursor, statement("first_refused", offer.refused))
    return InvalidEventsError(
        f"{offer.rejected:,} of the documents are invalid, the first on line {line}: {message}; nothing was stored",
        offer.rejected,
    )


def _stage(cursor: duckdb.DuckDBPyConnection, batches: Iterator[pa.RecordBatch]) -> int:
    """Put a long stream into the temporary table `streamed`. Raises what the stream raises."""
    raised: list[BaseException] = []
    rows = 0

    def noting() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        try:
            for batch in batches:
                rows += batch.num_rows
                yield batch
        except BaseException as error:
            raised.append(error)  # DuckDB would make an error of its own of it
            raise

    cursor.register("stream", pa.RecordBatchReader.from_batches(STORED, noting()))
    try:
        cursor.execute(statement("stage"))
    except duckdb.Error:
        if raised:
            raise raised[0] from None
        raise
    finally:
        cursor.unregister("stream")
    return rows


def _one(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object] | None = None) -> tuple[Any, ...]:
    (row,) = cursor.execute(sql, values or {}).fetchall()  # a result that isn't read to its end blocks the connection
    return tuple(row)


def head(cursor: duckdb.DuckDBPyConnection) -> Receipt:
    """The receipt of all that the store holds."""
    return Receipt(*_one(cursor, statement("head")))


def _store_proven(cursor: duckdb.DuckDBPyConnection, relation: str, order: str) -> Appended:
    """Store the documents of a file as they are read. Raises duckdb.Error if SQL alone doesn't prove them valid, and
    _Repeated if they aren't all new.

    Most files are both, and what writes documents in another way writes them so from the start.
    """
    before = head(cursor)
    rows = _insert_all(cursor, before, relation, order)
    return _recorded(cursor, before, rows, _Offer(relation, rows, "", 0))


def _store_new(cursor: duckdb.DuckDBPyConnection, offer: _Offer, order: str) -> Appended:
    """Store every row. Raises _Repeated if that would store some event a second time."""
    before = head(cursor)
    if offer.rows:
        _insert_all(cursor, before, offer.valid, order)
    return _recorded(cursor, before, offer.rows, offer)


def _insert_all(cursor: duckdb.DuckDBPyConnection, before: Receipt, relation: str, order: str) -> int:
    """Store every row of a relation; how many they are. Raises _Repeated if one of them is there already."""
    batch: dict[str, object] = {"batch": before.batch + 1}
    (rows,) = _one(cursor, statement("insert_all", relation, order), batch)
    if before.batch and _one(cursor, statement("known"), batch)[0]:
        raise _Repeated
    return int(rows)


def _store_distinct(cursor: duckdb.DuckDBPyConnection, offer: _Offer, order: str) -> Appended:
    """Store each event that isn't there yet, once. Raises ConflictError if some event_id has two contents."""
    before = head(cursor)
    batch = before.batch + 1
    cursor.execute(statement("arrive", offer.valid))
    _refuse_conflicts(cursor)
    (new,) = _one(cursor, statement("new"))
    cursor.execute(statement("insert_new", order=order), {"batch": batch})
    cursor.execute(statement("forget_arrived"))
    return _recorded(cursor, before, new, offer)


def _refuse_conflicts(cursor: duckdb.DuckDBPyConnection) -> None:
    found = cursor.execute(statement("conflicts"), {"listed": ConflictError.LISTED}).fetchall()
    if not found:
        return
    conflicts = [Conflict(event_id, field_of(COLUMNS[place - 1])) for event_id, place, _ in found]
    first, count = conflicts[0], found[0][2]
    more = f" ({count - 1:,} others conflict too)" if count > 1 else ""
    raise ConflictError(
        f"event_id {first.event_id} has another {first.field} already{more}: expected the same content for the same "
        "event_id; nothing was stored, so correct the event or give it an event_id of its own",
        conflicts,
        count,
    )


def _recorded(cursor: duckdb.DuckDBPyConnection, before: Receipt, new: int, offer: _Offer) -> Appended:
    """Note the batch and what was refused. Raises _Repeated if an event_id came twice within the batch."""
    receipt = before
    if new:
        batch = before.batch + 1
        stored, distinct, digest = _one(cursor, statement("stored"), {"batch": batch})
        if distinct < stored:
            raise _Repeated
        if stored != new:
            raise StoreError(f"{new:,} events were to be stored, but {stored:,} were: append again")
        link = chained(before.chain, [Batch(batch, new, digest)])
        noted = {"batch": batch, "rows": new, "digest": digest, "chain": link}
        cursor.execute(statement("note_batch"), noted)
        receipt = Receipt(before.store_id, batch, before.rows + new, link)
    if offer.rejected:
        cursor.execute(statement("quarantine", offer.refused), {"batch": receipt.batch})
    return Appended(new, offer.rows - new, 0, offer.rejected, receipt)


def _is_there(database: Database, receipt: Receipt) -> bool:
    with database.cursor() as cursor:
        return head(cursor) == receipt
