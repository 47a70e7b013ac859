"""The tables of a store, and the lists of their columns as SQL. All names in them are the event schema's own."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from dcprops.schemas.columns import COLUMNS, Column
from dcprops.schemas.duckdb_ddl import sql_type

__all__ = ["COLUMN_NAMES", "FORM", "bookkeeping_ddl", "differing_field", "events_ddl", "field_of", "listed"]

#: The form that the tables have. A store of another form is refused.
FORM: Final = 1

#: The columns of an event, as SQL lists them.
COLUMN_NAMES: Final = tuple(column.name for column in COLUMNS)


def events_ddl(table: str = "events") -> str:
    """The CREATE TABLE statement of the events: the event schema's columns, and the batch that an event came with.

    There is no key and no index: what they promise is checked by each append, and an index is one more thing that
    a crash can leave behind the data.
    """
    lines = [f"{column.name} {sql_type(column.kind)}{'' if column.nullable else ' NOT NULL'}" for column in COLUMNS]
    return f"CREATE TABLE {table} (\n    " + ",\n    ".join([*lines, "batch BIGINT NOT NULL"]) + "\n);\n"


def bookkeeping_ddl() -> str:
    """The CREATE TABLE statements of what a store keeps beside its events."""
    return files(__package__).joinpath("sql", "bookkeeping.sql").read_text("utf-8")


def listed(alias: str = "") -> str:
    """The columns of an event with commas between them, each of the table with that alias."""
    return ", ".join(f"{alias}.{name}" if alias else name for name in COLUMN_NAMES)


def differing_field(one: str, other: str) -> str:
    """SQL for the number (from 1) of the first column in which two rows differ, or null."""
    cases = (
        f"WHEN {one}.{name} IS DISTINCT FROM {other}.{name} THEN {number}"
        for number, name in enumerate(COLUMN_NAMES, start=1)
    )
    return f"CASE {' '.join(cases)} END"


def field_of(column: Column) -> str:
    """The field of a document that a column holds a value of, as the rules name it."""
    return column.path[1] if len(column.path) > 1 else column.path[0]
