"""The SQL of a store: the files in `sql/`, with the lists of columns put in. All names in them are the schema's own."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from dcprops.reference.order import DAY_ORDER
from dcprops.schemas.columns import COLUMNS, Column
from dcprops.schemas.duckdb_ddl import sql_type

__all__ = ["FORM", "IN_FILE_ORDER", "bookkeeping_ddl", "events_ddl", "field_of", "statement"]

#: The form that the tables have. A store of another form is refused.
FORM: Final = 1

#: The order of rows in a file: a participant's rows stand together, so that a look at one of them reads few blocks.
IN_FILE_ORDER: Final = "ORDER BY employee_id, effective_date"

_NAMES: Final = tuple(column.name for column in COLUMNS)


def events_ddl(table: str = "events") -> str:
    """The CREATE TABLE statement of the events: the event schema's columns, and the batch that an event came with.

    There is no key and no index: what they promise is checked by each append, and an index is one more thing that
    a crash can leave behind the data.
    """
    lines = [f"{column.name} {sql_type(column.kind)}{'' if column.nullable else ' NOT NULL'}" for column in COLUMNS]
    return f"CREATE TABLE {table} (\n    " + ",\n    ".join([*lines, "batch BIGINT NOT NULL"]) + "\n);\n"


def bookkeeping_ddl() -> str:
    """The CREATE TABLE statements of what a store keeps beside its events."""
    return _text("bookkeeping")


@cache
def statement(name: str, relation: str = "", order: str = "") -> str:
    """The statement of that name, with the columns in it; of a `relation` and in an `order` where it wants them."""
    values = {**_PARTS, "relation": relation, "order": order}
    return re.sub(r"\{(\w+)\}", lambda part: values[part.group(1)], _statements()[name])


def field_of(column: Column) -> str:
    """The field of a document that a column holds a value of, as the rules name it."""
    return column.path[1] if len(column.path) > 1 else column.path[0]


def _text(name: str) -> str:
    return files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")


@cache
def _statements() -> dict[str, str]:
    """Every statement by its name, which stands in a comment before it."""
    found = {}
    for name in ("store", "appending", "verifying"):
        for part in re.split(r"^-- (?=\w+:)", _text(name), flags=re.MULTILINE)[1:]:
            title, _, sql = part.partition("\n")
            found[title.partition(":")[0]] = sql.strip()
    return found


def _differing() -> str:
    """SQL for the number (from 1) of the first column in which two rows differ, or null."""
    cases = (
        f"WHEN arriving.{name} IS DISTINCT FROM others.{name} THEN {number}"
        for number, name in enumerate(_NAMES, start=1)
    )
    return f"CASE {' '.join(cases)} END"


def _day_order() -> str:
    cases = (f"WHEN '{event_type}' THEN {place}" for event_type, place in DAY_ORDER.items())
    return f"CASE event_type {' '.join(cases)} END"


#: What stands in the statements in braces.
_PARTS: Final = MappingProxyType(
    {
        "columns": ", ".join(_NAMES),
        "differing": _differing(),
        "day_order": _day_order(),
        # Over every column, whatever the order of rows. It finds damage and loss by accident; it is no defence
        # against someone who means to deceive.
        "digest": f"sum(hash({', '.join(_NAMES)})::HUGEINT)::VARCHAR",
        # A text that changes if DuckDB's hash function does: digests of two functions can't be compared.
        "hash_probe": "hash('dcprops', 1.5::DECIMAL(18,6), DATE '2024-02-29', true, 7::INTEGER, NULL::VARCHAR, "
        "'6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11'::UUID, TIMESTAMPTZ '2024-02-29 09:30:00+00')::VARCHAR",
    }
)
