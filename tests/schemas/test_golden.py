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


def test_json_schemas_give_the_same_verdicts():
    promised, today = Draft202012Validator(json.loads(golden("json"))), Draft202012Validator(json_schema())
    texts = [text for event_type in EVENT_TYPES for text in (*broken_apart(event_type), *with_nasty_values(event_type))]
    texts = [*map(json.dumps, VALID.values()), *texts[::7]]
    verdicts = [(text, schema_accepts(promised, text), schema_accepts(today, text)) for text in texts]
    assert {before for _, before, _ in verdicts} == {True, False}
    assert [text for text, before, now in verdicts if before != now] == []


def test_arrow_schemas_are_the_same():
    fields = []
    for line in golden("arrow").splitlines():
        name, _, type_ = line.partition(": ")
        fields.append(pa.field(name, ARROW_TYPES[type_.removesuffix(" not null")], not type_.endswith(" not null")))
    assert pa.schema(fields).equals(arrow_schema())


@pytest.mark.parametrize(
    ("promised", "today"),
    [
        pytest.param(lambda: golden("duckdb"), duckdb_ddl, id="duckdb"),
        pytest.param(
            lambda: statement_of(model_of(golden("dbt"))), lambda: statement_of(model_of(dbt_contract())), id="dbt"
        ),
    ],
)
def test_tables_have_the_same_columns_and_take_the_same_rows(promised, today):
    before, now = EventTable(promised()), EventTable(today())
    assert before.description() == now.description()
    rows = [row for event_type in EVENT_TYPES for row in changed_rows(event_type)][::7]
    verdicts = [(row, before.takes(row), now.takes(row)) for row in rows]
    assert {taken for _, taken, _ in verdicts} == {True, False}
    assert [row for row, first, second in verdicts if first != second] == []
    before.close()
    now.close()


def test_dbt_contracts_have_the_same_columns():
    assert columns_of(model_of(golden("dbt"))) == columns_of(model_of(dbt_contract()))
