"""The event store: a DuckDB file, or memory, that takes events, loses none and proves it. Needs the `duckdb` extra."""

try:
    import duckdb as _duckdb  # noqa: F401  # only to say what is missing
    import pyarrow as _pyarrow  # noqa: F401
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f'The event store needs {_error.name}, which is not installed: pip install "dcprops[duckdb]"', name=_error.name
    ) from _error

from dcprops.store.appending import Appended
from dcprops.store.errors import (
    Conflict,
    ConflictError,
    InvalidEventsError,
    ReceiptError,
    SchemaError,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreMemoryError,
)
from dcprops.store.receipts import Receipt
from dcprops.store.store import Store

__all__ = [
    "Appended",
    "Conflict",
    "ConflictError",
    "InvalidEventsError",
    "Receipt",
    "ReceiptError",
    "SchemaError",
    "Store",
    "StoreClosedError",
    "StoreDamagedError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "StoreMemoryError",
]
