"""The file that keeps the events: a table of SQLite."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from json import loads
from typing import Any, Self

from recordkeeper import balances
from recordkeeper.events import Event


class Store:
    """The store in a file: `with Store(path) as store: ...`."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("CREATE TABLE IF NOT EXISTS event (event_id TEXT PRIMARY KEY, content TEXT NOT NULL)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def append(self, documents: Iterable[dict[str, Any]]) -> None:
        """Add them all. Raises ValueError, and adds none, if one is invalid or says otherwise than the one there."""
        events = [Event.model_validate(document) for document in documents]
        for event in events:
            self.add(str(event.event_id), event.model_dump_json())
        self.connection.commit()

    def add(self, event_id: str, content: str) -> None:
        self.connection.execute("INSERT OR IGNORE INTO event VALUES (?, ?)", (event_id, content))
        with closing(self.connection.execute("SELECT content FROM event WHERE event_id = ?", (event_id,))) as rows:
            if rows.fetchone() != (content,):
                raise ValueError(f"event {event_id} is there already, with other content")

    def events(self) -> Iterator[dict[str, Any]]:
        with closing(self.connection.execute("SELECT content FROM event")) as rows:
            for (content,) in rows:
                yield loads(content)

    def balances(self, as_of: date) -> list[dict[str, Any]]:
        return balances.balances(list(self.events()), as_of)
