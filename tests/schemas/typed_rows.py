"""Rows of typed values, right and wrong, and the tables that are asked whether they take them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, FixedPoint, Flag, Kind, Text, Timestamp, WholeNumber
from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas.columns import COLUMNS, Row, row_of

from .corpus import SAMPLE, TEXT_LIKE, VALID

EVENTS_BY_HAND = {event_type: SimulationEvent.model_validate(document) for event_type, document in VALID.items()}
EVENTS_OF_SAMPLE = [SimulationEvent.model_validate_json(line) for line in SAMPLE.read_text("utf-8").splitlines()]

MONEY = ("-0.000001", "0.000000", "0.000001", "999999999999.999999", "-999999999999.999999")
RATES = ("-0.0001", "0.0000", "0.0001", "1.0000", "1.0001", "9.9999", "-1.0000")


def typed_values(kind: Kind) -> list[object]:
    """Values that a typed column of the kind can be given; as text what only SQL's type has and Python's has not."""
    match kind:
        case FixedPoint(maximum=None):
            return [Decimal(text) for text in MONEY]
        case FixedPoint():
            return [Decimal(text) for text in RATES]
        case WholeNumber():
            return [-1, 0, 1, 10, 11, 999_999, 1_000_000, 2_147_483_647, -2_147_483_648]
        case Date():
            return [date.min, date.max, "infinity", "-infinity", "10000-01-01", "0001-12-31 (BC)"]
        case Timestamp():
            beyond = ["infinity", "-infinity", "10000-01-01 00:00:00+00", "0001-12-31 (BC) 23:59:59+00"]
            return [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), *beyond]
        case Flag():
            return [True, False]
        case Text():
            return list(TEXT_LIKE)
        case Choice(values=values):
            return [*values, "", "HIRE", "hire ", "employer_match_true_up", "immediate", "break_in_service"]
    return []


def some_value(kind: Kind) -> object:
    """A value that every field of the kind accepts."""
    match kind:
        case FixedPoint():
            return Decimal(1)
        case WholeNumber(maximum=maximum):
            return maximum
        case Date():
            return date(2024, 2, 29)
        case Flag():
            return False
        case Choice(values=values):
            return values[0]
    return "a text"


def changed_rows(event_type: str) -> Iterator[Row]:
    """The row of the hand-made event with one column changed: emptied, filled, or given each of the typed values."""
    row = row_of(EVENTS_BY_HAND[event_type])
    yield row
    for place, column in enumerate(COLUMNS):
        if event_type not in column.uses:
            if (place + EVENT_TYPES.index(event_type)) % 3 == 0:  # with each column, every third event type
                yield {**row, column.name: some_value(column.kind)}
        elif column.path[0] == "payload" or event_type == "hire":
            yield {**row, column.name: None}
            values = typed_values(column.kind)
            if isinstance(column.kind, Text) and column.name != "employee_id":  # all texts have the same checks
                values = values[len(column.name) % 7 :: 7]
            yield from ({**row, column.name: value} for value in values)


class EventTable:
    """A table that DuckDB made of a CREATE TABLE statement, and which rows it takes."""

    def __init__(self, statement: str, name: str = "events") -> None:
        self._connection = duckdb.connect()
        self._connection.execute(statement)
        self._name = name

    def takes(self, row: Row) -> bool:
        """Whether a constraint of the table refuses the row. Another error than that is one of the test's."""
        filled = {name: value for name, value in row.items() if value is not None}
        places = ", ".join("?" for _ in filled)
        insert = f"INSERT INTO {self._name} ({', '.join(filled)}) VALUES ({places})"
        try:
            self._connection.execute(insert, list(filled.values()))
        except duckdb.ConstraintException:
            return False
        return True

    def description(self) -> list[tuple[str, str, bool]]:
        """The name, type and nullability of each column."""
        described = self._connection.execute(f"DESCRIBE {self._name}").fetchall()
        return [(name, type_, nullable == "YES") for name, type_, nullable, *_ in described]

    def arrow(self) -> object:
        """The rows as an Arrow table, in the order they came in."""
        return self._connection.sql(f"FROM {self._name}").to_arrow_table()

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()
