"""A row and the document that it stands for say the same, and a row hides nothing that is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS
from dcprops.schemas.columns import COLUMNS, columns_of, document_of, row_of

from .corpus import VALID
from .typed_rows import EVENTS_BY_HAND, EVENTS_OF_SAMPLE

COLUMN = {column.name: column for column in COLUMNS}


def refusals(document):
    """Where and why the event model refuses a document."""
    with pytest.raises(ValidationError) as refused:
        SimulationEvent.model_validate_json(json.dumps(document))
    return {(error["loc"][-1], error["type"]) for error in refused.value.errors()}


def test_columns_have_distinct_names_and_places():
    assert len(COLUMN) == len(COLUMNS)
    assert max(Counter(column.path for column in COLUMNS).values()) == 1


def test_every_field_has_a_column():
    reached = {(event_type, column.path[:2]) for column in COLUMNS for event_type in column.uses}
    payload_fields = {
        (event_type, ("payload", field.name)) for event_type in PAYLOADS for field in PAYLOADS[event_type]
    }
    envelope_fields = {(event_type, (field.name,)) for event_type in PAYLOADS for field in ENVELOPE}
    assert reached == payload_fields | envelope_fields


def test_columns_start_with_the_envelope_and_the_event_type():
    assert [column.name for column in COLUMNS][:9] == [
        "event_id", "employee_id", "effective_date", "created_at", "scenario_id", "plan_design_id", "source_system",
        "correlation_id", "event_type",
    ]  # fmt: skip


def test_only_what_every_event_has_is_not_nullable():
    assert [column.name for column in COLUMNS if not column.nullable] == [
        "event_id", "employee_id", "effective_date", "created_at", "scenario_id", "plan_design_id", "source_system",
        "event_type",
    ]  # fmt: skip


def test_a_field_of_several_payloads_is_one_column():
    assert set(COLUMN["amount"].uses) == {"contribution", "forfeiture"}
    assert COLUMN["plan_id"].required_by == EVENT_TYPES[4:]
    assert set(COLUMN["reason"].kind.values) == {
        "age_and_service", "immediate", "hours_requirement", "rehire", "unvested_termination", "break_in_service",
    }  # fmt: skip


def test_the_promotion_has_its_own_effective_date():
    assert COLUMN["promotion_effective_date"].path == ("payload", "effective_date")
    assert set(COLUMN["promotion_effective_date"].uses) == {"promotion"}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_row_stands_for_the_document_to_the_letter(event_type):
    event = EVENTS_BY_HAND[event_type]
    row = row_of(event)
    assert list(row) == [column.name for column in COLUMNS]
    assert {name for name, value in row.items() if value is not None} <= columns_of(event_type)
    document = document_of(row)
    assert json.dumps(document) == event.model_dump_json(indent=None).replace('":', '": ').replace(',"', ', "')
    assert document == VALID[event_type]


def test_rows_stand_for_what_a_simulator_wrote():
    assert [document_of(row_of(event)) for event in EVENTS_OF_SAMPLE] == [
        event.model_dump(mode="json") for event in EVENTS_OF_SAMPLE
    ]


def test_a_row_is_made_of_a_document_in_python_values_too():
    event = EVENTS_BY_HAND["vesting"]
    assert row_of(event.model_dump()) == row_of(event)


def test_a_row_holds_typed_values():
    row = row_of(EVENTS_BY_HAND["enrollment"])
    assert row["event_id"] == "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"
    assert row["created_at"] == datetime(2024, 2, 29, 9, 30, 0, 123456, tzinfo=UTC)
    assert row["enrollment_date"] == date(2024, 2, 29)
    assert str(row["pre_tax_contribution_rate"]) == "0.0600"
    assert row["auto_enrollment"] is True


@pytest.mark.parametrize(
    "balances",
    [{}, {"employer_match": "0.000000"}, {"employer_nonelective": "1.000000", "employer_profit_sharing": "0.000000"}],
)
def test_a_source_left_out_is_not_a_source_with_nothing(balances):
    document = {**VALID["vesting"], "payload": {**VALID["vesting"]["payload"], "source_balances_vested": balances}}
    row = row_of(SimulationEvent.model_validate(document))
    assert document_of(row) == document


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_null_that_is_not_allowed_stays_and_is_refused(event_type):
    row = row_of(EVENTS_BY_HAND[event_type])
    for name in columns_of(event_type):
        path = COLUMN[name].path
        if not COLUMN[name].uses[event_type].nullable:
            document = document_of({**row, name: None})
            assert path[-1] in (document if len(path) == 1 else document["payload"])
            assert refusals(document)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_column_left_out_is_a_field_left_out(event_type):
    row = row_of(EVENTS_BY_HAND[event_type])
    del row["employee_id"], row["plan_id"]
    document = document_of(row)
    assert "employee_id" not in document
    assert "plan_id" not in document["payload"]
    assert ("employee_id", "missing") in refusals(document)


def test_a_map_none_of_whose_columns_is_there_is_left_out():
    row = {name: value for name, value in row_of(EVENTS_BY_HAND["vesting"]).items() if "balances" not in name}
    assert refusals(document_of(row)) == {("source_balances_vested", "missing")}


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        ("amount", Decimal("1.000000"), ("payload", "amount")),
        ("promotion_effective_date", date(2024, 2, 29), ("payload", "effective_date")),
        ("source_balances_vested_employer_match", Decimal("1.000000"), ("payload", "source_balances_vested")),
        ("is_hce", False, ("payload", "is_hce")),
        ("extra", "x", ("extra",)),
        ("extra", 0, ("extra",)),
        ("payload", "x", ("payload", "payload")),
        ("source_balances_vested", "x", ("source_balances_vested",)),
    ],
)
def test_a_value_that_the_event_type_does_not_have_is_an_unknown_field(column, value, place):
    document = document_of({**row_of(EVENTS_BY_HAND["hire"]), column: value})
    assert refusals(document) == {(place[-1], "extra_forbidden")}


def test_an_empty_column_that_the_schema_does_not_have_says_nothing():
    row = {**row_of(EVENTS_BY_HAND["hire"]), "extra": None, "payload": None}
    assert document_of(row) == VALID["hire"]


@pytest.mark.parametrize("event_type", [None, "HIRE", "", 3, ["hire"], {}])
def test_a_row_of_no_event_type_keeps_all_it_has(event_type):
    row = {**row_of(EVENTS_BY_HAND["hire"]), "event_type": event_type}
    document = document_of(row)
    # The hire's own plan_id is null: without an event type there is no telling that it may be.
    assert document["payload"].keys() == VALID["hire"]["payload"].keys() - {"plan_id"}
    assert refusals(document)


def test_a_row_without_an_event_type_lacks_it():
    row = row_of(EVENTS_BY_HAND["hire"])
    del row["event_type"]
    assert "event_type" not in document_of(row)["payload"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-6"), "0.000000"),
        (Decimal("1.50"), "1.50"),
        (Decimal("NaN"), "NaN"),
        (1.5, 1.5),
        (True, True),
        (7, 7),
        (date(1, 1, 1), "0001-01-01"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(2024, 2, 29, 9, 30), "2024-02-29T09:30:00Z"),
        (datetime(2024, 2, 29, 9, 30, tzinfo=timezone(timedelta(hours=2))), "2024-02-29T07:30:00Z"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "0001-01-01T00:00:00+02:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"x", {"not JSON": "bytes"}),
        ([1], {"not JSON": "list"}),
    ],
)
def test_values_are_written_as_what_they_are(value, text):
    written = document_of({"extra": value})["extra"]
    assert written == text
    assert type(written) is type(text)
