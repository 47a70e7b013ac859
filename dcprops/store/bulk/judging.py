"""The verdict of the model on the texts that SQL couldn't prove valid, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import duckdb
import pyarrow as pa

from dcprops.event_files import Row, event_of
from dcprops.events import SimulationEvent
from dcprops.rules import Breach
from dcprops.schemas.arrow import to_table

__all__ = ["REFUSED_COLUMNS", "judge", "put_refused"]

#: The columns of the table `refused`: one row for each rule that a document breaks.
REFUSED_COLUMNS: Final = (
    "line BIGINT NOT NULL, field VARCHAR NOT NULL, rule VARCHAR NOT NULL, message VARCHAR NOT NULL, raw BLOB"
)
_REFUSED_SCHEMA: Final = pa.schema(
    [
        ("line", pa.int64()),
        ("field", pa.string()),
        ("rule", pa.string()),
        ("message", pa.string()),
        ("raw", pa.binary()),
    ]
)
_BYTES_AT_ONCE: Final = 8 << 20
_ROWS_AT_ONCE: Final = 5000
# Both counts only grow, so rows of one sum stand together.
_LAST_LINES: Final = f"""
SELECT max(line) FROM (
    SELECT line,
        sum(octet_length(raw)) OVER lines // {_BYTES_AT_ONCE} + row_number() OVER lines // {_ROWS_AT_ONCE} AS part
    FROM staged WHERE raw IS NOT NULL WINDOW lines AS (ORDER BY line)
) GROUP BY part ORDER BY part
"""
_Refusal = tuple[int, Breach, bytes | None]


def judge(connection: duckdb.DuckDBPyConnection) -> int:
    """Let the model read what is unproven in `staged`: valid events become rows of it, the others rows of `refused`.

    Returns how many documents were refused.
    """
    refused, before = 0, -(1 << 63)
    for (last,) in connection.execute(_LAST_LINES).fetchall():
        rows = connection.execute(
            "SELECT line, raw FROM staged WHERE raw IS NOT NULL AND line > ? AND line <= ?", [before, last]
        ).fetchall()
        refused += _judge_some(connection, rows)
        before = last
    if before > -(1 << 63):
        connection.execute("DELETE FROM staged WHERE raw IS NOT NULL")
    return refused


def _judge_some(connection: duckdb.DuckDBPyConnection, rows: Iterable[tuple[int, bytes]]) -> int:
    lines: list[int] = []
    events: list[SimulationEvent] = []
    refused: dict[int, tuple[tuple[Breach, ...], bytes]] = {}
    for line, raw in rows:
        read = event_of(Row(line, raw))
        if isinstance(read, SimulationEvent):
            lines.append(line)
            events.append(read)
        else:
            refused[line] = (read, raw)
    if events:
        _put_events(connection, lines, events)
    put_refused(connection, ((line, each, raw) for line, (found, raw) in refused.items() for each in found))
    return len(refused)


def _put_events(connection: duckdb.DuckDBPyConnection, lines: list[int], events: list[SimulationEvent]) -> None:
    _put(connection, "staged", to_table(events).add_column(0, "line", pa.array(lines, pa.int64())))


def put_refused(connection: duckdb.DuckDBPyConnection, rows: Iterable[_Refusal]) -> None:
    """Add rows to `refused`: a line, the rule that it breaks and its text, where that was kept."""
    values = [
        {"line": line, "field": each.field, "rule": each.rule, "message": each.message, "raw": raw}
        for line, each, raw in rows
    ]
    if values:
        _put(connection, "refused", pa.Table.from_pylist(values, schema=_REFUSED_SCHEMA))


def _put(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("rows_to_put", rows)
    try:
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_to_put")
    finally:
        connection.unregister("rows_to_put")
