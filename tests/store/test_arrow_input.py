"""An Arrow table goes in exactly as it is, row by row as the model judges it, or not at all."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops import strategies as dc
from dcprops.event_files import Row, event_of
from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Flag, Text, Timestamp, WholeNumber
from dcprops.schemas.arrow import arrow_schema, documents_of, to_table
from dcprops.schemas.columns import COLUMNS
from dcprops.store import SchemaError, Store
from dcprops.store.incoming import Incoming

from .ledger import CONTRIBUTION, DOCUMENTS, HIRE, TABLE, VESTING, by_id, changed, numbered, table_of, with_column


@pytest.fixture
def store():
    with Store() as store:
        yield store


ONE = table_of(CONTRIBUTION)
STATUS = next(each for each in DOCUMENTS if each["payload"]["event_type"] == "hce_status")
SOURCES = ("employer_match", "employer_nonelective", "employer_profit_sharing")

SHAPES = {
    "missing": (TABLE.drop_columns(["amount"]), "it lacks 'amount'"),
    "extra": (TABLE.append_column("extra", pa.nulls(200, pa.string())), "beyond the event schema, 'extra'"),
    "another case": (TABLE.rename_columns([name.upper() for name in TABLE.column_names]), "it lacks 'event_id'"),
    "case collision": (TABLE.append_column("Amount", TABLE["amount"]), "'Amount'"),
    "twice": (TABLE.append_column("amount", TABLE["amount"]), "it has twice 'amount'"),
    "no columns": (pa.table({}), "it lacks"),
    "SQL in a name": (
        TABLE.append_column('x"; DROP TABLE events; --', pa.nulls(200, pa.string())), "DROP TABLE events",
    ),
}  # fmt: skip
TYPES = {
    "float money": ("amount", pa.array([375.5]), "amount is double, expected decimal128"),
    "half money": ("amount", pa.array([375.5], pa.float32()), "amount is float"),
    "integer money": ("amount", pa.array([375]), "amount is int64"),
    "text money": ("amount", pa.array(["375.500000"]), "amount is string"),
    "seven places": ("amount", pa.array([Decimal("0.0000005")], pa.decimal128(18, 7)), r"decimal128\(18, 7\)"),
    "ten places": ("amount", pa.array([Decimal("375.5")], pa.decimal128(38, 10)), r"decimal128\(38, 10\)"),
    "ten places of 256 bits": ("amount", pa.array([Decimal("375.5")], pa.decimal256(40, 10)), r"decimal256\(40, 10\)"),
    "thousands": ("amount", pa.array([Decimal(1000)], pa.decimal128(9, -3)), r"decimal128\(9, -3\)"),
    "rate of six places": ("vested_percentage", pa.array([Decimal("0.5")], pa.decimal128(18, 6)), "vested_percentage"),
    "timestamp as date": ("effective_date", pa.array([datetime(2024, 1, 5)], pa.timestamp("us")), "effective_date"),
    "date as timestamp": ("created_at", pa.array([date(2024, 1, 5)]), "created_at is date32"),
    "day number": ("effective_date", pa.array([19727], pa.int32()), "effective_date is int32"),
    "flag as number": ("irs_limit_applied", pa.array([1]), "irs_limit_applied is int64"),
    "bytes": ("employee_id", pa.array([b"E1"]), "employee_id is binary"),
    "a list": ("employee_id", pa.array([["E1"]]), "employee_id is list"),
    "id as bytes": ("event_id", pa.array([bytes(16)], pa.binary(16)), "event_id is fixed_size_binary"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("as_reader", [False, True])
def test_a_table_of_other_columns_is_refused_whole(shape, as_reader, store):
    table, message = SHAPES[shape]
    with pytest.raises(SchemaError, match=message):
        store.append(table.to_reader() if as_reader else table)
    assert store.receipt().rows == 0


@pytest.mark.parametrize("case", TYPES)
def test_a_column_of_a_type_that_only_looks_like_it_is_refused_whole(case, store):
    name, values, message = TYPES[case]
    with pytest.raises(SchemaError, match=message):
        store.append(with_column(ONE, name, values))
    assert store.receipt().rows == 0


def test_swapped_columns_are_stored_where_they_belong(store):
    names = TABLE.column_names
    at, other = names.index("amount"), names.index("ytd_amount")
    names[at], names[other] = names[other], names[at]
    store.append(TABLE.select(names))
    assert by_id(store.events()) == by_id(DOCUMENTS)


EXACT = [
    ("employee_id", pa.array(["E1"], pa.large_string())),
    ("employee_id", pa.array(["E1"], pa.string_view())),
    ("employee_id", pa.array(["E1"]).dictionary_encode()),
    ("source", pa.array(["employee_roth"]).dictionary_encode()),
    ("event_id", pa.array([bytes(range(16))], pa.uuid())),
    ("event_id", pa.array(["00010203-0405-0607-0809-0A0B0C0D0E0F"]).dictionary_encode()),
    ("amount", pa.array([Decimal("375.5")], pa.decimal128(5, 1))),
    ("amount", pa.array([Decimal("375.5")], pa.decimal256(50, 6))),
    ("amount", pa.array([Decimal("375.5")], pa.decimal32(5, 1))),
    ("amount", pa.array([Decimal("375.5")], pa.decimal64(18, 6))),
    ("amount", pa.array([Decimal("999999999999.999999")], pa.decimal128(38, 6))),
    ("amount", pa.array([Decimal("0.000001")], pa.decimal128(38, 6))),
    ("ytd_amount", pa.array([Decimal(7)], pa.decimal128(38, 0))),
    ("effective_date", pa.array([date(2024, 2, 29)], pa.date64())),
    ("created_at", pa.array([datetime(2024, 2, 29, 9)], pa.timestamp("s"))),
    ("created_at", pa.array([datetime(2024, 2, 29, 9)], pa.timestamp("ms", "Asia/Tokyo"))),
    ("created_at", pa.array([1_709_199_000_123_456_000], pa.timestamp("ns", "UTC"))),
    ("created_at", pa.array([-62_135_596_800_000_000], pa.timestamp("us", "UTC"))),
    ("created_at", pa.array([253_402_300_799_999_999], pa.timestamp("us", "UTC"))),
    ("effective_date", pa.array([-719_162], pa.int32()).view(pa.date32())),
    ("effective_date", pa.array([2_932_896], pa.int32()).view(pa.date32())),
    ("job_level", pa.array([None], pa.int8())),
    ("correlation_id", pa.array([None], pa.null())),
    ("amount", pa.array([Decimal("375.5")], pa.decimal128(18, 6)).dictionary_encode()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values"), EXACT, ids=lambda each: getattr(each, "type", each))
def test_a_type_that_holds_the_same_values_is_stored_exactly(name, values, store):
    table = with_column(ONE, name, values)
    (document,) = documents_of(table)
    event = SimulationEvent.model_validate_json(json.dumps(document))
    assert store.append(table).created == 1
    assert list(store.events()) == [event.model_dump(mode="json")]


WRONG = [
    ("amount", pa.array([Decimal(10**12)], pa.decimal128(38, 6)), "amount", "too-many-digits"),
    ("amount", pa.array([Decimal(10**30)], pa.decimal256(60, 6)), "amount", "too-many-digits"),
    ("amount", pa.array([Decimal(0)], pa.decimal128(18, 6)), "amount", "not-positive"),
    ("amount", pa.array([Decimal("-0.000001")], pa.decimal128(18, 6)), "amount", "negative"),
    ("ytd_amount", pa.array([Decimal("-0.000001")], pa.decimal128(18, 6)), "ytd_amount", "negative"),
    ("amount", pa.array([None], pa.decimal128(18, 6)), "amount", "null"),
    ("effective_date", pa.array([-719_163], pa.int32()).view(pa.date32()), "effective_date", "bad-date"),
    ("effective_date", pa.array([2_932_897], pa.int32()).view(pa.date32()), "effective_date", "bad-date"),
    ("effective_date", pa.array([2**31 - 1], pa.int32()).view(pa.date32()), "effective_date", "bad-date"),
    ("effective_date", pa.array([None], pa.date32()), "effective_date", "null"),
    ("created_at", pa.array([1], pa.timestamp("ns", "UTC")), "created_at", "too-many-places"),
    ("created_at", pa.array([253_402_300_800], pa.timestamp("s", "UTC")), "created_at", "bad-timestamp"),
    ("created_at", pa.array([2**63 - 1], pa.timestamp("us", "UTC")), "created_at", "bad-timestamp"),
    ("employee_id", pa.array([""]), "employee_id", "blank"),
    ("employee_id", pa.array([" E1"]), "employee_id", "padded"),
    ("employee_id", pa.array(["E1\u3000"]), "employee_id", "padded"),
    ("employee_id", pa.array(["E\x001"]), "employee_id", "control-character"),
    ("employee_id", pa.array(["E\x851"]), "employee_id", "control-character"),
    ("employee_id", pa.array(["E" * 129]), "employee_id", "too-long"),
    ("employee_id", pa.array(["E" * (8 << 20)]), "employee_id", "too-long"),
    ("source", pa.array(["employer"]), "source", "unknown-value"),
    ("event_type", pa.array(["contribution "]), "event_type", "unknown-value"),
    ("event_type", pa.array([None], pa.string()), "event_type", "null"),
    ("event_id", pa.array(["6f1c1a527d0e4c3b9a530d6f0b8a3c11"]), "event_id", "look-alike"),
    ("event_id", pa.array(["6f1c1a527d0e4c3b9a530d6f0b8a3c11----"]), "event_id", "look-alike"),
    ("event_id", pa.array(["6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3cxx"]), "event_id", "bad-uuid"),
    ("event_id", pa.array([None], pa.string()), "event_id", "null"),
    ("is_hce", pa.array([True]), "is_hce", "unknown-field"),
    ("hire_date", pa.array([date(2024, 1, 5)]), "hire_date", "unknown-field"),
    ("reason", pa.array(["rehire"]), "reason", "unknown-field"),
    ("job_level", pa.array([2**40]), "job_level", "unknown-field"),
]


@pytest.mark.parametrize(("name", "values", "field", "rule"), WRONG, ids=lambda each: str(each)[:40])
def test_a_row_that_the_model_refuses_is_put_aside_alone(name, values, field, rule, store):
    wrong = with_column(ONE, name, values)
    others = [numbered(document, number) for number, document in enumerate(DOCUMENTS)]
    table = pa.concat_tables([table_of(*others), wrong], promote_options="permissive")
    done = store.append(table)
    assert (done.created, done.rejected) == (200, 1)
    assert [(row["line"], row["field"], row["rule"]) for row in store.quarantined()] == [(201, field, rule)]
    assert by_id(store.events()) == by_id(others)


def test_choices_are_those_of_the_event_type(store):
    eligibility = next(each for each in DOCUMENTS if each["payload"]["event_type"] == "eligibility")
    table = with_column(table_of(eligibility), "reason", ["break_in_service"])
    assert store.append(table).rejected == 1
    assert store.quarantined()[0]["rule"] == "unknown-value"


def test_texts_that_are_no_utf_8_are_refused_before_they_reach_the_database(store):
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])
    table = ONE.set_column(ONE.schema.get_field_index("employee_id"), "employee_id", broken)
    with pytest.raises(SchemaError, match="UTF8"):
        store.append(table)
    assert store.append([HIRE]).created == 1


@pytest.mark.parametrize(
    "type_", [pa.decimal128(18, 6), pa.decimal128(10, 6)], ids=["the column's type", "another type"]
)
@pytest.mark.parametrize("sign", [1, -1], ids=["positive", "negative"])
def test_numbers_of_more_digits_than_their_type_has_are_refused_whole(sign, type_, store):
    quanta = sign * 10**type_.precision
    buffer = pa.py_buffer(quanta.to_bytes(16, "little", signed=True))
    amount = pa.Array.from_buffers(type_, 1, [None, buffer])
    table = ONE.set_column(ONE.schema.get_field_index("amount"), "amount", amount)
    with pytest.raises(SchemaError, match="no valid Arrow table"):
        store.append(table)
    assert store.receipt().rows == 0


@pytest.mark.parametrize("fails", [0, 1, 3])
def test_a_reader_that_dies_midway_leaves_nothing(fails, store, monkeypatch):
    monkeypatch.setattr("dcprops.store.appending._ROWS_HELD", 50)
    monkeypatch.setattr("dcprops.store.incoming.ROWS_AT_ONCE", 50)
    store.append([HIRE])
    before = store.receipt()

    def batches():
        for place in range(fails):
            yield from TABLE.slice(50 * place, 50).combine_chunks().to_batches()
        raise ConnectionResetError("the other side went away")

    with pytest.raises((ConnectionResetError, OSError), match="went away"):
        store.append(pa.RecordBatchReader.from_batches(TABLE.schema, batches()))
    assert list(store.events()) == [HIRE]
    assert store.verify(before) == before
    assert store.append(TABLE).receipt.rows == len({each["event_id"] for each in [HIRE, *DOCUMENTS]})


def test_ids_are_read_where_a_slice_of_a_column_starts(store):
    own = TABLE["event_id"].to_pylist()
    ids = pa.array(["x" * 18, "y" * 18, *own, "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"]).slice(2, len(own))
    done = store.append(TABLE.set_column(0, "event_id", ids))
    assert (done.created, done.rejected) == (200, 0)
    assert by_id(store.events()) == by_id(DOCUMENTS)


def values_of(kind):
    """Values that a typed column may be given, right and wrong."""
    match kind:
        case FixedPoint(digits=digits, places=places):
            most = 10 ** (digits + places) - 1
            return st.integers(-1, 2) | st.integers(-most, most) | st.sampled_from([most, 10**places, 10**places + 1])
        case Date():
            return st.integers(-719_170, -719_155) | st.integers(2_932_890, 2_932_899) | st.integers(-(10**6), 10**6)
        case Timestamp():
            return st.integers(-62_135_596_800_000_002, -62_135_596_799_999_998) | st.integers(-(2**60), 2**60)
        case Flag():
            return st.booleans()
        case WholeNumber(minimum=least, maximum=most):
            return st.integers(least - 2, most + 2)
        case EventId():
            return st.uuids().map(str) | st.text(st.sampled_from("0123abcF-{}"), min_size=30, max_size=38)
        case Choice(values=words):
            return st.sampled_from([*words, "", "hire", "rehire", "break_in_service", words[0] + " "])
        case Text():
            return st.text(st.characters(codec="utf-8"), max_size=5) | st.sampled_from(["E" * 128, "é" * 129, "E 1"])
    raise NotImplementedError(kind)


def array_of(column, value):
    match column.kind:
        case FixedPoint(places=places) if value is not None:
            value = Decimal(value).scaleb(-places)
    type_ = arrow_schema().field(column.name).type
    if value is not None and isinstance(column.kind, Date | Timestamp):
        return pa.array([value], pa.int32() if isinstance(column.kind, Date) else pa.int64()).view(type_)
    return pa.array([value], type_)


def test_a_row_of_another_event_types_columns_is_put_aside(store):
    done = store.append(with_column(ONE, "event_type", ["vesting"]))
    assert (done.created, done.rejected) == (0, 1)
    assert {"missing", "unknown-field", "null"} & {row["rule"] for row in store.quarantined()}


_BY_NAME = {column.name: column for column in COLUMNS}


@given(dc.events(), st.data())
def test_the_verdict_on_a_row_is_the_models_on_its_document(event, data):
    table = to_table([event])
    for name in data.draw(st.lists(st.sampled_from(list(_BY_NAME)), max_size=2, unique=True), "columns"):
        value = data.draw(st.none() | values_of(_BY_NAME[name].kind), name)
        table = table.set_column(table.schema.get_field_index(name), name, array_of(_BY_NAME[name], value))
    try:
        (document,) = documents_of(table)
        read = event_of(Row(1, document))
    except (ValueError, OverflowError):  # a day beyond Python's own calendar
        read = ()
    incoming = Incoming(table)
    assert incoming.rejected == (not isinstance(read, SimulationEvent))
    if incoming.rejected:
        assert incoming.table.num_rows == 0
    else:
        (kept,) = documents_of(incoming.table)
        assert kept == read.model_dump(mode="json")


@settings(max_examples=15)
@given(st.lists(dc.events() | dc.boundary_events(), max_size=9, unique_by=lambda event: event.event_id))
def test_events_and_documents_and_tables_make_the_same_store(events):
    documents = [event.model_dump(mode="json") for event in events]
    with Store(threads=1) as one, Store(threads=1) as other, Store(threads=1) as third:
        one.append(events)
        other.append(documents)
        third.append(to_table(events))
        assert one.events_table().equals(other.events_table())
        assert one.events_table().equals(third.events_table())
        assert by_id(one.events()) == by_id(documents)


def test_every_column_goes_through_the_database_unchanged(tmp_path):
    extremes = [
        changed(VESTING, source_balances_vested={}, vested_percentage="0.0000"),
        changed(CONTRIBUTION, amount="999999999999.999999", ytd_amount="0.000000", contribution_date="0001-01-01"),
        changed(CONTRIBUTION, amount="0.000001", contribution_date="9999-12-31", effective_date="0001-01-01"),
        changed(VESTING, source_balances_vested=dict.fromkeys(SOURCES, "0.000000"), correlation_id="c"),
        changed(STATUS, prior_year_hce=False),
        changed(HIRE, created_at="0001-01-01T00:00:00Z", department="\U0001f469\u202e\u05d0" * 42),
        changed(HIRE, created_at="9999-12-31T23:59:59.999999Z", employee_id="e\u0301", plan_id="\u00e9"),
    ]
    table = table_of(*DOCUMENTS, *(numbered(document, number) for number, document in enumerate(extremes)))
    table = table.sort_by("event_id")
    with Store(tmp_path / "events.duckdb") as store:
        store.append(table)
    with Store(tmp_path / "events.duckdb") as store:
        back = store.events_table().sort_by("event_id")
    for name in table.column_names:
        assert back[name].combine_chunks().equals(table[name].combine_chunks()), name
    filled = {name for name in table.column_names if table[name].null_count < table.num_rows}
    assert filled == {column.name for column in COLUMNS}
