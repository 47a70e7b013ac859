"""Tables of events in real DuckDB files, and strategies of what to put there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import duckdb
from hypothesis import strategies as st

from dcprops import strategies as dc
from dcprops.events import SimulationEvent
from dcprops.properties.cases import LedgerCase, ledger_soups
from dcprops.reference import distinct
from dcprops.schemas import duckdb_ddl
from dcprops.schemas.arrow import to_table

__all__ = ["appended", "days_of", "event_lists", "opened", "replaced"]


def opened(path: object = ":memory:") -> duckdb.DuckDBPyConnection:
    """A database with an empty table of events as a store has it."""
    connection = duckdb.connect(str(path), config={"threads": "2", "python_enable_replacements": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(duckdb_ddl())
    connection.execute("ALTER TABLE events ADD COLUMN batch BIGINT")
    return connection


def appended(connection: duckdb.DuckDBPyConnection, events: Iterable[SimulationEvent]) -> None:
    """Add the events as the next batch."""
    connection.register("incoming", to_table(events))
    (last,) = connection.execute("SELECT coalesce(max(batch), 0) FROM events").fetchone()
    connection.execute("INSERT INTO events BY NAME SELECT *, CAST(? AS BIGINT) AS batch FROM incoming", [last + 1])
    connection.unregister("incoming")


def replaced(connection: duckdb.DuckDBPyConnection, events: Iterable[SimulationEvent]) -> None:
    """Have these events and no others."""
    connection.execute("DELETE FROM events")
    appended(connection, events)


def _events_of(case: LedgerCase) -> list[SimulationEvent]:
    """A store has every event_id once, so of its copies only the one that counts."""
    return distinct(SimulationEvent.model_validate(document) for document in case.documents)


def event_lists() -> st.SearchStrategy[list[SimulationEvent]]:
    """Lists of events with distinct ids: coherent ledgers, ledgers with an anomaly, and any events in any order."""
    small = dc.ledgers(max_periods=12)
    return st.one_of(
        ledger_soups(max_size=16).map(_events_of),
        small.map(lambda ledger: list(ledger.events)),
        dc.incoherent_ledgers().map(lambda pair: distinct(pair[0].events)),
    )


def days_of(events: Iterable[SimulationEvent]) -> list[date]:
    """Some days on which a ledger looks different: of events, the day before one, and the end."""
    days = sorted({event.effective_date for event in events})
    before = [day - timedelta(days=1) for day in days[:2] if day > date.min]
    return [*before, *days[:: max(1, len(days) // 4)], date.max]
