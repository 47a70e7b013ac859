"""What can go wrong with a store, each as an error of one line: the thing, its value, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Conflict",
    "ConflictError",
    "InvalidEventsError",
    "ReceiptError",
    "SchemaError",
    "StoreClosedError",
    "StoreDamagedError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "StoreMemoryError",
]


class StoreError(Exception):
    """A store that cannot do what it was asked. Nothing of the append that raised it is in the store."""


class StoreClosedError(StoreError):
    """The store has been closed."""


class StoreLockedError(StoreError):
    """The store is open elsewhere. `holder` is the process's id, or None where the system doesn't tell."""

    def __init__(self, message: str, holder: int | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class StoreDamagedError(StoreError):
    """The file isn't what was written to it, or is no store at all."""


class StoreFullError(StoreError):
    """There was no room to write."""


class StoreMemoryError(StoreError):
    """The memory limit was too low for what was asked."""


class ReceiptError(StoreDamagedError):
    """The store doesn't hold what a receipt says it did."""


class SchemaError(StoreError, ValueError):
    """A table whose columns are not those of the event schema, or whose buffers are not what its types say."""


class InvalidEventsError(StoreError, ValueError):
    """Invalid documents in an append that was to take valid ones only. `rejected` is how many."""

    def __init__(self, message: str, rejected: int) -> None:
        super().__init__(message)
        self.rejected = rejected


@dataclass(frozen=True)
class Conflict:
    """An event_id that comes with two contents, and the first field in which they differ."""

    event_id: str
    field: str


class ConflictError(StoreError, ValueError):
    """An append with an event_id that has another content already. Nothing of it is stored.

    `conflicts` are the first of them, at most `LISTED`; `count` is how many there are.
    """

    LISTED = 100

    def __init__(self, message: str, conflicts: Sequence[Conflict], count: int) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)
        self.count = count

    @property
    def event_id(self) -> str:
        """The event_id of the first conflict."""
        return self.conflicts[0].event_id

    @property
    def field(self) -> str:
        """The first field in which its two contents differ."""
        return self.conflicts[0].field
