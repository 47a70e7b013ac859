"""The dbt contract has the columns of the DuckDB table, and its constraints and tests refuse the same rows."""

from __future__ import annotations

import duckdb
import pytest
import yaml

from dcprops.events.schema import EVENT_TYPES
from dcprops.schemas import dbt_contract, duckdb_ddl
from dcprops.schemas.arrow import to_table
from dcprops.schemas.columns import COLUMNS

from .contract import accepted_values, columns_of, model_of, statement_of
from .typed_rows import EVENTS_BY_HAND, EventTable, changed_rows

MODEL = model_of(dbt_contract())


@pytest.fixture
def tables():
    both = EventTable(duckdb_ddl()), EventTable(statement_of(MODEL))
    yield both
    for table in both:
        table.close()


def test_it_is_an_enforced_contract_of_one_model():
    contract = yaml.safe_load(dbt_contract())
    assert contract["version"] == 2
    assert [model["name"] for model in contract["models"]] == ["events"]
    assert MODEL["config"] == {"contract": {"enforced": True}}


def test_its_columns_are_those_that_duckdb_describes(tables):
    by_ddl, _ = tables
    assert columns_of(MODEL) == by_ddl.description()


def test_every_column_is_described():
    assert all(column["description"] for column in MODEL["columns"])


def test_columns_that_are_not_null_are_tested_for_it():
    tested = {column["name"] for column in MODEL["columns"] if "not_null" in column.get("data_tests", [])}
    assert tested == {column.name for column in COLUMNS if not column.nullable}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_its_constraints_refuse_what_the_table_refuses(event_type, tables):
    by_ddl, by_contract = tables
    rows = list(changed_rows(event_type))[::5]
    verdicts = [(row, by_ddl.takes(row), by_contract.takes(row)) for row in rows]
    assert {taken for _, taken, _ in verdicts} == {True, False}
    assert [row for row, first, second in verdicts if first != second] == []


def test_its_tests_pass_on_valid_events_and_fail_on_a_word_that_is_not_a_choice():
    events = to_table(EVENTS_BY_HAND.values())
    tests = list(accepted_values(MODEL))
    assert {name for name, _, _ in tests} == {
        "event_type", "termination_reason", "reason", "source", "vesting_schedule_type", "forfeited_from_source",
        "determination_method", "compliance_type", "limit_type",
    }  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("given", events)
        connection.execute("CREATE TABLE events AS FROM given")
        for name, where, values in tests:
            failing = f"SELECT count(*) FROM events WHERE ({where}) AND {name} NOT IN (SELECT unnest(?))"
            assert connection.execute(failing, [values]).fetchall() == [(0,)]
            connection.execute("BEGIN")
            connection.execute(f"UPDATE events SET {name} = 'employer_matching' WHERE {name} IS NOT NULL AND ({where})")
            where_after = "true" if name == "event_type" else where
            failing = f"SELECT count(*) FROM events WHERE ({where_after}) AND {name} NOT IN (SELECT unnest(?))"
            assert connection.execute(failing, [values]).fetchall() > [(0,)]
            connection.execute("ROLLBACK")


def test_a_reason_of_another_event_type_is_tested_for():
    reasons = {where: set(values) for name, where, values in accepted_values(MODEL) if name == "reason"}
    assert reasons == {
        "event_type = 'eligibility'": {"age_and_service", "immediate", "hours_requirement", "rehire"},
        "event_type = 'forfeiture'": {"unvested_termination", "break_in_service"},
    }
