"""What a dbt contract promises, read from its YAML as dbt reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


def model_of(text: str) -> dict[str, Any]:
    """The one model of a contract."""
    (model,) = yaml.safe_load(text)["models"]
    return model


def columns_of(model: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The name, type and nullability of each column."""
    return [
        (column["name"], column["data_type"], {"type": "not_null"} not in column.get("constraints", []))
        for column in model["columns"]
    ]


def statement_of(model: dict[str, Any]) -> str:
    """The statement that dbt's DuckDB adapter makes of an enforced contract."""
    lines = [
        " ".join([column["name"], column["data_type"], *map(_constraint, column.get("constraints", []))])
        for column in model["columns"]
    ]
    return f"CREATE TABLE events ({', '.join([*lines, *map(_constraint, model['constraints'])])})"


def _constraint(constraint: dict[str, str]) -> str:
    return "NOT NULL" if constraint["type"] == "not_null" else f"CHECK ({constraint['expression']})"


def accepted_values(model: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The column, condition and values of each test of that name."""
    for column in model["columns"]:
        for test in column.get("data_tests", []):
            if isinstance(test, dict):
                arguments = test["accepted_values"]
                yield column["name"], arguments.get("config", {}).get("where", "true"), arguments["arguments"]["values"]
