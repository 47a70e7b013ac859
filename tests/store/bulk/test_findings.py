"""What is found set at a time is what is found row by row: counts, findings, their order, and errors."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dcprops.audit import ROWS_UNTIL_GIVEN_UP, audit
from dcprops.event_files import EventFileError
from dcprops.rules import CATALOGUE, SAMPLES
from dcprops.store.bulk import JudgedFile, judged_file

SAMPLE = Path(__file__).parents[3] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"
LINES = SAMPLE.read_bytes().splitlines()


def findings_in(path: Path) -> JudgedFile:
    with judged_file(path) as file:
        return file


DIRTY = [
    line
    for cell in CATALOGUE
    for value in cell.values[:1]
    for line in (json.dumps(cell.put(SAMPLES[cell.event_types[-1]], value)).encode(), LINES[0])
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_dirty_file(path: Path, compress: Callable[[bytes], bytes]):
    several = json.dumps(
        {**SAMPLES["merit"], "event_id": 1, "employee_id": " ", "colour": "red", "effective_date": None}
    )
    path.write_bytes(compress(b"\n".join([*DIRTY, b"", several.encode(), b"x" * (2 << 20), b"\xff", *LINES])))
    found, expected = findings_in(path), audit(path)
    assert (found.documents, found.valid) == (expected.events, expected.valid)
    assert list(map(vars, found.invalid)) == list(map(vars, expected.invalid))
    assert len({each.rule for each in found.invalid}) > 25


JUNK = [b"%%%"] * ROWS_UNTIL_GIVEN_UP


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n \n", b"a,b\n1,2\n", b"\xef\xbb\xbf{}\n", b"\xff\n\xfe", b"\n".join([*JUNK, LINES[0]]),
        gzip.compress(SAMPLE.read_bytes())[:900], gzip.compress(b"\n".join([b"%%%", *LINES]))[:-9], b"PK\x03\x04",
        b"\xff\xfe{\0",
    ],
    ids=range(10),
)  # fmt: skip
def test_a_file_of_no_use_has_the_same_error(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(EventFileError) as expected:
        audit(path)
    with pytest.raises(EventFileError) as caught:
        findings_in(path)
    assert str(caught.value) == str(expected.value)


def test_one_line_of_json_is_enough(path: Path):
    path.write_bytes(b"\n".join([*JUNK[1:], b"{}"]))
    assert findings_in(path).documents == ROWS_UNTIL_GIVEN_UP


def test_parquet_is_for_arrow(path: Path):
    path.write_bytes(b"PAR1")
    with pytest.raises(EventFileError, match="read it as Arrow"):
        findings_in(path)
