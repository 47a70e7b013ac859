"""The work that is measured of the event store, and of DuckDB by itself beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from dcprops.benchmarks.measure import CannotRun, Job
from dcprops.events import SimulationEvent
from dcprops.events.kinds import Kind, MoneyBySource
from dcprops.events.schema import ENVELOPE, PAYLOADS
from dcprops.reference import Account
from dcprops.schemas.duckdb_ddl import sql_type
from dcprops.store import Store
from dcprops.store.balances import balance_table
from dcprops.store.history import history
from dcprops.store.snapshots import snapshot_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "appending",
    "appending_to_a_file",
    "asking_for_balances",
    "asking_for_history",
    "asking_for_snapshots",
    "bare_reading",
    "create_table_as",
    "executing_many",
    "grouping",
    "reading_lines",
    "scanning",
    "usual_route",
]

_BARE_BALANCES: Final = (
    "SELECT scenario_id, plan_design_id, employee_id, plan_id, source, sum(amount) FROM events "
    "WHERE effective_date <= $as_of GROUP BY ALL"
)
_SCAN: Final = "SELECT * FROM events WHERE employee_id = $employee_id"
_USUAL_TABLE: Final = """
    CREATE TABLE events (
        event_id VARCHAR, employee_id VARCHAR, effective_date DATE, created_at TIMESTAMPTZ, scenario_id VARCHAR,
        plan_design_id VARCHAR, source_system VARCHAR, correlation_id VARCHAR, document VARCHAR
    )
"""
_USUAL_INSERT: Final = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: A look-up is over so soon that a clock tells the time of several.
_LOOK_UPS: Final = 5


def appending(source: pa.Table | Sequence[SimulationEvent] | Path) -> Job:
    """The store, in memory, with everything that it checks."""

    def run(_: int) -> int:
        with Store() as store:
            return _whole(store, source)

    return run


def appending_to_a_file(source: pa.Table, folder: Path) -> Job:
    """The store in a file, in order and durable."""

    def run(_: int) -> int:
        with tempfile.TemporaryDirectory(dir=folder) as place, Store(Path(place) / "events.duckdb") as store:
            return _whole(store, source)

    return run


def _whole(store: Store, source: pa.Table | Sequence[SimulationEvent] | Path) -> int:
    done = store.append(source)
    if done.rejected or done.exists:
        raise CannotRun(f"{done.rejected:,} events were refused, {done.exists:,} come more than once")
    return done.created


def create_table_as(table: pa.Table) -> Job:
    """DuckDB by itself: no checks, no types, no identity."""

    def run(_: int) -> int:
        with closing(duckdb.connect()) as connection:
            connection.register("incoming", table)
            connection.execute("CREATE TABLE events AS SELECT * FROM incoming")
        return int(table.num_rows)

    return run


def reading_lines(path: Path) -> Job:
    """Each line of a file read by the model, keeping none of the events."""

    def run(_: int) -> int:
        read = SimulationEvent.model_validate_json
        count = 0
        with path.open("rb") as file:
            for line in file:
                read(line)
                count += 1
        return count

    return run


def bare_reading(path: Path) -> Job:
    """The file read by DuckDB into a table of the same types, nothing checked but that they can be cast."""
    payload: dict[str, str] = {}
    for fields in PAYLOADS.values():
        payload |= {field.name: _type_of(field.kind) for field in fields}
    types = {field.name: _type_of(field.kind) for field in ENVELOPE}
    types["payload"] = f"STRUCT({', '.join(f'{name} {type_}' for name, type_ in payload.items())})"
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())

    def run(_: int) -> int:
        with closing(duckdb.connect()) as connection:
            connection.execute(
                "CREATE TEMP TABLE events AS SELECT * FROM "  # noqa: S608  # the schema's own names
                f"read_json(?, format = 'newline_delimited', columns = {{{columns}}})",
                [str(path)],
            )
            ((count,),) = connection.execute("SELECT count(*) FROM events").fetchall()
        return int(count)

    return run


def _type_of(kind: Kind) -> str:
    if isinstance(kind, MoneyBySource):
        return f"STRUCT({', '.join(f'{source} {sql_type(kind.money)}' for source in kind.sources)})"
    return sql_type(kind)


def usual_route(events: Sequence[SimulationEvent]) -> Job:
    """What one writes without a store: each event as a dict and as text, a pandas frame of them, INSERT ... SELECT."""
    try:
        pandas = import_module("pandas")
    except ModuleNotFoundError as error:
        raise CannotRun("its peer needs pandas: pip install 'dcprops[bench]'") from error

    def run(_: int) -> int:
        rows = [_usual_row(event) for event in events]
        with closing(duckdb.connect()) as connection:
            connection.execute(_USUAL_TABLE)
            connection.register("frame", pandas.DataFrame(rows))
            connection.execute("INSERT INTO events BY NAME SELECT * FROM frame")
        return len(rows)

    return run


def executing_many(events: Sequence[SimulationEvent]) -> Job:
    """What one writes first: a row of values for each event, and `executemany`."""

    def run(_: int) -> int:
        rows = [list(_usual_row(event).values()) for event in events]
        with closing(duckdb.connect()) as connection:
            connection.execute(_USUAL_TABLE)
            connection.execute("BEGIN TRANSACTION")
            connection.executemany(_USUAL_INSERT, rows)
            connection.execute("COMMIT")
        return len(rows)

    return run


_USUAL_COLUMNS: Final = (
    "event_id", "employee_id", "effective_date", "created_at", "scenario_id", "plan_design_id", "source_system",
    "correlation_id",
)  # fmt: skip


def _usual_row(event: SimulationEvent) -> dict[str, Any]:
    values = event.model_dump()
    row = {name: values[name] for name in _USUAL_COLUMNS}
    return {**row, "event_id": str(row["event_id"]), "document": event.model_dump_json()}


def asking_for_balances(connection: duckdb.DuckDBPyConnection, as_of: date) -> Job:
    """Every account's balances on a day."""
    return _once(lambda: balance_table(connection, as_of))


def grouping(connection: duckdb.DuckDBPyConnection, as_of: date) -> Job:
    """The bare sums of accounts and sources by then."""
    return _once(lambda: connection.sql(_BARE_BALANCES, params={"as_of": as_of}).to_arrow_table())


def asking_for_history(connection: duckdb.DuckDBPyConnection, account: Account) -> Job:
    """Every event of one participant, with the running balances."""
    return _once(lambda: history(connection, account.employee_id), _LOOK_UPS)


def scanning(connection: duckdb.DuckDBPyConnection, account: Account) -> Job:
    """A full scan of the unsorted table for one participant."""
    return _once(lambda: connection.sql(_SCAN, params={"employee_id": account.employee_id}).to_arrow_table(), _LOOK_UPS)


def asking_for_snapshots(connection: duckdb.DuckDBPyConnection, account: Account, day: date) -> Job:
    """One account on one day, which a snapshot says."""
    return _once(lambda: snapshot_of(connection, account, day), _LOOK_UPS)


def _once(ask: Callable[[], object], times: int = 1) -> Job:
    def run(_: int) -> int:
        for _time in range(times):
            ask()
        return times

    return run
