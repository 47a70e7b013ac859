"""The event schema in other systems' words: JSON Schema, Arrow, DuckDB and dbt, all rendered from the event model."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from dcprops.schemas.columns import COLUMNS, Column, document_of, row_of
from dcprops.schemas.dbt_contract import dbt_contract
from dcprops.schemas.duckdb_ddl import duckdb_ddl
from dcprops.schemas.json_schema import BEYOND_JSON_SCHEMA, json_schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "BEYOND_JSON_SCHEMA",
    "COLUMNS",
    "FORMATS",
    "Column",
    "Format",
    "arrow_schema",
    "dbt_contract",
    "document_of",
    "duckdb_ddl",
    "golden",
    "json_schema",
    "render",
    "row_of",
]


def arrow_schema() -> pa.Schema:
    """The Arrow schema of an event table. Raises ModuleNotFoundError, saying what to install, without pyarrow."""
    from dcprops.schemas.arrow import arrow_schema  # noqa: PLC0415  # pyarrow is an extra, and slow to import

    return arrow_schema()


def _json_text() -> str:
    return json.dumps(json_schema(), indent=2) + "\n"


def _arrow_text() -> str:
    return f"{arrow_schema()}\n"


class Format(NamedTuple):
    """One way to write the schema: the golden file's name, and what renders it."""

    file_name: str
    render: Callable[[], str]


#: The formats by the name that the command line knows them by.
FORMATS: Final = MappingProxyType(
    {
        "json": Format("event.schema.json", _json_text),
        "arrow": Format("events.arrow.txt", _arrow_text),
        "duckdb": Format("events.duckdb.sql", duckdb_ddl),
        "dbt": Format("events.dbt.yml", dbt_contract),
    }
)


def render(format: str) -> str:  # noqa: A002  # what the command line calls it
    """The schema as text in one of `FORMATS`. Raises ValueError for another format."""
    return _format(format).render()


def golden(format: str) -> str:  # noqa: A002  # as above
    """The schema that has been promised, as text in one of `FORMATS`: what today's is compared with, by behaviour."""
    return (files(__name__) / "golden" / _format(format).file_name).read_text("utf-8")


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"unknown schema format {name!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[name]
