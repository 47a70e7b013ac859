"""The event store: events in, exactly and once; histories, balances and snapshots out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import duckdb
import pyarrow as pa

from dcprops.reference import Account, BalanceRow
from dcprops.schemas.arrow import arrow_schema, documents_of
from dcprops.store import appending
from dcprops.store.appending import Appended
from dcprops.store.balances import balance_table, balances
from dcprops.store.connection import Database
from dcprops.store.errors import StoreDamagedError, StoreError
from dcprops.store.history import HistoryEntry, history
from dcprops.store.incoming import Appendable
from dcprops.store.receipts import Receipt
from dcprops.store.snapshots import (
    Difference,
    Snapshot,
    build_snapshots,
    snapshot_of,
    snapshots,
    update_snapshots,
    verify_snapshots,
)
from dcprops.store.statements import FORM, IN_FILE_ORDER, bookkeeping_ddl, events_ddl, statement
from dcprops.store.verifying import verify

__all__ = ["Store"]

IN_MEMORY = ":memory:"


class Store:
    """A store of events in one file, or in memory for the path ":memory:". A context manager.

    A file that isn't there is made, whole or not at all. One process has a store open at a time; in it threads may
    read while one appends. `threads` and `memory_limit` (such as "2GB") are DuckDB's own settings.

    Raises StoreLockedError, with the process that holds it, for a file that is open elsewhere, and StoreDamagedError
    for one that isn't a store or isn't whole.
    """

    #: Arrow tables are appended as they are, without making documents of them.
    accepts_arrow = True

    def __init__(
        self, path: str | os.PathLike[str] = IN_MEMORY, *, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        place = None if os.fspath(path) == IN_MEMORY else _resolved(os.fsdecode(path))
        self._database = Database(place, _prepare, threads=threads, memory_limit=memory_limit)
        try:
            if place is not None:  # what is in memory has just been made
                self._check_form()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store. What has been appended is durable already."""
        self._database.close()

    def append(self, source: Appendable, *, strict: bool = False) -> Appended:
        """Store the events of `source` in one transaction, durably, or none of them.

        `source` is an iterable of documents (JSON objects as dicts) and SimulationEvents, an Arrow table, record batch
        or stream in the event schema, or the path of an event file: NDJSON, plain or gzip, or Parquet.

        An event that is in the store already is counted and not stored again, so an append can be repeated safely. An
        invalid document is put into the quarantine with its line, field and rule; with `strict` it refuses the whole.

        Raises ConflictError, naming event_id and field, for an event_id that has another content already;
        InvalidEventsError (with `strict`); SchemaError for a table that isn't one of events; EventFileError for a file
        that can't be read; StoreFullError and StoreMemoryError. Nothing is stored then.
        """
        return appending.append(self._database, source, strict=strict)

    def events(self) -> Iterator[dict[str, Any]]:
        """The document of every event, in canonical order."""
        yield from documents_of(self.events_table())

    def events_table(self) -> pa.Table:
        """Every event as an Arrow table in the event schema, in canonical order."""
        with self._database.cursor() as cursor:
            return cursor.sql(statement("events")).to_arrow_table().cast(arrow_schema())

    def last_day(self) -> date | None:
        """The last effective date of all events, None if there are none."""
        with self._database.cursor() as cursor:
            ((last,),) = cursor.sql(statement("last_day")).fetchall()
        return last if isinstance(last, date) else None

    def balances(self, as_of: date, account: Account | None = None) -> list[BalanceRow]:
        """What every account, or the one named, comes to at the end of `as_of`: see `dcprops.store.balances`."""
        with self._database.cursor() as cursor:
            return balances(cursor, as_of, account)

    def balances_table(self, as_of: date, account: Account | None = None) -> pa.Table:
        """The same as an Arrow table: see `dcprops.store.balances.balance_table`."""
        with self._database.cursor() as cursor:
            return balance_table(cursor, as_of, account)

    def history(
        self, employee_id: str, *, scenario_id: str | None = None, plan_design_id: str | None = None
    ) -> list[HistoryEntry]:
        """Every event of a participant in canonical order, with the running balance after each."""
        with self._database.cursor() as cursor:
            return history(cursor, employee_id, scenario_id=scenario_id, plan_design_id=plan_design_id)

    def snapshots(self) -> list[Snapshot]:
        """The weekly snapshots of all that is stored, brought up to date first: by account and day."""
        with self._database.writing, self._database.cursor() as cursor:
            update_snapshots(cursor)
            return snapshots(cursor)

    def update_snapshots(self, last_day: date | None = None, *, anew: bool = False) -> int:
        """Bring the table of snapshots up to date, or make it `anew`; how many rows were written."""
        with self._database.writing, self._database.cursor() as cursor:
            return (build_snapshots if anew else update_snapshots)(cursor, last_day)

    def verify_snapshots(self, last_day: date | None = None) -> list[Difference]:
        """Every account and Friday whose snapshot isn't what the events come to; none if all are right."""
        with self._database.writing, self._database.cursor() as cursor:
            return verify_snapshots(cursor, last_day)

    def snapshot_of(self, account: Account, day: date) -> Snapshot | None:
        """What an account comes to at the end of a day, None if it doesn't exist by then."""
        with self._database.cursor() as cursor:
            return snapshot_of(cursor, account, day)

    def quarantined(self) -> list[dict[str, Any]]:
        """What was refused: batch, line, field, rule, message and the raw text, in the order that it came."""
        with self._database.cursor() as cursor:
            found = cursor.sql(statement("quarantined"))
            return list(found.to_arrow_table().to_pylist())

    def receipt(self) -> Receipt:
        """The receipt of all that the store holds, to be kept outside its file."""
        with self._database.cursor() as cursor:
            return appending.head(cursor)

    def verify(self, receipt: Receipt | None = None) -> Receipt:
        """Read every column of every row and compare what is there with what was appended. The receipt of it all.

        Raises ReceiptError if what `receipt` says was stored isn't there unchanged, StoreDamagedError if the file isn't
        what was written to it. Without a receipt, a log that was lost or a file that was swapped for an older one
        can't be told from one that was never written to.
        """
        return verify(self._database, receipt)

    def memory_used(self) -> int:
        """How many bytes of memory DuckDB holds now."""
        with self._database.cursor() as cursor:
            ((used,),) = cursor.sql(statement("memory_used")).fetchall()
        return int(used)

    def compact(self) -> None:
        """Write the events anew in one order, so that a participant's events from many appends stand together.

        Each append is in that order by itself; after many, a look at one participant reads a part of each.
        """
        with self._database.writing, self._database.cursor() as cursor:
            with self._database.transaction(cursor):
                cursor.execute(events_ddl("compacted"))
                cursor.execute(statement("compact", order=IN_FILE_ORDER))
                cursor.execute(statement("replace_events"))
            cursor.execute("CHECKPOINT")

    def _check_form(self) -> None:
        name = self._database.name
        with self._database.cursor() as cursor:
            tables = {row[0] for row in cursor.sql(statement("table_names")).fetchall()}
            missing = {"events", "batches", "quarantine", "store"} - tables
            if missing:
                raise StoreDamagedError(
                    f"{name} is a DuckDB database, but no event store: it lacks {', '.join(sorted(missing))}; "
                    "give the path of a store, or one where no file is yet"
                )
            forms = cursor.sql(statement("forms")).fetchall()
        if forms != [(FORM,)]:
            raise StoreDamagedError(
                f"{name} has the form {forms}, expected {FORM}: open it with the version of dcprops that wrote it"
            )


def _resolved(name: str) -> Path:
    try:
        return Path(name).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a link to itself; a NUL character
        said = getattr(error, "strerror", None) or error
        raise StoreError(f"{name!r} cannot be opened: {said}; give another path") from error


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("BEGIN TRANSACTION")
    connection.execute(events_ddl())
    connection.execute(bookkeeping_ddl())
    connection.execute(statement("note_store"), {"form": FORM, "store_id": str(uuid4())})
    connection.execute("COMMIT")
