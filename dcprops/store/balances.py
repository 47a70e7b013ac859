"""What accounts come to on a day, worked out by DuckDB: the reference calculator's rows, to the last millionth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from dcprops.reference.balances import Account, BalanceRow
from dcprops.store.queries import query

__all__ = ["balance_row", "balance_table", "balances"]


def balances(connection: duckdb.DuckDBPyConnection, as_of: date, account: Account | None = None) -> list[BalanceRow]:
    """What every account, or the one named, comes to at the end of `as_of`: a row for each, sorted by the four keys.

    `connection` has a table `events` with the columns of the event schema in which no event_id comes twice. An account
    exists from its first plan event on; one that doesn't exist by then has no row.
    """
    text_and_values = _asked(as_of, account)
    return [balance_row(values) for values in connection.execute(*text_and_values).fetchall()]


def balance_table(connection: duckdb.DuckDBPyConnection, as_of: date, account: Account | None = None) -> pa.Table:
    """The rows of `balances` as an Arrow table: money as decimal128(38, 6), the percentage as decimal128(5, 4).

    `sources` is a struct with a field for every source, null where the source wasn't contributed to.
    """
    text, values = _asked(as_of, account)
    return connection.sql(text, params=values).to_arrow_table()


def _asked(as_of: date, account: Account | None) -> tuple[str, dict[str, object]]:
    if account is None:
        return query("balances", narrowed=""), {"as_of": as_of}
    narrowed = " ".join(f"AND {key} = ${key}" for key in Account._fields)
    return query("balances", narrowed=narrowed), {"as_of": as_of, **account._asdict()}


def balance_row(values: Sequence[Any]) -> BalanceRow:
    """The balance row that a row of SQL says: the four keys, the balance and the struct of the sources."""
    *columns, sources = values
    return BalanceRow(*columns, _contributed(sources))  # type: ignore[call-arg]  # as many as a balance row has fields


def _contributed(sources: Mapping[str, Decimal | None] | None) -> Mapping[str, Decimal]:
    return MappingProxyType({source: amount for source, amount in (sources or {}).items() if amount is not None})
