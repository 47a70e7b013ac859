"""What Arrow, DuckDB and dbt say of a document by their schemas: it goes in and comes out unchanged, or not at all.

A table holds typed values, so it is asked only about documents whose values have a type that its columns can hold; that
a text such as "+1" is no money is for the reader of the text to see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

import duckdb
import pyarrow as pa

from dcprops.events.kinds import Date, EventId, FixedPoint, Flag, Kind, Timestamp, WholeNumber
from dcprops.properties.documents import canonical
from dcprops.properties.failures import Breaking
from dcprops.schemas.arrow import arrow_schema, documents_of
from dcprops.schemas.columns import COLUMNS
from dcprops.schemas.dbt_contract import contract
from dcprops.schemas.duckdb_ddl import duckdb_ddl

__all__ = ["tables_agree"]

Document: TypeAlias = dict[str, Any]
_OF_THE_CONTRACT: Final = "contracted"
_TABLES: Final = {"DuckDB": "events", "dbt": _OF_THE_CONTRACT}


class _Untyped(Exception):
    """A value has a type that no column can hold."""


def tables_agree(document: Document, model_accepts: bool) -> None:
    """Raises Breaking if a table takes what the model refuses, refuses what it accepts, or changes it."""
    try:
        row = dict(_typed_row(document))
        table = pa.Table.from_arrays([pa.array([row.get(field.name)], field.type) for field in _SCHEMA], schema=_SCHEMA)
    except (_Untyped, pa.ArrowInvalid, OverflowError) as refusal:
        if model_accepts:
            raise Breaking("Arrow has no place for a valid document", got=str(refusal)) from refusal
        return
    for system, name in _TABLES.items():
        _agrees_with(system, name, table, document, model_accepts)


_SCHEMA: Final = arrow_schema()


def _agrees_with(system: str, name: str, table: pa.Table, document: Document, model_accepts: bool) -> None:
    refusal, taken = _refusal_or_rows(name, table)
    if (refusal is None) != model_accepts:
        raise Breaking(
            f"the model {'accepts' if model_accepts else 'refuses'} what {system} "
            f"{'takes' if refusal is None else 'refuses'}",
            expected="accepted" if model_accepts else "refused",
            got=refusal or "taken",
        )
    if taken is not None:
        (back,) = documents_of(taken)
        expected = canonical({**_ENVELOPE_DEFAULTS, **document})
        if back != expected:
            raise Breaking(
                f"a document comes back from {system} changed", expected=json.dumps(expected), got=json.dumps(back)
            )


def _refusal_or_rows(name: str, table: pa.Table) -> tuple[str, None] | tuple[None, pa.Table]:
    """Why the named table refuses what is inserted, or what it has of it. It is empty again afterwards."""
    database = _database()
    database.register("incoming", table)
    try:
        database.execute(f'INSERT INTO "{name}" BY NAME FROM incoming')  # our own name
    except (duckdb.ConstraintException, duckdb.ConversionException) as error:
        return str(error).splitlines()[0], None
    finally:
        database.unregister("incoming")
    rows = database.sql(f'FROM "{name}"').to_arrow_table()
    database.execute(f'DELETE FROM "{name}"')
    return None, rows


@cache
def _database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:", config={"threads": "1", "python_enable_replacements": "false"})
    database.execute("SET TimeZone = 'UTC'")
    database.execute(duckdb_ddl(_TABLES["DuckDB"]))
    database.execute(_contracted_ddl())
    return database


def _contracted_ddl() -> str:
    """The table that dbt's DuckDB adapter makes of the enforced contract."""
    model = contract()
    lines = [
        " ".join([column["name"], column["data_type"], *map(_constraint, column.get("constraints", []))])
        for column in model["columns"]
    ]
    return f"CREATE TABLE {_OF_THE_CONTRACT} ({', '.join([*lines, *map(_constraint, model['constraints'])])})"


def _constraint(constraint: Mapping[str, str]) -> str:
    return "NOT NULL" if constraint["type"] == "not_null" else f"CHECK ({constraint['expression']})"


_BY_PATH: Final = {column.path: column for column in COLUMNS}
#: What is put where a document leaves it to the reader to choose.
_ENVELOPE_DEFAULTS: Final = {
    "event_id": "00000000-0000-4000-8000-000000000000",
    "created_at": "2025-01-01T00:00:00Z",
}
_DEFAULTS: Final[Mapping[str, object]] = {
    "event_id": _ENVELOPE_DEFAULTS["event_id"],
    "created_at": datetime.fromisoformat(_ENVELOPE_DEFAULTS["created_at"]),
    "after_tax_contribution_rate": Decimal(0),
    "auto_enrollment": False,
    "irs_limit_applied": False,
    "inferred_value": False,
}


def _typed_row(document: Document) -> Iterator[tuple[str, object]]:
    """The columns of a document with their values, whatever they are. Raises _Untyped for one without a column."""
    given = dict(_values(document))
    for path, value in given.items():
        if path not in _BY_PATH:
            raise _Untyped(".".join(path))
        column = _BY_PATH[path]
        yield column.name, None if value is None else _typed(column.kind, value)
    event_type = given.get(("payload", "event_type"))
    for path, column in _BY_PATH.items():
        if path not in given and column.name in _DEFAULTS and event_type in column.uses:
            yield column.name, _DEFAULTS[column.name]


def _values(document: Document) -> Iterator[tuple[tuple[str, ...], object]]:
    payload = document.get("payload")
    if not isinstance(payload, dict):
        raise _Untyped("payload")
    for name, value in document.items():
        if name != "payload":
            yield (name,), value
    for name, value in payload.items():
        if not isinstance(value, dict):
            yield ("payload", name), value
        elif name != "source_balances_vested":
            raise _Untyped(name)
        else:
            yield from ((("payload", name, source), amount) for source, amount in value.items())
    if payload.get("event_type") == "vesting" and not isinstance(payload.get("source_balances_vested"), dict):
        raise _Untyped("source_balances_vested")
    if None in (payload.get("source_balances_vested") or {}).values():
        raise _Untyped("source_balances_vested")


_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID: Final = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_INSTANT: Final = re.compile(rf"({_DAY.pattern})T[0-9:]{{8}}(\.[0-9]{{1,6}})?(Z|[+-][0-9:]{{5}})?", re.ASCII)


def _typed(kind: Kind, value: object) -> object:
    """The value in the type of the kind's column, out of range or not. Raises _Untyped if it has another type."""
    try:
        return _READERS.get(type(kind), _text)(value)
    except (ValueError, OverflowError) as error:
        raise _Untyped(f"{value!r}") from error


def _matched(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Untyped(f"{value!r}")
    return value


def _instant(value: object) -> datetime:
    text = _matched(_INSTANT, value)
    if not text.endswith("Z") and text.startswith(("0001-01-01", "9999-12-31")) and len(text) > 5 and text[-6] in "+-":
        raise _Untyped(text)
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Untyped(f"{value!r}")
    return value


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise _Untyped(f"{value!r}")
    return int(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Untyped(f"{value!r}")
    value.encode()  # a lone surrogate is no text that a table can hold
    return value


_READERS: Final[Mapping[type[Kind], Callable[[object], object]]] = {
    FixedPoint: lambda value: Decimal(_matched(_NUMBER, value)),
    Date: lambda value: date.fromisoformat(_matched(_DAY, value)),
    Timestamp: _instant,
    EventId: lambda value: str(UUID(_matched(_UUID, value))),
    Flag: _flag,
    WholeNumber: _whole_number,
}
