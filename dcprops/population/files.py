"""Partitions of a population as files, each there as a whole or not at all, and what they will come to."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from dcprops.population.documents import lines_of
from dcprops.population.population import WHOLE_WORKFORCE, Partition, Population
from dcprops.schemas.arrow import arrow_schema

__all__ = ["FORMATS", "Estimate", "Written", "estimate", "file_name", "write_partition"]

OnProgress: TypeAlias = Callable[[float, str], None]
Write: TypeAlias = Callable[[Iterable[pa.RecordBatch], IO[bytes]], None]

#: Employees from whom rows and bytes are estimated.
_SAMPLE: Final = 300
#: Each value of these is another one, so that a dictionary would only be overhead.
_WITHOUT_DICTIONARY: Final = frozenset({"event_id", "created_at", "amount", "ytd_amount"})


def _write_ndjson(batches: Iterable[pa.RecordBatch], file: IO[bytes]) -> None:
    for batch in batches:
        lines = pc.binary_join_element_wise(lines_of(batch), "\n", "")
        _, offsets, texts = lines.buffers()  # one after the other, as Arrow keeps them
        file.write(memoryview(texts)[: memoryview(offsets).cast("i")[len(lines)]])


def _write_parquet(batches: Iterable[pa.RecordBatch], file: IO[bytes]) -> None:
    schema = arrow_schema()
    columns = [name for name in schema.names if name not in _WITHOUT_DICTIONARY]
    with parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=columns) as writer:
        for batch in batches:
            writer.write_batch(batch)


#: How each format is written, by the end of its files' names.
FORMATS: Final[Mapping[str, Write]] = MappingProxyType({"parquet": _write_parquet, "ndjson": _write_ndjson})


class Estimate(NamedTuple):
    """About how many events a partition has, and how many bytes in each format."""

    rows: int
    bytes_by_format: Mapping[str, int]


class Written(NamedTuple):
    """A file that is there: where, and its events and bytes."""

    path: Path
    rows: int
    bytes: int


def estimate(population: Population, partition: Partition = WHOLE_WORKFORCE) -> Estimate:
    """What a partition will come to, from some of its employees, evenly spread."""
    employees = partition.checked().of_employees(population.employees)
    if not employees:
        return Estimate(0, dict.fromkeys(FORMATS, 0))
    sample = employees[:: -(-len(employees) // _SAMPLE)]
    batch = population.batch(sample)

    def for_all(figure: int) -> int:
        return figure * len(employees) // len(sample)

    sizes = {}
    for name, write in FORMATS.items():
        file = io.BytesIO()
        write([batch], file)
        sizes[name] = for_all(file.tell())
    return Estimate(for_all(batch.num_rows), sizes)


def file_name(partition: Partition, format_name: str) -> str:
    """The name of a partition's file, the same width for each of one workforce's."""
    width = max(2, len(str(partition.of)))
    return f"events-{partition.number:0{width}d}-of-{partition.of:0{width}d}.{format_name}"


def write_partition(
    population: Population,
    partition: Partition,
    format_name: str,
    folder: Path,
    on_progress: OnProgress | None = None,
) -> Written:
    """Write the file of a partition into a folder, in place of one of that name.

    Until all of it is written and on disk there is none of that name. Raises OSError.
    """
    path = folder / file_name(partition, format_name)
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        expected = max(1, len(partition.of_employees(population.employees)))
        done = 0
        for batch in population.batches(partition):
            rows += batch.num_rows
            yield batch
            done += len(pc.unique(batch.column("employee_id")))
            if on_progress is not None:
                on_progress(done / expected, f"{done:,} employees, {rows:,} events")

    with _draft(path) as file:
        FORMATS[format_name](counted(), file)
    return Written(path, rows, path.stat().st_size)


@contextmanager
def _draft(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to that takes the name once the block ends well, and else leaves no trace."""
    draft = path.with_name(f".dcprops-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
