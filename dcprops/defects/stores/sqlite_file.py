"""A store in an SQLite file: a table of texts, each append a transaction, conflicts told in the result."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID

from dcprops.defects.stores import reading
from dcprops.events import EventFactory

TABLE = """
CREATE TABLE IF NOT EXISTS event (
    event_id TEXT PRIMARY KEY, employee_id TEXT NOT NULL, effective_date TEXT NOT NULL, content TEXT NOT NULL
) WITHOUT ROWID
"""


class Store:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        try:
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute(TABLE)
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        rows = []
        for each in documents:
            event = EventFactory.create_event(each)
            rows.append((str(event.event_id), event.employee_id, event.effective_date.isoformat(),
                         event.model_dump_json()))  # fmt: skip
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = self.inserted(rows)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("ROLLBACK" if result.conflicts else "COMMIT")
        return result

    def inserted(self, rows: Iterable[tuple[str, ...]]) -> SimpleNamespace:
        result = SimpleNamespace(created=0, exists=0, conflicts=[])
        for row in rows:
            found = self.connection.execute("SELECT content FROM event WHERE event_id = ?", row[:1]).fetchone()
            if found is None:
                self.connection.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)
                result.created += 1
            elif found[0] == row[3]:
                result.exists += 1
            else:
                result.conflicts.append(row[0])
        return result

    def events(self) -> Any:
        """With timestamps and ids as Python has them."""
        for document in self.documents("SELECT content FROM event"):
            yield {
                **document,
                "event_id": UUID(document["event_id"]),
                "created_at": datetime.fromisoformat(document["created_at"]),
            }

    def documents(self, select: str, *values: object) -> Iterator[dict[str, Any]]:
        with closing(self.connection.execute(select, values)) as cursor:
            for (content,) in cursor:
                yield json.loads(content)

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        due = "SELECT content FROM event WHERE effective_date <= ?"
        return reading.balances(list(self.documents(due, as_of.isoformat())), as_of)

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        return reading.history(
            self.documents("SELECT content FROM event WHERE employee_id = ?", employee_id), employee_id
        )

    def snapshots(self) -> Iterable[dict[str, Any]]:
        return reading.snapshots(list(self.documents("SELECT content FROM event")))
