"""A store in a DuckDB file: one typed table, filled by Arrow, and read as its rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

import duckdb
import pyarrow as pa

from dcprops.defects.stores import reading
from dcprops.events import EventFactory
from dcprops.schemas import duckdb_ddl
from dcprops.schemas.arrow import arrow_schema, documents_of, to_table


class Store:
    accepts_arrow = True
    by_name = "BY NAME"

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.connection = duckdb.connect(self.path)
        self.connection.execute(duckdb_ddl().replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def append(self, events: Any) -> Any:
        if isinstance(events, pa.RecordBatchReader):
            events = events.read_all()
        if not isinstance(events, pa.Table):
            events = to_table(EventFactory.create_event(each) for each in events)
        self.connection.register("batch", events)
        self.connection.execute("BEGIN")
        try:
            self.insert()
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        finally:
            self.connection.unregister("batch")
        self.connection.execute("COMMIT")

    def insert(self) -> None:
        self.connection.execute("CREATE OR REPLACE TEMP TABLE new AS SELECT * FROM events LIMIT 0")
        self.connection.execute(f"INSERT INTO new {self.by_name} SELECT DISTINCT * FROM batch")
        conflicts = """
            SELECT event_id FROM
                (SELECT * FROM new UNION SELECT * FROM events WHERE event_id IN (SELECT event_id FROM new))
            GROUP BY event_id HAVING count(*) > 1
        """
        if found := self.connection.execute(conflicts).fetchall():
            raise ValueError(f"other content of {found}")
        self.connection.execute(
            "INSERT INTO events BY NAME SELECT * FROM new WHERE event_id NOT IN (SELECT event_id FROM events)"
        )

    def events(self) -> Any:
        """As an Arrow table."""
        return (
            self.connection.sql("SELECT * REPLACE (event_id::VARCHAR AS event_id) FROM events")
            .to_arrow_table()
            .cast(arrow_schema())
        )

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        return reading.balances(list(documents_of(self.events())), as_of)

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        return reading.history(documents_of(self.events()), employee_id)

    def checkpoint(self) -> None:
        self.connection.execute("CHECKPOINT")
