"""The event schema as a DuckDB table, with a check for everything that DuckDB can check on typed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from dcprops.events.kinds import (
    CONTROL,
    WHITE_SPACE,
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas.columns import COLUMNS, EVENT_TYPE, Column

__all__ = ["column_checks", "duckdb_ddl", "quoted_name", "re2", "row_checks", "sql_type"]

# DuckDB's dates and timestamps go on for ages beyond the calendar, to infinity.
_DAYS: Final = ("DATE '0001-01-01'", "DATE '9999-12-31'")
_INSTANTS: Final = (
    "TIMESTAMPTZ '0001-01-01 00:00:00+00'",
    "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'",
)


def duckdb_ddl(table: str = "events") -> str:
    """The CREATE TABLE statement of an event table named `table` (a name, not a path: it is quoted whole).

    Raises ValueError for a name that DuckDB can't have. What a type changes before a check sees it, no check can
    refuse: DuckDB rounds a number of more than 6 (4) places as it casts it. There is no key: in a ledger an event may
    arrive twice.
    """
    lines = [_column_line(column) for column in COLUMNS]
    lines += [f"CHECK ({check})" for check in row_checks()]
    return f"CREATE TABLE {quoted_name(table)} (\n    " + ",\n    ".join(lines) + "\n);\n"


def quoted_name(name: str) -> str:
    """An SQL identifier that means `name` whatever characters it has. Raises ValueError where none can."""
    if not name or "\0" in name:
        raise ValueError(f"{name!r} can't name a table: expected at least one character, and no NUL among them")
    return '"' + name.replace('"', '""') + '"'


def _column_line(column: Column) -> str:
    parts = [column.name, sql_type(column.kind), *([] if column.nullable else ["NOT NULL"])]
    return " ".join(parts + [f"CHECK ({check})" for check in column_checks(column)])


def sql_type(kind: Kind) -> str:
    """The DuckDB type of a column of that kind, as DESCRIBE spells it."""
    match kind:
        case FixedPoint(digits=digits, places=places):
            return f"DECIMAL({digits + places},{places})"
        case Date():
            return "DATE"
        case Timestamp():
            return "TIMESTAMP WITH TIME ZONE"
        case Flag():
            return "BOOLEAN"
        case WholeNumber():
            return "INTEGER"
        case EventId():
            return "UUID"
        case Text() | Choice():
            return "VARCHAR"
    raise TypeError(f"no DuckDB type for {kind}: add one")


def column_checks(column: Column) -> Iterator[str]:
    """What holds for every value of a column, as SQL that is true or, for null, null."""
    match column.kind:
        case FixedPoint(above_zero=True):
            yield f"{column.name} > 0"
        case FixedPoint(maximum=None):
            yield f"{column.name} >= 0"
        case FixedPoint(maximum=maximum):
            yield f"{column.name} BETWEEN 0 AND {maximum}"
        case WholeNumber(minimum=minimum, maximum=maximum):
            yield f"{column.name} BETWEEN {minimum} AND {maximum}"
        case Date():
            yield f"{column.name} BETWEEN {_DAYS[0]} AND {_DAYS[1]}"
        case Timestamp():
            yield f"{column.name} BETWEEN {_INSTANTS[0]} AND {_INSTANTS[1]}"
        case Text(max_length=max_length):
            yield f"length({column.name}) BETWEEN 1 AND {max_length}"
            yield f"NOT regexp_matches({column.name}, {_literal(_REFUSED_IN_TEXT)})"
        case Choice(values=values):
            yield f"{column.name} IN {_list(values)}"


def row_checks() -> Iterator[str]:
    """What holds between a row's event type and its other columns, as SQL that is true."""
    for column in COLUMNS:
        if column.nullable and len(column.uses) < len(EVENT_TYPES):
            yield _presence(column)
        elif column.nullable and column.required_by:
            yield f"{column.name} IS NOT NULL OR {_is_one_of(set(column.uses) - set(column.required_by))}"
        yield from _choices_by_event_type(column)


def _presence(column: Column) -> str:
    """That the event types that have the column fill it, where they must, and that the others leave it empty."""
    if set(column.required_by) == set(column.uses):
        return f"({column.name} IS NOT NULL) = ({_is_one_of(column.uses)})"
    return f"{column.name} IS NULL OR {_is_one_of(column.uses)}"


def _choices_by_event_type(column: Column) -> Iterator[str]:
    """For a column whose choices differ by event type, each one's own."""
    for event_type, field in column.uses.items():
        if column.name != EVENT_TYPE and isinstance(field.kind, Choice) and field.kind != column.kind:
            yield f"{EVENT_TYPE} <> {_literal(event_type)} OR {column.name} IN {_list(field.kind.values)}"


def _is_one_of(event_types: Iterable[str]) -> str:
    ordered = [event_type for event_type in EVENT_TYPES if event_type in event_types]
    return f"{EVENT_TYPE} = {_literal(ordered[0])}" if len(ordered) == 1 else f"{EVENT_TYPE} IN {_list(ordered)}"


def _list(values: Iterable[str]) -> str:
    return "(" + ", ".join(map(_literal, values)) + ")"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def re2(pattern: str) -> str:
    """A pattern of the kinds in the spelling of RE2, which DuckDB matches with."""
    return re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", pattern)


_REFUSED_IN_TEXT: Final = re2(f"[{CONTROL}]|^[{WHITE_SPACE}]|[{WHITE_SPACE}]$")
