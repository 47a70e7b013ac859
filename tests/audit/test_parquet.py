"""Parquet in the Arrow schema: what is read, and what is said of files that are of no use."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dcprops.audit import audit
from dcprops.event_files import EventFile, EventFileError, Row
from dcprops.events import SimulationEvent
from dcprops.rules import Breach
from dcprops.schemas.arrow import to_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.parquet"


@pytest.fixture(scope="module")
def table(sample: tuple[bytes, ...]) -> pa.Table:
    return to_table(SimulationEvent.model_validate_json(line) for line in sample)


@pytest.fixture(scope="module")
def canonical(sample: tuple[bytes, ...]) -> list[dict[str, Any]]:
    return [SimulationEvent.model_validate_json(line).model_dump(mode="json") for line in sample]


def rows_of(path: Path) -> list[Row]:
    with EventFile(path) as file:
        return list(file)


def error_of(path: Path) -> str:
    with pytest.raises(EventFileError) as caught:
        rows_of(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def with_column(table: pa.Table, name: str, change: Callable[[pa.ChunkedArray], Any]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, change(table[name]))


def test_rows_are_documents(path: Path, table: pa.Table, canonical: list[dict[str, Any]]):
    pq.write_table(table, path)
    assert rows_of(path) == [Row(number, document) for number, document in enumerate(canonical, start=1)]


def test_all_rows_of_a_file_of_many_row_groups_are_read(path: Path, table: pa.Table):
    pq.write_table(pa.concat_tables([table] * 50), path, row_group_size=4500)
    with EventFile(path) as file:
        shares = [file.share_read for _ in file]
        assert file.share_read == 1.0
    assert shares == [number / 10_000 for number in range(1, 10_001)]


def test_columns_may_stand_in_any_order_and_hold_their_values_in_other_types(
    path: Path, table: pa.Table, canonical: list[dict[str, Any]]
):
    changed = table.select(list(reversed(table.column_names)))
    changed = with_column(changed, "employee_id", lambda column: column.dictionary_encode())
    changed = with_column(changed, "scenario_id", lambda column: column.cast(pa.large_string()))
    changed = with_column(changed, "job_level", lambda column: column.cast(pa.int64()))
    changed = with_column(changed, "created_at", lambda column: column.cast(pa.timestamp("ns", "UTC")))
    changed = with_column(changed, "correlation_id", lambda column: pa.nulls(len(column)))
    pq.write_table(changed, path)
    assert [row.content for row in rows_of(path)] == canonical


def test_what_duckdb_writes_is_read(path: Path, table: pa.Table, canonical: list[dict[str, Any]]):
    with duckdb.connect() as connection:
        connection.register("events", table)
        connection.execute("SET TimeZone = 'Asia/Kolkata'")
        connection.execute(
            f"COPY (SELECT * REPLACE (event_id::UUID AS event_id) FROM events) TO '{path}' (FORMAT parquet)"
        )
    assert [row.content for row in rows_of(path)] == canonical


def test_a_file_without_rows_holds_no_events(path: Path, table: pa.Table):
    pq.write_table(table.slice(0, 0), path)
    assert "holds no events" in error_of(path)


def test_columns_that_are_lacking_or_of_another_type_are_named(path: Path, table: pa.Table):
    changed = table.drop_columns(["payroll_id", "is_hce"])
    changed = with_column(changed, "amount", lambda column: column.cast(pa.float64()))
    changed = with_column(changed, "hire_date", lambda column: column.cast(pa.string()))
    pq.write_table(changed, path)
    message = error_of(path)
    assert "lacks the columns payroll_id, is_hce;" in message
    assert "amount is double, expected decimal128(18, 6)" in message
    assert "hire_date is string, expected date32[day]" in message


def test_a_column_that_comes_twice_is_named(path: Path, table: pa.Table):
    pq.write_table(table.append_column("amount", table["amount"]), path)
    assert "it has twice amount" in error_of(path)


@pytest.mark.parametrize("kept", [4, 100, 0.5, -1])
def test_a_truncated_file_is_named(path: Path, table: pa.Table, kept: float):
    pq.write_table(table, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    assert "damaged Parquet" in error_of(path)


def test_rows_before_the_damage_are_counted(path: Path, table: pa.Table):
    pq.write_table(pa.concat_tables([table] * 50), path, row_group_size=5000, compression="gzip")
    whole = bytearray(path.read_bytes())
    pages = pq.ParquetFile(path).metadata.row_group(1).column(0)
    start = pages.dictionary_page_offset or pages.data_page_offset
    whole[start : start + 200] = b"\xff" * 200
    path.write_bytes(whole)
    assert "damaged Parquet after 5,000 rows" in error_of(path)


def test_a_pipe_cannot_be_read_from_its_end(path: Path):
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    with EventFile(path) as file:
        os.write(writer, b"PAR1 and more")
        os.close(writer)
        with pytest.raises(EventFileError, match=r"Parquet in a pipe.*give a file"):
            list(file)


def test_a_value_that_no_document_can_hold_is_a_breach_of_its_row_alone(
    path: Path, table: pa.Table, canonical: list[dict[str, Any]]
):
    days = [datetime.date(2025, 1, 1)] * len(table)
    dates = pa.array([(day - datetime.date(1970, 1, 1)).days for day in days], pa.int32())
    dates = pa.array([3_000_000 if number == 3 else day.as_py() for number, day in enumerate(dates)], pa.int32())
    instants = pa.array([2**60 if number == 5 else 0 for number in range(len(table))], pa.int64())
    changed = with_column(table, "effective_date", lambda _: dates.cast(pa.date32()))
    changed = with_column(changed, "created_at", lambda _: instants.cast(pa.timestamp("us", "UTC")))
    pq.write_table(changed, path)
    rows = rows_of(path)
    assert len(rows) == len(canonical)
    broken = {row.number: row.content for row in rows if isinstance(row.content, Breach)}
    assert {number: (breach.field, breach.rule) for number, breach in broken.items()} == {
        4: ("effective_date", "bad-date"),
        6: ("created_at", "bad-timestamp"),
    }


def test_an_audit_names_the_rows_that_are_invalid(path: Path, table: pa.Table):
    identifiers = table["employee_id"].to_pylist()
    identifiers[7], identifiers[9] = " E1", "E\n1"
    changed = with_column(table, "employee_id", lambda _: pa.array(identifiers))
    changed = changed.append_column(
        "shoe_size", pa.array([42 if number == 11 else None for number in range(len(table))])
    )
    pq.write_table(changed, path)
    found = audit(path)
    assert (found.events, found.valid) == (len(table), len(table) - 3)
    assert [(row.line, row.field, row.rule) for row in found.invalid] == [
        (8, "employee_id", "padded"),
        (10, "employee_id", "control-character"),
        (12, "shoe_size", "unknown-field"),
    ]


def test_without_pyarrow_it_says_what_to_install(path: Path, table: pa.Table):
    pq.write_table(table, path)
    code = "import sys; sys.modules['pyarrow'] = None; from dcprops.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "audit", str(path), "--json", "-"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dcprops: {path} is Parquet, which needs pyarrow: pip install 'dcprops[duckdb]'\n"


def test_an_audit_of_parquet_gives_json_like_any_other(path: Path, table: pa.Table):
    pq.write_table(table, path)
    report = json.loads(json.dumps(audit(path).to_json()))
    assert (report["events"], report["valid"], report["invalid"]) == (len(table), len(table), [])
