"""Whether a store still holds what was appended to it: every column of every row is read."""

from __future__ import annotations

import duckdb

from dcprops.store.appending import head
from dcprops.store.connection import Database
from dcprops.store.errors import ReceiptError, StoreDamagedError, StoreError
from dcprops.store.receipts import Batch, Receipt, chained
from dcprops.store.statements import statement

__all__ = ["verify"]


def verify(database: Database, receipt: Receipt | None) -> Receipt:
    """The receipt of all that is there; see `Store.verify`."""
    # In one transaction: what another thread appends meanwhile isn't in one part of it and missing in another.
    with database.cursor() as cursor, database.transaction(cursor):
        found = _found(database, cursor)
        now = head(cursor)
    _compare(database, found, now, receipt)
    return now


def _found(database: Database, cursor: duckdb.DuckDBPyConnection) -> list[Batch]:
    """The batches as their rows are now. Raises StoreDamagedError where that isn't what was noted of them."""
    if cursor.execute(statement("same_hash")).fetchall() != [(1,)]:
        raise StoreError(
            f"{database.name} was made by a DuckDB whose hash function is another: verify it with that version"
        )
    noted = [Batch(*row) for row in cursor.execute(statement("noted")).fetchall()]
    found = [Batch(*row) for row in cursor.execute(statement("found")).fetchall()]
    for one, other in zip(noted, found, strict=False):
        if one != other:
            raise StoreDamagedError(
                f"{database.name} is damaged in batch {one.batch}: expected {one.rows:,} events with the digest "
                f"{one.digest}, found {other.rows:,} with {other.digest} in batch {other.batch}; restore it"
            )
    if len(noted) != len(found):
        raise StoreDamagedError(
            f"{database.name} is damaged: expected events of {len(noted):,} batches, found those of {len(found):,}; "
            "restore it"
        )
    if cursor.execute(statement("repeated")).fetchall() != [(0,)]:
        raise StoreDamagedError(f"{database.name} is damaged: an event_id is there twice; restore it")
    cursor.execute(statement("read_quarantine")).fetchall()
    return found


def _compare(database: Database, found: list[Batch], now: Receipt, receipt: Receipt | None) -> None:
    chains = [now.store_id]
    for batch in found:
        chains.append(chained(chains[-1], [batch]))
    if chains[-1] != now.chain or [batch.batch for batch in found] != list(range(1, len(found) + 1)):
        raise StoreDamagedError(f"{database.name} is damaged: its batches don't make the chain they made; restore it")
    if receipt is None:
        return
    if receipt.store_id != now.store_id:
        raise ReceiptError(
            f"{database.name} is the store {now.store_id}, but the receipt is of {receipt.store_id}: give its own"
        )
    if receipt.batch > len(found):
        raise ReceiptError(
            f"{database.name} has lost events: the receipt is of {receipt.rows:,} in {receipt.batch:,} batches, "
            f"but {now.rows:,} in {len(found):,} are there; restore it, or append what is missing again"
        )
    rows = sum(batch.rows for batch in found[: receipt.batch])
    if chains[receipt.batch] != receipt.chain or rows != receipt.rows:
        raise ReceiptError(f"{database.name} holds other events than the receipt is of: restore it")
