"""A DuckDB table of the rendered statement takes what is a valid event, and refuses what isn't."""

from __future__ import annotations

import json

import duckdb
import pytest
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas import duckdb_ddl
from dcprops.schemas.arrow import documents_of, to_table
from dcprops.schemas.columns import COLUMNS, document_of, row_of

from .corpus import VALID
from .typed_rows import EVENTS_BY_HAND, EVENTS_OF_SAMPLE, EventTable, changed_rows

EVENTS = [*EVENTS_BY_HAND.values(), *EVENTS_OF_SAMPLE]


@pytest.fixture
def table():
    events = EventTable(duckdb_ddl())
    yield events
    events.close()


def is_valid(row):
    try:
        SimulationEvent.model_validate_json(json.dumps(document_of(row)))
    except ValidationError:
        return False
    return True


def test_columns_are_those_of_every_table(table):
    description = table.description()
    assert [(name, nullable) for name, _, nullable in description] == [(c.name, c.nullable) for c in COLUMNS]
    types = {name: type_ for name, type_, _ in description}
    assert types["amount"] == "DECIMAL(18,6)"
    assert types["merit_percentage"] == "DECIMAL(5,4)"
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["event_id"] == "UUID"


def test_valid_events_go_in_and_come_out_unchanged(table):
    assert [event for event in EVENTS_BY_HAND.values() if not table.takes(row_of(event))] == []
    assert list(documents_of(table.arrow())) == [*VALID.values()]


def test_valid_events_go_in_by_arrow():
    rows = to_table(EVENTS)
    with duckdb.connect() as connection:
        connection.execute(duckdb_ddl())
        connection.register("rows_to_insert", rows)
        connection.execute("INSERT INTO events BY NAME SELECT * FROM rows_to_insert")
        found = connection.sql("FROM events").to_arrow_table()
    assert list(documents_of(found)) == [event.model_dump(mode="json") for event in EVENTS]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_it_takes_a_row_just_when_the_model_takes_its_document(event_type, table):
    verdicts = [(row, is_valid(row), table.takes(row)) for row in changed_rows(event_type)]
    assert {valid for _, valid, _ in verdicts} == {True, False}
    assert [(row, valid) for row, valid, taken in verdicts if valid != taken] == []


@pytest.mark.parametrize(
    "name", ["events", "select", 'a"b', "a b", "x; DROP TABLE y", "'", "--", "é\n\u2028", "main.t"]
)
def test_a_table_may_have_any_name(name):
    with duckdb.connect() as connection:
        connection.execute(duckdb_ddl(name))
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [(name,)]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_name_that_no_table_can_have_is_refused(name):
    with pytest.raises(ValueError, match="can't name a table"):
        duckdb_ddl(name)
