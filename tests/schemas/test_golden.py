"""Today's schemas behave as the promised ones do, however either is spelled."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas import FORMATS, arrow_schema, dbt_contract, duckdb_ddl, golden, json_schema

from .contract import columns_of, model_of, statement_of
from .corpus import VALID, broken_apart, schema_accepts, with_nasty_values
from .typed_rows import EventTable, changed_rows

ARROW_TYPES = {
    str(type_): type_
    for type_ in (
        pa.string(), pa.date32(), pa.timestamp("us", "UTC"), pa.bool_(), pa.int32(), pa.decimal128(18, 6),
        pa.decimal128(5, 4),
    )
}  # fmt: skip


def test_every_format_has_a_promise_and_nothing_else_has():
    folder = Path(__file__).parents[2] / "dcprops" / "schemas" / "golden"
    assert sorted(path.name for path in folder.iterdir()) == sorted(each.file_name for each in FORMATS.values())


def first_difference(promised, today, texts):
    """The first of the texts that one of two JSON Schemas takes and the other refuses."""
    before, now = Draft202012Validator(promised), Draft202012Validator(today)
    return next((text for text in texts if schema_accepts(before, text) != schema_accepts(now, text)), None)


def texts_of_documents():
    yield from map(json.dumps, VALID.values())
    for event_type in EVENT_TYPES:
        yield from broken_apart(event_type)
        yield from with_nasty_values(event_type)


def first_row_apart(promised, today):
    """The first row that a table of one statement takes and a table of the other refuses."""
    before, now = EventTable(promised), EventTable(today)
    rows = (row for event_type in EVENT_TYPES for row in changed_rows(event_type))
    found = next((row for row in rows if before.takes(row) != now.takes(row)), None)
    before.close()
    now.close()
    return found


def test_json_schemas_give_the_same_verdicts():
    promised, today = json.loads(golden("json")), json_schema()
    assert promised == today or first_difference(promised, today, texts_of_documents()) is None


def test_another_spelling_of_a_json_schema_is_no_difference():
    respelled = json_schema()
    respelled["title"], respelled["properties"]["employee_id"]["maxLength"] = "Event", 128.0
    respelled["properties"]["effective_date"].pop("maxLength")
    respelled["properties"]["effective_date"]["not"] = {"pattern": "\n"}
    assert first_difference(json_schema(), respelled, list(texts_of_documents())[::7]) is None


@pytest.mark.parametrize(
    ("field", "change"),
    [("employee_id", {"maxLength": 127}), ("created_at", {"not": {}}), ("event_id", {"type": "null"})],
)
def test_a_json_schema_that_says_something_else_is_seen(field, change):
    changed = json_schema()
    changed["properties"][field].update(change)
    assert first_difference(changed, json_schema(), texts_of_documents()) is not None


def test_arrow_schemas_are_the_same():
    fields = []
    for line in golden("arrow").splitlines():
        name, _, type_ = line.partition(": ")
        fields.append(pa.field(name, ARROW_TYPES[type_.removesuffix(" not null")], not type_.endswith(" not null")))
    assert pa.schema(fields).equals(arrow_schema())


def test_duckdb_tables_take_the_same_rows():
    promised, today = golden("duckdb"), duckdb_ddl()
    assert promised == today or first_row_apart(promised, today) is None


def test_dbt_contracts_take_the_same_rows():
    promised, today = statement_of(model_of(golden("dbt"))), statement_of(model_of(dbt_contract()))
    assert promised == today or first_row_apart(promised, today) is None


@pytest.mark.parametrize("lost", [" NOT NULL", "job_level BETWEEN", "(department IS NOT NULL"])
def test_a_table_that_has_lost_a_check_is_seen(lost):
    statement = duckdb_ddl()
    start = statement.index(lost)
    changed = (
        statement[:start] + ("" if lost == " NOT NULL" else "true OR ") + statement[start:].removeprefix(" NOT NULL")
    )
    assert first_row_apart(statement, changed) is not None


def test_duckdb_tables_have_the_same_columns():
    before, now = EventTable(golden("duckdb")), EventTable(duckdb_ddl())
    assert before.description() == now.description()
    before.close()
    now.close()


def test_dbt_contracts_have_the_same_columns():
    assert columns_of(model_of(golden("dbt"))) == columns_of(model_of(dbt_contract()))
