"""Every event of one participant in canonical order, with the running balance of its account after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.reference.balances import Account, BalanceRow
from dcprops.schemas import COLUMNS
from dcprops.schemas.arrow import documents_of
from dcprops.store.balances import balance_row
from dcprops.store.statements import BALANCE, statement

__all__ = ["HistoryEntry", "history", "history_table"]

_COLUMNS: Final = [column.name for column in COLUMNS]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An event, and what its account comes to with it and all before it in canonical order.

    `balance` is None where there is no account yet: the event names no plan, or nothing has happened in it so far.
    """

    event: SimulationEvent
    balance: BalanceRow | None


def history(
    connection: duckdb.DuckDBPyConnection,
    employee_id: str,
    *,
    scenario_id: str | None = None,
    plan_design_id: str | None = None,
) -> list[HistoryEntry]:
    """Every event of a participant in canonical order, of all scenarios and plan designs or of those named.

    `connection` has a table `events` with the columns of the event schema in which no event_id comes twice.
    """
    table = history_table(connection, employee_id, scenario_id=scenario_id, plan_design_id=plan_design_id)
    events = map(SimulationEvent.model_validate, documents_of(table.select(_COLUMNS)))
    accounts = zip(*(table[key].to_pylist() for key in Account._fields), strict=True)
    balances = zip(*(table[name].to_pylist() for name in (*BALANCE, "sources")), strict=True)
    return [
        HistoryEntry(event, None if balance[0] is None else balance_row((*account, *balance)))
        for event, account, balance in zip(events, accounts, balances, strict=True)
    ]


def history_table(
    connection: duckdb.DuckDBPyConnection,
    employee_id: str,
    *,
    scenario_id: str | None = None,
    plan_design_id: str | None = None,
) -> pa.Table:
    """The entries of `history` as an Arrow table: the columns of the events, of the balance, and `sources`."""
    named = {"scenario_id": scenario_id, "plan_design_id": plan_design_id}
    narrowed = {key: value for key, value in named.items() if value is not None}
    query = statement("history", narrowed=" ".join(f"AND {key} = ${key}" for key in narrowed))
    return connection.sql(query, params={"employee_id": employee_id, **narrowed}).to_arrow_table()
