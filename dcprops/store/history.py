"""Every event of one participant in canonical order, with the running balance of its account after each."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from dcprops.events import SimulationEvent
from dcprops.reference import BalanceRow, running_balances
from dcprops.store.bulk.events import READABLE, events_of
from dcprops.store.queries import query

__all__ = ["HistoryEntry", "history"]


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
    named = {"scenario_id": scenario_id, "plan_design_id": plan_design_id}
    narrowed = {key: value for key, value in named.items() if value is not None}
    text = query("history", readable=READABLE, narrowed=" ".join(f"AND {key} = ${key}" for key in narrowed))
    events = events_of(connection.execute(text, {"employee_id": employee_id, **narrowed}).fetchall())
    return [HistoryEntry(event, balance) for event, balance in running_balances(events)]
