"""Event files set at a time: line by line the same as the reading of rows, whatever state the file is in."""

from __future__ import annotations

import gzip
import json
import os
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.event_files import LONGEST_LINE, EventFile, EventFileError, event_of
from dcprops.events import SimulationEvent
from dcprops.rules import SAMPLES
from dcprops.schemas.columns import row_of
from dcprops.store.bulk import Staged, stage_file

from .conftest import staged_rows

SAMPLE = Path(__file__).parents[3] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"
TEXT = json.dumps(SAMPLES["contribution"], separators=(",", ":")).encode()
COMPRESSIONS = pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events"


def expect_the_same_as_row_by_row(connection: duckdb.DuckDBPyConnection, path: Path) -> Staged:
    """Reads a file both ways and expects the same of each line; tells what was staged."""
    found = stage_file(connection, path)
    rows, refusals, documents = {}, [], 0
    try:
        with EventFile(path) as file:
            for row in file:
                documents += 1
                read = event_of(row)
                if isinstance(read, SimulationEvent):
                    rows[row.number] = row_of(read)
                else:
                    refusals += [(row.number, each.field, each.rule, each.message) for each in read]
    except EventFileError as error:
        if "holds no events" not in str(error):  # which is for those to say who want some
            raise
    assert staged_rows(connection) == rows
    refused = connection.execute("SELECT line, field, rule, message FROM refused ORDER BY line").fetchall()
    assert sorted(refused) == sorted(refusals)
    assert found == Staged(documents, len(rows))
    return found


@COMPRESSIONS
def test_real_events(connection, path: Path, compress: Callable[[bytes], bytes]):
    path.write_bytes(compress(SAMPLE.read_bytes() * 20))
    assert expect_the_same_as_row_by_row(connection, path) == Staged(4000, 4000)


@COMPRESSIONS
def test_line_ends_and_blank_lines(connection, path: Path, compress: Callable[[bytes], bytes]):
    lines = [b"", TEXT + b"\r", b" \t\r", b"", b"  " + TEXT + b" ", b"\x0b", b"\xc2\xa0", TEXT + b"\x0b", TEXT]
    path.write_bytes(compress(b"\n".join(lines)))
    assert expect_the_same_as_row_by_row(connection, path) == Staged(6, 3)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + TEXT + b"\n\n" + TEXT]
)
def test_hardly_anything_or_a_byte_order_mark(connection, path: Path, content: bytes):
    path.write_bytes(content)
    expect_the_same_as_row_by_row(connection, path)


@COMPRESSIONS
@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("excess", [0, 1, LONGEST_LINE - 1, LONGEST_LINE, 3 * LONGEST_LINE + 7])
def test_long_lines(connection, path: Path, compress, excess: int, end: bytes):
    long = b"x" * (LONGEST_LINE + excess)
    path.write_bytes(compress(TEXT + b"\n" + long + b"\n\n" + TEXT + b"\n" + long + b"\n" + long + end))
    expect_the_same_as_row_by_row(connection, path)


def test_lines_that_are_not_utf_8_are_alone_in_their_refusal(connection, path: Path):
    path.write_bytes(
        b"\n".join([TEXT, b"\xff", b"", TEXT.replace(b"E1", b"\xed\xa0\x80"), TEXT.replace(b"E1", "é".encode())])
    )
    assert expect_the_same_as_row_by_row(connection, path) == Staged(4, 2)
    assert connection.execute("SELECT raw FROM refused WHERE line = 2").fetchall() == [(b"\xff",)]


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_any_lines_in_any_order(tmp_path_factory: pytest.TempPathFactory, connection, seed: int):
    random = Random(seed)
    lines = [
        TEXT,
        b"",
        b" ",
        b"{}",
        b"\xff",
        b"\r",
        b"\xef\xbb\xbf",
        b"x" * LONGEST_LINE,
        b"y" * (LONGEST_LINE + 1),
        TEXT + b"\0",
    ]
    weights = [20, 2, 1, 2, 1, 1, 1, 1, 1, 1]
    content = b"\n".join(random.choices(lines, weights, k=random.randrange(12))) + random.choice([b"", b"\n", b"\r\n"])
    path = tmp_path_factory.mktemp("any") / "events"
    path.write_bytes(random.choice([bytes, gzip.compress])(content))
    expect_the_same_as_row_by_row(connection, path)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_a_damaged_gzip_has_the_same_error_and_leaves_no_tables(connection, path: Path, share: float, damage: str):
    whole = bytearray(gzip.compress(SAMPLE.read_bytes() * 20))
    place = max(3, int(len(whole) * share))
    if damage == "cut":
        del whole[place:]
    else:
        whole[place] ^= 0x55
    path.write_bytes(whole)
    with pytest.raises(EventFileError) as expected, EventFile(path) as file:
        list(file)
    with pytest.raises(EventFileError) as caught:
        stage_file(connection, path)
    assert str(caught.value) == str(expected.value)
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('staged', 'refused')"
    ).fetchall()
    assert tables == []


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xff\xfe{\0"])
def test_other_formats_are_named(connection, path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(EventFileError, match=r"unpack it first|UTF-16"):
        stage_file(connection, path)
    with pytest.raises(EventFileError, match="does not exist"):
        stage_file(connection, path.with_name("nothing"))


def test_a_big_file_takes_little_of_pythons_memory(connection, path: Path):
    path.write_bytes(gzip.compress((SAMPLE.read_bytes() + b"{}\n") * 200, 1))
    tracemalloc.start()
    try:
        assert stage_file(connection, path) == Staged(40_200, 40_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * LONGEST_LINE


def test_progress_is_told_and_grows_to_one(connection, path: Path):
    path.write_bytes(SAMPLE.read_bytes() * 50)
    calls: list[tuple[float, int]] = []
    stage_file(connection, path, lambda share, lines: calls.append((share, lines)))
    assert calls == sorted(calls)
    assert (len(calls) > 3, calls[-1][0]) == (True, 1.0)


def test_a_pipe_is_read_once(connection, path: Path):
    os.mkfifo(path)
    # Opened for both, so that neither end waits for the other; what is written fits into the pipe.
    writer = os.open(path, os.O_RDWR)
    threading.Timer(0.2, os.close, [writer]).start()
    os.write(writer, TEXT + b"\n%\n" + TEXT + b"\n")
    assert stage_file(connection, path) == Staged(3, 2)
