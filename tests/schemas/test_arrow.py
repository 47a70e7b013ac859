"""Events go through Arrow, and Parquet, unchanged; a table that isn't ours hides nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.schemas import arrow_schema
from dcprops.schemas.arrow import ROWS_AT_ONCE, documents_of, to_table

from .corpus import VALID
from .typed_rows import EVENTS_BY_HAND, EVENTS_OF_SAMPLE

EVENTS = [*EVENTS_BY_HAND.values(), *EVENTS_OF_SAMPLE]
DOCUMENTS = [event.model_dump(mode="json") for event in EVENTS]


def with_column(table, name, values, type_=None):
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values, type_))


def test_columns_have_exact_types():
    schema = arrow_schema()
    assert schema.field("event_id") == pa.field("event_id", pa.string(), nullable=False)
    assert schema.field("amount") == pa.field("amount", pa.decimal128(18, 6))
    assert schema.field("vested_percentage").type == pa.decimal128(5, 4)
    assert schema.field("effective_date") == pa.field("effective_date", pa.date32(), nullable=False)
    assert schema.field("created_at").type == pa.timestamp("us", "UTC")
    assert schema.field("eligible").type == pa.bool_()
    assert schema.field("job_level").type == pa.int32()


def test_events_come_back_from_a_table_to_the_letter():
    table = to_table(EVENTS)
    assert table.schema.equals(arrow_schema())
    table.validate(full=True)
    assert json.dumps(list(documents_of(table))) == json.dumps(DOCUMENTS)


def test_events_come_back_from_parquet_to_the_letter(tmp_path):
    parquet.write_table(to_table(EVENTS), tmp_path / "events.parquet")
    table = parquet.read_table(tmp_path / "events.parquet")
    assert table.schema.equals(arrow_schema())
    assert list(documents_of(table)) == DOCUMENTS


def test_a_batch_and_an_empty_table_will_do():
    (batch,) = to_table(EVENTS).to_batches()
    assert list(documents_of(batch)) == DOCUMENTS
    assert list(documents_of(to_table([]))) == []
    assert list(documents_of(pa.record_batch({"employee_id": pa.array([], pa.string())}))) == []


def test_rows_stay_in_order_across_batches():
    table = to_table(EVENTS_BY_HAND.values())
    copies = ROWS_AT_ONCE // table.num_rows + 1
    seen = list(documents_of(pa.concat_tables([table] * copies).combine_chunks()))
    assert seen == [*VALID.values()] * copies


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1582-10-10", "2024-02-29"])
@pytest.mark.parametrize("time", ["00:00:00Z", "23:59:59.999999Z", "12:00:00.000001Z"])
@pytest.mark.parametrize("amount", ["0.000001", "999999999999.999999", "100000000000.000000"])
def test_extremes_come_back(day, time, amount):
    payload = {**VALID["contribution"]["payload"], "amount": amount, "contribution_date": day, "ytd_amount": amount}
    event = SimulationEvent.model_validate(
        {**VALID["contribution"], "payload": payload, "effective_date": day, "created_at": f"{day}T{time}"}
    )
    (document,) = documents_of(to_table([event]))
    assert document["payload"] == payload
    assert document["effective_date"] == day
    assert document["created_at"] == f"{day}T{time}"


def test_wide_and_outer_characters_come_back():
    names = ["\U0001f469" * 128, "\u202e\u05d0", "e\u0301", "a\u200b", '"\\,;=+-@']
    events = [SimulationEvent.model_validate({**VALID["hire"], "employee_id": name}) for name in names]
    assert [document["employee_id"] for document in documents_of(to_table(events))] == names


@pytest.mark.parametrize(
    ("name", "values", "type_", "written"),
    [
        ("employee_id", ["E1"], pa.large_string(), "E1"),
        ("employee_id", ["E1"], pa.string_view(), "E1"),
        ("employee_id", ["E1"], pa.dictionary(pa.int8(), pa.string()), "E1"),
        ("employee_id", ["E1"], pa.dictionary(pa.int8(), pa.large_string()), "E1"),
        ("created_at", [datetime(2024, 2, 29, 9, 30)], pa.timestamp("ms"), "2024-02-29T09:30:00Z"),
        ("created_at", [datetime(2024, 2, 29, 9, 30, tzinfo=UTC)], pa.timestamp("s", "+02:00"), "2024-02-29T09:30:00Z"),
        ("created_at", [1_000], pa.timestamp("ns", "UTC"), "1970-01-01T00:00:00.000001Z"),
        ("created_at", [1_001], pa.timestamp("ns", "UTC"), "1970-01-01T00:00:00.000001001Z"),
        ("created_at", [1_001], pa.timestamp("ns", "America/New_York"), "1970-01-01T00:00:00.000001001Z"),
        ("effective_date", [date(2024, 2, 29)], pa.date64(), "2024-02-29"),
        ("event_id", [bytes(16)], pa.uuid(), "00000000-0000-0000-0000-000000000000"),
        ("correlation_id", [None], pa.null(), None),
    ],
)
def test_other_types_are_read_by_what_they_hold(name, values, type_, written):
    table = with_column(to_table([EVENTS_BY_HAND["hire"]]), name, values, type_)
    (document,) = documents_of(table)
    assert document == {**VALID["hire"], name: written}


def test_one_timestamp_too_fine_does_not_spoil_the_others():
    instants = pa.array([1_709_199_000_000_000_001, 1_709_199_000_123_456_000, 0, None], pa.timestamp("ns", "UTC"))
    table = with_column(to_table([EVENTS_BY_HAND["hire"]] * 4), "created_at", instants)
    assert [document["created_at"] for document in documents_of(table)] == [
        "2024-02-29T09:30:00.000000001Z", "2024-02-29T09:30:00.123456Z", "1970-01-01T00:00:00.000000Z", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "type_", "written"),
    [
        ([104.18], pa.float64(), 104.18),
        ([104], pa.int64(), 104),
        ([Decimal("0.0000005")], pa.decimal128(38, 10), "0.0000005000"),
        ([Decimal(1000000000000)], pa.decimal128(38, 6), "1000000000000.000000"),
        ([b"1"], pa.binary(), {"not JSON": "bytes"}),
        ([None], pa.decimal128(18, 6), None),
    ],
)
def test_money_that_is_not_money_is_not_made_so(values, type_, written):
    table = with_column(to_table([EVENTS_BY_HAND["contribution"]]), "amount", values, type_)
    (document,) = documents_of(table)
    assert document["payload"]["amount"] == written
    with pytest.raises(ValidationError, match="amount"):
        SimulationEvent.model_validate_json(json.dumps(document))


def test_a_value_in_another_types_column_shows():
    events = [EVENTS_BY_HAND["hire"], EVENTS_BY_HAND["contribution"]]
    table = with_column(to_table(events), "is_hce", [True, None])
    hire, contribution = documents_of(table)
    assert hire["payload"]["is_hce"] is True
    assert contribution == VALID["contribution"]


def test_a_column_the_schema_does_not_have_shows_where_it_is_filled():
    table = to_table([EVENTS_BY_HAND["hire"]] * 2).append_column("extra", pa.array([None, "x"]))
    assert list(documents_of(table)) == [VALID["hire"], {**VALID["hire"], "extra": "x"}]


def test_a_table_without_event_types_has_documents_too():
    table = to_table([EVENTS_BY_HAND["hire"]]).drop_columns("event_type")
    (document,) = documents_of(table)
    assert document["payload"] == {
        name: value for name, value in VALID["hire"]["payload"].items() if value is not None and name != "event_type"
    }


def test_a_null_event_type_is_reported_not_dropped():
    table = with_column(to_table([EVENTS_BY_HAND["hire"]]), "event_type", [None], pa.string())
    (document,) = documents_of(table)
    assert document["payload"]["event_type"] is None


def test_a_column_that_comes_twice_is_refused():
    table = to_table([EVENTS_BY_HAND["hire"]])
    with pytest.raises(ValueError, match="'job_level'"):
        documents_of(table.append_column("job_level", pa.array([3])))
