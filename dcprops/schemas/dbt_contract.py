"""The event schema as the enforced contract of a dbt model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from dcprops.events.kinds import Choice
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, Column
from dcprops.schemas.duckdb_ddl import column_checks, row_checks, sql_type

__all__ = ["as_yaml", "contract", "dbt_contract"]

_MODEL: Final = "events"


def dbt_contract() -> str:
    """The YAML of a dbt model named `events` with every column, its type, its constraints and its tests.

    The constraints hold when dbt builds the model as a table; the tests, which dbt runs against what is there, hold for
    a view too. Nothing but dbt and its DuckDB adapter is needed.
    """
    return as_yaml({"version": 2, "models": [contract()]})


def contract() -> dict[str, Any]:
    """The model of `dbt_contract()` as data."""
    return {
        "name": _MODEL,
        "description": "One row per event of a defined-contribution ledger, all eleven event types in one table.",
        "config": {"contract": {"enforced": True}},
        "constraints": [{"type": "check", "expression": check} for check in row_checks()],
        "columns": [_column(column) for column in COLUMNS],
    }


def _column(column: Column) -> dict[str, object]:
    constraints: list[object] = [] if column.nullable else [{"type": "not_null"}]
    constraints += [{"type": "check", "expression": check} for check in column_checks(column)]
    tests: list[object] = [] if column.nullable else ["not_null"]
    tests += _accepted_values(column)
    parts = {
        "name": column.name,
        "description": _description(column),
        "data_type": sql_type(column.kind),
        "constraints": constraints,
        "data_tests": tests,
    }
    return {name: part for name, part in parts.items() if part != []}


def _description(column: Column) -> str:
    place = ".".join(column.path)
    return place if column.path[0] == column.name else f"{place} of {', '.join(column.uses)}"


def _accepted_values(column: Column) -> Iterator[dict[str, object]]:
    """One test of the column's choices, or where they differ by event type, one for each."""
    if not isinstance(column.kind, Choice):
        return
    fields = {event_type: field.kind for event_type, field in column.uses.items() if isinstance(field.kind, Choice)}
    if column.name == EVENT_TYPE or set(fields.values()) == {column.kind}:
        yield {"accepted_values": {"arguments": {"values": list(column.kind.values)}}}
        return
    for event_type, kind in fields.items():
        yield {
            "accepted_values": {
                "name": f"accepted_values_{_MODEL}_{column.name}_of_{event_type}",
                "arguments": {"values": list(kind.values)},
                "config": {"where": f"{EVENT_TYPE} = '{event_type}'"},
            }
        }


def as_yaml(value: object, indent: str = "") -> str:
    """Block YAML of objects and lists; scalars and lists of scalars as JSON, which is YAML too."""
    lines = []
    if isinstance(value, dict):
        for key, part in value.items():
            lines.append(f"{indent}{key}:{_nested(part, indent + '  ')}")
    elif isinstance(value, list):
        for part in value:
            text = _nested(part, indent + "  ")
            lines.append(f"{indent}-{text}" if not text.startswith("\n") else f"{indent}- {text.lstrip()}")
    return "\n".join(lines) + ("" if indent else "\n")


def _nested(value: object, indent: str) -> str:
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict) for part in value)):
        return "\n" + as_yaml(value, indent)
    return " " + json.dumps(value)
