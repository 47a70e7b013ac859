"""The files of partitions: canonical lines, the schema's Parquet, there as a whole or not at all."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from dcprops.events import SimulationEvent
from dcprops.population import Partition, Population
from dcprops.population.documents import lines_of
from dcprops.population.files import FORMATS, estimate, file_name, write_partition
from dcprops.schemas.arrow import documents_of


def test_each_line_is_the_canonical_text_of_its_event(every_world):
    lines = [line for batch in every_world.batches() for line in lines_of(batch).to_pylist()]
    assert len(lines) > 1_000
    for line in lines[::7]:
        assert SimulationEvent.model_validate_json(line).model_dump_json() == line


def test_lines_say_what_the_table_says(every_world):
    for batch in every_world.batches():
        assert [json.loads(line) for line in lines_of(batch).to_pylist()] == list(documents_of(batch))


def test_a_file_has_the_events_of_its_partition(tmp_path):
    population, partition = Population(30, 1), Partition(2, 3)
    table = pa.Table.from_batches(population.batches(partition))
    as_parquet = write_partition(population, partition, "parquet", tmp_path)
    assert parquet.read_table(as_parquet.path).equals(table)
    as_ndjson = write_partition(population, partition, "ndjson", tmp_path)
    assert [json.loads(line) for line in as_ndjson.path.read_text("utf-8").splitlines()] == list(documents_of(table))
    assert as_parquet.rows == as_ndjson.rows == table.num_rows
    assert [as_parquet.path.name, as_ndjson.path.name] == ["events-02-of-03.parquet", "events-02-of-03.ndjson"]
    assert as_ndjson.bytes == as_ndjson.path.stat().st_size
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_estimate_is_near(tmp_path, format_name):
    population = Population(2_000, 1)
    expected = estimate(population)
    written = write_partition(population, Partition(1, 1), format_name, tmp_path)
    assert expected.rows == pytest.approx(written.rows, rel=0.05)
    assert expected.bytes_by_format[format_name] == pytest.approx(written.bytes, rel=0.1)


def test_a_partition_without_employees_is_an_empty_file(tmp_path):
    population, partition = Population(1, 1), Partition(1, 2)
    assert estimate(population, partition).rows == 0
    assert write_partition(population, partition, "ndjson", tmp_path).bytes == 0
    assert parquet.read_table(write_partition(population, partition, "parquet", tmp_path).path).num_rows == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_what_was_there_before(tmp_path, interruption):
    population = Population(1_200, 1)
    path = tmp_path / file_name(Partition(1, 1), "ndjson")
    path.write_text("before")

    def interrupt(share, note):
        assert 0 < share < 1
        assert note.endswith("events")
        raise interruption

    with pytest.raises(interruption):
        write_partition(population, Partition(1, 1), "ndjson", tmp_path, interrupt)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_names_sort_in_the_order_of_the_partitions():
    names = [file_name(Partition(number, 120), "parquet") for number in range(1, 121)]
    assert names == sorted(names)
    assert names[0] == "events-001-of-120.parquet"
